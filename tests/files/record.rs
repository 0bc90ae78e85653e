//! What a held lock tells: the record in the file, the message to whoever comes second, the variables of the job.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::complaint::{assert_complains, assert_is_one_line, assert_silent, run};
use crate::support::{JOB, Running, Scratch, stderr, withlock};
use serde_json::Value;

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = run(Command::new(program).args(arguments));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn the_lock_file_says_who_holds_it_in_one_line_of_json() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let before = now();
    let running = Running::start(&[], &lock);
    let text = fs::read_to_string(&lock).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(text.ends_with("}\n"), "{text}");
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(record["withlock"], 1);
    assert_eq!(record["pid"], running.child.id());
    assert_eq!(record["user"].to_string(), said_by("id", &["-u"]));
    assert_eq!(record["host"], said_by("uname", &["-n"]));
    let since = record["since"].as_u64().unwrap();
    assert!((before..=now()).contains(&since), "{record}");
    assert_eq!(record["command"], format!("sh -c '{JOB}'"));
    let token = record["token"].as_str().unwrap().to_owned();
    assert!(token.len() == 16 && token.chars().all(|c| c.is_ascii_hexdigit()), "{token}");
    running.finish();
    let running = Running::start(&[], &lock);
    let record: Value = serde_json::from_str(&fs::read_to_string(&lock).unwrap()).unwrap();
    assert_ne!(record["token"], token, "another run has another token");
    running.finish();
}

#[test]
fn the_record_of_a_command_string_is_the_string_and_a_long_one_is_cut() {
    let scratch = Scratch::new();
    let command = |words: &[&OsStr]| {
        let mut command = withlock(["lock"]);
        command.args(words).current_dir(scratch.path()).env("SHELL", "/bin/sh");
        let output = run(&mut command);
        assert_silent("record", &output, 0);
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        record["command"].as_str().unwrap().to_owned()
    };
    let string = "cat \"$WITHLOCK_LOCKFILE\" # ü\t\"\\";
    assert_eq!(command(&["-c".as_ref(), string.as_ref()]), string);
    let words = ["cat", "lock", "-"].map(OsStr::new);
    assert_eq!(command(&words), "cat lock -");
    let long = "cat \"$WITHLOCK_LOCKFILE\" #".to_owned() + &"é".repeat(5000);
    let cut = command(&["-c".as_ref(), long.as_ref()]);
    assert!(cut.ends_with("é...") && cut.chars().count() < 500, "{cut}");
    let odd = [b"sh".as_slice(), b"-c", b"cat lock", b"\xff\n\x1b"].map(OsStr::from_bytes);
    assert_eq!(command(&odd), "sh -c 'cat lock' '\u{fffd}\n\u{1b}'");
}

/// Fails unless this is the exact message about a lock at `path`: `withlock: PATH is held by pid N (WHO: COMMAND) for AGE`.
fn assert_names_holder(errors: &str, path: &str, pid: u32, command: &str) {
    assert_is_one_line("busy", errors);
    let who = format!("{}@{}", said_by("id", &["-un"]), said_by("uname", &["-n"]));
    let begin = format!("withlock: {path} is held by pid {pid} ({who}: {command}) for ");
    let age = errors.strip_prefix(&begin).unwrap_or_else(|| panic!("{errors:?}, not {begin:?}"));
    let seconds = age.trim_end().strip_suffix('s').unwrap_or_else(|| panic!("{errors:?}"));
    assert!(seconds.chars().all(|c| c.is_ascii_digit() || c == 'm'), "{errors:?}");
}

#[test]
fn whoever_comes_second_is_told_who_holds_the_lock_in_one_line() {
    let scratch = Scratch::new();
    let running = Running::start(&[], &scratch.join("lock"));
    let pid = running.child.id();
    for (path, options) in [
        (scratch.join("lock"), &[][..]),
        ("./lock".into(), &[]),
        ("lock".into(), &["-w", "0.01"]),
        ("lock".into(), &["-s"]),
        ("lock".into(), &["--no-create", "-k"]),
    ] {
        let mut command = withlock(options);
        let output = run(command.arg(&path).arg("echo").current_dir(scratch.path()));
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty());
        let path = path.to_str().unwrap();
        assert_names_holder(&stderr(&output), path, pid, &format!("sh -c '{JOB}'"));
    }
    running.finish();
}

/// Runs a contender while the lock is held, on a file of withlock's own in which this stands now.
fn told_about(content: &[u8]) -> String {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let running = Running::start(&["-k"], &lock);
    fs::write(&lock, content).unwrap();
    let output = run(withlock(["lock", "echo"]).current_dir(scratch.path()));
    let pid = running.child.id();
    running.finish();
    assert_complains("busy", &output, 1, &["withlock: lock is held by "]);
    let errors = stderr(&output);
    let told = errors.strip_prefix("withlock: lock is held by ").unwrap().trim_end();
    told.replace(&format!("pid {pid} "), "the one whom the kernel names ")
}

/// A record of some other host, about which nothing else can be known.
fn record_since(since: u64) -> String {
    format!(
        "{{\"withlock\":1,\"pid\":4711,\"user\":0,\"host\":\"far\",\"since\":{since},\
         \"token\":\"0123456789abcdef\",\"command\":\"sleep 9\"}}\n"
    )
}

#[test]
fn a_record_that_can_not_be_read_is_not_shown() {
    let long = format!(
        "{{\"withlock\":1,\"pid\":1,\"user\":0,\"since\":1,\"x\":\"{}\"}}",
        "x".repeat(5000)
    );
    let contents: [&[u8]; 16] = [
        b"",
        b"\n",
        b"4711\n",
        b"\0\0\0\0",
        b"\xff\xfe",
        b"{\"withlock\":1}\n",
        b"{\"withlock\":1",
        b"{\"withlock\":1,\"pid\":4711,\"us",
        b"{\"withlock\":1,\"pid\":\"4711\",\"user\":0,\"since\":1}\n",
        b"{\"withlock\":1,\"pid\":-1,\"user\":0,\"since\":1}\n",
        b"{\"withlock\":1,\"pid\":99999999999,\"user\":0,\"since\":1}\n",
        b"{\"withlock\":2,\"pid\":4711,\"user\":0,\"since\":1}\n",
        b"[1,2]\n",
        b"null\n",
        b"\n{\"withlock\":1,\"pid\":4711,\"user\":0,\"since\":1}\n",
        long.as_bytes(),
    ];
    for content in contents {
        let told = told_about(content);
        let by_kernel = told.starts_with("the one whom the kernel names (") && told.contains(JOB);
        let shown = String::from_utf8_lossy(content);
        assert!(by_kernel || told == "someone unknown", "{shown:?}: {told}");
    }
}

#[test]
fn a_record_can_not_send_commands_to_the_terminal_nor_forge_a_line() {
    let record = record_since(99_999_999_999)
        .replace("\"user\":0", "\"user\":4294967294")
        .replace("far", "\\u001b[2Jh\\r\\n")
        .replace("sleep 9", "a\\nwithlock: all is well\\u0000\u{9b}31m\u{7f}");
    let told = told_about(record.as_bytes());
    let expected = "pid 4711 (4294967294@?[2Jh??: a?withlock: all is well??31m?) for 0s";
    assert_eq!(told, expected);
}

#[test]
fn an_age_is_told_as_people_say_it() {
    for (seconds, least, most) in [
        (45, "45s", "59s"),
        (7980, "2h13m", "2h14m"),
        (90_000, "1d1h", "1d1h"),
        (86_400, "1d", "1d"),
    ] {
        let since = now() - seconds;
        let told = told_about(record_since(since).as_bytes());
        let age = told.rsplit(' ').next().unwrap();
        assert!(age.len() == least.len() && (least..=most).contains(&age), "{told}");
    }
}

#[test]
fn the_job_knows_its_lock_file_and_its_wrapper() {
    let scratch = Scratch::new();
    let script = "echo $$; echo \"$WITHLOCK_LOCKFILE\"; echo \"$WITHLOCK_PID\"; echo \"$WITHLOCK_HELD\"; read x";
    let mut command = withlock(["./lock", "sh", "-c", script]);
    command.current_dir(scratch.path()).env("WITHLOCK_PID", "stale");
    let mut running = Running::of(command);
    let path = running.line();
    assert!(Path::new(&path).is_absolute(), "{path}");
    assert_eq!(fs::canonicalize(&path).unwrap(), scratch.join("lock"));
    assert_eq!(running.line(), running.child.id().to_string());
    let held = running.line();
    let record: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert!(held.ends_with(record["token"].as_str().unwrap()), "{held}");
    running.finish();
}

#[test]
fn a_job_that_waits_for_its_own_lock_is_told_at_once_instead_of_hanging() {
    let scratch = Scratch::new();
    let inner = withlock(["-w", "inf", "lock", "echo", "ran"]);
    let words: Vec<_> = [inner.get_program()].into_iter().chain(inner.get_args()).collect();
    for (options, file) in [(&["-w", "inf"][..], ""), (&["-s"], ""), (&[], "there before")] {
        let lock = scratch.join("lock");
        if !file.is_empty() {
            fs::write(&lock, file).unwrap();
        }
        let mut command = withlock(options);
        command.arg("lock").args(&words).current_dir(scratch.path());
        let output = run(&mut command);
        let parts = ["lock is held by ", "inside its own job", "use another"];
        assert_complains(&format!("{options:?}"), &output, 1, &parts);
    }
    fs::remove_file(scratch.join("lock")).unwrap();
    // By way of another lock as well.
    let mut command = withlock(["lock"]);
    let between = withlock(["other"]);
    command.arg(between.get_program()).args(between.get_args()).args(&words);
    let output = run(command.current_dir(scratch.path()));
    assert_complains("between", &output, 1, &["inside its own job"]);
    // Readers may share with themselves.
    let shared = withlock(["-s", "-w", "inf", "lock", "echo", "ran"]);
    let mut command = withlock(["-s", "lock"]);
    command.arg(shared.get_program()).args(shared.get_args());
    let output = run(command.current_dir(scratch.path()));
    assert_silent("shared", &output, 0);
    assert_eq!(output.stdout, b"ran\n");
    assert!(scratch.names().is_empty());
}

#[test]
fn a_daemon_that_once_was_started_under_the_lock_can_wait_for_it_later() {
    let scratch = Scratch::new();
    for keep in [&[][..], &["-k"]] {
        let script = "printf %s \"$WITHLOCK_HELD\"";
        let mut command = withlock(keep);
        let output = run(command.args(["lock", "sh", "-c", script]).current_dir(scratch.path()));
        let held = String::from_utf8(output.stdout).unwrap();
        assert!(!held.is_empty());
        let running = Running::start(keep, &scratch.join("lock"));
        let stale = [held.as_str(), "nonsense", "1:2:3", "::::", "1:2:3:x:5:6", "  "];
        for value in stale.into_iter().chain([stale.join(" ").as_str()]) {
            let mut command = withlock(["-w", "0.02", "lock", "echo"]);
            let output = run(command.env("WITHLOCK_HELD", value).current_dir(scratch.path()));
            assert_complains(value, &output, 1, &["lock is held by pid"]);
        }
        running.finish();
        let mut command = withlock(["-w", "inf", "lock", "echo", "ran"]);
        let output = run(command.env("WITHLOCK_HELD", &held).current_dir(scratch.path()));
        assert_silent("free again", &output, 0);
    }
    assert!(scratch.names().is_empty());
}

#[test]
fn an_ended_run_whose_process_id_is_used_again_is_not_taken_for_the_holder() {
    let scratch = Scratch::new();
    let script = "printf %s \"$WITHLOCK_HELD\"";
    let mut command = withlock(["-k", "lock", "sh", "-c", script]);
    let output = run(command.current_dir(scratch.path()));
    let held = String::from_utf8(output.stdout).unwrap();
    let mut parts: Vec<&str> = held.split(':').collect();
    // This process lives, and is not the one that holds the lock.
    let used_again = std::process::id().to_string();
    parts[2] = &used_again;
    let running = Running::start(&["-k"], &scratch.join("lock"));
    let mut command = withlock(["-w", "0.02", "lock", "echo"]);
    command.env("WITHLOCK_HELD", parts.join(":")).current_dir(scratch.path());
    assert_complains("used again", &run(&mut command), 1, &["lock is held by pid"]);
    running.finish();
}

#[test]
fn a_job_on_a_file_that_names_an_old_holder_is_told_as_well_that_it_would_wait_for_itself() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    let old =
        "{\"withlock\":1,\"pid\":4711,\"user\":0,\"since\":1,\"token\":\"0123456789abcdef\"}\n";
    fs::write(&lock, old).unwrap();
    // With a second name it is not withlock's own: the old record stays there.
    fs::hard_link(&lock, scratch.join("other")).unwrap();
    let inner = withlock(["-w", "20", "lock", "echo", "ran"]);
    let mut command = withlock(["lock"]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(scratch.path());
    assert_complains("old", &run(&mut command), 1, &["inside its own job"]);
    assert_eq!(fs::read_to_string(&lock).unwrap(), old);
}
