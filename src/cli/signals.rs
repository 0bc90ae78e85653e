//! Signals as people write them: `TERM`, `SIGTERM`, `15`, `RTMIN+1`.

use withlock_platform::process::{self, Signal, signal};

/// Reads a signal. Names may be in small letters, as with timeout(1).
pub(super) fn parse(text: &str) -> Result<Signal, String> {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return text
            .parse()
            .ok()
            .filter(|number| process::is_signal(*number))
            .ok_or_else(|| "no signal has this number; kill -l lists them".to_owned());
    }
    let name = text.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    signal::named(name).or_else(|| real_time(name)).ok_or_else(|| {
        "no such signal: write it like TERM, SIGTERM, 15 or RTMIN+1; kill -l lists them".to_owned()
    })
}

/// `RTMIN`, `RTMIN+n`, `RTMAX-n` or `RTMAX`.
fn real_time(name: &str) -> Option<Signal> {
    let range = signal::real_time()?;
    let offset = |text: &str, sign| match text.strip_prefix(sign) {
        Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok(),
        None if text.is_empty() => Some(0),
        _ => None,
    };
    let signal = match (name.strip_prefix("RTMIN"), name.strip_prefix("RTMAX")) {
        (Some(rest), _) => range.start().checked_add(offset(rest, '+')?)?,
        (_, Some(rest)) => range.end().checked_sub(offset(rest, '-')?)?,
        _ => return None,
    };
    range.contains(&signal).then_some(signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_known_by_its_name_and_by_its_number() {
        for name in ["TERM", "SIGTERM", "term", "sigterm", "SigTerm", "15", "015"] {
            assert_eq!(parse(name), Ok(15), "{name}");
        }
        for number in 1..32 {
            assert_eq!(parse(&number.to_string()), Ok(number));
            if let Some(name) = signal::name(number) {
                assert_eq!(parse(name), Ok(number), "{name}");
            }
        }
    }

    #[test]
    fn real_time_signals_are_counted_from_either_end() {
        let Some(range) = signal::real_time() else { return };
        let (first, last) = (*range.start(), *range.end());
        for (name, number) in [
            ("RTMIN", first),
            ("SIGRTMIN+0", first),
            ("rtmin+2", first + 2),
            ("RTMAX-3", last - 3),
            ("RTMAX", last),
        ] {
            assert_eq!(parse(name), Ok(number), "{name}");
        }
        for name in ["RTMIN+", "RTMIN-1", "RTMIN+99", "RTMAX+1", "RTMAX-99", "RTMIN+-1", "RTMINX"] {
            assert!(parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_no_signal_is_refused() {
        for text in
            ["", " ", "SIG", "SIGSIGTERM", "FOO", "0", "-1", "-9", "+9", "9.5", "9x", "1000", "143"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("99999999999999999999").is_err());
    }
}
