//! Where this program, called `with-lock-ex`, differs from that of chiark-utils.

use crate::faces::side_by_side::Difference;

pub const DIFFERENCES: &[Difference] = &[
    Difference {
        number: 1,
        why: "The original crashes where the command is missing, and has created the file by then.",
        until: None,
        shows: &[
            ("no-command", NO_COMMAND),
            ("no-command-after-an-option", NO_COMMAND),
            ("with-lock-without-a-command", NO_COMMAND),
        ],
    },
    Difference {
        number: 2,
        why: "Of a file that nobody has locked, the original prints in one of four runs a number that it has not set.",
        until: None,
        shows: &[(
            "look-at-a-free-file-a-hundred-times",
            r#"exit 0 | out "none\n" | err nothing | left lock(0644 "")"#,
        )],
    },
    Difference {
        number: 3,
        why: "A holder in another PID namespace has no number here (fcntl gives 0), and the original says that there is none.",
        until: None,
        shows: &[(
            "look-at-a-holder-in-another-pid-namespace",
            r#"exit 0 | out "write 18446744073709551615\n" | err nothing"#,
        )],
    },
    Difference {
        number: 4,
        why: "Who looks at the output for the holder must not take a full disk for a free lock: the original succeeds.",
        until: None,
        shows: &[
            ("look-with-a-full-output", NOT_WRITTEN),
            ("look-with-a-closed-output", NOT_WRITTEN),
        ],
    },
    Difference {
        number: 5,
        why: "Each message says whose it is, so that one in the mail of cron can be told; the original's is bare here.",
        until: None,
        shows: &[
            ("a-limit-for-a-wait", WRONG_LIMIT),
            ("a-limit-for-a-look", WRONG_LIMIT),
            (
                "seconds-below-nothing",
                r#"exit 255 | out "" | err with-lock-ex's message | names timeout | left nothing"#,
            ),
        ],
    },
    Difference {
        number: 6,
        why: "A SIGALRM that somebody sends is not the end of the time; flock(1) sees it so too, and both wait in one way here.",
        until: None,
        shows: &[
            ("an-alarm-within-the-limit", STILL_WAITING),
            ("an-alarm-within-the-limit-quietly", STILL_WAITING),
        ],
    },
    Difference {
        number: 7,
        why: "The command finds SIGALRM ignored if the caller ignores it, also with -t; the original sets it to the default.",
        until: None,
        shows: &[("sigalrm-ignored-with-a-limit", ALARM_IGNORED)],
    },
];

const NO_COMMAND: &str =
    r#"exit 255 | out "" | err with-lock-ex's message | names usage | left nothing"#;
const NOT_WRITTEN: &str = r#"exit 255 | out "" | err with-lock-ex's message | left lock(0644 "")"#;
const WRONG_LIMIT: &str =
    r#"exit 255 | out "" | err with-lock-ex's message | names -t | left nothing"#;
const STILL_WAITING: &str = r#"signal 15 | out "" | err nothing | does not name expired"#;
const ALARM_IGNORED: &str =
    r#"exit 0 | out "SigIgn:\t0000000000002000\n" | err nothing | left lock(0600 "")"#;
