//! The shell for a command string.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The shell that runs a command string: `$SHELL`, or else /bin/sh.
#[must_use]
pub fn of_user() -> OsString {
    let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
    shell.filter(|shell| !runs_nothing(shell)).unwrap_or_else(|| "/bin/sh".into())
}

/// `$SHELL`, if it is one that runs no command, so that [`of_user`] takes another one.
#[must_use]
pub fn passed_over() -> Option<OsString> {
    std::env::var_os("SHELL").filter(|shell| runs_nothing(shell))
}

/// Whether this is what stands for the shell of an account that nobody logs in to. `nologin` and `false` exit with status
/// 1, which means busy; `true` would report success.
fn runs_nothing(shell: &OsStr) -> bool {
    let name = Path::new(shell).file_name();
    name.is_some_and(|name| name == "nologin" || name == "false" || name == "true")
}
