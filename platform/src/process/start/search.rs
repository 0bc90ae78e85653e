//! Where a program lies: what execvp(3) does by trying to execute, without a process to do it in.

use std::ffi::{CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::text::c_string;

/// Where programs are looked up if there is no PATH (confstr(3), `_CS_PATH`, on Linux).
const WITHOUT_PATH: &str = "/bin:/usr/bin";

/// The files to try for a program's name, in order, those in PATH that may not be executed left out. If that is all of
/// them, all of them: the error is the system's to find, and access(2) is not always right (access(2), NOTES, on NFS).
///
/// One with a NUL in it, which no file can have, is `EINVAL`.
pub(super) fn files(program: &OsStr) -> impl Iterator<Item = io::Result<CString>> + '_ {
    // An empty name is no program's, in no directory.
    let is_sought = !has_slash(program) && !program.is_empty();
    let itself = (!is_sought).then(|| c_string(program));
    let mut sought = is_sought.then(|| candidates(program));
    let mut has_found = false;
    let mut all = None;
    let found = std::iter::from_fn(move || {
        for file in sought.as_mut()? {
            let file = c_string(file.as_os_str());
            if file.as_ref().map_or(true, may_execute) {
                has_found = true;
                return Some(file);
            }
        }
        if has_found {
            return None;
        }
        let all = all.get_or_insert_with(|| candidates(program));
        all.next().map(|file| c_string(file.as_os_str()))
    });
    itself.into_iter().chain(found)
}

/// Whether there is such a file at all, executable or not. A name with a slash does not ask PATH.
pub(super) fn is_in_path(program: &OsStr) -> bool {
    has_slash(program) || candidates(program).any(|file| file.is_file())
}

fn has_slash(program: &OsStr) -> bool {
    program.as_bytes().contains(&b'/')
}

/// Where a program of this name would be: in each directory of PATH.
fn candidates(program: &OsStr) -> impl Iterator<Item = PathBuf> + '_ {
    let path = std::env::var_os("PATH").unwrap_or_else(|| WITHOUT_PATH.into());
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    directories.into_iter().map(move |directory| directory.join(program))
}

fn may_execute(file: &CString) -> bool {
    // SAFETY: the string ends with NUL.
    unsafe { libc::access(file.as_ptr(), libc::X_OK) == 0 }
}
