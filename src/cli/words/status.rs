//! Who holds which lock: in lines for people, as a table, and as JSON Lines for programs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use withlock_platform::backend::Mode;
use withlock_platform::process;

use super::holder;
use super::printable;
use crate::cli::{duration, quoting};
use crate::holder::identify;
use crate::holder::status::{Holding, State, Status};

pub(in crate::cli) mod json;

const NOT_KNOWN: &str = "not known: nobody is seen to hold it, but not every holder could be seen here: one in another \
     container or on another host, or one of a file that you may not read";

/// What `--status` says of one lock: a line, or more where several hold it or wait for it.
pub(in crate::cli) fn lines(path: &Path, status: &Status) -> String {
    let mut said = match status.state {
        State::Absent => vec!["free".to_owned()],
        State::Free => vec!["free (file present, nobody holds it)".to_owned()],
        State::Unknown => {
            vec![NOT_KNOWN.to_owned()]
        }
        State::Held => status.holders.iter().map(|it| holding(it, path)).collect(),
    };
    match status.waiting {
        None | Some(0) => {}
        Some(1) => said.push("1 waits for it".to_owned()),
        Some(waiting) => said.push(format!("{waiting} wait for it")),
    }
    let mut text = String::new();
    for said in said {
        text.extend(printable::line(&format!("{}: {said}", path.display())));
        text.push('\n');
    }
    text
}

/// `held by pid 4711 (root@db1: rsync -a /a /b) since 2026-11-25 09:49:39, for 2h13m`.
fn holding(holding: &Holding, path: &Path) -> String {
    let how = match (holding.is_lease, holding.mode) {
        (true, _) => "leased (fcntl(2), \"Leases\") to ",
        (false, Mode::Exclusive) => "held by ",
        (false, Mode::Shared) => "held, shared, by ",
    };
    let Some(holder) = &holding.holder else {
        return format!("{how}someone unknown");
    };
    let who = who(holding);
    if holder.state == identify::State::Ended {
        let left = match pids(&holding.left) {
            left if left.is_empty() => {
                let file = quoting::quote(&path.to_string_lossy());
                format!("; find it with: fuser {file}")
            }
            left => format!(": {left}"),
        };
        return format!("held: {who} has ended, what it left behind holds the lock{left}");
    }
    let mut words = format!("{how}{who}");
    if let Some(since) = since(holding) {
        if let Some(time) = process::local_time(since) {
            let _ = write!(words, " since {time},");
        }
        let _ = write!(words, " for {}", duration::words(age(since)));
    }
    words.push_str(match holder.state {
        identify::State::Stopped => ", stopped",
        identify::State::Unseen => {
            ", which can't be seen here: it has ended, or is in another container"
        }
        _ => "",
    });
    words
}

/// `pid 4711 (root@db1: rsync -a /a /b)`.
fn who(holding: &Holding) -> String {
    let Some(it) = &holding.holder else {
        return String::new();
    };
    let user = holding.user.map(holder::user);
    let host = it.record.as_ref().map(|record| record.host.as_str());
    let place = match (user, host) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (user, host) => user.or(host.map(str::to_owned)).unwrap_or_default(),
    };
    let command = holder::command(it);
    let parts: Vec<&str> =
        [place.as_str(), &command].into_iter().filter(|part| !part.is_empty()).collect();
    match parts.join(": ") {
        doing if doing.is_empty() => format!("pid {}", it.pid),
        doing => format!("pid {} ({doing})", it.pid),
    }
}

/// `pids 12, 13`; nothing where there is none.
fn pids(pids: &[u32]) -> String {
    let numbers: Vec<String> = pids.iter().map(u32::to_string).collect();
    match numbers.as_slice() {
        [] => String::new(),
        [one] => format!("pid {one}"),
        many => format!("pids {}", many.join(", ")),
    }
}

/// Since when it holds the lock, in seconds since 1970: only the record tells.
fn since(holding: &Holding) -> Option<u64> {
    Some(holding.holder.as_ref()?.record.as_ref()?.since)
}

fn age(since: u64) -> Duration {
    let now = process::time_of_day();
    Duration::from_secs(now.as_secs().saturating_sub(since))
}

/// The columns of the table; the last one is as wide as it is.
const COLUMNS: [&str; 7] = ["LOCK", "STATE", "PID", "USER", "FOR", "WAITING", "COMMAND"];

/// What `--list` says: a row for each holder, under a head; nothing where there is no lock.
pub(in crate::cli) fn table(locks: &[(PathBuf, Status)]) -> String {
    if locks.is_empty() {
        return String::new();
    }
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    for (path, status) in locks {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let waiting = status.waiting.map_or("-".to_owned(), |number| number.to_string());
        let row = |cells: [String; 5]| {
            let [state, pid, user, age, command] = cells;
            [name.clone().into_owned(), state, pid, user, age, waiting.clone(), command]
        };
        if status.holders.is_empty() {
            let state = if status.state == State::Unknown { "unknown" } else { "free" };
            rows.push(row([state, "-", "-", "-", "-"].map(str::to_owned)));
        }
        rows.extend(status.holders.iter().map(|holding| row(cells(holding))));
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| printable::line(cell).collect::<String>()))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..COLUMNS.len() - 1).map(|it| width(it).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "{cell:width$}  ");
        }
        let _ = writeln!(text, "{}", row[COLUMNS.len() - 1]);
    }
    text
}

/// State, process id, user, age and command of a holder.
fn cells(holding: &Holding) -> [String; 5] {
    let unknown = || "-".to_owned();
    let holder = holding.holder.as_ref();
    let state = holder.map(|holder| holder.state).unwrap_or_default();
    let state = match (holding.is_lease, state, holding.mode) {
        (true, ..) => "leased",
        (_, identify::State::Ended, _) => "ended",
        (_, identify::State::Stopped, _) => "stopped",
        (_, identify::State::Unseen, _) => "unseen",
        (_, identify::State::Runs, Mode::Shared) => "shared",
        (_, identify::State::Runs, Mode::Exclusive) => "held",
    };
    let command = holder.map(holder::command).filter(|command| !command.is_empty());
    let mut command = command.unwrap_or_else(unknown);
    if !holding.left.is_empty() {
        let _ = write!(command, " (left behind: {})", pids(&holding.left));
    }
    [
        state.to_owned(),
        holder.map_or_else(unknown, |holder| holder.pid.to_string()),
        holding.user.map_or_else(unknown, holder::user),
        since(holding).map_or_else(unknown, |since| duration::words(age(since))),
        command,
    ]
}
