//! The job: started under the lock, and supervised until it has ended.

mod relay;
pub mod start;
mod supervision;
