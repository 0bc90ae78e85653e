//! Linux: the kernel says so at exec, in the auxiliary vector (getauxval(3), `AT_SECURE`). It says so as well of a program
//! with file capabilities, which is no better. No system call.

pub(super) fn is_elevated() -> bool {
    // SAFETY: touches no memory; an entry that is missing is answered with 0.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
