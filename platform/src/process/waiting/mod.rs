//! A blocking call that ends: at a deadline, or when the waiter is told to give up.

mod interruption;
mod timer;

pub use interruption::Interruption;
