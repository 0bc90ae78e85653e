//! The BSDs and macOS: kill(2) and its like give the sender's process id, the terminal gives none (sigaction(2)).

pub(super) fn from_process(info: &libc::siginfo_t) -> bool {
    // SAFETY: `si_pid` is plain data, present in every `siginfo_t` of these systems.
    unsafe { info.si_pid() != 0 }
}
