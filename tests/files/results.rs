//! What becomes of the lock file under a running job: what the job writes into it stays, and that it has gone is said.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::complaint::{assert_silent, run};
use crate::support::left_alone::assert_locked_and_left;
use crate::support::{Running, Scratch, stderr, withlock};

#[test]
fn that_a_lock_file_has_lost_its_path_is_said_once_and_only_by_whose_job_ran() {
    let scratch = Scratch::new();
    let told = |words: &[&str]| {
        let output = run(withlock(words).current_dir(scratch.path()));
        let errors = stderr(&output);
        errors.lines().filter(|line| line.contains("at the same time")).count()
    };
    assert_eq!(told(&["-v", "lock", "rm", "lock"]), 1);
    assert_eq!(told(&["-v", "lock", "sh", "-c", "rm lock; kill -9 $$"]), 1);
    assert_eq!(told(&["-v", "lock", "true"]), 0);
    assert_eq!(told(&["-v", "lock", "/no/such/program"]), 0);
    fs::create_dir(scratch.join("place")).unwrap();
    fs::set_permissions(scratch.join("place"), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(told(&["place/lock", "mv", "place", "other"]), 1);
    // It was released all the same, in the place that it is in now.
    assert_eq!(scratch.names(), ["other"]);
    assert_eq!(fs::read_dir(scratch.join("other")).unwrap().count(), 0);
    // The run that comes then, and those that wait, have nothing to tell.
    let running = Running::start(&[], &scratch.join("lock"));
    fs::remove_file(scratch.join("lock")).unwrap();
    assert_eq!(told(&["-v", "-w", "inf", "lock", "true"]), 0);
    assert!(running.finish().2.contains("at the same time"));
}

/// What a job writes into the lock file, and what must stand there afterwards.
const RESULTS: [(&str, &[u8]); 10] = [
    ("echo result > lock", b"result\n"),
    ("> lock", b""),
    ("cp result lock", b"precious\n"),
    ("cat result > lock; sleep 0 & wait", b"precious\n"),
    ("rm -f lock; cp result lock", b"precious\n"),
    ("mv result lock", b"precious\n"),
    (
        "dd if=result of=lock conv=notrunc 2>/dev/null; : > rest; cp lock rest; cat result > lock",
        b"precious\n",
    ),
    ("printf '{\"withlock\":1}\\nprecious\\n' > lock", b"{\"withlock\":1}\nprecious\n"),
    (
        "printf '{\"withlock\":10,\"note\":\"precious\"}\\n' > lock",
        b"{\"withlock\":10,\"note\":\"precious\"}\n",
    ),
    ("printf '{\"withloc' > lock", b"{\"withloc"),
];

#[test]
fn what_a_job_writes_into_the_file_that_is_its_lock_is_its_own_and_stays() {
    for (script, expected) in RESULTS {
        for options in [&[][..], &["-k"], &["-s"], &["-o"]] {
            // Also where it dies of a signal then.
            for end in ["exit 7", "kill -9 $$"] {
                let scratch = Scratch::new();
                fs::write(scratch.join("result"), "precious\n").unwrap();
                let case = format!("{options:?}: {script}; {end}");
                let mut command = withlock(options);
                command.args(["lock", "sh", "-c", &format!("{script}; {end}")]);
                let output = run(command.current_dir(scratch.path()));
                assert!(!output.status.success(), "{case}: {output:?}");
                let lock = scratch.join("lock");
                assert_eq!(fs::read(&lock).unwrap(), expected, "{case}");
                // Whoever takes it for a lock file again leaves it alone, too.
                assert_locked_and_left(&case, &lock, options);
            }
        }
    }
}

#[test]
fn what_a_job_adds_to_the_line_in_its_lock_file_stays_with_it() {
    for options in [&[][..], &["-k"], &["-s"]] {
        let scratch = Scratch::new();
        let mut command = withlock(options);
        command.args(["lock", "sh", "-c", "echo result >> lock"]);
        assert_silent("added", &run(command.current_dir(scratch.path())), 0);
        let content = fs::read_to_string(scratch.join("lock")).unwrap();
        assert!(content.starts_with("{\"withlock\":1,\"pid\":"), "{content}");
        assert!(content.ends_with("\nresult\n"), "{content}");
    }
}

#[test]
fn an_archive_made_under_its_own_name_as_the_lock_is_kept() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.join("data")).unwrap();
    fs::write(scratch.join("data/file"), "precious").unwrap();
    let mut command = withlock(["out.tar", "tar", "cf", "out.tar", "data"]);
    assert_silent("tar", &run(command.current_dir(scratch.path())), 0);
    let mut list = std::process::Command::new("tar");
    let output = run(list.args(["tf", "out.tar"]).current_dir(scratch.path()));
    assert_eq!(output.stdout, b"data/\ndata/file\n", "{output:?}");
}
