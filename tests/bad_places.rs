//! Lock files in places that do not exist, are no files, or can't be written: refused in one line, and left as they are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a test may fail by panicking"
)]

#[path = "support/complaint.rs"]
mod complaint;
#[path = "support/private.rs"]
mod private;
mod support;

use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use complaint::{assert_complains, assert_silent, run};
use private::with_mounts;
use support::{Scratch, find_program, forced_backend, is_root, program, skip, stderr, withlock};

/// Runs `withlock PATH echo ran` in this directory, and fails unless it is refused.
fn assert_refuses(scratch: &Scratch, path: &str, code: i32, parts: &[&str]) {
    let names = scratch.names();
    let output = run(withlock([path, "echo", "ran"]).current_dir(scratch.path()));
    assert_complains(path, &output, code, parts);
    assert_eq!(scratch.names(), names, "{path}");
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

/// A shell that runs the script with the command as its arguments.
fn in_shell(script: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(command.get_program()).args(command.get_args());
    shell
}

#[test]
fn a_read_only_file_system_is_told_and_a_lock_file_on_it_can_still_be_shared() {
    let scratch = Scratch::new();
    let script =
        "mkdir m; mount -t tmpfs -o mode=700 tmpfs m; : > m/there; mount -o remount,ro m; ";
    let new = format!("{script} W m/lock echo ran");
    let Some(output) = with_mounts(&scratch, &new) else { return };
    assert_complains(
        "new",
        &output,
        73,
        &["m/lock: creating failed: Read-only", "mounted read-write"],
    );
    fs::remove_dir(scratch.join("m")).unwrap();
    let there = format!("{script} W m/there echo ran");
    let output = with_mounts(&scratch, &there).unwrap();
    if forced_backend().as_deref() == Some("flock") {
        assert_silent("there, flock alone", &output, 0);
    } else {
        assert_complains("there", &output, 73, &["m/there: opening failed: Read-only"]);
    }
    fs::remove_dir(scratch.join("m")).unwrap();
    let shared = format!("{script} W -s m/there echo ran");
    assert_silent("shared", &with_mounts(&scratch, &shared).unwrap(), 0);
}

#[test]
fn a_full_disk_does_not_stop_the_run_unless_no_file_can_be_made() {
    let scratch = Scratch::new();
    let full = "mkdir m; mount -t tmpfs -o mode=700,size=64k tmpfs m; \
        dd if=/dev/zero of=m/filler bs=1k count=100 2>/dev/null || :; \
        W m/lock sh -c 'test -f m/lock && exit 7' || test $? = 7; ls m; \
        W -q m/lock sh -c \"$PROGRAM m/lock echo\" || test $? = 1; ls m";
    let Some(output) = with_mounts(&scratch, full) else { return };
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(output.stdout, b"filler\nfiller\n");
    let line = stderr(&output);
    assert!(
        line.starts_with("withlock: m/lock is held by the run that this one is part of"),
        "{line}"
    );
    fs::remove_dir(scratch.join("m")).unwrap();
    let crowded = "mkdir m; mount -t tmpfs -o mode=700,nr_inodes=2 tmpfs m; : > m/one; \
        W m/lock echo ran";
    let output = with_mounts(&scratch, crowded).unwrap();
    assert_complains(
        "no inodes",
        &output,
        73,
        &["m/lock: creating failed: No space", "make room there", "inodes: df -i"],
    );
}

#[test]
fn an_immutable_file_or_directory_is_told_by_its_attributes_not_by_its_mode() {
    let scratch = Scratch::new();
    let Some(chattr) = find_program("chattr").filter(|_| is_root()) else {
        return skip("needs root, and chattr");
    };
    let set = |flag: &str, path: &Path| {
        let output = Command::new(&chattr).arg(flag).arg(path).output().unwrap();
        output.status.success()
    };
    let (directory, file) = (scratch.join("d"), scratch.join("file"));
    fs::create_dir(&directory).unwrap();
    fs::write(&file, "mine").unwrap();
    if !(set("+i", &directory) && set("+i", &file)) {
        return skip("the file system, or the container, has no immutable files");
    }
    let parts = ["d/lock: creating failed: Operation not permitted", "immutable (lsattr"];
    assert_refuses(&scratch, "d/lock", 73, &parts);
    if forced_backend().as_deref() != Some("flock") {
        let parts = ["file: opening failed: Operation not permitted", "immutable or append-only"];
        assert_refuses(&scratch, "file", 73, &parts);
    }
    assert!(set("-i", &file) && set("-i", &directory));
    // What is append-only may be created in, and not removed from.
    if set("+a", &directory) {
        let output = run(withlock(["d/lock", "sh", "-c", "exit 7"]).current_dir(scratch.path()));
        set("-a", &directory);
        assert_eq!(output.status.code(), Some(7));
        let said = stderr(&output);
        complaint::assert_is_one_line("append-only", &said);
        assert!(
            said.contains("removing failed: Operation not permitted; the file stays"),
            "{said}"
        );
        assert!(said.contains("append-only (lsattr") && !said.contains("create"), "{said}");
    }
}

#[test]
fn a_directory_that_takes_no_files_is_not_to_be_created_and_one_in_run_is_at_each_boot() {
    let scratch = Scratch::new();
    if is_root() && Path::new("/proc/self").exists() {
        let parts = ["/proc/lock: creating failed: No such file", "takes no new files"];
        assert_refuses(&scratch, "/proc/lock", 73, &parts);
    }
    if Path::new("/run").is_dir() {
        let parts = ["/run/no-such-directory: opening the directory", "at each boot"];
        assert_refuses(&scratch, "/run/no-such-directory/lock", 73, &parts);
    }
}

#[test]
fn a_program_on_a_file_system_that_forbids_execution_is_126() {
    let scratch = Scratch::new();
    let script = "mkdir m; mount -t tmpfs -o mode=700,noexec tmpfs m; cp TRUE m/program; \
        printf 'exit 0\\n' > m/script; chmod +x m/script; W lock m/$WHAT";
    let true_program = find_program("true").unwrap();
    for what in ["program", "script"] {
        let script = script.replace("$WHAT", what).replace("TRUE", true_program.to_str().unwrap());
        let Some(output) = with_mounts(&scratch, &script) else { return };
        assert_complains(
            what,
            &output,
            126,
            &[&format!("m/{what}"), "Permission denied", "noexec"],
        );
        assert_eq!(scratch.names(), ["m"]);
        fs::remove_dir(scratch.join("m")).unwrap();
    }
}

#[test]
fn a_container_without_proc_or_devices_can_use_locks() {
    let scratch = Scratch::new();
    let script = "mount -t tmpfs tmpfs /proc; mount -t tmpfs tmpfs /dev; \
        W -w 5 lock sh -c 'test ! -e /proc/self && test ! -e /dev/null && echo ran; exit 7' || test $? = 7; ls";
    let Some(output) = with_mounts(&scratch, script) else { return };
    assert_silent("no /proc", &output, 0);
    assert_eq!(output.stdout, b"ran\n");
}

#[test]
fn a_mount_over_the_lock_file_is_no_way_around_the_rules() {
    let scratch = Scratch::new();
    let script =
        "echo mine > a; echo there > b; mount --bind b a; W a cat a b; cat a b; umount a; cat a";
    let Some(output) = with_mounts(&scratch, script) else { return };
    assert_silent("bind", &output, 0);
    assert_eq!(output.stdout, b"there\nthere\nthere\nthere\nmine\n");
    fs::remove_file(scratch.join("b")).unwrap();
    let script = "mkdir m; mount -t tmpfs -o mode=700 tmpfs m; echo there > m/b; mount --bind m/b a; W a cat a; cat a";
    let output = with_mounts(&scratch, script).unwrap();
    assert_silent("other file system", &output, 0);
    assert_eq!(output.stdout, b"there\nthere\n");
}

#[test]
fn a_working_directory_that_has_no_path_any_more_but_lives_is_used() {
    let scratch = Scratch::new();
    let script = "mkdir m; mount -t tmpfs -o mode=700 tmpfs m; cd m; umount -l .; W lock echo ran";
    let Some(output) = with_mounts(&scratch, script) else { return };
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"ran\n");
}
