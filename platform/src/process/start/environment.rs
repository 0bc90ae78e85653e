//! The job's environment: the caller's, untouched, and a few variables of ours.

use std::ffi::{CStr, CString, OsStr, OsString, c_char};
use std::io;
use std::os::unix::ffi::OsStrExt;

use crate::text::c_string;

unsafe extern "C" {
    /// The process's environment, an array that ends with null (POSIX.1, environ).
    static environ: *const *const c_char;
}

/// An environment in the form that exec takes. The caller's variables are not copied: nobody may change the process's
/// environment while it lives.
pub(super) struct Environment {
    pointers: Vec<*const c_char>,
    /// What the last pointers point to.
    _ours: Vec<CString>,
}

impl Environment {
    /// The caller's environment, with `ours` instead of what it may say of the same names.
    pub(super) fn with(ours: &[(&str, OsString)]) -> io::Result<Self> {
        let is_ours = |variable: &&CStr| {
            ours.iter().any(|(name, _)| {
                let rest = variable.to_bytes().strip_prefix(name.as_bytes());
                rest.is_some_and(|rest| rest.first() == Some(&b'='))
            })
        };
        let strings = ours
            .iter()
            .map(|(name, value)| assignment(name, value))
            .collect::<io::Result<Vec<_>>>()?;
        let pointers = callers()
            .filter(|variable| !is_ours(variable))
            .map(CStr::as_ptr)
            .chain(strings.iter().map(|string| string.as_ptr()))
            .chain([std::ptr::null()])
            .collect();
        Ok(Self { pointers, _ours: strings })
    }

    pub(super) fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

fn callers() -> impl Iterator<Item = &'static CStr> {
    // SAFETY: read only; the C library has set it before `main`.
    let mut next = unsafe { environ };
    std::iter::from_fn(move || {
        if next.is_null() {
            return None;
        }
        // SAFETY: the array ends with null, and `next` has not gone beyond.
        let variable = unsafe { *next };
        if variable.is_null() {
            return None;
        }
        // SAFETY: this element is not the last one, which is null.
        next = unsafe { next.add(1) };
        // SAFETY: an element that is not null is a string that ends with NUL, and lives as long as the process.
        Some(unsafe { CStr::from_ptr(variable) })
    })
}

fn assignment(name: &str, value: &OsStr) -> io::Result<CString> {
    c_string(OsStr::from_bytes(&[name.as_bytes(), b"=", value.as_bytes()].concat()))
}
