//! The faces: the command lines of other tools that this program has, by the names that it is called by.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::quoting;

/// Whose command line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Its own.
    Withlock,
    /// That of flock(1).
    Flock,
    /// That of with-lock-ex(1).
    WithLockEx,
}

/// What each name stands for. By any other name, it is withlock. Code, and no table: each start of a run looks here, and a table
/// is a page of memory more.
fn named(name: &[u8]) -> Option<Face> {
    match name {
        b"withlock" => Some(Face::Withlock),
        b"flock" => Some(Face::Flock),
        b"with-lock-ex" | b"with-lock" => Some(Face::WithLockEx),
        _ => None,
    }
}

/// The same names, for people.
const NAMES: &str = "withlock, flock, with-lock-ex or with-lock";

/// What chooses a face for who can't make a link. It stands before anything else.
pub(super) const OPTION: &str = "--face";

/// Finds the face by the name that the program was called by, or by `--face NAME` where the first option stands, which is
/// taken out of the words then.
///
/// # Errors
/// What is wrong with the option.
pub fn choose(words: &mut Vec<OsString>) -> Result<Face, String> {
    let called = words.first().map(|name| named(last_component(name)));
    match called {
        Some(Some(face)) if face != Face::Withlock => Ok(face),
        _ if words.get(1).is_some_and(|word| word.as_bytes().starts_with(OPTION.as_bytes())) => {
            by_option(words)
        }
        _ => Ok(Face::Withlock),
    }
}

fn by_option(words: &mut Vec<OsString>) -> Result<Face, String> {
    let needs = || format!("{OPTION} needs the name of a command line: {NAMES}");
    let word = words[1].as_bytes();
    let (name, count) = match word.strip_prefix(OPTION.as_bytes()) {
        Some([]) => (words.get(2).ok_or_else(needs)?.clone(), 2),
        Some([b'=', name @ ..]) => (OsStr::from_bytes(name).to_owned(), 1),
        // Another option, for the reader of withlock's own.
        _ => return Ok(Face::Withlock),
    };
    let face = named(name.as_bytes())
        .ok_or_else(|| format!("{}; {} is none", needs(), quoting::of_value(&name)))?;
    words.drain(1..=count);
    Ok(face)
}

fn last_component(name: &OsStr) -> &[u8] {
    name.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(line: &[&str]) -> (Result<Face, String>, Vec<OsString>) {
        let mut words = line.iter().map(OsString::from).collect();
        (choose(&mut words), words)
    }

    #[test]
    fn the_name_that_it_is_called_by_chooses_the_command_line() {
        for (name, face) in [
            ("flock", Face::Flock),
            ("/usr/local/bin/flock", Face::Flock),
            ("./flock", Face::Flock),
            ("flock/withlock", Face::Withlock),
            ("-flock", Face::Withlock),
            ("flock.old", Face::Withlock),
            ("FLOCK", Face::Withlock),
            ("flock/", Face::Withlock),
            ("", Face::Withlock),
        ] {
            let (found, words) = chosen(&[name, "--face", "withlock"]);
            assert_eq!(found, Ok(face), "{name}");
            assert_eq!(words.len(), if face == Face::Flock { 3 } else { 1 }, "{name}");
        }
        assert_eq!(chosen(&[]).0, Ok(Face::Withlock));
    }

    #[test]
    fn who_can_make_no_link_chooses_it_by_the_first_option() {
        for (line, face, left) in [
            (&["withlock", "--face", "flock", "-n", "9"][..], Face::Flock, 3),
            (&["withlock", "--face=flock", "-n", "9"], Face::Flock, 3),
            (&["withlock", "--face", "withlock", "-q", "L", "true"], Face::Withlock, 4),
            (&["withlock", "-q", "--face", "flock"], Face::Withlock, 4),
            (&["withlock", "--faces", "flock"], Face::Withlock, 3),
        ] {
            let (found, words) = chosen(line);
            assert_eq!((found, words.len()), (Ok(face), left), "{line:?}");
        }
        for line in [&["withlock", "--face"][..], &["w", "--face", "lockf"], &["w", "--face="]] {
            assert!(chosen(line).0.unwrap_err().contains(NAMES), "{line:?}");
        }
    }
}
