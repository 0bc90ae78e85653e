//! What an entry of an access control list says, whatever system it comes from, and whom a list as a whole lets do what.
//!
//! Only entries that allow count: what another one denies is not taken off, so that a list may look more generous than it is.

use super::facts::Facts;
use super::grants::{Acl, Grantee};

/// Rights, as bits.
pub(super) type Rights = u8;

/// To add files or directories to a directory; to change what stands in a file: what a mode's `w` shows.
pub(super) const WRITE: Rights = 1;
/// To remove whatever lies in a directory.
pub(super) const DELETE_CHILD: Rights = 1 << 1;
/// To remove or rename the thing itself, be its directory closed or not (RFC 7530, 6.2.1.3.2).
pub(super) const DELETE: Rights = 1 << 2;
/// To change the list or the owner, and so to get any other right.
pub(super) const CHANGE_RIGHTS: Rights = 1 << 3;

/// Whom an entry speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "no system knows all of them")]
pub(super) enum Who {
    /// The owner, who is judged as such.
    Owner,
    /// The owning group.
    OwningGroup,
    /// Everyone.
    Everyone,
    /// Somebody whom no bit of the mode is about.
    Other(Grantee),
}

/// An entry that allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) who: Who,
    pub(super) rights: Rights,
    /// It is about the thing itself, and not only a pattern.
    pub(super) applies: bool,
    /// A new file in the directory gets it.
    pub(super) inherited_by_files: bool,
}

impl Entry {
    /// Whom it gives one of these rights over the thing itself, beyond what a mode says (`shown`: the rights that a `w` is
    /// made of). The owner is not reported.
    fn grantee(&self, wanted: Rights, facts: &Facts, shown: Rights) -> Option<Grantee> {
        let (grantee, write_bit) = match self.who {
            Who::Owner => return None,
            Who::OwningGroup => (Grantee::Group(facts.group), 0o020),
            Who::Everyone => (Grantee::Everyone, 0o002),
            Who::Other(grantee) => (grantee, 0),
        };
        let shown = if facts.mode & write_bit != 0 { shown } else { 0 };
        (self.rights & wanted & !shown != 0).then_some(grantee)
    }
}

/// What the list of a directory adds to its mode.
pub(super) fn of_directory(entries: &[Entry], facts: &Facts, shown: Rights) -> Acl {
    const ANY: Rights = WRITE | DELETE_CHILD | DELETE | CHANGE_RIGHTS;
    let here = entries.iter().filter(|entry| entry.applies);
    let here: Vec<_> = here.filter_map(|entry| entry.grantee(ANY, facts, shown)).collect();
    // A new file belongs to the caller, and has a mode of its own, by which nobody else can write to it: of the owning group
    // and of everyone that is the last word where the mode shows anything of a list (acl_nfs4_compute_inherited_acl of
    // FreeBSD, zfs_acl_inherit of ZFS).
    let in_mode = |entry: &Entry| matches!(entry.who, Who::OwningGroup | Who::Everyone);
    let handed_down = |entry: &Entry| {
        let written = if in_mode(entry) { WRITE & !shown } else { WRITE };
        let wanted = DELETE | CHANGE_RIGHTS | written;
        entry.grantee(wanted, facts, 0)
    };
    let down = entries.iter().filter(|entry| entry.inherited_by_files);
    let to_new_files: Vec<_> = down.filter_map(handed_down).collect();
    if here.is_empty() && to_new_files.is_empty() {
        return Acl::InMode;
    }
    Acl::Grants { here, to_new_files }
}

/// Whom the list of a file lets take it away, or give himself the right to.
pub(super) fn takers(entries: &[Entry], facts: &Facts) -> Vec<Grantee> {
    grantees(entries, DELETE | CHANGE_RIGHTS, facts, 0)
}

/// Whom the list of a file lets change what stands in it, beyond what its mode says.
pub(super) fn writers(entries: &[Entry], facts: &Facts, shown: Rights) -> Vec<Grantee> {
    grantees(entries, WRITE, facts, shown)
}

fn grantees(entries: &[Entry], wanted: Rights, facts: &Facts, shown: Rights) -> Vec<Grantee> {
    let entries = entries.iter().filter(|entry| entry.applies);
    entries.filter_map(|entry| entry.grantee(wanted, facts, shown)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Identity, Kind};

    const GROUP: u32 = 7;
    const BOB: Who = Who::Other(Grantee::User(8));

    fn facts(mode: u32) -> Facts {
        let identity = Identity { device: 1, inode: 2 };
        Facts { identity, kind: Kind::Directory, mode, owner: 0, group: GROUP, links: 1, size: 0 }
    }

    fn here(who: Who, rights: Rights) -> Entry {
        Entry { who, rights, applies: true, inherited_by_files: false }
    }

    fn pattern(who: Who, rights: Rights) -> Entry {
        Entry { who, rights, applies: false, inherited_by_files: true }
    }

    /// Whom the list of a directory lets do something, to itself and to new files.
    fn told(entries: &[Entry], mode: u32) -> (Vec<Grantee>, Vec<Grantee>) {
        match of_directory(entries, &facts(mode), WRITE) {
            Acl::InMode => (Vec::new(), Vec::new()),
            Acl::Grants { here, to_new_files } => (here, to_new_files),
            other => panic!("{other:?}"),
        }
    }

    const EACH: [Rights; 4] = [WRITE, DELETE_CHILD, DELETE, CHANGE_RIGHTS];

    #[test]
    fn whoever_is_let_change_a_directory_is_told_but_for_its_owner_and_what_the_mode_says() {
        for rights in EACH {
            assert_eq!(told(&[here(BOB, rights)], 0o777).0, [Grantee::User(8)], "{rights}");
            assert_eq!(told(&[here(Who::Owner, rights)], 0o755).0, [], "{rights}");
            for (who, bit, grantee) in [
                (Who::OwningGroup, 0o020, Grantee::Group(GROUP)),
                (Who::Everyone, 0o002, Grantee::Everyone),
            ] {
                assert_eq!(told(&[here(who, rights)], 0o755).0, [grantee]);
                let is_shown = rights == WRITE;
                assert_eq!(told(&[here(who, rights)], 0o755 | bit).0.is_empty(), is_shown);
            }
        }
        assert_eq!(told(&[here(BOB, 0)], 0o755), (vec![], vec![]));
    }

    #[test]
    fn whoever_would_get_a_right_over_a_new_file_is_told_before_there_is_one() {
        for rights in EACH {
            let is_over_files = rights != DELETE_CHILD;
            let (here, down) = told(&[pattern(BOB, rights)], 0o755);
            assert_eq!((here, down.len()), (vec![], usize::from(is_over_files)), "{rights}");
            for who in [Who::OwningGroup, Who::Everyone] {
                let is_told = matches!(rights, DELETE | CHANGE_RIGHTS);
                assert_eq!(told(&[pattern(who, rights)], 0o777).1.len(), usize::from(is_told));
            }
            assert_eq!(told(&[pattern(Who::Owner, rights)], 0o755), (vec![], vec![]));
            // One that applies and is handed down is both.
            let both = Entry { applies: true, ..pattern(BOB, rights) };
            assert_eq!(told(&[both], 0o755).0, [Grantee::User(8)]);
        }
    }

    #[test]
    fn where_the_mode_shows_nothing_of_a_list_it_takes_nothing_off() {
        for who in [Who::OwningGroup, Who::Everyone] {
            let list = Entry { applies: true, ..pattern(who, WRITE) };
            let Acl::Grants { here, to_new_files } = of_directory(&[list], &facts(0o777), 0) else {
                panic!("{who:?}")
            };
            assert_eq!((here.len(), to_new_files.len()), (1, 1));
            assert_eq!(writers(&[list], &facts(0o666), 0).len(), 1);
        }
    }

    #[test]
    fn whoever_is_let_take_a_file_away_or_write_to_it_is_told_apart() {
        for (rights, takes, writes) in [
            (WRITE, false, true),
            (DELETE, true, false),
            (CHANGE_RIGHTS, true, false),
            (DELETE_CHILD, false, false),
        ] {
            let list = [here(BOB, rights)];
            assert_eq!(takers(&list, &facts(0o600)).len(), usize::from(takes), "{rights}");
            assert_eq!(writers(&list, &facts(0o600), WRITE).len(), usize::from(writes), "{rights}");
            let list = [pattern(BOB, rights), here(Who::Owner, rights)];
            assert_eq!(takers(&list, &facts(0o600)), []);
            assert_eq!(writers(&list, &facts(0o600), WRITE), []);
            // What the mode says of everyone is no news; that he may take it away is none of a mode's.
            let list = [here(Who::Everyone, rights)];
            assert_eq!(takers(&list, &facts(0o666)).len(), usize::from(takes), "{rights}");
            assert_eq!(writers(&list, &facts(0o666), WRITE), []);
        }
    }
}
