//! Asking for somebody who waits for a lock.

use withlock_platform::holders::List;

use super::Checked;
use super::line::part_terms;
use crate::local::outlook::Outlook;
use crate::lock::Part;

impl Checked<'_> {
    /// What a waiter for this lock can be told: who holds it now, and how many are before that process. It takes no lock.
    ///
    /// For another process than the waiter: where a lock belongs to the process, closing any descriptor of the file ends it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
    /// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
    /// # let lock = place.join("lock");
    /// use withlock::{LockPath, Policy};
    ///
    /// let outlook = LockPath::new(&lock).check(&Policy::default())?.outlook(std::process::id());
    /// assert!(outlook.holder.is_none() && outlook.before.is_none());
    /// # std::fs::remove_dir(&place)?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn outlook(&self, waiter: u32) -> Outlook {
        let outlook = self.system.outlook(waiter);
        if self.capacity.slots == 1 {
            return outlook;
        }
        // Who waits for the slots is first in line; all others wait for that one.
        let queue = self.system.for_part(Part::Head, part_terms(&self.terms, Part::Head));
        let before = queue.outlook(waiter).before.map_or(0, |before| before + 1);
        Outlook { before: List::EXISTS.then_some(before), ..outlook }
    }
}
