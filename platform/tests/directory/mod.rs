//! Steps of a path walk: what is found at a name, and what opening and creating there must never do.

mod files;

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::support::Test;
use crate::support::scratch::open;
use crate::support::{Scratch, tests};
use withlock_platform::directory::{self, Access, Step};
use withlock_platform::evidence::{Facts, Kind, file_system};

pub(crate) fn tests() -> Vec<Test> {
    let mut tests = tests![
        kinds_are_told_by_the_numbers_of_this_system,
        each_kind_of_thing_is_known_for_what_it_is,
        a_step_opens_a_directory_reads_a_link_and_leaves_the_rest_alone,
        a_step_to_nowhere_says_so,
        facts_are_those_of_stat,
        a_walk_starts_at_the_root_or_the_working_directory,
        a_name_with_nul_is_an_error,
    ];
    tests.extend(files::tests());
    tests
}

/// A directory, opened as a walk opens it.
fn opened(path: &Path) -> File {
    let (parent, name) = (
        File::open(path.parent().expect("a parent")).expect("open"),
        path.file_name().expect("a name"),
    );
    match directory::step(&parent, name).expect("step") {
        Step::Directory(file, _) => file,
        other => panic!("{other:?}"),
    }
}

fn errno<T: std::fmt::Debug>(answer: io::Result<T>) -> Option<i32> {
    answer.expect_err("an error").raw_os_error()
}

fn make_fifo(path: &Path) {
    let path = std::ffi::CString::new(path.as_os_str().as_encoded_bytes()).expect("a path");
    // SAFETY: the path ends with NUL.
    let answer = unsafe { libc::mkfifo(path.as_ptr(), 0o600) };
    assert_eq!(answer, 0, "mkfifo: {}", io::Error::last_os_error());
}

/// `Kind` is told by numbers written down in evidence/facts.rs.
#[allow(clippy::unnecessary_cast, reason = "`mode_t` has 16 bits on some systems")]
fn kinds_are_told_by_the_numbers_of_this_system() {
    let numbers = [
        (libc::S_IFMT as u32, 0o170_000),
        (libc::S_IFREG as u32, 0o100_000),
        (libc::S_IFDIR as u32, 0o040_000),
        (libc::S_IFLNK as u32, 0o120_000),
        (libc::S_IFIFO as u32, 0o010_000),
        (libc::S_IFSOCK as u32, 0o140_000),
        (libc::S_IFBLK as u32, 0o060_000),
        (libc::S_IFCHR as u32, 0o020_000),
    ];
    numbers.iter().for_each(|(system, ours)| assert_eq!(system, ours, "{ours:o}"));
}

fn each_kind_of_thing_is_known_for_what_it_is() {
    let scratch = Scratch::new();
    let at = |name: &str| scratch.path().join(name);
    scratch.file("file");
    std::fs::create_dir(at("directory")).expect("mkdir");
    symlink("nowhere", at("link")).expect("symlink");
    make_fifo(&at("fifo"));
    let _socket = UnixListener::bind(at("socket")).expect("bind");
    let directory = opened(scratch.path());
    let kind = |name: &str| directory::facts_at(&directory, OsStr::new(name)).expect("facts").kind;
    assert_eq!(kind("file"), Kind::Regular);
    assert_eq!(kind("directory"), Kind::Directory);
    assert_eq!(kind("link"), Kind::Link);
    assert_eq!(kind("fifo"), Kind::Fifo);
    assert_eq!(kind("socket"), Kind::Socket);
    assert_eq!(Facts::of_path(Path::new("/dev/null")).expect("facts").kind, Kind::Device);
}

fn a_step_opens_a_directory_reads_a_link_and_leaves_the_rest_alone() {
    let scratch = Scratch::new();
    let at = |name: &str| scratch.path().join(name);
    scratch.file("file");
    std::fs::create_dir(at("directory")).expect("mkdir");
    make_fifo(&at("fifo"));
    let long = "x".repeat(255) + "/" + &"y".repeat(255);
    for (name, target) in
        [("to-directory", "directory"), ("to-nowhere", "no/where"), ("long", &*long)]
    {
        symlink(target, at(name)).expect("symlink");
    }
    let directory = opened(scratch.path());
    let step = |name: &str| directory::step(&directory, OsStr::new(name)).expect("step");
    assert!(matches!(step("file"), Step::Other(facts) if facts.kind == Kind::Regular));
    assert!(matches!(step("fifo"), Step::Other(facts) if facts.kind == Kind::Fifo));
    for (name, target) in
        [("to-directory", "directory"), ("to-nowhere", "no/where"), ("long", &*long)]
    {
        assert!(
            matches!(step(name), Step::Link(read, facts) if read == target && facts.kind == Kind::Link),
            "{name}"
        );
    }
    let Step::Directory(next, facts) = step("directory") else { panic!("not a directory") };
    assert_eq!(facts, Facts::of_path(&at("directory")).expect("facts"));
    assert_eq!(facts, Facts::of(&next).expect("facts"));
    // What was opened can be walked on from, and the way back is a step like any other.
    let Step::Directory(back, facts) = directory::step(&next, OsStr::new("..")).expect("step")
    else {
        panic!("not a directory")
    };
    assert_eq!(facts.identity, Facts::of_path(scratch.path()).expect("facts").identity);
    assert!(file_system(&back, &facts).expect("file system").local);
}

fn a_step_to_nowhere_says_so() {
    let scratch = Scratch::new();
    let directory = opened(scratch.path());
    assert_eq!(errno(directory::step(&directory, OsStr::new("nobody"))), Some(libc::ENOENT));
    assert_eq!(errno(directory::facts_at(&directory, OsStr::new("nobody"))), Some(libc::ENOENT));
}

fn facts_are_those_of_stat() {
    let scratch = Scratch::new();
    let path = scratch.file("file");
    open(&path).write_all(b"seven b").expect("write");
    std::fs::hard_link(&path, scratch.path().join("second")).expect("link");
    std::fs::set_permissions(&path, Permissions::from_mode(0o4751)).expect("chmod");
    let facts = directory::facts_at(&opened(scratch.path()), OsStr::new("file")).expect("facts");
    let stat = std::fs::metadata(&path).expect("stat");
    assert_eq!((facts.identity.device, facts.identity.inode), (stat.dev(), stat.ino()));
    assert_eq!((facts.owner, facts.group), (stat.uid(), stat.gid()));
    assert_eq!((facts.mode, facts.links, facts.size), (0o4751, 2, 7));
    assert_eq!(facts, Facts::of(&open(&path)).expect("facts"), "by name and by descriptor");
}

fn a_walk_starts_at_the_root_or_the_working_directory() {
    let (_, root) = directory::root().expect("root");
    assert_eq!(root, Facts::of_path(Path::new("/")).expect("facts"));
    let scratch = Scratch::new();
    std::env::set_current_dir(scratch.path()).expect("chdir");
    let (_, here) = directory::working_directory().expect("working directory");
    assert_eq!(here, Facts::of_path(scratch.path()).expect("facts"));
    std::env::set_current_dir("/").expect("chdir");
}

fn a_name_with_nul_is_an_error() {
    let (root, _) = directory::root().expect("root");
    assert_eq!(errno(directory::step(&root, OsStr::new("et\0c"))), Some(libc::EINVAL));
    assert_eq!(
        errno(directory::open_existing(&root, OsStr::new("et\0c"), Access::ReadOnly)),
        Some(libc::EINVAL)
    );
}
