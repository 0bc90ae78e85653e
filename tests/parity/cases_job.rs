//! What the job gets: arguments, standard streams, environment, umask, dispositions.

use std::ffi::OsStr;
use std::fs::File;

use super::cases::Case;
use super::observation::Seen;
use super::stage::{Stage, set_mode};

pub const CASES: &[Case] = &[
    // Arguments. Each is one argument for the program, and whatever the shell made of them for the original.
    Case::new("arguments-with-blanks", |stage| arguments(stage, &["a b", " c  d "])),
    Case::new("arguments-with-quotes", |stage| arguments(stage, &["a'b'c", "\"d\"", "e\\f"])),
    Case::new("arguments-with-an-open-quote", |stage| arguments(stage, &["don't"])),
    Case::new("arguments-with-dollar-and-backquote", |stage| {
        arguments(stage, &["$HOME_SWEET_HOME", "`echo x`"])
    }),
    Case::new("arguments-with-operators", |stage| arguments(stage, &["a;b", "c&&d", "#e", "(f)"])),
    Case::new("arguments-with-wildcards", |stage| arguments(stage, &["jo*", "j?b"])),
    Case::new("arguments-that-are-empty", |stage| arguments(stage, &["", "a", ""])),
    Case::new("arguments-with-a-newline", |stage| arguments(stage, &["a\nb"])),
    Case::new("arguments-that-are-plain", |stage| {
        arguments(stage, &["a", "-b", "--c=d", "e/f.g", "h:i", "%j", "k,l@m"])
    }),
    Case::new("arguments-2000", |stage| many_arguments(stage, 2_000)),
    Case::new("arguments-8000", |stage| many_arguments(stage, 8_000)),
    Case::new("command-as-one-string", one_string),
    Case::new("command-with-operators", |stage| {
        stage.see(stage.words(&[], ["echo", "one", "&&", "echo", "two"]))
    }),
    Case::new("command-with-an-assignment", |stage| {
        stage.see(stage.words(&[], ["NAME=value", "printenv", "NAME"]))
    }),
    Case::new("command-that-is-in-the-shell-only", |stage| stage.see(stage.words(&[], [":"]))),
    Case::new("command-path-with-a-blank", path_with_blank),
    Case::new("command-after-double-dash", |stage| {
        stage.see(stage.words(&[], ["--", "echo", "hi"]))
    }),
    Case::new("shell-string-with-c", |stage| {
        stage.see(stage.words(&["-c", "echo 'a  b'; exit 5"], [""; 0]))
    }),
    Case::new("shell-string-with-c-behind-the-lock-file", |stage| {
        stage.see(stage.words(&[], ["-c", "echo 'a  b'; exit 5"]))
    }),
    Case::new("shell-of-the-caller", shell_of_the_caller),
    // Standard streams and other descriptors.
    Case::new("input-and-output-pass-through", pass_through),
    Case::new("error-output-passes-through", |stage| {
        let finished = stage.finish(stage.job(&[], "echo out; echo err >&2\n"));
        Seen::new()
            .run(&finished, stage.dir())
            .fact("text", format!("{:?}", String::from_utf8_lossy(&finished.stderr)))
    }),
    Case::new("input-closed", |stage| stream(stage, "exec <&-; exec", 0)),
    Case::new("output-closed", |stage| stream(stage, "exec >&-; exec", 1)),
    Case::new("error-output-closed", |stage| stream(stage, "exec 2>&-; exec", 2)),
    Case::new("descriptor-of-the-caller", descriptor_of_the_caller),
    // Surroundings.
    Case::new("environment-of-cron", |stage| {
        let cron = "exec env -i HOME=/ SHELL=/bin/sh PATH=/usr/bin:/bin LOGNAME=root";
        let command = stage.job(&[], "echo $HOME $SHELL $PATH $LOGNAME; umask -S\n");
        stage.see(stage.begun_by(&format!("umask 022; {cron}"), &command))
    }),
    Case::new("environment-unchanged", environment),
    Case::new("environment-empty", |stage| {
        let finished =
            stage.finish(stage.begun_by("exec env -i", &stage.words(&[], ["/bin/echo", "ran"])));
        Seen::new().run(&finished, stage.dir())
    }),
    Case::new("working-directory", |stage| stage.see(stage.words(&[], ["pwd"]))),
    Case::new("umask-022", |stage| umask(stage, "022")),
    Case::new("umask-077", |stage| umask(stage, "077")),
    Case::new("umask-027", |stage| umask(stage, "027")),
    Case::new("umask-0", |stage| umask(stage, "0")),
    Case::new("ignored-hangup", |stage| ignored(stage, "HUP")),
    Case::new("ignored-terminate", |stage| ignored(stage, "TERM")),
    Case::new("ignored-interrupt", |stage| ignored(stage, "INT")),
    Case::new("ignored-broken-pipe", |stage| ignored(stage, "PIPE")),
    Case::new("ignored-file-size", |stage| ignored(stage, "XFSZ")),
    Case::new("default-broken-pipe", |stage| disposition(stage, "exec", "PIPE")),
    Case::new("ignored-child", |stage| {
        stage.see(stage.begun_by("trap '' CHLD; exec", &stage.job(&[], "exit 42\n")))
    }),
];

/// The job prints each of its arguments in angle brackets.
fn arguments(stage: &Stage, arguments: &[&str]) -> Seen {
    let script = stage.file("job", "printf '<%s>' \"$@\"\n");
    let words =
        ["sh".as_ref(), script.as_os_str()].into_iter().chain(arguments.iter().map(OsStr::new));
    stage.see(stage.words(&[], words))
}

fn many_arguments(stage: &Stage, count: usize) -> Seen {
    let script = stage.file("job", "echo $#\n");
    let mut command = stage.words(&[], ["sh".as_ref(), script.as_os_str()]);
    command.args((0..count).map(|number| format!("argument-number-{number:08}")));
    stage.see(command)
}

fn path_with_blank(stage: &Stage) -> Seen {
    let made = "mkdir 'a b'; printf '#!/bin/sh\\necho hi\\n' >'a b/c'; chmod 755 'a b/c'; exec";
    let command = stage.words(&[], ["a b/c"]);
    stage.see(stage.begun_by(made, &command))
}

/// The habit that 0.5 allowed; who has it must be told what to do instead.
fn one_string(stage: &Stage) -> Seen {
    let finished = stage.finish(stage.words(&[], ["echo one; echo two"]));
    Seen::new().run(&finished, stage.dir()).names("-c", &finished.stderr, "-c").lock(&stage.lock())
}

/// `-c` asks the shell that the caller has chosen, as flock(1) does.
fn shell_of_the_caller(stage: &Stage) -> Seen {
    let made = "printf '#!/bin/sh\\necho \"my shell: $*\"\\n' >shell; chmod 755 shell; SHELL=$PWD/shell exec";
    let command = stage.words(&["-c", "exit 5"], [""; 0]);
    stage.see(stage.begun_by(made, &command))
}

/// A megabyte of all sorts of bytes, in and out again.
fn pass_through(stage: &Stage) -> Seen {
    let bytes: Vec<u8> =
        (0..1_000_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(stage.path("bytes"), &bytes).unwrap();
    let mut command = stage.words(&[], ["cat"]);
    command.stdin(File::open(stage.path("bytes")).unwrap());
    let finished = stage.finish(command);
    Seen::new().end(finished.status).fact("intact", finished.stdout == bytes)
}

/// The job says in a file whether the stream is open, and the lock file must not have caught the job's output.
fn stream(stage: &Stage, prelude: &str, number: u32) -> Seen {
    let report = stage.path("report");
    // Some shells have their script open as 2 when that was closed, so the question is not asked there.
    let asked =
        if number == 2 { "state=unasked" } else { "state=closed; (: 9>&NUMBER) && state=open" };
    let asked = asked.replace("NUMBER", &number.to_string());
    let job = format!(
        "{asked}; echo $state >{report}\n\
         echo secret 2>/dev/null; echo secret >&2 2>/dev/null; grep -c secret lock >>{report}\nexit 0\n",
        report = report.display()
    );
    let finished = stage.finish(stage.begun_by(prelude, &stage.job(&[], &job)));
    Seen::new()
        .end(finished.status)
        .content("stream, and secrets in the lock file:", &report)
        .lock(&stage.lock())
}

fn descriptor_of_the_caller(stage: &Stage) -> Seen {
    stage.file("text", "from descriptor 7\n");
    stage.see(stage.begun_by(
        "exec 7<text; exec",
        &stage.job(&[], "cat <&7 2>/dev/null || echo no descriptor\n"),
    ))
}

/// Everything but what withlock documents that it adds, and what `env` and shells add for themselves (`_`).
fn environment(stage: &Stage) -> Seen {
    let command = stage.words(&[], ["env"]);
    let finished =
        stage.finish(stage.begun_by("exec env -i PATH=/usr/bin:/bin A=1 'B=x  y;$' C=", &command));
    let text =
        String::from_utf8_lossy(&finished.stdout).replace(&*stage.dir().to_string_lossy(), "DIR");
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("WITHLOCK_") && !line.starts_with("_="))
        .collect();
    lines.sort_unstable();
    Seen::new().end(finished.status).fact("environment", format!("{lines:?}"))
}

fn umask(stage: &Stage, umask: &str) -> Seen {
    // Written here, for under some of these the job's shell could not.
    let command = stage.job(&[], "umask -S\n");
    set_mode(&stage.path("job"), 0o644);
    stage.see(stage.begun_by(&format!("umask {umask}; exec"), &command))
}

/// nohup(1) and its like: what was ignored stays ignored.
fn ignored(stage: &Stage, signal: &str) -> Seen {
    disposition(stage, &format!("trap '' {signal}; exec"), signal)
}

fn disposition(stage: &Stage, prelude: &str, signal: &str) -> Seen {
    let command = stage.job(&[], &format!("kill -s {signal} $$; echo alive\n"));
    let finished = stage.finish(stage.begun_by(prelude, &command));
    let alive = finished.stdout == b"alive\n";
    Seen::new().fact("job", if alive { "goes on" } else { "dies" }).end(finished.status)
}
