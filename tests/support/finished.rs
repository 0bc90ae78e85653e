//! A run that was looked at for a comparison of two programs.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// What a finished run left: how it ended, and what it printed.
pub struct Finished {
    /// None: it did not end, and was killed.
    pub status: Option<ExitStatus>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// How a run ended, as the caller sees it.
pub fn ending(status: Option<ExitStatus>) -> String {
    let Some(status) = status else { return "hangs".to_owned() };
    match status.code() {
        Some(code) => format!("exit {code}"),
        None => format!("signal {}", status.signal().unwrap_or_default()),
    }
}
