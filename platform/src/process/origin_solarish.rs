//! illumos, Solaris: `SI_FROMUSER` is "zero or negative" (sys/siginfo.h).

pub(super) fn from_process(info: &libc::siginfo_t) -> bool {
    info.si_code <= 0
}
