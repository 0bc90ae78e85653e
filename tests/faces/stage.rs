//! The stage of one case: a private directory, and the tool by its name, which is this program or the original.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::seen::Seen;
use crate::support::finished::Finished;
use crate::support::people::chmod;
use crate::support::programs::copy_program;
use crate::support::{self, Running, Scratch};

/// After so long a run that should have ended is said to hang. Far beyond any load; but a fault can make many hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// A tool that this program can stand for.
pub struct Tool {
    /// The names by which it is called: its own first.
    pub names: &'static [&'static str],
    /// Names another original than the one in PATH.
    pub variable: &'static str,
    /// The options with which it waits for a lock on a file, and runs a command with it.
    pub hold: &'static [&'static str],
}

impl Tool {
    /// The original.
    pub fn original(&self) -> Option<PathBuf> {
        let chosen = std::env::var_os(self.variable).map(PathBuf::from);
        chosen.or_else(|| support::find_program(self.names[0]))
    }
}

/// One of the two programs, and the other.
#[derive(Clone)]
pub struct Side {
    pub tool: &'static Tool,
    /// Whose behaviour is looked at.
    pub subject: PathBuf,
    /// With whom it has to get along.
    pub peer: PathBuf,
}

/// A private directory: `here`, where all runs, and beside it the links to the two programs.
pub struct Stage {
    scratch: Scratch,
    side: Side,
}

impl Stage {
    pub fn new(side: &Side) -> Self {
        let scratch = Scratch::new();
        for (folder, program) in [("bin", &side.subject), ("peer", &side.peer)] {
            std::fs::create_dir(scratch.join(folder)).unwrap();
            for name in side.tool.names {
                symlink(program, scratch.join(folder).join(name)).unwrap();
            }
        }
        std::fs::create_dir(scratch.join("here")).unwrap();
        Self { scratch, side: side.clone() }
    }

    /// What differs from run to run: written as DIR in what is seen.
    pub fn top(&self) -> &Path {
        self.scratch.path()
    }

    pub fn tool(&self) -> &'static Tool {
        self.side.tool
    }

    /// The working directory of all that is run.
    pub fn dir(&self) -> PathBuf {
        self.scratch.join("here")
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir().join(name)
    }

    /// Writes a file of mode 0644, and returns its path.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Any program, in the stage's directory, with the tool first in PATH, and no input. Signals are as they were when the
    /// tests began (`support::surroundings`): a closure between fork and exec that sets them would cost more than all else.
    pub fn program<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.dir()).stdin(Stdio::null());
        // So that all of it can be ended, if it hangs.
        command.process_group(0);
        command.env("PATH", self.search_path()).env_remove("SHELL");
        command
    }

    fn search_path(&self) -> OsString {
        // Only directories that can be searched: whether a command is not found or forbidden is not to depend on others.
        let others = std::env::var_os("PATH").unwrap_or_default();
        let others = std::env::split_paths(&others).filter(|path| path.join(".").exists());
        std::env::join_paths([self.scratch.join("bin")].into_iter().chain(others)).unwrap()
    }

    /// The tool by one of its names, as a shell starts what it finds in PATH.
    pub fn named<S: AsRef<OsStr>>(
        &self,
        name: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = self.program(self.scratch.join("bin").join(name), arguments);
        command.arg0(name);
        command
    }

    /// The tool by its own name.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        self.named(self.side.tool.names[0], arguments)
    }

    /// The other of the two programs, by its own name.
    pub fn peer<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let name = self.side.tool.names[0];
        let mut command = self.program(self.scratch.join("peer").join(name), arguments);
        command.arg0(name);
        command
    }

    /// A script of sh(1).
    pub fn script(&self, script: &str) -> Command {
        self.program("/bin/sh", ["-c", script, "sh"])
    }

    /// The same command begun by a shell, `PRELUDE program arguments`, where PRELUDE ends in `exec` or the like.
    pub fn begun_by(&self, prelude: &str, command: &Command) -> Command {
        let mut shell = self.script(&format!("{prelude} \"$@\""));
        shell.arg(command.get_program()).args(command.get_args());
        shell
    }

    /// The peer holds a lock on this file, with these options, until it is told to end or the test is gone.
    pub fn held_by_peer(&self, options: &[&str], file: &str) -> Running {
        let words = [self.side.tool.hold, options, &[file, "sh", "-c", support::JOB]].concat();
        Running::of(self.peer(words))
    }

    /// The same by the subject.
    pub fn held(&self, options: &[&str], file: &str) -> Running {
        let words = [self.side.tool.hold, options, &[file, "sh", "-c", support::JOB]].concat();
        Running::of(self.run(words))
    }

    /// Lets other users in: the programs are copies then, which everybody can reach.
    pub fn open_to_all(&self) {
        for (folder, program) in [("bin", &self.side.subject), ("peer", &self.side.peer)] {
            for name in self.side.tool.names {
                let copy = self.scratch.join(folder).join(name);
                std::fs::remove_file(&copy).unwrap();
                copy_program(program, &copy);
            }
        }
        for directory in [self.top(), &self.dir()] {
            chmod(directory, 0o755);
        }
    }

    /// Runs a command to its end, and says how it ended, what it printed, and what is left in the directory.
    pub fn see(&self, command: Command) -> Seen {
        let finished = self.finish(command);
        Seen::new().run(&finished, self).left(self)
    }

    /// Runs a command to its end, or kills it when patience ends.
    pub fn finish(&self, mut command: Command) -> Finished {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        self.end(child.unwrap())
    }

    /// The end of a run whose output and errors are pipes.
    pub fn end(&self, mut child: Child) -> Finished {
        let stdout = reader(child.stdout.take().unwrap());
        let stderr = reader(child.stderr.take().unwrap());
        let status = end_of(&mut child);
        let all = |from: Receiver<Vec<u8>>| {
            from.recv_timeout(PATIENCE).expect("a process left its output open")
        };
        Finished { status, stdout: all(stdout), stderr: all(stderr) }
    }
}

/// Waits until a process has ended; when patience ends, kills it with its group, and returns None.
pub fn end_of(child: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if start.elapsed() > PATIENCE {
            support::kill_group(child.id(), libc::SIGKILL);
            child.wait().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(1));
    }
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
