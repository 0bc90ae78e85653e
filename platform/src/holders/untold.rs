//! What most systems do not tell in a way that withlock asks for: all of it where nothing is known but what getppid(2) says.
#![allow(dead_code, reason = "some systems tell of processes")]

use std::fs::File;
use std::time::Duration;

use super::facts::{Holds, Listed, Process};
use super::table::Listing;

/// There is no list of locks that tells who holds one.
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

    pub(super) fn waiting(&self) -> Vec<Listed> {
        match *self {}
    }

    pub(super) fn holds(&self, _: u32, _: &dyn Fn(&Listed) -> bool) -> Holds {
        match *self {}
    }
}

#[derive(Debug)]
pub(super) enum Overview {}

impl Overview {
    pub(super) fn now() -> Option<Self> {
        None
    }

    pub(super) fn is_whole(&self) -> bool {
        match *self {}
    }

    pub(super) fn of(&self, _: &File) -> Option<Listing> {
        match *self {}
    }

    pub(super) fn of_process(&self, _: u32, _: &File) -> Option<Listing> {
        match *self {}
    }

    pub(super) fn holds(&self, _: u32, _: &File) -> Holds {
        match *self {}
    }

    pub(super) fn having(&self, _: &File) -> Vec<(u32, Listing)> {
        match *self {}
    }
}

pub(super) fn of(_: u32) -> Option<Process> {
    None
}

pub(super) fn age(_: u32) -> Option<Duration> {
    None
}

/// The ids of this process and its parent.
pub(super) fn own() -> (u32, u32) {
    (std::process::id(), std::os::unix::process::parent_id())
}

pub(super) fn command(_: u32) -> Option<Vec<String>> {
    None
}

pub(super) fn name(_: u32) -> Option<String> {
    None
}

pub(super) fn user(_: u32) -> Option<u32> {
    None
}

pub(super) fn ids(_: u32) -> Option<Vec<u32>> {
    None
}
