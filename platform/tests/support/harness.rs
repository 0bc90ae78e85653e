//! Runs each test in a process of its own, started from the test binary itself.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use withlock_platform::backend::{self, LockBackend};

/// A test that takes longer than this hangs.
const BOUND: Duration = Duration::from_secs(60);

/// The argument that runs one test in this very process.
const ONE: &str = "--one";

pub(crate) struct Test {
    name: String,
    body: Box<dyn Fn()>,
}

impl Test {
    pub(crate) fn new(name: impl Into<String>, body: impl Fn() + 'static) -> Self {
        Self { name: name.into(), body: Box::new(body) }
    }

    /// The same, with the name of its module in front.
    pub(crate) fn of_module(self, module: &str) -> Self {
        Self { name: format!("{module}::{}", self.name), ..self }
    }

    /// One test a backend.
    pub(crate) fn of_backends(name: &str, body: fn(&'static dyn LockBackend)) -> Vec<Self> {
        let of = |backend: &'static dyn LockBackend| {
            Self::new(format!("{name} ({})", backend.name()), move || body(backend))
        };
        backend::all().into_iter().map(of).collect()
    }
}

/// A list of tests from functions without arguments.
macro_rules! tests {
    ($($name:ident),* $(,)?) => { vec![$($crate::support::Test::new(stringify!($name), $name)),*] };
}
pub(crate) use tests;

/// A list of tests from functions that take a backend.
macro_rules! tests_of_backends {
    ($($name:ident),* $(,)?) => {
        [$($crate::support::Test::of_backends(stringify!($name), $name)),*].into_iter().flatten().collect::<Vec<_>>()
    };
}
pub(crate) use tests_of_backends;

/// The exit status of a test binary. Understands what `cargo test` passes on: filters, `--exact`, `--list`.
pub(crate) fn main(arguments: &[OsString], tests: Vec<Test>) -> i32 {
    let arguments: Vec<&str> =
        arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    if let [ONE, name] = arguments[..] {
        let test = tests.iter().find(|test| test.name == name).expect("a test of that name");
        return i32::from(catch_unwind(AssertUnwindSafe(|| (test.body)())).is_err());
    }
    let filters = filters(&arguments);
    let exact = arguments.contains(&"--exact");
    let chosen = |test: &&Test| {
        let fits = |filter: &str| {
            if exact { test.name == filter } else { test.name.contains(filter) }
        };
        filters.is_empty() || filters.iter().any(|filter| fits(filter))
    };
    let chosen: Vec<&Test> = tests.iter().filter(chosen).collect();
    if arguments.contains(&"--list") {
        chosen.iter().for_each(|test| println!("{}: test", test.name));
        return 0;
    }
    let failed = chosen.iter().filter(|test| !passes(test)).count();
    let result = if failed == 0 { "ok" } else { "FAILED" };
    let passed = chosen.len() - failed;
    // In the words of Rust's own harness, which ci/step reads.
    println!("\ntest result: {result}. {passed} passed; {failed} failed; 0 ignored\n");
    i32::from(failed != 0)
}

/// The arguments that are neither options nor the values of options.
fn filters<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut filters = arguments.to_vec();
    while let Some(option) = filters.iter().position(|argument| argument.starts_with('-')) {
        let with_value =
            ["--test-threads", "--format", "--color", "--skip"].contains(&filters[option]);
        filters.drain(option..(option + 1 + usize::from(with_value)).min(filters.len()));
    }
    filters
}

fn passes(test: &Test) -> bool {
    // A file, not a pipe: a process that a failed test left behind would keep a pipe open.
    let mut output = super::scratch::unnamed_file();
    let end = run(test, &output);
    let passed = end.is_some_and(|status| status.success());
    println!("test {} ... {}", test.name, if passed { "ok" } else { "FAILED" });
    if !passed {
        let mut text = Vec::new();
        output.rewind().expect("rewind");
        output.read_to_end(&mut text).expect("read the output");
        println!("---- {}: {end:?} (None: it hung)\n{}", test.name, String::from_utf8_lossy(&text));
    }
    passed
}

/// `None` when the test took too long.
fn run(test: &Test, output: &File) -> Option<ExitStatus> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([ONE, &test.name])
        .stdin(std::process::Stdio::null())
        .stdout(output.try_clone().expect("duplicate"))
        .stderr(output.try_clone().expect("duplicate"))
        .process_group(0)
        .spawn()
        .expect("start a test");
    let start = Instant::now();
    let mut pause = Duration::from_micros(200);
    while start.elapsed() < BOUND {
        if let Some(status) = child.try_wait().expect("wait for a test") {
            return Some(status);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(5));
    }
    // The group is the test's own, and its leader has not been waited for, so the number is nobody else's.
    super::kill(-i32::try_from(child.id()).expect("a process id"), libc::SIGKILL);
    child.wait().expect("wait for a test that was killed");
    None
}
