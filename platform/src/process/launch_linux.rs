//! Linux: a child that shares the memory until it executes the program (clone(2), `CLONE_VM`, `CLONE_VFORK`), as
//! posix_spawn(3) makes it, but without the work that is not needed here: no copy of the page tables, no pipe for the
//! error, no look at each of 64 signals.

use std::ffi::{c_char, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;

use super::spawn::Program;
use super::{Command, Receive, Signal, Signals, set};

/// Room for the child's calls; execvpe(3) puts a path together on its stack (at most `PATH_MAX` and `NAME_MAX` bytes).
const STACK: usize = 32 * 1024;

/// What the child needs, and where it leaves the reason when there is no program to be executed.
struct Plan<'a> {
    program: *const c_char,
    argv: *const *const c_char,
    envp: *const *const c_char,
    handled: &'a [Signal],
    ignores_children: bool,
    mask: &'a libc::sigset_t,
    errno: c_int,
}

/// The stack's alignment (System V ABI: 16 bytes).
#[repr(align(16))]
struct Stack(MaybeUninit<[u8; STACK]>);

pub(super) fn launch<R: Receive>(
    command: &Command<'_>,
    signals: &Signals<R>,
) -> io::Result<libc::pid_t> {
    let program = Program::new(command)?;
    let handled = signals.receiver().handled();
    let mut plan = Plan {
        program: program.path(),
        argv: program.argv(),
        envp: program.envp(),
        handled: &handled,
        ignores_children: signals.receiver().child_was_ignored(),
        mask: signals.original(),
        errno: 0,
    };
    let mut stack = Stack(MaybeUninit::uninit());
    // SAFETY: one past the end of the array, which is where a stack that grows downwards begins.
    let top = unsafe { stack.0.as_mut_ptr().cast::<u8>().add(STACK) };
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

/// Runs in the child: makes async-signal-safe calls only, allocates nothing, and does not return to Rust's frames above.
extern "C" fn child(plan: *mut c_void) -> c_int {
    // SAFETY: the plan that `launch` has passed, whose thread is suspended.
    let plan = unsafe { &mut *plan.cast::<Plan<'_>>() };
    let prepared = prepare(plan);
    if prepared.is_ok() {
        // SAFETY: strings that end with NUL, in arrays that end with null, all alive in the parent.
        unsafe { libc::execvpe(plan.program, plan.argv, plan.envp) };
    }
    let error = prepared.err().unwrap_or_else(io::Error::last_os_error);
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
