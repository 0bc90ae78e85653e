//! What the system says when a call fails: what kind of failure it is, and its words for it.

use std::io;

use crate::os;

/// How to see, and to take away, what makes a file immutable or append-only.
pub const ATTRIBUTE_TOOLS: &str = os::ATTRIBUTE_TOOLS;

/// Failures, as far as they differ in what a person has to do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// `ENOENT`.
    Missing,
    /// `ENOTDIR`.
    NotADirectory,
    /// `EISDIR`.
    IsADirectory,
    /// `EACCES`: the mode, a list, or a security module forbids it.
    Denied,
    /// `EPERM`: it takes a privilege, or an attribute of the file forbids it.
    NotPermitted,
    /// `EROFS`.
    ReadOnly,
    /// `ENOSPC`: no blocks, or no inodes, are left.
    NoSpace,
    /// `EDQUOT`: the same, for this user.
    OverQuota,
    /// `EMFILE`: this process has too many files open.
    TooManyOpen,
    /// `ENFILE`: all processes together have.
    TooManyOpenInSystem,
    /// `ENAMETOOLONG`.
    NameTooLong,
    /// `EILSEQ`, `EINVAL`: a name, or a call, that the file system does not know.
    Invalid,
    /// `ELOOP`; `EMLINK` on FreeBSD.
    Loop,
    /// `ETXTBSY`.
    ProgramInUse,
    /// `EBUSY`.
    Busy,
    /// `EIO`, `ENXIO`.
    Broken,
    /// `ESTALE`: the server does not know the file any more.
    Stale,
    /// `ETIMEDOUT`, `EHOSTDOWN`, `EHOSTUNREACH`, `ENETDOWN`, `ENETUNREACH`, `ENOTCONN`, `ECONNREFUSED`: a server is out of
    /// reach.
    Unreachable,
    /// `ENOMEM`.
    NoMemory,
    /// `EAGAIN`: too many processes, timers or signals; or a lease on a file.
    TryAgain,
    /// `E2BIG`.
    TooManyArguments,
    /// `ENOEXEC`.
    NotAProgram,
    /// `ENOLCK`.
    NoLocks,
    /// `EDEADLK`.
    Deadlock,
    /// `ENOSYS`, `EOPNOTSUPP`, `ENOTSUP`.
    Unsupported,
    /// `EBADF`.
    Closed,
    /// Any other.
    Other,
}

impl Failure {
    /// Of which kind this error is.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        match number(error) {
            Some(number) => Self::of_number(number),
            None => Self::Other,
        }
    }

    fn of_number(number: i32) -> Self {
        let all = OF_THE_SYSTEM.iter().chain(&OF_FILES);
        all.into_iter().find(|(known, _)| *known == number).map_or(Self::Other, |(_, it)| *it)
    }
}

/// What the system says, such as "No such file or directory".
#[must_use]
pub fn words(error: &io::Error) -> String {
    let text = match number(error) {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.to_string(),
    };
    // The library adds the number.
    text.split(" (os error ").next().unwrap_or_default().to_owned()
}

/// The error's number; also where the program itself has found what the system would have said.
fn number(error: &io::Error) -> Option<i32> {
    error.raw_os_error().or(match error.kind() {
        _ if error.get_ref().is_some() => None,
        io::ErrorKind::NotFound => Some(libc::ENOENT),
        io::ErrorKind::NotADirectory => Some(libc::ENOTDIR),
        io::ErrorKind::PermissionDenied => Some(libc::EACCES),
        io::ErrorKind::WouldBlock => Some(libc::EAGAIN),
        io::ErrorKind::OutOfMemory => Some(libc::ENOMEM),
        _ => None,
    })
}

/// What lies in the file or on the way to it. Two names may be one number, so this is no `match`.
const OF_FILES: [(i32, Failure); 26] = [
    (libc::ENOENT, Failure::Missing),
    (libc::ENOTDIR, Failure::NotADirectory),
    (libc::EISDIR, Failure::IsADirectory),
    (libc::EACCES, Failure::Denied),
    (libc::EPERM, Failure::NotPermitted),
    (libc::EROFS, Failure::ReadOnly),
    (libc::ENOSPC, Failure::NoSpace),
    (libc::EDQUOT, Failure::OverQuota),
    (libc::ENAMETOOLONG, Failure::NameTooLong),
    (libc::EILSEQ, Failure::Invalid),
    (libc::EINVAL, Failure::Invalid),
    (libc::ELOOP, Failure::Loop),
    (libc::EMLINK, Failure::Loop),
    (libc::ETXTBSY, Failure::ProgramInUse),
    (libc::EBUSY, Failure::Busy),
    (libc::EIO, Failure::Broken),
    (libc::ENXIO, Failure::Broken),
    (libc::ESTALE, Failure::Stale),
    (libc::ETIMEDOUT, Failure::Unreachable),
    (libc::EHOSTDOWN, Failure::Unreachable),
    (libc::EHOSTUNREACH, Failure::Unreachable),
    (libc::ENETDOWN, Failure::Unreachable),
    (libc::ENETUNREACH, Failure::Unreachable),
    (libc::ENOTCONN, Failure::Unreachable),
    (libc::ECONNREFUSED, Failure::Unreachable),
    (libc::EBADF, Failure::Closed),
];

/// What lies in the system.
const OF_THE_SYSTEM: [(i32, Failure); 11] = [
    (libc::EMFILE, Failure::TooManyOpen),
    (libc::ENFILE, Failure::TooManyOpenInSystem),
    (libc::ENOMEM, Failure::NoMemory),
    (libc::EAGAIN, Failure::TryAgain),
    (libc::E2BIG, Failure::TooManyArguments),
    (libc::ENOEXEC, Failure::NotAProgram),
    (libc::ENOLCK, Failure::NoLocks),
    (libc::EDEADLK, Failure::Deadlock),
    (libc::ENOSYS, Failure::Unsupported),
    (libc::EOPNOTSUPP, Failure::Unsupported),
    (libc::ENOTSUP, Failure::Unsupported),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_words_come_without_the_library_s() {
        let said = |error: io::Error| words(&error);
        let denied = said(io::Error::from_raw_os_error(libc::EACCES));
        assert!(!denied.is_empty() && !denied.contains("os error"), "{denied}");
        assert_eq!(said(io::ErrorKind::PermissionDenied.into()), denied);
        let not_a_directory = io::Error::from_raw_os_error(libc::ENOTDIR);
        assert_eq!(said(io::ErrorKind::NotADirectory.into()), words(&not_a_directory));
        assert_eq!(said(io::Error::other("odd")), "odd");
        assert_eq!(said(io::Error::new(io::ErrorKind::NotFound, "odd")), "odd");
    }

    #[test]
    fn failures_that_want_different_things_are_told_apart() {
        for (number, failure) in [
            (libc::EACCES, Failure::Denied),
            (libc::EPERM, Failure::NotPermitted),
            (libc::EWOULDBLOCK, Failure::TryAgain),
            (libc::EOPNOTSUPP, Failure::Unsupported),
            (libc::ENFILE, Failure::TooManyOpenInSystem),
            (libc::EDOM, Failure::Other),
        ] {
            assert_eq!(Failure::of(&io::Error::from_raw_os_error(number)), failure, "{number}");
        }
        assert_eq!(Failure::of(&io::ErrorKind::NotADirectory.into()), Failure::NotADirectory);
        assert_eq!(Failure::of(&io::Error::new(io::ErrorKind::NotFound, "x")), Failure::Other);
    }
}
