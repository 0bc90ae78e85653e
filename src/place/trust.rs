//! Facts about a directory, a link or a lock file, and the verdict: pure functions over tables.
//!
//! *Trusted* is what root or the effective user owns: both can do anything to the caller anyway. A place is safe when
//! nobody else can put another file where the lock file is, or take it away. Nothing here asks the system.

use withlock_platform::evidence::{Acl, Facts, FileAcl, Grantee, Kind};

use crate::holder::form::Form;

pub use super::reason::Reason;

/// Whom the caller trusts: root and the effective user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// The effective user id.
    pub user: u32,
}

impl Trusted {
    /// Whether this user id is trusted.
    #[must_use]
    pub fn contains(self, user: u32) -> bool {
        user == 0 || user == self.user
    }
}

/// What part a directory plays for the lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It leads to a directory; the owner of that one.
    ToDirectory {
        /// The owner of the directory that comes next.
        owner: u32,
    },
    /// It leads to something else, such as a link.
    ToOther,
    /// The lock file itself lies in it.
    Own,
}

/// What to do about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong.
    Accept,
    /// Use it, but say so.
    Warn(Reason),
    /// Do not use it.
    Refuse(Reason),
}

/// What one line of the table says, for one role.
#[derive(Clone, Copy)]
enum Rule {
    Refuse,
    /// The lines below decide.
    Nothing,
    /// Fine as long as the next component is a directory of somebody trusted, which a sticky bit protects from renaming
    /// and removal by others; the lines below still count.
    FineToTrustedDirectory,
    /// Root has more to lose, and can look.
    RefuseRoot,
    Warn,
}

/// One line: a fact, and what follows on the way to the lock file's directory, and for that directory itself.
struct Line {
    fact: fn(&Facts, &Acl, Trusted) -> Option<Reason>,
    on_the_way: Rule,
    own: Rule,
}

/// The first line whose fact holds, and whose rule says anything, decides. None: accept.
const DIRECTORY: [Line; 8] = [
    Line { fact: owned_by_stranger, on_the_way: Rule::Refuse, own: Rule::Refuse },
    Line { fact: list_grants, on_the_way: Rule::Refuse, own: Rule::Refuse },
    Line { fact: list_hands_down, on_the_way: Rule::Nothing, own: Rule::Refuse },
    Line { fact: sticky_writable, on_the_way: Rule::FineToTrustedDirectory, own: Rule::Refuse },
    Line { fact: writable, on_the_way: Rule::Refuse, own: Rule::Refuse },
    Line { fact: list_unreadable, on_the_way: Rule::RefuseRoot, own: Rule::RefuseRoot },
    Line { fact: list_remote, on_the_way: Rule::Warn, own: Rule::Warn },
    Line { fact: list_served, on_the_way: Rule::Warn, own: Rule::Warn },
];

const STICKY: u32 = 0o1000;
const WRITABLE_BY_OTHERS: u32 = 0o022;

fn owned_by_stranger(facts: &Facts, _: &Acl, trusted: Trusted) -> Option<Reason> {
    (!trusted.contains(facts.owner)).then_some(Reason::OwnedByStranger(facts.owner))
}

fn list_grants(_: &Facts, acl: &Acl, trusted: Trusted) -> Option<Reason> {
    let Acl::Grants { here, .. } = acl else {
        return None;
    };
    first_stranger(here, trusted).map(Reason::ListGrants)
}

fn list_hands_down(_: &Facts, acl: &Acl, trusted: Trusted) -> Option<Reason> {
    let Acl::Grants { to_new_files, .. } = acl else {
        return None;
    };
    first_stranger(to_new_files, trusted).map(Reason::ListHandsDown)
}

fn first_stranger(grantees: &[Grantee], trusted: Trusted) -> Option<Grantee> {
    let is_trusted =
        |grantee: &Grantee| matches!(grantee, Grantee::User(user) if trusted.contains(*user));
    grantees.iter().find(|grantee| !is_trusted(grantee)).copied()
}

fn sticky_writable(facts: &Facts, _: &Acl, _: Trusted) -> Option<Reason> {
    (facts.mode & WRITABLE_BY_OTHERS != 0 && facts.mode & STICKY != 0)
        .then_some(Reason::StickyWritable(facts.mode))
}

fn writable(facts: &Facts, _: &Acl, _: Trusted) -> Option<Reason> {
    (facts.mode & WRITABLE_BY_OTHERS != 0 && facts.mode & STICKY == 0)
        .then_some(Reason::Writable(facts.mode))
}

fn list_unreadable(_: &Facts, acl: &Acl, _: Trusted) -> Option<Reason> {
    if let Acl::Unreadable(errno) = acl { Some(Reason::ListUnreadable(*errno)) } else { None }
}

fn list_remote(_: &Facts, acl: &Acl, _: Trusted) -> Option<Reason> {
    (*acl == Acl::Remote).then_some(Reason::ListRemote)
}

fn list_served(_: &Facts, acl: &Acl, _: Trusted) -> Option<Reason> {
    (*acl == Acl::Served).then_some(Reason::ListServed)
}

/// Judges a directory by the table.
#[must_use]
pub fn judge_directory(facts: &Facts, acl: &Acl, role: Role, trusted: Trusted) -> Verdict {
    for line in &DIRECTORY {
        let Some(reason) = (line.fact)(facts, acl, trusted) else {
            continue;
        };
        match if role == Role::Own { line.own } else { line.on_the_way } {
            Rule::Refuse => return Verdict::Refuse(reason),
            Rule::Nothing => {}
            Rule::Warn => return Verdict::Warn(reason),
            Rule::RefuseRoot if trusted.user == 0 => return Verdict::Refuse(reason),
            Rule::RefuseRoot => return Verdict::Warn(reason),
            Rule::FineToTrustedDirectory => match role {
                Role::ToDirectory { owner } if trusted.contains(owner) => {}
                _ => return Verdict::Refuse(reason),
            },
        }
    }
    Verdict::Accept
}

/// Judges a directory as far as it can be done at sight: the verdict whatever part it plays, or `None` if that decides. What
/// is refused for any part is refused with the reason for the easiest one, to lead to a directory of the user's own.
#[must_use]
pub fn judge_at_sight(facts: &Facts, acl: &Acl, trusted: Trusted) -> Option<Verdict> {
    let judge = |role| judge_directory(facts, acl, role, trusted);
    let at_best = judge(Role::ToDirectory { owner: trusted.user });
    let is_certain = matches!(at_best, Verdict::Refuse(_))
        || [Role::ToOther, Role::Own].into_iter().all(|role| judge(role) == at_best);
    is_certain.then_some(at_best)
}

/// Judges the access control list of a lock file that was there before, by the directory's rules. That somebody may write to
/// it is no reason to refuse it: it is somebody else's then, see [`others_write`].
#[must_use]
pub fn judge_file_list(list: &FileAcl, trusted: Trusted) -> Verdict {
    match list {
        FileAcl::InMode => Verdict::Accept,
        FileAcl::Grants { takers, .. } => first_stranger(takers, trusted)
            .map_or(Verdict::Accept, |taker| Verdict::Refuse(Reason::ListGrants(taker))),
        FileAcl::Unreadable(errno) if trusted.user == 0 => {
            Verdict::Refuse(Reason::ListUnreadable(*errno))
        }
        FileAcl::Unreadable(errno) => Verdict::Warn(Reason::ListUnreadable(*errno)),
    }
}

/// Whether the list of a file lets somebody who is not trusted write to it, or may do so: what stands in it proves nothing.
#[must_use]
pub fn others_write(list: &FileAcl, trusted: Trusted) -> bool {
    match list {
        FileAcl::InMode => false,
        FileAcl::Grants { writers, .. } => first_stranger(writers, trusted).is_some(),
        FileAcl::Unreadable(_) => true,
    }
}

/// Judges a symbolic link: its own facts, and those of the directory that it lies in.
#[must_use]
pub fn judge_link(link: &Facts, directory: &Facts, trusted: Trusted) -> Verdict {
    if !trusted.contains(link.owner) {
        return Verdict::Refuse(Reason::LinkOwnedByStranger(link.owner));
    }
    if directory.mode & WRITABLE_BY_OTHERS != 0 && directory.mode & STICKY != 0 {
        return Verdict::Refuse(Reason::LinkInStickyDirectory);
    }
    Verdict::Accept
}

/// What may be done with a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is withlock's own: lock it, write the record, remove it at the end.
    Own,
    /// It is somebody else's: lock it, and leave it exactly as it is.
    Foreign,
    /// It has no name any more: open anew.
    Stale,
    /// Not to be touched at all: not a regular file.
    Refuse(Kind),
    /// Not to be touched at all: its mode makes locks mandatory on this system.
    RefuseMandatory,
}

/// What else is known about a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// This run created it, and has not held its lock before.
    pub created: bool,
    /// What stands in it now.
    pub form: Form,
    /// The system locks mandatorily by mode.
    pub mandatory_by_mode: bool,
}

/// The mode of a lock file that withlock has created and not written to yet. It comes with the file in one step, so that one
/// whose creator was killed in between is known for what it is: an empty file that may be executed is nobody else's.
pub const MODE_BEGUN: u32 = 0o700;

/// Its mode once the signature stands in it.
pub const MODE_SIGNED: u32 = 0o600;

/// Judges an open lock file.
///
/// Own is a file that holds what withlock writes, and nothing else, or that was begun; that the effective user owns, and
/// nobody else may write to, or the content would mean nothing; and that has one name. A file with more names, or of another
/// user (also of root), is theirs.
#[must_use]
pub fn judge_file(facts: &Facts, origin: Origin, trusted: Trusted) -> Use {
    const SETGID_WITHOUT_EXECUTE: u32 = 0o2000;
    if facts.kind != Kind::Regular {
        Use::Refuse(facts.kind)
    } else if origin.mandatory_by_mode && facts.mode & 0o2010 == SETGID_WITHOUT_EXECUTE {
        Use::RefuseMandatory
    } else if facts.links == 0 {
        Use::Stale
    } else if facts.links == 1 && facts.owner == trusted.user && is_evident(facts, origin) {
        Use::Own
    } else {
        Use::Foreign
    }
}

/// Whether mode and content say that withlock has made the file.
///
/// Where a file system keeps no modes, as FAT does not, a file that was begun has another one. Who has created it knows it
/// all the same, as long as it is empty and nobody has signed it: a file that was signed, and that a job has emptied since,
/// has [`MODE_SIGNED`] where modes are kept.
fn is_evident(facts: &Facts, origin: Origin) -> bool {
    match origin.form {
        Form::Signed => facts.mode & WRITABLE_BY_OTHERS == 0,
        Form::Begun => {
            facts.mode == MODE_BEGUN
                || origin.created && facts.size == 0 && facts.mode != MODE_SIGNED
        }
        Form::Other => false,
    }
}
