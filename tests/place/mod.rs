//! Where a lock file may lie, and where somebody else could swap it.

mod attack;
mod by_name;
mod directories;
mod exhaustive;
mod file_systems;
mod links;
mod mounts;
mod setuid;
mod table;
mod unusable;
mod walk;
