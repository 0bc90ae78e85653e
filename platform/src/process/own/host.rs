//! What the holder's record says about the place it was written in.

use std::ffi::{CStr, OsStr, c_char};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::os;

/// The host's name, as uname(2) tells it; empty when it can't.
#[must_use]
pub fn host_name() -> String {
    let mut record = MaybeUninit::<libc::utsname>::zeroed();
    // SAFETY: the kernel fills `record`; should it fail, the zeroes stay, which are empty strings.
    unsafe { libc::uname(record.as_mut_ptr()) };
    // SAFETY: zeroed or filled, every field is a string that ends with NUL.
    let record = unsafe { record.assume_init() };
    // SAFETY: as above.
    let name = unsafe { CStr::from_ptr(record.nodename.as_ptr()) };
    name.to_string_lossy().into_owned()
}

/// The name of a user id in the user database; `None` when it has none.
#[must_use]
pub fn user_name(user: u32) -> Option<String> {
    entry_of(user, |entry| entry.pw_name).map(|name| String::from_utf8_lossy(&name).into_owned())
}

/// The home directory of a user id in the user database; `None` when it has none. A static program reads no other
/// database than `/etc/passwd`.
#[must_use]
pub fn user_home(user: u32) -> Option<PathBuf> {
    entry_of(user, |entry| entry.pw_dir).map(|home| OsStr::from_bytes(&home).into())
}

/// One text of a user's entry in the user database.
fn entry_of(user: u32, text_of: fn(&libc::passwd) -> *mut c_char) -> Option<Vec<u8>> {
    let mut entry = MaybeUninit::<libc::passwd>::uninit();
    let mut found = std::ptr::null_mut();
    let mut text = vec![0_u8; 4096];
    // SAFETY: every pointer is to memory of the stated size, alive during the call (POSIX.1, getpwuid_r).
    let answer = unsafe {
        libc::getpwuid_r(
            user,
            entry.as_mut_ptr(),
            text.as_mut_ptr().cast(),
            text.len(),
            &raw mut found,
        )
    };
    if answer != 0 || found.is_null() {
        return None;
    }
    // SAFETY: a result that is not null is `entry`, filled whole.
    let entry = unsafe { entry.assume_init() };
    let start = text_of(&entry);
    if start.is_null() {
        return None;
    }
    // SAFETY: it is not null, so it is a string in `text` that ends with NUL.
    let found = unsafe { CStr::from_ptr(start) };
    Some(found.to_bytes().to_vec())
}

/// 64 random bits to tell one run from another; not for secrets.
#[must_use]
pub fn random_token() -> u64 {
    let mut bytes = [0_u8; 8];
    // SAFETY: `bytes` is writable for the length given (getentropy(3), at most 256 bytes).
    if unsafe { os::getentropy(bytes.as_mut_ptr().cast(), bytes.len()) } == 0 {
        return u64::from_ne_bytes(bytes);
    }
    // No such call in this kernel or sandbox: the time of day in nanoseconds and the process tell runs apart as well.
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (now.as_nanos() as u64) ^ (u64::from(std::process::id()) << 40)
}
