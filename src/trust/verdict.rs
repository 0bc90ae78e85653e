//! Facts about a directory, a link or the list of a lock file, and the verdict: pure functions over tables.
//!
//! *Trusted* is what root or the effective user owns: both can do anything to the caller anyway. A place is safe when
//! nobody else can put another file where the lock file is, or take it away. Nothing here asks the system.

use withlock_platform::evidence::{Acl, Facts, FileAcl, Grantee};

use crate::trust::reason::Reason;

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
#[derive(Clone, Copy, PartialEq, Eq)]
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
/// The permission bits that let others write.
pub(crate) const WRITABLE_BY_OTHERS: u32 = 0o022;

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
///
/// ```
/// use std::fs::File;
/// use withlock::trust::{Role, Trusted, Verdict, judge_directory};
/// use withlock_platform::evidence::{Acl, Facts};
///
/// # fn main() -> std::io::Result<()> {
/// let sticky = Facts { mode: 0o1777, owner: 0, ..Facts::of(&File::open("/")?)? };
/// let judge = |role| judge_directory(&sticky, &Acl::InMode, role, Trusted { user: 1000 });
/// // Fine to go on to a directory of the user's own, and not for the lock file itself.
/// assert_eq!(judge(Role::ToDirectory { owner: 1000 }), Verdict::Accept);
/// assert!(matches!(judge(Role::Own), Verdict::Refuse(_)));
/// # Ok(())
/// # }
/// ```
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

/// Judges a directory on arrival, before anything is looked up in it: by the lines that refuse it whatever part it plays.
/// The other lines follow after the look ([`judge_directory`]).
#[must_use]
pub fn judge_on_arrival(facts: &Facts, acl: &Acl, trusted: Trusted) -> Verdict {
    let refuses = |line: &&Line| (line.on_the_way, line.own) == (Rule::Refuse, Rule::Refuse);
    let mut reasons = DIRECTORY.iter().filter(refuses).map(|line| (line.fact)(facts, acl, trusted));
    reasons.find_map(|reason| reason).map_or(Verdict::Accept, Verdict::Refuse)
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
