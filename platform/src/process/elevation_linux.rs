//! Linux: at exec, the kernel notes in the auxiliary vector (getauxval(3), `AT_SECURE`) that a program may have rights
//! which its caller lacks. It does so for set-user-ID and set-group-ID and for file capabilities, but also where a
//! security module says so, as SELinux and AppArmor do for a mere change of domain. Without it, nothing needs to be asked.

use super::credentials::{self, Elevation};

pub(super) fn of_this_process() -> Option<Elevation> {
    // SAFETY: touches no memory; an entry that is missing is answered with 0.
    if unsafe { libc::getauxval(libc::AT_SECURE) } == 0 {
        return None;
    }
    credentials::by_ids().or_else(|| has_gained_capabilities().then_some(Elevation::Capabilities))
}

/// Whether the file has given capabilities. Exec leaves a user other than root his ambient ones, and nothing more: what
/// is permitted beyond them comes from the file (capabilities(7), "Transformation of capabilities during execve()"; in
/// the kernel `cap_bprm_creds_from_file`). Root has all of them without a file's help.
fn has_gained_capabilities() -> bool {
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
        pid: libc::c_int,
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
    let (none, capability) = (0 as libc::c_ulong, libc::c_ulong::from(capability));
    // SAFETY: touches no memory (prctl(2), PR_CAP_AMBIENT_IS_SET); a kernel before 4.3 refuses it.
    let answer = unsafe {
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_IS_SET, capability, none, none)
    };
    answer == 1
}
