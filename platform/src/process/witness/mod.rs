//! A witness: a child in the job's process group that has every signal held, and reports each that it is sent.
//!
//! What is sent to this process may have been sent to the job as well: to the whole process group, or to each process of a
//! service. No system tells that of a signal. But what has reached the witness from the same sender has reached the job.
//!
//! It does nothing else, has no files but the one end of a pair of sockets, and ends with this process, however that ends.
//! It takes its orders through the pair; SIGCHLD says that there is one. (It has no children, so nobody else sends that.)

mod handle;
mod message;
mod post;
mod sighting;

pub use handle::{Witness, can_watch};
pub(in crate::process) use message::is_readable;
pub use sighting::Sighting;
