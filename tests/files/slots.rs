//! A lock with slots is shown as one: each slot that is there, and how many wait for any.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::status::{look, sees_all};
use crate::support::{JOB, Running, Scratch, excludes_flock, find_program, skip, wait_until};

fn paths_and(place: &Scratch, name: &str) -> Vec<(String, Value)> {
    let output = look(place.path(), &["--status", "--json", "lock"]);
    serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter::<Value>()
        .map(|line| line.unwrap())
        .map(|line| (line["path"].as_str().unwrap().to_owned(), line[name].clone()))
        .collect()
}

#[test]
fn a_lock_is_not_free_while_any_of_its_slots_is_held() {
    let place = Scratch::new();
    // Neither of these is a slot.
    for name in ["lock.3", "lock.1", "lock.65", "lock.x"] {
        fs::write(place.join(name), "somebody's data\n").unwrap();
    }
    fs::create_dir(place.join("lock.4")).unwrap();
    std::os::unix::fs::symlink("nowhere/at/all", place.join("lock.5")).unwrap();
    let told = || {
        let output = look(place.path(), &["--status", "lock"]);
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    assert_eq!(told(), ("lock: free\n".to_owned(), Some(0)));
    let last = Running::start(&[], &place.join("lock.64"));
    let second = Running::start(&[], &place.join("lock.2"));
    let (text, code) = told();
    let starts: Vec<_> = text.lines().filter_map(|line| line.split(" (").next()).collect();
    let held = |name: &str, run: &Running| format!("{name}: held by pid {}", run.child.id());
    assert_eq!(starts, ["lock: free".to_owned(), held("lock.2", &second), held("lock.64", &last)]);
    assert_eq!(code, Some(1));
    second.finish();
    last.finish();
    // What a killed run has left.
    fs::write(place.join("lock.2"), "{\"withlock\":1}\n").unwrap();
    fs::set_permissions(place.join("lock.2"), Permissions::from_mode(0o600)).unwrap();
    let states = paths_and(&place, "state");
    let expected = [("lock", "absent"), ("lock.2", if sees_all() { "free" } else { "unknown" })];
    assert_eq!(states, expected.map(|(path, state)| (path.to_owned(), state.into())));
    assert_eq!(told().1, Some(i32::from(!sees_all())));
}

#[test]
fn who_waits_in_the_queue_for_a_slot_is_counted_once() {
    if !excludes_flock() {
        return;
    }
    let Some(flock) = find_program("flock") else { return skip("flock") };
    let place = Scratch::new();
    let slots = ["lock", "lock.2"].map(|name| Running::start(&[], &place.join(name)));
    let waits = |path: &str, command: &[&str]| {
        let mut waits = Command::new(&flock);
        waits.arg(path).args(command).current_dir(place.path());
        waits.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
    };
    // The first of the queue sleeps at each slot, and the second one behind it.
    let mut command = Command::new(&flock);
    command.args(["lock.queue", "sh", "-c", JOB]).current_dir(place.path());
    let first = Running::of(command);
    let mut children = ["lock", "lock.2", "lock.queue"]
        .map(|name| waits(name, &["true"]))
        .into_iter()
        .collect::<Vec<_>>();
    let waiting = || paths_and(&place, "waiting").into_iter().map(|(_, it)| it).collect::<Vec<_>>();
    wait_until("two wait in all", || waiting() == [Value::from(2), Value::from(0)]);
    first.finish();
    for slot in slots {
        slot.finish();
    }
    for child in &mut children {
        child.wait().unwrap();
    }
}
