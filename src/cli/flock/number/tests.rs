use std::ffi::OsStr;

use super::{descriptor, exit_status, size};

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
    for text in ["1\u{e4}", "1.5\u{20ac}", "0x1\u{e4}B", "1K\u{e4}"] {
        assert_eq!(read(text), None, "{text}");
    }
}
