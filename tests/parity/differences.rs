//! Where withlock intends to differ from 0.5.

/// One reason to differ, and every case in which it shows.
pub struct Difference {
    pub number: u32,
    pub why: &'static str,
    /// The case, and exactly what the program under test must show instead of what is recorded.
    pub shows: &'static [(&'static str, &'static str)],
    /// With a lock that belongs to the wrapper's process the promise can't be kept: there it is as it was in 0.5.
    pub unless_process_owned: bool,
}

const fn difference(
    number: u32,
    why: &'static str,
    shows: &'static [(&'static str, &'static str)],
) -> Difference {
    Difference { number, why, shows, unless_process_owned: false }
}

const fn unless_process_owned(difference: Difference) -> Difference {
    Difference { unless_process_owned: true, ..difference }
}

pub const DIFFERENCES: &[Difference] = &[
    difference(
        1,
        "Arguments reach the command as they are: 0.5 joined them with blanks and had a shell read the result, which \
         broke every blank, quote and dollar sign, and more than 128 KiB",
        &[
            ("arguments-with-blanks", r#"exit 0 | out "<a b>< c  d >" | err nothing | lock gone"#),
            (
                "arguments-with-quotes",
                r#"exit 0 | out "<a'b'c><\"d\"><e\\f>" | err nothing | lock gone"#,
            ),
            ("arguments-with-an-open-quote", r#"exit 0 | out "<don't>" | err nothing | lock gone"#),
            (
                "arguments-with-dollar-and-backquote",
                r#"exit 0 | out "<$HOME_SWEET_HOME><`echo x`>" | err nothing | lock gone"#,
            ),
            (
                "arguments-with-operators",
                r#"exit 0 | out "<a;b><c&&d><#e><(f)>" | err nothing | lock gone"#,
            ),
            ("arguments-with-wildcards", r#"exit 0 | out "<jo*><j?b>" | err nothing | lock gone"#),
            ("arguments-that-are-empty", r#"exit 0 | out "<><a><>" | err nothing | lock gone"#),
            ("arguments-with-a-newline", r#"exit 0 | out "<a\nb>" | err nothing | lock gone"#),
            ("arguments-8000", r#"exit 0 | out "8000\n" | err nothing | lock gone"#),
            (
                "command-with-operators",
                r#"exit 0 | out "one && echo two\n" | err nothing | lock gone"#,
            ),
            ("command-path-with-a-blank", r#"exit 0 | out "hi\n" | err nothing | lock gone"#),
        ],
    ),
    difference(
        2,
        "A command is a program, and what only a shell understands is none: it is not found (127), and a string with \
         blanks gets the hint to use -c",
        &[
            (
                "command-as-one-string",
                r#"exit 127 | out "" | err a message | -c named | lock gone"#,
            ),
            ("command-with-an-assignment", r#"exit 127 | out "" | err a message | lock gone"#),
            (
                "command-that-is-in-the-shell-only",
                r#"exit 127 | out "" | err a message | lock gone"#,
            ),
            ("command-is-empty", r#"exit 127 | out "" | err a message | lock gone"#),
        ],
    ),
    difference(
        3,
        "Who wants a shell says so with -c, before the lock file or behind it as flock(1) has it, and gets $SHELL; \
         0.5 knew no such option",
        &[
            ("shell-string-with-c", r#"exit 5 | out "a  b\n" | err nothing | lock gone"#),
            (
                "shell-string-with-c-behind-the-lock-file",
                r#"exit 5 | out "a  b\n" | err nothing | lock gone"#,
            ),
            (
                "shell-of-the-caller",
                r#"exit 0 | out "my shell: -c exit 5\n" | err nothing | lock gone"#,
            ),
        ],
    ),
    difference(
        4,
        "A job that dies of a signal looks to the caller as it would without withlock; 0.5 ended with the shell's \
         128+n",
        &[
            ("job-dies-of-term", "signal 15 | lock gone"),
            ("job-dies-of-kill", "signal 9 | lock gone"),
            ("job-dies-of-a-closed-pipe", "signal 13 | lock gone"),
            ("default-broken-pipe", "job dies | signal 13"),
        ],
    ),
    difference(
        5,
        "What the caller ignores stays ignored, so nohup(1) does its work; 0.5 set these signals back for the job",
        &[
            ("ignored-hangup", "job goes on | exit 0"),
            ("ignored-terminate", "job goes on | exit 0"),
            ("ignored-broken-pipe", "job goes on | exit 0"),
            ("ignored-file-size", "job goes on | exit 0"),
        ],
    ),
    difference(
        6,
        "A stream that the caller has closed is closed for the job, and the job's status is the answer; 0.5 crashed \
         when it came to flush it",
        &[
            (
                "output-closed",
                r#"exit 0 | stream, and secrets in the lock file: "closed\n0\n" | lock gone"#,
            ),
            (
                "error-output-closed",
                r#"exit 0 | stream, and secrets in the lock file: "unasked\n0\n" | lock gone"#,
            ),
        ],
    ),
    difference(
        7,
        "The job gets the caller's other descriptors, as from any exec; 0.5 closed them",
        &[(
            "descriptor-of-the-caller",
            r#"exit 0 | out "from descriptor 7\n" | err nothing | lock gone"#,
        )],
    ),
    difference(
        8,
        "The job's environment is the caller's, and WITHLOCK_ variables; Python and the shell added theirs in 0.5",
        &[(
            "environment-unchanged",
            r#"exit 0 | environment ["A=1", "B=x  y;$", "C=", "PATH=/usr/bin:/bin"]"#,
        )],
    ),
    difference(
        9,
        "A mistake on the command line is always 2, and so differs from busy; 0.5 had 1 for some, with a traceback",
        &[
            ("no-arguments", r#"exit 2 | out "" | err a message | lock gone"#),
            ("only-a-lock-file", r#"exit 2 | out "" | err a message | lock gone"#),
            ("wait-is-no-number", r#"exit 2 | out "" | err a message | lock gone"#),
            (
                "wait-is-negative",
                r#"exit 2 | out "" | err a message | lock there | holder 0 | lock gone"#,
            ),
        ],
    ),
    difference(
        10,
        "A limit may be a fraction or have a unit; 0.5 took whole seconds and crashed on anything else",
        &[
            (
                "wait-is-a-fraction",
                r#"exit 1 | out "" | err a message | lock there | holder 0 | lock gone"#,
            ),
            (
                "wait-has-a-unit",
                r#"exit 1 | out "" | err a message | lock there | holder 0 | lock gone"#,
            ),
        ],
    ),
    difference(
        11,
        "The busy message says which lock is held: a cron mail with `could not acquire lock` helps nobody",
        &[("busy-message-names-the-lock-file", "lock file named")],
    ),
    difference(
        12,
        "A run that has waited compares what it locked with what the path names; in 0.5 it held a file that its \
         holder had just removed, and the next run started beside it",
        &[(
            "wait-then-a-third-run",
            "waiter's job got it | lock there | third run refused | exit 0 | lock gone",
        )],
    ),
    unless_process_owned(difference(
        13,
        "On Linux it takes both kinds of kernel lock, so it excludes flock(1) and is excluded by it; 0.5 took one",
        &[("kept-out-by-flock", "second run refused"), ("keeps-flock-out", "the other refused")],
    )),
    difference(
        14,
        "A file that is not withlock's own is locked, and neither truncated nor removed; 0.5 did both to whatever it \
         was given",
        &[
            (
                "existing-empty-file",
                r#"exit 0 | out "ran\n" | err nothing | lock there | content """#,
            ),
            (
                "existing-file-with-content",
                r#"exit 0 | out "ran\n" | err nothing | lock there | content "precious\n""#,
            ),
            (
                "existing-file-while-held",
                r#"content "precious\n" | second run refused | content "precious\n""#,
            ),
            (
                "existing-file-with-two-names",
                r#"exit 0 | out "ran\n" | err nothing | lock there | other name "precious\n""#,
            ),
            (
                "link-to-a-file-with-content",
                r#"exit 0 | out "ran\n" | err nothing | lock there | victim "precious\n""#,
            ),
            (
                "job-puts-another-file-there",
                r#"exit 0 | out "" | err a message | lock there | content "mine\n""#,
            ),
        ],
    ),
    difference(
        15,
        "A link is followed, so the file that it leads to is the one to clean up; 0.5 removed the link and left the \
         file",
        &[(
            "link-to-a-new-file",
            r#"exit 0 | out "ran\n" | err nothing | lock there | target gone"#,
        )],
    ),
    difference(
        16,
        "A lock file that can't be opened or is no plain file is refused at once, with 73 and a reason; 0.5 crashed, \
         hung at a FIFO, and removed a device",
        &[
            ("directory-missing", r#"exit 73 | out "" | err a message | lock gone"#),
            ("link-into-a-missing-directory", r#"exit 73 | out "" | err a message | lock there"#),
            ("lock-file-is-a-directory", r#"exit 73 | out "" | err a message | lock there"#),
            ("lock-file-is-a-fifo", r#"exit 73 | out "" | err a message | lock there"#),
            ("lock-file-is-a-socket", r#"exit 73 | out "" | err a message | lock there"#),
            ("lock-file-is-a-device", r#"exit 73 | out "" | err a message | lock there"#),
        ],
    ),
    difference(
        17,
        "The whole path is judged, owners and links included: 0.5 looked at the mode of the last directory, while \
         another user could rename one above it or change the link",
        &[
            ("directory-of-another-user", r#"exit 3 | out "" | err a message | lock gone"#),
            ("directory-0755-below-0777", r#"exit 3 | out "" | err a message | lock gone"#),
            (
                "link-that-lies-in-an-open-directory",
                r#"exit 3 | out "" | err a message | lock there | target gone"#,
            ),
        ],
    ),
    difference(
        18,
        "A signal for the wrapper goes to the job, and the lock is kept until the job has ended; 0.5 left the job \
         alone, and the next run started beside it",
        &[
            ("terminate-the-wrapper", TOLD),
            ("hang-up-the-wrapper", TOLD),
            ("interrupt-the-wrapper", TOLD),
            ("quit-the-wrapper", TOLD),
            ("user-signal-to-the-wrapper", TOLD),
            ("interrupt-from-the-terminal", TOLD),
            ("terminate-and-the-job-dies-of-it", "job is gone | signal 15 | lock gone"),
        ],
    ),
    unless_process_owned(difference(
        19,
        "The job inherits the lock, so that a SIGKILL for the wrapper alone lets nobody in while the job lives",
        &[("kill-the-wrapper", "second run refused | after the job starts | lock gone")],
    )),
    difference(
        20,
        "A run that is told to end while it waits ends of that signal; 0.5 ended with 0, as if the job had run",
        &[
            ("terminate-a-waiting-run", "signal 15 | second run refused | holder 0 | lock gone"),
            ("interrupt-a-waiting-run", "signal 2 | second run refused | holder 0 | lock gone"),
        ],
    ),
    difference(
        21,
        "A double dash between the lock file and the command is taken for what it is meant to be; in 0.5 it went to \
         the shell, which made a usage error of its own of it",
        &[("command-after-double-dash", r#"exit 0 | out "hi\n" | err nothing | lock gone"#)],
    ),
    difference(
        22,
        "A lock file that has gone under its job is told about, because another run may have run beside it; 0.5 said \
         nothing",
        &[("job-removes-the-lock-file", r#"exit 0 | out "" | err a message | lock gone"#)],
    ),
];

const TOLD: &str =
    r#"job is told | second run refused | exit 9 | job said "cleaned up" | lock gone"#;
