//! Who gets the lock, when, and who waits for it in which order.

mod exclusion;
mod lease;
mod limits;
mod nested;
mod order;
mod shared;
