//! Whatever is typed, stands in a lock file or in the environment: no reader of it panics, or makes something else of it.

mod checks;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support;
use crate::support::random::Random;
use checks::{ALL, Check};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The inputs that `ci/fuzz --keep` has left for a check.
fn kept(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder().join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 3, "{name}: where are the inputs?");
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Shows the input if the check fails.
fn run(&(name, check): &Check, input: &[u8]) {
    struct Shown<'a>(&'a str, &'a [u8]);
    impl Drop for Shown<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("{}: b\"{}\"", self.0, self.1.escape_ascii());
            }
        }
    }
    let shown = Shown(name, input);
    check(shown.1);
}

/// One change to an input, at a place of its own.
fn change(input: &mut Vec<u8>, kept: &[Vec<u8>], tokens: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let piece = match random.below(6) {
        0 => random.pick(tokens),
        1 => [b"\n", random.pick(tokens).as_slice(), b"\n"].concat(),
        2 => vec![random.below(256) as u8],
        3 => input[at..].to_vec(),
        4 => {
            let other = random.pick(kept);
            other[random.below(other.len() + 1)..].to_vec()
        }
        _ => Vec::new(),
    };
    let end = at + random.below(2) * random.below(input.len() - at + 1);
    input.splice(at..end, piece);
    input.truncate(4096);
}

#[test]
fn inputs_that_a_fuzzer_has_found_break_nothing() {
    for check in &ALL {
        for input in kept(check.0) {
            run(check, &input);
        }
    }
}

#[test]
fn random_inputs_break_nothing() {
    let count = if support::is_long() { 1_000_000 } else { 5_000 };
    let tokens = fs::read(folder().join("tokens")).unwrap();
    let tokens: Vec<Vec<u8>> = tokens.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for check in &ALL {
        let kept = kept(check.0);
        let mut random = Random::new(1);
        for _ in 0..count {
            let mut input = random.pick(&kept);
            for _ in 0..=random.below(4) {
                change(&mut input, &kept, &tokens, &mut random);
            }
            run(check, &input);
        }
    }
}
