//! What `--syslog` tells the system's log, and that a log that does not listen keeps no job from running.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::Output;
use std::thread::JoinHandle;

use crate::support::complaint::{assert_complains, assert_silent};
use crate::support::private::with_mounts;
use crate::support::{Scratch, stderr};

/// A `/dev` of the script's own, whose `/dev/log` is "log" in the test's directory.
const OWN_DEV: &str =
    "touch null; mount --bind /dev/null null; mount -t tmpfs -o mode=0755 tmpfs /dev
touch /dev/null; mount --bind null /dev/null; ln -s \"$PWD/log\" /dev/log; unset WITHLOCK_NOWARN
";

/// A run that holds "lock" until something is written to "end".
const HOLDER: &str = "mkfifo held end; W lock sh -c 'echo >held; read line <end' &
read line <held
";

/// Runs a script, and returns also what the log was told, without the process id.
fn logged(scratch: &Scratch, script: &str) -> Option<(Output, Vec<String>)> {
    const END: &[u8] = b"end";
    let place = scratch.join("log");
    let daemon = UnixDatagram::bind(&place).unwrap();
    let reader: JoinHandle<Vec<String>> = std::thread::spawn(move || {
        let mut lines = Vec::new();
        let mut datagram = [0; 8192];
        loop {
            let length = daemon.recv(&mut datagram).unwrap();
            if &datagram[..length] == END {
                return lines;
            }
            lines.push(String::from_utf8(datagram[..length].to_vec()).unwrap());
        }
    });
    let output = with_mounts(scratch, &format!("{OWN_DEV}{script}"));
    UnixDatagram::unbound().unwrap().send_to(END, &place).unwrap();
    let lines = reader.join().unwrap();
    fs::remove_file(&place).unwrap();
    let without_pid = |line: &String| {
        assert!(line.len() <= 1024 && !line.chars().any(char::is_control), "{line:?}");
        let (before, behind) = line.split_once("]: ").unwrap();
        let (tag, pid) = before.split_once('[').unwrap();
        assert!(pid.parse::<u32>().is_ok(), "{line}");
        format!("{tag} {behind}")
    };
    Some((output?, lines.iter().map(without_pid).collect()))
}

/// The line without the times in it: `2s`, `0.013s`.
fn without_times(line: &str) -> String {
    let is_time = |word: &str| {
        let number = word.trim_end_matches([':', ';', ',']).strip_suffix('s');
        number.is_some_and(|number| number.parse::<f64>().is_ok())
    };
    let time = |word: &str| {
        let end = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == 's');
        format!("TIME{end}")
    };
    let words =
        line.split(' ').map(|word| if is_time(word) { time(word) } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

fn assert_logged(case: &str, lines: &[String], wanted: &[&str]) {
    let lines: Vec<String> = lines.iter().map(|line| without_times(line)).collect();
    assert_eq!(lines, wanted, "{case}");
}

#[test]
fn the_log_is_told_when_a_job_began_and_how_and_after_what_time_it_ended() {
    for (job, code, severity, how) in [
        ("true", 0, 78, "exited with status 0"),
        ("sh -c 'exit 3'", 3, 77, "exited with status 3"),
        ("sh -c 'kill -9 $$'", 137, 77, "died of signal 9 (KILL)"),
    ] {
        let scratch = Scratch::new();
        let script = format!("W --syslog lock {job} || exit $?");
        let Some((output, lines)) = logged(&scratch, &script) else { return };
        let ended = format!("<{severity}>withlock lock: {how} after TIME: {job}");
        assert_logged(job, &lines, &[&format!("<78>withlock lock: acquired: {job}"), &ended]);
        let said = stderr(&output);
        assert!(output.status.code() == Some(code) && !said.contains("withlock:"), "{output:?}");
    }
}

#[test]
fn the_log_is_told_that_a_job_was_ended_by_its_limit() {
    for (options, job, code, sent, ended) in [
        (
            "",
            "sleep 1000",
            124,
            "TERM",
            "over its time limit (status 124): died of signal 15 (TERM)",
        ),
        ("--signal 9", "sleep 1000", 137, "KILL", "over its time limit: died of signal 9 (KILL)"),
        (
            "",
            "sh -c 'trap exit TERM; while :; do sleep 0.02; done'",
            124,
            "TERM",
            "over its time limit (status 124): exited with status ",
        ),
    ] {
        let scratch = Scratch::new();
        let script = format!("W --syslog --max-runtime 0.3 {options} lock {job} || exit $?");
        let Some((output, lines)) = logged(&scratch, &script) else { return };
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let lines: Vec<String> = lines.iter().map(|line| without_times(line)).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(
            lines[..2],
            [
                format!("<78>withlock lock: acquired: {job}"),
                format!("<76>withlock lock: {job} ran longer than TIME: sent {sent}"),
            ]
        );
        let last = &lines[2];
        assert!(last.starts_with(&format!("<77>withlock lock: {ended}")), "{last}");
        assert!(last.ends_with(&format!(" after TIME: {job}")), "{last}");
    }
}

#[test]
fn the_log_is_told_who_was_in_the_way_also_of_a_quiet_run() {
    let scratch = Scratch::new();
    let script = format!(
        "{HOLDER}W --syslog -q lock date; W --syslog -q -w 0.02 lock date; W --syslog -E 0 lock date 2>said; echo >end; wait"
    );
    let Some((output, lines)) = logged(&scratch, &script) else { return };
    assert_silent("quiet", &output, 0);
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, wanted) in lines.iter().zip(["busy: ", "busy after waiting TIME: ", "busy: "]) {
        let line = without_times(line);
        let start = format!("<77>withlock lock: {wanted}held by pid ");
        assert!(line.starts_with(&start) && line.ends_with("; not run: date"), "{line}");
        assert!(line.contains(": sh -c 'echo >held; read line <end') for "), "{line}");
    }
    assert_eq!(fs::read_to_string(scratch.join("said")).unwrap().lines().count(), 1);
}

#[test]
fn the_log_is_told_how_long_a_run_has_waited() {
    let scratch = Scratch::new();
    let script = format!(
        "{HOLDER}(exec \"$PROGRAM\" --syslog -v -w inf lock date 2>gone) & waiter=$!
until grep -q waiting gone; do :; done; kill -TERM $waiter; wait $waiter || echo $?
W --syslog -v -w 1h lock true 2>said &
until grep -q waiting said; do :; done; echo >end; wait"
    );
    let Some((output, lines)) = logged(&scratch, &script) else { return };
    assert_eq!(output.stdout, b"143\n", "{output:?}");
    let wanted = [
        "<77>withlock lock: ended by signal 15 (TERM) after waiting TIME: not run: date",
        "<78>withlock lock: acquired after waiting TIME: true",
        "<78>withlock lock: exited with status 0 after TIME: true",
    ];
    assert_logged("waited", &lines, &wanted);
    let said = fs::read_to_string(scratch.join("said")).unwrap();
    assert!(said.contains("lock acquired") && said.contains("command exited"), "-v: {said}");
}

#[test]
fn the_log_is_told_what_is_wrong() {
    let scratch = Scratch::new();
    let script = "mkdir -m 0777 open
W --syslog open/lock true || echo $?
W --syslog --insecure open/lock rm open/lock
W --syslog lock ./nothing || echo $?";
    let Some((output, lines)) = logged(&scratch, script) else { return };
    assert_eq!(output.stdout, b"3\n127\n", "{output:?}");
    let starts = [
        "<75>withlock open/lock: refused, because ",
        "<76>withlock warning: ",
        "<78>withlock open/lock: acquired: rm open/lock",
        "<78>withlock open/lock: exited with status 0 after ",
        "<76>withlock warning: open/lock was removed",
        "<78>withlock lock: acquired: ./nothing",
        "<75>withlock ./nothing: starting the command failed: No such file or directory",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}, not {start}");
    }
    for line in stderr(&output).lines() {
        let words = line.strip_prefix("withlock: ").unwrap();
        assert!(lines.iter().any(|told| told.ends_with(words)), "{line}: {lines:?}");
    }
}

#[test]
fn nobody_can_write_lines_of_his_own_into_the_log_by_a_name_or_an_argument() {
    let scratch = Scratch::new();
    let script = r#"
W --syslog "$(printf 'a\n<0>kernel: b\033[2J\342\200\256\377')" true "$(printf 'x\ny')"
long=$(printf '\303\244%0120000d' 0)
W --syslog lock true "$long"
mkdir -p $(printf 'd%0200d/' 0 0 0 0 0); cd $(printf 'd%0200d/' 0 0 0 0 0)
W --syslog "$PWD/lock" true"#;
    let Some((output, lines)) = logged(&scratch, script) else { return };
    assert_silent("odd", &output, 0);
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(
        lines[0].starts_with("<78>withlock a?<0>kernel: b?[2J?\u{fffd}: acquired: true "),
        "{lines:?}"
    );
    assert!(
        lines[2].contains("lock: acquired: true '?\u{e4}0000")
            || lines[2].contains("acquired: true \u{e4}000"),
        "{}",
        lines[2]
    );
    assert!(
        lines[4].contains("withlock ...000") && lines[4].ends_with("/lock: acquired: true"),
        "{}",
        lines[4]
    );
}

#[test]
fn a_log_that_nobody_reads_or_that_is_not_there_keeps_no_job_from_running() {
    let scratch = Scratch::new();
    let place = scratch.join("log");
    let script = format!("{OWN_DEV}W --syslog lock echo ran");
    let ran = |case: &str| match with_mounts(&scratch, &script) {
        Some(output) => {
            assert_eq!(output.stdout, b"ran\n", "{case}: {output:?}");
            assert_silent(case, &Output { stdout: Vec::new(), ..output }, 0);
            true
        }
        None => false,
    };
    if !ran("missing") {
        return;
    }
    fs::write(&place, "").unwrap();
    ran("a file");
    assert_eq!(fs::read(&place).unwrap(), b"");
    fs::remove_file(&place).unwrap();
    let stream = UnixListener::bind(&place).unwrap();
    ran("another kind of socket");
    drop(stream);
    fs::remove_file(&place).unwrap();
    let daemon = UnixDatagram::bind(&place).unwrap();
    let filler = UnixDatagram::unbound().unwrap();
    filler.set_nonblocking(true).unwrap();
    let mut sent = 0;
    while filler.send_to(b"<78>full", &place).is_ok() {
        sent += 1;
    }
    ran("full");
    daemon.set_nonblocking(true).unwrap();
    let mut read = 0;
    while daemon.recv(&mut [0; 100]).is_ok() {
        read += 1;
    }
    assert_eq!(read, sent, "it was full to the end");
    drop(daemon);
    ran("the daemon has ended");
}

#[test]
fn a_daemon_that_is_started_again_while_the_job_runs_is_told_of_the_end() {
    let scratch = Scratch::new();
    // The job puts the real socket in the place of none.
    let script = "mv log real; W --syslog lock mv real log";
    let Some((output, lines)) = logged(&scratch, script) else { return };
    assert_silent("late", &output, 0);
    assert_logged(
        "late",
        &lines,
        &["<78>withlock lock: exited with status 0 after TIME: mv real log"],
    );
}

#[test]
fn the_job_gets_no_socket_of_the_log() {
    let scratch = Scratch::new();
    let script = "W --syslog lock sh -c 'ls -l /proc/self/fd' >seen; W -o --syslog lock sh -c 'ls -l /proc/self/fd' >>seen
W -v lock true 2>told; W lock sh -c 'ls -l /proc/self/fd' >plain";
    let Some((_, lines)) = logged(&scratch, script) else { return };
    assert_eq!(lines.len(), 4, "those without the option tell it nothing: {lines:?}");
    let seen = fs::read_to_string(scratch.join("seen")).unwrap();
    assert!(seen.contains("/proc/") && !seen.contains("socket:"), "{seen}");
}

#[test]
fn the_log_is_told_under_a_name_that_is_no_option_s_value() {
    let scratch = Scratch::new();
    let output = crate::cli::options::attempt(&scratch, &["--syslog=yes", "lock", "true"]);
    assert_complains("value", &output, 2, &["--syslog takes no value"]);
}
