//! What becomes of a verdict on the way to the lock file: it is told, and obeyed or overruled.

use std::path::Path;

use crate::error::{Error, Result};
use crate::event::{Event, Listener, Warning};
use crate::trust::Reason;
use crate::trust::{Trusted, Verdict};

/// How to judge what a walk meets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge {
    /// Whom the caller trusts.
    pub(crate) trusted: Trusted,
    /// Whether an unsafe place is used all the same.
    pub(crate) insecure: bool,
}

impl Judge {
    /// Whether a verdict is a refusal that stands.
    pub(crate) fn refusal(self, verdict: Verdict) -> Option<Reason> {
        match verdict {
            Verdict::Refuse(reason) if !self.insecure => Some(reason),
            _ => None,
        }
    }
}

/// One walk's verdicts.
pub(super) struct Verdicts<'a> {
    pub(super) judge: Judge,
    /// The lock file as the caller named it.
    pub(super) path: &'a Path,
    listener: Listener<'a>,
    has_warned: bool,
    has_warned_of_remote: bool,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(path: &'a Path, judge: Judge, listener: Listener<'a>) -> Self {
        Self { judge, path, listener, has_warned: false, has_warned_of_remote: false }
    }

    /// Acts on a verdict about a directory or link.
    pub(super) fn heed(&mut self, verdict: Verdict, at: &Path) -> Result<()> {
        self.listener.tell(&Event::Judged { at, verdict });
        if let Some(reason) = self.judge.refusal(verdict) {
            return Err(Error::Unsafe { path: self.path.into(), at: at.into(), reason });
        }
        match verdict {
            Verdict::Accept => {}
            Verdict::Refuse(reason) => self.warn(reason, at),
            // Once of each kind: where a server decides, it does so for each directory on the path.
            Verdict::Warn(reason) => {
                let has_warned = if reason.is_remote() {
                    &mut self.has_warned_of_remote
                } else {
                    &mut self.has_warned
                };
                if !std::mem::replace(has_warned, true) {
                    self.warn(reason, at);
                }
            }
        }
        Ok(())
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        self.listener.tell(event);
    }

    fn warn(&self, reason: Reason, at: &Path) {
        self.listener.tell(&Event::Warning(Warning::Place { at, reason }));
    }
}
