//! Who holds a lock is shown, whatever tool has it and whatever has become of the holder.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::support::complaint::run;
use crate::support::left_alone::State;
use crate::support::procfs::{has_ended, state};
use crate::support::{
    JOB, Running, Scratch, excludes_fcntl, excludes_flock, find_program, process_owned, program,
    skip, stderr, wait_until, waits_for_lock, withlock,
};

/// `withlock --status` knows no backend: it sees the locks of all.
pub(super) fn look(place: &Path, words: &[&str]) -> Output {
    run(Command::new(program()).args(words).current_dir(place))
}

/// Whether the system shows the holders outside of this container, if it is one.
pub(super) fn sees_all() -> bool {
    let space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    space.as_os_str() == "pid:[4026531836]"
}

/// The lines about `lock`, and whether it is free, as far as it can be seen.
pub(super) fn status(place: &Scratch) -> (String, bool) {
    let output = look(place.path(), &["--status", "lock"]);
    assert_eq!(stderr(&output), "");
    let free = match output.status.code() {
        Some(0) => true,
        Some(1) => false,
        code => panic!("{code:?}"),
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let is_not_known = !sees_all() && text.starts_with("lock: not known: ");
    (text, free || is_not_known)
}

pub(super) fn held(place: &Scratch) -> String {
    let (text, free) = status(place);
    assert!(!free && text.contains("held"), "{text}");
    text
}

/// What a program is told of `lock`.
pub(super) fn json(place: &Scratch) -> Value {
    let output = look(place.path(), &["--status", "--json", "lock"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn waiter(options: &[&str], place: &Scratch) -> Child {
    let mut command = withlock(options);
    command.args(["-w", "inf", "lock", "true"]).current_dir(place.path());
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    wait_until("it waits", || waits_for_lock(child.id()));
    child
}

fn end(mut child: Child) {
    wait_until("it has ended", || has_ended(child.id()));
    child.wait().unwrap();
}

#[test]
fn a_run_is_told_by_its_record_and_its_lock_is_free_when_it_has_ended() {
    let place = Scratch::new();
    assert_eq!(status(&place), ("lock: free\n".to_owned(), true));
    assert!(place.names().is_empty(), "a look creates nothing");
    let running = Running::start(&[], &place.join("lock"));
    let before = State::of(&place.join("lock"));
    let text = held(&place);
    let expected = format!("lock: held by pid {} (", running.child.id());
    assert!(text.starts_with(&expected) && text.contains(JOB), "{text}");
    assert!(text.contains(" since 2") && text.contains(", for ") && text.lines().count() == 1);
    let told = json(&place);
    let holder = &told["holders"][0];
    assert_eq!((&told["schema"], &told["state"]), (&Value::from(1), &Value::from("held")));
    assert_eq!(holder["pid"], running.child.id());
    assert_eq!((&holder["mode"], &holder["state"]), (&"exclusive".into(), &"running".into()));
    assert!(holder["since"].is_u64() && holder["command"].as_str().unwrap().contains("read line"));
    assert_eq!(State::of(&place.join("lock")), before, "a look changes nothing");
    running.finish();
    assert_eq!(status(&place), ("lock: free\n".to_owned(), true));
    fs::write(place.join("lock"), "").unwrap();
    let free = "lock: free (file present, nobody holds it)\n";
    let (text, is_free) = status(&place);
    assert!(is_free && (text == free || !sees_all()), "{text}");
}

#[test]
fn a_stopped_holder_is_called_stopped() {
    let place = Scratch::new();
    let running = Running::start(&[], &place.join("lock"));
    running.signal(libc::SIGSTOP);
    wait_until("it has stopped", || state(running.child.id()) == Some('T'));
    let text = held(&place);
    assert!(text.ends_with(", stopped\n"), "{text}");
    running.signal(libc::SIGCONT);
    running.finish();
}

#[test]
fn what_a_killed_holder_left_behind_is_named() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let mut running = Running::start(&[], &place.join("lock"));
    let pid = running.child.id();
    running.signal(libc::SIGKILL);
    running.child.wait().unwrap();
    let text = held(&place);
    assert!(text.starts_with(&format!("lock: held: pid {pid} (")), "{text}");
    let end = format!(" has ended, what it left behind holds the lock: pid {}\n", running.job);
    assert!(text.ends_with(&end), "{text}");
    assert_eq!(json(&place)["holders"][0]["left"], Value::from(vec![running.job]));
    let job = running.job;
    running.go_on();
    wait_until("the job has ended", || has_ended(job));
    assert!(status(&place).1);
}

#[test]
fn what_a_job_that_died_of_a_signal_left_behind_is_named() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let script = "(read line; exit 0) <&3 & echo $$; echo $!; kill -TERM $$; read line";
    let script = format!("exec 3<&0; {script}");
    let mut running = Running::start_with(&[], &place.join("lock"), &script);
    let child: u32 = running.line().parse().unwrap();
    let pid = running.child.id();
    wait_until("the wrapper has ended", || has_ended(pid));
    let text = held(&place);
    let end = format!("pid {child}\n");
    assert!(text.contains(&format!("pid {pid} (")) && text.ends_with(&end), "{text}");
    running.go_on();
    wait_until("the child has ended", || has_ended(child));
    let _ = running.child.wait();
}

#[test]
fn readers_are_all_named_and_those_who_wait_are_counted() {
    let place = Scratch::new();
    let readers: Vec<Running> =
        (0..2).map(|_| Running::start(&["-s"], &place.join("lock"))).collect();
    let waiters: Vec<Child> = (0..2).map(|_| waiter(&[], &place)).collect();
    let text = held(&place);
    for reader in &readers {
        let expected = format!("lock: held, shared, by pid {} (", reader.child.id());
        assert!(text.lines().any(|line| line.starts_with(&expected)), "{expected}: {text}");
    }
    assert!(text.ends_with("\nlock: 2 wait for it\n") && text.lines().count() == 3, "{text}");
    assert_eq!(json(&place)["waiting"], 2);
    readers.into_iter().for_each(|reader| drop(reader.finish()));
    waiters.into_iter().for_each(end);
    assert!(status(&place).1);
}

#[test]
fn who_locks_with_another_tool_is_named_and_who_waits_for_it_is_no_holder() {
    let place = Scratch::new();
    fs::write(place.join("lock"), "").unwrap();
    let python = "import fcntl,os,sys\nfd=os.open('lock',os.O_RDWR)\nfcntl.lockf(fd,fcntl.LOCK_EX)\n\
        print(os.getpid(),flush=True)\nsys.stdin.readline()";
    let tools: [(&str, &[&str], bool); 4] = [
        ("flock", &["lock", "sh", "-c", JOB], excludes_flock()),
        ("flock", &["-s", "lock", "sh", "-c", JOB], excludes_flock()),
        ("with-lock-ex", &["-q", "lock", "sh", "-c", JOB], excludes_fcntl()),
        ("python3", &["-c", python], excludes_fcntl()),
    ];
    for (name, words, excludes) in tools {
        let Some(tool) = find_program(name) else {
            skip(name);
            continue;
        };
        let mut command = Command::new(tool);
        command.args(words).current_dir(place.path());
        let running = Running::of(command);
        let pid = running.child.id();
        let waiter = excludes.then(|| waiter(&[], &place));
        let told = json(&place);
        let pids: Vec<_> =
            told["holders"].as_array().unwrap().iter().map(|it| it["pid"].clone()).collect();
        assert_eq!(pids, [Value::from(pid)], "{name}: {told}");
        assert_eq!(told["waiting"], Value::from(u32::from(excludes)), "{name}");
        let table = String::from_utf8(look(place.path(), &["--list", "."]).stdout).unwrap();
        assert!(table.contains(&format!("  {pid}  ")), "{table}");
        running.finish();
        waiter.into_iter().for_each(end);
        assert!(status(&place).1, "{name}");
    }
}
