//! What a system call can fail at.

use std::io;

use withlock_platform::backend::LockError;
use withlock_platform::failure;

use crate::error::{Error, Step};

/// A user whom no user database knows.
pub(in crate::cli::words) const NOBODY: u32 = 4_000_000_000;

/// Errors, with the English words of the GNU C library.
pub(in crate::cli::words) const ERRNOS: [(i32, &str); 26] = [
    (libc::EACCES, "Permission denied"),
    (libc::EPERM, "Operation not permitted"),
    (libc::ENOENT, "No such file or directory"),
    (libc::ENOTDIR, "Not a directory"),
    (libc::EROFS, "Read-only file system"),
    (libc::ENOSPC, "No space left on device"),
    (libc::EDQUOT, "Disk quota exceeded"),
    (libc::EMFILE, "Too many open files"),
    (libc::ENFILE, "Too many open files in system"),
    (libc::ENAMETOOLONG, "File name too long"),
    (libc::ELOOP, "Too many levels of symbolic links"),
    (libc::EISDIR, "Is a directory"),
    (libc::ETXTBSY, "Text file busy"),
    (libc::EIO, "Input/output error"),
    (libc::ESTALE, "Stale file handle"),
    (libc::ENOMEM, "Cannot allocate memory"),
    (libc::EINVAL, "Invalid argument"),
    (libc::EBUSY, "Device or resource busy"),
    (libc::E2BIG, "Argument list too long"),
    (libc::ENOEXEC, "Exec format error"),
    (libc::EAGAIN, "Resource temporarily unavailable"),
    (libc::ENOLCK, "No locks available"),
    (libc::EOPNOTSUPP, "Operation not supported"),
    (libc::ENOTCONN, "Transport endpoint is not connected"),
    (libc::EBADF, "Bad file descriptor"),
    (libc::EDEADLK, "Resource deadlock avoided"),
];

/// What this system says of an error.
pub(in crate::cli::words) fn said(number: i32) -> String {
    failure::words(&io::Error::from_raw_os_error(number))
}

/// Kinds of calls, by what the advice depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli::words) enum Call {
    OnTheWay(Step),
    AtTheFile(Step),
    Locking,
    Starting(&'static str),
    Elsewhere(Step),
}

impl Call {
    pub(in crate::cli::words) const ALL: [Self; 29] = [
        Self::OnTheWay(Step::OpenDirectory),
        Self::OnTheWay(Step::OpenWorkingDirectory),
        Self::OnTheWay(Step::FindPlaceOfNames),
        Self::OnTheWay(Step::CreateDirectory),
        Self::OnTheWay(Step::LookUp),
        Self::OnTheWay(Step::ReadLink),
        Self::OnTheWay(Step::IdentifyFileSystem),
        Self::AtTheFile(Step::Open),
        Self::AtTheFile(Step::Create),
        Self::AtTheFile(Step::Examine),
        Self::AtTheFile(Step::LookUp),
        Self::AtTheFile(Step::IdentifyFileSystem),
        Self::AtTheFile(Step::Remove),
        Self::Locking,
        Self::Starting("tool"),
        Self::Starting("/d/tool"),
        Self::Starting("a b"),
        Self::Starting("cd"),
        Self::Starting("for"),
        Self::Starting("A=b"),
        Self::Elsewhere(Step::HoldSignals),
        Self::Elsewhere(Step::CheckSignals),
        Self::Elsewhere(Step::WaitForSignals),
        Self::Elsewhere(Step::SetTimeLimit),
        Self::Elsewhere(Step::StartCommand),
        Self::Elsewhere(Step::WaitForCommand),
        Self::Elsewhere(Step::ForwardSignal),
        Self::Elsewhere(Step::Stop),
        Self::Elsewhere(Step::WriteOutput),
    ];

    /// What the system may say of such a call. Of the others there is nothing to be said.
    pub(in crate::cli::words) fn possible(self) -> &'static [i32] {
        match self {
            Self::OnTheWay(_) | Self::AtTheFile(_) => &[
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
                libc::EBUSY,
                libc::EAGAIN,
                libc::ENOTCONN,
            ],
            Self::Locking => &[
                libc::EACCES,
                libc::EPERM,
                libc::EIO,
                libc::ESTALE,
                libc::ENOMEM,
                libc::EINVAL,
                libc::ENOLCK,
                libc::EOPNOTSUPP,
                libc::EBADF,
                libc::EDEADLK,
            ],
            Self::Starting(_) => &[
                libc::EACCES,
                libc::EPERM,
                libc::ENOENT,
                libc::ENOTDIR,
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
                libc::E2BIG,
                libc::ENOEXEC,
                libc::EAGAIN,
            ],
            Self::Elsewhere(Step::WriteOutput) => {
                &[libc::ENOSPC, libc::EBADF, libc::EPERM, libc::EIO]
            }
            Self::Elsewhere(_) => {
                &[libc::EPERM, libc::EAGAIN, libc::ENOMEM, libc::EMFILE, libc::ENFILE, libc::EACCES]
            }
        }
    }

    /// The error where it fails.
    pub(in crate::cli::words) fn failed(self, number: i32) -> Error {
        let error = io::Error::from_raw_os_error(number);
        match self {
            Self::OnTheWay(step) => Error::Unreachable { path: "/d/e".into(), step, error },
            Self::AtTheFile(step) => Error::Open { path: "/d/l".into(), step, error },
            Self::Locking => {
                let error = LockError::from_io(error);
                Error::Lock { path: "/d/l".into(), backend: "flock", error }
            }
            Self::Starting(program) => {
                Error::Start { program: program.into(), has_arguments: false, error }
            }
            Self::Elsewhere(step) => Error::System { step, error },
        }
    }
}
