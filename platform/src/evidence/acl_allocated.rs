//! FreeBSD, macOS: what the C library allocates for access control lists (acl_free(3)).

use std::ffi::{c_int, c_void};
use std::io;
use std::ptr::NonNull;

unsafe extern "C" {
    fn acl_free(object: *mut c_void) -> c_int;
}

/// What the C library has allocated; freed when dropped.
pub(super) struct Allocated(NonNull<c_void>);

impl Allocated {
    /// Takes over what a call has just answered; null says that it failed.
    pub(super) fn take(answer: *mut c_void) -> io::Result<Self> {
        NonNull::new(answer).map(Self).ok_or_else(io::Error::last_os_error)
    }

    pub(super) fn as_ptr(&self) -> *mut c_void {
        self.0.as_ptr()
    }
}

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: from a call whose answer is to be freed so (acl_free(3)), and freed once.
        unsafe { acl_free(self.0.as_ptr()) };
    }
}
