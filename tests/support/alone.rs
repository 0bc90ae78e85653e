//! Tests in a process of their own: the test program, started once more for one test.

use std::any::type_name;
use std::fs::{self, File};
use std::process::{Command, Stdio};

use crate::support::Scratch;

/// Which test this process was started for.
const ALONE: &str = "WITHLOCK_TEST_ALONE";

/// Runs the body of a test, a closure in the test's own function, in a process of its own, and shows what it prints.
pub fn alone<F: FnOnce()>(body: F) {
    let test = name_of(&body).trim_end_matches("::{{closure}}");
    if std::env::var_os(ALONE).is_some_and(|name| name == test) {
        return body();
    }
    // Not pipes: what a failed test leaves running may hold its end of them for ever.
    let place = Scratch::new();
    let [output, errors] = ["output", "errors"].map(|name| place.join(name));
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(only(test)).arg("--nocapture").env(ALONE, test).stdin(Stdio::null());
    again.stdout(File::create(&output).unwrap()).stderr(File::create(&errors).unwrap());
    let status = again.status().unwrap();
    let [output, errors] = [output, errors].map(|file| shown(&fs::read(file).unwrap()));
    print!("{output}");
    eprint!("{errors}");
    let has_run = output.contains("test result: ok. 1 passed");
    assert!(status.success() && has_run, "{test}, in a process of its own: {status}");
}

/// The arguments that make this program run one test only, given its name.
pub fn only(test: &str) -> [&str; 3] {
    ["--exact", test, "--test-threads=1"]
}

/// The name of a test, given its function.
pub fn name_of<F>(_test: &F) -> &'static str {
    let full = type_name::<F>();
    full.split_once("::").map_or(full, |(_program, name)| name)
}

/// Indented, so that nobody takes the results of a test for those of the whole program.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).lines().map(|line| format!("    {line}\n")).collect()
}

/// Runs a body in a child that has one thread, as what holds signals needs it: another thread takes some of them.
pub fn with_one_thread(body: impl FnOnce()) {
    // SAFETY: the child has this thread alone; the others of a test that runs alone only wait for it, and hold no locks.
    match unsafe { libc::fork() } {
        -1 => panic!("{}", std::io::Error::last_os_error()),
        0 => {
            let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_err();
            // SAFETY: ends the child without what the test program does at its end.
            unsafe { libc::_exit(failed.into()) }
        }
        child => {
            let mut status = 0;
            // SAFETY: `status` is writable; this is our own child.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert_eq!(status, 0, "the child has said why");
        }
    }
}
