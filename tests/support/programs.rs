//! Programs made by tests. A file that a test itself has just written can't be run safely: another thread may have
//! started a child meanwhile, which holds it open for writing until its own exec ("Text file busy"). So a child writes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a file of this content and mode.
pub fn write_program(path: &Path, content: &[u8], mode: u32) {
    let script = format!("cat > \"$1\" && chmod {mode:04o} \"$1\"");
    let mut child = Command::new("sh");
    child.args(["-c", &script, "sh"]).arg(path).stdin(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(content).unwrap();
    assert!(child.wait().unwrap().success());
}

/// Copies a program, mode 0755.
pub fn copy_program(from: &Path, to: &Path) {
    let script = "cp \"$1\" \"$2\" && chmod 0755 \"$2\"";
    let status = Command::new("sh").args(["-c", script, "sh"]).arg(from).arg(to).status();
    assert!(status.unwrap().success());
}
