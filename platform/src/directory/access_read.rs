//! Systems where a directory can be opened for reading only: the walk needs read permission there.

pub(super) const SEARCH: libc::c_int = libc::O_RDONLY;
