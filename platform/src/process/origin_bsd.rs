//! The BSDs: kill(2) and its like give the sender's process id, the terminal gives none (FreeBSD, NetBSD: sigaction(2),
//! siginfo(3), `SI_USER`; sys/kern/kern_sig.c, `pgsignal`, which has no siginfo of its own).

use super::Sender;

pub(super) fn of(info: &libc::siginfo_t) -> Sender {
    // SAFETY: `si_pid` is plain data, present in every `siginfo_t` of these systems.
    match unsafe { info.si_pid() } {
        0 => Sender::Kernel,
        pid => Sender::Process(pid),
    }
}
