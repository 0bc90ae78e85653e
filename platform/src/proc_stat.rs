//! A line of /proc/PID/stat (proc_pid_stat(5)): Linux has it. Read by one call, which gets all of it at one moment, and
//! without allocation, so that a child of a process with more threads may do it between fork and exec.
#![allow(dead_code, reason = "compiled everywhere, of use on Linux")]

use std::fmt::Display;
use std::fs::File;
use std::io::{Read, Write};

/// More bytes than a line has: 52 numbers, and a name of 64 bytes at most.
pub(crate) const LONGEST: usize = 52 * 21 + 66;

/// The line of the process with this id, or of `self`.
pub(crate) fn line(process: impl Display, buffer: &mut [u8; LONGEST]) -> Option<&[u8]> {
    let mut path = [0; 32];
    let mut rest = &mut path[..];
    write!(rest, "/proc/{process}/stat").ok()?;
    let end = 32 - rest.len();
    let path = std::str::from_utf8(path.get(..end)?).ok()?;
    let length = File::open(path).ok()?.read(buffer).ok()?;
    buffer.get(..length)
}

/// A field of a line, counted as proc(5) does, from the third one on. The second one is the name in parentheses, and may
/// hold anything.
pub(crate) fn field(line: &[u8], number: usize) -> Option<&str> {
    let end = line.windows(2).rposition(|pair| pair == b") ")?;
    let mut fields = line.get(end + 2..)?.split(|byte| byte.is_ascii_whitespace());
    std::str::from_utf8(fields.nth(number.checked_sub(3)?)?).ok()
}

/// A number among the fields.
pub(crate) fn number<T: std::str::FromStr>(line: &[u8], number: usize) -> Option<T> {
    field(line, number)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_that_looks_like_the_end_of_a_name_does_not_forge_a_field() {
        let line =
            b"4711 (a) T 1 (b) ) S 12 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 8 9";
        assert_eq!(field(line, 3), Some("S"));
        assert_eq!(number::<u32>(line, 4), Some(12));
        assert_eq!(number::<u64>(line, 22), Some(12_345));
        assert_eq!((field(line, 2), field(line, 60)), (None, None));
        assert_eq!(field(b"", 3), None);
        assert_eq!(field(b"4711 (a", 3), None);
    }
}
