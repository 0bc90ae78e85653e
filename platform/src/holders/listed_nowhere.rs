//! No list of locks that tells who holds one.

use std::fs::File;

use super::{Holds, Listed};

pub(super) const EXISTS: bool = false;

#[derive(Debug)]
pub(super) enum List {}

impl List {
    pub(super) fn of(_: &File) -> Option<Self> {
        None
    }

    pub(super) fn locks(&self) -> &[Listed] {
        match *self {}
    }

    pub(super) fn holds(&self, _: u32, _: &dyn Fn(&Listed) -> bool) -> Holds {
        match *self {}
    }
}
