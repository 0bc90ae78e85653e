//! The holder: what it writes about itself, who it is, and whether it is an ancestor of this run.

pub mod form;
pub mod identify;
pub mod nested;
pub mod record;
pub mod status;
