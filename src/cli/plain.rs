//! A short reader for plain, well-formed command lines, because every start of a process counts.
//!
//! It reads a part of what the definition in [`super::withlock`] allows, and means the same by it: a test compares them
//! on random lines. Whatever it does not know for sure (help, errors, `--wait=5`, `-qv`, ...) it leaves to that one.

use std::ffi::OsString;

use super::options::Options;
use crate::Choice;

/// Options without a value: short form, long form, effect.
type Flag = (&'static str, &'static str, fn(&mut Options));

const FLAGS: [Flag; 9] = [
    ("-q", "--quiet", |options| options.quiet = true),
    ("-v", "--verbose", |options| options.verbose = true),
    ("-n", "--nonblock", |options| options.wait = None),
    ("-x", "--exclusive", |options| options.shared = false),
    ("-s", "--shared", |options| options.shared = true),
    ("-k", "--keep", |options| options.keep = true),
    ("-o", "--close", |options| options.close = true),
    ("", "--no-create", |options| options.no_create = true),
    ("", "--insecure", |options| options.insecure = true),
];

/// Reads the line if it is plain; the first word is the program's name.
pub(super) fn read(words: &[OsString]) -> Option<Options> {
    let mut options = Options::default();
    let mut rest = words.get(1..)?;
    loop {
        let (word, behind) = rest.split_first()?;
        if word.as_encoded_bytes().first() != Some(&b'-') {
            options.operands = rest.to_vec();
            return Some(options);
        }
        rest = behind;
        match word.to_str()? {
            "-w" | "--wait" => options.wait = Some(value(&mut rest)?.clone()),
            "-c" | "--command" => options.command = Some(value(&mut rest)?.clone()),
            "--backend" => options.backend = backend(value(&mut rest)?.to_str()?)?,
            name => {
                let (.., set) =
                    FLAGS.iter().find(|(short, long, _)| name == *short || name == *long)?;
                set(&mut options);
            }
        }
    }
}

/// The next word, if it can be nothing but a value.
fn value<'a>(rest: &mut &'a [OsString]) -> Option<&'a OsString> {
    let (value, behind) = rest.split_first()?;
    let first = value.as_encoded_bytes().first()?;
    *rest = behind;
    (*first != b'-').then_some(value)
}

fn backend(name: &str) -> Option<Choice> {
    match name {
        "auto" => Some(Choice::Auto),
        "flock" => Some(Choice::Flock),
        "fcntl" => Some(Choice::Fcntl),
        "lockf" => Some(Choice::Lockf),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;
    use crate::cli::withlock;
    use crate::random::Random;

    /// Words that mean something to either reader, and some that mean nothing.
    const WORDS: [&[u8]; 42] = [
        b"-q",
        b"-v",
        b"-n",
        b"-x",
        b"-s",
        b"-k",
        b"-o",
        b"-w",
        b"-c",
        b"-E",
        b"-h",
        b"-V",
        b"--quiet",
        b"--verbose",
        b"--nonblock",
        b"--exclusive",
        b"--shared",
        b"--keep",
        b"--close",
        b"--wait",
        b"--command",
        b"--backend",
        b"--no-create",
        b"--insecure",
        b"--wait=5",
        b"-w5",
        b"-qv",
        b"--",
        b"-",
        b"",
        b"0",
        b"5",
        b"inf",
        b"flock",
        b"fcntl",
        b"L",
        b"cmd",
        b"\xff",
        b"-\xff",
        b"--keep=1",
        b"--wai",
        b"--q",
    ];

    #[test]
    fn both_readers_mean_the_same_by_every_line_that_the_short_one_accepts() {
        let mut random = Random::new(1);
        let mut accepted = 0;
        for _ in 0..40_000 {
            let mut words = vec![OsString::from("withlock")];
            for _ in 0..random.below(8) {
                words.push(OsString::from_vec(random.pick(&WORDS).to_vec()));
            }
            let Some(short) = read(&words) else { continue };
            accepted += 1;
            match withlock::parse_in_full(words.clone()) {
                Ok(full) => assert_eq!(short, full, "{words:?}"),
                Err(refused) => panic!("accepted {words:?}, but: {refused:?}"),
            }
        }
        assert!(accepted > 4_000, "only {accepted} lines were compared");
    }

    #[test]
    fn the_usual_lines_are_read_without_the_parser() {
        for line in [
            "withlock L true",
            "withlock -q /run/l rsync -a --delete a b",
            "withlock -w 5 L true",
            "withlock -v --keep --backend fcntl L true",
            "withlock -c date L",
            "withlock L -c date",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert!(read(&words).is_some(), "{line}");
        }
    }
}
