//! Linux: a child that shares the memory until it executes the program (clone(2), `CLONE_VM`, `CLONE_VFORK`), as
//! posix_spawn(3) makes it, but without the work that is not needed here: no copy of the page tables, no pipe for the
//! error, no look at each of 64 signals.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::sync::atomic::{AtomicI32, Ordering};

use super::error::{StartError, Started};
use super::program::Program;
use crate::process::signals::held::Signals;
use crate::process::signals::receive::Receive;
use crate::process::signals::signal::Signal;
use crate::process::signals::{actions, sets};

/// Room for the child's few calls and for the frame of a signal, in bytes (sigaltstack(2), `AT_MINSIGSTKSZ`: 12 KB with
/// all that a processor may have).
const STACK: usize = 32 * 1024;

/// Signals that would stop the child before it is the job.
const STOPS: [Signal; 3] = [libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];

/// The one of these that came between the moment in which signals act on the child and the moment in which it is the
/// job; 0 when none did.
static STOPPED: AtomicI32 = AtomicI32::new(0);

/// What the child needs, and where it leaves the reason when there is no program to be executed.
struct Plan<'a> {
    file: *const c_char,
    argv: *const *const c_char,
    envp: *const *const c_char,
    handled: &'a [Signal],
    ignores_children: bool,
    mask: &'a libc::sigset_t,
    errno: c_int,
}

pub(super) fn launch<R: Receive>(
    program: &Program<'_>,
    file: &CStr,
    signals: &Signals<R>,
) -> Started<libc::pid_t> {
    let handled = signals.receiver().handled();
    let mut plan = Plan {
        file: file.as_ptr(),
        argv: program.argv(),
        envp: program.envp(),
        handled: &handled,
        ignores_children: signals.receiver().child_was_ignored(),
        mask: signals.original(),
        errno: 0,
    };
    STOPPED.store(0, Ordering::Relaxed);
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
        return Err(StartError::Process(io::Error::last_os_error()));
    }
    // SAFETY: the plan is alive; volatile, because another process has written to it.
    let errno = unsafe { (&raw const plan.errno).read_volatile() };
    if errno == 0 {
        stop_after_all(pid);
        return Ok(pid);
    }
    // SAFETY: our own child, which has exited; there is no status to be had.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
    Err(StartError::Program(io::Error::from_raw_os_error(errno)))
}

/// What would have stopped the child stops the job.
fn stop_after_all(job: libc::pid_t) {
    let stopped = STOPPED.load(Ordering::Relaxed);
    if stopped != 0 {
        // SAFETY: touches no memory; the id is our child's until it is waited for, so it names nobody else.
        unsafe { libc::kill(job, stopped) };
    }
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
///
/// But for those that stop: the parent, suspended until the child has executed the program, would be deaf for as long as
/// that is stopped. They are noted, and exec sets them to default.
fn prepare(plan: &Plan<'_>) -> io::Result<()> {
    for signal in plan.handled {
        actions::act(*signal, &actions::default_action())?;
    }
    // Otherwise exec sets it to default, as it has a handler here.
    if plan.ignores_children {
        actions::act(libc::SIGCHLD, &actions::ignoring())?;
    }
    let handler: extern "C" fn(Signal) = note;
    for signal in STOPS {
        let callers = actions::act(signal, &actions::action(handler as *const () as usize, 0))?;
        if actions::is_ignored(&callers) {
            actions::act(signal, &callers)?;
        }
    }
    sets::mask(libc::SIG_SETMASK, plan.mask).map(drop)
}

/// Async-signal-safe: one atomic operation, in memory that the parent shares.
extern "C" fn note(signal: Signal) {
    STOPPED.store(signal, Ordering::Relaxed);
}

fn execute(plan: &Plan<'_>) -> io::Error {
    // SAFETY: strings that end with NUL, in arrays that end with null, all alive in the parent.
    unsafe { libc::execve(plan.file, plan.argv, plan.envp) };
    io::Error::last_os_error()
}
