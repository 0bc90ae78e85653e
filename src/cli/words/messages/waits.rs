//! What a terminal shows while a lock is waited for.

use std::time::Duration;

use crate::cli::words::waiting;
use crate::holder::identify::Holder;
use crate::local::outlook::Outlook;

/// Two that all is known for, with and without room; one that nothing is known for.
pub(super) fn lines() -> Vec<String> {
    let words = ["flock", "l", "rsync -a /a /b"].map(str::to_owned);
    let holder = Holder { pid: 8, command: words.into(), ..Holder::default() };
    let line = |holder, before, left: Option<u64>, columns| {
        let outlook = Outlook { holder, before };
        waiting::line("/d/l".as_ref(), &outlook, left.map(Duration::from_secs), columns)
    };
    vec![
        line(Some(holder.clone()), Some(3), Some(298), 120),
        line(Some(holder), Some(0), Some(298), 80),
        line(None, None, None, 80),
    ]
}
