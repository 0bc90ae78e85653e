//! What concrete people get at, which knows no table, and why withlock may be stricter than that.

use withlock::trust::Reason;
use withlock_platform::evidence::{Acl, Facts, Grantee};

use crate::support::strangers::{Entry, MINE, Person, Place, ROOT, STICKY, is_stranger, strangers};

/// Why a place is refused that nobody could misuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strictness {
    /// Writing to a directory takes the right to search it as well, but a mode that others may write by is not weighed.
    WriteWithoutSearch,
    /// Who is in a group is not asked, and here it is nobody outside.
    GroupOfOnlyMe,
    /// The same for a group in a list.
    ListedGroupOfOnlyMe,
    /// A sticky directory that others write to leads to a directory of somebody who, as it happens, is none of them.
    OtherStrangerBelowSticky,
    /// Nobody can change where a link leads, but a stranger made it, and so has chosen.
    LinkMadeByStranger,
    /// The list can't be read, and root does not guess.
    RootDoesNotGuess,
}

/// What nobody, or somebody, outside can do; or nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Safe,
    Redirected,
    Unknown,
}

pub(super) fn fate(place: &Place<'_>, entry: Entry, user: u32) -> Fate {
    if strangers(user).any(|person| person.can_redirect(place, entry)) {
        Fate::Redirected
    } else if matches!(place.list, Acl::Unreadable(_) | Acl::Remote | Acl::Served) {
        Fate::Unknown
    } else {
        Fate::Safe
    }
}

/// Why a directory that nobody can misuse, or nobody knows of, is refused all the same. `None` is no good reason.
pub(super) fn strictness(place: &Place<'_>, entry: Entry, user: u32) -> Option<Strictness> {
    let facts = &place.facts;
    let writes = |person: &&Person| person.rights(facts) & 0o2 != 0;
    let is_listed =
        |group| matches!(place.list, Acl::Grants { here: list, .. } if list.contains(&group));
    let is_theirs = matches!(entry, Entry::Directory(owner) if is_stranger(owner, user));
    if is_listed(Grantee::Group(MINE)) {
        Some(Strictness::ListedGroupOfOnlyMe)
    } else if strangers(user).filter(writes).any(|person| person.rights(facts) & 0o1 == 0) {
        Some(Strictness::WriteWithoutSearch)
    } else if facts.mode & STICKY != 0 && is_theirs && strangers(user).any(|one| writes(&one)) {
        Some(Strictness::OtherStrangerBelowSticky)
    } else if facts.mode & 0o020 != 0 && !strangers(user).any(|one| writes(&one)) {
        Some(Strictness::GroupOfOnlyMe)
    } else {
        let is_unreadable = matches!(place.list, Acl::Unreadable(_));
        (is_unreadable && user == ROOT.user).then_some(Strictness::RootDoesNotGuess)
    }
}

/// Whether what is told about a directory is so.
pub(super) fn is_true(reason: Reason, place: &Place<'_>, user: u32) -> bool {
    let Facts { mode, owner, .. } = place.facts;
    let sticky = mode & STICKY != 0;
    match reason {
        Reason::OwnedByStranger(told) => told == owner && is_stranger(owner, user),
        Reason::ListGrants(grantee) => {
            let trusted = [ROOT.user, user].map(Grantee::User);
            matches!(place.list, Acl::Grants { here: list, .. } if list.contains(&grantee))
                && !trusted.contains(&grantee)
        }
        Reason::StickyWritable(told) => told == mode && mode & 0o022 != 0 && sticky,
        Reason::Writable(told) => told == mode && mode & 0o022 != 0 && !sticky,
        Reason::ListUnreadable(errno) => *place.list == Acl::Unreadable(errno),
        Reason::ListRemote => *place.list == Acl::Remote,
        Reason::ListServed => *place.list == Acl::Served,
        Reason::ListHandsDown(grantee) => {
            matches!(place.list, Acl::Grants { to_new_files, .. } if to_new_files.contains(&grantee))
        }
        Reason::LinkOwnedByStranger(_) | Reason::LinkInStickyDirectory => false,
    }
}
