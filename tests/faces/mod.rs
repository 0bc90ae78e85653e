//! Called by the name of another tool: the same cases on that tool and on this program, side by side.
//!
//! Both are on the machine, so both are run and nothing is recorded. In everything that a caller can see the two must be the
//! same, but for a list of differences, each with its reason; a listed difference must be real.
//!
//! `WITHLOCK_TEST_FLOCK=/path/to/flock` names another original than the one in PATH, such as a newer one: what only that
//! knows must be the same then. With `WITHLOCK_TEST_SHOW=yes` and `--nocapture`, all that was seen is printed.

mod case;
mod flock;
mod ours;
mod seen;
mod side_by_side;
mod stage;
mod with_lock_ex;
