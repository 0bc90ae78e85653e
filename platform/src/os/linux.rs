//! Linux.

use std::ffi::{CStr, c_int, c_ulong, c_void};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::ops::RangeInclusive;
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

pub(crate) use libc::{ITIMER_REAL, setitimer, sigtimedwait, sigwaitinfo};

use super::posix;
use crate::proc_stat::{self, LONGEST};

/// Attributes "i" and "a" of a file (chattr(1), ioctl_iflags(2)).
pub(crate) const ATTRIBUTE_TOOLS: &str = "lsattr -d, chattr -ia";

/// A setgid bit without group-execute makes no lock mandatory.
pub(crate) const MANDATORY_BY_MODE: bool = false;

/// `EACCES` of fcntl(2) or lockf(3) is a security module's refusal.
pub(crate) const ACCESS_MEANS_BUSY: bool = false;

/// A signal that is held is kept, whatever its action is (kernel/signal.c, `sig_ignored`).
pub(crate) const KEEPS_WHAT_IS_HELD: bool = true;

/// As getentropy(3), which libc does not bind for musl: this very call (getrandom(2)). Not by the C library's function of that
/// name, to which the standard library refers weakly: in a static program it may be missing then.
///
/// # Safety
/// `bytes` is writable for `length`.
pub(crate) unsafe fn getentropy(bytes: *mut c_void, length: usize) -> c_int {
    // SAFETY: the caller's promise.
    let filled = unsafe { libc::syscall(libc::SYS_getrandom, bytes, length, 0) };
    if usize::try_from(filled) == Ok(length) { 0 } else { -1 }
}

/// The number of the mount, which statx(2) has (`STATX_MNT_ID`, Linux 5.8 and later). The C library's call is newer than
/// some systems.
pub(crate) fn mount_of(directory: &File) -> Option<u64> {
    let mut record = MaybeUninit::<libc::statx>::uninit();
    // SAFETY: the descriptor is open, the name ends with NUL, and the kernel fills `record` whole when it returns 0.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_statx,
            directory.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            libc::STATX_MNT_ID,
            record.as_mut_ptr(),
        )
    };
    if answer != 0 {
        return None;
    }
    // SAFETY: the call above returned 0, so the kernel has filled it.
    let record = unsafe { record.assume_init() };
    (record.stx_mask & libc::STATX_MNT_ID != 0).then_some(record.stx_mnt_id)
}

/// `si_code` is positive for the kernel's own signals, zero or negative for a process's (sigaction(2)).
///
/// But for two: SIGPIPE and SIGXFSZ, which a write of this very process brings, look as if it had sent them to itself
/// (kernel/signal.c, `send_sig` without `priv`).
pub(crate) fn is_from_kernel(info: &libc::siginfo_t) -> Option<bool> {
    if info.si_code > 0 {
        return Some(true);
    }
    if !matches!(info.si_signo, libc::SIGPIPE | libc::SIGXFSZ) {
        return Some(false);
    }
    // SAFETY: plain data, which kill(2), tkill(2) and sigqueue(3) fill; where another source has other fields there, it is
    // a number all the same.
    let pid = unsafe { info.si_pid() };
    // SAFETY: cannot fail and touches no memory (POSIX.1, getpid).
    Some(pid == unsafe { libc::getpid() })
}

/// Sets what happens at a signal to the default, also where the C library would refuse: it keeps a few numbers for itself.
pub(crate) fn reset(signal: c_int) -> io::Result<()> {
    // The kernel's struct differs from machine to machine; all bits zero are the default with no flag in each.
    let default = MaybeUninit::<[c_ulong; 16]>::zeroed();
    let none = ptr::null_mut::<c_ulong>();
    // 64 signals, a bit each (include/uapi/asm-generic/signal.h, `_NSIG`).
    let size: usize = 64 / 8;
    // SAFETY: the new action is longer than any kernel's struct, and the old one is not asked for (rt_sigaction(2)).
    let answer = unsafe {
        libc::syscall(libc::SYS_rt_sigaction, signal as libc::c_long, default.as_ptr(), none, size)
    };
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// At exec, the kernel notes in the auxiliary vector (getauxval(3), `AT_SECURE`) that a program may have rights which its
/// caller lacks. It does so for set-user-ID and set-group-ID and for file capabilities, but also where a security module
/// says so, as SELinux and AppArmor do for a mere change of domain. Without it, nothing needs to be asked.
pub(crate) fn may_be_elevated() -> bool {
    // SAFETY: touches no memory; an entry that is missing is 0.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Whether the file has given capabilities. Exec leaves a user other than root his ambient ones, and nothing more: what
/// is permitted beyond them comes from the file (capabilities(7), "Transformation of capabilities during execve()"; in
/// the kernel `cap_bprm_creds_from_file`). Root has all of them without a file's help.
pub(crate) fn has_gained_capabilities() -> bool {
    // SAFETY: cannot fail and touches no memory (POSIX.1, getuid).
    let user = unsafe { libc::getuid() };
    // What can't be asked for counts as gained.
    user != 0
        && permitted().is_none_or(|set| {
            (0..64).any(|capability| set & (1 << capability) != 0 && !is_ambient(capability))
        })
}

/// The permitted set, by capget(2) of this process.
fn permitted() -> Option<u64> {
    /// `struct __user_cap_header_struct` of linux/capability.h.
    #[repr(C)]
    struct Header {
        version: u32,
        pid: c_int,
    }
    /// Half of a set of 64: `struct __user_cap_data_struct`.
    #[repr(C)]
    #[derive(Clone, Copy, Default)]
    struct Half {
        effective: u32,
        permitted: u32,
        inheritable: u32,
    }
    /// `_LINUX_CAPABILITY_VERSION_3`: two halves.
    const VERSION_3: u32 = 0x2008_0522;
    let mut header = Header { version: VERSION_3, pid: 0 };
    let mut halves = [Half::default(); 2];
    // SAFETY: the kernel reads and writes `header`, and writes the two halves that this version has.
    let answer = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, halves.as_mut_ptr()) };
    let [low, high] = halves;
    (answer == 0).then_some(u64::from(high.permitted) << 32 | u64::from(low.permitted))
}

fn is_ambient(capability: u32) -> bool {
    let (none, capability) = (0 as c_ulong, c_ulong::from(capability));
    // SAFETY: touches no memory (prctl(2), PR_CAP_AMBIENT_IS_SET); a kernel before 4.3 refuses it.
    let answer = unsafe {
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_IS_SET, capability, none, none)
    };
    answer == 1
}

/// No core dump of this process from now on. A dump that is piped to a program, as by systemd-coredump, heeds no limit on its
/// size (core(5)), but this.
pub(crate) fn prevent_core_dump() -> io::Result<()> {
    // SAFETY: touches no memory.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Where the struct is the kernel's own, the kernel is asked itself. To be told by the page that it shares with each process
/// (vdso(7)) costs a program that asks once or twice three page faults, and these cost more than the calls.
///
/// # Safety
/// As clock_gettime(2).
pub(crate) unsafe fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> c_int {
    // SAFETY: the caller's promise.
    let is_told = size_of::<libc::c_long>() == 8
        && unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) } == 0;
    // A sandbox may forbid the call.
    // SAFETY: the caller's promise.
    if is_told { 0 } else { unsafe { libc::clock_gettime(clock, time) } }
}

/// Lets this process be killed when its parent ends. Returns whether that is so; the parent may have ended before.
pub(crate) fn die_with_parent() -> bool {
    // SAFETY: touches no memory (prctl(2), PR_SET_PDEATHSIG).
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as c_ulong, 0, 0, 0) == 0 }
}

/// Closes every descriptor but these, which are in ascending order.
pub(crate) fn close_all_but(kept: &[RawFd]) {
    // Linux 5.9.
    let close = |first: RawFd, last: u32| {
        // SAFETY: nobody uses these descriptors: this process has been made for one thing, which needs `kept` only.
        let answer = unsafe {
            libc::syscall(libc::SYS_close_range, first as c_ulong, c_ulong::from(last), 0)
        };
        answer == 0
    };
    let mut first = 0;
    for fd in kept {
        if *fd > first && !close(first, fd.unsigned_abs() - 1) {
            return posix::close_all_but(kept);
        }
        first = fd + 1;
    }
    if !close(first, u32::MAX) {
        posix::close_all_but(kept);
    }
}

/// Shows `name` (15 bytes at most) and `title` as what this process is, in ps(1) and the like.
pub(crate) fn show_as(name: &CStr, title: &[u8]) {
    // SAFETY: a string that ends with NUL (prctl(2), PR_SET_NAME).
    unsafe { libc::prctl(libc::PR_SET_NAME, name.as_ptr(), 0, 0, 0) };
    let mut buffer = [0; LONGEST];
    let line = proc_stat::line("self", &mut buffer).unwrap_or_default();
    // arg_start, arg_end, env_start, env_end.
    let places = [48, 49, 50, 51].map(|field| proc_stat::number(line, field));
    let [Some(start), Some(end), Some(next), Some(last)] = places else {
        return;
    };
    if start == 0 || end <= start || next != end || last < next {
        return;
    }
    let room = last - start - 1;
    let title = &title[..title.len().min(room)];
    let at = ptr::with_exposed_provenance_mut::<u8>(start);
    // SAFETY: the kernel has put arguments and environment there, on this process's own stack, where they can be written
    // to; this process reads neither any more. Where the title goes beyond the arguments, their last byte is not NUL, and
    // the kernel reads on to the first NUL (fs/proc/base.c, `get_mm_proctitle`).
    unsafe { at.write_bytes(0, (end - start).max(title.len() + 1)) };
    // SAFETY: as above.
    unsafe { at.copy_from_nonoverlapping(title.as_ptr(), title.len()) };
}

/// Whether a process is stopped, or has been by who traces it; `None` where the system does not tell.
pub(crate) fn is_stopped(pid: libc::pid_t) -> Option<bool> {
    let mut buffer = [0; LONGEST];
    Some(matches!(proc_stat::field(proc_stat::line(pid, &mut buffer)?, 3)?, "T" | "t"))
}

/// Signals that not every system has, and other names.
pub(crate) const OTHER_SIGNALS: &[(c_int, &str)] = &[
    (libc::SIGCHLD, "CLD"),
    (libc::SIGIO, "POLL"),
    (libc::SIGSTKFLT, "STKFLT"),
    (libc::SIGPWR, "PWR"),
];

/// From 34 to 64, as kill(1) and the GNU C library have them, also for a program of musl, which keeps one more to itself: the
/// job is most often one of the system's own.
pub(crate) fn real_time() -> Option<RangeInclusive<c_int>> {
    Some(34..=64)
}
