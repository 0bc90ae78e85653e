//! Any Unix: posix_spawn(3). Compiled and tested everywhere.

use std::ffi::{CStr, c_int};
use std::io;
use std::mem::MaybeUninit;

use super::error::{StartError, Started};
use super::fork;
use super::program::Program;
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;
use crate::process::signals::sets;

pub(super) fn launch<R: Receive>(
    program: &Program<'_>,
    file: &CStr,
    signals: &Signals<R>,
) -> Started<libc::pid_t> {
    if signals.receiver().child_was_ignored() {
        return fork::launch(program, file, signals);
    }
    let attributes = Attributes::new(signals).map_err(StartError::Process)?;
    let mut pid = 0;
    // SAFETY: the program, its arguments and its environment are strings that end with NUL, in arrays that end with
    // null, all alive during the call; the attributes are initialised; no file actions are given.
    let errno = unsafe {
        libc::posix_spawn(
            &raw mut pid,
            file.as_ptr(),
            std::ptr::null(),
            &raw const attributes.0,
            program.argv().cast(),
            program.envp().cast(),
        )
    };
    match check(errno) {
        Ok(()) => Ok(pid),
        // The same for fork and exec; exec says these of a program that hardly exists (execve(2)).
        Err(error) if matches!(errno, libc::EAGAIN | libc::ENOMEM) => {
            Err(StartError::Process(error))
        }
        Err(error) => Err(StartError::Program(error)),
    }
}

/// posix_spawn(3) attributes: the caller's signal mask, and default actions where this process has handlers.
struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    fn new<R: Receive>(signals: &Signals<R>) -> io::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: initialises the attributes when it returns 0.
        check(unsafe { libc::posix_spawnattr_init(attributes.as_mut_ptr()) })?;
        // SAFETY: the call above returned 0.
        let mut this = Self(unsafe { attributes.assume_init() });
        let mut flags = libc::POSIX_SPAWN_SETSIGMASK as c_int;
        // SAFETY: both are initialised.
        check(unsafe { libc::posix_spawnattr_setsigmask(&raw mut this.0, signals.original()) })?;
        let handled = signals.receiver().handled();
        if !handled.is_empty() {
            let handled = sets::of(&handled);
            // SAFETY: both are initialised.
            check(unsafe {
                libc::posix_spawnattr_setsigdefault(&raw mut this.0, &raw const handled)
            })?;
            flags |= libc::POSIX_SPAWN_SETSIGDEF as c_int;
        }
        // SAFETY: initialised; the flags are two of POSIX.1's.
        check(unsafe { libc::posix_spawnattr_setflags(&raw mut this.0, flags as _) })?;
        Ok(this)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, and destroyed once.
        unsafe { libc::posix_spawnattr_destroy(&raw mut self.0) };
    }
}

fn check(errno: c_int) -> io::Result<()> {
    if errno == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(errno)) }
}
