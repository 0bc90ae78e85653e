//! Numbers that say nothing, such as those of files, in the order in which they are met.

use super::{DESCRIPTIONS, INODES, NONE, PROCESSES, narrow};

/// New numbers for old ones.
pub(super) struct Labels {
    pub(super) processes: [u8; PROCESSES],
    inodes: [u8; INODES],
    descriptions: [u8; DESCRIPTIONS],
    met: [usize; 2],
}

impl Labels {
    pub(super) fn new() -> Self {
        Self {
            processes: [NONE; PROCESSES],
            inodes: [NONE; INODES],
            descriptions: [NONE; DESCRIPTIONS],
            met: [0; 2],
        }
    }

    pub(super) fn inode(&mut self, number: u8) -> u8 {
        label(&mut self.inodes, &mut self.met[0], number)
    }

    pub(super) fn description(&mut self, number: u8) -> u8 {
        label(&mut self.descriptions, &mut self.met[1], number)
    }

    pub(super) fn met_inodes(&self) -> &[u8] {
        &self.inodes[..self.met[0]]
    }
}

fn label(known: &mut [u8], met: &mut usize, number: u8) -> u8 {
    if number == NONE {
        return NONE;
    }
    let at = known[..*met].iter().position(|it| *it == number).unwrap_or_else(|| {
        known[*met] = number;
        *met += 1;
        *met - 1
    });
    narrow(at)
}
