//! Called by the name of another tool: the same cases on that tool and on this program, side by side.
//!
//! Both are on the machine, so both are run and nothing is recorded. In everything that a caller can see the two must be the
//! same, but for a list of differences, each with its reason; a listed difference must be real.

mod case;
mod flock;
mod ours;
mod seen;
mod side_by_side;
mod stage;
mod with_lock_ex;
