//! Where this program, called `flock`, differs from util-linux's flock(1).

use crate::faces::side_by_side::{Difference, Version};

const fn older_than(
    until: Version,
    number: u32,
    why: &'static str,
    shows: &'static [(&'static str, &'static str)],
) -> Difference {
    Difference { number, why, until: Some(until), shows }
}

pub const DIFFERENCES: &[Difference] = &[
    older_than(
        (2, 41),
        1,
        "`--fcntl` came with util-linux 2.41: what is older calls it an unknown option, and locks nothing",
        &[
            ("fcntl", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            ("fcntl-shared", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            ("fcntl-abbreviated", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            ("fcntl-no-fork", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            (
                "fcntl-does-not-see-flock",
                r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#,
            ),
            ("fcntl-excludes-fcntl", r#"exit 0 | out "9\n" | err nothing | left lock(0644 "")"#),
            ("fcntl-with-a-limit", r#"exit 0 | out "9\n" | err nothing | left lock(0644 "")"#),
            ("fcntl-readers", r#"exit 0 | out "ran\n1\n" | err nothing | left lock(0644 "")"#),
            (
                "fcntl-keeps-out-what-uses-fcntl",
                r#"exit 0 | out "255\n" | err nothing | left lock(0644 "")"#,
            ),
            (
                "fcntl-is-kept-out-by-what-uses-fcntl",
                r#"exit 0 | out "9\n" | err nothing | left lock(0600 "")"#,
            ),
            (
                "fcntl-leaves-flock-alone",
                r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0644 "")"#,
            ),
            ("fcntl-is-inherited", r#"exit 0 | out "9\nran\n" | err nothing | left lock(0644 "")"#),
            (
                "fcntl-on-a-descriptor",
                r#"exit 0 | out "0\n9\nran\n" | err nothing | left lock(0644 "")"#,
            ),
            (
                "fcntl-on-a-descriptor-for-reading",
                r#"exit 0 | out "0\n65\n" | err flock's message | names 9 | left lock(0644 "\n")"#,
            ),
            (
                "fcntl-on-a-descriptor-for-writing",
                r#"exit 0 | out "0\n65\n" | err flock's message | names 9 | left lock(0644 "")"#,
            ),
            (
                "fcntl-on-a-directory",
                r#"exit 0 | out "65\nran\n0\n" | err flock's message | names d | left d(0755 directory)"#,
            ),
            (
                "fcntl-on-a-file-that-may-only-be-read",
                r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0444 "\n")"#,
            ),
            (
                "fcntl-created-with-umask-027",
                r#"exit 0 | out "ran\n" | err nothing | left lock(0640 "")"#,
            ),
            (
                "fcntl-leaves-the-content",
                r#"exit 0 | out "text\n" | err nothing | left lock(0644 "text\n")"#,
            ),
        ],
    ),
    older_than(
        (2, 42),
        2,
        "`--start` and `--length` came with util-linux 2.42, and since then `--s` is short for two options",
        &[
            ("a-range", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            ("a-range-with-equals", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            ("a-range-abbreviated", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            (
                "a-start-that-is-a-word",
                r#"exit 64 | out "" | err flock's message | names x | left nothing"#,
            ),
            (
                "a-negative-start",
                r#"exit 64 | out "" | err flock's message | names -1 | left nothing"#,
            ),
            (
                "a-negative-length",
                r#"exit 64 | out "" | err flock's message | names -1 | left nothing"#,
            ),
            (
                "a-start-too-big",
                r#"exit 64 | out "" | err flock's message | names 99999999999999999999 | left nothing"#,
            ),
            (
                "a-start-beyond-files",
                r#"exit 65 | out "" | err flock's message | left lock(0644 "")"#,
            ),
            (
                "a-start-at-the-very-end",
                r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#,
            ),
            (
                "a-range-beyond-files",
                r#"exit 65 | out "" | err flock's message | left lock(0644 "")"#,
            ),
            (
                "a-start-in-hexadecimal",
                r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#,
            ),
            ("a-start-with-a-blank", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            ("a-start-with-a-sign", r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#),
            (
                "a-start-with-an-unknown-unit",
                r#"exit 64 | out "" | err flock's message | names 1x | left nothing"#,
            ),
            (
                "a-start-with-a-fraction-and-a-unit",
                r#"exit 0 | out "ran\n" | err nothing | left lock(0644 "")"#,
            ),
            (
                "abbreviated-s-is-no-longer-clear",
                r#"exit 64 | out "" | err flock's message | left nothing"#,
            ),
            ("ranges-apart", r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0644 "")"#),
            ("ranges-that-overlap", r#"exit 0 | out "9\n" | err nothing | left lock(0644 "")"#),
            (
                "a-range-to-the-end",
                r#"exit 0 | out "9\nran\n0\n" | err nothing | left lock(0644 "")"#,
            ),
            ("a-start-alone", r#"exit 0 | out "9\n" | err nothing | left lock(0644 "")"#),
            ("units-of-1024", r#"exit 0 | out "9\nran\n" | err nothing | left lock(0644 "")"#),
            ("units-of-1024-in-full", r#"exit 0 | out "9\n" | err nothing | left lock(0644 "")"#),
            ("units-of-1000", r#"exit 0 | out "9\nran\n" | err nothing | left lock(0644 "")"#),
            ("units-in-small-letters", r#"exit 0 | out "9\n" | err nothing | left lock(0644 "")"#),
            ("a-fraction-of-a-unit", r#"exit 0 | out "9\n" | err nothing | left lock(0644 "")"#),
            (
                "octal-and-hexadecimal",
                r#"exit 0 | out "9\n9\nran\n0\n" | err nothing | left lock(0644 "")"#,
            ),
            (
                "a-range-of-a-descriptor",
                r#"exit 0 | out "0\nran\n9\nran\n" | err nothing | left lock(0644 "")"#,
            ),
        ],
    ),
    older_than(
        (2, 43),
        3,
        "`--fd` came with util-linux 2.43: what is older calls it an unknown option, and locks nothing",
        &[
            ("fd", r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0644 "")"#),
            ("fd-with-equals", r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0644 "")"#),
            (
                "fd-and-a-string",
                r#"exit 0 | out "ran\n3\nran\n0\n" | err nothing | left lock(0644 "")"#,
            ),
            ("fd-holds", r#"exit 0 | out "1\n" | err nothing | left lock(0644 "")"#),
            ("fd-holds-on", r#"exit 0 | out "1\n" | err nothing | left lock(0644 "")"#),
            ("fd-and-unlock", r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0644 "")"#),
            (
                "fd-and-close",
                r#"exit 0 | out "2\n0\n" | err "sh: 1: 9: Bad file descriptor\n" | left lock(0644 "x\n")"#,
            ),
            ("fd-without-fork", r#"exit 0 | out "4\n" | err nothing | left lock(0644 "")"#),
            ("fd-busy", r#"exit 0 | out "5\n1\n" | err nothing | left lock(0644 "")"#),
            ("fd-and-fcntl", r#"exit 0 | out "5\n" | err nothing | left lock(0644 "")"#),
            (
                "fd-and-a-file-name",
                r#"exit 0 | out "69\n" | err flock's message | names lock | left lock(0644 "")"#,
            ),
            (
                "fd-and-a-missing-string",
                r#"exit 0 | out "64\n" | err flock's message | names -c | left lock(0644 "")"#,
            ),
            (
                "fd-and-two-strings",
                r#"exit 0 | out "64\n" | err flock's message | names -c | left lock(0644 "")"#,
            ),
            (
                "fd-and-no-such-command",
                r#"exit 0 | out "69\n" | err flock's message | names nosuch | left lock(0644 "")"#,
            ),
            ("fd-twice", r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0644 "")"#),
            (
                "fd-and-string-before-options",
                r#"exit 0 | out "ran\n0\n" | err nothing | left lock(0644 "")"#,
            ),
            (
                "fd-that-is-closed",
                r#"exit 65 | out "" | err flock's message | names 99 | left nothing"#,
            ),
            ("fd-a-word", r#"exit 64 | out "" | err flock's message | names x | left nothing"#),
            (
                "fd-beyond-numbers",
                r#"exit 64 | out "" | err flock's message | names 99999999999 | left nothing"#,
            ),
            ("fd-and-verbose", r#"exit 0 | out "ran\n" | err nothing | left nothing"#),
        ],
    ),
    older_than(
        (2, 43),
        4,
        "A descriptor number below 0 is a usage error since util-linux 2.43; what is older asks the kernel for it, and \
         calls it bad data",
        &[("descriptor-negative", r#"exit 64 | out "" | err flock's message | left nothing"#)],
    ),
    Difference {
        number: 5,
        why: "The status of a wrong command line is 64, also when nobody can read why; the original ends with 1 then",
        until: None,
        shows: &[
            ("closed-errors", r#"exit 0 | out "69\n64\n3\n" | err nothing | left lock(0644 "")"#),
            (
                "errors-that-can-not-be-written",
                r#"exit 0 | out "69\n64\n" | err nothing | left lock(0644 "")"#,
            ),
        ],
    },
    Difference {
        number: 6,
        why: "What the caller ignores, the command finds ignored; with -w the original forgets that of SIGALRM",
        until: None,
        shows: &[(
            "ALRM-ignored-with-a-limit",
            r#"exit 0 | out "SigBlk:\t0000000000000000\nSigIgn:\t0000000000002000\n" | err nothing | left lock(0644 "")"#,
        )],
    },
    Difference {
        number: 7,
        why: "A limit ends a wait also where the caller blocks SIGALRM; the original never hears of it, and waits on",
        until: None,
        shows: &[("ALRM-blocked-with-a-limit", "waits on false | exit 9")],
    },
    Difference {
        number: 8,
        why: "What --verbose tells is told before the command runs, into a pipe as to a terminal; the original tells it \
              afterwards there, or with -F never",
        until: None,
        shows: &[
            (
                "verbose-without-fork",
                r#"exit 0 | out ["<echo>", "<seconds>", "ran"] | err [] | left lock(0644 "")"#,
            ),
            (
                "verbose-before-the-command",
                r#"exit 0 | out "told\nran\n" | err nothing | left lock(0644 "")"#,
            ),
        ],
    },
];
