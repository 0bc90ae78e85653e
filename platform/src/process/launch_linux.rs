//! Linux: a child that shares the memory until it executes the program (clone(2), `CLONE_VM`, `CLONE_VFORK`), as
//! posix_spawn(3) makes it, but without the work that is not needed here: no copy of the page tables, no pipe for the
//! error, no look at each of 64 signals.

use std::ffi::{CString, c_char, c_int, c_void};
use std::io;

use super::spawn::{self, Program};
use super::{Command, Receive, Signal, Signals, set};
use crate::text::c_string;

/// Room for the child's few calls, in bytes. It puts nothing together: where to look for the program is made out before,
/// and execvpe(3), which may need room for all arguments once more, is not called.
const STACK: usize = 16 * 1024;

/// What the child needs, and where it leaves the reason when there is no program to be executed.
struct Plan<'a> {
    candidates: &'a [CString],
    argv: *const *const c_char,
    envp: *const *const c_char,
    handled: &'a [Signal],
    ignores_children: bool,
    mask: &'a libc::sigset_t,
    errno: c_int,
}

pub(super) fn launch<R: Receive>(
    command: &Command<'_>,
    signals: &Signals<R>,
) -> io::Result<libc::pid_t> {
    let program = Program::new(command)?;
    let candidates = candidates(command)?;
    let handled = signals.receiver().handled();
    let mut plan = Plan {
        candidates: &candidates,
        argv: program.argv(),
        envp: program.envp(),
        handled: &handled,
        ignores_children: signals.receiver().child_was_ignored(),
        mask: signals.original(),
        errno: 0,
    };
    let mut stack = Box::<[u8]>::new_uninit_slice(STACK);
    let end = stack.as_mut_ptr_range().end;
    // Aligned to 16 bytes, as every ABI of Linux wants it at most; it grows downwards.
    let top = end.map_addr(|address| address & !15);
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: CLONE_VFORK suspends this thread until the child has executed a program or exited, so the stack and the
    // plan outlive its use of them, and nobody else uses them meanwhile. All signals are held, so no handler of this
    // process runs in the child.
    let pid = unsafe { libc::clone(child, top.cast(), flags, (&raw mut plan).cast::<c_void>()) };
    if pid == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the plan is alive; volatile, because another process has written to it.
    let errno = unsafe { (&raw const plan.errno).read_volatile() };
    if errno == 0 {
        return Ok(pid);
    }
    // SAFETY: our own child, which has exited; there is no status to be had.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
    Err(io::Error::from_raw_os_error(errno))
}

/// Where to look for the program, in the form that exec takes.
fn candidates(command: &Command<'_>) -> io::Result<Vec<CString>> {
    // An empty name is no program's, in no directory.
    if spawn::has_slash(command.program) || command.program.is_empty() {
        return Ok(vec![c_string(command.program)?]);
    }
    spawn::candidates(command.program).map(|file| c_string(file.as_os_str())).collect()
}

/// Runs in the child: makes async-signal-safe calls only, allocates nothing, and does not return to Rust's frames above.
extern "C" fn child(plan: *mut c_void) -> c_int {
    // SAFETY: the plan that `launch` has passed, whose thread is suspended.
    let plan = unsafe { &mut *plan.cast::<Plan<'_>>() };
    let error = match prepare(plan) {
        Ok(()) => execute(plan),
        Err(error) => error,
    };
    plan.errno = error.raw_os_error().unwrap_or(libc::EINVAL);
    // SAFETY: ends the child without running anything of the parent's.
    unsafe { libc::_exit(127) }
}

/// What a handler of this process takes is set back to default, what the caller ignored is ignored, and then signals act.
fn prepare(plan: &Plan<'_>) -> io::Result<()> {
    for signal in plan.handled {
        set::act(*signal, &set::default_action())?;
    }
    // Otherwise exec sets it to default, as it has a handler here.
    if plan.ignores_children {
        set::act(libc::SIGCHLD, &set::ignoring())?;
    }
    set::mask(libc::SIG_SETMASK, plan.mask).map(drop)
}

/// Executes the first candidate that can be, as execvp(3) does, and returns if there is none.
fn execute(plan: &Plan<'_>) -> io::Error {
    let mut refused = None;
    let mut last = io::Error::from_raw_os_error(libc::ENOENT);
    for candidate in plan.candidates {
        // SAFETY: strings that end with NUL, in arrays that end with null, all alive in the parent.
        unsafe { libc::execve(candidate.as_ptr(), plan.argv, plan.envp) };
        last = io::Error::last_os_error();
        match last.raw_os_error() {
            Some(libc::EACCES) => refused = Some(libc::EACCES),
            Some(libc::ENOENT | libc::ENOTDIR | libc::ESTALE | libc::ENODEV | libc::ETIMEDOUT) => {}
            _ => return last,
        }
    }
    refused.map_or(last, io::Error::from_raw_os_error)
}
