//! Both readers mean the same.

use std::os::unix::ffi::OsStringExt;

use super::super::table::{Entry, OPTIONS};
use super::*;
use crate::cli::entry::Effect;
use crate::random::Random;

/// Words that mean something to either reader, and some that mean nothing.
const WORDS: [&[u8]; 17] = [
    b"--",
    b"-",
    b"",
    b"=",
    b"0",
    b"5",
    b"inf",
    b"256",
    b"flock",
    b"L",
    b"cmd",
    b"\xff",
    b"-\xff",
    b"--\xff",
    b"---",
    b"--=",
    b"--unknown",
];

/// What stands behind an option in the same word, its value perhaps.
const ENDS: [&[u8]; 8] = [b"", b"5", b"=", b"=5", b"=-q", b"==", b"\xff", b"Z"];

/// A word of a command line: an operand, a long option, or one or more letters.
fn word(random: &mut Random) -> OsString {
    let some = |random: &mut Random| &OPTIONS[random.below(OPTIONS.len())];
    let word = match random.below(4) {
        0 => random.pick(&WORDS).to_vec(),
        1 => {
            let option = some(random);
            let names = [&[option.long], option.abbreviations].concat();
            [b"--".as_slice(), random.pick(&names).as_bytes(), random.pick(&ENDS)].concat()
        }
        2 => ["--", some(random).long].concat().into(),
        _ => {
            let letters = (0..=random.below(3)).filter_map(|_| some(random).short);
            [format!("-{}", letters.collect::<String>()).as_bytes(), random.pick(&ENDS)].concat()
        }
    };
    OsString::from_vec(word)
}

#[test]
fn both_readers_mean_the_same_by_every_line_that_the_short_one_accepts() {
    let mut random = Random::new(1);
    let mut accepted = 0;
    for _ in 0..120_000 {
        let mut words = vec![OsString::from("withlock")];
        for _ in 0..random.below(8) {
            words.push(word(&mut random));
        }
        let Ok(short) = plain::read(words.clone()) else { continue };
        accepted += 1;
        match definition::read(&words) {
            Ok(full) => assert_eq!(short, full, "{words:?}"),
            Err(refused) => panic!("accepted {words:?}, but: {refused:?}"),
        }
    }
    assert!(accepted > 20_000, "only {accepted} lines were compared");
}

/// The ways to write an option and, if it takes one, its value.
fn ways(option: &Entry) -> Vec<String> {
    let long =
        [&[option.long], option.abbreviations].concat().into_iter().map(|it| format!("--{it}"));
    let short = option.short.map(|letter| format!("-{letter}"));
    if option.value_name().is_none() {
        return long.chain(short).collect();
    }
    let long = long.flat_map(|name| [format!("{name} 5"), format!("{name}=5"), format!("{name}=")]);
    let short = short
        .into_iter()
        .flat_map(|name| [format!("{name} 5"), format!("{name}5"), format!("-q{name}=5")]);
    long.chain(short.map(|way| way.replace("-q-", "-q"))).collect()
}

#[test]
fn no_option_costs_a_run_the_start_of_the_large_parser() {
    let prints = |option: &Entry| matches!(option.effect, Effect::Help | Effect::Version);
    for option in OPTIONS.iter().filter(|option| !prints(option)) {
        for way in ways(option) {
            let line = format!("withlock {way} L true");
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let short = plain::read(words.clone()).unwrap_or_else(|_| panic!("{line}"));
            assert_eq!(Ok(short), definition::read(&words).map_err(|_| ()), "{line}");
        }
    }
}

#[test]
fn no_option_takes_the_name_or_the_letter_of_another() {
    let mut names: Vec<String> = OPTIONS.iter().flat_map(ways).collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    for option in OPTIONS {
        assert!(!option.help.is_empty() && !option.heading.is_empty(), "{option:?}");
        let is_clear =
            !option.value_is_optional || option.value_name().is_some() && option.short.is_none();
        assert!(is_clear, "what follows the letter may be a value or another letter: {option:?}");
        assert!(option.overrides.iter().all(|name| OPTIONS.iter().any(|it| it.long == *name)));
    }
}
