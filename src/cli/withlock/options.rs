//! The options of one command line.

use std::ffi::OsString;

/// The options of a command line, as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) name: Option<OsString>,
    pub(super) wait: Option<OsString>,
    pub(super) quiet: bool,
    pub(super) busy_status: Option<OsString>,
    pub(super) warn_held: Option<OsString>,
    pub(super) replace: Option<OsString>,
    pub(super) slots: Option<OsString>,
    pub(super) max_waiters: Option<OsString>,
    pub(super) shared: bool,
    pub(super) keep: bool,
    pub(super) no_create: bool,
    pub(super) insecure: bool,
    pub(super) backend: Option<OsString>,
    pub(super) command: Option<OsString>,
    pub(super) close: bool,
    pub(super) no_fork: bool,
    pub(super) max_runtime: Option<OsString>,
    pub(super) kill_after: Option<OsString>,
    pub(super) signal: Option<OsString>,
    pub(super) verbose: bool,
    pub(super) syslog: bool,
    pub(super) status: bool,
    pub(super) list: bool,
    pub(super) json: bool,
    /// The lock file, unless it has a name, and the command with its arguments.
    pub(super) operands: Vec<OsString>,
}
