//! A short reader for plain, well-formed command lines, because every start of a process counts.
//!
//! It reads a part of what the definition in [`super::definition`] allows, and means the same by it: a test compares them
//! on random lines. Whatever it does not know for sure (help, errors, `--wait=5`, `-qv`, ...) it leaves to that one.

use std::ffi::OsString;

use super::options::Options;

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

/// Reads the line if it is plain; the first word is the program's name. One that is not is given back.
pub(super) fn read(mut words: Vec<OsString>) -> Result<Options, Vec<OsString>> {
    match head(&words) {
        Some((mut options, length)) => {
            words.drain(..length);
            options.operands = words;
            Ok(options)
        }
        None => Err(words),
    }
}

/// The options, and how many words stand before the lock file.
fn head(words: &[OsString]) -> Option<(Options, usize)> {
    let mut options = Options::default();
    let mut rest = words.get(1..)?;
    loop {
        let (word, behind) = rest.split_first()?;
        if word.as_encoded_bytes().first() != Some(&b'-') {
            return Some((options, words.len() - rest.len()));
        }
        rest = behind;
        match word.to_str()? {
            "-w" | "--wait" => options.wait = Some(value(&mut rest)?.clone()),
            "-c" | "--command" => options.command = Some(value(&mut rest)?.clone()),
            "-E" | "--conflict-exit-code" => options.busy_status = Some(value(&mut rest)?.clone()),
            "--backend" => options.backend = Some(value(&mut rest)?.clone()),
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

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;
    use crate::cli::withlock::definition;
    use crate::random::Random;

    /// Words that mean something to either reader, and some that mean nothing.
    const WORDS: [&[u8]; 44] = [
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
        b"256",
        b"--conflict-exit-code",
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
            let Ok(short) = read(words.clone()) else { continue };
            accepted += 1;
            match definition::parse_in_full(&words) {
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
            "withlock -E 75 L true",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert!(read(words).is_ok(), "{line}");
        }
    }
}
