//! Who gets the lock, when, and who waits for it in which order.

mod exclusion;
mod lease;
mod nested;
mod no_fork;
mod order;
mod shared;
mod terminal;
mod waiters;
mod warn_held;
