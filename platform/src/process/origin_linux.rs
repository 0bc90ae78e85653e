//! Linux: `si_code` is positive for the kernel's own signals, zero or negative for a process's (sigaction(2)).
//!
//! But for two: SIGPIPE and SIGXFSZ, which a write of this very process brings, look as if it had sent them to itself
//! (kernel/signal.c, `send_sig` without `priv`).

use super::Sender;

pub(super) fn of(info: &libc::siginfo_t) -> Sender {
    if info.si_code > 0 {
        return Sender::Kernel;
    }
    // SAFETY: plain data, which kill(2), tkill(2) and sigqueue(3) fill; where another source has other fields there, it is
    // a number all the same.
    let pid = unsafe { info.si_pid() };
    let is_from_write = matches!(info.si_signo, libc::SIGPIPE | libc::SIGXFSZ);
    // SAFETY: cannot fail and touches no memory (POSIX.1, getpid).
    if is_from_write && pid == unsafe { libc::getpid() } {
        return Sender::Kernel;
    }
    Sender::Process(pid)
}
