//! Seconds as strtod(3) reads them: a fraction, an exponent, also hexadecimal. What counts of them is whole microseconds, so
//! they are read as such, without the library for floating point, which is a tenth of the program.

use std::ffi::OsStr;
use std::time::Duration;

use super::number;
use crate::cli::quoting;

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Not at all.
    No,
    /// So long.
    AtMost(Duration),
    /// A number, but no timer can be set to it: one below zero, or beyond all clocks.
    Impossible,
}

/// Seconds, to the microsecond.
pub(super) fn read(value: &OsStr) -> Result<Time, String> {
    number::text(value).and_then(time).ok_or_else(|| {
        format!("{} is no number of seconds, such as 2 or 0.5", quoting::of_value(value))
    })
}

fn time(text: &str) -> Option<Time> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let text = text.to_ascii_lowercase();
    let micros = match text.strip_prefix("0x") {
        _ if ["inf", "infinity", "nan"].contains(&text.as_str()) => return Some(Time::Impossible),
        Some(digits) => hexadecimal(digits)?,
        None => decimal(&text)?,
    };
    let seconds = micros.map(|micros| u64::try_from(micros / MICROS));
    Some(match (micros, seconds) {
        (Some(0), _) => Time::No,
        // As far as the system's clock counts.
        (Some(micros), Some(Ok(seconds))) if !is_negative && seconds <= i64::MAX as u64 => {
            Time::AtMost(Duration::new(seconds, (micros % MICROS) as u32 * 1000))
        }
        _ => Time::Impossible,
    })
}

const MICROS: u128 = 1_000_000;

/// Beyond these powers of ten, a number is told neither from infinity nor from zero: the C library refuses it.
const POWERS: std::ops::RangeInclusive<i64> = -4950..=4932;

/// Microseconds; `None` inside is more than can be counted.
fn decimal(text: &str) -> Option<Option<u128>> {
    let Number { digits, fraction, exponent } = Number::read(text, 'e', 10)?;
    let digits = digits.trim_start_matches('0');
    // How many digits stand before the point.
    let whole = digits.len() as i64 - fraction + exponent;
    if digits.is_empty() {
        return Some(Some(0));
    }
    if !POWERS.contains(&whole) {
        return None;
    }
    let Ok(count) = usize::try_from(whole + 6) else {
        return Some(Some(0));
    };
    if count > 30 {
        return Some(None);
    }
    let micros: String = digits.chars().chain(std::iter::repeat('0')).take(count).collect();
    Some(if micros.is_empty() { Some(0) } else { micros.parse().ok() })
}

fn hexadecimal(text: &str) -> Option<Option<u128>> {
    let Number { digits, fraction, exponent } = Number::read(text, 'p', 16)?;
    let Ok(mantissa) = u64::from_str_radix(&digits, 16) else {
        return Some(None);
    };
    let micros = u128::from(mantissa) * MICROS;
    let shift = exponent - 4 * fraction;
    let by = u32::try_from(shift.unsigned_abs()).unwrap_or(u32::MAX);
    Some(if shift < 0 {
        Some(micros.checked_shr(by).unwrap_or(0))
    } else {
        Some(micros)
            .filter(|micros| *micros == 0 || by < micros.leading_zeros())
            .map(|it| it << by.min(127))
    })
}

/// A number as it is written.
struct Number {
    /// All digits, those behind the point as well.
    digits: String,
    /// How many of them stand behind the point.
    fraction: i64,
    exponent: i64,
}

impl Number {
    fn read(text: &str, mark: char, radix: u32) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(mark) {
            Some((mantissa, power)) => (mantissa, exponent(power)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        is_number.then_some(Self { digits, fraction: fraction.len() as i64, exponent })
    }
}

/// A power as it is written, all of it a number.
fn exponent(text: &str) -> Option<i64> {
    // Beyond all powers: more makes no difference, and can be reckoned with.
    const BEYOND: i64 = 1 << 40;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| sign * digits.parse().unwrap_or(BEYOND).min(BEYOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_as_the_c_library_reads_them() {
        let read = |text: &str| read(OsStr::new(text)).ok();
        for (text, seconds) in [
            ("2", 2.0),
            ("0.5", 0.5),
            (".007", 0.007),
            ("5.", 5.0),
            (" +1e1", 10.0),
            ("0x10", 16.0),
            ("0x.8p1", 1.0),
            ("0.000001", 0.000_001),
            ("1e-2", 0.01),
            ("1.5E+3", 1500.0),
            ("0.00000000000000000000001e23", 1.0),
            ("0x1P-1", 0.5),
            ("1e0000000001", 10.0),
            ("0x1p+0000000001", 2.0),
        ] {
            assert_eq!(read(text), Some(Time::AtMost(Duration::from_secs_f64(seconds))), "{text}");
        }
        for text in ["0", "-0", "0.0", "00", "0.0000009", "0x0", "-0.0000001"] {
            assert_eq!(read(text), Some(Time::No), "{text}");
        }
        for text in
            ["-1", "-0.5", "inf", "-infinity", "nan", "1e300", "9223372036854775808", "-0x1"]
        {
            assert_eq!(read(text), Some(Time::Impossible), "{text}");
        }
        for text in
            ["", " ", "x", "1s", "1 ", "1,5", "0x", "0xp1", "--1", "+-1", "1e99999", "1e-99999"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["1e000000000x", "0e123456789 ", "0x1p000000000x", "1e", "1e-", "1e+-1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
