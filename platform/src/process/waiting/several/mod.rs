//! Sleeping for several locks at once.
//!
//! No call waits for more than one lock. So a child for each of them sleeps in the kernel, on an open file description that
//! it shares with this process: the lock that it is granted belongs to the description (`Ownership::Description`), and so
//! to this process, once the child has ended.
//!
//! A child does nothing else. It tells by one byte through a pair of sockets that its call has returned, and ends. When the
//! first byte has come, all of them are ended and waited for: what each has got shows when the caller tries that lock.
//! Nobody reads what a child's call has returned: the caller's try says that as well, and says it better.
//!
//! A child has every signal held, but for those of the terminal that stop a process group: it stops with this process, and
//! takes no lock meanwhile. It ends with this process, or, where the system will not see to that, has no file open but the
//! one that it waits for: then it frees what it is granted by ending.

mod by_fork;
mod child;
mod sleepers;

use std::fs::File;
use std::io;
use std::time::Duration;

use crate::backend::{LockBackend, Mode, Wakeup};
use crate::deadline::Deadline;
use sleepers::Sleepers;

cfg_if::cfg_if! {
    if #[cfg(any(target_os = "linux", target_os = "android"))] {
        mod by_clone;
        use by_clone as native;
        #[cfg(test)]
        const WAYS: &[tests::Make] = &[by_clone::make, by_clone::make_by_fork];
    } else {
        use by_fork as native;
        #[cfg(test)]
        const WAYS: &[tests::Make] = &[by_fork::make];
    }
}

/// How long the children sleep before they are made anew: nobody is told of one that was killed by somebody else, and its
/// lock would be missed for ever.
const ANEW: Duration = Duration::from_secs(10);

/// A lock to wait for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The open file.
    pub file: &'a File,
    /// How it is locked; the lock must belong to the open file description.
    pub backend: &'static dyn LockBackend,
    /// One holder or many.
    pub mode: Mode,
}

/// Sleeps until one of these locks, or more, may have been granted. Which of them shows when they are tried for: a lock that
/// this description has already is granted once more.
///
/// [`Wakeup::Granted`] is also that a signal handler has run; [`Wakeup::Interrupted`] is that the deadline has passed, or
/// that some time has, and even then one may have been granted.
///
/// # Errors
/// The children could not be made, for want of processes or descriptors. Nothing was waited for.
pub fn sleep_for_any(wanted: &[Wanted<'_>], until: Option<Deadline>) -> io::Result<Wakeup> {
    let sleepers = Sleepers::lay_down(wanted, native::make)?;
    let anew = Deadline::after(ANEW);
    Ok(sleepers.first(until.into_iter().chain(anew).min()))
}

/// Sleeps until the deadline, or until a signal handler has run.
pub fn rest(until: Deadline) {
    sleepers::poll(&mut [], Some(until));
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::PathBuf;

    use super::child::Errand;
    use super::*;
    use crate::backend::{self, Attempt, Choice};

    pub(super) type Make = fn(Errand<'_>) -> io::Result<(libc::pid_t, native::Keep)>;

    /// A file that exists as long as this does.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let name = format!("withlock-several-{}-{name}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }

        fn open(&self) -> File {
            File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&self.0)
                .unwrap()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn whichever_lock_is_given_up_is_this_process_s_afterwards_and_the_others_are_not() {
        let backend = backend::select(Choice::Auto, true).unwrap();
        for (number, make) in WAYS.iter().copied().enumerate() {
            let places = [0, 1, 2].map(|at| Place::new(&format!("{number}-{at}")));
            for given_up in 0..3 {
                let held = places.each_ref().map(Place::open);
                let ours = places.each_ref().map(Place::open);
                for file in &held {
                    assert_eq!(backend.try_lock(file, Mode::Exclusive).unwrap(), Attempt::Granted);
                }
                let wanted =
                    ours.each_ref().map(|file| Wanted { file, backend, mode: Mode::Exclusive });
                let sleepers = Sleepers::lay_down(&wanted, make).unwrap();
                backend.unlock(&held[given_up]).unwrap();
                assert_eq!(sleepers.first(None), Wakeup::Granted);
                for (at, file) in ours.iter().enumerate() {
                    let attempt = backend.try_lock(file, Mode::Exclusive).unwrap();
                    assert_eq!(attempt == Attempt::Granted, at == given_up, "{at}");
                }
                // Another test may be forking just now, and so keep what is only closed.
                for file in ours.iter().chain(&held) {
                    backend.unlock(file).unwrap();
                }
            }
        }
    }

    #[test]
    fn when_the_time_is_over_nobody_is_left_who_would_take_a_lock_later() {
        let backend = backend::select(Choice::Auto, true).unwrap();
        for (number, make) in WAYS.iter().copied().enumerate() {
            let place = Place::new(&format!("late-{number}"));
            let [held, ours] = [place.open(), place.open()];
            assert_eq!(backend.try_lock(&held, Mode::Exclusive).unwrap(), Attempt::Granted);
            let wanted = [Wanted { file: &ours, backend, mode: Mode::Exclusive }];
            let sleepers = Sleepers::lay_down(&wanted, make).unwrap();
            assert_eq!(sleepers.first(Some(Deadline::PASSED)), Wakeup::Interrupted);
            backend.unlock(&held).unwrap();
            assert_eq!(backend.try_lock(&place.open(), Mode::Exclusive).unwrap(), Attempt::Granted);
        }
    }
}
