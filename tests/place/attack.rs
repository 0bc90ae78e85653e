//! Paths through random trees, while a hostile user has whatever he may change stand for something else: a place is
//! accepted exactly where nobody else can have it stand for another.
//!
//! The model of the tree (`support/forest.rs`) and the oracle (`support/fate.rs`) know nothing of how withlock walks. Long
//! form: 10,000 trees; `WITHLOCK_TEST_SEED=N` makes other trees.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;

use crate::support::alone::name_of;
use crate::support::fate::{Fate, Strictness, Traveller};
use crate::support::forest::{Forest, ROOT};
use crate::support::helper::{self, Helper};
use crate::support::people::{ALICE, BOB, Public};
use crate::support::random::{self, Random};
use crate::support::walker::{self, Answer};
use crate::support::{attacker, is_long, is_rerun, programs};

/// How many paths each user tries in a tree, by the library.
const PATHS: usize = 16;

/// What came of everything.
#[derive(Default, Debug)]
struct Tally {
    tried: u64,
    held: u64,
    unusable: u64,
    strict: BTreeMap<Strictness, u64>,
    dead: u64,
    nowhere: u64,
    refused: u64,
    runs_held: u64,
    runs_refused: u64,
    /// Trees with something in the attacker's hands, and what he can do to it; how often he did.
    attacked: u64,
    tricks: u64,
    flips: u64,
}

#[test]
fn plays_a_part_in_the_attack() {
    match helper::part().as_deref() {
        Some("attacker") => attacker::play(),
        Some("walker") => walker::play(),
        _ => {}
    }
}

/// Everybody who takes part.
struct Stage {
    // Before the place, which can't be removed while somebody adds to it.
    attacker: Helper,
    /// Alice, and root.
    walkers: [(u32, Helper); 2],
    public: Public,
    forest: Forest,
    lures: String,
    tally: Tally,
    random: Random,
}

/// A path to try, from a directory of the model.
struct Try {
    case: String,
    start: usize,
    path: String,
    fate: Fate,
    /// Where the lock file is to lie, if anywhere.
    place: Option<PathBuf>,
}

impl Stage {
    fn new(public: Public, seed: u64) -> Self {
        let actor = public.join("actor");
        programs::copy_program(&std::env::current_exe().unwrap(), &actor);
        let start =
            |part, user| Helper::start(&actor, name_of(&plays_a_part_in_the_attack), part, user);
        let attacker = start("attacker", BOB);
        let walkers = [ALICE, ROOT].map(|user| (user, start("walker", user)));
        let mut forest = Forest::of(public.path());
        let lures = [ALICE, ROOT].map(|owner| forest.lure(owner).display().to_string()).join(":");
        let (tally, random) = (Tally::default(), Random::new(seed));
        Self { public, forest, attacker, walkers, lures, tally, random }
    }

    /// One tree, from its making to its end.
    fn play(&mut self, number: u64) {
        let mut forest = self.forest.clone();
        let root = forest.plant(&format!("tree{number}"), &mut self.random);
        forest.make(root);
        let spots = forest.spots(root);
        self.attacker.say(&format!("{}\t{}", self.lures, spots.len()));
        for (directory, name) in spots {
            self.attacker.say(&format!("{}\t{name}", directory.display()));
        }
        // Each has worked once before anybody walks, however slow the attacker is afterwards.
        let tricks: u64 = self.attacker.hear().parse().unwrap();
        self.tally.attacked += u64::from(tricks > 0);
        self.tally.tricks += tricks;
        for (user, walker) in &mut self.walkers {
            let mut random = || Try::random(&forest, root, *user, &mut self.random);
            let all: Vec<Try> = (0..PATHS).map(|_| random()).collect();
            for this in &all {
                let (start, inode) = (forest.path(this.start), forest.inode(this.start));
                self.tally.tried += this.times();
                walker::order(walker, &start, inode, &this.path, this.times());
            }
            for this in &all {
                for answer in walker::answers(walker) {
                    self.tally.count(this, &answer);
                }
            }
        }
        for user in [ALICE, ROOT] {
            // A program takes as long as a hundred walks.
            if is_long() || (user == ROOT) == (number % 2 == 0) {
                let this = Try::for_program(&forest, root, user, &mut self.random);
                let output = run(&self.public, user, &forest.path(root), &this.path);
                self.tally.count_run(&this, &output, self.public.path());
            }
        }
        self.tally.flips += self.attacker.ask("enough").parse::<u64>().unwrap();
        fs::remove_dir_all(forest.path(root)).unwrap();
    }
}

impl Try {
    /// How often to try: where there may be something to gain from being quick, more often.
    fn times(&self) -> u64 {
        match self.fate {
            Fate::Safe { .. } => 1,
            _ if is_long() => 10,
            _ => 4,
        }
    }

    /// Any path, absolute or from any working directory.
    fn random(forest: &Forest, root: usize, user: u32, random: &mut Random) -> Self {
        let directories: Vec<usize> = forest.directories().filter(|any| *any >= root).collect();
        let any = random.pick(&directories);
        let start = random.pick(&[root, any]);
        Self::from(forest, start, user, random)
    }

    /// One from the root of the tree, which nobody can exchange; half the time a path to a lock.
    fn for_program(forest: &Forest, root: usize, user: u32, random: &mut Random) -> Self {
        let shall_lock = random.chance(50);
        let mut this = Self::from(forest, root, user, random);
        for _ in 0..30 {
            if this.place.is_some() == shall_lock {
                break;
            }
            this = Self::from(forest, root, user, random);
        }
        this
    }

    fn from(forest: &Forest, start: usize, user: u32, random: &mut Random) -> Self {
        let mut path = forest.some_path(start, random);
        if random.chance(60) {
            path = format!("{}/{path}", forest.path(start).display());
        }
        let fate = Traveller::fate(forest, user, start, &path);
        if matches!(fate, Fate::Safe { directory, .. } if forest.is_outside(directory)) {
            // Root could, but a test has no business there.
            return Self::from(forest, start, user, random);
        }
        let place = match &fate {
            Fate::Safe { directory, name, usable: true } => {
                Some(forest.path(*directory).join(name))
            }
            _ => None,
        };
        let case = format!("user {user}: {path} from {}", forest.path(start).display());
        Self { case, start, path, fate, place }
    }
}

/// `withlock PATH` with a job that tells what it, and the wrapper, have open.
fn run(public: &Public, user: u32, start: &Path, path: &str) -> Output {
    // What the wrapper has open may be closed while it is listed.
    let script = "ls -ln /proc/self/fd/ /proc/$PPID/fd/ 2>/dev/null; exit 0";
    let mut command = public.withlock_as(user, [path, "sh", "-c", script]);
    command.current_dir(start).output().unwrap()
}

/// What [`run`] printed of files below `base` that are open for reading and writing: the lock file.
fn places(output: &Output, base: &Path) -> BTreeSet<PathBuf> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let files = text.lines().filter(|line| line.starts_with("lrwx"));
    let targets = files.filter_map(|line| Some(PathBuf::from(line.split_once(" -> ")?.1)));
    targets.filter(|to| to.starts_with(base)).collect()
}

impl Tally {
    fn count(&mut self, this: &Try, answer: &Answer) {
        let case = format!("{}: {:?}, but {answer:?}", this.case, this.fate);
        match (&this.fate, answer) {
            (_, Answer::Nowhere) => self.nowhere += 1,
            (Fate::Safe { .. }, Answer::Held(place)) => {
                assert_eq!(Some(place), this.place.as_ref(), "{case}");
                self.held += 1;
            }
            (Fate::Safe { usable: false, .. }, Answer::Unusable(_)) => self.unusable += 1,
            (Fate::Safe { .. }, _) => panic!("not accepted, though nobody can redirect it: {case}"),
            (Fate::Directory, Answer::Unusable(_)) => self.dead += 1,
            (_, Answer::Held(_) | Answer::Unusable(_)) => panic!("accepted: {case}"),
            (Fate::Redirectable, Answer::Refused) => self.refused += 1,
            (Fate::Strict(strictness), Answer::Refused) => {
                *self.strict.entry(*strictness).or_default() += 1;
            }
            // An attacker can make a path lead nowhere, and one that does so may be refused before that shows.
            (_, Answer::Refused | Answer::Dead) => self.dead += 1,
        }
    }

    fn count_run(&mut self, this: &Try, output: &Output, base: &Path) {
        let case = format!("{}: {:?}, but {output:?}", this.case, this.fate);
        let places = places(output, base);
        if let Some(place) = &this.place {
            assert!(output.status.success(), "{case}");
            assert_eq!(places, BTreeSet::from([place.clone()]), "{case}");
            self.runs_held += 1;
        } else {
            assert!(matches!(output.status.code(), Some(2 | 3 | 73)), "{case}");
            assert!(places.is_empty(), "{case}");
            self.runs_refused += u64::from(output.status.code() == Some(3));
        }
    }

    fn assert_substantial(&self, trees: u64) {
        let Self { held, unusable, refused, runs_held, runs_refused, .. } = *self;
        let strict: u64 = self.strict.values().sum();
        assert!(held > trees * 2 && unusable > trees / 4, "too few accepted: {self:?}");
        assert!(refused > trees * 2 && strict > trees / 2, "too few refused: {self:?}");
        assert_eq!(self.strict.len(), 3, "a strictness that does not occur: {self:?}");
        assert!(runs_held > trees / 20 && runs_refused > trees / 20, "too few runs: {self:?}");
        assert!(self.attacked > trees / 4 && self.tricks > trees * 5, "no attack: {self:?}");
        assert!(self.flips > self.tricks, "no attack: {self:?}");
    }
}

#[test]
fn a_hostile_user_redirects_no_path_that_is_accepted() {
    let trees = match (is_long(), is_rerun()) {
        (true, _) => 10_000,
        (false, false) => 200,
        (false, true) => 60,
    };
    let seed = random::given_seed().unwrap_or(1);
    let Some(public) = Public::new() else { return };
    let mut stage = Stage::new(public, seed);
    let start = Instant::now();
    for number in 0..trees {
        stage.play(number);
    }
    let seconds = start.elapsed().as_secs_f32();
    println!("{trees} trees (seed {seed}), {seconds:.1} s: {:?}", stage.tally);
    stage.tally.assert_substantial(trees);
}
