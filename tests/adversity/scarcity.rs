//! Few descriptors, processes, little memory: the run works, or says why it can't.

use std::process::{Command, Output};

use crate::support::complaint::{assert_complains, assert_no_panic, assert_silent, run};
use crate::support::people::{ALICE, Public, again_with};
use crate::support::{Scratch, find_program, skip, stderr, withlock};

/// The command started by a shell that runs `prepare` first.
pub(super) fn after(prepare: &str, command: &Command) -> Command {
    let mut shell = again_with("sh".as_ref(), &Command::new("sh"));
    shell.args(["-c", &format!("{prepare}; exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Whether the program, or the job's, was not even loaded: libraries need descriptors and memory, too.
fn not_loaded(output: &Output) -> bool {
    stderr(output).contains("shared librar") || stderr(output).contains("shared object")
}

#[test]
fn however_few_descriptors_there_are_the_run_works_or_says_to_raise_the_limit() {
    let scratch = Scratch::new();
    for prepare in ["", "trap '' CHLD;"] {
        for limit in 3..20 {
            let case = format!("{prepare} {limit}");
            let command = withlock([scratch.join("lock").as_os_str(), "true".as_ref()]);
            let output = run(&mut after(&format!("{prepare} ulimit -n {limit}"), &command));
            assert_no_panic(&case, &stderr(&output));
            match output.status.code() {
                Some(127) if not_loaded(&output) => {}
                Some(code @ (71 | 73)) if limit < 16 => {
                    assert_complains(
                        &case,
                        &output,
                        code,
                        &["raise the limit on open files (ulimit -n)"],
                    );
                }
                _ => assert_silent(&case, &output, 0),
            }
            assert!(scratch.names().is_empty(), "{case}");
        }
    }
}

#[test]
fn however_few_descriptors_there_are_and_whatever_is_closed_no_file_stays() {
    let scratch = Scratch::new();
    let closing = ["<&-", ">&-", "2>&-"];
    for closed in 0..8 {
        let is_closed = |bit: usize| closed & 1 << bit != 0;
        let close: Vec<_> = (0..3).filter(|bit| is_closed(*bit)).map(|bit| closing[bit]).collect();
        for limit in 0..=12 {
            let prepare = format!("exec {}; ulimit -n {limit}", close.join(" "));
            let command = withlock([scratch.join("lock").as_os_str(), "true".as_ref()]);
            let output = run(&mut after(&prepare, &command));
            assert!(scratch.names().is_empty(), "{prepare}: {output:?}");
            match output.status.code() {
                Some(0) => assert_eq!(stderr(&output), "", "{prepare}"),
                Some(71 | 73 | 127) if is_closed(2) || not_loaded(&output) => {}
                Some(code @ (71 | 73)) => {
                    assert_complains(&prepare, &output, code, &["(ulimit -n)"]);
                }
                _ => panic!("{prepare}: {output:?}"),
            }
        }
    }
}

#[test]
fn a_user_out_of_processes_is_told_and_the_lock_is_free_again() {
    let Some(public) = Public::new() else { return };
    let Some(prlimit) = find_program("prlimit") else {
        return skip("prlimit is not installed");
    };
    let mine = public.directory("alice", ALICE, 0o700);
    let lock = mine.join("lock");
    let command = public.withlock_as(ALICE, [lock.as_os_str(), "echo".as_ref(), "ran".as_ref()]);
    let mut limited = again_with(&prlimit, &Command::new(&prlimit));
    limited.args(["--nproc=0", "--"]).arg(&public.program).args(command.get_args());
    std::os::unix::process::CommandExt::uid(&mut limited, ALICE);
    let output = run(&mut limited);
    let parts = ["starting the command failed", "temporarily unavailable", "ulimit -u"];
    assert_complains("no processes", &output, 71, &parts);
    assert!(!lock.exists());
}

#[test]
fn with_little_memory_the_run_works_or_ends_before_the_lock_file_is_made() {
    let scratch = Scratch::new();
    let lock = scratch.join("lock");
    for kilobytes in (1_000..12_000).step_by(500) {
        let command = withlock([lock.as_os_str(), "true".as_ref()]);
        let output = run(&mut after(&format!("ulimit -v {kilobytes}"), &command));
        let case = format!("{kilobytes}");
        // The run-time library ends the program when there is no memory at all, and says so in its own words.
        if !stderr(&output).starts_with("memory allocation of") {
            assert_no_panic(&case, &stderr(&output));
        }
        match output.status.code() {
            Some(0) => assert_silent(&case, &output, 0),
            Some(71) => assert_complains(&case, &output, 71, &[]),
            // Not loaded by the system, the program or the job's; or out of memory while it read its command line.
            _ => {}
        }
        assert!(scratch.names().is_empty(), "{case}: {output:?}");
    }
}
