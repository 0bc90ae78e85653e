//! Every option does what --help says of it.

use std::process::{Command, Output};

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{Running, Scratch, process_owned, program, stderr, withlock};

/// Runs `withlock WORDS` in the scratch directory.
pub(super) fn attempt(scratch: &Scratch, words: &[&str]) -> Output {
    run(withlock(words).current_dir(scratch.path()))
}

/// Options, and the exit status and whether anything is said while somebody else holds the lock.
const BUSY: [(&str, i32, bool); 24] = [
    ("", 1, true),
    ("-n", 1, true),
    ("--nonblock", 1, true),
    ("-x", 1, true),
    ("--exclusive", 1, true),
    ("-s", 1, true),
    ("--shared", 1, true),
    ("-nx", 1, true),
    ("-w 0", 1, true),
    ("-w0", 1, true),
    ("--wait=0.001", 1, true),
    ("-w inf -n", 1, true),
    ("-w inf -w 0", 1, true),
    ("-q", 0, false),
    ("--quiet", 0, false),
    ("-E 42", 42, true),
    ("-E0", 0, true),
    ("--conflict-exit-code=255", 255, true),
    ("-E 42 -E 43", 43, true),
    ("-q -E 42", 42, false),
    ("-E 42 -q", 42, false),
    ("-qE42", 42, false),
    ("-q -q", 0, false),
    ("-k --no-create -o", 1, true),
];

#[test]
fn a_busy_lock_ends_as_the_options_say_and_runs_nothing() {
    let scratch = Scratch::new();
    let running = Running::start(&[], &scratch.join("lock"));
    for (options, code, says) in BUSY {
        let mut words: Vec<&str> = options.split_whitespace().collect();
        words.extend(["lock", "echo", "ran"]);
        let output = attempt(&scratch, &words);
        if says {
            assert_complains(options, &output, code, &["lock is held by pid"]);
        } else {
            assert_silent(options, &output, code);
            assert!(output.stdout.is_empty(), "{options}");
        }
    }
    assert_eq!(scratch.names(), ["lock"]);
    running.finish();
}

#[test]
fn readers_share_and_the_last_of_mode_options_wins() {
    let scratch = Scratch::new();
    let running = Running::start(&["-s"], &scratch.join("lock"));
    let options = [
        ("-s", true),
        ("--shared", true),
        ("-x -s", true),
        ("-sw0", true),
        ("-s -w 5 -n", true),
        ("", false),
        ("-x", false),
        ("-s -x", false),
        ("--shared --exclusive", false),
    ];
    for (options, shares) in options {
        let mut words: Vec<&str> = options.split_whitespace().collect();
        words.extend(["lock", "echo", "ran"]);
        let output = attempt(&scratch, &words);
        if shares {
            assert_silent(options, &output, 0);
            assert_eq!(output.stdout, b"ran\n", "{options}");
        } else {
            assert_complains(options, &output, 1, &["lock is held by"]);
        }
        assert_eq!(scratch.names(), ["lock"], "{options}: the other reader needs it");
    }
    running.finish();
    assert!(scratch.names().is_empty());
}

#[test]
fn nonblock_before_wait_waits_for_the_last_one_wins() {
    let scratch = Scratch::new();
    let mut holder = Running::start(&[], &scratch.join("lock"));
    let mut waiter = withlock(["-v", "-n", "-w", "60", "lock", "echo", "ran"]);
    waiter.current_dir(scratch.path()).stdout(std::process::Stdio::piped());
    let mut waiter = waiter.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut errors = std::io::BufReader::new(waiter.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("waiting at most 1m for pid") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut errors, &mut line).unwrap(), 0);
    }
    holder.go_on();
    let output = waiter.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"ran\n");
    assert!(output.status.success());
    holder.wait();
    // What came on stderr meanwhile is none of this test's business.
    drop(errors);
    assert!(scratch.names().is_empty());
}

#[test]
fn a_command_string_is_run_by_a_shell_before_and_behind_the_lock_file() {
    let scratch = Scratch::new();
    let string = "echo \"a  $((1+1))\" | tr a b; exit 7";
    for words in [
        &["-c", string, "lock"][..],
        &["lock", "-c", string],
        &["--command", string, "lock"],
        &["lock", "--command", string],
        &["-qc", string, "lock"],
        &["-c", "exit 1", "-c", string, "lock"],
    ] {
        let output = attempt(&scratch, words);
        assert_silent(&words.join(" "), &output, 7);
        assert_eq!(output.stdout, b"b  2\n", "{words:?}");
        assert!(scratch.names().is_empty());
    }
}

#[test]
fn keep_no_create_and_close_do_what_they_say() {
    let scratch = Scratch::new();
    assert_silent("keep", &attempt(&scratch, &["--keep", "lock", "true"]), 0);
    assert_eq!(scratch.names(), ["lock"]);
    assert_silent("there", &attempt(&scratch, &["--no-create", "lock", "true"]), 0);
    assert!(scratch.names().is_empty(), "it was withlock's own");
    let output = attempt(&scratch, &["--no-create", "lock", "echo"]);
    assert_complains("not there", &output, 69, &["lock: does not exist"]);
    // Whether the job has a descriptor of the lock file, as its shell sees it.
    let script = "for n in 3 4 5 6 7 8 9 10 11 12 13 14 15; do \
        test \"/dev/fd/$n\" -ef lock && echo has; done; exit 0";
    let has = |words: &[&str]| {
        let words = [words, &["lock", "sh", "-c", script]].concat();
        String::from_utf8(attempt(&scratch, &words).stdout).unwrap()
    };
    if std::path::Path::new("/dev/fd/0").exists() {
        assert_eq!(has(&["-o"]), "");
        assert_eq!(has(&["--close"]), "");
        assert_eq!(has(&[]), if process_owned() { "" } else { "has\n" });
    }
}

#[test]
fn each_backend_is_used_when_it_is_asked_for() {
    let scratch = Scratch::new();
    for (asked, shown) in [("fcntl", "fcntl"), ("lockf", "lockf"), ("auto", ""), ("flock", "flock")]
    {
        let output = attempt(&scratch, &["-v", "--backend", asked, "lock", "echo", "ran"]);
        if asked == "flock" && cfg!(target_os = "solaris") {
            assert_complains(asked, &output, 71, &["omit --backend"]);
            continue;
        }
        assert_eq!(output.stdout, b"ran\n", "{output:?}");
        let said = stderr(&output);
        let line = said.lines().find(|line| line.contains(", backend ")).unwrap();
        assert!(line.contains(&format!("backend {shown},")) || shown.is_empty(), "{said}");
    }
    let output =
        attempt(&scratch, &["-v", "--backend", "fcntl", "--backend", "lockf", "lock", "true"]);
    assert!(stderr(&output).contains("backend lockf"), "the last one wins");
}

#[test]
fn help_and_version_are_printed_without_touching_anything() {
    let scratch = Scratch::new();
    for words in [&["--help"][..], &["--hel"], &["-q", "--help", "lock", "echo"]] {
        let output = attempt(&scratch, words);
        assert_silent(&words.join(" "), &output, 0);
        let text = String::from_utf8(output.stdout).unwrap();
        for option in [
            "LOCKFILE",
            "--wait",
            "-q",
            "-v",
            "-E",
            "-c",
            "-k",
            "-o",
            "-s",
            "-x",
            "-n",
            "--no-create",
            "--insecure",
            "--backend",
            "--version",
            "127",
            "126",
            "73",
            "71",
            "69",
        ] {
            assert!(text.contains(option), "{option} is missing in {text}");
        }
        assert!(text.lines().all(|line| line.trim_end() == line), "blanks at the end of a line");
    }
    let short = attempt(&scratch, &["-h"]);
    assert_silent("-h", &short, 0);
    for words in [&["-qh"][..], &["-hZ"], &["-w", "5", "-h", "lock", "--help"]] {
        let output = attempt(&scratch, words);
        assert_silent(&words.join(" "), &output, 0);
        assert_eq!(output.stdout, short.stdout, "{words:?}");
    }
    let version = format!("withlock {}\n", env!("CARGO_PKG_VERSION"));
    for words in [&["--version"][..], &["-V"], &["-k", "-V", "lock"]] {
        let output = attempt(&scratch, words);
        assert_silent(&words.join(" "), &output, 0);
        assert_eq!(String::from_utf8_lossy(&output.stdout), version);
    }
    assert!(scratch.names().is_empty());
    assert_silent("alone", &run(Command::new(program()).arg("--help")), 0);
}
