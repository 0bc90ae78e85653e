//! Systems that do not number their mounts for everybody.

use std::fs::File;

pub(super) fn of(_: &File) -> Option<u64> {
    None
}
