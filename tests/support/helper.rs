//! Processes of another user that take part in a test: the test's own program, started once more.

use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::alone::only;

/// Names the part to play.
const PART: &str = "WITHLOCK_TEST_PART";

/// Which part this process is to play; none is to be the test itself.
pub fn part() -> Option<String> {
    std::env::var(PART).ok()
}

/// Lines to and from somebody.
pub struct Lines {
    input: BufReader<UnixStream>,
    output: UnixStream,
}

impl Lines {
    fn new(stream: UnixStream) -> Self {
        Self { output: stream.try_clone().unwrap(), input: BufReader::new(stream) }
    }

    /// To the process that has started this one: its standard input is a socket.
    pub fn to_parent() -> Self {
        let stream = std::io::stdin().as_fd().try_clone_to_owned().unwrap();
        Self::new(UnixStream::from(stream))
    }

    pub fn say(&mut self, line: &str) {
        self.output.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// The next line; `None` is the end.
    pub fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.input.read_line(&mut line).unwrap_or(0);
        (length > 0).then(|| line.trim_end_matches('\n').to_owned())
    }
}

/// A process that plays a part for as long as this lives.
pub struct Helper {
    child: Child,
    lines: Lines,
}

impl Helper {
    /// Starts `program`, a copy of the test's own, at the test that asks for [`part`].
    pub fn start(program: &Path, test: &str, part: &str, user: u32) -> Self {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut command = Command::new(program);
        command.args(only(test)).arg("--nocapture").env(PART, part);
        command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).current_dir("/");
        if user != 0 {
            command.gid(user).uid(user);
        }
        let child = command.spawn().unwrap();
        Self { child, lines: Lines::new(ours) }
    }

    pub fn say(&mut self, line: &str) {
        self.lines.say(line);
    }

    pub fn hear(&mut self) -> String {
        self.lines.hear().expect("the helper has gone")
    }

    pub fn ask(&mut self, line: &str) -> String {
        self.say(line);
        self.hear()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
