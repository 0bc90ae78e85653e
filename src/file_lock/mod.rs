//! A lock on an open file, and nothing else: what tools offer that lock whatever they are told to.
//!
//! Here nobody judges where the file lies, and nobody writes to it or removes it: it stays as it is. There is one lock, of one
//! call, as the command line asks for it: flock(2), or fcntl(2) on some bytes. A file is opened or created as such tools do, or
//! it is a descriptor that the caller has opened. Then a command runs with the descriptor, or without it; or this process
//! becomes the command; or it just ends, and leaves the lock to the caller's descriptor.
//!
//! Signals are the caller's affair. They act as the caller has set them, while this process waits for the lock and while its
//! command runs: one that ends a program ends this one, and not the command. Only SIGALRM is taken for a limit on the wait.
//!
//! The protocol at the top of this crate is another one: [`crate::lock`].

mod command;
mod failure;
mod file;
mod locking;

pub(crate) use command::Command;
pub(crate) use failure::{Failure, Result};
pub(crate) use file::{Creation, LockFile, Opening};
pub(crate) use withlock_platform::descriptor::Access;
