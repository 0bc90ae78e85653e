//! Who runs this.

use crate::os;

/// The effective user id.
#[must_use]
pub fn effective_user() -> u32 {
    // SAFETY: cannot fail and touches no memory (POSIX.1, geteuid).
    unsafe { libc::geteuid() }
}

/// Rights of this process that its caller lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elevation {
    /// The real and the effective ids differ, of the user, the group, or both.
    Ids {
        /// The real and the effective user id, if they differ.
        user: Option<(u32, u32)>,
        /// The real and the effective group id, if they differ.
        group: Option<(u32, u32)>,
    },
    /// The program's file has given it capabilities (Linux, capabilities(7)).
    Capabilities,
}

/// The rights that this program has and its caller lacks, if there are any.
#[must_use]
pub fn elevation() -> Option<Elevation> {
    if !os::may_be_elevated() {
        return None;
    }
    by_ids().or_else(|| os::has_gained_capabilities().then_some(Elevation::Capabilities))
}

/// By the ids. The saved ones need no look: exec sets them to the effective ones (POSIX.1, exec).
fn by_ids() -> Option<Elevation> {
    // SAFETY: cannot fail and touches no memory (POSIX.1, getuid).
    let real_user = unsafe { libc::getuid() };
    // SAFETY: cannot fail and touches no memory (POSIX.1, getgid).
    let real_group = unsafe { libc::getgid() };
    // SAFETY: cannot fail and touches no memory (POSIX.1, getegid).
    let effective_group = unsafe { libc::getegid() };
    let pair = |real, effective| (real != effective).then_some((real, effective));
    let user = pair(real_user, effective_user());
    let group = pair(real_group, effective_group);
    (user.is_some() || group.is_some()).then_some(Elevation::Ids { user, group })
}
