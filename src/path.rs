//! From a path to a lock that is held, on this machine.

use std::path::{Path, PathBuf};

use withlock_platform::backend::Mode;
use withlock_platform::process::{self, Signals, Status};

use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::local::system::System;
use crate::lock::World;
use crate::lock::{self, Asking, Attempt, Busy, Capacity, Part, Policy, Slot, Terms, Wait, Walked};
use crate::name::{self, Name};
use crate::place::walk::Place;
use crate::trust::Trusted;

/// The proof that this run holds the lock, on this machine. It can be sent to another thread; dropped, it releases the lock.
pub type Held<'a> = lock::Held<System<'a>>;

/// A path that may become a lock.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
/// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
/// # let lock = place.join("lock");
/// use withlock::{Attempt, LockPath, Policy};
///
/// let checked = LockPath::new(&lock).check(&Policy::default())?;
/// if let Attempt::Held(held) = checked.try_acquire()? {
///     assert!(lock.exists());
///     held.release()?;
/// }
/// assert!(!lock.exists());
/// # std::fs::remove_dir(&place)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LockPath {
    path: PathBuf,
    /// How many of its directories, from the last one up, are made if they are missing.
    makes: usize,
}

/// A path whose every component has been judged.
#[derive(Debug)]
pub struct Checked<'a> {
    system: System<'a>,
    terms: Terms,
    /// Where the walk has led to.
    walked: Walked<System<'a>>,
    capacity: Capacity,
}

impl LockPath {
    /// Names the lock file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), makes: 0 }
    }

    /// The lock of this name, in a directory that belongs to it and its like: see [`Name`]. If the directory is missing,
    /// [`LockPath::check`] makes it.
    ///
    /// # Errors
    /// [`crate::Error::NoHome`]: it is not known where that directory is.
    ///
    /// ```
    /// use withlock::{LockPath, Name};
    ///
    /// let name = Name::new("backup").expect("no slash, no dot in front");
    /// if let Ok(lock) = LockPath::named(&name) {
    ///     assert!(lock.path().ends_with("withlock/backup.lock"));
    /// }
    /// ```
    pub fn named(name: &Name) -> Result<Self> {
        let home = name::home()?;
        Ok(Self { path: home.directory.join(name.file()), makes: home.makes })
    }

    /// Step 1: judges the path.
    ///
    /// # Errors
    /// [`crate::Error`]: the place is unsafe or out of reach.
    ///
    /// ```
    /// use withlock::{Error, LockPath, Policy};
    ///
    /// // Anybody could put a file or link of that name there.
    /// let refused = LockPath::new("/tmp/backup.lock").check(&Policy::default());
    /// assert!(matches!(refused, Err(Error::Unsafe { .. })));
    /// ```
    pub fn check<'a>(&self, policy: &Policy<'a>) -> Result<Checked<'a>> {
        let terms = Terms {
            path: self.path.clone(),
            trusted: Trusted { user: process::effective_user() },
            mode: policy.mode,
            create: policy.create,
            keep: policy.keep,
            slot: 1,
            label: policy.label.clone(),
            asking: policy.asking,
        };
        let system = System::new(terms.clone(), policy).making(self.makes);
        let walked = system.first_walk()?;
        Ok(Checked { system, terms, walked, capacity: policy.capacity })
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<'a> Checked<'a> {
    /// Refuses a lock that belongs to the process that takes it, so that [`Held::exec`] would fail in the end.
    ///
    /// # Errors
    /// [`Error::NotInheritable`].
    pub fn ensure_inheritable(&self) -> Result<()> {
        if self.system.is_inheritable(&self.walked.0) {
            Ok(())
        } else {
            Err(Error::NotInheritable { path: self.terms.path.clone() })
        }
    }

    /// Steps 2 to 6: takes the lock if it is free. Where somebody has taken it for a moment only, to clean up or to write who
    /// it is, this may take some 10 milliseconds.
    ///
    /// Needs no [`Signals`], and works in a program with threads.
    ///
    /// # Errors
    /// [`crate::Error`]; a lock that is held by somebody else is none.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
    /// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
    /// # let lock = place.join("lock");
    /// use withlock::{Attempt, LockPath, Policy};
    ///
    /// let path = LockPath::new(&lock);
    /// let first = path.check(&Policy::default())?.try_acquire()?;
    /// assert!(matches!(first, Attempt::Held(_)));
    /// let second = path.check(&Policy::default())?.try_acquire()?;
    /// assert!(matches!(second, Attempt::Busy(_)));
    /// drop(first);
    /// # std::fs::remove_dir(&place)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_acquire(self) -> Result<Attempt<Held<'a>>> {
        self.attempt(Wait::No)
    }

    /// Steps 2 to 6: takes the lock, and sleeps in the kernel until it is free, without limit.
    ///
    /// Needs no [`Signals`], and works in a program with threads; no signal interrupts the wait.
    ///
    /// # Errors
    /// [`crate::Error`]; a lock that an ancestor of this process holds is [`Attempt::Busy`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
    /// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
    /// # let lock = place.join("lock");
    /// use std::thread;
    /// use withlock::{Attempt, LockPath, Policy};
    ///
    /// let add = |sum: &mut u32| -> withlock::Result<()> {
    ///     let Attempt::Held(held) = LockPath::new(&lock).check(&Policy::default())?.acquire()? else {
    ///         return Ok(());
    ///     };
    ///     *sum += 1;
    ///     held.release()
    /// };
    /// let mut sums = [0; 4];
    /// thread::scope(|scope| {
    ///     for sum in &mut sums {
    ///         scope.spawn(|| add(sum));
    ///     }
    /// });
    /// assert_eq!(sums, [1; 4]);
    /// # std::fs::remove_dir(&place)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn acquire(self) -> Result<Attempt<Held<'a>>> {
        self.attempt(Wait::Forever)
    }

    /// Steps 2 to 6: takes the lock, and waits for it if that is wanted. Signals interrupt the wait, which is why a wait with
    /// a limit needs them: the deadline's is SIGALRM.
    ///
    /// For a process of one thread, or at least a moment of one: see [`Signals`].
    ///
    /// # Errors
    /// [`crate::Error`]; a lock that is held by somebody else is none, and neither is a signal that interrupts the wait.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
    /// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
    /// # let lock = place.join("lock");
    /// use std::time::Duration;
    /// use withlock::{Attempt, Deadline, LockPath, Policy, Signals, Wait};
    ///
    /// let signals = Signals::hold()?;
    /// let wait = Deadline::after(Duration::from_secs(5)).map_or(Wait::Forever, Wait::Until);
    /// match LockPath::new(&lock).check(&Policy::default())?.acquire_with(wait, &signals)? {
    ///     Attempt::Held(held) => held.release()?,
    ///     Attempt::Busy(busy) => println!("still busy after five seconds: {busy:?}"),
    ///     Attempt::Interrupted(signal) => println!("interrupted by signal {signal}"),
    /// }
    /// # std::fs::remove_dir(&place)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn acquire_with(self, wait: Wait, signals: &'a Signals) -> Result<Attempt<Held<'a>>> {
        Self { system: self.system.interrupted_by(signals), ..self }.attempt(wait)
    }

    fn attempt(self, wait: Wait) -> Result<Attempt<Held<'a>>> {
        if self.capacity != Capacity::ONE {
            return self.attempt_in_line(wait);
        }
        let by_ancestor = self.system.has_one_thread();
        match self.system.in_turn(&self.walked.0, wait != Wait::No) {
            Some(system) => lock::acquire(system, self.terms, wait, Some(self.walked)),
            None => Ok(Attempt::Busy(Busy { by_ancestor, ..Busy::default() })),
        }
    }

    fn attempt_in_line(self, wait: Wait) -> Result<Attempt<Held<'a>>> {
        let Self { system, terms, walked, capacity } = self;
        let mut walked = Some(walked);
        let mut last_place: Option<Place> = None;
        lock::acquire_in_line(capacity, wait, |part| {
            let terms = part_terms(&terms, part);
            let system = system.for_part(part, terms.clone());
            let name = terms.path.file_name();
            let first = if part == Part::Slot(1) {
                let walked = match walked.take() {
                    Some(walked) => walked,
                    None => system.walk()?,
                };
                // Not where a link leads to another directory.
                let here = name.filter(|name| *name == walked.0.name);
                last_place = here.and_then(|name| walked.0.beside(name)).map(|(place, _)| place);
                Some(walked)
            } else {
                // What lies in the same directory needs no walk of its own.
                last_place.as_ref().zip(name).and_then(|(place, name)| place.beside(name))
            };
            let (first, system) = system.in_turn_somewhere(first)?;
            Ok(system.map(|world| Slot { world, terms, first }))
        })
    }
}

/// What a part of a lock is to be like.
fn part_terms(lock: &Terms, part: Part) -> Terms {
    let path = part.path(&lock.path);
    match part {
        Part::Slot(slot) => Terms { path, slot, ..lock.clone() },
        // What a run waits in says nothing, and stays nowhere.
        Part::Head | Part::Place(_) => Terms {
            path,
            keep: false,
            asking: Asking::Never,
            mode: Mode::Exclusive,
            ..lock.clone()
        },
    }
}

impl Held<'_> {
    /// Runs a job under the lock: [`job::run`].
    ///
    /// # Errors
    /// As [`job::run`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let place = std::env::temp_dir().join(format!("withlock-doc-{}", std::process::id()));
    /// # std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&place)?;
    /// # let lock = place.join("lock");
    /// use withlock::{Attempt, Job, LockPath, Policy, Signals, Status};
    ///
    /// let signals = Signals::hold()?;
    /// let checked = LockPath::new(&lock).check(&Policy::default())?;
    /// if let Attempt::Held(held) = checked.try_acquire()? {
    ///     let job = Job::new("sh", ["-c", "test -e \"$WITHLOCK_LOCKFILE\""]);
    ///     assert_eq!(held.run(&job, &signals)?, Status::Exited(0));
    /// }
    /// assert!(!lock.exists());
    /// # std::fs::remove_dir(&place)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn run(self, job: &Job, signals: &Signals) -> Result<Status> {
        let listener = self.world().listener();
        job::run(self, job, signals, listener)
    }

    /// Step 12: becomes the job, and leaves the lock to it: [`job::exec`]. The lock file stays, and the next run removes it.
    ///
    /// # Errors
    /// It returns only if it failed, and why: as [`job::exec`].
    ///
    /// ```no_run
    /// use withlock::{Attempt, Job, LockPath, Policy, Signals};
    ///
    /// # fn main() -> withlock::Result<()> {
    /// # let held_back = |error| withlock::Error::System { step: withlock::Step::HoldSignals, error };
    /// let signals = Signals::hold().map_err(held_back)?;
    /// let checked = LockPath::new("/run/daemon.lock").check(&Policy::default())?;
    /// checked.ensure_inheritable()?;
    /// if let Attempt::Held(held) = checked.try_acquire()? {
    ///     return Err(held.exec(&Job::new("daemon", ["--foreground"]), &signals));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn exec(self, job: &Job, signals: &Signals) -> Error {
        let listener = self.world().listener();
        job::exec(self, job, signals, listener)
    }
}
