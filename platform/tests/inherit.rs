//! The descriptors of a job: those of its caller, and the lock's if asked for.

use std::fs::{File, Permissions};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::support::Test;
use crate::support::job::{Way, finish, tests_of_ways};
use crate::support::{Scratch, fork};
use withlock_platform::process::{Command, Status};

pub(crate) fn tests() -> Vec<Test> {
    tests_of_ways![
        the_lock_is_inherited_above_the_shells_own,
        the_lock_is_inherited_by_a_script_too,
        the_lock_is_inherited_under_a_low_limit,
        nothing_is_inherited_unasked,
        closed_standard_descriptors_stay_closed,
    ]
}

/// The argument that makes this program write what it has inherited, to the file that follows it.
pub(crate) const DESCRIPTORS: &str = "--list-descriptors";

/// Writes a line for each open descriptor: its number, device and inode.
pub(crate) fn list_descriptors(path: &Path) {
    let mut lines = String::new();
    for fd in 0..256 {
        // SAFETY: touches no memory.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } != -1 {
            // SAFETY: the descriptor is open, and is not closed here.
            let file = std::mem::ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
            let facts = file.metadata().expect("fstat");
            lines += &format!("{fd} {} {}\n", facts.dev(), facts.ino());
        }
    }
    std::fs::write(path, lines).expect("write");
}

/// The descriptors of a job: number and identity.
fn descriptors(way: Way, inherits: Option<&File>) -> Vec<(i32, (u64, u64))> {
    let scratch = Scratch::new();
    let output = scratch.path().join("output");
    let program = std::env::current_exe().expect("this program");
    let arguments = [DESCRIPTORS.into(), output.clone().into()];
    let command =
        Command { program: program.as_os_str(), arguments: &arguments, environment: &[], inherits };
    assert_eq!(finish(way, &command).expect("start"), Status::Exited(0));
    read_descriptors(&output)
}

fn read_descriptors(output: &Path) -> Vec<(i32, (u64, u64))> {
    let text = std::fs::read_to_string(output).expect("read");
    let line = |line: &str| {
        let numbers: Vec<u64> =
            line.split(' ').map(|number| number.parse().expect("a number")).collect();
        (numbers[0] as i32, (numbers[1], numbers[2]))
    };
    text.lines().map(line).collect()
}

fn identity(file: &File) -> (u64, u64) {
    let facts = file.metadata().expect("fstat");
    (facts.dev(), facts.ino())
}

fn numbers_of(file: &File, descriptors: &[(i32, (u64, u64))]) -> Vec<i32> {
    let is_it = |(number, other): &(i32, (u64, u64))| (*other == identity(file)).then_some(*number);
    descriptors.iter().filter_map(is_it).collect()
}

fn the_lock_is_inherited_above_the_shells_own(way: Way) {
    let file = crate::support::scratch::unnamed_file();
    let numbers = numbers_of(&file, &descriptors(way, Some(&file)));
    assert!(matches!(numbers[..], [number] if number >= 10), "{numbers:?}");
    assert_eq!(
        numbers_of(&file, &descriptors(way, None)),
        [0; 0],
        "nothing of it is left in the wrapper"
    );
}

fn the_lock_is_inherited_by_a_script_too(way: Way) {
    let scratch = Scratch::new();
    let path = scratch.path().join("script");
    let output = scratch.path().join("output");
    std::fs::write(&path, "exec \"$@\"\n").expect("write");
    std::fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("chmod");
    let program = std::env::current_exe().expect("this program");
    let arguments = [program.into(), DESCRIPTORS.into(), output.clone().into()];
    let file = crate::support::scratch::unnamed_file();
    let command = Command {
        program: path.as_os_str(),
        arguments: &arguments,
        environment: &[],
        inherits: Some(&file),
    };
    assert_eq!(finish(way, &command).expect("start"), Status::Exited(0));
    assert!(matches!(numbers_of(&file, &read_descriptors(&output))[..], [number] if number >= 10));
}

fn the_lock_is_inherited_under_a_low_limit(way: Way) {
    let file = crate::support::scratch::unnamed_file();
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the struct is alive during the call.
    let asked = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit.rlim_cur = 10;
    // SAFETY: the struct is alive during the call.
    let limited = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!((asked, limited), (0, 0));
    let numbers = numbers_of(&file, &descriptors(way, Some(&file)));
    assert!(matches!(numbers[..], [number] if number >= 3), "{numbers:?}");
}

fn nothing_is_inherited_unasked(way: Way) {
    let file = crate::support::scratch::unnamed_file();
    assert!(file.as_raw_fd() > 2);
    let all: Vec<i32> = descriptors(way, None).iter().map(|(number, _)| *number).collect();
    assert_eq!(all, callers());
}

/// What this test's own caller lets everybody inherit: 0, 1, 2, and what else it may have left open.
fn callers() -> Vec<i32> {
    // SAFETY: touches no memory; the answer is -1 for a descriptor that is not open.
    let flags = |fd| unsafe { libc::fcntl(fd, libc::F_GETFD) };
    (0..256).filter(|fd| flags(*fd) & libc::FD_CLOEXEC == 0).collect()
}

fn closed_standard_descriptors_stay_closed(way: Way) {
    for inherits in [false, true] {
        let scratch = Scratch::new();
        let output = scratch.path().join("output");
        let file = crate::support::scratch::unnamed_file();
        let mut child = fork(|| {
            for fd in 0..3 {
                // SAFETY: nobody in this child uses these descriptors any more.
                unsafe { libc::close(fd) };
            }
            let program = std::env::current_exe().expect("this program");
            let arguments = [DESCRIPTORS.into(), output.clone().into()];
            let inherits = inherits.then_some(&file);
            let command = Command {
                program: program.as_os_str(),
                arguments: &arguments,
                environment: &[],
                inherits,
            };
            i32::from(finish(way, &command).expect("start") != Status::Exited(0))
        });
        assert!(child.wait().success());
        let seen = read_descriptors(&output);
        assert!(seen.iter().all(|(number, _)| *number > 2), "{seen:?}");
        assert_eq!(seen.len(), callers().len() - 3 + usize::from(inherits));
    }
}
