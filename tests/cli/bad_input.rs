//! Command lines that are wrong or odd: each ends with its own status, one line that helps, and nothing left behind.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::support::complaint::{assert_complains, run};
use crate::support::{Scratch, stderr, withlock};

/// Arguments with `|` between two, and what the one line must contain, with `|` between two. All are exit status 2; a job
/// that ran would print something.
const USAGE: [(&[u8], &str); 59] = [
    (b"--", "LOCKFILE is missing: withlock [OPTIONS] LOCKFILE COMMAND"),
    (b"-v", "LOCKFILE is missing"),
    (b"-w|5", "LOCKFILE is missing"),
    (b"-c|echo", "LOCKFILE is missing"),
    (b"L", "COMMAND is missing: withlock L COMMAND"),
    (b"L|--", "COMMAND is missing"),
    (b"--|L", "COMMAND is missing"),
    (b"-w|5|L", "COMMAND is missing"),
    (b"", "LOCKFILE is empty (is a variable not set?)"),
    (b"|echo", "LOCKFILE is empty"),
    (b"|-c|echo", "LOCKFILE is empty"),
    (b"|-q|echo", "LOCKFILE is empty"),
    (b"-w|soon|L|echo", "-w soon|not a duration|1h30m"),
    (b"-w|L|echo", "-w L|not a duration"),
    (b"-w|-1|L|echo", "-w -1|not a duration"),
    (b"-w|1 s|L|echo", "-w '1 s'|not a duration"),
    (b"-w|1e3|L|echo", "-w 1e3|not a duration"),
    (b"-w|nan|L|echo", "-w nan|not a duration"),
    (b"-w|infinity|L|echo", "-w infinity|or inf"),
    (b"-w|99999999999999999999|L|echo", "too long|inf"),
    (b"-wx|L|echo", "-w x|not a duration"),
    (b"-w|5\nm|L|echo", "-w '5?m'|not a duration"),
    (b"-w|\xff|L|echo", "-w|not a duration"),
    (b"-w", "-w needs a DURATION, such as 0.5, 90s, 1h30m or inf"),
    (b"-qw", "-w needs a DURATION"),
    (b"-E", "-E needs an exit status, 0 to 255"),
    (b"-c", "-c needs a STRING, the command line for the shell"),
    (b"--warn-held", "--warn-held needs a DURATION, such as 0.5, 90s, 1h30m or inf"),
    (b"-q|--warn-held|x|L|echo", "--warn-held x: not a duration"),
    (b"--warn-held||L|echo", "--warn-held '': not a duration"),
    (b"--backend", "--backend needs a value: auto, flock, fcntl or lockf"),
    (b"-E|256|L|echo", "-E 256: not an exit status (0 to 255);"),
    (b"-E|-1|L|echo", "-E -1: not an exit status"),
    (b"-E|x|L|echo", "-E x: not an exit status"),
    (b"-Ex|L|echo", "-E x: not an exit status"),
    (b"-E||L|echo", "-E '': not an exit status"),
    (b"-E|x\ny|L|echo", "-E 'x?y': not an exit status"),
    (b"-E|\xff|L|echo", "-E '\u{fffd}': not an exit status"),
    (b"--conflict-exit-code=1.5|L|echo", "-E 1.5: not an exit status"),
    (b"--backend|x|L|echo", "--backend x: no such backend (auto, flock, fcntl or lockf);"),
    (b"--backend|no\nne|L|echo", "--backend 'no?ne': no such backend"),
    (b"--backend||L|echo", "--backend '': no such backend"),
    (b"--backend|\xff|L|echo", "--backend '\u{fffd}': no such backend"),
    (b"-Z|L|echo", "unknown option -Z;"),
    (b"-qZ|L|echo", "unknown option -Z;"),
    (b"--nonsense|L|echo", "unknown option --nonsense;"),
    (b"--non\nsense|L|echo", "unknown option --non?sense;"),
    (b"-\xff|L|echo", "unknown option -"),
    (b"--timeout=5|L|echo", "unknown option --timeout (did you mean --wait?);"),
    (b"-t|5|L|echo", "unknown option -t (did you mean --wait?);"),
    (b"--queit|L|echo", "unknown option --queit (did you mean --quiet?);"),
    (b"-quiet|L|echo", "unknown option -u (did you mean --quiet?);"),
    (b"-u|L", "unknown option -u (the lock ends with the command);"),
    (b"-Fo|L|echo", "-F and -o exclude each other"),
    (b"--quiet=y\nes|L|echo", "--quiet takes no value"),
    (b"-c|echo|L|echo", "-c replaces COMMAND"),
    (b"L|-c", "-c needs a STRING"),
    (b"L|-c|echo|more", "-c after LOCKFILE takes exactly one argument: quote the command"),
    (b"L|-q|echo", "options go before LOCKFILE: withlock | -q L echo;"),
];

/// Words of the programming language's own library, which help nobody.
const FOREIGN_WORDS: [&str; 6] = [
    "invalid digit",
    "is not in",
    "empty string",
    "UTF-8",
    "invalid value",
    "for more information",
];

#[test]
fn a_wrong_crontab_line_is_explained_in_one_line_of_mail_and_leaves_nothing() {
    for (line, parts) in USAGE {
        let scratch = Scratch::new();
        let words = line.split(|byte| *byte == b'|').map(OsStr::from_bytes);
        let parts: Vec<&str> = parts.split('|').chain(["; see withlock --help"]).collect();
        let output = run(withlock(words).current_dir(scratch.path()));
        let case = String::from_utf8_lossy(line);
        assert_complains(&case, &output, 2, &parts);
        let said = stderr(&output);
        assert!(said.len() < 300, "{case}: {said}");
        assert!(!FOREIGN_WORDS.iter().any(|words| said.contains(words)), "{case}: {said}");
        assert!(scratch.names().is_empty(), "{case}");
    }
    for word in ["--", "-E", "-w"].map(|start| format!("{start}{}", "x".repeat(10_000))) {
        let output = run(&mut withlock([word.as_str(), "L", "echo"]));
        assert_complains("long", &output, 2, &["xxx..."]);
        assert!(output.stderr.len() < 300, "{output:?}");
    }
    let output = run(&mut withlock::<&str>([]));
    assert_complains("nothing", &output, 2, &["LOCKFILE is missing"]);
}

#[test]
fn a_newline_in_a_path_does_not_forge_a_second_line_of_mail() {
    let scratch = Scratch::new();
    let missing = scratch.join("no\nsuch\x1b[2J\rdir/lock");
    let output = run(withlock([missing.as_os_str()]).arg("echo"));
    assert_complains("missing", &output, 73, &["no?such?[2J?dir"]);
    let lock = scratch.join("lock");
    let output = run(withlock([lock.as_os_str()]).arg("./no\nsuch\u{9b}31m"));
    assert_complains("command", &output, 127, &["./no?such?31m"]);
    let other = scratch.join(OsStr::from_bytes(b"\xff\nx"));
    fs::create_dir(&other).unwrap();
    let output = run(withlock([other.as_os_str()]).arg("echo"));
    assert_complains("directory", &output, 73, &["?x: is a directory"]);
}

#[test]
fn characters_that_hide_or_turn_others_are_not_shown() {
    let scratch = Scratch::new();
    let hidden = [
        '\u{200b}',
        '\u{200f}',
        '\u{61c}',
        '\u{e0041}',
        '\u{202e}',
        '\u{feff}',
        '\u{ad}',
        '\u{2028}',
    ];
    let name: String = hidden.iter().flat_map(|hidden| ['a', *hidden]).collect();
    let output = run(withlock([scratch.join(&name).join("lock").as_os_str()]).arg("echo"));
    assert_complains("path", &output, 73, &[&"a?".repeat(hidden.len())]);
    assert!(!stderr(&output).contains(hidden));
    let output = run(withlock([scratch.join("lock").as_os_str()]).arg(format!("./{name}\u{e4}")));
    assert_complains("command", &output, 127, &[&format!("./{}\u{e4}", "a?".repeat(hidden.len()))]);
}
