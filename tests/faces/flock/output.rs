//! What the tool itself says: `--verbose`, `--version` and `--help`, in what they mean.

use crate::faces::case::{Case, scene, script};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::finished::Finished;

pub const CASES: &[Case] = &[
    scene("verbose", |stage| verbose(stage, &["--verbose", "lock", "echo", "ran"], false)),
    scene("verbose-with-a-string", |stage| {
        verbose(stage, &["--verbose", "lock", "-c", "echo ran"], false)
    }),
    scene("verbose-abbreviated", |stage| {
        verbose(stage, &["--verb", "-n", "lock", "echo", "ran"], false)
    }),
    scene("verbose-and-shared", |stage| {
        verbose(stage, &["-s", "-w", "5", "--verbose", "lock", "true"], false)
    }),
    scene("verbose-and-unlocked", |stage| {
        verbose(stage, &["-u", "--verbose", "lock", "true"], false)
    }),
    scene("verbose-on-a-descriptor", |stage| verbose(stage, &["--verbose", "1"], false)),
    scene("verbose-and-no-such-command", |stage| {
        verbose(stage, &["--verbose", "lock", "nosuch"], false)
    }),
    scene("verbose-and-status", |stage| {
        verbose(stage, &["--verbose", "lock", "sh", "-c", "exit 7"], false)
    }),
    scene("verbose-without-fork", |stage| {
        verbose(stage, &["--verbose", "-F", "lock", "echo", "ran"], false)
    }),
    script(
        "verbose-before-the-command",
        "flock --verbose lock echo ran | sed -n 's/^flock: .*/told/p; /ran/p' | uniq",
    ),
    scene("verbose-and-busy", |stage| {
        verbose(stage, &["--verbose", "-n", "lock", "echo", "ran"], true)
    }),
    scene("verbose-and-timed-out", |stage| {
        verbose(stage, &["--verbose", "-w", "0.01", "-E", "9", "lock", "true"], true)
    }),
    scene("verbose-and-not-waited", |stage| {
        verbose(stage, &["--verbose", "-w", "0", "lock", "true"], true)
    }),
    scene("verbose-and-no-file", |stage| {
        verbose(stage, &["--verbose", "nodir/lock", "true"], false)
    }),
    scene("silent-without-verbose", |stage| verbose(stage, &["-w", "0.01", "lock", "true"], true)),
    scene("version-V", |stage| version(stage, &["-V"])),
    scene("version-long", |stage| version(stage, &["--version"])),
    scene("version-abbreviated", |stage| version(stage, &["--vers"])),
    scene("version-behind-others", |stage| version(stage, &["-xnV", "--nosuch"])),
    scene("help-h", |stage| help(stage, &["-h"])),
    scene("help-long", |stage| help(stage, &["--help"])),
    scene("help-abbreviated", |stage| help(stage, &["--h"])),
    scene("help-bundled", |stage| help(stage, &["-nhy"])),
    scene("help-before-a-mistake", |stage| help(stage, &["-w", "1", "--help", "-E", "x"])),
    scene("version-before-help", |stage| version(stage, &["-V", "-h"])),
    script("help-that-can-not-be-written", "flock --help >/dev/full; echo $?").names(&["No space"]),
    script("version-that-can-not-be-written", "flock --version >/dev/full; echo $?")
        .names(&["No space"]),
    script("verbose-that-can-not-be-written", "flock --verbose lock true >/dev/full; echo $?")
        .names(&["No space"]),
    script(
        "verbose-failure-that-can-not-be-written",
        "flock --verbose lock sh -c 'exit 3' >/dev/full; echo $?",
    )
    .names(&["No space"]),
    script("help-without-output", "flock --help >&-; echo $?; flock --version >&-; echo $?"),
    script(
        "verbose-without-output",
        "flock --verbose lock true >&-; echo $?; flock --verbose lock sh -c 'exit 3' >&-; echo $?",
    ),
    script(
        "help-that-nobody-reads",
        "(flock --help; echo $? >&2) 2>status | :; grep -c . status; rm status",
    ),
];

/// How it ended and which lines there are, those of the tool by what they tell.
fn verbose(stage: &Stage, words: &[&str], is_busy: bool) -> Seen {
    let holder = is_busy.then(|| stage.held_by_peer(&[], "lock"));
    let finished = stage.finish(stage.run(words));
    holder.map(crate::support::Running::finish);
    let mut seen = Seen::new().end(finished.status);
    for (stream, bytes) in [("out", &finished.stdout), ("err", &finished.stderr)] {
        let text = String::from_utf8_lossy(bytes);
        let mut lines: Vec<String> = text.lines().map(|line| told(line, words)).collect();
        // A pipe shows the tool's lines when the command has ended, or before.
        lines.sort();
        seen = seen.fact(stream, format!("{lines:?}"));
    }
    seen.left(stage)
}

/// A line of the command as it is; of one of the tool, what it tells.
fn told(line: &str, words: &[&str]) -> String {
    let Some(said) = line.strip_prefix("flock: ") else { return line.to_owned() };
    let number = said.split_whitespace().any(|word| {
        word.split_once('.').is_some_and(|(whole, part)| {
            [whole, part].iter().all(|digits| {
                digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty()
            })
        })
    });
    let has = |word: &str| said.contains(word);
    let command = words
        .iter()
        .find(|word| ["echo", "true", "sh", "nosuch", "nodir/lock"].contains(word) && has(word));
    match command {
        _ if has("timeout") => "<timeout>".to_owned(),
        _ if number && has("second") => "<seconds>".to_owned(),
        Some(command) => format!("<{command}>"),
        None if has("/sh") => "<the shell>".to_owned(),
        None if has("lock") => "<no lock>".to_owned(),
        None => format!("<{said}>"),
    }
}

fn version(stage: &Stage, words: &[&str]) -> Seen {
    let finished = stage.finish(stage.run(words));
    let text = String::from_utf8_lossy(&finished.stdout).into_owned();
    let is_number =
        |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
    facts(&finished, stage)
        .fact("lines", text.lines().count())
        .fact("begins", text.split_whitespace().next().unwrap_or_default())
        .fact("has a number", text.split_whitespace().any(is_number))
        .left(stage)
}

/// The options that each flock(1) has.
const OPTIONS: &[&str] = &[
    "-s",
    "--shared",
    "-x",
    "--exclusive",
    "-u",
    "--unlock",
    "-n",
    "-w",
    "--timeout",
    "-E",
    "--conflict-exit-code",
    "-o",
    "--close",
    "-c",
    "--command",
    "-F",
    "--no-fork",
    "--verbose",
    "-h",
    "--help",
    "-V",
    "--version",
];

fn help(stage: &Stage, words: &[&str]) -> Seen {
    let finished = stage.finish(stage.run(words));
    let missing: Vec<&str> = {
        let text = String::from_utf8_lossy(&finished.stdout);
        let found: Vec<&str> = text.split([' ', ',', '\n', '|', '[', ']']).collect();
        OPTIONS.iter().copied().filter(|option| !found.contains(option)).collect()
    };
    facts(&finished, stage)
        .fact("lacks", format!("{missing:?}"))
        .names(&finished.stdout, &["usage", "flock"])
        .left(stage)
}

/// All but the text on standard output.
fn facts(finished: &Finished, stage: &Stage) -> Seen {
    let silent =
        Finished { status: finished.status, stdout: Vec::new(), stderr: finished.stderr.clone() };
    Seen::new().run(&silent, stage).fact("text", !finished.stdout.is_empty())
}
