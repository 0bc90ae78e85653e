//! Lock files in places that do not exist, are no files, or can't be written: refused in one line, and left as they are.

use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::{Scratch, find_program, is_root, program, skip, stderr, withlock};

/// Runs `withlock PATH echo ran` in this directory, and fails unless it is refused.
pub(super) fn assert_refuses(scratch: &Scratch, path: &str, code: i32, parts: &[&str]) {
    let names = scratch.names();
    let output = run(withlock([path, "echo", "ran"]).current_dir(scratch.path()));
    assert_complains(path, &output, code, parts);
    assert_eq!(scratch.names(), names, "{path}");
}

/// A shell that runs the script with the command as its arguments.
pub(super) fn in_shell(script: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(command.get_program()).args(command.get_args());
    shell
}

#[test]
fn a_path_that_can_only_be_a_directory_is_never_locked_nor_removed() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.join("dir")).unwrap();
    fs::write(scratch.join("file"), "").unwrap();
    for path in ["/", ".", "./", "dir", "dir/", "dir/.", "dir/..", "dir//", "./dir/../dir"] {
        assert_refuses(&scratch, path, 73, &[path, "is a directory, not a regular file"]);
    }
    let output = run(withlock(["..", "echo"]).current_dir(scratch.join("dir")));
    assert_complains("..", &output, 73, &["..: is a directory"]);
    for path in ["file/", "file/lock", "file/.", "file/.."] {
        assert_refuses(&scratch, path, 73, &["file: opening the directory", "ot a directory"]);
    }
    for path in ["none/", "none/lock", "none/../lock", "none/deeper/lock"] {
        let parts = ["none: opening the directory", "No such file", "create the directory first"];
        assert_refuses(&scratch, path, 73, &parts);
    }
}

#[test]
fn a_fifo_or_a_socket_neither_hangs_the_crontab_nor_is_removed() {
    let scratch = Scratch::new();
    let made = Command::new("mkfifo").arg(scratch.join("fifo")).status().unwrap();
    assert!(made.success());
    let _socket = UnixListener::bind(scratch.join("socket")).unwrap();
    for options in [&[][..], &["-w", "inf"], &["--insecure"], &["-s"], &["--no-create"]] {
        for (path, what) in [("fifo", "fifo: is a FIFO"), ("socket", "socket: is a socket")] {
            let words = [options, &[path, "echo", "ran"]].concat();
            let output = run(withlock(&words).current_dir(scratch.path()));
            assert_complains(&words.join(" "), &output, 73, &[what, "name a regular file"]);
        }
    }
    assert!(fs::metadata(scratch.join("fifo")).unwrap().file_type().is_fifo());
    assert_eq!(scratch.names(), ["fifo", "socket"]);
}

#[test]
fn a_device_is_not_even_opened_for_that_can_rewind_a_tape() {
    let scratch = Scratch::new();
    if !is_root() {
        return skip("needs root, to make a device node");
    }
    let node = scratch.join("tape");
    let made = Command::new("mknod").arg(&node).args(["c", "1", "3"]).status().unwrap();
    if !made.success() {
        return skip("needs the right to make device nodes");
    }
    assert_refuses(&scratch, "tape", 73, &["tape: is a device, not a regular file"]);
    assert!(fs::metadata(&node).unwrap().file_type().is_char_device());
    let Some(strace) = find_program("strace") else {
        return skip("strace is not installed");
    };
    let output = run(Command::new(strace)
        .args(["-f", "-e", "trace=open,openat,openat2"])
        .arg(program())
        .arg(&node)
        .arg("echo"));
    let traced = stderr(&output);
    assert!(traced.contains("exited with 73"), "{traced}");
    assert!(!traced.contains("\"tape\""), "{traced}");
}

#[test]
fn a_link_to_a_lock_file_is_followed_and_a_circle_of_links_ends() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.join("far")).unwrap();
    symlink("far/lock", scratch.join("dangling")).unwrap();
    let script = "test -f far/lock && test -L dangling && echo ran";
    let output = run(withlock(["dangling", "sh", "-c", script]).current_dir(scratch.path()));
    assert_silent("dangling", &output, 0);
    assert_eq!(output.stdout, b"ran\n");
    assert_eq!(scratch.names(), ["dangling", "far"]);
    assert!(!scratch.join("far/lock").exists(), "the target was withlock's own");

    symlink("self", scratch.join("self")).unwrap();
    symlink("pong", scratch.join("ping")).unwrap();
    symlink("./ping", scratch.join("pong")).unwrap();
    symlink("none/lock", scratch.join("lost")).unwrap();
    symlink("far", scratch.join("dir")).unwrap();
    for path in ["self", "ping", "self/lock", "ping/lock"] {
        let name = path.trim_end_matches("/lock");
        assert_refuses(&scratch, path, 73, &[name, "too many symbolic links"]);
    }
    assert_refuses(&scratch, "lost", 73, &["none: opening the directory"]);
    assert_refuses(&scratch, "dir", 73, &["dir: is a directory"]);
    assert_refuses(&scratch, "dir/", 73, &["dir/: is a directory"]);
}

#[test]
fn a_name_that_is_too_long_is_told_and_leaves_nothing() {
    let scratch = Scratch::new();
    let longest = "n".repeat(255);
    let output = run(withlock([longest.as_str(), "echo", "ran"]).current_dir(scratch.path()));
    assert_silent("255 bytes", &output, 0);
    assert!(scratch.names().is_empty());
    let parts = ["ame too long", "use a shorter name"];
    assert_refuses(&scratch, &"n".repeat(300), 73, &parts);
    assert_refuses(&scratch, &format!("{}/lock", "n".repeat(300)), 73, &parts);
    // Longer than any path may be (PATH_MAX), though each component is there.
    assert_refuses(&scratch, &format!("{}lock", "./".repeat(2500)), 73, &parts);
    // Just under it, with what `..` adds and takes away again.
    let parent = scratch.path().file_name().unwrap().to_str().unwrap();
    let around = format!("../{parent}/");
    let path = format!("{}lock", around.repeat(3000 / around.len()));
    let output = run(withlock([path.as_str(), "echo", "ran"]).current_dir(scratch.path()));
    assert_silent("3000 bytes", &output, 0);
    assert!(scratch.names().is_empty());
}

#[test]
fn no_create_says_that_the_file_is_not_there_and_makes_none() {
    let scratch = Scratch::new();
    let output = run(withlock(["--no-create", "lock", "echo"]).current_dir(scratch.path()));
    assert_complains("absent", &output, 69, &["lock: does not exist", "create it first"]);
    symlink("target", scratch.join("link")).unwrap();
    let output = run(withlock(["--no-create", "link", "echo"]).current_dir(scratch.path()));
    assert_complains("dangling", &output, 69, &["link: does not exist"]);
    assert_eq!(scratch.names(), ["link"]);
}

#[test]
fn a_working_directory_that_was_removed_is_an_error_before_the_job_and_a_warning_after_it() {
    let scratch = Scratch::new();
    let script = r#"mkdir gone && cd gone && rmdir ../gone && exec "$@""#;
    for path in ["lock", "./deep/lock", "../lock"] {
        let command = withlock([path, "echo", "ran"]);
        let output = run(in_shell(script, &command).current_dir(scratch.path()));
        let words = format!("{path}: the working directory has been removed; change to another");
        assert_complains("before", &output, 73, &[&words]);
    }
    // The job removes the lock file and its directory: that is no reason to spoil the job's status.
    fs::create_dir(scratch.join("going")).unwrap();
    let script = "rm -r ../going; exit 7";
    let output = run(withlock(["lock", "sh", "-c", script]).current_dir(scratch.join("going")));
    assert_complains("under the run", &output, 7, &["warning: lock was removed"]);
    let lock = scratch.path().join("lock");
    let output = run(withlock([lock.as_os_str()])
        .args(["sh", "-c", "rm ./lock; exit 7"])
        .current_dir(scratch.path()));
    assert_complains("lock file removed", &output, 7, &["lock was removed"]);
    assert!(scratch.names().is_empty());
}
