//! The words, for what is rare: a black-box test sees the others.

use std::ffi::OsString;

use withlock_platform::backend::LockError;
use withlock_platform::process::Deadline;

use super::*;

/// A user whom no user database knows.
pub(super) const NOBODY: u32 = 4_000_000_000;

fn denied() -> io::Error {
    io::Error::from_raw_os_error(libc::EACCES)
}

fn missing() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOENT)
}

/// The C library's words for `EMFILE`, which differ.
fn full() -> String {
    failure::words(&io::Error::from_raw_os_error(libc::EMFILE))
}

pub(super) fn assert_says(said: &[String], expected: &[&str]) {
    assert_eq!(said, expected);
}

#[test]
fn who_made_a_place_unsafe_is_named() {
    let reasons = [
        Reason::OwnedByStranger(NOBODY),
        Reason::ListGrants(Grantee::User(NOBODY)),
        Reason::ListGrants(Grantee::Group(5)),
        Reason::ListGrants(Grantee::Everyone),
        Reason::ListGrants(Grantee::Unknown),
        Reason::StickyWritable(0o1777),
        Reason::Writable(0o20),
        Reason::ListUnreadable(5),
        Reason::ListRemote,
        Reason::ListServed,
        Reason::ListHandsDown(Grantee::Group(5)),
        Reason::LinkOwnedByStranger(NOBODY),
        Reason::LinkInStickyDirectory,
    ];
    assert_says(
        &reasons.map(reason),
        &[
            "belongs to user 4000000000, who could replace the lock file",
            "has an access control list that lets user 4000000000 change it",
            "has an access control list that lets group 5 change it",
            "has an access control list that lets everyone change it",
            "has an access control list that lets somebody change it",
            "is writable by others (mode 1777), who could put a link or file of that name there",
            "is writable by others (mode 0020), who could replace the lock file",
            &format!(
                "has an access control list that can't be read ({})",
                failure::words(&io::Error::from_raw_os_error(5))
            ),
            "lies on a server, which alone knows who may write there",
            "is served by a program (FUSE) or a host, so that whoever gets at the files in another way does not see the \
             lock",
            "has an access control list that would let group 5 change a lock file created in it",
            "is a symbolic link of user 4000000000, who could point it elsewhere",
            "is a symbolic link in a directory that others can write to",
        ],
    );
}

const ERRNOS: [i32; 25] = [
    libc::EACCES,
    libc::EPERM,
    libc::ENOENT,
    libc::ENOTDIR,
    libc::EROFS,
    libc::ENOSPC,
    libc::EDQUOT,
    libc::EMFILE,
    libc::ENFILE,
    libc::ENAMETOOLONG,
    libc::ELOOP,
    libc::EISDIR,
    libc::ETXTBSY,
    libc::EIO,
    libc::ESTALE,
    libc::ENOMEM,
    libc::EINVAL,
    libc::EBUSY,
    libc::E2BIG,
    libc::ENOEXEC,
    libc::EAGAIN,
    libc::ENOLCK,
    libc::EOPNOTSUPP,
    libc::ENOTCONN,
    libc::EBADF,
];

/// All that a call can fail at.
fn failures(number: i32) -> Vec<Error> {
    let error = || io::Error::from_raw_os_error(number);
    let walk =
        ["opening the directory", "looking up", "reading the link", "asking for the file system"];
    let file = ["opening", "creating", "removing", "examining", "looking up"];
    let other =
        ["waiting for signals", "setting up the time limit", "passing a signal on to the command"];
    let walk = walk.map(|step| Error::Unreachable { path: "/d/e".into(), step, error: error() });
    let file = file.map(|step| Error::Open { path: "/d/l".into(), step, error: error() });
    let other = other.map(|step| Error::System { step, error: error() });
    let lock = LockError::Failed(error());
    let lock = Error::Lock { path: "/d/l".into(), backend: "flock", error: lock };
    let start = |program: &str| Error::Start {
        program: program.into(),
        like_shell: program.contains(' '),
        error: error(),
    };
    let start = ["tool", "/d/tool", "cd", "A=b", "a b"].map(start);
    walk.into_iter().chain(file).chain(other).chain([lock]).chain(start).collect()
}

/// Seen with `cargo test --lib report -- --nocapture every_error`.
#[test]
fn every_error_is_one_line_that_names_the_place_and_what_to_do() {
    let reasons = [
        Reason::OwnedByStranger(NOBODY),
        Reason::ListGrants(Grantee::Everyone),
        Reason::StickyWritable(0o1777),
        Reason::Writable(0o777),
        Reason::ListUnreadable(5),
        Reason::ListRemote,
        Reason::LinkOwnedByStranger(NOBODY),
        Reason::LinkInStickyDirectory,
    ];
    let refused =
        reasons.map(|reason| Error::Unsafe { path: "/d/l".into(), at: "/d".into(), reason });
    for error in ERRNOS.into_iter().flat_map(failures).chain(refused) {
        for is_root in [false, true] {
            let line = error_to(Reader { is_root }, &error);
            println!("{}{line}", if is_root { "root: " } else { "" });
            assert_eq!(line.lines().count(), 1, "{line}");
            assert_eq!(line.trim(), line, "{line}");
            let odd = ["Os {", "os error", "kind:", "entity", "Custom", "  ", "; ;", ";;", " ;"];
            assert!(!odd.iter().any(|words| line.contains(words)), "{line}");
            let place = match &error {
                Error::System { step, .. } => step,
                Error::Start { program, .. } => program.to_str().unwrap(),
                _ => "/d/",
            };
            assert!(line.contains(place), "{line}");
            assert!(line.contains("; ") || needs_no_advice(&error), "no advice: {line}");
        }
    }
}

/// Whether the system does not say so of such calls, or there is nothing that one could do.
fn needs_no_advice(error: &Error) -> bool {
    let (error, possible): (_, &[_]) = match error {
        Error::Unreachable { error, .. } | Error::Open { error, .. } => (error, &ERRNOS[..16]),
        Error::Lock { error, .. } => (error.io(), &POSSIBLE_IN_LOCK_CALLS),
        Error::Start { error, .. } => (error, &ERRNOS[..21]),
        Error::System { error, .. } => (error, &POSSIBLE_ELSEWHERE),
        _ => return false,
    };
    let never = [libc::ENOENT, libc::ETXTBSY];
    error
        .raw_os_error()
        .is_some_and(|number| !possible.contains(&number) || never.contains(&number))
}

const POSSIBLE_IN_LOCK_CALLS: [i32; 9] = [
    libc::EACCES,
    libc::EPERM,
    libc::EIO,
    libc::ESTALE,
    libc::ENOMEM,
    libc::EINVAL,
    libc::ENOLCK,
    libc::EOPNOTSUPP,
    libc::EBADF,
];

const POSSIBLE_ELSEWHERE: [i32; 6] =
    [libc::EPERM, libc::EAGAIN, libc::ENOMEM, libc::EMFILE, libc::ENFILE, libc::EACCES];

#[test]
fn advice_does_not_lead_back_to_the_place_that_has_failed() {
    let say = |is_root, error: Error| error_to(Reader { is_root }, &error);
    let open = |path: &str, step, number| Error::Open {
        path: path.into(),
        step,
        error: io::Error::from_raw_os_error(number),
    };
    let advice = |line: String| line.split_once("; ").unwrap().1.to_owned();
    for number in ERRNOS {
        for step in ["opening", "creating", "removing", "looking up"] {
            let line = say(true, open("/run/l", step, number));
            assert!(!advice(line.clone() + "; ").contains("/run"), "{line}");
        }
    }
    // Root is not told to get a permission that root has already.
    let line = say(true, open("/l", "creating", libc::EACCES));
    assert!(line.contains("SELinux") && !line.contains("may write"), "{line}");
    let line = say(false, open("/l", "creating", libc::EACCES));
    assert!(line.ends_with("use a directory that you may write to"), "{line}");
    // What is removed by somebody else need not be created.
    let line = say(false, open("/l", "removing", libc::ENOENT));
    assert!(line.contains("somebody has just removed it") && !line.contains("create"), "{line}");
    for step in ["opening", "creating", "removing"] {
        let line = say(true, open("/l", step, libc::EPERM));
        assert!(line.contains("immutable") && !line.contains("chmod +"), "{line}");
    }
    assert!(say(true, open("/l", "creating", libc::ENOSPC)).contains("inodes: df -i"));
    let refused = |at: &str, reason| Error::Unsafe { path: "/tmp/l".into(), at: at.into(), reason };
    let line = say(true, refused("/tmp", Reason::StickyWritable(0o1777)));
    assert!(line.contains("mkdir -m 700") && !line.contains("chmod"), "{line}");
    let line = say(true, refused("/", Reason::Writable(0o777)));
    assert!(
        line.ends_with("every path starts there, so root must fix it, or --insecure"),
        "{line}"
    );
}

#[test]
fn a_command_for_a_shell_is_told_how_to_get_one() {
    let say = |program: &str, error: io::Error| {
        let error = Error::Start { program: program.into(), like_shell: false, error };
        error_to(Reader { is_root: false }, &error)
    };
    for program in ["cd", ".", "source", "export", "set", "ulimit", "alias", "exec", "eval", "[["] {
        let line = say(program, missing());
        let hint = format!("{program} is a shell builtin: use withlock LOCKFILE -c 'STRING'");
        assert!(line.ends_with(&hint), "{line}");
    }
    for program in ["if", "for", "while", "until", "{", "!", "case", "time"] {
        let line = say(program, missing());
        assert!(line.contains(&format!("{program} is a shell keyword")), "{line}");
    }
    for program in ["FOO=bar", "FOO=/bin/x", "_a1="] {
        assert!(say(program, missing()).ends_with("withlock LOCKFILE env NAME=VALUE COMMAND"));
    }
    // What is there, and can't be run, was meant.
    assert!(say("cd", denied()).contains("chmod +x"));
    assert!(say("./cd", missing()).contains("#!"));
}

#[test]
fn an_error_says_what_to_do_about_it() {
    let path = || "/l".into();
    let start = |program: &str, like_shell, error| Error::Start {
        program: OsString::from(program),
        like_shell,
        error,
    };
    let errors = [
        Error::Unsafe { path: path(), at: "/d".into(), reason: Reason::ListRemote },
        Error::Mandatory { path: path() },
        Error::NotAFile { path: path(), kind: Kind::Other },
        Error::Open { path: path(), step: "opening", error: denied() },
        Error::Open { path: path(), step: "creating", error: missing() },
        Error::Unreachable { path: path(), step: "looking up", error: denied() },
        Error::Unreachable { path: path(), step: "looking up", error: missing() },
        Error::Unreachable { path: path(), step: "going on", error: io::Error::other("odd") },
        Error::TooManyLinks { path: path() },
        Error::NoWorkingDirectory { path: path() },
        Error::Absent { path: path() },
        Error::NoBackend { path: path() },
        Error::Unstable { path: path() },
        Error::Leased { path: path() },
        Error::Open { path: path(), step: "opening", error: io::ErrorKind::WouldBlock.into() },
        start("a b", true, denied()),
        start("/a", false, missing()),
        start("a", false, io::ErrorKind::NotADirectory.into()),
        start("a", false, denied()),
        start("", false, io::ErrorKind::WouldBlock.into()),
        start("/a/b", false, io::ErrorKind::NotADirectory.into()),
        Error::System { step: "waiting", error: io::Error::from_raw_os_error(libc::EMFILE) },
        Error::System { step: "waiting", error: missing() },
    ];
    let full = full();
    let shell = "it looks like a line for a shell: use withlock LOCKFILE -c 'STRING'";
    assert_says(
        &errors.map(|error| error_to(Reader { is_root: false }, &error)),
        &[
            "/l: refused, because /d lies on a server, which alone knows who may write there; use another file system, or \
             --insecure",
            "/l: refused, because its mode (setgid without group-execute) makes locks mandatory here; chmod g-s it",
            "/l: is something special, not a regular file; name a file; it is created if it is missing",
            "/l: opening failed: Permission denied; use a file that you may write to (or, for -s, read)",
            "/l: creating failed: No such file or directory; the directory has been removed, or takes no new files: use another one",
            "/l: looking up failed: Permission denied; you need search permission (x) for each directory on the way",
            "/l: looking up failed: No such file or directory; somebody has just removed it: try again",
            "/l: going on failed: odd",
            "/l: too many symbolic links; check where they lead",
            "/l: the working directory has been removed; change to another one, or give an absolute path",
            "/l: does not exist; create it first, or omit --no-create",
            "/l: this system has no such --backend; leave the option out",
            "/l: locking failed: the path leads to a different file each time; use another file system",
            "/l: a program, such as a Samba or NFS server, has a lease on the file; wait for it with -w",
            "/l: opening failed: Resource temporarily unavailable; a file server has given a client a lease on it: try again",
            &format!("a b: starting the command failed: Permission denied; {shell}"),
            "/a: starting the command failed: No such file or directory; check the spelling, and the interpreter if it is \
             a script (#!, without a carriage return)",
            "a: starting the command failed: Not a directory; check the spelling and PATH",
            "a: starting the command failed: Permission denied; it must be an executable file (chmod +x), and not on \
             a file system mounted noexec",
            "'': starting the command failed: Resource temporarily unavailable; raise the limit on processes (ulimit -u, or \
             TasksMax= of the service)",
            "/a/b: starting the command failed: Not a directory; check the path",
            &format!("waiting failed: {full}; raise the limit on open files (ulimit -n)"),
            "waiting failed: No such file or directory",
        ],
    );
}

#[test]
fn what_is_told_with_v_says_what_happens() {
    let at = Path::new("/l");
    let error =
        Error::System { step: "telling", error: io::Error::from_raw_os_error(libc::EMFILE) };
    let chosen = |in_order| Event::Chosen { path: at, file_system: "f", backend: "b", in_order };
    let judged = |verdict| Event::Judged { at, verdict };
    let events = [
        Event::PassedOver { shell: "/sbin/nologin".as_ref() },
        judged(Verdict::Warn(Reason::ListRemote)),
        judged(Verdict::Refuse(Reason::ListRemote)),
        chosen(true),
        chosen(false),
        Event::Again,
        Event::Leased,
        Event::Waiting {
            path: at,
            until: Deadline::after(Duration::from_millis(250)),
            holder: None,
        },
        Event::Acquired { own: false },
        Event::Ended { status: Status::Signaled(9) },
        Event::Left { why: Kept::Replaced },
        Event::Left { why: Kept::Awaited },
        Event::Warning(Warning::Place { at, reason: Reason::ListRemote }),
        Event::Warning(Warning::Place { at, reason: Reason::Writable(0o20) }),
        Event::Warning(Warning::SetgidFile { path: at }),
        Event::Warning(Warning::Signal(&error)),
        Event::Warning(Warning::Release(&error)),
    ];
    let full = full();
    assert_says(
        &events.map(|event| super::event(&event)),
        &[
            "$SHELL is /sbin/nologin, which runs no command: using /bin/sh",
            "/l: usable, but lies on a server, which alone knows who may write there",
            "/l: unsafe: lies on a server, which alone knows who may write there",
            "lock file /l (f file system), backend b, handed to waiters in order",
            "lock file /l (f file system), backend b, removed at each release",
            "the lock file was removed or replaced meanwhile: trying again",
            "a program, such as a Samba or NFS server, has a lease on the file, and is told to give it up",
            "waiting at most 0.25s for someone unknown",
            "lock acquired, on a file that withlock did not make: it will be left as it is",
            "command died of signal 9 (KILL)",
            "lock released, lock file left: the name stands for something else now",
            "lock released, lock file left: others wait for it",
            "warning: /l lies on a server, which alone knows who may write there; if that is as it should be, set \
             WITHLOCK_NOWARN=remote",
            "warning: /l is writable by others (mode 0020), who could replace the lock file; is that the place you want?",
            "warning: /l is setgid without group-execute, which means mandatory locking on other systems",
            &format!("warning: telling failed: {full}; raise the limit on open files (ulimit -n)"),
            &format!(
                "warning: while releasing the lock: telling failed: {full}; raise the limit on open files (ulimit \
             -n); the lock is free all the same"
            ),
        ],
    );
}

#[test]
fn a_time_is_said_in_two_units_at_most() {
    let said = |seconds| duration(Duration::from_secs_f64(seconds));
    assert_says(
        &[0.0, 0.25, 59.0, 60.0, 61.0, 3600.0, 3660.0, 8010.0, 86400.0, 100_000.0].map(said),
        &["0s", "0.25s", "59s", "1m", "1m1s", "1h", "1h1m", "2h13m", "1d", "1d3h"],
    );
}
