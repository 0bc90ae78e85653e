//! Linux: `O_PATH` needs search permission on the way only, and allows fstat(2) and openat(2).

pub(super) const SEARCH: libc::c_int = libc::O_PATH;
