//! Who gets the lock, when, and who waits for it in which order.

mod crowd;
mod exclusion;
mod lease;
mod max_waiters;
mod nested;
mod no_fork;
mod order;
mod replace;
mod shared;
mod slots;
mod terminal;
mod waiters;
mod warn_held;
