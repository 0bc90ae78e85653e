//! The program's entry point, without Rust's own start: that one ignores SIGPIPE, which the job would inherit, opens
//! `/dev/null` in place of closed descriptors, which the job would see, and costs time.

use std::ffi::{CStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStringExt;

/// Defines `main` so that it calls `$run(arguments: Vec<OsString>) -> i32` and ends with that exit status.
///
/// For a binary with `#![no_main]`. The first argument is the program's name.
#[macro_export]
macro_rules! entry {
    ($run:path) => {
        /// Called by the C runtime.
        #[unsafe(no_mangle)]
        extern "C" fn main(
            argc: ::std::ffi::c_int,
            argv: *const *const ::std::ffi::c_char,
        ) -> ::std::ffi::c_int {
            let run: fn(::std::vec::Vec<::std::ffi::OsString>) -> i32 = $run;
            // SAFETY: the C runtime passes `argc` pointers to strings that end with NUL (C17 5.1.2.2.1).
            run(unsafe { $crate::process::arguments(argc, argv) })
        }
    };
}

/// Copies the arguments of a C `main`.
///
/// # Safety
/// `argv` points to at least `argc` pointers to strings that end with NUL.
#[doc(hidden)]
#[must_use]
pub unsafe fn arguments(argc: c_int, argv: *const *const c_char) -> Vec<OsString> {
    let count = usize::try_from(argc).unwrap_or(0);
    let mut arguments = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: `index` is below `argc`, the number of pointers that the caller vouches for.
        let slot = unsafe { argv.add(index) };
        // SAFETY: as above, the slot can be read.
        let argument = unsafe { *slot };
        // SAFETY: the caller vouches for a string that ends with NUL.
        let text = unsafe { CStr::from_ptr(argument) };
        arguments.push(OsString::from_vec(text.to_bytes().to_vec()));
    }
    arguments
}
