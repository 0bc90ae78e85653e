//! macOS, OpenBSD: nothing can be told. XNU keeps one sender a process and not one a signal, so that a key at the terminal
//! can come with the id of whoever sent something before, and a signal that was held with none (bsd/dev/i386/unix_signal.c,
//! `sendsig`, `p->si_pid`). OpenBSD leaves `si_pid` empty for what kill(2) sends (sys/kern/kern_sig.c, `ptsignal`).

use super::Sender;

pub(super) fn of(_: &libc::siginfo_t) -> Sender {
    Sender::Unknown
}
