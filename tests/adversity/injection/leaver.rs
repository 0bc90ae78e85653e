//! A reader that is held up in the midst of leaving.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::support::tracer::{Resume, Stop, Tracee};
use crate::support::{wait_until, withlock};

/// Starts one that is held up right before it removes the file, with the lock for itself alone; returns what lets it go on,
/// to its end.
pub(super) fn about_to_remove(lock: &Path) -> Box<dyn FnOnce()> {
    let leaver = Leaver::about_to_remove(lock);
    Box::new(|| leaver.finish())
}

struct Leaver {
    tracee: Tracee,
    child: Child,
}

impl Leaver {
    fn about_to_remove(lock: &Path) -> Self {
        let mut command = withlock(["-s"]);
        command.arg(lock).arg("true").stdin(Stdio::null()).stderr(Stdio::piped());
        let (tracee, child) = Tracee::start(&mut command).unwrap();
        let mut leaver = Self { tracee, child };
        loop {
            match leaver.step(Resume::ToNextCall) {
                Stop::Entering { number: libc::SYS_unlinkat, .. } => return leaver,
                Stop::Ended(status) => panic!("it has removed nothing: {status}"),
                _ => {}
            }
        }
    }

    fn step(&mut self, how: Resume) -> Stop {
        self.tracee.resume(how);
        let mut stop = None;
        wait_until("the reader leaves", || {
            stop = self.tracee.look().unwrap();
            stop.is_some()
        });
        stop.unwrap()
    }

    fn finish(mut self) {
        let status = loop {
            if let Stop::Ended(status) = self.step(Resume::ToEnd) {
                break status;
            }
        };
        let mut errors = String::new();
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    }
}
