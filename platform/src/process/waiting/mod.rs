//! A blocking call that ends: at a deadline, or when the waiter is told to give up; and one for several locks.

mod interruption;
mod several;
mod time_limit;
mod timer;

pub use interruption::Interruption;
pub use several::{Wanted, rest, sleep_for_any};
pub use time_limit::TimeLimit;
