//! Linux: `si_code` is positive for the kernel's own signals, zero or negative for a process's (sigaction(2)).

use super::Sender;

pub(super) fn of(info: &libc::siginfo_t) -> Sender {
    if info.si_code > 0 {
        return Sender::Kernel;
    }
    // SAFETY: plain data, which kill(2), tkill(2) and sigqueue(3) fill; where another source has other fields there, it is
    // a number all the same.
    Sender::Process(unsafe { info.si_pid() })
}
