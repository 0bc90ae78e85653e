//! Everybody at once that a lock of several slots has room for: whoever was killed may have left any of its files.

use std::path::Path;
use std::process::{Child, Stdio};

use super::{Running, process_owned, procfs, stderr, wait_until, waits_for_any, withlock};

/// Uses each slot and each place in the line once, as the next runs would that need them: no file stays then.
pub fn use_all_parts(lock: &Path, slots: usize, places: usize) {
    let (slots_text, places_text) = (slots.to_string(), places.to_string());
    let holders: Vec<_> = (0..slots).map(|_| Running::start(&["-j", &slots_text], lock)).collect();
    let wait = || -> Child {
        let mut waiter = withlock(["-j", &slots_text, "-w", "inf", "--max-waiters", &places_text]);
        let waiter = waiter.arg(lock).arg("true").stderr(Stdio::piped()).spawn().unwrap();
        // Where there are no sleepers, it looks at the slots now and then.
        let looks = process_owned() && slots > 1;
        wait_until("it waits", || {
            looks && procfs::state(waiter.id()) == Some('S') || waits_for_any(waiter.id(), slots)
        });
        waiter
    };
    let waiters: Vec<_> = (0..places).map(|_| wait()).collect();
    for holder in holders {
        let (status, _, errors) = holder.finish();
        assert!(status.success() && errors.is_empty(), "{errors}");
    }
    for waiter in waiters {
        let output = waiter.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
    }
}
