//! The proof by exhaustion, as a test program of its own.

mod proof;
mod support {
    pub mod random;
}
