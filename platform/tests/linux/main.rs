//! What holds on Linux, or can be seen there only: by /proc, by seccomp(2).
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

use std::ffi::OsString;

#[allow(dead_code, reason = "for the other systems")]
mod none;

cfg_if::cfg_if! {
    if #[cfg(target_os = "linux")] {
        mod contract;
        mod descriptors;
        mod interruption;
        mod signals;
        mod timer;
    } else {
        use none as contract;
        use none as descriptors;
        use none as interruption;
        use none as signals;
        use none as timer;
    }
}

cfg_if::cfg_if! {
    if #[cfg(all(target_os = "linux", target_pointer_width = "64"))] {
        mod refused;
    } else {
        use none as refused;
    }
}

withlock_platform::entry!(run);
fn run(arguments: Vec<OsString>) -> i32 {
    let tests = [
        contract::tests(),
        descriptors::tests(),
        refused::tests(),
        signals::tests(),
        interruption::tests(),
        timer::tests(),
    ];
    support::harness::main(&arguments, tests.into_iter().flatten().collect())
}
