//! The BSDs and macOS: flags of a file (chflags(1), "uchg", "sappnd"); `ls -lo` shows them (ls(1)).

/// How to see, and to take away, what makes a file immutable or append-only.
pub const ATTRIBUTE_TOOLS: &str = "ls -lo, chflags";
