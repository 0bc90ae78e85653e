//! What is this program's alone: how a command line is chosen, what a run costs, and what the pages say.

#[cfg(target_os = "linux")]
mod calls;
mod choice;
mod pages;
