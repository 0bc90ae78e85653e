//! A command in the form that exec takes.

use std::ffi::{CString, OsStr, OsString, c_char};
use std::io;

use super::environment::Environment;
use crate::text::c_string;

/// A command in the form that exec takes.
pub(super) struct Program<'a> {
    argv: Vec<*const c_char>,
    /// What these point to; the program's own name first.
    words: Vec<CString>,
    environment: Environment,
    variables: &'a [(&'a str, OsString)],
}

impl<'a> Program<'a> {
    pub(super) fn new(
        name: &OsStr,
        arguments: &[OsString],
        variables: &'a [(&'a str, OsString)],
    ) -> io::Result<Self> {
        let words = std::iter::once(name)
            .chain(arguments.iter().map(OsString::as_os_str))
            .map(c_string)
            .collect::<io::Result<Vec<_>>>()?;
        let argv = words.iter().map(|word| word.as_ptr()).chain([std::ptr::null()]).collect();
        Ok(Self { argv, words, environment: Environment::with(variables)?, variables })
    }

    pub(super) fn argv(&self) -> *const *const c_char {
        self.argv.as_ptr()
    }

    /// Its own name, and then its arguments.
    pub(super) fn words(&self) -> &[CString] {
        &self.words
    }

    /// What is set on top of the caller's environment.
    pub(super) fn variables(&self) -> &[(&str, OsString)] {
        self.variables
    }

    pub(super) fn envp(&self) -> *const *const c_char {
        self.environment.as_ptr()
    }
}
