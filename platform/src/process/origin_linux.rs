//! Linux: `si_code` is positive for the kernel's own signals, zero or negative for a process's (sigaction(2)).

pub(super) fn from_process(info: &libc::siginfo_t) -> bool {
    info.si_code <= 0
}
