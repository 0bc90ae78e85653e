//! illumos, Solaris: `SI_FROMUSER` is "zero or negative" (sys/siginfo.h).

use super::Sender;

pub(super) fn of(info: &libc::siginfo_t) -> Sender {
    if info.si_code > 0 {
        return Sender::Kernel;
    }
    // SAFETY: plain data, which kill(2), tkill(2) and sigqueue(3) fill; where another source has other fields there, it is
    // a number all the same.
    Sender::Process(unsafe { info.si_pid() })
}
