use std::ffi::OsStr;
use std::time::Duration;

use super::{Time, descriptor, exit_status, size, time};

#[test]
fn seconds_are_read_as_the_c_library_reads_them() {
    let read = |text: &str| time(OsStr::new(text)).ok();
    for (text, seconds) in [
        ("2", 2.0),
        ("0.5", 0.5),
        (".007", 0.007),
        ("5.", 5.0),
        (" +1e1", 10.0),
        ("0x10", 16.0),
        ("0x.8p1", 1.0),
        ("0.000001", 0.000_001),
    ] {
        assert_eq!(read(text), Some(Time::AtMost(Duration::from_secs_f64(seconds))), "{text}");
    }
    for text in ["0", "-0", "0.0", "00", "0.0000009", "0x0", "-0.0000001"] {
        assert_eq!(read(text), Some(Time::No), "{text}");
    }
    for text in ["-1", "-0.5", "inf", "-infinity", "nan", "1e300", "9223372036854775808", "-0x1"] {
        assert_eq!(read(text), Some(Time::Impossible), "{text}");
    }
    for text in ["", " ", "x", "1s", "1 ", "1,5", "0x", "0xp1", "--1", "+-1", "1e99999", "1e-99999"]
    {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_status_or_a_descriptor_that_is_none_is_not_cut_to_one() {
    let status = |text: &str| exit_status(OsStr::new(text)).ok();
    for (text, read) in [("0", 0), ("255", 255), ("007", 7), (" +9", 9), ("-0", 0)] {
        assert_eq!(status(text), Some(read), "{text}");
    }
    for text in ["", "256", "-1", "99999999999999999999", "4294967297", "0x7", "7.5", "7 ", "+"] {
        assert_eq!(status(text), None, "{text}");
    }
    let number = |text: &str| descriptor(OsStr::new(text)).ok();
    assert_eq!((number("009"), number("2147483647")), (Some(9), Some(i32::MAX)));
    for text in ["", "-1", "2147483648", "9x", "1.0", "lock"] {
        assert_eq!(number(text), None, "{text}");
    }
}

#[test]
fn a_number_of_bytes_may_have_a_unit() {
    let read = |text: &str| size(OsStr::new(text));
    for (text, bytes) in [
        ("0", 0),
        ("4096", 4096),
        ("010", 8),
        ("0x10", 16),
        ("1K", 1024),
        ("1k", 1024),
        ("1KiB", 1024),
        ("1KB", 1000),
        ("1.5M", 3 << 19),
        ("0.5GB", 500_000_000),
        ("0.05K", 51),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(read(text), Some(bytes), "{text}");
    }
    for text in
        ["", "-1", "K", "1B", "1Ki", "1.5", "1.K2", "1X", "18446744073709551616", "1Y", "16E"]
    {
        assert_eq!(read(text), None, "{text}");
    }
}
