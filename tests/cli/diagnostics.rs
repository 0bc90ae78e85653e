//! What the manual page says under DIAGNOSTICS is what the program prints.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::support::people::{ALICE, Public, directory};
use crate::support::procfs::state;
use crate::support::{
    Running, Scratch, find_program, forced_backend, is_root, process_owned, skip, stderr,
    wait_until, withlock,
};

/// Messages that take other systems or containers: their words must be in the source.
const NOT_PRINTED: [&str; 3] =
    ["held by someone unknown", "which can't be seen", "WITHLOCK_NOWARN"];

/// What a message has for sure: runs of words between those that are examples, such as numbers and paths, or left out.
fn fixed(item: &str) -> Vec<String> {
    let is_example = |word: &&str| {
        word.contains("...")
            || word.contains(['/', '@', '+'])
            || word.bytes().any(|byte| byte.is_ascii_digit())
            || !word.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let words: Vec<&str> = item.split(' ').collect();
    let runs = words.split(is_example).filter(|run| !run.is_empty());
    runs.map(|run| run.join(" ")).collect()
}

/// Whether all of this is in the text, in this order.
fn has(text: &str, parts: &[String]) -> bool {
    let mut rest = text;
    parts.iter().all(|part| match rest.split_once(part.as_str()) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

fn items() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/withlock.1");
    let manual = fs::read_to_string(path).unwrap();
    let below = manual.lines().skip_while(|line| *line != ".Sh DIAGNOSTICS").skip(1);
    let section = below.take_while(|line| !line.starts_with(".Sh"));
    section
        .filter_map(|line| line.strip_prefix(".It "))
        .map(|item| item.replace("\\&", ""))
        .collect()
}

/// All literals of the tool, each on one line.
fn source() -> String {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some(OsStr::new("rs")) {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    text.split("\\\n").map(str::trim_start).collect()
}

/// What a run of these words says.
fn said<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> String {
    stderr(&withlock(words).output().unwrap())
}

/// What runs are told that come while somebody holds the lock.
fn of_busy_locks(lock: &Path) -> Vec<String> {
    let refused = || said([lock.as_os_str(), OsStr::new("true")]);
    let holder = Running::start(&[], lock);
    let plain = refused();
    holder.signal(libc::SIGSTOP);
    wait_until("the holder stops", || state(holder.child.id()) == Some('T'));
    let stopped = refused();
    holder.signal(libc::SIGCONT);
    assert!(holder.finish().0.success());
    let inner = withlock([lock]);
    let mut nested = withlock([lock]);
    nested.arg(inner.get_program()).args(inner.get_args()).arg("true");
    let nested = stderr(&nested.output().unwrap());
    let mut killed = Running::start(&[], lock);
    killed.signal(libc::SIGKILL);
    killed.child.wait().unwrap();
    let ended = refused();
    killed.go_on();
    vec![plain, stopped, nested, ended]
}

/// What is said of places where no lock file can be.
fn of_bad_places(place: &Scratch) -> Vec<String> {
    let me = owner_of(place);
    directory(place.path(), "tmp", me, 0o1777);
    let closed = directory(place.path(), "closed", me, 0o555);
    let run = |path: &str| said([place.join(path).as_os_str(), "true".as_ref()]);
    let mut said = vec![run("tmp/l"), run("missing/l"), run("closed")];
    said.push(self::said([
        "--no-create".as_ref(),
        place.join("absent").as_os_str(),
        "true".as_ref(),
    ]));
    match Public::new() {
        Some(public) => {
            let hers = public.directory("hers", ALICE, 0o755).join("l");
            let mine = public.directory("mine", 0, 0o755).join("l");
            for (user, lock) in [(0, hers), (ALICE, mine)] {
                let mut run = public.withlock_as(user, [lock.as_os_str(), "true".as_ref()]);
                said.push(stderr(&run.output().unwrap()));
            }
        }
        None => said.push(self::said([closed.join("l").as_os_str(), "true".as_ref()])),
    }
    said
}

/// Who owns what this test makes.
fn owner_of(place: &Scratch) -> u32 {
    fs::metadata(place.path()).unwrap().uid()
}

/// What is said of a command line that is wrong, of a lock file that has gone, and of a system that can't lock.
fn of_the_rest(place: &Scratch) -> Vec<String> {
    let lock = place.join("other");
    let path = lock.to_str().unwrap();
    let mut said =
        vec![said([path, "nosuchprogram"]), said([path, "-q", "true"]), said([path, "rm", path])];
    if let Some(strace) = find_program("strace") {
        let run = withlock([path, "true"]);
        let mut traced = Command::new(strace);
        traced.args(["-f", "-o", "/dev/null", "-e", "inject=flock:error=ENOLCK"]);
        let output = traced.arg(run.get_program()).args(run.get_args()).output().unwrap();
        said.push(stderr(&output));
    }
    said
}

/// Whether this machine, and the user's rights, allow to make it appear.
fn is_possible(item: &str) -> bool {
    !(item.contains("belongs to") && !is_root()
        || item.contains("No locks available") && find_program("strace").is_none())
}

#[test]
fn a_message_that_somebody_looks_up_is_in_the_manual_as_it_is_printed() {
    if process_owned() || forced_backend().is_some_and(|backend| !backend.contains("flock")) {
        // A holder that is killed frees the lock then, and flock(2) is not called.
        return;
    }
    let place = Scratch::new();
    let mut printed = of_busy_locks(&place.join("l"));
    printed.extend(of_bad_places(&place));
    printed.extend(of_the_rest(&place));
    let source = source();
    let items = items();
    for item in &items {
        let parts = fixed(item);
        if !is_possible(item) {
            skip(&format!("can't be made to appear here: {item}"));
        } else if NOT_PRINTED.iter().any(|words| item.contains(words)) {
            assert!(parts.iter().all(|part| source.contains(part)), "not in the source: {item}");
        } else {
            assert!(
                printed.iter().any(|line| has(line, &parts)),
                "{item} is not among {printed:#?}"
            );
        }
    }
    for line in &printed {
        assert!(items.iter().any(|item| has(line, &fixed(item))), "the manual lacks: {line}");
    }
}
