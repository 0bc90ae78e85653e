//! The job: started under a lock, whatever keeps that, and supervised until it has ended.

mod relay;
mod start;
mod supervision;

pub use start::{Job, exec, run};
