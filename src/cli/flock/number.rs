//! Numbers as the C library reads them: blanks and a sign may stand before them, and nothing behind them.

use std::ffi::OsStr;

use crate::cli::quoting;

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
    let (letter, rest) = suffix.split_at_checked(1)?;
    let base: u128 = match rest {
        "" | "iB" | "ib" => 1024,
        "B" | "b" => 1000,
        _ => return None,
    };
    base.checked_pow(LETTERS.find(letter.to_ascii_uppercase().as_str())? as u32 + 1)
}

/// The digits behind the point, of a unit.
fn fraction_of(unit: u128, digits: &str) -> Option<u64> {
    let digits = &digits[..digits.len().min(9)];
    let parts: u128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let of = 10_u128.pow(digits.len() as u32);
    u64::try_from(unit.checked_mul(parts)? / of).ok()
}

/// What the C library's functions for numbers go on with: blanks before it left out, and one plus.
pub(super) fn text(value: &OsStr) -> Option<&str> {
    let text = value.to_str()?;
    let blank = |c: char| c.is_ascii_whitespace() || c == '\x0b';
    let text = text.trim_start_matches(blank);
    let text = text.strip_prefix('+').filter(|rest| !rest.starts_with(['+', '-'])).unwrap_or(text);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
