//! The descriptors of this process.

use std::fs::File;
use std::os::fd::{AsRawFd, RawFd};

use crate::directory::identity_of;
use crate::evidence::Facts;

/// How many descriptors are looked at: a job gets a lock's at the lowest free number from 10 on.
const DESCRIPTORS: usize = 61;
/// The first of them: the standard ones are not a lock's.
const FIRST: RawFd = 3;

/// Whether this process has another descriptor of the same file, among the lower numbers.
#[must_use]
pub fn has_another(file: &File) -> bool {
    let own = file.as_raw_fd();
    let Ok(wanted) = Facts::of(file) else {
        return true;
    };
    open_descriptors().filter(|fd| *fd != own).any(|fd| identity_of(fd) == Some(wanted.identity))
}

/// Those that are looked at and open, or that may be, by one call.
fn open_descriptors() -> impl Iterator<Item = RawFd> {
    let mut all: [libc::pollfd; DESCRIPTORS] = std::array::from_fn(|index| libc::pollfd {
        fd: FIRST + index as RawFd,
        events: 0,
        revents: 0,
    });
    // SAFETY: the array has so many members, and is alive during the call, which waits for nothing (POSIX.1, poll). Where
    // it fails, as under a low limit on descriptors, all count as open.
    unsafe { libc::poll(all.as_mut_ptr(), DESCRIPTORS as libc::nfds_t, 0) };
    all.into_iter().filter(|one| one.revents & libc::POLLNVAL == 0).map(|one| one.fd)
}
