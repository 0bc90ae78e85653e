//! Promise 1: at most one job a lock, whoever contends for it, and nothing left behind.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio, exit};

use crate::support::alone::{name_of, only};
use crate::support::{
    self, Scratch, excludes_fcntl, excludes_flock, find_program, is_rerun, skip, withlock,
};

const PROCESSES: usize = 32;

/// How many jobs each of them runs.
fn jobs() -> usize {
    if is_rerun() { 40 } else { 200 }
}

/// What [`witness`] exits with: no wrapper has these of its own.
const ALONE: i32 = 42;
const OVERLAP: i32 = 43;

/// The job of the other tests: a directory of its own proves that no other one runs, or several, one for each family of
/// tools that it must be alone among.
#[test]
fn witness() {
    let Some(witnesses) = std::env::var_os("WITNESSES") else {
        return;
    };
    let witnesses: Vec<_> = std::env::split_paths(&witnesses).collect();
    let entered = witnesses.iter().all(|directory| fs::create_dir(directory).is_ok());
    std::thread::yield_now();
    let left = witnesses.iter().all(|directory| fs::remove_dir(directory).is_ok());
    exit(if entered && left { ALONE } else { OVERLAP })
}

/// A wrapper of some kind, up to the lock file.
#[derive(Clone)]
struct Contender {
    name: String,
    program: PathBuf,
    options: Vec<String>,
    /// Its exit status when it is refused; `None` for one that waits for its turn.
    refused: Option<i32>,
    /// The families of tools that it must be alone among.
    families: &'static [&'static str],
}

const BY_FLOCK: &[&str] = &["witness-flock"];
const BY_FCNTL: &[&str] = &["witness-fcntl"];
const BY_BOTH: &[&str] = &["witness-flock", "witness-fcntl"];

#[derive(Default)]
struct Tally {
    alone: usize,
    refused: usize,
}

impl Contender {
    fn withlock(options: &[&str]) -> Self {
        let waits = options.contains(&"-w");
        let command = withlock(options);
        let options = command.get_args().map(|word| word.to_str().unwrap()).collect::<Vec<_>>();
        let families = match (excludes_flock(), excludes_fcntl()) {
            (true, true) => BY_BOTH,
            (true, false) => BY_FLOCK,
            _ => BY_FCNTL,
        };
        Self::new(command.get_program().as_ref(), &options, (!waits).then_some(1), families)
    }

    fn new(
        program: &Path,
        options: &[&str],
        refused: Option<i32>,
        families: &'static [&'static str],
    ) -> Self {
        let name = program.file_name().unwrap().to_string_lossy();
        Self {
            name: format!("{name} {}", options.join(" ")),
            program: program.to_owned(),
            options: options.iter().map(|&word| word.to_owned()).collect(),
            refused,
            families,
        }
    }

    fn run(&self, lock: &Path) -> ExitStatus {
        let witnesses = self.families.iter().map(|name| lock.with_file_name(name));
        Command::new(&self.program)
            .args(&self.options)
            .arg(lock)
            .arg(std::env::current_exe().unwrap())
            .args(only(name_of(&witness)))
            .env("WITNESSES", std::env::join_paths(witnesses).unwrap())
            .env_remove("WITHLOCK_HELD")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
    }

    /// Runs job after job.
    fn run_many(&self, jobs: usize, lock: &Path) -> Tally {
        let mut tally = Tally::default();
        for _ in 0..jobs {
            let status = self.run(lock);
            match status.code() {
                Some(ALONE) => tally.alone += 1,
                Some(OVERLAP) => panic!("{}: two jobs ran at once", self.name),
                code if code.is_some() && code == self.refused => tally.refused += 1,
                code => panic!("{}: ended with {code:?}, signal {:?}", self.name, status.signal()),
            }
        }
        tally
    }
}

/// Lets all of them contend for one lock; answers the tallies in their order.
fn contend(contenders: &[Contender], jobs: usize, lock: &Path) -> Vec<Tally> {
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            contenders.iter().map(|one| scope.spawn(|| one.run_many(jobs, lock))).collect();
        threads.into_iter().map(|thread| thread.join().expect("see above")).collect()
    })
}

#[test]
fn every_one_of_thousands_of_waiting_jobs_runs_alone_and_no_file_stays() {
    let place = Scratch::new();
    let contenders = vec![Contender::withlock(&["-w", "inf"]); PROCESSES];
    let tallies = contend(&contenders, jobs(), &place.join("lock"));
    assert_eq!(tallies.iter().map(|tally| tally.alone).sum::<usize>(), PROCESSES * jobs());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn jobs_that_do_not_wait_run_alone_or_are_refused_and_no_file_stays() {
    let place = Scratch::new();
    let contenders = vec![Contender::withlock(&[]); PROCESSES];
    let tallies = contend(&contenders, jobs(), &place.join("lock"));
    assert!(tallies.iter().any(|tally| tally.alone > 0), "all were refused");
    assert!(tallies.iter().any(|tally| tally.refused > 0), "they never met: this proves nothing");
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn waiting_and_not_waiting_and_keeping_go_together() {
    let place = Scratch::new();
    let mut contenders = vec![Contender::withlock(&["-w", "inf"]); 8];
    contenders.extend(vec![Contender::withlock(&["-w", "inf", "-o"]); 4]);
    contenders.extend(vec![Contender::withlock(&["-w", "inf", "-k"]); 4]);
    contenders.extend(vec![Contender::withlock(&[]); 8]);
    let tallies = contend(&contenders, jobs() / 4, &place.join("lock"));
    assert!(tallies.iter().take(16).all(|tally| tally.alone == jobs() / 4));
    // Whether the last one out was one that keeps the file is anybody's guess; a plain run settles it.
    assert!(
        withlock([] as [&str; 0]).arg(place.join("lock")).arg("true").status().unwrap().success()
    );
    assert_eq!(place.names(), [""; 0]);
}

/// The other tools on this machine that withlock excludes with the backend under test; `None` when one is missing.
fn neighbours() -> Option<Vec<Contender>> {
    let mut neighbours = Vec::new();
    let mut add = |name: &str, waiting: &[&str], refusing: &[&str], refused, families| {
        let Some(program) = find_program(name) else {
            skip(&format!("{name} is not installed"));
            return false;
        };
        neighbours.extend(vec![Contender::new(&program, waiting, None, families); 3]);
        neighbours.extend(vec![Contender::new(&program, refusing, Some(refused), families); 3]);
        true
    };
    if excludes_flock() && !add("flock", &[], &["-n"], 1, BY_FLOCK) {
        return None;
    }
    if excludes_fcntl()
        && !(add("with-lock-ex", &["-w"], &["-f"], 255, BY_FCNTL)
            && add("lckdo", &["-w"], &[], 75, BY_FCNTL))
    {
        return None;
    }
    Some(neighbours)
}

/// Those tools and withlock, as many of each kind, on one file.
fn contend_with_neighbours(neighbours: Vec<Contender>, options: &[&str], lock: &Path) {
    let mut contenders = vec![Contender::withlock(&[&["-w", "inf"], options].concat()); 8];
    contenders.extend(vec![Contender::withlock(options); 4]);
    contenders.extend(neighbours);
    let tallies = contend(&contenders, jobs() / 4, lock);
    for (contender, tally) in contenders.iter().zip(tallies) {
        assert!(
            contender.refused.is_some() || tally.alone == jobs() / 4,
            "{} was refused",
            contender.name
        );
    }
}

#[test]
fn beside_flock_and_its_kin_on_a_file_of_theirs_every_job_runs_alone_and_the_file_stays_as_it_is() {
    let Some(neighbours) = neighbours() else {
        return;
    };
    let place = Scratch::new();
    let lock = place.join("lock");
    fs::write(&lock, "").unwrap();
    let before = fs::metadata(&lock).unwrap();
    contend_with_neighbours(neighbours, &[], &lock);
    let after = fs::metadata(&lock).unwrap();
    assert_eq!((after.ino(), after.len(), after.mode()), (before.ino(), 0, before.mode()));
    assert_eq!(place.names(), ["lock"]);
}

#[test]
fn beside_flock_and_its_kin_with_keep_every_job_runs_alone_and_the_file_stays() {
    let Some(neighbours) = neighbours() else {
        return;
    };
    let place = Scratch::new();
    let lock = place.join("lock");
    // The first run makes the file, so that it is withlock's own and kept because of the option only.
    assert!(withlock(["-k"]).arg(&lock).arg("true").status().unwrap().success());
    let before = fs::metadata(&lock).unwrap().ino();
    contend_with_neighbours(neighbours, &["-k"], &lock);
    assert_eq!(fs::metadata(&lock).unwrap().ino(), before);
    assert_eq!(place.names(), ["lock"]);
}

#[test]
fn a_user_of_the_other_kind_of_lock_is_kept_out_exactly_where_the_backend_says_so() {
    for (tool, options, excluded) in [
        ("flock", "-n", excludes_flock()),
        ("with-lock-ex", "-f", excludes_fcntl()),
        ("lckdo", "-q", excludes_fcntl()),
    ] {
        let Some(tool) = find_program(tool) else {
            skip(&format!("{tool} is not installed"));
            continue;
        };
        let place = Scratch::new();
        let lock = place.join("lock");
        fs::write(&lock, "").unwrap();
        let holder = support::Running::start(&[], &lock);
        let gets_in = Command::new(&tool)
            .arg(options)
            .arg(&lock)
            .arg("true")
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(gets_in.success(), !excluded, "{}", tool.display());
        assert!(holder.finish().0.success());
        // The other way round.
        let mut holder = Command::new(&tool);
        holder.arg(options).arg(&lock).args(["sh", "-c", support::JOB]);
        let holder = support::Running::of(holder);
        let gets_in = withlock(["-q", "-E", "9"]).arg(&lock).arg("true").status().unwrap();
        assert_eq!(gets_in.code(), Some(if excluded { 9 } else { 0 }), "{}", tool.display());
        assert!(holder.finish().0.success());
    }
}
