//! Where the words go: to standard error, a line each.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use super::event;
use super::printable;
use crate::event::{Event, Warning};

/// Says one line on standard error, in one write, so that the lines of several runs do not mix. What can't be said is
/// not said: there is nobody else to tell.
pub fn say(text: &str) {
    say_as("withlock", text);
}

/// The same by another name.
pub(crate) fn say_as(name: &str, text: &str) {
    let mut line = String::with_capacity(name.len() + text.len() + 3);
    line.push_str(name);
    line.push_str(": ");
    line.extend(printable::line(text));
    line.push('\n');
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Prints a text on standard output.
///
/// # Errors
/// What write(2) says.
pub fn print(text: &str) -> io::Result<()> {
    // The library's own handle on standard output takes a closed one for a successful one.
    let out = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    out.and_then(|mut out| out.write_all(text.as_bytes()))
}

/// Says warnings only: what a run says without `-v`.
pub fn listen(event: &Event<'_>) {
    if matches!(event, Event::Warning(_)) {
        listen_to_all(event);
    }
}

/// Says everything: `-v`.
pub fn listen_to_all(event: &Event<'_>) {
    if !is_unwanted(event) {
        say(&event::words(event));
    }
}

/// Whether this is a warning that the user has switched off.
pub(super) fn is_unwanted(event: &Event<'_>) -> bool {
    matches!(event, Event::Warning(Warning::Place { reason, .. })
        if reason.is_remote() && is_not_warned_of("remote"))
}

/// Switches warnings off, by their names, separated by commas: once for all lines of a crontab, where an option would have
/// to stand in each.
const NO_WARNING: &str = "WITHLOCK_NOWARN";

fn is_not_warned_of(what: &str) -> bool {
    let names = std::env::var_os(NO_WARNING).unwrap_or_default();
    names.to_string_lossy().split(',').any(|name| name.trim() == what)
}
