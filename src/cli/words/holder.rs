//! A holder in words: `pid 4711 (root@db1: rsync -a /a /b) for 2h13m`.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use withlock_platform::process;

use super::duration;
use crate::cli::quoting;
use crate::holder::identify::{Holder, State};
use crate::holder::record;

/// The holder of the lock at this path.
pub(super) fn words(holder: Option<&Holder>, path: &Path) -> String {
    let Some(holder) = holder else {
        return "someone unknown".to_owned();
    };
    let mut words = format!("pid {}", holder.pid);
    if let Some(doing) = doing(holder) {
        let _ = write!(words, " ({doing})");
    }
    let age = holder.record.as_ref().map(|record| duration(record.age()));
    match (holder.state, age) {
        (State::Ended, _) => {
            let file = quoting::quote(&path.to_string_lossy());
            let _ = write!(
                words,
                ", which has ended; what it left behind holds the lock: fuser {file}"
            );
        }
        (state, age) => {
            if let Some(age) = age {
                let _ = write!(words, " for {age}");
            }
            words.push_str(match state {
                State::Stopped => ", stopped",
                State::Unseen => {
                    ", which can't be seen here: it has ended, or is in another container"
                }
                _ => "",
            });
        }
    }
    words
}

/// Who does what, by the record: `root@db1: rsync -a /a /b`; or by the command line of a process: `flock l sleep 9`.
fn doing(holder: &Holder) -> Option<String> {
    let Some(record) = &holder.record else {
        let command = quoting::of(holder.command.iter().map(OsStr::new));
        return (!command.is_empty()).then(|| record::shorten(&command));
    };
    let user = process::user_name(record.user).unwrap_or_else(|| record.user.to_string());
    let mut words = format!("{user}@{}", record.host);
    if !record.command.is_empty() {
        let _ = write!(words, ": {}", record.command);
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::super::tests::{NOBODY, assert_says};
    use super::words;
    use crate::holder::identify::{Holder, State};
    use crate::holder::record::Record;

    #[test]
    fn what_has_become_of_a_holder_is_said_with_what_to_do() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let since = now - 7980;
        let command = "rsync -a /a /b".to_owned();
        let record =
            Record { pid: 7, user: NOBODY, host: "h".into(), since, command, ..Record::default() };
        let recorded = |state| Holder { state, ..Holder::of(record.clone()) };
        let listed = |state, command: &[&str]| {
            let command = command.iter().map(|word| (*word).to_owned()).collect();
            Holder { pid: 8, record: None, command, state }
        };
        let holders = [
            recorded(State::Runs),
            recorded(State::Stopped),
            recorded(State::Ended),
            recorded(State::Unseen),
            listed(State::Runs, &["flock", "a b", "sleep"]),
            listed(State::Runs, &[]),
            listed(State::Stopped, &["sh"]),
            listed(State::Ended, &[]),
        ];
        let left = "which has ended; what it left behind holds the lock: fuser '/l k'";
        assert_says(
            &holders.map(|holder| words(Some(&holder), Path::new("/l k"))),
            &[
                "pid 7 (4000000000@h: rsync -a /a /b) for 2h13m",
                "pid 7 (4000000000@h: rsync -a /a /b) for 2h13m, stopped",
                &format!("pid 7 (4000000000@h: rsync -a /a /b), {left}"),
                "pid 7 (4000000000@h: rsync -a /a /b) for 2h13m, which can't be seen here: it has ended, or is in another \
                 container",
                "pid 8 (flock 'a b' sleep)",
                "pid 8",
                "pid 8 (sh), stopped",
                &format!("pid 8, {left}"),
            ],
        );
    }
}
