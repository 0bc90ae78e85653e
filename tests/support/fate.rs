//! What becomes of a path through a [`Forest`], by what people may do there: the oracle of the attack on walks.
//!
//! It follows a path through the model as path_resolution(7) says, and asks at each name whether anybody but root and the
//! user who runs could have it stand for something else. Up to the first such name, the model is what everybody sees.

use crate::support::forest::{Forest, Node, ROOT, STICKY, Thing};
use crate::support::people::{ALICE, BOB};

/// Somebody in no group of anybody else's.
const NOBODY: u32 = 65_531;
/// As the documentation says.
const LINKS_AT_MOST: u32 = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nobody can redirect it; it ends in this directory.
    Safe {
        directory: usize,
        name: String,
        /// The lock file can be opened there, or made.
        usable: bool,
    },
    /// Somebody outside can redirect it.
    Redirectable,
    /// Nobody can, as it happens, and it is refused all the same.
    Strict(Strictness),
    /// Nobody can redirect it, and it ends at a directory.
    Directory,
    /// It leads nowhere.
    Dead,
}

/// Why a path is refused that nobody can redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strictness {
    /// By its mode others may write to a directory; but the group has none of them in it, or they may not search it, or
    /// what lies there is not theirs to take away. (Who is in a group is not asked; and a link, or a file that is there
    /// now, may not be there later.)
    WritableByMode,
    /// A link that a stranger has made, in a directory that he can't change.
    StrangersLink,
    /// A directory that a stranger can change is left again by `..`.
    LeftAgain,
}

/// A path through a forest, as one user sees it.
pub struct Traveller<'a> {
    forest: &'a Forest,
    user: u32,
    here: usize,
    links: u32,
}

/// Users have one group, of the same number.
fn rights(person: u32, node: &Node) -> u32 {
    if person == ROOT {
        0o7
    } else if person == node.owner {
        node.mode >> 6 & 0o7
    } else if person == node.group {
        node.mode >> 3 & 0o7
    } else {
        node.mode & 0o7
    }
}

impl<'a> Traveller<'a> {
    /// `start` is the working directory.
    pub fn fate(forest: &'a Forest, user: u32, start: usize, path: &str) -> Fate {
        let mut traveller = Self { forest, user, here: start, links: 0 };
        let climbed = if path.starts_with('/') { Ok(()) } else { traveller.climb() };
        climbed.and_then(|()| traveller.go(path, true)).err().unwrap_or(Fate::Dead)
    }

    fn strangers(&self) -> impl Iterator<Item = u32> + use<> {
        let user = self.user;
        [ALICE, BOB, NOBODY].into_iter().filter(move |person| *person != user)
    }

    fn is_stranger(&self, person: u32) -> bool {
        person != ROOT && person != self.user
    }

    /// Whoever can change a directory above a working directory can move that away.
    fn climb(&self) -> Result<(), Fate> {
        let mut below = self.here;
        while below != 0 {
            self.search(below)?;
            let above = self.forest.node(below).parent;
            self.rely_on(above, Some(self.forest.node(below)))?;
            below = above;
        }
        Ok(())
    }

    fn search(&self, directory: usize) -> Result<(), Fate> {
        let may = rights(self.user, self.forest.node(directory)) & 0o1 != 0;
        if may { Ok(()) } else { Err(Fate::Dead) }
    }

    /// Fails unless this entry of a directory, or its absence, is in nobody else's hands.
    fn rely_on(&self, directory: usize, entry: Option<&Node>) -> Result<(), Fate> {
        let directory = self.forest.node(directory);
        if self.strangers().any(|person| can_alter(person, directory, entry)) {
            return Err(Fate::Redirectable);
        }
        let leads_on = entry.is_some_and(|entry| {
            matches!(entry.thing, Thing::Directory(_)) && !self.is_stranger(entry.owner)
        });
        if directory.mode & 0o022 != 0 && !(directory.mode & STICKY != 0 && leads_on) {
            return Err(Fate::Strict(Strictness::WritableByMode));
        }
        match entry {
            Some(Node { thing: Thing::Link(_), owner, .. }) if self.is_stranger(*owner) => {
                Err(Fate::Strict(Strictness::StrangersLink))
            }
            _ => Ok(()),
        }
    }

    /// Goes along a path; what follows it, if it is not the end, begins where this ends.
    fn go(&mut self, path: &str, is_end: bool) -> Result<(), Fate> {
        if path.starts_with('/') {
            self.here = 0;
        }
        let mut components = path.split('/').peekable();
        while let Some(name) = components.next() {
            let is_last = is_end && components.peek().is_none();
            match name {
                ".." => self.leave()?,
                "" | "." => {}
                name => self.enter(name, is_last)?,
            }
        }
        // No name at the end but that of the directory itself, which is there or the way would have ended before.
        if is_end { Err(Fate::Directory) } else { Ok(()) }
    }

    fn leave(&mut self) -> Result<(), Fate> {
        self.search(self.here)?;
        let node = self.forest.node(self.here);
        let is_loose = node.mode & 0o022 != 0 && node.mode & STICKY == 0;
        if self.is_stranger(node.owner) || is_loose {
            return Err(Fate::Strict(Strictness::LeftAgain));
        }
        self.here = node.parent;
        Ok(())
    }

    fn enter(&mut self, name: &str, is_last: bool) -> Result<(), Fate> {
        self.search(self.here)?;
        let number = self.forest.entry(self.here, name);
        let entry = number.map(|number| self.forest.node(number));
        self.rely_on(self.here, entry)?;
        match (entry.map(|entry| &entry.thing), number) {
            (Some(Thing::Directory(_)), _) if is_last => Err(Fate::Directory),
            (Some(Thing::Directory(_)), Some(number)) => {
                self.here = number;
                Ok(())
            }
            (Some(Thing::Link(target)), _) => {
                self.links += 1;
                if self.links > LINKS_AT_MOST {
                    return Err(Fate::Dead);
                }
                self.go(target, is_last)
            }
            (Some(Thing::File) | None, _) if is_last => {
                let usable = rights(self.user, entry.unwrap_or(self.forest.node(self.here))) & 0o2;
                let (directory, name) = (self.here, name.into());
                Err(Fate::Safe { directory, name, usable: usable != 0 })
            }
            _ => Err(Fate::Dead),
        }
    }
}

/// Whether somebody can have a name in a directory stand for something else.
fn can_alter(person: u32, directory: &Node, entry: Option<&Node>) -> bool {
    let rules = person == directory.owner;
    let writes = rules || rights(person, directory) & 0o3 == 0o3;
    let is_held = directory.mode & STICKY != 0 && !rules;
    writes && !(is_held && entry.is_some_and(|entry| entry.owner != person))
}
