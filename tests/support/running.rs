//! A run whose job has said that it runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use super::{kill, withlock};

/// A run whose job has said that it runs, and which goes on until it is told to end.
pub struct Running {
    pub child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// The process id of the job's shell.
    pub job: u32,
}

/// The job of a [`Running`]: says its process id, waits for a line, and exits 0.
pub const JOB: &str = "echo $$; read line; exit 0";

impl Running {
    /// Starts `withlock [options] lock sh -c JOB` and waits until the job runs.
    pub fn start(options: &[&str], lock: &Path) -> Self {
        Self::start_with(options, lock, JOB)
    }

    /// The same with a script of the test's own, whose first line of output must be its process id.
    pub fn start_with(options: &[&str], lock: &Path, script: &str) -> Self {
        let mut command = withlock(options);
        command.arg(lock).args(["sh", "-c", script]);
        Self::of(command)
    }

    /// The same with a whole command line.
    pub fn of(mut command: Command) -> Self {
        command.stderr(Stdio::piped());
        Self::of_quiet(command)
    }

    /// The same; what it says on standard error goes where the command has it go.
    pub fn of_quiet(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let Ok(job) = line.trim().parse() else {
            let mut errors = String::new();
            let _ = child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut errors));
            panic!("the job did not start: {line:?}, {errors:?}");
        };
        Self { child, input, output, job }
    }

    /// The next line of the job's output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Tells the job to go on.
    pub fn go_on(&mut self) {
        self.say("");
    }

    /// Writes a line to the job.
    pub fn say(&mut self, line: &str) {
        let _ = self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes());
    }

    /// Sends the wrapper a signal.
    pub fn signal(&self, signal: i32) {
        kill(self.child.id(), signal);
    }

    /// Tells the job to end, and answers the wrapper's exit status, the rest of its output, and what was on stderr.
    pub fn finish(mut self) -> (ExitStatus, String, String) {
        self.go_on();
        self.wait()
    }

    /// Waits for the wrapper without telling the job anything.
    pub fn wait(mut self) -> (ExitStatus, String, String) {
        let mut output = String::new();
        let mut errors = String::new();
        let _ = self.output.read_to_string(&mut output);
        let _ = self.child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut errors));
        (self.child.wait().unwrap(), output, errors)
    }
}
