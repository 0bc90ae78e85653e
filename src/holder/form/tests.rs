//! Every line that withlock can write is known, cut off anywhere; and nothing else is.

use super::{Form, LONGEST, NOBODY, READERS, SIGNATURE};
use crate::holder::record::Record;
use crate::random::Random;

/// A text as a host or a command may be: with whatever has to be escaped.
fn text(random: &mut Random, longest: usize) -> String {
    let odd =
        ['"', '\\', '/', '\u{0}', '\u{8}', '\t', '\n', '\u{b}', '\u{c}', '\r', '\u{1f}', '\u{7f}'];
    let wide = ['ü', '€', '\u{2028}', '\u{fffd}', '\u{1f512}', '\u{10ffff}'];
    let character = |random: &mut Random| match random.below(3) {
        0 => random.pick(&odd),
        1 => random.pick(&wide),
        _ => char::from(b' ' + random.below(95) as u8),
    };
    (0..random.below(longest)).map(|_| character(random)).collect()
}

fn record(random: &mut Random) -> Record {
    let seed = random.below(usize::MAX) as u64;
    let seed = seed >> random.below(64);
    Record {
        pid: seed as u32,
        user: (seed >> 7) as u32,
        host: text(random, 20),
        since: seed,
        token: format!("{seed:016x}"),
        command: text(random, 60),
        shared: false,
    }
}

fn lines(random: &mut Random) -> [Vec<u8>; 2] {
    let record = record(random);
    [record.line(), record.readers_line()].map(String::into_bytes)
}

#[test]
fn every_line_that_is_written_is_known_wherever_it_is_cut_off() {
    let mut random = Random::new(1);
    let lines = (0..500).flat_map(|_| lines(&mut random)).chain([NOBODY.to_vec()]);
    for line in lines {
        for end in 0..=line.len() {
            let expected = if end < SIGNATURE.len() { Form::Begun } else { Form::Signed };
            assert_eq!(
                Form::of(&line[..end]),
                expected,
                "{:?}",
                String::from_utf8_lossy(&line[..end])
            );
        }
    }
}

#[test]
fn a_line_with_anything_behind_it_is_somebody_else_s() {
    let mut random = Random::new(2);
    for _ in 0..100 {
        for line in lines(&mut random).into_iter().chain([NOBODY.to_vec()]) {
            for more in
                [&b"\n"[..], b" ", b"\0", b"x\n", &line, &line[..1], &line[line.len() / 2..]]
            {
                let both = [line.as_slice(), more].concat();
                assert_eq!(Form::of(&both), Form::Other, "{:?}", String::from_utf8_lossy(&both));
            }
        }
    }
}

/// What a changed line still is: known only if some record is written just so, or begins so.
#[test]
fn a_line_that_was_changed_is_somebody_else_s_unless_a_record_is_written_just_so() {
    let mut random = Random::new(3);
    let mut others = 0;
    for _ in 0..20_000 {
        let [line, readers] = lines(&mut random);
        let mut changed = random.pick(&[line, readers]);
        let at = random.below(changed.len());
        match random.below(3) {
            0 => changed[at] = random.below(256) as u8,
            1 => changed.insert(at, random.below(256) as u8),
            _ => drop(changed.remove(at)),
        }
        let is_written_so = Record::parse(&changed).is_some_and(|it| {
            [it.line(), it.readers_line()].iter().any(|line| line.as_bytes() == changed)
                && it.token.len() == 16
                && it.token.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
        });
        // A line end that is gone is a line that was cut off there.
        let is_cut_off = changed.last() != Some(&b'\n');
        let form = Form::of(&changed);
        if is_written_so {
            assert_eq!(form, Form::Signed, "{:?}", String::from_utf8_lossy(&changed));
        } else if !is_cut_off {
            assert_eq!(form, Form::Other, "{:?}", String::from_utf8_lossy(&changed));
        }
        others += usize::from(form == Form::Other);
    }
    assert!(others > 10_000, "{others}");
}

#[test]
fn what_only_looks_like_withlock_s_is_somebody_else_s() {
    let record = |fields: &str| format!("{{\"withlock\":1,{fields}}}\n").into_bytes();
    let strange = [
        b"{\"withlock\":10,\"note\":\"precious\"}\n".to_vec(),
        b"{\"withlock\":1,\"note\":\"precious\"}\n".to_vec(),
        b"{\"withlock\":1".iter().chain(b" }\n").copied().collect(),
        b"{\"withlock\":1}\r\n".to_vec(),
        b"{\"withlock\":1}x".to_vec(),
        b"{\"withlock\":1}\nprecious\n".to_vec(),
        b"{\"withlock\":1\nprecious\n".to_vec(),
        b"{\"withlock\":1\0".to_vec(),
        b"{\"withlock\":2}\n".to_vec(),
        b"{\"withlock\": 1}\n".to_vec(),
        b"\0".repeat(13),
        record("\"pid\":01"),
        record("\"pid\":-1"),
        record("\"pid\":4294967296"),
        record("\"pid\":\"1\""),
        record("\"pid\":1"),
        record("\"pid\":1,\"user\":0,\"since\":9"),
        record("\"pid\":1,\"user\":0,\"host\":\"h\",\"since\":18446744073709551616"),
        record("\"pid\":1,\"user\":0,\"host\":\"h\",\"since\":9,\"token\":\"0123456789ABCDEF\""),
        record("\"pid\":1,\"user\":0,\"host\":\"h\",\"since\":9,\"token\":\"0123456789abcde\""),
        record("\"pid\":1,\"user\":0,\"host\":\"\\u0041\""),
        record("\"pid\":1,\"user\":0,\"host\":\"\\u001B\""),
        record("\"pid\":1,\"user\":0,\"host\":\"\\u000a\""),
        record("\"pid\":1,\"user\":0,\"host\":\"\\/\""),
        record("\"pid\":1,\"user\":0,\"host\":\"\t\""),
    ];
    for content in strange {
        assert_eq!(Form::of(&content), Form::Other, "{:?}", String::from_utf8_lossy(&content));
    }
    let host = [&b"{\"withlock\":1,\"pid\":1,\"user\":0,\"host\":\""[..], b"\xff"].concat();
    assert_eq!(Form::of(&host), Form::Other);
    for content in [&b"x"[..], b"{\"withlick", b"\0", b"\n", b" "] {
        assert_eq!(Form::of(content), Form::Other, "{:?}", String::from_utf8_lossy(content));
    }
}

#[test]
fn a_reader_s_line_has_one_length_and_no_line_is_too_long_to_be_read() {
    for odd in ["x", "\"", "\u{1}", "\u{10ffff}"] {
        for (host, command) in [(0, 0), (64, 403), (255, 403), (64, 100), (0, 300)] {
            let full = Record {
                pid: u32::MAX,
                user: u32::MAX,
                host: odd.repeat(host),
                since: u64::MAX,
                token: "f".repeat(16),
                command: odd.repeat(command),
                shared: false,
            };
            let readers = full.readers_line();
            assert_eq!(readers.len(), READERS, "{odd:?} {host} {command}");
            assert_eq!(Form::of(readers.as_bytes()), Form::Signed);
            assert!(full.line().len() <= LONGEST, "{odd:?} {host} {command}");
            assert_eq!(Form::of(full.line().as_bytes()), Form::Signed);
            let told = Record::parse(readers.as_bytes()).unwrap_or_default();
            assert_eq!((told.pid, told.token), (full.pid, full.token));
            let command = told.command.trim_end_matches("...");
            assert!(full.command.starts_with(command) && full.host.starts_with(&told.host));
        }
    }
}
