//! The job: started under a lock, whatever keeps that, and supervised until it has ended.

mod limit;
mod observer;
mod relay;
mod start;
mod supervision;

pub use limit::Limit;
pub use start::{Job, Outcome, exec, run};
