//! Any Unix: posix_spawn(3). Compiled and tested everywhere.

use std::ffi::c_int;
use std::io;
use std::mem::MaybeUninit;

use super::spawn::Program;
use super::{Command, Receive, Signals, exact, set};

pub(super) fn launch<R: Receive>(
    command: &Command<'_>,
    signals: &Signals<R>,
) -> io::Result<libc::pid_t> {
    if signals.receiver().child_was_ignored() {
        return exact::spawn(command, signals);
    }
    let program = Program::new(command)?;
    let attributes = Attributes::new(signals)?;
    let mut pid = 0;
    // SAFETY: the program, its arguments and its environment are strings that end with NUL, in arrays that end with
    // null, all alive during the call; the attributes are initialised; no file actions are given.
    let errno = unsafe {
        libc::posix_spawnp(
            &raw mut pid,
            program.path(),
            std::ptr::null(),
            &raw const attributes.0,
            program.argv().cast(),
            program.envp().cast(),
        )
    };
    check(errno)?;
    Ok(pid)
}

/// posix_spawn(3) attributes: the caller's signal mask, and default actions where this process has handlers.
struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    fn new<R: Receive>(signals: &Signals<R>) -> io::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: initialises the attributes when it answers 0.
        check(unsafe { libc::posix_spawnattr_init(attributes.as_mut_ptr()) })?;
        // SAFETY: the call above answered 0.
        let mut this = Self(unsafe { attributes.assume_init() });
        let mut flags = libc::POSIX_SPAWN_SETSIGMASK as c_int;
        // SAFETY: both are initialised.
        check(unsafe { libc::posix_spawnattr_setsigmask(&raw mut this.0, signals.original()) })?;
        let handled = signals.receiver().handled();
        if !handled.is_empty() {
            let handled = set::of(&handled);
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
