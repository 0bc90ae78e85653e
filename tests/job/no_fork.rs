//! `-F`: withlock becomes the command, which has the lock for as long as it has the descriptor, and leaves the file.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use crate::support::complaint::assert_complains;
use crate::support::procfs::{has_ended, state, status};
use crate::support::programs::write_program;
use crate::support::scripts::{begin_to_wait, command, run};
use crate::support::{
    Running, Scratch, kill, process_owned, signals, stderr, wait_until, waits_for_lock, withlock,
};

#[test]
fn the_command_is_the_very_process_that_was_started() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let script = "echo $$; echo $WITHLOCK_PID $WITHLOCK_LOCKFILE $WITHLOCK_HELD; read line; exit 7";
    let mut running = Running::of(command(&["-F"], &place, script));
    let pid = running.child.id();
    assert_eq!(running.job, pid);
    let facts = fs::metadata(place.join("lock")).unwrap();
    let record = fs::read_to_string(place.join("lock")).unwrap();
    assert!(record.contains(&format!("\"pid\":{pid},")), "{record}");
    let token = record.split("\"token\":\"").nth(1).unwrap().split('"').next().unwrap();
    let path = place.join("lock");
    assert_eq!(
        running.line(),
        format!("{pid} {} {}:{}:{pid}:x:{token}", path.display(), facts.dev(), facts.ino())
    );
    let (status, _, errors) = running.finish();
    assert_eq!((status.code(), errors.as_str()), (Some(7), ""));
    assert_eq!(place.names(), ["lock"], "nobody was left to remove it");
    assert_eq!(run(&[], &path).stdout, b"ran\n");
    assert_eq!(place.names(), [""; 0], "the next run does");
}

#[test]
fn the_command_sees_signals_umask_and_streams_as_the_caller_has_them() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let pattern = "^(Sig(Blk|Ign|Cgt|Pnd)|ShdPnd|Umask):";
    let watch: [&[&str]; 2] =
        [&["grep", "-E", pattern, "/proc/self/status"], &["ls", "/proc/self/fd"]];
    for words in watch {
        // Started with another umask, a signal that is pending, and closed streams.
        let observe = |program: &Command| {
            let mut command = Command::new("sh");
            command.args(["-c", "umask 027; kill -USR1 $$; exec \"$@\" <&- 2>&-", "sh"]);
            command.arg(program.get_program()).args(program.get_args());
            let (ignored, blocked) = ([libc::SIGCHLD, libc::SIGPIPE, 33], [libc::SIGUSR1, 34]);
            signals::with(&mut command, &ignored, &blocked);
            let output = command.current_dir(place.path()).stdout(Stdio::piped()).spawn().unwrap();
            let output = output.wait_with_output().unwrap();
            assert!(output.status.success());
            String::from_utf8(output.stdout).unwrap()
        };
        let alone = observe(Command::new(words[0]).args(&words[1..]));
        let is_list = words[0] == "ls";
        let pending = format!("ShdPnd:\t{:016x}", 1 << (libc::SIGUSR1 - 1));
        assert!(is_list || alone.contains("Umask:\t0027") && alone.contains(&pending), "{alone}");
        let same = |seen: String| {
            // The lock's descriptor is the one that is new, out of the way of a script's own.
            let of_lock = |line: &&str| line.parse().is_ok_and(|fd: u32| fd >= 10);
            let new: Vec<&str> =
                seen.lines().filter(|fd| !alone.lines().any(|it| it == *fd)).collect();
            assert!(seen.lines().count() == alone.lines().count() + new.len());
            assert!(if is_list { new.len() == 1 } else { new.is_empty() }, "{seen} {alone}");
            assert!(new.iter().all(of_lock), "{seen} {alone}");
        };
        same(observe(withlock(["-F", "lock"]).args(words)));
        // After a wait as well, which sets handlers and a timer.
        let holder = Running::of(command(&[], &place, "echo $$; read line"));
        let lock = place.join("lock");
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| observe(withlock(["-w", "1h", "-F", "lock"]).args(words)));
            let announced = format!(":{} ", fs::metadata(&lock).unwrap().ino());
            let waits = |line: &str| line.contains("->") && line.contains(&announced);
            wait_until("it waits", || {
                fs::read_to_string("/proc/locks").unwrap().lines().any(waits)
            });
            holder.finish();
            same(waiter.join().unwrap());
        });
    }
}

#[test]
fn a_killed_command_leaves_a_free_lock() {
    if process_owned() {
        return;
    }
    for signal in [libc::SIGKILL, libc::SIGTERM, libc::SIGSEGV] {
        for options in [&["-F"][..], &["-F", "-s"], &["-F", "-k"]] {
            let place = Scratch::new();
            let mut command = command(options, &place, "ulimit -c 0; echo $$; exec sleep 1000");
            let running = Running::of({
                signals::plain(&mut command);
                command
            });
            running.signal(signal);
            assert_eq!(running.wait().0.signal(), Some(signal));
            assert_eq!(run(&[], &place.join("lock")).stdout, b"ran\n", "{options:?} {signal}");
            assert_eq!(place.names(), [""; 0]);
        }
    }
}

#[test]
fn a_signal_that_comes_before_the_command_is_there_acts_as_the_caller_has_it() {
    if process_owned() {
        return;
    }
    // Held back while withlock waits for somebody to read what -v says; then nobody is there to pass it on.
    for (ignored, expected) in [(&[][..], Some(libc::SIGTERM)), (&[libc::SIGTERM], None)] {
        let place = Scratch::new();
        let (mut reader, mut writer) = UnixStream::pair().unwrap();
        writer.set_nonblocking(true).unwrap();
        while writer.write(b"x").is_ok() {}
        writer.set_nonblocking(false).unwrap();
        let mut command = command(&["-v", "-F"], &place, "echo ran");
        command.stdout(Stdio::piped()).stderr(OwnedFd::from(writer));
        let run_of = signals::with(&mut command, ignored, &[]).spawn().unwrap();
        drop(command);
        let held_back = |pid| status(pid, "SigBlk").is_some_and(|set| set.starts_with("ffff"));
        wait_until("signals are held back", || {
            held_back(run_of.id()) && state(run_of.id()) == Some('S')
        });
        kill(run_of.id(), libc::SIGTERM);
        let mut errors = Vec::new();
        reader.read_to_end(&mut errors).unwrap();
        let output = run_of.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), expected);
        assert_eq!(output.stdout, if expected.is_some() { &b""[..] } else { b"ran\n" });
        assert_eq!(run(&[], &place.join("lock")).stdout, b"ran\n");
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn what_the_command_leaves_running_keeps_the_lock() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let script = "sleep 1000 </dev/null >/dev/null 2>&1 & echo $!";
    let output = command(&["-F"], &place, script).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let daemon: u32 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    let busy = run(&[], &place.join("lock"));
    kill(daemon, libc::SIGKILL);
    assert_complains("a daemon", &busy, 1, &["which has ended, but left processes"]);
    wait_until("it ends", || has_ended(daemon));
    assert_eq!(run(&[], &place.join("lock")).stdout, b"ran\n");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_command_that_can_t_be_executed_leaves_nothing_and_the_next_in_line_gets_the_lock() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let aside = Scratch::new();
    write_program(&aside.join("text"), b"text", 0o644);
    write_program(&aside.join("bad"), b"#!/no/such/interpreter\n", 0o755);
    let aside = aside.path().display();
    for (program, code) in [
        ("no-such-program".to_owned(), 127),
        (format!("{aside}/missing"), 127),
        (format!("{aside}/text"), 126),
        (format!("{aside}/bad"), 127),
        (format!("{aside}"), 126),
    ] {
        let plain = withlock(["lock", &program]).current_dir(place.path()).output().unwrap();
        for options in [&["-F"][..], &["-F", "-s"]] {
            let mut failing = withlock(options);
            let failing = failing.args(["lock", &program]).current_dir(place.path());
            let failed = failing.output().unwrap();
            assert_complains(&program, &failed, code, &["starting the command failed"]);
            assert_eq!(stderr(&failed), stderr(&plain), "as without -F");
            assert_eq!(place.names(), [""; 0], "{program}");
        }
        let holder = Running::of(command(&[], &place, "echo $$; read line"));
        let mut first = withlock(["-w", "inf", "-F", "lock", &program]);
        let first = first.current_dir(place.path()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until("the waiter sleeps", || waits_for_lock(first.id()));
        let second = begin_to_wait(&["-w", "inf"], &place, "echo ran");
        holder.finish();
        assert_eq!(first.wait_with_output().unwrap().status.code(), Some(code));
        assert_eq!(second.wait_with_output().unwrap().stdout, b"ran\n");
        assert_eq!(place.names(), [""; 0], "{program}");
    }
}

#[test]
fn a_script_without_interpreter_line_and_a_command_string_run_as_ever() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    write_program(&place.join("script"), b"echo \"$$ $1\"; exit 3\n", 0o755);
    for words in
        [&["-F", "lock", "./script", "a  b"][..], &["-Fc", "echo \"$$ a  b\"; exit 3", "lock"]]
    {
        let child =
            withlock(words).current_dir(place.path()).stdout(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{words:?}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{pid} a  b\n"));
    }
}

#[test]
fn other_options_mean_what_they_always_mean() {
    if process_owned() {
        return;
    }
    let place = Scratch::new();
    let absent = command(&["-F", "--no-create"], &place, "echo ran").output().unwrap();
    assert_complains("--no-create", &absent, 69, &["does not exist"]);
    fs::write(place.join("lock"), "theirs").unwrap();
    let theirs = command(&["-F", "--no-create", "-v"], &place, "echo ran").output().unwrap();
    assert_eq!(theirs.stdout, b"ran\n");
    assert!(stderr(&theirs).contains("becoming the command, pid"), "{}", stderr(&theirs));
    assert_eq!(fs::read(place.join("lock")).unwrap(), b"theirs");
    fs::remove_file(place.join("lock")).unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let refused = command(&["-F"], &place, "echo ran").output().unwrap();
    assert_complains("unsafe", &refused, 3, &["refused, because"]);
    let insecure = command(&["-F", "--insecure"], &place, "echo ran").output().unwrap();
    assert_eq!(insecure.stdout, b"ran\n");
    assert!(stderr(&insecure).contains("warning"), "{}", stderr(&insecure));
    let useless = command(&["-F", "-o"], &place, "echo ran").output().unwrap();
    assert_complains("-o", &useless, 2, &["-F and -o exclude each other"]);
}

#[test]
fn a_lock_that_the_command_could_lose_unnoticed_is_refused_before_anything_is_made() {
    let place = Scratch::new();
    for backend in ["fcntl", "lockf"] {
        for options in [&["-F"][..], &["-F", "-w", "inf"], &["-F", "-q"]] {
            let mut command = withlock(options);
            command.args(["--backend", backend, "lock", "true"]).current_dir(place.path());
            let refused = command.output().unwrap();
            assert_complains(backend, &refused, 71, &["lock: the lock would", "omit -F"]);
            assert_eq!(place.names(), [""; 0]);
        }
    }
}
