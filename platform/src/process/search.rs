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
/// # Errors
/// `EINVAL` when there is a NUL in the name.
pub(super) fn files(program: &OsStr) -> io::Result<Vec<CString>> {
    // An empty name is no program's, in no directory.
    if has_slash(program) || program.is_empty() {
        return Ok(vec![c_string(program)?]);
    }
    let all = candidates(program)
        .map(|file| c_string(file.as_os_str()))
        .collect::<io::Result<Vec<_>>>()?;
    let executable: Vec<CString> = all.iter().filter(|file| may_execute(file)).cloned().collect();
    Ok(if executable.is_empty() { all } else { executable })
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
