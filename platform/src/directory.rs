//! Steps of a path walk: each relative to a directory that is already open, none following a link by itself.
//!
//! A walk that holds each directory open cannot be redirected between two steps: what was judged is what is used
//! (openat(2), "Rationale"). Directories are opened for searching only, where the system can (`O_PATH`, `O_SEARCH`), so
//! that a walk needs no more permission than the kernel's own.
//!
//! A call that is interrupted is made again, see [`crate::again`].

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;

use crate::calls::{again, cvt};
use crate::evidence::{Facts, Identity, Kind};
use crate::os::{self, LOOK, SEARCH, fstat, fstatat, openat, stat};
use crate::text::c_string;

/// What stands at a name.
#[derive(Debug)]
pub enum Step {
    /// A directory, now open.
    Directory(File, Facts),
    /// A symbolic link, with its target as it is written there.
    Link(OsString, Facts),
    /// Anything else; it was not opened.
    Other(Facts),
}

/// How a lock file is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// For reading and writing.
    ReadWrite,
    /// For reading only.
    ReadOnly,
}

impl Access {
    fn flags(self) -> libc::c_int {
        match self {
            Self::ReadWrite => libc::O_RDWR,
            Self::ReadOnly => libc::O_RDONLY,
        }
    }
}

/// Opens `/` as the start of a walk.
///
/// # Errors
/// What open(2) says.
pub fn root() -> io::Result<(File, Facts)> {
    start(c"/")
}

/// Opens the working directory as the start of a walk.
///
/// # Errors
/// What open(2) says, `ENOENT` when the directory has been removed.
pub fn working_directory() -> io::Result<(File, Facts)> {
    start(c".")
}

/// A caller may have closed standard input, output or error: what is opened then takes their places. They are filled here,
/// for good, before there is any file that could not be moved out of them and would stay. No program that is executed
/// inherits what fills them.
fn start(name: &std::ffi::CStr) -> io::Result<(File, Facts)> {
    let mut directory = open(libc::AT_FDCWD, name, DIRECTORY, 0)?;
    while directory.as_raw_fd() <= libc::STDERR_FILENO {
        let next = open(libc::AT_FDCWD, name, DIRECTORY, 0)?;
        let _filled = std::mem::replace(&mut directory, next).into_raw_fd();
    }
    let facts = Facts::of(&directory)?;
    Ok((directory, facts))
}

/// Takes one step: opens `name` in `directory` if it is a directory, reads it if it is a link.
///
/// # Errors
/// What openat(2), fstatat(2) or readlinkat(2) say; `ENOENT` when there is no such name.
pub fn step(directory: &File, name: &OsStr) -> io::Result<Step> {
    let c_name = c_string(name)?;
    match open(directory.as_raw_fd(), &c_name, DIRECTORY, 0) {
        Ok(next) => {
            let facts = Facts::of(&next)?;
            Ok(Step::Directory(next, facts))
        }
        // A link: ELOOP (POSIX.1), EMLINK (FreeBSD), EFTYPE (NetBSD), ENOTDIR (Linux with O_DIRECTORY).
        Err(refused) => {
            let facts = facts_at(directory, name)?;
            match facts.kind {
                Kind::Link => Ok(Step::Link(read_link(directory, &c_name)?, facts)),
                Kind::Directory => Err(refused),
                _ => Ok(Step::Other(facts)),
            }
        }
    }
}

/// The number of the mount that an open directory was reached by, where the system tells it. One directory can be mounted in
/// several places, even in itself, and is the same in all of them by its facts.
#[must_use]
pub fn mount(directory: &File) -> Option<u64> {
    os::mount_of(directory)
}

/// The facts about `name` in `directory`, a link itself and not what it points to.
///
/// # Errors
/// What fstatat(2) says; `ENOENT` when there is no such name.
pub fn facts_at(directory: &File, name: &OsStr) -> io::Result<Facts> {
    let name = c_string(name)?;
    let mut record = MaybeUninit::<stat>::uninit();
    let (at, flags) = (directory.as_raw_fd(), libc::AT_SYMLINK_NOFOLLOW);
    // SAFETY: the descriptor is open, the name ends with NUL, and the kernel fills `record` whole when it returns 0.
    again(|| cvt(unsafe { fstatat(at, name.as_ptr(), record.as_mut_ptr(), flags) }))?;
    // SAFETY: the call above returned 0, so the kernel has filled it.
    let record = unsafe { record.assume_init() };
    Ok(Facts::from_stat(
        (record.st_dev as u64, record.st_ino as u64),
        record.st_mode as u32,
        (record.st_uid, record.st_gid),
        record.st_nlink as u64,
        record.st_size as u64,
    ))
}

/// Which file a descriptor of this process is of, if there is one of this number.
pub(crate) fn identity_of(fd: RawFd) -> Option<Identity> {
    let mut record = MaybeUninit::<stat>::uninit();
    // SAFETY: the kernel fills `record` whole when it returns 0; no such descriptor is an error.
    if unsafe { fstat(fd, record.as_mut_ptr()) } == -1 {
        return None;
    }
    // SAFETY: the call above returned 0, so the kernel has filled it.
    let record = unsafe { record.assume_init() };
    Some(Identity { device: record.st_dev as u64, inode: record.st_ino as u64 })
}

/// Opens the existing file `name`, following no link, waiting for no FIFO or device, taking no terminal.
///
/// `EWOULDBLOCK` says on Linux that somebody has a lease on it, and that the kernel has told him to give it up (fs/locks.c,
/// `__break_lease`).
///
/// The descriptor is at least 3, whatever the caller closed, and closes on exec.
///
/// # Errors
/// What openat(2) says.
pub fn open_existing(directory: &File, name: &OsStr, access: Access) -> io::Result<File> {
    let flags = access.flags() | CAREFULLY;
    above_standard(open(directory.as_raw_fd(), &c_string(name)?, flags, 0)?)
}

/// Opens the existing file `name` as [`open_existing`] does, but sleeps for as long as somebody has a lease on it that is
/// being broken (fcntl(2), "Leases"): on Linux at most `/proc/sys/fs/lease-break-time` seconds.
///
/// # Errors
/// What openat(2) says, `EINTR` as soon as a signal handler ran. A FIFO can block as well, until then.
pub fn open_patiently(directory: &File, name: &OsStr, access: Access) -> io::Result<File> {
    let flags = access.flags() | CAREFULLY & !libc::O_NONBLOCK;
    above_standard(open_once(directory.as_raw_fd(), &c_string(name)?, flags, 0)?)
}

/// Opens the existing file `name` to ask about it, following no link. Where the system can, this needs no permission on it,
/// and breaks no lease (`O_PATH`); elsewhere it is opened for reading.
///
/// # Errors
/// What openat(2) says.
pub fn open_to_look(directory: &File, name: &OsStr) -> io::Result<File> {
    let flags = LOOK | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    above_standard(open(directory.as_raw_fd(), &c_string(name)?, flags, 0)?)
}

/// Creates the file `name`, with this very mode; the descriptor is as of [`open_existing`].
///
/// The process's umask is cleared for the moment of the call, for all of its threads: a umask that takes the owner's own
/// rights away would leave a file that another run of the same user could not open.
///
/// # Errors
/// What openat(2) says; `EEXIST` when the name exists, as anything at all.
pub fn create(directory: &File, name: &OsStr, mode: u32) -> io::Result<File> {
    let flags = libc::O_RDWR | libc::O_CREAT | libc::O_EXCL | CAREFULLY;
    let name = c_string(name)?;
    // SAFETY: cannot fail and touches no memory (POSIX.1, umask).
    let umask = unsafe { libc::umask(0) };
    let created = open(directory.as_raw_fd(), &name, flags, mode);
    // SAFETY: as above.
    unsafe { libc::umask(umask) };
    above_standard(created?)
}

/// The same in a process that may have other threads: their umask is left alone, and a mode that it has made another one is
/// set right afterwards. Whoever is killed in between leaves a file of that other mode.
///
/// # Errors
/// As [`create`], and what fchmod(2) says.
pub fn create_beside_threads(directory: &File, name: &OsStr, mode: u32) -> io::Result<File> {
    let flags = libc::O_RDWR | libc::O_CREAT | libc::O_EXCL | CAREFULLY;
    let file = above_standard(open(directory.as_raw_fd(), &c_string(name)?, flags, mode)?)?;
    if file.metadata()?.permissions().mode() & 0o7777 != mode {
        again(|| file.set_permissions(Permissions::from_mode(mode)))?;
    }
    Ok(file)
}

/// Makes the directory `name`, with this very mode: what the umask takes away is given back.
///
/// # Errors
/// What mkdirat(2) says; `EEXIST` when the name exists, as anything at all; what fchmodat(2) says.
pub fn make(directory: &File, name: &OsStr, mode: u32) -> io::Result<()> {
    let text = c_string(name)?;
    let (at, bits) = (directory.as_raw_fd(), mode as libc::mode_t);
    // SAFETY: the descriptor is open and the name ends with NUL.
    again(|| cvt(unsafe { libc::mkdirat(at, text.as_ptr(), bits) }))?;
    if facts_at(directory, name)?.mode & 0o777 != mode {
        // SAFETY: as above.
        again(|| cvt(unsafe { libc::fchmodat(at, text.as_ptr(), bits, 0) }))?;
    }
    Ok(())
}

/// Removes the name from the directory. A lease on the file is no hindrance, and a delegation of an NFS server is waited for
/// by Linux itself (fs/namei.c, `do_unlinkat`; fs/locks.c, `leases_conflict`).
///
/// # Errors
/// What unlinkat(2) says.
pub fn remove(directory: &File, name: &OsStr) -> io::Result<()> {
    let name = c_string(name)?;
    let mut was_interrupted = false;
    again(|| {
        // SAFETY: the descriptor is open and the name ends with NUL.
        let answer = cvt(unsafe { libc::unlinkat(directory.as_raw_fd(), name.as_ptr(), 0) });
        match answer {
            // An interrupted call may have been carried out by a server.
            Err(error) if was_interrupted && error.kind() == io::ErrorKind::NotFound => Ok(()),
            answer => {
                was_interrupted = answer.is_err();
                answer
            }
        }
    })
}

const CAREFULLY: libc::c_int =
    libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;
const DIRECTORY: libc::c_int = SEARCH | libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_CLOEXEC;

fn open(
    at: RawFd,
    name: &std::ffi::CStr,
    flags: libc::c_int,
    mode: libc::c_uint,
) -> io::Result<File> {
    again(|| open_once(at, name, flags, mode))
}

fn open_once(
    at: RawFd,
    name: &std::ffi::CStr,
    flags: libc::c_int,
    mode: libc::c_uint,
) -> io::Result<File> {
    // SAFETY: `at` is AT_FDCWD or the descriptor of a borrowed `File`, and the name ends with NUL.
    let fd = unsafe { openat(at, name.as_ptr(), flags, mode) };
    cvt(fd)?;
    // SAFETY: the kernel has just made this descriptor, so nobody else owns it.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(fd) }))
}

/// A lock file as descriptor 0, 1 or 2 would receive what the job prints. (`try_clone` takes the lowest from 3 on.)
fn above_standard(file: File) -> io::Result<File> {
    if file.as_raw_fd() > 2 { Ok(file) } else { file.try_clone() }
}

fn read_link(directory: &File, name: &std::ffi::CStr) -> io::Result<OsString> {
    let mut target = vec![0_u8; libc::PATH_MAX as usize];
    let (at, room) = (directory.as_raw_fd(), target.len());
    let length = again(|| {
        // SAFETY: the descriptor is open, the name ends with NUL, and the kernel writes at most `room` bytes.
        let length =
            unsafe { libc::readlinkat(at, name.as_ptr(), target.as_mut_ptr().cast(), room) };
        usize::try_from(length).map_err(|_| io::Error::last_os_error())
    })?;
    target.truncate(length);
    Ok(OsString::from_vec(target))
}
