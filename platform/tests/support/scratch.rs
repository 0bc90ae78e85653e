//! Files for a test.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory that goes with the value.
pub(crate) struct Scratch {
    directory: PathBuf,
    maker: u32,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Scratch {
    pub(crate) fn new() -> Self {
        let directory = std::env::temp_dir().join(unused_name());
        std::fs::create_dir(&directory).expect("make a directory");
        // A system may hand out the name of a link (macOS: /tmp, /var).
        let directory = directory.canonicalize().expect("the directory's own name");
        Self { directory, maker: std::process::id() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.directory
    }

    /// The path of an empty file, which is made.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        let path = self.directory.join(name);
        File::create(&path).expect("make a file");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A forked child has a copy of this value, too.
        if self.maker == std::process::id() {
            std::fs::remove_dir_all(&self.directory).expect("remove the directory");
        }
    }
}

pub(crate) fn open(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).expect("open a file")
}

/// A file that has no name any more.
pub(crate) fn unnamed_file() -> File {
    let path = std::env::temp_dir().join(unused_name());
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .expect("make a file");
    std::fs::remove_file(path).expect("remove its name");
    file
}

fn unused_name() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("withlock-test-{}-{}-{count}", std::process::id(), now.as_nanos())
}
