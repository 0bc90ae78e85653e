//! What somebody may have meant by an option that there is not.

use std::ffi::OsString;

use super::table::{self, OPTIONS};

/// Options of other tools (flock(1), lockf(1), lckdo(1), setlock(8), with-lock-ex(1), dotlockfile(1), timeout(1)) and of
/// habit, and what to say of them.
const OF_OTHERS: [(&[&str], &str); 25] = [
    (
        &[
            "--timeout",
            "-t",
            "-W",
            "--max-wait",
            "--wait-time",
            "--deadline",
            "--retry",
            "--retries",
            "-r",
        ],
        "did you mean --wait?",
    ),
    (
        &[
            "--nb",
            "--no-wait",
            "--nowait",
            "--nonblocking",
            "--non-blocking",
            "--noblock",
            "--no-block",
            "-f",
        ],
        "did you mean --nonblock?",
    ),
    (&["--block", "--blocking", "--queue"], "did you mean --wait inf?"),
    (&["--silent", "--no-output"], "did you mean --quiet?"),
    (&["--exit-code", "--conflict-exit-status"], "did you mean --conflict-exit-code?"),
    (&["--max-time", "--maxtime", "--time-limit", "--runtime"], "did you mean --max-runtime?"),
    (&["--jobs", "--parallel", "--max-jobs", "-P", "-m"], "did you mean --slots?"),
    (&["--queue-limit", "--max-queue", "--max-pending"], "did you mean --max-waiters?"),
    (&["--kill", "--restart", "--kill-old", "--take-over"], "did you mean --replace?"),
    (&["-e", "--ex"], "did you mean --exclusive?"),
    (&["--read", "--reader", "--read-lock"], "did you mean --shared?"),
    (&["--face"], "it must be the first option"),
    (&["--fcntl"], "did you mean --backend fcntl?"),
    (&["--debug", "--trace"], "did you mean --verbose?"),
    (&["--log", "--logger"], "did you mean --syslog?"),
    (&["--shell", "--sh", "--exec"], "did you mean --command?"),
    (&["--usage", "-?", "-H"], "did you mean --help?"),
    (&["-u", "--unlock"], "the lock ends with the command"),
    (&["--stale", "--steal", "--lock-timeout"], "no lock is stale: it ends with its holder"),
    (&["--preserve-status"], "the command's status is passed on in any case"),
    (&["--foreground"], "the command can use the terminal in any case"),
    (&["--pidfile", "--pid-file", "-p"], "the process id is in LOCKFILE"),
    (&["-l", "--locks"], "did you mean --list?"),
    (&["--holder", "--holders", "--who", "--info"], "did you mean --status?"),
    (
        &["-L", "--lock", "--lockfile", "--lock-file", "--file"],
        "LOCKFILE is given without an option",
    ),
];

/// A hint in parentheses with a blank before it, or nothing.
pub(super) fn of(option: &str) -> String {
    let of_others = OF_OTHERS.iter().find(|(names, _)| names.contains(&option));
    match of_others {
        Some((_, hint)) => format!(" ({hint})"),
        None => match option.strip_prefix("--") {
            Some(name) => nearest(name).map(|name| format!("--{name}")),
            None => other_case(option),
        }
        .map(|option| format!(" (did you mean {option}?)"))
        .unwrap_or_default(),
    }
}

/// The letter that is an option as a small or as a capital one.
fn other_case(option: &str) -> Option<String> {
    let letter = option.strip_prefix('-')?.chars().next()?;
    let other = if letter.is_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    };
    table::short(other).map(|_| format!("-{other}"))
}

/// The same for the letter of a long option that was written with one dash, as in `-quiet`.
pub(super) fn of_one_dash(letter: &str, words: &[OsString]) -> Option<String> {
    let letter = letter.strip_prefix('-')?;
    let clusters = words.iter().filter_map(|word| word.to_str()?.strip_prefix('-'));
    let name = clusters.into_iter().find(|cluster| cluster.contains(letter))?;
    let is_known = name.len() > 1 && OPTIONS.iter().any(|option| option.long == name);
    is_known.then(|| format!(" (did you mean --{name}?)"))
}

/// The one option that begins like this, or this like it, or that is just a slip away.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let name = name.as_str();
    let names = OPTIONS.iter().map(|option| option.long);
    let mut same_start = names.clone().filter(|known| known.starts_with(name));
    if let (true, Some(one), None) = (name.len() > 1, same_start.next(), same_start.next()) {
        return Some(one);
    }
    let slips = |known: &&str| slips(name, known);
    let near = names.clone().filter(|known| slips(known) <= known.len() / 3).min_by_key(slips);
    near.or_else(|| names.filter(|known| name.starts_with(known)).max_by_key(|known| known.len()))
}

/// How many letters must be put in, left out, replaced, or swapped with the next, to make one word the other (the optimal
/// string alignment distance).
fn slips(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) =
        (one.chars().take(40).collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::table::OPTIONS;
    use super::{OF_OTHERS, of, of_one_dash, slips};

    #[test]
    fn a_slip_is_counted_once() {
        for (one, other, count) in [
            ("", "", 0),
            ("", "wait", 4),
            ("wait", "wait", 0),
            ("wiat", "wait", 1),
            ("wai", "wait", 1),
            ("waiit", "wait", 1),
            ("walt", "wait", 1),
            ("queit", "quiet", 1),
            ("keep", "close", 5),
            ("w\u{e4}it", "wait", 1),
        ] {
            assert_eq!((slips(one, other), slips(other, one)), (count, count), "{one} {other}");
        }
    }

    #[test]
    fn every_option_is_found_from_a_slip_and_every_hint_names_an_option() {
        for known in OPTIONS.iter().map(|option| option.long) {
            let mut letters: Vec<char> = known.chars().collect();
            letters.swap(1, 2);
            let swapped: String = letters.iter().collect();
            let shorter = &known[..known.len() - 1];
            let doubled = format!("{known}{}", &known[known.len() - 1..]);
            for slip in [swapped.as_str(), shorter, &doubled, &known.to_uppercase()] {
                let is_other = OPTIONS.iter().any(|option| option.long == slip);
                let hint = format!(" (did you mean --{known}?)");
                assert!(is_other || of(&format!("--{slip}")) == hint, "{slip}: {known}");
            }
        }
        for (names, hint) in OF_OTHERS {
            for name in names {
                assert!(!OPTIONS.iter().any(|option| option.is(name)), "{name} is an option");
            }
            let words = hint.split([' ', '?']);
            for word in words.filter(|word| word.starts_with('-')) {
                assert!(OPTIONS.iter().any(|option| option.is(word)), "{word} is no option");
            }
        }
    }

    #[test]
    fn a_typo_or_the_option_of_another_tool_is_told_what_it_is_called_here() {
        for (option, name) in [
            ("--timeout", "--wait"),
            ("-t", "--wait"),
            ("-W", "--wait"),
            ("--nb", "--nonblock"),
            ("--no-wait", "--nonblock"),
            ("--nowait", "--nonblock"),
            ("--nonblocking", "--nonblock"),
            ("--non-block", "--nonblock"),
            ("--silent", "--quiet"),
            ("-e", "--exclusive"),
            ("--conflict-exitcode", "--conflict-exit-code"),
            ("--conflit-exit-code", "--conflict-exit-code"),
            ("--conflict", "--conflict-exit-code"),
            ("--queit", "--quiet"),
            ("--Quiet", "--quiet"),
            ("--wiat", "--wait"),
            ("--verbos", "--verbose"),
            ("--nocreate", "--no-create"),
            ("--no_create", "--no-create"),
            ("--share", "--shared"),
            ("--exclusiv", "--exclusive"),
            ("--back-end", "--backend"),
            ("--commnad", "--command"),
            ("--insecur", "--insecure"),
            ("--hlep", "--help"),
            ("--NO_CREATE", "--no-create"),
            ("--WAIT", "--wait"),
            ("--keep-file", "--keep"),
            ("--waiting", "--wait"),
            ("--quietly", "--quiet"),
            ("--retries", "--wait"),
            ("--log", "--syslog"),
            ("-Q", "-q"),
            ("-C", "-c"),
            ("-K", "-k"),
        ] {
            assert_eq!(of(option), format!(" (did you mean {name}?)"));
        }
        for (option, hint) in [
            ("--preserve-status", " (the command's status is passed on in any case)"),
            ("--steal", " (no lock is stale: it ends with its holder)"),
        ] {
            assert_eq!(of(option), hint);
        }
        for option in ["--nonsense", "-Z", "--", "--a", "--x-ray", "--\u{e4}", "", "--n"] {
            assert_eq!(of(option), "", "{option}");
        }
        for (line, hint) in [
            ("-quiet L true", Some(" (did you mean --quiet?)")),
            ("-w 5 -quiet L true", Some(" (did you mean --quiet?)")),
            ("-qu L true", None),
            ("-u L tool -quiet", None),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(of_one_dash("-u", &words).as_deref(), hint, "{line}");
        }
    }
}
