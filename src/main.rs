//! The `withlock` program.
#![forbid(unsafe_code)]
#![no_main]
withlock_platform::entry!(run);
fn run(_: Vec<std::ffi::OsString>) -> i32 { 0 }
