//! What the systems do, as this crate takes it: one program, a module a subject. It has a harness of its own, see
//! [`support`].
#![no_main]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]
#![cfg_attr(
    not(all(target_os = "linux", target_pointer_width = "64")),
    allow(dead_code, unused_imports, unused_macros, reason = "some tests are for Linux only")
)]

mod bytes;
mod companion;
mod contract;
mod directory;
mod inherit;
mod linux;
mod lock_errors;
mod signals;
mod spawn;
mod support;

use std::ffi::OsString;
use std::path::Path;

withlock_platform::entry!(run);
fn run(arguments: Vec<OsString>) -> i32 {
    if let [_, option, path] = &arguments[..] {
        if option == inherit::DESCRIPTORS {
            inherit::list_descriptors(Path::new(path));
            return 0;
        }
    }
    let modules = [
        ("bytes", bytes::tests()),
        ("companion", companion::tests()),
        ("contract", contract::tests()),
        ("directory", directory::tests()),
        ("inherit", inherit::tests()),
        ("linux", linux::tests()),
        ("lock_errors", lock_errors::tests()),
        ("signals", signals::tests()),
        ("spawn", spawn::tests()),
    ];
    let tests = modules
        .into_iter()
        .flat_map(|(module, tests)| tests.into_iter().map(move |test| test.of_module(module)));
    support::harness::main(&arguments, tests.collect())
}
