//! Durations as people write and read them: `2`, `0.5`, `90s`, `5m`, `1h30m`, `inf`.

use std::time::Duration;

const NANOS: u128 = 1_000_000_000;

/// The units, longest first, in seconds.
const UNITS: [(char, u128); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads a duration; a bare number counts seconds, and `None` is `inf`.
pub(super) fn parse(text: &str) -> Result<Option<Duration>, String> {
    if text == "inf" {
        return Ok(None);
    }
    let nanos = nanoseconds(text)
        .ok_or_else(|| "not a duration: write it like 2, 0.5, 90s, 5m, 1h30m or inf".to_owned())?;
    let seconds =
        u64::try_from(nanos / NANOS).map_err(|_| "too long: write inf for no limit".to_owned())?;
    Ok(Some(Duration::new(seconds, (nanos % NANOS) as u32)))
}

/// A duration as people say it, two units at most: `2h13m`, `45s`, `0.25s`.
pub(super) fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let two = |high: u64, high_unit, low: u64, low_unit| {
        if low == 0 {
            format!("{high}{high_unit}")
        } else {
            format!("{high}{high_unit}{low}{low_unit}")
        }
    };
    match seconds {
        86400.. => two(seconds / 86400, "d", seconds % 86400 / 3600, "h"),
        3600.. => two(seconds / 3600, "h", seconds % 3600 / 60, "m"),
        60.. => two(seconds / 60, "m", seconds % 60, "s"),
        _ => {
            let text = format!("{seconds}.{:03}", duration.subsec_millis());
            format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

/// The sum of numbers with units, each unit shorter than the one before; or one number of seconds.
fn nanoseconds(text: &str) -> Option<u128> {
    let mut units = UNITS.iter();
    let mut rest = text;
    let mut sum = 0_u128;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        let (unit, behind) = match behind.chars().next() {
            None if rest.len() == text.len() => ('s', ""),
            None => return None,
            Some(unit) => (unit, &behind[unit.len_utf8()..]),
        };
        let (_, seconds) = units.find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(decimal(number)?.checked_mul(*seconds)?)?;
        rest = behind;
    }
    (!text.is_empty()).then_some(sum)
}

/// A decimal number in billionths; digits beyond the ninth are cut off.
fn decimal(text: &str) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let nanos: u128 = format!("{fraction:0<9.9}").parse().ok()?;
    whole.checked_mul(NANOS)?.checked_add(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<f64> {
        let parsed = parse(text).ok()?;
        Some(parsed.map_or(f64::INFINITY, |duration| duration.as_secs_f64()))
    }

    #[test]
    fn what_people_write_is_understood() {
        for (text, expected) in [
            ("2", 2.0),
            ("0.5", 0.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("90s", 90.0),
            ("5m", 300.0),
            ("1h30m", 5400.0),
            ("1.5h", 5400.0),
            ("1d2h3m4.5s", 93_784.5),
            ("0", 0.0),
            ("0s", 0.0),
            ("0.000000001", 1e-9),
            ("0.0000000001", 0.0),
            ("inf", f64::INFINITY),
            ("18446744073709551615", 18_446_744_073_709_551_615.0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            " ",
            "-1",
            "+1",
            "1 s",
            "s",
            "h",
            ".",
            "1.2.3",
            "1.2345678900.3",
            "1e3",
            "5x",
            "30m1h",
            "1m1m",
            "1h30",
            "infinity",
            "nan",
            "0x10",
            "1,5",
            "١",
            "18446744073709551616",
            "999999999999999999999999999999999999999999",
            "1é",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_said_in_two_units_at_most() {
        for (seconds, said) in [
            (0.0, "0s"),
            (0.25, "0.25s"),
            (59.0, "59s"),
            (60.0, "1m"),
            (61.0, "1m1s"),
            (3600.0, "1h"),
            (3660.0, "1h1m"),
            (8010.0, "2h13m"),
            (86400.0, "1d"),
            (100_000.0, "1d3h"),
        ] {
            assert_eq!(words(Duration::from_secs_f64(seconds)), said);
        }
    }
}
