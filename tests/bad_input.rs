//! Command lines that are wrong or odd: each ends with its own status, one line that helps, and nothing left behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

#[path = "support/complaint.rs"]
mod complaint;
#[path = "support/programs.rs"]
mod programs;
mod support;

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;

use complaint::{assert_complains, assert_silent, run};
use programs::write_program;
use support::{Scratch, stderr, withlock};

/// Arguments with `|` between two, and what the one line must contain, with `|` between two. All are exit status 2; a job
/// that ran would print something.
const USAGE: [(&[u8], &str); 56] = [
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
    (b"-F|L|echo", "unknown option -F (withlock stays until the command has ended);"),
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
fn empty_arguments_reach_the_command_and_an_empty_command_string_does_nothing() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let count = ["sh", "-c", "echo $#:$1:$2", "sh", "", "x"];
    let output = run(withlock([lock.as_os_str()]).args(count));
    assert_silent("empty argument", &output, 0);
    assert_eq!(output.stdout, b"2::x\n");
    // An unset variable in a crontab, too: no command, no limit.
    for words in [&["-c", "", "lock"][..], &["lock", "-c", ""], &["-w", "", "lock", "true"]] {
        let output = run(withlock(words).current_dir(scratch.path()));
        assert_silent("empty string", &output, 0);
    }
    assert!(scratch.names().is_empty());
}

#[test]
fn names_and_arguments_that_are_no_utf8_or_hold_control_characters_are_used_as_they_are() {
    let names: [&[u8]; 8] =
        [b"\xff\xfe", b"a\nb", b"a\tb", b"\x1b[31mred", b"\x01", b"-rf", b" ", b"\xc3\xa4"];
    for name in names {
        let scratch = Scratch::new();
        let lock = scratch.join(OsStr::from_bytes(name));
        let script =
            "printf %s \"$1\"; printf %s \"$WITHLOCK_LOCKFILE\"; test -f \"$WITHLOCK_LOCKFILE\"";
        let output = run(withlock([lock.as_os_str()])
            .args(["sh", "-c", script, "sh"])
            .arg(OsStr::from_bytes(name)));
        assert_silent(&format!("{lock:?}"), &output, 0);
        assert_eq!(output.stdout, [name, lock.as_os_str().as_bytes()].concat());
        assert!(scratch.names().is_empty());
    }
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
fn the_longest_argument_that_the_system_takes_is_taken() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let attempt = |length| {
        withlock([lock.as_os_str()])
            .args(["sh", "-c", "echo ${#1}", "sh"])
            .arg("x".repeat(length))
            .output()
    };
    // 128 KiB with the NUL is the limit on Linux (execve(2), MAX_ARG_STRLEN).
    let output = attempt(131_071).unwrap();
    assert_silent("131071", &output, 0);
    assert_eq!(output.stdout, b"131071\n");
    match attempt(131_072) {
        Ok(output) => assert_silent("131072", &output, 0),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ArgumentListTooLong),
    }
    assert!(scratch.names().is_empty());
}

/// The last number from `low`, for which the condition is true, and below `high` for which it is.
#[cfg(target_os = "linux")]
fn last_true(mut low: usize, mut high: usize, condition: impl Fn(usize) -> bool) -> usize {
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if condition(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(target_os = "linux")]
#[test]
fn arguments_that_are_too_much_for_the_command_alone_are_reported_and_free_the_lock() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    // The name of a program counts once for withlock, and twice for the program itself.
    let long = scratch.join("n".repeat(250));
    std::os::unix::fs::symlink(support::find_program("true").unwrap(), &long).unwrap();
    let attempt = |thousands, rest| {
        let mut command = withlock([lock.as_os_str(), long.as_os_str()]);
        command.args(vec!["x".repeat(1000); thousands]);
        command.arg("x".repeat(rest)).output()
    };
    // The most that withlock itself can be started with: it fits, and one byte more does not.
    let thousands = last_true(1, 20_000, |thousands| attempt(thousands, 0).is_ok());
    let rest = last_true(0, 2000, |rest| attempt(thousands, rest).is_ok());
    let most = attempt(thousands, rest).unwrap();
    let parts = ["Argument list too long", "fewer or shorter"];
    assert_complains("list", &most, 126, &parts);
    assert!(!lock.exists());
}

#[test]
fn a_builtin_of_the_shell_is_explained_and_a_program_of_its_name_runs() {
    let scratch = Scratch::new();
    let assignment = "withlock LOCKFILE env NAME=VALUE COMMAND";
    for (line, part) in [
        ("cd /", "cd is a shell builtin: use withlock LOCKFILE -c 'STRING'"),
        (". ./settings", ". is a shell builtin"),
        ("source settings", "source is a shell builtin"),
        ("export A=b", "export is a shell builtin"),
        ("ulimit -n 5", "ulimit is a shell builtin"),
        ("set -e", "set is a shell builtin"),
        ("alias a=b", "alias is a shell builtin"),
        ("exec true", "exec is a shell builtin"),
        ("eval true", "eval is a shell builtin"),
        ("[[ a = b ]]", "[[ is a shell builtin"),
        ("if true", "if is a shell keyword: use withlock LOCKFILE -c 'STRING'"),
        ("for a in b", "for is a shell keyword"),
        ("while true", "while is a shell keyword"),
        ("{ true", "{ is a shell keyword"),
        ("! true", "! is a shell keyword"),
        ("FOO=bar true", assignment),
        ("FOO=/bin/true true", assignment),
        ("FOO=", assignment),
    ] {
        let mut command = withlock(["lock"]);
        command.args(line.split(' ')).env("PATH", scratch.path()).current_dir(scratch.path());
        assert_complains(line, &run(&mut command), 127, &["starting the command failed", part]);
        assert!(scratch.names().is_empty(), "{line}");
    }
    write_program(&scratch.join("cd"), b"echo ran\n", 0o755);
    let mut command = withlock(["lock", "cd", "/"]);
    let output = run(command.env("PATH", scratch.path()).current_dir(scratch.path()));
    assert_silent("a program", &output, 0);
    assert_eq!(output.stdout, b"ran\n");
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

#[test]
fn commands_that_can_not_be_started_are_told_apart_and_free_the_lock() {
    let scratch = Scratch::new();
    write_program(&scratch.join("plain"), b"echo plain \"$1\" \"$0\"\n", 0o755);
    write_program(&scratch.join("unfit"), b"#!/no/such/interpreter\n", 0o755);
    write_program(&scratch.join("locked"), b"echo ran\n", 0o644);
    write_program(&scratch.join("empty"), b"", 0o755);
    write_program(&scratch.join("garbage"), b"\x7fELF\x01\x02\x03\0\0\xff\xfe\0", 0o755);
    let long = format!("cd {0} && ls {0} && rm {0}", "x".repeat(100));
    let longer = "x".repeat(100_000);
    let cases: [(&str, i32, &[&str]); 14] = [
        ("", 127, &["withlock: '': starting the command failed"]),
        (&long, 127, &["xx && ls xx", "-c 'STRING'"]),
        ("no-such-program", 127, &["no-such-program", "starting the command", "PATH"]),
        ("./missing", 127, &["./missing", "No such file"]),
        ("./plain/x", 127, &["./plain/x", "starting the command"]),
        ("./unfit", 127, &["./unfit", "#!"]),
        ("./locked", 126, &["./locked", "chmod +x"]),
        ("/", 126, &["/: starting the command", "executable"]),
        ("./", 126, &["./: starting the command", "executable"]),
        (&longer, 127, &["xxx...: starting the command failed"]),
        ("echo hello", 127, &["echo hello", "-c 'STRING'"]),
        ("echo $HOME", 127, &["echo $HOME", "-c 'STRING'"]),
        ("true;", 127, &["true;", "-c 'STRING'"]),
        ("a>b", 127, &["a>b", "-c 'STRING'"]),
    ];
    for (command, code, parts) in cases {
        let output = run(withlock(["lock", command]).current_dir(scratch.path()));
        assert_complains(command, &output, code, parts);
        assert!(output.stderr.len() < 1000, "nobody reads {command}");
        assert!(!scratch.join("lock").exists(), "{command}");
    }
    let output = run(withlock(["lock", "./plain", "one"]).current_dir(scratch.path()));
    assert_silent("without #!", &output, 0);
    assert_eq!(output.stdout, b"plain one ./plain\n");
    let output = run(withlock(["lock", "./empty"]).current_dir(scratch.path()));
    assert_silent("empty", &output, 0);
    // A shell gets the garbage, as execvp(3) and every shell do it; what it says of it is its own affair.
    let output = run(withlock(["lock", "./garbage"]).current_dir(scratch.path()));
    assert!(matches!(output.status.code(), Some(2 | 126 | 127)), "{output:?}");
    complaint::assert_no_panic("garbage", &stderr(&output));
    assert!(!scratch.join("lock").exists());
}
