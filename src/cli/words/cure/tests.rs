//! Advice helps whoever reads it, wherever the failure was.

use std::io;

use super::Reader;
use crate::cli::words::error::words_to;
use crate::cli::words::messages::{Call, ERRNOS};
use crate::error::{Error, Step};
use crate::trust::Reason;

fn denied() -> io::Error {
    io::Error::from_raw_os_error(libc::EACCES)
}

fn missing() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOENT)
}

#[test]
fn every_error_is_one_line_that_names_the_place_and_what_to_do() {
    for call in Call::ALL {
        for (number, _) in ERRNOS {
            let error = call.failed(number);
            for is_root in [false, true] {
                let line = words_to(Reader { is_root }, &error);
                assert_eq!(line.lines().count(), 1, "{line}");
                assert_eq!(line.trim(), line, "{line}");
                let odd =
                    ["Os {", "os error", "kind:", "entity", "Custom", "  ", "; ;", ";;", " ;"];
                assert!(!odd.iter().any(|words| line.contains(words)), "{line}");
                let place = match &error {
                    Error::System { step, .. } => step.to_string(),
                    Error::Start { program, .. } => program.to_string_lossy().into_owned(),
                    _ => "/d/".to_owned(),
                };
                assert!(line.contains(&place), "{line}");
                let is_helped = line.contains("; ") || !call.possible().contains(&number);
                assert!(is_helped, "no advice: {line}");
            }
        }
    }
}

#[test]
fn advice_does_not_lead_back_to_the_place_that_has_failed() {
    let say = |is_root, error: Error| words_to(Reader { is_root }, &error);
    let open = |path: &str, step, number| Error::Open {
        path: path.into(),
        step,
        error: io::Error::from_raw_os_error(number),
    };
    let advice = |line: String| line.split_once("; ").unwrap().1.to_owned();
    for (number, _) in ERRNOS {
        for step in [Step::Open, Step::Create, Step::Remove, Step::LookUp] {
            let line = say(true, open("/run/l", step, number));
            assert!(!advice(line.clone() + "; ").contains("/run"), "{line}");
        }
    }
    // Root is not told to get a permission that root has already.
    let line = say(true, open("/l", Step::Create, libc::EACCES));
    assert!(line.contains("SELinux") && !line.contains("may write"), "{line}");
    let line = say(false, open("/l", Step::Create, libc::EACCES));
    assert!(line.ends_with("use a directory that you may write to"), "{line}");
    // What is removed by somebody else need not be created.
    let line = say(false, open("/l", Step::Remove, libc::ENOENT));
    assert!(
        line.contains("somebody else has just removed it") && !line.contains("create"),
        "{line}"
    );
    for step in [Step::Open, Step::Create, Step::Remove] {
        let line = say(true, open("/l", step, libc::EPERM));
        assert!(line.contains("immutable") && !line.contains("chmod +"), "{line}");
    }
    assert!(say(true, open("/l", Step::Create, libc::ENOSPC)).contains("inodes: df -i"));
    let refused = |at: &str, reason| Error::Unsafe { path: "/tmp/l".into(), at: at.into(), reason };
    let line = say(true, refused("/tmp", Reason::StickyWritable(0o1777)));
    assert!(line.contains("mkdir -m 700") && !line.contains("chmod"), "{line}");
    let line = say(true, refused("/", Reason::Writable(0o777)));
    assert!(
        line.ends_with("every path starts there, so ask root to fix it, or use --insecure"),
        "{line}"
    );
}

#[test]
fn a_command_for_a_shell_is_told_how_to_get_one() {
    let say = |program: &str, error: io::Error| {
        let error = Error::Start { program: program.into(), has_arguments: true, error };
        words_to(Reader { is_root: false }, &error)
    };
    for program in ["cd", ".", "source", "export", "set", "ulimit", "alias", "exec", "eval", "[["] {
        let line = say(program, missing());
        let hint = format!("{program} is a shell builtin: use withlock LOCKFILE -c 'STRING'");
        assert!(line.ends_with(&hint), "{line}");
    }
    for program in ["if", "for", "while", "until", "{", "!", "case", "time"] {
        let line = say(program, missing());
        assert!(line.contains(&format!("{program} is a shell keyword")), "{line}");
    }
    for program in ["FOO=bar", "FOO=/bin/x", "_a1="] {
        assert!(say(program, missing()).ends_with("withlock LOCKFILE env NAME=VALUE COMMAND"));
    }
    // What is there, and can't be run, was meant.
    assert!(say("cd", denied()).contains("chmod +x"));
    assert!(say("./cd", missing()).contains("#!"));
}
