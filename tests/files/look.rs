//! A look at a lock gets in nobody's way, believes nobody what he can't prove, and shows all that is a lock.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use withlock::event::Listener;
use withlock::{Attempt, Choice, LockPath, Policy};

use super::status::{held, json, look, sees_all};
use crate::support::complaint::run;
use crate::support::people::{ALICE, Public, chmod, give};
use crate::support::{
    JOB, Running, Scratch, excludes_fcntl, excludes_flock, find_program, forced_backend, is_long,
    is_root, program, skip, stderr, withlock,
};

#[test]
fn a_lease_is_told_and_not_broken() {
    let place = Scratch::new();
    let Some(python) = find_program("python3") else { return skip("python3") };
    fs::write(place.join("lock"), "").unwrap();
    let script = "import fcntl,os,signal,sys\n\
        signal.signal(signal.SIGIO,lambda *_: os.write(1,b'told\\n'))\n\
        fd=os.open('lock',os.O_RDWR)\nfcntl.flock(fd,fcntl.LOCK_EX)\n\
        try: fcntl.fcntl(fd,fcntl.F_SETLEASE,fcntl.F_WRLCK)\n\
        except OSError: print('no',flush=True); sys.exit()\n\
        print(os.getpid(),flush=True)\nsys.stdin.readline()\nprint('quiet',flush=True)";
    let mut command = Command::new(python);
    command.args(["-c", script]).current_dir(place.path()).stdin(Stdio::piped());
    let mut running = Running::of(command);
    let text = held(&place);
    assert!(text.contains("leased (") && text.contains(&format!("pid {}", running.job)), "{text}");
    look(place.path(), &["--list", "."]);
    running.go_on();
    assert_eq!(running.line(), "quiet");
    running.wait();
}

#[test]
fn another_user_sees_who_holds_a_lock_that_he_may_not_read() {
    let Some(public) = Public::new() else { return };
    let running = Running::start(&[], &public.join("lock"));
    let mut alice = Command::new(&public.program);
    alice.args(["--status", "lock"]).current_dir(public.path()).uid(ALICE).gid(ALICE);
    let output = run(&mut alice);
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = format!("lock: held by pid {} (root", running.child.id());
    assert!(text.starts_with(&expected), "{text}");
    assert_eq!(output.status.code(), Some(1));
    running.finish();
}

#[test]
fn what_stands_in_another_user_s_file_is_not_believed_of_root() {
    let Some(public) = Public::new() else { return };
    let lock = public.join("lock");
    let running = Running::start(&["-k"], &lock);
    let written = fs::read_to_string(&lock).unwrap();
    fs::write(&lock, written.replace("sh -c", "forged")).unwrap();
    let told = || String::from_utf8(look(public.path(), &["--status", "lock"]).stdout).unwrap();
    assert!(told().contains("forged"), "{}", told());
    give(&lock, ALICE);
    let expected = format!("lock: held by pid {} (root", running.child.id());
    assert!(told().starts_with(&expected) && !told().contains("forged"), "{}", told());
    running.finish();
    // Of a process of hers, it is.
    let mine = public.directory("alice", ALICE, 0o700);
    let mut command = public.withlock_as(ALICE, ["alice/lock", "sh", "-c", JOB]);
    command.current_dir(public.path());
    let running = Running::of(command);
    let text = String::from_utf8(look(&mine, &["--status", "lock"]).stdout).unwrap();
    let expected = format!("lock: held by pid {} ({ALICE}@", running.child.id());
    assert!(text.starts_with(&expected) && text.contains(", for "), "{text}");
    running.finish();
}

#[test]
fn a_lock_of_the_process_that_looks_does_not_end_by_the_look() {
    let place = Scratch::new();
    let path = LockPath::new(place.join("lock"));
    for backend in [Choice::Fcntl, Choice::Auto] {
        let policy = Policy { backend, ..Policy::default() };
        let Attempt::Held(held) = path.check(&policy).unwrap().try_acquire().unwrap() else {
            panic!("nobody else has it");
        };
        let status = path.status(Listener::default()).unwrap();
        let pid = status.holders[0].holder.as_ref().map(|holder| holder.pid);
        assert_eq!(pid, Some(std::process::id()), "{backend:?}");
        LockPath::all_in(place.path(), Listener::default()).unwrap();
        let words = ["--backend", backend.name(), "lock", "true"];
        let output = run(Command::new(program()).args(words).current_dir(place.path()));
        assert_eq!(output.status.code(), Some(1), "{backend:?}");
        held.release().unwrap();
    }
    assert!(path.status(Listener::default()).unwrap().is_free());
}

#[test]
fn without_proc_a_lock_that_is_held_is_not_called_free() {
    if !is_root() {
        return skip("needs root, to take /proc away");
    }
    if forced_backend().as_deref() == Some("flock") {
        return;
    }
    let Some(unshare) = find_program("unshare") else { return skip("unshare") };
    let place = Scratch::new();
    let running = Running::start(&[], &place.join("lock"));
    let look = || {
        let mut command = Command::new(&unshare);
        let script = "mount -t tmpfs none /proc && exec \"$@\"";
        command.args(["--mount", "sh", "-c", script, "sh"]).arg(program());
        run(command.args(["--status", "lock"]).current_dir(place.path()))
    };
    let output = look();
    if stderr(&output).contains("mount: ") || stderr(&output).contains("unshare: ") {
        return skip("this machine lets nobody mount");
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = format!("lock: held by pid {} (", running.child.id());
    assert!(text.starts_with(&expected), "{text}");
    running.finish();
    // Somebody with flock(2) could hold it.
    fs::write(place.join("lock"), "").unwrap();
    let output = look();
    assert!(output.stdout.starts_with(b"lock: not known: "), "{output:?}");
    assert_eq!(output.status.code(), Some(1));
}

/// Runs a command in a space of process ids of its own; `None`, having said why, where that can't be.
fn inside(command: &Command) -> Option<String> {
    let mut outer = Command::new(find_program("unshare")?);
    outer.args(["--pid", "--fork", "--mount-proc"]).arg(command.get_program());
    outer.args(command.get_args());
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    let output = run(&mut outer);
    if stderr(&output).contains("unshare: ") {
        skip("this machine makes no containers");
        return None;
    }
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn in_a_container_nothing_is_called_free_that_somebody_outside_may_hold() {
    let place = Scratch::new();
    if !is_root() {
        return skip("needs root, for another space of process ids");
    }
    let mut look = Command::new(program());
    look.args(["--status", "lock"]).current_dir(place.path());
    let Some(told) = inside(&look) else { return };
    assert_eq!(told, "lock: free\n");
    if excludes_fcntl() && excludes_flock() {
        let running = Running::start(&[], &place.join("lock"));
        let told = inside(&look).unwrap();
        let expected = format!("lock: held by pid {} (", running.child.id());
        assert!(told.starts_with(&expected) && told.contains("which can't be seen here"), "{told}");
        running.finish();
    }
    fs::write(place.join("lock"), "").unwrap();
    let Some(flock) = find_program("flock") else { return skip("flock") };
    let mut command = Command::new(flock);
    command.args(["lock", "sh", "-c", JOB]).current_dir(place.path());
    let running = Running::of(command);
    assert!(held(&place).contains(&format!("by pid {} (", running.child.id())));
    let told = inside(&look).unwrap();
    assert!(told.starts_with("lock: not known: "), "{told}");
    running.finish();
}

#[test]
fn a_look_takes_no_lock_and_writes_nothing() {
    let Some(strace) = find_program("strace") else { return skip("strace") };
    let place = Scratch::new();
    let running = Running::start(&[], &place.join("lock"));
    for words in [&["--status", "lock"][..], &["--list", "."], &["--status", "other"]] {
        let trace = place.join("trace");
        let mut command = Command::new(&strace);
        command.arg("-f").arg("-o").arg(&trace).arg(program()).args(words);
        let output = run(command.current_dir(place.path()));
        assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
        let calls = fs::read_to_string(&trace).unwrap();
        assert!(calls.contains("O_PATH"), "{calls}");
        for call in ["flock(", "LK", "O_CREAT", "O_RDWR", "O_WRONLY", "unlink", "chmod"] {
            assert!(!calls.contains(call), "{words:?}: {call}: {calls}");
        }
        fs::remove_file(trace).unwrap();
    }
    running.finish();
}

#[test]
fn no_attempt_finds_a_lock_busy_because_somebody_looks() {
    let place = Scratch::new();
    let is_over = AtomicBool::new(false);
    let (runs, looks) = std::thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let mut looks = 0;
            while !is_over.load(Ordering::Relaxed) {
                let words: &[&str] = [&["--status", "lock"][..], &["--list", "."]][looks % 2];
                let output = look(place.path(), words);
                assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
                looks += 1;
            }
            looks
        });
        let tries = if is_long() { 100_000 } else { 1_000 };
        let mut runs = 0;
        for _ in 0..tries {
            let output = run(withlock(["lock", "true"]).current_dir(place.path()));
            if !output.status.success() {
                is_over.store(true, Ordering::Relaxed);
                panic!("a false busy after {runs}: {}", stderr(&output));
            }
            runs += 1;
        }
        is_over.store(true, Ordering::Relaxed);
        (runs, looks.join().unwrap())
    });
    println!("{runs} runs beside {looks} looks, none found the lock busy");
    assert!(runs >= 1_000 && looks > 0, "{runs} runs, {looks} looks");
    assert!(place.names().is_empty());
}

#[test]
fn a_list_is_sorted_and_leaves_out_what_is_no_lock() {
    let place = Scratch::new();
    let b = Running::start(&[], &place.join("b"));
    let a = Running::start(&[], &place.join("a"));
    fs::write(place.join("data"), "1").unwrap();
    fs::write(place.join("empty"), "").unwrap();
    fs::create_dir(place.join("directory")).unwrap();
    std::os::unix::fs::symlink("a", place.join("link")).unwrap();
    // One that a killed run has left, and one that looks like it and is not.
    fs::write(place.join("left"), "{\"withlock\":1}\n").unwrap();
    fs::set_permissions(place.join("left"), Permissions::from_mode(0o600)).unwrap();
    fs::write(place.join("not"), "{\"withlock\":2}\n").unwrap();
    fs::set_permissions(place.join("not"), Permissions::from_mode(0o600)).unwrap();
    let output = look(place.path(), &["--list", "."]);
    let text = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["LOCK", "a", "b", "left"], "{text}");
    let columns: Vec<_> = text.lines().map(|line| line.find("  ")).collect();
    assert!(text.lines().all(|line| line.len() > 30) && columns[0].is_some(), "{text}");
    assert_eq!(output.status.code(), Some(1));
    let json = look(place.path(), &["--list", "--json", "."]).stdout;
    let states: Vec<Value> = serde_json::Deserializer::from_slice(&json)
        .into_iter::<Value>()
        .map(|line| line.unwrap()["state"].clone())
        .collect();
    assert_eq!(states, ["held", "held", if sees_all() { "free" } else { "unknown" }]);
    a.finish();
    b.finish();
    let output = look(place.path(), &["--list", "."]);
    let code = if sees_all() { 0 } else { 1 };
    assert_eq!((output.status.code(), place.names().len()), (Some(code), 6));
    for name in ["left", "data", "empty", "not"] {
        fs::remove_file(place.join(name)).unwrap();
    }
    assert_eq!(look(place.path(), &["--list", "."]).stdout, b"");
}

#[test]
fn an_unsafe_place_is_looked_at_with_a_warning_and_an_unreadable_file_as_well() {
    let place = Scratch::new();
    let running = Running::start(&[], &place.join("lock"));
    chmod(&place.join("lock"), 0o000);
    let expected = format!("lock: held by pid {} (", running.child.id());
    assert!(held(&place).starts_with(&expected));
    chmod(&place.join("lock"), 0o600);
    fs::set_permissions(place.path(), Permissions::from_mode(0o777)).unwrap();
    let output = look(place.path(), &["--status", "lock"]);
    assert!(stderr(&output).starts_with("withlock: warning: "), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(&expected));
    let output = look(place.path(), &["--status", "--json", "lock"]);
    assert_eq!(stderr(&output), "");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told["unsafe"].as_str().unwrap().contains("is writable by others"), "{told}");
    fs::set_permissions(place.path(), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(json(&place)["unsafe"], Value::Null);
    running.finish();
}
