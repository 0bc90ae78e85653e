//! Answers of lock calls that do not wait for a lock. A file system with a server behind it may be interrupted even in
//! these: that is no answer, so they are made again.

use std::io;

use withlock_platform::backend::{Attempt, LockError};

/// How often a try is made that is interrupted each time. Once a wait is over, its timer interrupts every five
/// milliseconds, so this is a tenth of a second.
const TRIES: usize = 20;

/// Tries until there is an answer; without one, the lock counts as busy.
///
/// A try is interrupted that often only when a wait is over, and the server needs longer than the timer leaves it: so it
/// would be for ever, and the limit on the wait is a promise. The wait began because somebody had the lock. If the file
/// was left to this run meanwhile, it stays, and the next run removes it.
pub(crate) fn or_busy(
    call: impl FnMut() -> Result<Attempt, LockError>,
) -> Result<Attempt, LockError> {
    let mut answers = std::iter::repeat_with(call).take(TRIES);
    answers.find(|answer| !is_interrupted(answer)).unwrap_or(Ok(Attempt::Busy))
}

/// Unlocks, however often that is interrupted: what the job has left behind may have the descriptor, and a lock that was
/// not given up would last as long as that.
pub(crate) fn at_last(mut call: impl FnMut() -> Result<(), LockError>) -> Result<(), LockError> {
    loop {
        let answer = call();
        if !is_interrupted(&answer) {
            return answer;
        }
    }
}

fn is_interrupted<T>(answer: &Result<T, LockError>) -> bool {
    matches!(answer, Err(error) if error.io().kind() == io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use std::io;

    use withlock_platform::backend::{Attempt, LockError};

    use super::{at_last, or_busy};

    /// A call that is interrupted so often before it answers.
    fn after<T: Copy>(interruptions: u32, answer: T) -> impl FnMut() -> Result<T, LockError> {
        let mut calls = 0;
        move || {
            calls += 1;
            assert!(calls < 10_000, "it would go on for ever");
            let interrupted = LockError::Failed(io::ErrorKind::Interrupted.into());
            if calls > interruptions { Ok(answer) } else { Err(interrupted) }
        }
    }

    #[test]
    fn a_try_that_is_interrupted_each_time_does_not_outlast_the_wait() {
        assert!(matches!(or_busy(after(u32::MAX, Attempt::Granted)), Ok(Attempt::Busy)));
    }

    #[test]
    fn an_answer_after_some_interruptions_counts() {
        for answer in [Attempt::Granted, Attempt::Busy] {
            assert!(or_busy(after(10, answer)).is_ok_and(|told| told == answer));
        }
        assert!(or_busy(|| Err(LockError::Failed(io::ErrorKind::Other.into()))).is_err());
    }

    #[test]
    fn a_lock_is_given_up_however_often_that_is_interrupted() {
        assert!(at_last(after(5000, ())).is_ok());
    }
}
