//! Commands that are not there, or can not be started.

use crate::support::complaint::{self, assert_complains, assert_silent, run};
use crate::support::programs::write_program;
use crate::support::{Scratch, stderr, withlock};

#[test]
fn a_builtin_of_the_shell_is_explained_and_a_program_of_its_name_runs() {
    let scratch = Scratch::new();
    let assignment = "withlock LOCKFILE env NAME=VALUE COMMAND";
    for (line, part) in [
        ("cd /", "cd is a shell builtin: use withlock LOCKFILE -c 'STRING'"),
        (". ./settings", ". is a shell builtin"),
        ("source settings", "source is a shell builtin"),
        ("export A=b", "export is a shell builtin"),
        ("ulimit -n 5", "ulimit is a shell builtin"),
        ("set -e", "set is a shell builtin"),
        ("alias a=b", "alias is a shell builtin"),
        ("exec true", "exec is a shell builtin"),
        ("eval true", "eval is a shell builtin"),
        ("[[ a = b ]]", "[[ is a shell builtin"),
        ("if true", "if is a shell keyword: use withlock LOCKFILE -c 'STRING'"),
        ("for a in b", "for is a shell keyword"),
        ("while true", "while is a shell keyword"),
        ("{ true", "{ is a shell keyword"),
        ("! true", "! is a shell keyword"),
        ("FOO=bar true", assignment),
        ("FOO=/bin/true true", assignment),
        ("FOO=", assignment),
    ] {
        let mut command = withlock(["lock"]);
        command.args(line.split(' ')).env("PATH", scratch.path()).current_dir(scratch.path());
        assert_complains(line, &run(&mut command), 127, &["starting the command failed", part]);
        assert!(scratch.names().is_empty(), "{line}");
    }
    write_program(&scratch.join("cd"), b"echo ran\n", 0o755);
    let mut command = withlock(["lock", "cd", "/"]);
    let output = run(command.env("PATH", scratch.path()).current_dir(scratch.path()));
    assert_silent("a program", &output, 0);
    assert_eq!(output.stdout, b"ran\n");
}

#[test]
fn commands_that_can_not_be_started_are_told_apart_and_free_the_lock() {
    let scratch = Scratch::new();
    write_program(&scratch.join("plain"), b"echo plain \"$1\" \"$0\"\n", 0o755);
    write_program(&scratch.join("unfit"), b"#!/no/such/interpreter\n", 0o755);
    write_program(&scratch.join("locked"), b"echo ran\n", 0o644);
    write_program(&scratch.join("empty"), b"", 0o755);
    write_program(&scratch.join("garbage"), b"\x7fELF\x01\x02\x03\0\0\xff\xfe\0", 0o755);
    let long = format!("cd {0} && ls {0} && rm {0}", "x".repeat(100));
    let longer = "x".repeat(100_000);
    let cases: [(&str, i32, &[&str]); 14] = [
        ("", 127, &["withlock: '': starting the command failed"]),
        (&long, 127, &["xx && ls xx", "-c 'STRING'"]),
        ("no-such-program", 127, &["no-such-program", "starting the command", "PATH"]),
        ("./missing", 127, &["./missing", "No such file"]),
        ("./plain/x", 127, &["./plain/x", "starting the command"]),
        ("./unfit", 127, &["./unfit", "#!"]),
        ("./locked", 126, &["./locked", "chmod +x"]),
        ("/", 126, &["/: starting the command", "executable"]),
        ("./", 126, &["./: starting the command", "executable"]),
        (&longer, 127, &["xxx...: starting the command failed"]),
        ("echo hello", 127, &["echo hello", "-c 'STRING'"]),
        ("echo $HOME", 127, &["echo $HOME", "-c 'STRING'"]),
        ("true;", 127, &["true;", "-c 'STRING'"]),
        ("a>b", 127, &["a>b", "-c 'STRING'"]),
    ];
    for (command, code, parts) in cases {
        let output = run(withlock(["lock", command]).current_dir(scratch.path()));
        assert_complains(command, &output, code, parts);
        assert!(output.stderr.len() < 1000, "nobody reads {command}");
        assert!(!scratch.join("lock").exists(), "{command}");
    }
    let output = run(withlock(["lock", "./plain", "one"]).current_dir(scratch.path()));
    assert_silent("without #!", &output, 0);
    assert_eq!(output.stdout, b"plain one ./plain\n");
    let output = run(withlock(["lock", "./empty"]).current_dir(scratch.path()));
    assert_silent("empty", &output, 0);
    // A shell gets the garbage, as execvp(3) and every shell do it; what it says of it is its own affair.
    let output = run(withlock(["lock", "./garbage"]).current_dir(scratch.path()));
    assert!(matches!(output.status.code(), Some(2 | 126 | 127)), "{output:?}");
    complaint::assert_no_panic("garbage", &stderr(&output));
    assert!(!scratch.join("lock").exists());
}
