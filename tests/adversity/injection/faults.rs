//! How each system call may fail, and which exit statuses may come of it when it keeps the job from being run.

use super::calls::Call;

/// One way for one call of a run to fail.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) call: Call,
    pub(crate) errno: &'static str,
    /// From then on, all calls of this name fail.
    pub(crate) for_good: bool,
    /// What may come of it.
    pub(crate) statuses: &'static [i32],
}

struct Row {
    calls: &'static [&'static str],
    /// What stands in the arguments, as strace(1) shows them; empty is anything.
    with: &'static str,
    errnos: &'static [&'static str],
    /// Empty: the run goes on without.
    statuses: &'static [i32],
}

const fn row(
    calls: &'static [&'static str],
    with: &'static str,
    errnos: &'static [&'static str],
    statuses: &'static [i32],
) -> Row {
    Row { calls, with, errnos, statuses }
}

const CANNOT_OPEN: &[i32] = &[73];
const SYSTEM: &[i32] = &[71];
const BUSY: &[i32] = &[1];
const NONE: &[i32] = &[];

/// Calls that a signal may interrupt where a server answers them, and that are made again then.
const INTERRUPTIBLE: &[&str] = &[
    "openat",
    "open",
    "fstat",
    "newfstatat",
    "statx",
    "stat",
    "lstat",
    "readlinkat",
    "readlink",
    "fstatfs",
    "statfs",
    "unlinkat",
    "unlink",
];

/// The first one that fits is meant, except for those that fit the same call, which are all meant.
const TABLE: &[Row] = &[
    // That is no answer.
    row(INTERRUPTIBLE, "", &["EINTR"], NONE),
    row(
        &["openat", "open"],
        "",
        &["EACCES", "EMFILE", "ENFILE", "EIO", "ENOENT", "ELOOP", "ENOMEM", "ESTALE", "ENOTDIR"],
        CANNOT_OPEN,
    ),
    row(&["openat", "open"], "O_CREAT", &["ENOSPC", "EROFS", "EDQUOT", "EEXIST"], CANNOT_OPEN),
    row(&["openat", "open"], "O_RDWR|O_N", &["EROFS", "ETXTBSY", "EPERM"], CANNOT_OPEN),
    row(
        &["fstat", "newfstatat", "statx", "stat", "lstat"],
        "",
        &["EIO", "ENOENT", "EACCES", "ESTALE", "ENOMEM", "ELOOP"],
        CANNOT_OPEN,
    ),
    row(&["readlinkat", "readlink"], "", &["EIO", "EACCES", "ENOENT", "EINVAL"], CANNOT_OPEN),
    row(&["fstatfs", "statfs"], "", &["EIO", "ENOSYS"], CANNOT_OPEN),
    row(&["getcwd"], "", &["ENOENT", "EACCES"], NONE),
    row(
        &["flock"],
        "",
        &["ENOLCK", "EOPNOTSUPP", "EINTR", "EDEADLK", "EIO", "EINVAL", "ESTALE"],
        SYSTEM,
    ),
    row(&["flock"], "LOCK_NB", &["EAGAIN"], BUSY),
    row(
        &["fcntl"],
        "SETLK",
        &["ENOLCK", "EDEADLK", "EINTR", "EINVAL", "EACCES", "EIO", "EOPNOTSUPP"],
        SYSTEM,
    ),
    row(&["fcntl"], "SETLK,", &["EAGAIN"], BUSY),
    row(&["fcntl"], "GETLK", &["ENOLCK", "EINVAL", "EIO", "EINTR"], NONE),
    row(&["fcntl"], "F_DUPFD", &["EMFILE", "EINVAL"], SYSTEM),
    row(&["fcntl"], "F_SETFD", &["EINTR"], NONE),
    row(
        &["write", "writev", "pwrite64"],
        "",
        &["ENOSPC", "EFBIG", "EIO", "EINTR", "EDQUOT", "EAGAIN", "EPIPE"],
        NONE,
    ),
    row(&["read", "readv", "pread64"], "", &["EIO", "EINTR", "EAGAIN"], NONE),
    row(&["fchmod"], "", &["EPERM", "EROFS", "EIO", "EINTR"], NONE),
    row(&["ftruncate"], "", &["EIO", "EINTR", "EPERM", "EFBIG"], NONE),
    row(&["unlinkat", "unlink"], "", &["EPERM", "EACCES", "EROFS", "EBUSY", "ENOENT", "EIO"], NONE),
    row(&["close"], "", &["EIO", "EINTR", "ENOSPC"], NONE),
    row(&["clone", "clone3", "fork", "vfork"], "", &["EAGAIN", "ENOMEM"], SYSTEM),
    // A sandbox may refuse any call with these two (seccomp(2)).
    row(&["rt_sigprocmask", "rt_sigaction", "rt_sigpending"], "", &["EPERM", "ENOSYS"], SYSTEM),
    row(
        &["setitimer", "timer_create", "timer_settime"],
        "",
        &["EAGAIN", "EPERM", "ENOSYS"],
        SYSTEM,
    ),
    row(&["rt_sigtimedwait"], "", &["EINTR"], NONE),
    row(&["wait4", "waitid"], "", &["EINTR"], NONE),
    row(&["getrandom"], "", &["EAGAIN", "EINTR", "ENOSYS"], NONE),
    row(&["clock_gettime"], "", &["EPERM", "ENOSYS"], NONE),
    row(&["uname"], "", &["EPERM", "ENOSYS"], NONE),
    row(&["socketpair"], "", &["EMFILE", "ENFILE", "ENOMEM"], NONE),
    // By its id instead.
    row(&["pidfd_open"], "", &["EMFILE", "ENOSYS", "EPERM", "ENOMEM"], NONE),
    row(&["pidfd_open"], "", &["ESRCH"], BUSY),
    row(&["pidfd_send_signal"], "", &["EPERM", "ENOSYS"], SYSTEM),
    row(&["kill", "tgkill", "tkill"], "", &["EPERM", "EAGAIN"], NONE),
    row(&["prctl", "prlimit64", "setrlimit"], "", &["EPERM", "EINVAL", "ENOSYS"], NONE),
    row(&["mmap", "mremap", "madvise", "mprotect"], "", &["ENOMEM"], NONE),
    row(&["poll", "ppoll"], "", &["EINVAL", "ENOMEM", "EINTR"], NONE),
    row(&["ioctl"], "TCGETS", &["EIO", "ENOSYS", "EINTR"], NONE),
    // By this one, musl asks whether it is a terminal, and withlock how wide it is.
    row(&["ioctl"], "TIOCGWINSZ", &["EIO", "ENOSYS", "EINTR"], NONE),
    row(&["getdents", "getdents64"], "", &["EIO", "ENOENT", "EINTR", "EACCES"], NONE),
    row(&["socket", "connect", "lseek", "access"], "", &["EACCES", "EINTR", "EIO"], NONE),
];

/// What cannot fail, by POSIX or by Linux; and brk(2), which does not tell an errno when it does.
const CANNOT_FAIL: &[&str] = &[
    "geteuid",
    "getuid",
    "getegid",
    "getgid",
    "getpid",
    "getppid",
    "gettid",
    "getpgrp",
    "getpgid",
    "umask",
    "munmap",
    "exit_group",
    "brk",
    "exit",
    "rt_sigreturn",
];

/// What can't fail, as nothing has changed since it could be done, or since it could be asked for.
const CERTAIN: &[(&str, &str)] = &[
    // A process may always kill its child.
    ("kill", "SIGKILL"),
    // A timer that was let start, and that repeats, may be stopped.
    ("setitimer", "it_value={tv_sec=0, tv_usec=0}}, {it_interval={tv_sec=0, tv_usec=5000}"),
];

/// Goes away by itself, or is an answer rather than a failure; for good, it would keep a run busy for good.
const PASSING: &[&str] = &["EINTR", "EAGAIN", "ENOENT", "EEXIST", "ESTALE"];

/// Every way for this call to fail.
pub(crate) fn of(call: &Call) -> Vec<Fault> {
    let rows: Vec<&Row> = TABLE.iter().filter(|row| row.fits(call)).collect();
    assert!(
        !rows.is_empty() || CANNOT_FAIL.contains(&call.name.as_str()),
        "how may this call fail? {call:?}"
    );
    let is_certain = CERTAIN.iter().any(|(name, with)| call.is(name, with));
    rows.into_iter().filter(|_| !is_certain).flat_map(|row| row.faults(call)).collect()
}

/// This call is interrupted once, if it is one that is made again then.
pub(crate) fn interruption(call: &Call) -> Option<Fault> {
    // What lies in /proc is made by the kernel as it is asked for, and nobody is waited for.
    let is_meant =
        INTERRUPTIBLE.contains(&call.name.as_str()) && !call.arguments.contains("\"/proc/");
    of(call).into_iter().find(|fault| is_meant && fault.errno == "EINTR")
}

/// The first way for this call to fail from then on, if there is one.
pub(crate) fn for_good(call: &Call) -> Option<Fault> {
    let fault = of(call).into_iter().find(|fault| !PASSING.contains(&fault.errno))?;
    // What locks by fcntl(2) duplicates descriptors by it as well: the command can't be given the lock then.
    let statuses = if call.name == "fcntl" { &[71, 126] } else { fault.statuses };
    Some(Fault { for_good: true, statuses, ..fault })
}

impl Row {
    fn fits(&self, call: &Call) -> bool {
        self.calls.iter().any(|name| call.is(name, self.with))
    }

    fn faults(&self, call: &Call) -> impl Iterator<Item = Fault> + use<> {
        let (call, statuses) = (call.clone(), self.statuses);
        self.errnos.iter().map(move |errno| Fault {
            call: call.clone(),
            errno,
            for_good: false,
            statuses,
        })
    }
}

impl Fault {
    /// As strace(1) wants it.
    pub(crate) fn injection(&self) -> String {
        let Self { call, errno, .. } = self;
        let more = if self.for_good { "+" } else { "" };
        format!("inject={}:error={errno}:when={}{more}", call.name, call.occurrence)
    }
}
