//! The tables of trust, with real directories and users: whoever else could swap the lock file makes the place unsafe.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::complaint::{self, assert_complains, assert_silent, run};
use crate::support::people::{self, ALICE, BOB, Public, chmod, directory};
use crate::support::{Scratch, find_program, programs, skip, stderr, withlock};

const ROOT: u32 = 0;

/// What the words of a refusal say, for one reason.
const STRANGER: &str = "who could replace the lock file";
const WRITABLE: &str = "is writable by others (mode 0";
const STICKY: &str = "is writable by others (mode 1";
/// What is missing where somebody may not look.
const SEARCH: &str = "you need search permission (x) on each directory of the path";

/// Fails unless `withlock PATH echo ran` ran, or was refused for `reason` at `component`.
fn assert_verdict(case: &str, output: &Output, component: &Path, reason: Option<&str>) {
    match reason {
        None => {
            assert_silent(case, output, 0);
            assert_eq!(output.stdout, b"ran\n", "{case}");
        }
        Some(reason) => {
            let at = format!("because {} ", component.display());
            assert_complains(case, output, 3, &[&at, reason, "refused", "--insecure"]);
        }
    }
}

/// An owner and a mode of a directory, and the verdicts of root and of Alice: `None` is to accept.
type Line = (u32, u32, Option<&'static str>, Option<&'static str>);

const OWN_DIRECTORY: [Line; 19] = [
    (ROOT, 0o700, None, Some("")),
    (ROOT, 0o711, None, Some("")),
    (ROOT, 0o755, None, Some("")),
    (ROOT, 0o750, None, Some("")),
    (ROOT, 0o770, Some(WRITABLE), Some(WRITABLE)),
    (ROOT, 0o775, Some(WRITABLE), Some(WRITABLE)),
    (ROOT, 0o757, Some(WRITABLE), Some(WRITABLE)),
    (ROOT, 0o777, Some(WRITABLE), Some(WRITABLE)),
    (ROOT, 0o1777, Some(STICKY), Some(STICKY)),
    (ROOT, 0o1775, Some(STICKY), Some(STICKY)),
    (ROOT, 0o1755, None, Some("")),
    (ROOT, 0o2755, None, Some("")),
    (ALICE, 0o700, Some(STRANGER), None),
    (ALICE, 0o755, Some(STRANGER), None),
    (ALICE, 0o770, Some(STRANGER), Some(WRITABLE)),
    (ALICE, 0o1777, Some(STRANGER), Some(STICKY)),
    (ALICE, 0o777, Some(STRANGER), Some(WRITABLE)),
    (BOB, 0o755, Some(STRANGER), Some(STRANGER)),
    (BOB, 0o1777, Some(STRANGER), Some(STRANGER)),
];

#[test]
fn nobody_else_can_swap_a_lock_file_in_its_own_directory() {
    let Some(public) = Public::new() else { return };
    for (number, (owner, mode, root, alice)) in OWN_DIRECTORY.into_iter().enumerate() {
        let place = public.directory(&number.to_string(), owner, mode);
        let lock = place.join("lock");
        let words = [lock.as_os_str(), "echo".as_ref(), "ran".as_ref()];
        let case = format!("{owner} {mode:04o}");
        let output = run(&mut public.withlock_as(ROOT, words));
        assert_verdict(&format!("root: {case}"), &output, &place, root);
        let output = run(&mut public.withlock_as(ALICE, words));
        let case = format!("Alice: {case}");
        if alice == Some("") {
            // Safe, but she may not write there, or not even look.
            let cure = if mode & 0o001 == 0 { SEARCH } else { "that you may write to" };
            assert_complains(&case, &output, 73, &["lock: ", "failed: Permission denied; ", cure]);
        } else {
            assert_verdict(&case, &output, &place, alice);
        }
        assert!(!lock.exists(), "{case}");
    }
}

/// Owners and modes of a directory and of the one in it, and the verdict on the first when Alice's lock file is in the
/// second; `None` is to accept.
const ON_THE_WAY: [(u32, u32, u32, Option<&str>); 16] = [
    (ROOT, 0o755, ALICE, None),
    (ROOT, 0o711, ALICE, None),
    (ROOT, 0o775, ALICE, Some(WRITABLE)),
    (ROOT, 0o777, ALICE, Some(WRITABLE)),
    (ROOT, 0o1777, ALICE, None),
    (ROOT, 0o1775, ALICE, None),
    (ROOT, 0o1777, ROOT, None),
    (ROOT, 0o1777, BOB, Some(STICKY)),
    (ALICE, 0o700, ALICE, None),
    (ALICE, 0o755, ROOT, None),
    (ALICE, 0o770, ALICE, Some(WRITABLE)),
    (ALICE, 0o1777, ALICE, None),
    (ALICE, 0o1777, BOB, Some(STICKY)),
    (BOB, 0o755, ALICE, Some(STRANGER)),
    (BOB, 0o755, ROOT, Some(STRANGER)),
    (BOB, 0o1777, ALICE, Some(STRANGER)),
];

#[test]
fn nobody_else_can_swap_a_directory_on_the_way_to_the_lock_file() {
    let Some(public) = Public::new() else { return };
    for (number, (owner, mode, inner, reason)) in ON_THE_WAY.into_iter().enumerate() {
        let case = format!("{owner} {mode:04o} {inner}");
        let outer = public.directory(&number.to_string(), owner, mode);
        let place = directory(&outer, "inner", inner, 0o755);
        if inner == ROOT {
            // A file that is there before is all that Alice can lock in a directory of root's.
            fs::write(place.join("lock"), "").unwrap();
            chmod(&place.join("lock"), 0o666);
        }
        let lock = place.join("lock");
        let words = [lock.as_os_str(), "echo".as_ref(), "ran".as_ref()];
        let output = run(&mut public.withlock_as(ALICE, words));
        assert_verdict(&case, &output, &outer, reason);
        // One level further up the same holds.
        let deep = directory(&place, "deeper", ALICE, 0o700).join("lock");
        let words = [deep.as_os_str(), "echo".as_ref(), "ran".as_ref()];
        let output = run(&mut public.withlock_as(ALICE, words));
        assert_verdict(&format!("deeper: {case}"), &output, &outer, reason);
    }
}

#[test]
fn who_may_not_search_a_directory_on_the_way_is_told_so() {
    let Some(public) = Public::new() else { return };
    let closed = public.directory("closed", ROOT, 0o700);
    let lock = directory(&closed, "inner", ALICE, 0o755).join("lock");
    let output = run(&mut public.withlock_as(ALICE, [lock.as_os_str(), "echo".as_ref()]));
    let step = "closed/inner: opening the directory failed: Permission denied; ";
    assert_complains("on the way", &output, 73, &[step, SEARCH]);

    let own = public.directory("own", ALICE, 0o700);
    let command = public.withlock_as(ALICE, ["lock", "echo"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "chmod 0 . && exec \"$@\"", "sh"]).arg(command.get_program());
    shell.args(command.get_args()).current_dir(own).gid(ALICE).uid(ALICE);
    let step = "lock: opening the working directory failed: Permission denied; ";
    assert_complains("at its start", &run(&mut shell), 73, &[step, SEARCH]);
}

#[test]
fn a_relative_path_is_no_way_around_an_unsafe_directory_above() {
    let Some(public) = Public::new() else { return };
    for (number, (owner, mode, inner, reason)) in ON_THE_WAY.into_iter().enumerate() {
        let outer = public.directory(&number.to_string(), owner, mode);
        let place = directory(&outer, "inner", inner, 0o755);
        // The way goes up from the working directory, so what lies nearer is told first.
        let (at, reason) = if inner == BOB { (&place, Some(STRANGER)) } else { (&outer, reason) };
        let deep = directory(&place, "deeper", ALICE, 0o700);
        for path in ["lock", "./lock", "../deeper/lock"] {
            let case = format!("{path}: {owner} {mode:04o} {inner}");
            let mut command = public.withlock_as(ALICE, [path, "echo", "ran"]);
            let output = run(command.current_dir(&deep));
            assert_verdict(&case, &output, at, reason);
            assert_eq!(fs::read_dir(&deep).unwrap().count(), 0, "{case}");
        }
    }
}

#[test]
fn without_root_as_well_a_directory_that_others_can_write_to_is_refused() {
    let scratch = Scratch::new();
    let modes = [
        (0o700, None),
        (0o755, None),
        (0o711, None),
        (0o770, Some(WRITABLE)),
        (0o775, Some(WRITABLE)),
        (0o777, Some(WRITABLE)),
        (0o1777, Some(STICKY)),
    ];
    for (mode, reason) in modes {
        let place = scratch.join(format!("{mode:o}"));
        fs::create_dir(&place).unwrap();
        chmod(&place, mode);
        let lock = place.join("lock");
        let output = run(withlock([lock.as_os_str()]).args(["echo", "ran"]));
        assert_verdict(&format!("{mode:o}"), &output, &place, reason);
        assert!(!lock.exists());
        fs::create_dir(place.join("inner")).unwrap();
        let lock = place.join("inner/lock");
        let output = run(withlock([lock.as_os_str()]).args(["echo", "ran"]));
        let reason = reason.filter(|reason| *reason != STICKY);
        assert_verdict(&format!("way: {mode:o}"), &output, &place, reason);
    }
}

#[test]
fn an_access_control_list_that_lets_others_write_is_seen() {
    let scratch = Scratch::new();
    let Some(setfacl) = find_program("setfacl") else {
        return skip("setfacl is not installed");
    };
    let entries = [
        ("u:65533:rwx", Some(WRITABLE)),
        ("g:65533:rwx", Some(WRITABLE)),
        ("u:65533:-w-", Some(WRITABLE)),
        ("u:65533:r-x", None),
        ("u:65533:rwx,m::r-x", None),
        ("d:u:65533:rwx", None),
    ];
    for (entry, reason) in entries {
        let place = scratch.join("place");
        fs::create_dir(&place).unwrap();
        let set = Command::new(&setfacl).args(["-m", entry]).arg(&place).status().unwrap();
        if !set.success() {
            return skip("the file system has no access control lists");
        }
        let lock = place.join("lock");
        let output = run(withlock([lock.as_os_str()]).args(["echo", "ran"]));
        assert_verdict(entry, &output, &place, reason);
        fs::create_dir(place.join("inner")).unwrap();
        let lock = place.join("inner/lock");
        // A default list is the inner directory's own, and lets others write there.
        let (at, reason) = match entry {
            "d:u:65533:rwx" => (place.join("inner"), Some(WRITABLE)),
            _ => (place.clone(), reason),
        };
        let output = run(withlock([lock.as_os_str()]).args(["echo", "ran"]));
        assert_verdict(&format!("way: {entry}"), &output, &at, reason);
        fs::remove_dir_all(&place).unwrap();
    }
}

#[test]
fn insecure_lifts_the_refusal_with_a_warning_and_no_rule_about_files() {
    let scratch = Scratch::new();
    for (mode, reason) in [(0o777, WRITABLE), (0o1777, STICKY)] {
        let place = scratch.join(format!("{mode:o}"));
        fs::create_dir(&place).unwrap();
        chmod(&place, mode);
        let attempt = |name: &str, script: &str| {
            let lock = place.join(name);
            run(withlock(["--insecure"]).arg(lock).args(["sh", "-c", script]))
        };
        let output = attempt("lock", "echo ran");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(output.stdout, b"ran\n");
        let warning = stderr(&output);
        complaint::assert_is_one_line("warning", &warning);
        let at = format!("warning: {} {reason}", place.display());
        assert!(warning.contains(&at), "{warning}");
        assert!(!place.join("lock").exists());
        fs::write(place.join("theirs"), "theirs").unwrap();
        assert!(attempt("theirs", "exit 0").status.success());
        assert_eq!(fs::read_to_string(place.join("theirs")).unwrap(), "theirs");
        fs::create_dir(place.join("directory")).unwrap();
        assert_eq!(attempt("directory", "echo ran").status.code(), Some(73));
    }
}

#[test]
fn a_stranger_s_lock_file_in_a_shared_directory_is_locked_and_left_alone() {
    let Some(public) = Public::new() else { return };
    let place = public.directory("tmp", ROOT, 0o1777);
    let lock = place.join("lock");
    // A copy of withlock's own record would make it look like a file to take over.
    let record = b"{\"withlock\":1}\n";
    programs::write_program(&lock, record, 0o666);
    people::give(&lock, BOB);
    for user in [ROOT, ALICE] {
        let mut command = public.withlock_as(user, ["--insecure"]);
        let output = run(command.arg(&lock).args(["echo", "ran"]));
        assert_eq!(output.stdout, b"ran\n", "{output:?}");
        assert_eq!(fs::read(&lock).unwrap(), record);
    }
}
