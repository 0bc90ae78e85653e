//! The lock file: whose it is, what stands in it, who removes it.

mod foreign;
mod holders;
mod look;
mod own;
mod record;
mod redirected;
mod results;
mod slots;
mod status;
mod verdict;
