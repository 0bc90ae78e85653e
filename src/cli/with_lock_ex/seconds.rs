//! Seconds as `-t` takes them: a whole number as in C, the way strtol(3) reads one that may have any base.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::cli::quoting;

/// `15`, `017`, `0xf`, `+15` and ` 15` are 15.
///
/// # Errors
/// Why it is no timeout.
pub(super) fn read(value: &OsStr) -> Result<u64, String> {
    let wrong = |why| format!("the timeout {} {why}", quoting::of_value(value));
    let number = number(value.as_bytes())
        .ok_or_else(|| wrong("is no whole number of seconds, such as 90"))?;
    let number = i64::try_from(number).map_err(|_| wrong("is out of range"))?;
    u64::try_from(number).map_err(|_| wrong("is less than 0"))
}

fn number(text: &[u8]) -> Option<i128> {
    let blanks = text.iter().take_while(|byte| is_blank(**byte)).count();
    let (negative, number) = match &text[blanks..] {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (base, digits) = match number {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        all => (10, all),
    };
    let value = digits.iter().try_fold(0_i128, |value, digit| {
        let digit = char::from(*digit).to_digit(base)?;
        // So many digits make a number that is out of range, whatever it is.
        Some(value.saturating_mul(base.into()).saturating_add(digit.into()))
    });
    value.filter(|_| !digits.is_empty()).map(|value| if negative { -value } else { value })
}

/// What isspace(3) takes for blank.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'\x0b'
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_limit_is_what_it_is_to_strtol() {
        let max = i64::MAX.unsigned_abs();
        for (text, seconds) in [
            ("0", 0),
            ("-0", 0),
            ("5", 5),
            ("+5", 5),
            (" \t\n\x0b5", 5),
            ("010", 8),
            ("00", 0),
            ("0x10", 16),
            ("0XaF", 175),
            ("9223372036854775807", max),
            ("0x7fffffffffffffff", max),
        ] {
            assert_eq!(read(text.as_ref()), Ok(seconds), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_limit_is_refused_with_the_reason() {
        let endless = "9".repeat(1000);
        for (why, texts) in [
            (
                "no whole number",
                &["", " ", "+", "-", "x", "5s", "5 ", "1.5", "08", "0x", "+-5", "\u{e4}"][..],
            ),
            ("less than 0", &["-1", "-0x10", "-9223372036854775808"]),
            ("out of range", &["9223372036854775808", "-9223372036854775809", &endless]),
        ] {
            for text in texts {
                let said = read(text.as_ref()).unwrap_err();
                assert!(said.contains(why) && said.contains("timeout"), "{text:?}: {said}");
            }
        }
    }
}
