//! Seconds, exit codes and descriptor numbers, and what is none.

use std::process::{Command, Stdio};

use super::FLOCK;
use crate::faces::case::{Case, busy, words};
use crate::faces::side_by_side::sides;
use crate::faces::stage::Stage;
use crate::support::Scratch;

pub const CASES: &[Case] = &[
    // The conflict exit code.
    busy("conflict", &["-n", "lock", "echo", "ran"]),
    busy("conflict-code-0", &["-n", "-E", "0", "lock", "echo", "ran"]),
    busy("conflict-code-5", &["-n", "-E", "5", "lock", "echo", "ran"]),
    busy("conflict-code-255", &["-n", "-E", "255", "lock", "echo", "ran"]),
    busy("conflict-code-with-zeros", &["-n", "-E", "007", "lock", "echo", "ran"]),
    busy("conflict-code-octal-looking", &["-n", "-E", "010", "lock", "echo", "ran"]),
    busy("conflict-code-with-a-sign", &["-n", "-E", "+7", "lock", "echo", "ran"]),
    busy("conflict-code-with-a-blank-before", &["-n", "-E", " 7", "lock", "echo", "ran"]),
    busy("conflict-code-of-a-timeout", &["-w", "0.01", "-E", "9", "lock", "echo", "ran"]),
    busy("conflict-code-of-a-reader", &["-s", "-n", "-E", "9", "lock", "echo", "ran"]),
    words("conflict-code-unused", &["-n", "-E", "9", "lock", "sh", "-c", "exit 3"]),
    words("conflict-code-empty", &["-E", "", "lock", "echo", "ran"]),
    words("conflict-code-256", &["-E", "256", "lock", "echo", "ran"]),
    words("conflict-code-beyond-64-bits", &["-E", "99999999999999999999", "lock", "echo", "ran"])
        .names(&["99999999999999999999"]),
    words("conflict-code-beyond-32-bits", &["-E", "4294967297", "lock", "echo", "ran"])
        .names(&["4294967297"]),
    words("conflict-code-negative", &["-E", "-1", "lock", "echo", "ran"]),
    words("conflict-code-a-word", &["-E", "abc", "lock", "echo", "ran"]).names(&["abc"]),
    words("conflict-code-with-a-tail", &["-E", "7x", "lock", "echo", "ran"]).names(&["7x"]),
    words("conflict-code-with-a-blank-behind", &["-E", "7 ", "lock", "echo", "ran"]).names(&["7 "]),
    words("conflict-code-hexadecimal", &["-E", "0x7", "lock", "echo", "ran"]).names(&["0x7"]),
    words("conflict-code-a-fraction", &["-E", "7.5", "lock", "echo", "ran"]).names(&["7.5"]),
    words("conflict-code-a-sign-alone", &["-E", "+", "lock", "echo", "ran"]).names(&["+"]),
    // Seconds.
    busy("wait-0", &["-w", "0", "lock", "echo", "ran"]),
    busy("wait-0.0", &["-w", "0.0", "lock", "echo", "ran"]),
    busy("wait-00", &["-w", "00", "lock", "echo", "ran"]),
    busy("wait-minus-0", &["-w", "-0", "lock", "echo", "ran"]),
    busy("wait-less-than-a-microsecond", &["-w", "0.0000001", "lock", "echo", "ran"]),
    busy("wait-one-microsecond", &["-w", "0.000001", "lock", "echo", "ran"]),
    busy("wait-a-fraction", &["-w", "0.01", "lock", "echo", "ran"]),
    busy("wait-a-bare-fraction", &["-w", ".01", "lock", "echo", "ran"]),
    busy("wait-with-an-exponent", &["-w", "1e-2", "lock", "echo", "ran"]),
    busy("wait-hexadecimal-0", &["-w", "0x0", "lock", "echo", "ran"]),
    busy("wait-hexadecimal-fraction", &["-w", "0x.02", "lock", "echo", "ran"]),
    busy("wait-with-a-sign", &["-w", "+0.01", "lock", "echo", "ran"]),
    busy("wait-with-a-blank-before", &["-w", " 0.01", "lock", "echo", "ran"]),
    busy("wait-a-fraction-long", &["--timeout", "0.01", "lock", "echo", "ran"]),
    words("wait-1e3", &["-w", "1e3", "lock", "echo", "ran"]),
    words("wait-a-bare-point-behind", &["-w", "1.", "lock", "echo", "ran"]),
    words("wait-hexadecimal", &["-w", "0x1", "lock", "echo", "ran"]),
    words("wait-a-year", &["-w", "31536000", "lock", "echo", "ran"]),
    words("wait-a-century", &["-w", "3153600000", "lock", "echo", "ran"]),
    words("wait-empty", &["-w", "", "lock", "echo", "ran"]),
    words("wait-a-blank", &["-w", " ", "lock", "echo", "ran"]),
    words("wait-negative", &["-w", "-1", "lock", "echo", "ran"]),
    words("wait-a-negative-fraction", &["-w", "-0.5", "lock", "echo", "ran"]),
    words("wait-a-word", &["-w", "abc", "lock", "echo", "ran"]).names(&["abc"]),
    words("wait-infinite", &["-w", "inf", "lock", "echo", "ran"]),
    words("wait-infinity", &["-w", "infinity", "lock", "echo", "ran"]),
    words("wait-not-a-number", &["-w", "nan", "lock", "echo", "ran"]),
    words("wait-beyond-64-bits", &["-w", "99999999999999999999", "lock", "echo", "ran"]),
    words("wait-1e300", &["-w", "1e300", "lock", "echo", "ran"]),
    words("wait-1e99999", &["-w", "1e99999", "lock", "echo", "ran"]).names(&["1e99999"]),
    words("wait-with-a-unit", &["-w", "1s", "lock", "echo", "ran"]).names(&["1s"]),
    words("wait-with-a-blank-behind", &["-w", "1 ", "lock", "echo", "ran"]).names(&["1 "]),
    words("wait-with-a-comma", &["-w", "1,5", "lock", "echo", "ran"]).names(&["1,5"]),
    words("wait-with-two-points", &["-w", "1.5.2", "lock", "echo", "ran"]).names(&["1.5.2"]),
    words("wait-a-point-alone", &["-w", ".", "lock", "echo", "ran"]).names(&["."]),
    words("wait-an-exponent-alone", &["-w", "1e", "lock", "echo", "ran"]).names(&["1e"]),
    // Descriptor numbers.
    words("descriptor-that-is-closed", &["99"]).names(&["99"]),
    words("descriptor-that-is-closed-shared", &["-s", "-n", "99"]).names(&["99"]),
    words("descriptor-that-is-closed-unlock", &["-u", "99"]).names(&["99"]),
    words("descriptor-2147483647", &["2147483647"]).names(&["2147483647"]),
    words("descriptor-2147483648", &["2147483648"]).names(&["2147483648"]),
    words("descriptor-beyond-64-bits", &["99999999999999999999"]).names(&["99999999999999999999"]),
    words("descriptor-negative", &["--", "-1"]),
    words("descriptor-very-negative", &["--", "-99999999999999999999"]),
    words("descriptor-like-an-option", &["-9"]).names(&["9", "--help"]),
    words("descriptor-with-a-tail", &["9x"]).names(&["9x"]),
    words("descriptor-hexadecimal", &["0x1"]).names(&["0x1"]),
    words("descriptor-a-fraction", &["1.0"]).names(&["1.0"]),
    words("descriptor-empty", &[""]),
    words("descriptor-a-blank", &[" "]),
    words("descriptor-with-a-blank-behind", &["1 "]).names(&["1 "]),
    words("a-file-without-a-command", &["lock"]).names(&["lock"]),
    words("a-bad-wait-and-a-bad-descriptor", &["-w", "abc", "xyz"]).names(&["abc", "xyz"]),
];

/// A limit in a script means the same wherever that runs. The original reads it as the user's language writes numbers: in
/// German, 0.5 is a mistake, and half a second is 0,5.
#[test]
fn seconds_have_a_point_in_every_language() {
    let Some(sides) = sides(&FLOCK) else { return };
    let locales = Scratch::new();
    let mut make = Command::new("localedef");
    make.args(["-i", "de_DE", "-f", "UTF-8"]).arg(locales.join("de_DE.UTF-8"));
    if !make.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        // Not support::skip: no machine is required to have it.
        eprintln!("skipped: no German locale can be made");
        return;
    }
    for (side, is_ours) in sides.iter().zip([false, true]) {
        let stage = Stage::new(side);
        for (seconds, is_plain) in [("0.5", true), ("0,5", false)] {
            let mut command = stage.run(["-w", seconds, "lock", "echo", "ran"]);
            command.env("LOCPATH", locales.path()).env("LC_ALL", "de_DE.UTF-8");
            let status = stage.finish(command).status.unwrap().code();
            let expected = if is_plain == is_ours { 0 } else { 64 };
            assert_eq!(status, Some(expected), "ours: {is_ours}, {seconds}");
        }
    }
}
