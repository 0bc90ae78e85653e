//! What a process has used.

use std::mem::MaybeUninit;
use std::process::Child;

/// How many pages a child and its children have touched that had to be given to them, once it has ended well (getrusage(2),
/// `ru_minflt`).
pub fn page_faults_of(child: Child) -> libc::c_long {
    let pid = child.id() as libc::pid_t;
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: our child, not waited for yet; both are writable.
    let answer = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
    assert_eq!((answer, status), (pid, 0));
    // SAFETY: the call has filled it in; and zeroes are a value of it.
    unsafe { usage.assume_init() }.ru_minflt
}
