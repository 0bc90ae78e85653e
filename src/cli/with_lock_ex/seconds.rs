//! Seconds as `-t` takes them: a whole number as in C, the way strtol(3) reads one that may have any base.

/// Why something is no such number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSeconds {
    /// It is no number, or not only one.
    NotANumber,
    /// It is more than fits in 64 bits, or less.
    OutOfRange,
    /// It is less than nothing.
    Negative,
}

/// `15`, `017`, `0xf`, `+15` and ` 15` are 15.
pub(super) fn read(text: &[u8]) -> Result<u64, NoSeconds> {
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
        // More digits than it can have make it no other number than one that is out of range.
        Some(value.saturating_mul(base.into()).saturating_add(digit.into()))
    });
    let value = value.filter(|_| !digits.is_empty()).ok_or(NoSeconds::NotANumber)?;
    match i64::try_from(if negative { -value } else { value }) {
        Ok(value) => u64::try_from(value).map_err(|_| NoSeconds::Negative),
        Err(_) => Err(NoSeconds::OutOfRange),
    }
}

/// What isspace(3) takes for blank.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'\x0b'
}

#[cfg(test)]
mod tests {
    use super::{NoSeconds, read};

    #[test]
    fn a_limit_is_what_it_was() {
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
            assert_eq!(read(text.as_bytes()), Ok(seconds), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_limit_is_none() {
        for text in ["", " ", "+", "-", "abc", "5s", "5 ", "1.5", "08", "0x", "0xg", "+-5", "\u{e4}"] {
            assert_eq!(read(text.as_bytes()), Err(NoSeconds::NotANumber), "{text:?}");
        }
        for text in ["-1", "-0x10", "-9223372036854775808"] {
            assert_eq!(read(text.as_bytes()), Err(NoSeconds::Negative), "{text:?}");
        }
        let endless = "9".repeat(1000);
        for text in ["9223372036854775808", "-9223372036854775809", &endless] {
            assert_eq!(read(text.as_bytes()), Err(NoSeconds::OutOfRange), "{text:?}");
        }
    }
}
