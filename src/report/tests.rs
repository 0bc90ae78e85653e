//! The words, for what is rare: a black-box test sees the others.

use std::ffi::OsString;

use super::*;

/// A user whom no user database knows.
const NOBODY: u32 = 4_000_000_000;

fn denied() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

fn assert_says(said: &[String], expected: &[&str]) {
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
                system(&io::Error::from_raw_os_error(5))
            ),
            "lies on a server, which alone knows who may write there",
            "is a symbolic link of user 4000000000, who could point it elsewhere",
            "is a symbolic link in a directory that others can write to",
        ],
    );
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
        Error::Unsafe { path: path(), at: "/".into(), reason: Reason::ListRemote },
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
        Error::Told { signal: 15 },
        Error::Told { signal: 40 },
        start("a b", true, denied()),
        start("/a", false, missing()),
        start("a", false, io::ErrorKind::NotADirectory.into()),
        start("a", false, denied()),
        start("", false, io::ErrorKind::WouldBlock.into()),
        start("/a/b", false, io::ErrorKind::NotADirectory.into()),
        Error::System { step: "waiting", error: io::ErrorKind::StorageFull.into() },
        Error::System { step: "waiting", error: missing() },
    ];
    let shell = "to run it by a shell, use: withlock LOCKFILE -c COMMAND";
    assert_says(
        &errors.map(|error| error.to_string()),
        &[
            "/l: refused, because / lies on a server, which alone knows who may write there; use a directory that only \
             you and root can write to, or --insecure",
            "/l: refused, because its mode (setgid without group-execute) makes locks mandatory here; chmod g-s it",
            "/l: is something special, not a regular file; name a file that may be created there",
            "/l: opening failed: permission denied; use a directory and file that you may write to",
            "/l: creating failed: entity not found; create the directory first",
            "/l: looking up failed: permission denied; you need search permission (x) for each directory on the way",
            "/l: looking up failed: entity not found; create the directory first",
            "/l: going on failed: odd",
            "/l: too many symbolic links on the way; check where they lead",
            "/l: the working directory has been removed; change to another one",
            "/l: does not exist, and --no-create forbids to create it; create it first",
            "/l: this system has no such --backend; leave the option out",
            "/l: locking failed: the name stands for another file each time; put it on a local file system",
            "told to give up by signal 15 (TERM)",
            "told to give up by signal 40",
            &format!("a b: starting the command failed: permission denied; {shell}"),
            "/a: starting the command failed: entity not found; check the spelling, and the interpreter if it is a \
             script (#!)",
            "a: starting the command failed: not a directory; check the spelling and PATH",
            "a: starting the command failed: permission denied; is it a program, and executable (chmod +x)?",
            "'': starting the command failed: operation would block; raise the limit on processes (ulimit -u)",
            "/a/b: starting the command failed: not a directory; check the path",
            "waiting failed: no storage space; make room there, or use another file system",
            "waiting failed: entity not found",
        ],
    );
}

#[test]
fn what_is_told_with_v_says_what_happens() {
    let at = Path::new("/l");
    let holder = Record { pid: 7, user: NOBODY, host: "h".into(), ..Record::default() };
    let error = Error::System { step: "telling", error: denied() };
    let chosen = |in_order| Event::Chosen { path: at, file_system: "f", backend: "b", in_order };
    let judged = |verdict| Event::Judged { at, verdict };
    let events = [
        Event::PassedOver { shell: "/sbin/nologin".as_ref() },
        judged(Verdict::Warn(Reason::ListRemote)),
        judged(Verdict::Refuse(Reason::ListRemote)),
        chosen(true),
        chosen(false),
        Event::Again,
        Event::Waiting { limit: Some(Duration::from_millis(250)), holder: None },
        Event::Acquired { own: false },
        Event::Ended { status: Status::Signaled(9) },
        Event::Left { why: Kept::Replaced },
        Event::Left { why: Kept::Awaited },
        Event::Odd(Oddity::Place { at, reason: Reason::ListRemote }),
        Event::Odd(Oddity::SetgidFile { path: at }),
        Event::Odd(Oddity::Signal(&error)),
        Event::Odd(Oddity::Release(&error)),
    ];
    assert_says(
        &events.map(|event| super::event(&event)),
        &[
            "$SHELL is /sbin/nologin, which runs no command: using /bin/sh",
            "/l: usable, but lies on a server, which alone knows who may write there",
            "/l: unsafe: lies on a server, which alone knows who may write there",
            "lock file /l (f file system), backend b, handed to waiters in order",
            "lock file /l (f file system), backend b, removed at each release",
            "the lock file was removed or replaced meanwhile: trying again",
            "waiting at most 0.25s for someone unknown",
            "lock acquired, on a file that withlock did not make: it will be left as it is",
            "command died of signal 9 (KILL)",
            "lock released, lock file left: the name stands for something else now",
            "lock released, lock file left: others wait for it",
            "warning: /l lies on a server, which alone knows who may write there; is that the place you want?",
            "warning: /l is setgid without group-execute, mandatory locking elsewhere",
            "warning: telling failed: permission denied",
            "warning: while releasing the lock: telling failed: permission denied; it is free all the same",
        ],
    );
    // Written long ago by who knows whom: since 1970 is 20,000 days and more.
    let words = super::holder(Some(&holder));
    assert!(words.starts_with("pid 7 (4000000000@h) for 2"), "{words}");
}

#[test]
fn a_time_is_said_in_two_units_at_most() {
    let said = |seconds| duration(Duration::from_secs_f64(seconds));
    assert_says(
        &[0.0, 0.25, 59.0, 60.0, 61.0, 3600.0, 3660.0, 8010.0, 86400.0, 100_000.0].map(said),
        &["0s", "0.25s", "59s", "1m", "1m1s", "1h", "1h1m", "2h13m", "1d", "1d3h"],
    );
}
