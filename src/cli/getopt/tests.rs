use std::ffi::{OsStr, OsString};

use super::{Effect, Entry, Stop, read};

static TABLE: &[Entry<String>] = &[
    Entry {
        letters: &['s'],
        names: &["shared"],
        help: "",
        effect: Effect::Flag(|it| it.push('s')),
    },
    Entry {
        letters: &['n'],
        names: &["nonblocking", "nb"],
        help: "",
        effect: Effect::Flag(|it| it.push('n')),
    },
    Entry {
        letters: &['w'],
        names: &["wait", "waiting"],
        help: "",
        effect: Effect::Value("SECONDS", |it, value| {
            let value = value.to_string_lossy();
            it.push_str(&format!("w<{value}>"));
            if value == "bad" { Err("bad".to_owned()) } else { Ok(()) }
        }),
    },
    Entry { letters: &[], names: &["start"], help: "", effect: Effect::Flag(|it| it.push('S')) },
    Entry { letters: &['h'], names: &["help"], help: "", effect: Effect::Help },
    Entry { letters: &['V'], names: &["version"], help: "", effect: Effect::Version },
];

fn take_c(options: &mut String, word: &OsStr) -> bool {
    let is_known = word == "-c" || word == "--command";
    if is_known {
        options.push('c');
    }
    is_known
}

/// The options as they were met, and what is left of the words.
fn of(line: &str) -> Result<String, Stop> {
    let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    let mut options = String::new();
    let left = read(TABLE, &mut options, &words, take_c)?;
    let left: Vec<_> = left.iter().map(|word| word.to_string_lossy()).collect();
    Ok(format!("{options} {}", left.join(" ")))
}

#[test]
fn options_are_read_in_every_form_and_end_at_the_first_operand() {
    for (line, read) in [
        ("-sn FILE -n", "sn FILE -n"),
        ("-w1 FILE", "w<1> FILE"),
        ("-w 1 FILE", "w<1> FILE"),
        ("-sw1 -n FILE", "sw<1>n FILE"),
        ("-w=1 FILE", "w<=1> FILE"),
        ("--wait=1 FILE", "w<1> FILE"),
        ("--wait 1 FILE", "w<1> FILE"),
        ("--wait= FILE", "w<> FILE"),
        ("--wa 1 FILE", "w<1> FILE"),
        ("-w -n FILE", "w<-n> FILE"),
        ("--nb --non FILE", "nn FILE"),
        ("--n FILE", "n FILE"),
        ("-s -- -n FILE", "s -n FILE"),
        ("-s - -n", "s - -n"),
        ("-c -s string", "cs string"),
        ("--command string", "c string"),
        ("-s", "s "),
    ] {
        assert_eq!(of(line).as_deref(), Ok(read), "{line}");
    }
}

#[test]
fn the_first_word_that_is_wrong_or_asks_for_help_ends_it() {
    assert_eq!((of("-sh -X"), of("-V -X")), (Err(Stop::Help), Err(Stop::Version)));
    assert_eq!((of("--he"), of("--ver")), (Err(Stop::Help), Err(Stop::Version)));
    for (line, says) in [
        ("-X -h FILE", "-X"),
        ("-sX FILE", "-X"),
        ("-sc FILE", "-c"),
        ("--comm FILE", "--comm"),
        ("--command=x FILE", "--command"),
        ("--s FILE", "--shared, --start"),
        ("--unknown FILE", "--unknown"),
        ("--shared=1 FILE", "--shared"),
        ("-w", "-w"),
        ("--wait", "--wait"),
        ("-w bad -h", "bad"),
        ("--h= FILE", "--h"),
    ] {
        let stop = of(line).unwrap_err();
        let Stop::Mistake(why) = stop else { panic!("{line}: {stop:?}") };
        assert!(why.contains(says), "{line}: {why}");
    }
}
