//! Linux: attributes "i" and "a" of a file (chattr(1), ioctl_iflags(2)).

/// How to see, and to take away, what makes a file immutable or append-only.
pub const ATTRIBUTE_TOOLS: &str = "lsattr -d, chattr -ia";
