//! The command line, what is said, and the texts that tell of it.

mod advice;
mod arguments;
mod bad_input;
mod commands;
mod manual;
mod options;
mod position;
mod security;
mod verbose;
