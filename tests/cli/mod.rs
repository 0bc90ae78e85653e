//! The command line, what is said, and the texts that tell of it.

mod advice;
mod arguments;
mod bad_input;
mod commands;
mod completions;
mod diagnostics;
mod install;
pub mod manual;
mod name;
mod options;
mod pages;
mod position;
mod security;
mod status;
mod syslog;
pub mod texts;
mod verbose;
