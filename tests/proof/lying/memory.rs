//! What a world that lies remembers of the file that is open.

use withlock_platform::evidence::{Facts, Identity};

use crate::proof::seam::Handle;

/// One mistake needs little of this; the rest stays as it is at the beginning.
#[derive(Clone, Copy, Default)]
pub(super) struct Memory {
    pub(super) file: Option<Handle>,
    /// This run has created it, as far as that matters.
    pub(super) created: bool,
    /// The file's own, which the code knows, and keeps.
    pub(super) identity: Option<Identity>,
    /// What the comparison is to return, and whether it was made already.
    pub(super) seen: Option<Facts>,
    pub(super) looked: bool,
    /// The lock was granted, and is to be "busy" because the file has lost its name.
    pub(super) stale: bool,
    /// The lock was not granted as long as the code slept: it is not to try once more.
    pub(super) in_vain: bool,
    /// A signal has interrupted the wait: what the seam takes down at the unlock, where there may be none.
    pub(super) ends: bool,
    /// The file has lost its path, and is to be left.
    pub(super) left: bool,
    /// The path was compared.
    pub(super) compared: bool,
    /// The question whose file it is comes next, and the answer is to be: withlock's own.
    pub(super) takes_any: bool,
    /// The lock was given up already.
    pub(super) unlocked: bool,
    /// The file was left to somebody who waits.
    pub(super) awaited: bool,
    /// The shared lock was to be converted.
    pub(super) converted: bool,
    /// It was, so that it is not unlocked.
    pub(super) kept: bool,
}

impl Memory {
    pub(super) fn is_same(&self, facts: &Facts) -> bool {
        self.identity == Some(facts.identity)
    }

    /// All of it that may differ, in bytes, always as many.
    pub(super) fn code(&self) -> Vec<u8> {
        let Self { looked, stale, in_vain, ends, left, takes_any, unlocked, awaited, .. } = *self;
        let Self { converted, kept, created, seen, compared, .. } = *self;
        let flags = [
            created, looked, stale, in_vain, ends, left, takes_any, unlocked, awaited, converted,
            kept, compared,
        ];
        let [mode, size] = seen.map_or([u64::MAX; 2], |facts| [facts.mode.into(), facts.size]);
        let flags = flags.map(u8::from);
        let facts = [mode, size].map(u64::to_be_bytes);
        [&flags[..], facts.as_flattened()].concat()
    }
}
