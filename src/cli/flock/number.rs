//! Numbers as the C library reads them: blanks and a sign may stand before them, and nothing behind them.

use std::ffi::OsStr;
use std::time::Duration;

use crate::cli::quoting;

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    /// Not at all.
    No,
    /// So long.
    AtMost(Duration),
    /// A number, but no timer can be set to it: one below zero, or beyond all clocks.
    Impossible,
}

/// Seconds, to the microsecond.
pub(super) fn time(value: &OsStr) -> Result<Time, String> {
    let seconds = text(value).and_then(float).ok_or_else(|| {
        format!("{} is no number of seconds, such as 2 or 0.5", quoting::of_value(value))
    })?;
    if (seconds * 1e6).trunc() == 0.0 {
        return Ok(Time::No);
    }
    let time = Duration::try_from_secs_f64(seconds).ok();
    // As far as the system's clock counts.
    let time = time.filter(|time| i64::try_from(time.as_secs()).is_ok());
    Ok(time.map_or(Time::Impossible, Time::AtMost))
}

/// A number with a fraction and an exponent, also a hexadecimal one, and infinity. None that is too big or too small to be told
/// from infinity or from zero.
fn float(text: &str) -> Option<f64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let Some(digits) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) else {
        let number: f64 = text.parse().ok()?;
        let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
        let is_word = digits.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_lost = number.is_infinite() && !is_word
            || number == 0.0 && mantissa.contains(|c: char| ('1'..='9').contains(&c));
        return (!is_lost).then_some(number);
    };
    let (mantissa, exponent) = match digits.split_once(['p', 'P']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let both = [whole, fraction].concat();
    let is_number = !both.is_empty() && both.bytes().all(|digit| digit.is_ascii_hexdigit());
    let value = |sum: f64, digit: char| sum * 16.0 + f64::from(digit.to_digit(16).unwrap_or(0));
    let scale = 16_f64.powi(-(fraction.len() as i32)) * 2_f64.powi(exponent);
    is_number.then(|| sign * both.chars().fold(0.0, value) * scale)
}

/// An exit status.
pub(super) fn exit_status(value: &OsStr) -> Result<u8, String> {
    let number = text(value).and_then(|text| text.parse::<i64>().ok());
    number
        .and_then(|number| number.try_into().ok())
        .ok_or_else(|| format!("{} is no exit status: 0 to 255", quoting::of_value(value)))
}

/// The number of a descriptor.
pub(super) fn descriptor(value: &OsStr) -> Result<i32, String> {
    text(value)
        .and_then(|text| text.parse().ok())
        .filter(|number| *number >= 0)
        .ok_or_else(|| format!("{} is no descriptor: a number such as 9", quoting::of_value(value)))
}

/// A number of bytes: decimal, octal behind `0`, or hexadecimal behind `0x`; `K` and `KiB` to `Y` are powers of 1024, `KB` and
/// so on of 1000, and with those there may be a fraction.
pub(super) fn size(value: &OsStr) -> Option<u64> {
    let text = text(value)?;
    let (radix, digits) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if text.starts_with('0') => (8, text),
        None => (10, text),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let whole = u64::from_str_radix(&digits[..end], radix).ok()?;
    let rest = &digits[end..];
    if rest.is_empty() {
        return Some(whole);
    }
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
        None => ("", rest),
    };
    let unit = unit(suffix)?;
    let more = fraction_of(unit, fraction)?;
    u64::try_from(u128::from(whole).checked_mul(unit)?).ok()?.checked_add(more)
}

/// The number that a suffix stands for.
fn unit(suffix: &str) -> Option<u128> {
    const LETTERS: &str = "KMGTPEZY";
    let letter = suffix.chars().next()?.to_ascii_uppercase();
    let base: u128 = match &suffix[1..] {
        "" | "iB" | "ib" => 1024,
        "B" | "b" => 1000,
        _ => return None,
    };
    base.checked_pow(LETTERS.find(letter)? as u32 + 1)
}

/// The digits behind the point, of a unit.
fn fraction_of(unit: u128, digits: &str) -> Option<u64> {
    let digits = &digits[..digits.len().min(9)];
    let parts: u128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let of = 10_u128.pow(digits.len() as u32);
    u64::try_from(unit.checked_mul(parts)? / of).ok()
}

/// What the C library's functions for numbers go on with: blanks before it left out, and one plus.
fn text(value: &OsStr) -> Option<&str> {
    let text = value.to_str()?;
    let blank = |c: char| c.is_ascii_whitespace() || c == '\x0b';
    let text = text.trim_start_matches(blank);
    let text = text.strip_prefix('+').filter(|rest| !rest.starts_with(['+', '-'])).unwrap_or(text);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
