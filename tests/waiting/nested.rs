//! A run inside the job of a run on the same lock would wait for itself: that is told, and only that.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{
    self, Running, Scratch, find_program, is_root, process_owned, skip, stderr, withlock,
};

/// How long a nested run waits that takes its own run for somebody else: so that the test fails, instead of hanging.
const TOO_LONG: &str = "30";

/// `withlock OPTIONS lock`, with the words of another command line behind it.
fn around(options: &[&str], words: &[String], place: &Scratch) -> Command {
    let mut command = withlock(options);
    command.arg("lock").args(words).current_dir(place.path());
    command
}

/// The words of `withlock OPTIONS lock echo ran`.
fn inner(options: &[&str]) -> Vec<String> {
    let mut command = withlock(options);
    command.args(["lock", "echo", "ran"]);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_str().unwrap().to_owned()).collect()
}

fn waiting() -> Vec<String> {
    inner(&["-w", TOO_LONG])
}

/// The same, without the variable that tells of the outer run.
fn forgetful() -> Vec<String> {
    [vec!["env".to_owned(), "-i".to_owned()], waiting()].concat()
}

/// The words as a shell takes them.
fn line(words: &[String]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ")
}

fn script(text: &str) -> Vec<String> {
    ["sh", "-c", text].map(str::to_owned).to_vec()
}

fn assert_told(case: &str, command: &mut Command) {
    let parts = ["lock is held by the run that this one is part of", "inside its own job"];
    assert_complains(case, &run(command), 1, &parts);
}

/// Whether the system says who holds a lock, so that nothing but that counts.
fn lists_locks() -> bool {
    fs::exists("/proc/locks").unwrap_or(false)
}

#[test]
fn a_nested_run_that_lost_its_environment_is_told_instead_of_waiting_for_itself() {
    let place = Scratch::new();
    let options: [&[&str]; 5] = [&[], &["-s"], &["-o"], &["-k"], &["-w", "inf"]];
    for options in options {
        assert_told(&format!("{options:?}"), &mut around(options, &forgetful(), &place));
    }
    // On a file without a record as well.
    fs::write(place.join("lock"), "theirs").unwrap();
    if lists_locks() {
        assert_told("foreign", &mut around(&[], &forgetful(), &place));
        assert_told("foreign, -o", &mut around(&["-o"], &forgetful(), &place));
    }
}

#[test]
fn a_nested_run_below_sudo_is_told_though_sudo_closes_the_descriptor_and_the_environment() {
    if !is_root() {
        return skip("needs root, for sudo without a password");
    }
    if find_program("sudo").is_none() {
        return skip("sudo");
    }
    let place = Scratch::new();
    for content in ["", "theirs"] {
        if !content.is_empty() {
            fs::write(place.join("lock"), content).unwrap();
        }
        let words = [vec!["sudo".to_owned(), "-n".to_owned()], waiting()].concat();
        assert_told(content, &mut around(&[], &words, &place));
    }
}

#[test]
fn a_nested_run_is_told_however_many_shells_lie_between() {
    let place = Scratch::new();
    fs::write(place.join("0"), format!("{}; exit $?", line(&forgetful()))).unwrap();
    for depth in 1..5 {
        fs::write(place.join(depth.to_string()), format!("sh {}; exit $?", depth - 1)).unwrap();
    }
    let words = script("sh 4; exit $?");
    assert_told("descriptor", &mut around(&[], &words, &place));
    assert_told("parents", &mut around(&["-o"], &words, &place));
}

#[test]
fn a_nested_run_whose_parents_have_gone_is_told_by_the_descriptor_that_it_has() {
    if process_owned() || !lists_locks() {
        return;
    }
    let place = Scratch::new();
    let fifo = place.join("said");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // The one in between says its process id, and ends; the last one waits until it has gone.
    let gone = "while kill -0 $1 2>/dev/null; do :; done";
    let last = format!("{gone}; {} > said 2>&1", line(&forgetful()));
    fs::write(place.join("last"), last).unwrap();
    let text = "(setsid sh last $$ & exit 0) <&- >&- 2>&-; exit 0";
    fs::write(place.join("between"), text).unwrap();
    let words = script("sh between; cat said; :");
    let output = run(&mut around(&[], &words, &place));
    assert!(String::from_utf8_lossy(&output.stdout).contains("inside its own job"), "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_a_killed_run_has_left_behind_is_told_that_it_has_the_lock_itself() {
    if process_owned() || !lists_locks() {
        return;
    }
    let place = Scratch::new();
    let text = format!("kill -9 $WITHLOCK_PID; {} 2>said; : >done", line(&forgetful()));
    let status = around(&[], &script(&text), &place).status().unwrap();
    assert_eq!(status.code(), None, "killed");
    support::wait_until("the job has ended", || place.join("done").exists());
    let said = fs::read_to_string(place.join("said")).unwrap();
    assert!(said.contains("inside its own job"), "{said}");
}

#[test]
fn a_run_inside_the_job_of_another_tool_is_told_as_well() {
    if process_owned() || !lists_locks() {
        return;
    }
    let Some(flock) = find_program("flock") else { return skip("flock") };
    let place = Scratch::new();
    fs::write(place.join("lock"), "").unwrap();
    for options in [&[][..], &["-o"], &["-s"]] {
        let mut command = Command::new(&flock);
        command.args(options).arg("lock").args(forgetful()).current_dir(place.path());
        assert_told(&format!("flock {options:?}"), &mut command);
    }
}

#[test]
fn readers_share_with_themselves_whatever_they_have_lost() {
    let place = Scratch::new();
    let reader = inner(&["-s", "-w", TOO_LONG]);
    let forgetful = [vec!["env".to_owned(), "-i".to_owned()], reader.clone()].concat();
    for words in [reader, forgetful] {
        let output = run(&mut around(&["-s"], &words, &place));
        assert_silent("shared", &output, 0);
        assert_eq!(output.stdout, b"ran\n");
    }
    assert!(place.names().is_empty());
}

/// Runs a contender with this variable; it must wait, and say in the end that somebody else has the lock.
fn assert_waits(case: &str, held: &str, place: &Scratch) {
    let mut command = withlock(["-v", "-w", "0.02", "lock", "echo", "ran"]);
    command.env("WITHLOCK_HELD", held).current_dir(place.path());
    let output = run(&mut command);
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{case}: {errors}");
    assert!(errors.contains("waiting at most 0.02s for "), "{case}: {errors}");
    assert!(!errors.contains("inside its own job"), "{case}: {errors}");
}

#[test]
fn a_left_over_variable_whose_process_id_is_in_use_again_does_not_refuse_a_run() {
    let place = Scratch::new();
    // Of a run on a file that it did not make, there is no record, and so no token.
    fs::write(place.join("lock"), "theirs").unwrap();
    let facts = fs::metadata(place.join("lock")).unwrap();
    let somebody = Running::start(&[], &place.join("other"));
    for options in [&[][..], &["-s"]] {
        let running = Running::start(options, &place.join("lock"));
        for mode in ["x", "s"] {
            let held = |pid| format!("{}:{}:{pid}:{mode}:", facts.dev(), facts.ino());
            assert_waits("no relative", &held(somebody.child.id()), &place);
            assert_waits("the first process", &held(1), &place);
            if lists_locks() {
                // This test is the parent of the contender, and does not have the lock.
                assert_waits("the parent", &held(std::process::id()), &place);
            }
        }
        running.finish();
    }
    somebody.finish();
}

#[test]
fn a_daemon_with_the_descriptor_of_an_earlier_run_waits_as_everybody_does() {
    let place = Scratch::new();
    for fifo in ["go", "said"] {
        assert!(Command::new("mkfifo").arg(place.join(fifo)).status().unwrap().success());
    }
    let contender = line(&inner(&["-v", "-w", "0.02"]));
    let daemon = format!("(read line <go; {contender} >said 2>&1) <&- >&- 2>&- & exit 0");
    for (options, content) in [(&["-k"][..], ""), (&["-k", "-s"], ""), (&[], "theirs")] {
        if !content.is_empty() {
            fs::write(place.join("lock"), content).unwrap();
        }
        assert_silent("first", &run(&mut around(options, &script(&daemon), &place)), 0);
        let running = Running::start(&["-k"], &place.join("lock"));
        fs::write(place.join("go"), "\n").unwrap();
        let said = fs::read_to_string(place.join("said")).unwrap();
        assert!(said.contains("waiting at most 0.02s for "), "{options:?}: {said}");
        assert!(!said.contains("inside its own job"), "{options:?}: {said}");
        running.finish();
    }
}
