//! Random trees of directories, links and files of several owners: a model, and the same on the file system.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, lchown, symlink};
use std::path::{Path, PathBuf};

use crate::support::people::{ALICE, BOB, chmod};
use crate::support::random::Random;

pub const ROOT: u32 = 0;
pub const STICKY: u32 = 0o1000;

/// What the model knows of one name. Nobody may change what belongs to somebody else, so it stays true of all that the
/// attacker does not own or can't reach.
#[derive(Clone)]
pub struct Node {
    pub parent: usize,
    pub name: String,
    pub owner: u32,
    pub group: u32,
    pub mode: u32,
    pub thing: Thing,
}

#[derive(Clone)]
pub enum Thing {
    Directory(BTreeMap<String, usize>),
    Link(String),
    File,
}

#[derive(Clone)]
pub struct Forest {
    nodes: Vec<Node>,
    /// Of what was made.
    inodes: BTreeMap<usize, u64>,
    /// The directory that all lies in.
    base: usize,
}

/// Names are few, so that a path still leads somewhere when something on it was exchanged.
const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const DEPTH: u32 = 6;
const NODES: usize = 60;

/// Modes that nobody else can write by, and others.
const CALM: [u32; 8] = [0o755, 0o755, 0o755, 0o711, 0o700, 0o750, 0o1755, 0o2755];
const WILD: [u32; 12] =
    [0o775, 0o770, 0o777, 0o1777, 0o1777, 0o1775, 0o1770, 0o2775, 0o3777, 0o733, 0o722, 0o757];

impl Forest {
    /// The way to a directory that is there, as it is.
    pub fn of(base: &Path) -> Self {
        let mut forest = Self { nodes: Vec::new(), inodes: BTreeMap::new(), base: 0 };
        for path in base.ancestors().collect::<Vec<_>>().into_iter().rev() {
            let facts = fs::symlink_metadata(path).unwrap();
            let name = path.file_name().map_or("/", |name| name.to_str().unwrap());
            let (owner, group, mode) = (facts.uid(), facts.gid(), facts.mode() & 0o7777);
            let thing = Thing::Directory(BTreeMap::new());
            let parent = forest.base;
            forest.base = forest.add(Node { parent, name: name.into(), owner, group, mode, thing });
        }
        forest
    }

    pub fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// What stands at a name in a directory.
    pub fn entry(&self, directory: usize, name: &str) -> Option<usize> {
        match &self.nodes[directory].thing {
            Thing::Directory(entries) => entries.get(name).copied(),
            _ => None,
        }
    }

    pub fn path(&self, number: usize) -> PathBuf {
        if number == 0 {
            return "/".into();
        }
        self.path(self.nodes[number].parent).join(&self.nodes[number].name)
    }

    pub fn directories(&self) -> impl Iterator<Item = usize> {
        let is_directory =
            |number: &usize| matches!(self.nodes[*number].thing, Thing::Directory(_));
        (self.base + 1..self.nodes.len()).filter(is_directory)
    }

    /// Which directory it is on the file system.
    pub fn inode(&self, number: usize) -> u64 {
        self.inodes[&number]
    }

    /// Whether this lies above the base.
    pub fn is_outside(&self, number: usize) -> bool {
        number < self.base
    }

    /// A tree in the base, to be made: its root belongs to root, and nobody else can write to it.
    pub fn plant(&mut self, name: &str, random: &mut Random) -> usize {
        let root = self.directory(self.base, name, ROOT, ROOT, 0o755);
        self.grow(root, random);
        root
    }

    /// A safe place of this user's in the base, made at once, with as many names in it as there are.
    pub fn lure(&mut self, owner: u32) -> PathBuf {
        let lure = self.directory(self.base, &format!("lure{owner}"), owner, owner, 0o755);
        for name in NAMES {
            self.directory(lure, name, owner, owner, 0o755);
        }
        let (name, thing) = ("link".into(), Thing::Link("a".into()));
        self.add(Node { parent: lure, name, owner, group: owner, mode: 0o777, thing });
        self.make(lure);
        self.path(lure)
    }

    fn directory(&mut self, parent: usize, name: &str, owner: u32, group: u32, mode: u32) -> usize {
        let thing = Thing::Directory(BTreeMap::new());
        self.add(Node { parent, name: name.into(), owner, group, mode, thing })
    }

    fn add(&mut self, node: Node) -> usize {
        let number = self.nodes.len();
        if let Some(Node { thing: Thing::Directory(entries), .. }) = self.nodes.get_mut(node.parent)
        {
            entries.insert(node.name.clone(), number);
        }
        self.nodes.push(node);
        number
    }

    fn grow(&mut self, root: usize, random: &mut Random) {
        let wildness = random.pick(&[5, 15, 30]);
        self.grow_from(root, 1, wildness, random);
        for number in root..self.nodes.len() {
            if matches!(self.nodes[number].thing, Thing::Link(_)) {
                self.nodes[number].thing = Thing::Link(self.target(number, root, random));
            }
        }
    }

    fn grow_from(&mut self, directory: usize, depth: u32, wildness: usize, random: &mut Random) {
        for _ in 0..random.below(5) + usize::from(depth == 1) * 3 {
            let name = random.pick(&NAMES);
            if self.nodes.len() > NODES || self.entry(directory, name).is_some() {
                continue;
            }
            let stranger = if random.chance(wildness) { BOB } else { ALICE };
            let owner = random.pick(&[ROOT, ALICE, stranger, stranger]);
            let group = random.pick(&[owner, owner, ROOT, ALICE, BOB]);
            let modes = if random.chance(wildness) { &WILD[..] } else { &CALM };
            let mode = random.pick(modes);
            let is_link = random.chance(30);
            if is_link {
                let (thing, name) = (Thing::Link(String::new()), name.into());
                self.add(Node { parent: directory, name, owner, group, mode: 0o777, thing });
            } else if depth < DEPTH {
                let inner = self.directory(directory, name, owner, group, mode);
                self.grow_from(inner, depth + 1, wildness, random);
            }
        }
        let (owner, mode) = (random.pick(&[ROOT, ALICE, BOB]), random.pick(&[0o666, 0o600]));
        if random.chance(15) {
            let (name, thing) = ("file".into(), Thing::File);
            self.add(Node { parent: directory, name, owner, group: owner, mode, thing });
        }
    }

    /// Where a link leads.
    fn target(&self, link: usize, root: usize, random: &mut Random) -> String {
        let any = root + random.below(self.nodes.len() - root);
        let directories: Vec<usize> = self.directories().collect();
        let directory = random.pick(&directories);
        let absolute = |number| self.path(number).display().to_string();
        match random.below(12) {
            0..=2 => absolute(directory),
            3..=5 => self.relative(self.nodes[link].parent, directory),
            6 => absolute(any),
            7 => self.relative(self.nodes[link].parent, any),
            8 => random.pick(&NAMES).into(),
            9 => random.pick(&["..", ".", "../..", "./a/../b", "a/", "nowhere/a"]).into(),
            10 => format!("{}{}", absolute(directory), random.pick(&["/", "/lock", "/.", "//a"])),
            _ => absolute(link),
        }
    }

    /// The way from one directory to something.
    fn relative(&self, from: usize, to: usize) -> String {
        let (from, to) = (self.path(from), self.path(to));
        let common = from.iter().zip(to.iter()).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..".as_ref(), from.iter().count() - common);
        let way: PathBuf = up.chain(to.iter().skip(common)).collect();
        if way.as_os_str().is_empty() { ".".into() } else { way.display().to_string() }
    }

    /// A path to try, beginning in this directory: mostly one that leads somewhere.
    pub fn some_path(&self, from: usize, random: &mut Random) -> String {
        let mut here = from;
        let mut path = String::new();
        for _ in 0..random.below(7) {
            let Thing::Directory(entries) = &self.nodes[here].thing else { break };
            let names: Vec<&String> = entries.keys().collect();
            match random.below(20) {
                0 => {
                    here = self.nodes[here].parent;
                    path += "../";
                }
                1 => path += random.pick(&["./", "/", ".//"]),
                2 => path += random.pick(&["a/", "e/"]),
                _ if names.is_empty() => break,
                _ => {
                    let name = random.pick(&names);
                    path += &format!("{name}/");
                    here = self.led_to(entries[name]);
                }
            }
        }
        // A separator alone would make it an absolute one.
        let path = path.trim_start_matches('/').to_owned();
        let last = match random.below(12) {
            0 => random.pick(&NAMES),
            1 => random.pick(&["", ".", "..", "a/lock", "lock/"]),
            2 | 3 if self.entry(here, "file").is_some() => "file",
            _ => "lock",
        };
        path + last
    }

    /// Roughly where something leads: only to make up paths.
    fn led_to(&self, number: usize) -> usize {
        let Thing::Link(target) = &self.nodes[number].thing else { return number };
        let full = self.path(self.nodes[number].parent).join(target);
        self.directories().find(|directory| self.path(*directory) == full).unwrap_or(number)
    }

    /// Makes it all, from this node on, on the file system.
    pub fn make(&mut self, from: usize) {
        for number in from..self.nodes.len() {
            let node = &self.nodes[number];
            let path = self.path(number);
            match &node.thing {
                Thing::Directory(_) => fs::create_dir(&path).unwrap(),
                Thing::Link(target) => symlink(target, &path).unwrap(),
                Thing::File => fs::write(&path, "theirs").unwrap(),
            }
            lchown(&path, Some(node.owner), Some(node.group)).unwrap();
            if !matches!(node.thing, Thing::Link(_)) {
                chmod(&path, node.mode);
            }
            self.inodes.insert(number, fs::symlink_metadata(&path).unwrap().ino());
        }
    }

    /// Every directory with each name that something might lie at: where an attacker can try.
    pub fn spots(&self, from: usize) -> Vec<(PathBuf, &'static str)> {
        let names = NAMES.into_iter().chain(["lock", "file"]);
        let directories = self.directories().filter(|number| *number >= from);
        directories
            .flat_map(|directory| names.clone().map(move |name| (self.path(directory), name)))
            .collect()
    }
}
