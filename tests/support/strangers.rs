//! Concrete people, for tests that ask what somebody could do: the oracle of the exhaustive tests of trust.

use withlock_platform::evidence::{Acl, Facts, Grantee};

pub const STICKY: u32 = 0o1000;

/// Somebody with an account here.
pub struct Person {
    pub user: u32,
    pub groups: &'static [u32],
}

pub const ROOT: Person = Person { user: 0, groups: &[WHEEL] };
pub const ME: Person = Person { user: 1000, groups: &[MINE, STAFF] };
pub const COLLEAGUE: Person = Person { user: 1001, groups: &[STAFF, WHEEL] };
pub const VISITOR: Person = Person { user: 1002, groups: &[] };
pub const EVERYBODY: [Person; 4] = [ROOT, ME, COLLEAGUE, VISITOR];

/// A group of administrators, as it is on the BSDs.
pub const WHEEL: u32 = 0;
pub const STAFF: u32 = 100;
/// A group that has nobody in it but me.
pub const MINE: u32 = 1000;

/// A directory, as it is judged.
pub struct Place<'a> {
    pub facts: Facts,
    pub list: &'a Acl,
}

/// What is looked up in it.
#[derive(Clone, Copy)]
pub enum Entry {
    /// A lock file: comes and goes, so that its name is often free.
    LockFile,
    /// A directory of this user's, which is there.
    Directory(u32),
    /// A symbolic link, which is there.
    Link,
}

impl Person {
    /// The rights that a mode gives: the first class that fits decides alone (POSIX.1, XBD 4.7).
    pub fn rights(&self, facts: &Facts) -> u32 {
        let shift = if self.user == facts.owner {
            6
        } else if self.groups.contains(&facts.group) {
            3
        } else {
            0
        };
        facts.mode >> shift & 0o7
    }

    fn is_listed(&self, list: &Acl) -> bool {
        let Acl::Grants { here: grantees, .. } = list else { return false };
        grantees.iter().any(|grantee| match grantee {
            Grantee::User(user) => *user == self.user,
            Grantee::Group(group) => self.groups.contains(group),
            // Whoever that is, it is not one of those whom one trusts by number.
            Grantee::Everyone | Grantee::Unknown => true,
        })
    }

    /// Whether he rules the directory: the sticky bit does not hold him.
    fn rules(&self, place: &Place<'_>) -> bool {
        self.user == place.facts.owner || self.is_listed(place.list)
    }

    /// open(O_CREAT), mkdir, symlink, and link(2) to whatever there is, all need the right to write and to search.
    fn can_add(&self, place: &Place<'_>) -> bool {
        self.rules(place) || self.rights(&place.facts) & 0o3 == 0o3
    }

    /// unlink, rmdir and rename of what belongs to `owner` (POSIX.1, XBD 4.3 and S_ISVTX).
    fn can_take_away(&self, place: &Place<'_>, owner: u32) -> bool {
        let is_held = place.facts.mode & STICKY != 0 && !self.rules(place) && self.user != owner;
        self.can_add(place) && !is_held
    }

    /// Whether he can have the name stand for something else than what was judged.
    pub fn can_redirect(&self, place: &Place<'_>, entry: Entry) -> bool {
        match entry {
            Entry::LockFile => self.can_add(place),
            // A directory has one name, so nobody else can have put it there by link(2).
            Entry::Directory(owner) => self.can_take_away(place, owner),
            // Any link of anybody's may have been put there by link(2), so no owner tells who did.
            Entry::Link => self.can_add(place),
        }
    }
}

/// Whoever is neither root nor this user.
pub fn strangers(user: u32) -> impl Iterator<Item = &'static Person> {
    EVERYBODY.iter().filter(move |person| person.user != 0 && person.user != user)
}

pub fn is_stranger(owner: u32, user: u32) -> bool {
    strangers(user).any(|person| person.user == owner)
}
