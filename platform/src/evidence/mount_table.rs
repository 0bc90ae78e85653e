//! Linux: what /proc/self/mountinfo tells about a file system (proc_pid_mountinfo(5)).

use std::io::{self, Read};

/// More than a type's name has; of a longer one, which its server made up, this is the beginning.
const LONGEST: usize = 64;

/// A table of mounts that is longer than this has no end.
const LARGEST: u64 = 64 << 20;

/// The type of the file system with this device number, such as `fuse.sshfs`; `None` where the table does not have it.
///
/// # Errors
/// What reading says.
// Its buffer is not to be part of the stack of those that hardly ever need it.
#[cold]
#[inline(never)]
pub(super) fn type_of(device: u64, table: impl Read) -> io::Result<Option<String>> {
    let mut table = table.take(LARGEST);
    let mut line = Line::new(device);
    let mut space = [0; 4096];
    loop {
        let length = table.read(&mut space)?;
        if length == 0 {
            return Ok(None);
        }
        if let Some(kind) = space[..length].iter().find_map(|byte| line.take(*byte)) {
            return Ok(Some(kind));
        }
    }
}

/// A line, as far as it was read, without what nobody wants to know: a path in it can be of any length.
struct Line {
    device: u64,
    /// Number of the word, from 0 on.
    number: usize,
    word: Vec<u8>,
    is_ours: bool,
    /// The word behind which the type stands.
    separator: Option<usize>,
}

impl Line {
    fn new(device: u64) -> Self {
        Self {
            device,
            number: 0,
            word: Vec::with_capacity(LONGEST),
            is_ours: false,
            separator: None,
        }
    }

    /// The next byte; the type, if it was the end of that, in the line of the device.
    fn take(&mut self, byte: u8) -> Option<String> {
        if byte != b' ' && byte != b'\n' {
            if self.word.len() < LONGEST {
                self.word.push(byte);
            }
            return None;
        }
        let is_type = self.is_ours && self.separator.is_some_and(|at| self.number == at + 1);
        let kind = is_type.then(|| String::from_utf8_lossy(&unescaped(&self.word)).into_owned());
        match self.number {
            2 => self.is_ours = number_of(&self.word) == Some(self.device),
            6.. if self.word == b"-" && self.separator.is_none() => {
                self.separator = Some(self.number);
            }
            _ => {}
        }
        self.number += 1;
        self.word.clear();
        if byte == b'\n' {
            *self = Self { word: std::mem::take(&mut self.word), ..Self::new(self.device) };
        }
        kind
    }
}

/// The number of a device that is written as `MAJOR:MINOR`.
fn number_of(word: &[u8]) -> Option<u64> {
    let (major, minor) = std::str::from_utf8(word).ok()?.split_once(':')?;
    Some(libc::makedev(major.parse().ok()?, minor.parse().ok()?) as u64)
}

/// The kernel writes blanks, ends of lines, `\` and `#` as `\` and three octal digits (fs/proc_namespace.c, `mangle`).
fn unescaped(word: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, others)) = rest.split_first() {
        let digits = others
            .get(..3)
            .filter(|digits| digits.iter().all(|digit| matches!(digit, b'0'..=b'7')));
        match digits {
            Some(&[a, b, c]) if *first == b'\\' && a < b'4' => {
                plain.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest = &others[3..];
            }
            _ => {
                plain.push(*first);
                rest = others;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Sip<'a>(&'a [u8], usize);

    impl Read for Sip<'_> {
        fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(space.len());
            space[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn found(table: &[u8], major: u32, minor: u32) -> Option<String> {
        let device = libc::makedev(major, minor) as u64;
        let answers = [1, 7, 4096].map(|sip| type_of(device, Sip(table, sip)).unwrap());
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        answers[0].clone()
    }

    const TABLE: &[u8] = b"22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n\
        40 22 0:35 / /mnt/with\\040blank - rw,nosuid - fuse.sshfs user@host:/x\\040- fuse rw,user_id=0\n\
        41 22 0:36 / /mnt/- rw shared:7 master:3 - fuse.my\\040own\\134fs a rw\n\
        42 22 0:37 / /mnt/c rw - virtiofs tag rw\n\
        43 22 0:38 / /mnt/d rw shared:1 master:2 propagate_from:3 unbindable - fuseblk /dev/sdb1 rw\n";

    #[test]
    fn a_file_system_is_called_as_the_table_calls_it_however_its_mount_is_called() {
        assert_eq!(found(TABLE, 254, 1).as_deref(), Some("ext4"));
        assert_eq!(found(TABLE, 0, 36).as_deref(), Some("fuse.my own\\fs"));
        assert_eq!(found(TABLE, 0, 37).as_deref(), Some("virtiofs"));
        assert_eq!(found(TABLE, 0, 38).as_deref(), Some("fuseblk"));
        assert_eq!(found(TABLE, 0, 39), None);
        assert_eq!(found(b"", 0, 39), None);
    }

    #[test]
    fn a_blank_in_a_path_is_escaped_and_so_parts_no_words() {
        // The kernel writes no separate "-" before the options; whoever takes one for the end sees no type.
        let table = b"40 22 0:35 / /a\\040-\\040fuse.wrong rw - fuse.right a rw\n";
        assert_eq!(found(table, 0, 35).as_deref(), Some("fuse.right"));
    }

    #[test]
    fn a_line_or_a_word_of_any_length_takes_no_room_and_hides_nothing() {
        let long = "x".repeat(100_000);
        let table = format!(
            "1 2 0:3{long} / / rw - no a rw\n1 2 0:4 /{long} /{long} rw,{long} - fuse.{long} {long} rw\n\
             1 2 0:5 / / rw - fuse.next a rw\n"
        );
        assert_eq!(found(table.as_bytes(), 0, 3), None);
        let cut = found(table.as_bytes(), 0, 4).unwrap();
        assert_eq!(cut, format!("fuse.{}", "x".repeat(LONGEST - 5)));
        assert_eq!(found(table.as_bytes(), 0, 5).as_deref(), Some("fuse.next"));
    }

    #[test]
    fn a_table_of_random_bytes_breaks_nothing() {
        let mut state = 1_u64;
        let mut random = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize
        };
        let words: [&[u8]; 12] = [
            b" ",
            b"\n",
            b"-",
            b" - ",
            b"0:35",
            b"\\040",
            b"\\9",
            b"\\",
            b"fuse.x",
            b"\xff",
            b"99999999999:1",
            b"1 2 0:35 / / rw - a b c\n",
        ];
        for _ in 0..20_000 {
            let table: Vec<u8> = (0..random() % 24)
                .flat_map(|_| match random() % 4 {
                    0 => vec![random() as u8],
                    _ => words[random() % words.len()].to_vec(),
                })
                .collect();
            found(&table, 0, 35);
        }
    }
}
