//! illumos, Solaris: system attributes "immutable", "appendonly" and "nounlink" (chmod(1), ls(1), `-/`).

/// How to see, and to take away, what makes a file immutable or append-only.
pub const ATTRIBUTE_TOOLS: &str = "ls -d -/ v, chmod S-vimmutable";
