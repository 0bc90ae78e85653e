//! Starting the job: it sees what it would see if the caller had started it.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::Scratch;
use crate::support::Test;
use crate::support::job::{Way, finish, plain, run_and, tests_of_ways};
use withlock_platform::process::{Command, StartError, Status};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_ways![
        arguments_reach_the_job_verbatim,
        the_job_sees_the_environment_and_what_is_set_for_it,
        a_program_that_is_not_there_is_told_as_such,
        a_program_that_may_not_be_executed_is_told_as_such,
        a_script_without_interpreter_is_run_by_the_shell,
        such_a_script_is_found_in_path_as_exec_finds_it,
        such_a_script_is_found_in_the_working_directory,
        the_exit_status_is_the_jobs,
        death_by_a_signal_is_told_from_an_exit,
        a_name_with_nul_is_an_error,
    ]
}

fn set_variable(name: &str, value: &OsStr) {
    // SAFETY: this process has one thread.
    unsafe { std::env::set_var(name, value) };
}

fn arguments_reach_the_job_verbatim(way: Way) {
    let scratch = Scratch::new();
    let output = scratch.path().join("output");
    let script = r#"out=$1; shift; for argument; do printf '<%s>' "$argument"; done > "$out""#;
    let verbatim: [&[u8]; 11] = [
        b"",
        b" ",
        b"two  blanks ",
        b"\xff\xfe\x80",
        b"line\nline\n",
        b"*",
        b"$HOME `x` \"'\\",
        b"-n",
        b"--",
        b"\t",
        b"",
    ];
    let mut arguments: Vec<OsString> =
        vec!["-c".into(), script.into(), "name".into(), output.clone().into()];
    arguments.extend(verbatim.map(|argument| OsString::from_vec(argument.to_vec())));
    assert_eq!(
        finish(way, &plain(OsStr::new("sh"), &arguments)).expect("start"),
        Status::Exited(0)
    );
    let expected: Vec<u8> =
        verbatim.iter().flat_map(|argument| [b"<", *argument, b">"].concat()).collect();
    assert_eq!(std::fs::read(output).expect("read"), expected);
}

fn the_job_sees_the_environment_and_what_is_set_for_it(way: Way) {
    let scratch = Scratch::new();
    let output = scratch.path().join("output");
    set_variable("WITHLOCK_TEST_OURS", OsStr::new("the caller's"));
    set_variable("WITHLOCK_TEST_KEPT", OsStr::from_bytes(b"kept \xff\nas it is"));
    let arguments = ["-c".into(), "exec env > \"$0\"".into(), output.clone().into()];
    let environment =
        [("WITHLOCK_TEST_OURS", OsString::from("ours")), ("WITHLOCK_TEST_NEW", OsString::from(""))];
    let command = Command {
        program: OsStr::new("sh"),
        arguments: &arguments,
        environment: &environment,
        inherits: None,
    };
    assert_eq!(finish(way, &command).expect("start"), Status::Exited(0));
    let seen = std::fs::read(output).expect("read");
    let count = |text: &[u8]| seen.windows(text.len()).filter(|part| *part == text).count();
    assert_eq!(count(b"WITHLOCK_TEST_OURS="), 1);
    assert_eq!(count(b"WITHLOCK_TEST_OURS=ours\n"), 1);
    assert_eq!(count(b"WITHLOCK_TEST_NEW=\n"), 1);
    assert_eq!(count(b"WITHLOCK_TEST_KEPT=kept \xff\nas it is\n"), 1);
}

fn errno(answer: Result<Status, StartError>) -> Option<i32> {
    match answer.expect_err("an error") {
        StartError::Program(error) => error.raw_os_error(),
        other => panic!("{other:?}"),
    }
}

fn a_program_that_is_not_there_is_told_as_such(way: Way) {
    let scratch = Scratch::new();
    let file = scratch.file("file");
    assert_eq!(
        errno(finish(way, &plain(scratch.path().join("nobody").as_os_str(), &[]))),
        Some(libc::ENOENT)
    );
    // Of a directory in PATH that may not be searched, exec would say EACCES.
    set_variable("PATH", scratch.path().as_os_str());
    assert_eq!(
        errno(finish(way, &plain(OsStr::new("withlock-no-such-program"), &[]))),
        Some(libc::ENOENT)
    );
    assert_eq!(
        errno(finish(way, &plain(file.join("below").as_os_str(), &[]))),
        Some(libc::ENOTDIR)
    );
    assert_eq!(errno(finish(way, &plain(OsStr::new(""), &[]))), Some(libc::ENOENT));
}

fn a_program_that_may_not_be_executed_is_told_as_such(way: Way) {
    let scratch = Scratch::new();
    let file = scratch.file("file");
    assert_eq!(errno(finish(way, &plain(file.as_os_str(), &[]))), Some(libc::EACCES));
    assert_eq!(errno(finish(way, &plain(scratch.path().as_os_str(), &[]))), Some(libc::EACCES));
    set_variable("PATH", scratch.path().as_os_str());
    assert_eq!(errno(finish(way, &plain(OsStr::new("file"), &[]))), Some(libc::EACCES));
}

/// A script that no `#!` begins: it writes its own name and its argument into the file "output" beside it.
fn script(path: &Path) {
    std::fs::write(
        path,
        format!("printf '%s|%s' \"$0\" \"$1\" > '{}.output'\nexit 3\n", path.display()),
    )
    .expect("write");
    std::fs::set_permissions(path, Permissions::from_mode(0o755)).expect("chmod");
}

fn output_of(script: &Path) -> String {
    std::fs::read_to_string(format!("{}.output", script.display())).expect("it was run")
}

fn a_script_without_interpreter_is_run_by_the_shell(way: Way) {
    let scratch = Scratch::new();
    let path = scratch.path().join("a script");
    script(&path);
    let answer = finish(way, &plain(path.as_os_str(), &["an argument".into()]));
    assert_eq!(answer.expect("start"), Status::Exited(3));
    assert_eq!(output_of(&path), format!("{}|an argument", path.display()));
}

fn such_a_script_is_found_in_path_as_exec_finds_it(way: Way) {
    let scratch = Scratch::new();
    let [first, second, third] = ["first", "second", "third"].map(|name| scratch.path().join(name));
    std::fs::create_dir_all(first.join("job")).expect("a directory of that name");
    std::fs::create_dir(&second).expect("mkdir");
    std::fs::create_dir(&third).expect("mkdir");
    File::create(second.join("job")).expect("a file of that name that may not be executed");
    script(&third.join("job"));
    set_variable(
        "PATH",
        &std::env::join_paths([first, second, third.clone(), "/bin".into()]).expect("a path"),
    );
    assert_eq!(
        finish(way, &plain(OsStr::new("job"), &["x".into()])).expect("start"),
        Status::Exited(3)
    );
    assert_eq!(output_of(&third.join("job")), format!("{}|x", third.join("job").display()));
}

/// An empty entry of PATH is the working directory.
fn such_a_script_is_found_in_the_working_directory(way: Way) {
    let scratch = Scratch::new();
    std::env::set_current_dir(scratch.path()).expect("chdir");
    script(&scratch.path().join("job"));
    set_variable("PATH", OsStr::new(":/bin:/usr/bin"));
    assert_eq!(
        finish(way, &plain(OsStr::new("job"), &["x".into()])).expect("start"),
        Status::Exited(3)
    );
    assert!(output_of(&scratch.path().join("job")).ends_with("job|x"));
    std::env::set_current_dir("/").expect("chdir");
}

fn the_exit_status_is_the_jobs(way: Way) {
    for status in [0, 1, 7, 127, 128, 255] {
        let arguments = ["-c".into(), format!("exit {status}").into()];
        assert_eq!(
            finish(way, &plain(OsStr::new("sh"), &arguments)).expect("start"),
            Status::Exited(status)
        );
    }
}

fn death_by_a_signal_is_told_from_an_exit(way: Way) {
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGHUP] {
        let arguments = ["-c".into(), format!("kill -{signal} $$; exit 9").into()];
        assert_eq!(
            finish(way, &plain(OsStr::new("sh"), &arguments)).expect("start"),
            Status::Signaled(signal)
        );
        if matches!(way, Way::InPlace | Way::InPlaceByHandler) {
            continue;
        }
        let sleeping = ["1000".into()];
        let command = plain(OsStr::new("sleep"), &sleeping);
        let answer = run_and(way, &command, |child| {
            assert_eq!(child.ended().expect("asked"), None);
            child.signal(signal).expect("kill");
        });
        assert_eq!(answer.expect("start"), Status::Signaled(signal));
    }
}

fn a_name_with_nul_is_an_error(way: Way) {
    assert!(finish(way, &plain(OsStr::new("tr\0ue"), &[])).is_err());
    assert!(finish(way, &plain(OsStr::new("true"), &["a\0b".into()])).is_err());
}
