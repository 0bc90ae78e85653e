//! What is killed, refused, interrupted, cut off or held up.

mod bare;
mod cut_off;
mod faults;
mod injection;
mod kills;
mod locking_fails;
mod scarcity;
mod steps;
