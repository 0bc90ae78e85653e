//! Linux: texts in /proc.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// At most so much of a list is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// What is read at once, in bytes: most texts are shorter.
pub(super) const PAGE: usize = 4096;

/// A text of the kernel's. Names in it may be of any bytes.
pub(super) fn read(path: impl AsRef<Path>) -> io::Result<String> {
    read_at_most(path, LONGEST)
}

/// The same with another limit.
pub(super) fn read_at_most(path: impl AsRef<Path>, bytes_at_most: u64) -> io::Result<String> {
    let mut bytes = Vec::with_capacity(PAGE);
    File::open(path)?.take(bytes_at_most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
