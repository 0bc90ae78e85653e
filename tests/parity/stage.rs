//! The stage of one case: a private directory, the program under test, and how to run it and look at what it did.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::observation::Seen;
use crate::support::finished::Finished;
use crate::support::{self, Running, Scratch};

/// A program whose behaviour is looked at, and what is known about it beforehand.
#[derive(Clone)]
pub struct Subject {
    pub program: PathBuf,
    /// Put first as `--backend X`, which the original does not know.
    pub backend: Option<String>,
    /// After so long a run that should have ended is said to hang. Short only for the original, which does hang.
    pub patience: Duration,
}

impl Subject {
    /// The program under test, with the forced backend.
    pub fn under_test() -> Self {
        Self {
            program: support::program(),
            backend: support::forced_backend(),
            patience: support::PATIENCE,
        }
    }

    /// The original, which hangs in some cases.
    pub fn original(program: PathBuf) -> Self {
        Self { program, backend: None, patience: Duration::from_secs(8) }
    }
}

/// A private directory of mode 0700 and the program under test.
pub struct Stage {
    subject: Subject,
    scratch: Scratch,
}

impl Stage {
    pub fn new(subject: &Subject) -> Self {
        Self { subject: subject.clone(), scratch: Scratch::new() }
    }

    pub fn dir(&self) -> &Path {
        self.scratch.path()
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.scratch.join(name)
    }

    /// The lock file of most cases.
    pub fn lock(&self) -> PathBuf {
        self.path("lock")
    }

    /// Writes a file, and answers its path.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Makes a directory of a mode, whatever the umask.
    pub fn directory(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir(&path).unwrap();
        set_mode(&path, mode);
        path
    }

    /// `withlock ARGUMENTS`, in the stage's directory.
    pub fn withlock<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.subject.program);
        support::signals::plain(&mut command);
        if let Some(backend) = &self.subject.backend {
            command.args(["--backend", backend]);
        }
        command.args(arguments);
        self.settle(&mut command);
        command
    }

    /// `withlock OPTIONS LOCK WORDS`.
    pub fn words<S: AsRef<OsStr>>(
        &self,
        options: &[&str],
        words: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = self.withlock(options);
        command.arg(self.lock()).args(words);
        command
    }

    /// `withlock OPTIONS LOCK sh FILE`: the script goes into a file, for the original takes no argument with a blank.
    pub fn job(&self, options: &[&str], script: &str) -> Command {
        let file = self.file("job", script);
        self.words(options, [OsStr::new("sh"), file.as_os_str()])
    }

    /// The same command begun by a shell, `PRELUDE program arguments`, where PRELUDE ends in `exec` or the like.
    pub fn begun_by(&self, prelude: &str, command: &Command) -> Command {
        let mut shell = Command::new("/bin/sh");
        support::signals::plain(&mut shell);
        shell
            .arg("-c")
            .arg(format!("{prelude} \"$0\" \"$@\""))
            .arg(command.get_program())
            .args(command.get_args());
        self.settle(&mut shell);
        shell
    }

    fn settle(&self, command: &mut Command) {
        // Only directories that can be searched: whether a command is not found or forbidden is not to depend on others.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::split_paths(&path).filter(|directory| directory.join(".").exists());
        command.env("PATH", std::env::join_paths(path).unwrap());
        command.current_dir(self.dir()).stdin(Stdio::null());
        for name in [
            "WITHLOCK_LOCKFILE",
            "WITHLOCK_PID",
            "WITHLOCK_HELD",
            "WITHLOCK_SLOT",
            "WITHLOCK_FENCE",
        ] {
            command.env_remove(name);
        }
    }

    /// Runs a command to its end and notes how it ended, what it printed, and whether the lock file is there.
    pub fn see(&self, command: Command) -> Seen {
        let finished = self.finish(command);
        Seen::new().run(&finished, self.dir()).lock(&self.lock())
    }

    /// Runs a command to its end, or kills it when patience ends.
    pub fn finish(&self, mut command: Command) -> Finished {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = reader(child.stdout.take().unwrap());
        let stderr = reader(child.stderr.take().unwrap());
        let status = self.end_of(&mut child);
        let all = |from: Receiver<Vec<u8>>| {
            from.recv_timeout(support::PATIENCE).expect("a process left its output open")
        };
        Finished { status, stdout: all(stdout), stderr: all(stderr) }
    }

    /// Waits until a process has ended; when patience ends, kills it and answers None.
    pub fn end_of(&self, child: &mut Child) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return Some(status);
            }
            if start.elapsed() > self.subject.patience {
                child.kill().unwrap();
                child.wait().unwrap();
                return None;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// A job that holds the lock until it is told to end, or until the test is gone.
    pub fn hold(&self) -> Running {
        self.hold_with("echo $$; read line; exit 0\n")
    }

    /// The same with a script of the case's own, whose first line of output must be its process id.
    pub fn hold_with(&self, script: &str) -> Running {
        let file = self.file("holder", script);
        Running::of(self.words(&[], [OsStr::new("sh"), file.as_os_str()]))
    }

    /// What becomes of a second run on the same lock file.
    pub fn second_run(&self, options: &[&str]) -> String {
        let finished = self.finish(self.words(options, ["echo", "ran"]));
        match (finished.status.and_then(|status| status.code()), finished.stdout.as_slice()) {
            (Some(0), b"ran\n") => "starts".to_owned(),
            (Some(1), b"") => "refused".to_owned(),
            other => format!("odd: {other:?}"),
        }
    }

    /// A run that waits for the lock, and has said so.
    pub fn wait_for_lock(&self, script: &str) -> Waiter {
        let file = self.file("waiter", script);
        let mut command = self.words(&["-v", "-w", "60"], [OsStr::new("sh"), file.as_os_str()]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.to_lowercase().contains("waiting") {
            let before = said.len();
            stderr.read_line(&mut said).unwrap();
            assert!(said.len() > before, "it never said that it waits: {said:?}");
        }
        Waiter { child, stderr }
    }
}

/// A run that waits for the lock.
pub struct Waiter {
    pub child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Waiter {
    /// The first line that its job prints, which comes when it has got the lock.
    pub fn first_line(&mut self) -> String {
        let mut line = String::new();
        let stdout = self.child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Closes the job's input, and returns how the run ended.
    pub fn finish(mut self) -> ExitStatus {
        drop(self.child.stdin.take());
        let mut rest = Vec::new();
        self.stderr.read_to_end(&mut rest).unwrap();
        self.child.wait().unwrap()
    }
}

/// Sets the mode of a file or directory.
pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Reads all there is, beside the process that writes it.
fn reader(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (to, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        to.send(bytes)
    });
    answer
}
