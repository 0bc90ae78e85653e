//! The command line, and what is wrong with it.

use crate::faces::side_by_side::{Case, busy, words};

pub const CASES: &[Case] = &[
    words("no-arguments", &[]).names(&["--help"]),
    words("command", &["lock", "echo", "ran"]),
    busy("nonblocking", &["-n", "lock", "echo", "ran"]),
];
