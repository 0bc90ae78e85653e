//! What must hold of every input to the program's readers of text. `tests/corpus/mod.rs` asks it of the kept inputs and of
//! random ones, `tests/fuzz/` of those that a coverage-guided fuzzer thinks up.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use withlock::Mode;
use withlock::cli::withlock::{parse, parse_with_clap};
use withlock::cli::{Lock, Locks, Plan, Request, Show, WaitLimit, shell};
use withlock::holder::form::{Form, NOBODY};
use withlock::holder::identify::Sight;
use withlock::holder::nested::{self, Entry, Wanted};
use withlock::holder::record::{LONGEST, READERS, Record, SIGNATURE};
use withlock_platform::evidence::Identity;
use withlock_platform::holders::{Holds, Life};

/// A check, by the name of its folder of inputs.
pub type Check = (&'static str, fn(&[u8]));

pub const ALL: [Check; 4] =
    [("arguments", arguments), ("durations", durations), ("held", held), ("records", records)];

/// A command line, one word a line.
pub fn arguments(input: &[u8]) {
    // A word may have a line end in it as well; the input has another character for that.
    let word =
        |line: &[u8]| line.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
    let words: Vec<OsString> =
        input.split(|byte| *byte == b'\n').map(|line| OsString::from_vec(word(line))).collect();
    let line = [&[OsString::from("withlock")], words.as_slice()].concat();
    let request = parse(line.clone());
    let slowly = parse_with_clap(&line);
    assert_eq!(format!("{request:?}"), format!("{slowly:?}"), "{words:?}");
    match request {
        Request::Run(plan) => assert_verbatim(&plan, &words),
        Request::Print(text) => assert!(text.ends_with('\n'), "{words:?}: {text:?}"),
        // Of what is asked nothing is lost.
        Request::Show(Show { locks: Locks::At(paths), .. }) => assert!(!paths.is_empty()),
        Request::Show(Show { locks: Locks::Named, .. }) => {}
        Request::Show(Show { locks: Locks::In(directory), .. }) => {
            assert!(!directory.as_os_str().is_empty());
        }
        Request::Refuse(why) => {
            assert!(why.ends_with("; see withlock --help"), "{words:?}: {why:?}");
        }
    }
}

/// What the job gets is what was typed, and nothing else.
fn assert_verbatim(plan: &Plan, words: &[OsString]) {
    // With a name, the first operand is the command.
    let (path, is_named) = match &plan.lock {
        Lock::At(path) => (path.as_os_str(), false),
        Lock::Named(name) => (name.as_os_str(), true),
    };
    let is_typed = |marker: Option<&OsStr>| {
        let typed: Vec<&OsStr> = (!is_named)
            .then_some(path)
            .into_iter()
            .chain(marker)
            .chain([plan.job.program.as_os_str()])
            .chain(plan.job.arguments.iter().map(OsString::as_os_str))
            .collect();
        words.ends_with(&typed.into_iter().map(OsStr::to_owned).collect::<Vec<_>>())
    };
    let is_string = || match plan.job.arguments.as_slice() {
        [option, string] if option == "-c" && plan.job.program == shell::of_user() => {
            let string = string.as_encoded_bytes();
            words.iter().any(|word| word.as_encoded_bytes().ends_with(string))
        }
        _ => false,
    };
    assert!(!path.is_empty());
    assert!(
        is_typed(None) || is_typed(Some(OsStr::new("--"))) || is_string(),
        "{words:?}: {plan:?}"
    );
}

/// The value of `-w`.
pub fn durations(input: &[u8]) {
    match wait(OsString::from_vec(input.to_vec())) {
        Ok(WaitLimit::Forever) => assert_eq!(input, b"inf"),
        Ok(WaitLimit::No) if input.is_empty() => {}
        Ok(WaitLimit::No) => assert!(value(input) < 1e-4, "{input:?}"),
        Ok(WaitLimit::AtMost(limit)) => {
            let (seconds, nanos) = (limit.as_secs(), limit.subsec_nanos());
            let expected = value(input);
            let difference = (limit.as_secs_f64() - expected).abs();
            // Digits beyond the ninth are cut off, of days as well.
            assert!(difference <= 1e-4 + expected * 1e-9, "{input:?}: {limit:?}, not {expected}");
            let again = |text: String| {
                assert!(matches!(wait(text.into()), Ok(WaitLimit::AtMost(same)) if same == limit));
            };
            again(format!("{seconds}.{nanos:09}"));
            let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
            again(format!("{days}d{hours}h{minutes}m{}.{nanos:09}s", seconds % 60));
        }
        Err(why) => assert!(why.starts_with("-w ") && why.contains(": "), "{why}"),
    }
}

fn wait(text: OsString) -> Result<WaitLimit, String> {
    match parse(["withlock".into(), "-w".into(), text, "L".into(), "true".into()].into()) {
        Request::Run(plan) => Ok(plan.wait),
        Request::Refuse(why) => Err(why),
        Request::Print(text) => panic!("{text}"),
        Request::Show(show) => panic!("{show:?}"),
    }
}

/// A well-formed duration in seconds, read in another way.
fn value(text: &[u8]) -> f64 {
    let text = std::str::from_utf8(text).unwrap();
    text.split_inclusive(|c: char| c.is_ascii_alphabetic())
        .map(|part| {
            let (number, unit) = match part.find(|c: char| c.is_ascii_alphabetic()) {
                Some(end) => part.split_at(end),
                None => (part, "s"),
            };
            let unit = match unit {
                "d" => 86_400.0,
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                _ => panic!("{text:?}: accepted with the unit {unit:?}"),
            };
            number.parse::<f64>().unwrap() * unit
        })
        .sum()
}

/// The content of a lock file; and its bytes as what a record may say.
pub fn records(input: &[u8]) {
    let parsed = Record::parse(input);
    if let Some(record) = &parsed {
        assert_survives(record);
    }
    assert_own_as_written(input, parsed.as_ref());
    let mut numbers = input.chunks(8).map(|chunk| {
        chunk.iter().fold(u64::from(chunk.len() as u8), |sum, byte| sum << 8 | u64::from(*byte))
    });
    let mut number = || numbers.next().unwrap_or(u64::MAX);
    let text = String::from_utf8_lossy(input);
    let mut texts = text.splitn(3, '|').map(str::to_owned);
    let mut part = || texts.next().unwrap_or_default();
    assert_survives(&Record {
        since: number(),
        pid: number() as u32,
        user: number() as u32,
        host: part(),
        token: part(),
        command: part(),
        shared: false,
    });
    let own = Record::of_this_run(0, &text);
    assert_survives(&own);
    for line in [own.line(), own.readers_line()] {
        assert_eq!(Form::of(line.as_bytes()), Form::Signed, "{line}");
    }
    assert!(own.line().len() <= LONGEST, "{own:?} would be cut off when it is read");
}

/// What withlock takes for its own it could have written; and what begins like that, as long as it is long enough.
fn assert_own_as_written(input: &[u8], parsed: Option<&Record>) {
    let is_own = Form::of(input) == Form::Signed;
    assert!(!is_own || input.starts_with(SIGNATURE), "{input:?}");
    if is_own && input.ends_with(b"\n") && input != NOBODY {
        let record = parsed.expect("a whole line names a holder");
        let written = [record.line(), record.readers_line()];
        assert!(written.iter().any(|line| line.as_bytes() == input), "{input:?}");
    }
    if is_own && input.len() > SIGNATURE.len() {
        assert_eq!(Form::of(&input[..input.len() - 1]), Form::Signed, "{input:?}");
    }
    // Nothing can stand behind its end.
    let more = [input, b"\n"].concat();
    assert!(!input.ends_with(b"\n") || Form::of(&more) == Form::Other, "{input:?}");
}

fn assert_survives(record: &Record) {
    let line = record.line();
    // A line of just that length may be a reader's.
    let record = &Record { shared: line.len() == READERS, ..record.clone() };
    assert!(line.as_bytes().starts_with(SIGNATURE), "{line}");
    assert_eq!(line.find('\n'), Some(line.len() - 1), "{line}");
    assert_eq!(Record::parse(line.as_bytes()).as_ref(), Some(record), "{line}");
    assert_eq!(Record::parse(format!("{line}{line}").as_bytes()).as_ref(), Some(record), "{line}");
}

/// A process on a system that does not say who holds a lock, or says that only one has it.
#[derive(Clone, Copy, Default)]
struct Family {
    parent: Option<u32>,
    holds: Option<u32>,
}

impl Sight for Family {
    fn listed(&self) -> Option<Vec<u32>> {
        self.holds.map(|pid| vec![pid])
    }

    fn holds(&self, pid: u32) -> Holds {
        match self.holds {
            None => Holds::Unknown,
            Some(holder) if holder == pid => Holds::Yes,
            Some(_) => Holds::No,
        }
    }

    fn life(&self, _: u32) -> Life {
        Life::Unknown
    }

    fn age(&self, _: u32) -> Option<Duration> {
        None
    }

    fn has_id(&self, _: u32, _: u32) -> bool {
        false
    }

    fn command(&self, _: u32) -> Vec<String> {
        Vec::new()
    }

    fn is_here(&self, _: &str) -> bool {
        true
    }

    fn ancestry(&self) -> Vec<u32> {
        std::iter::once(0).chain(self.parent).collect()
    }

    fn is_still_named(&self, _: u32) -> bool {
        true
    }
}

/// The value of `WITHLOCK_HELD`, whatever the caller's environment has made of it.
pub fn held(input: &[u8]) {
    let before = OsString::from_vec(input.to_vec());
    let seed = input.iter().fold(7_u64, |sum, byte| sum.rotate_left(5) ^ u64::from(*byte));
    let identity = Identity { device: seed, inode: seed.rotate_left(32) };
    let other = Identity { device: identity.device ^ 1, ..identity };
    // Nobody but the family's youngest is process 0.
    let pid = (seed as u32).max(1);
    let record = Record { pid, token: format!("{seed:016x}"), ..Record::default() };
    let stranger = Record { token: "f".into(), ..record.clone() };
    let nameless = Record { token: String::new(), ..record.clone() };
    let dead = Family::default();
    let parent = Family { parent: Some(record.pid), ..dead };
    let holder = Family { holds: Some(record.pid), ..dead };
    let proves = |value: &OsString, identity, mode, record, family: &Family| {
        nested::is_proven(value, &Wanted { identity, mode, record }, family)
    };
    let x = Mode::Exclusive;
    for mode in [Mode::Exclusive, Mode::Shared] {
        let entry = Entry { identity, pid: record.pid, mode, token: &record.token };
        let alone = nested::extend(OsString::new(), &entry);
        assert!(!proves(&alone, other, x, None, &parent));
        // Who shares does not wait for himself.
        assert_eq!(proves(&alone, identity, Mode::Shared, Some(&record), &dead), mode == x);
        for record in [&stranger, &nameless] {
            assert!(!proves(&alone, identity, x, Some(record), &dead));
            assert!(!proves(&alone, identity, x, Some(record), &holder), "an id used again");
            // Only who shares the lock can hold it while another's record is there; or who has written none.
            let believed = proves(&alone, identity, x, Some(record), &parent);
            assert_eq!(believed, mode == Mode::Shared && record.pid > 1);
            let unwritten = nested::extend(OsString::new(), &Entry { token: "", ..entry });
            assert_eq!(proves(&unwritten, identity, x, Some(record), &parent), record.pid > 1);
            assert!(!proves(&unwritten, identity, x, Some(record), &dead));
        }
        // Whatever stands before them, both entries are found.
        let outer = nested::extend(before.clone(), &Entry { identity: other, ..entry });
        let inner = nested::extend(outer, &entry);
        for identity in [identity, other] {
            assert!(proves(&inner, identity, x, Some(&record), &dead), "{inner:?}");
            assert_eq!(proves(&inner, identity, x, None, &parent), record.pid > 1, "{inner:?}");
        }
    }
}
