//! System calls: how they fail, and those that are interrupted by a signal handler and made again.
//!
//! While a wait may be interrupted (`process::Interruption`), signals arrive that do not restart the call. open(2), stat(2)
//! and their like end with `EINTR` then on some file systems, such as NFS and FUSE: that says nothing about the file.

use std::ffi::c_int;
use std::io;

/// What a call that fails with -1 says.
pub(crate) fn cvt(answer: c_int) -> io::Result<()> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// How often a call is made that is interrupted each time. Once a wait is over, its timer interrupts every five
/// milliseconds, so this is a tenth of a second: a server that needs longer than the timer leaves it would be asked for ever.
const TRIES: usize = 20;

/// Makes the call until it is not interrupted.
///
/// # Errors
/// What the call says; of these `EINTR` only when it was interrupted each time.
pub fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut answer = call();
    for _ in 1..TRIES {
        if !matches!(&answer, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
            break;
        }
        answer = call();
    }
    answer
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::again;

    #[test]
    fn a_call_is_made_until_it_says_something_and_not_for_ever() {
        for (interruptions, made) in [(0, 1), (1, 2), (19, 20), (20, 20), (usize::MAX, 20)] {
            let mut calls = 0;
            let answer = again(|| {
                calls += 1;
                let refused = io::Error::from(io::ErrorKind::NotFound);
                Err::<(), _>(if calls > interruptions {
                    refused
                } else {
                    io::ErrorKind::Interrupted.into()
                })
            });
            let has_answered = answer.unwrap_err().kind() == io::ErrorKind::NotFound;
            assert_eq!((calls, has_answered), (made, interruptions < 20));
        }
    }
}
