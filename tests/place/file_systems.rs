//! Lock files on file systems that are full, read-only, bare or mounted over, and in directories that take no files.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::unusable::assert_refuses;
use crate::support::complaint::{self, assert_complains, assert_silent, run};
use crate::support::private::with_mounts;
use crate::support::{Scratch, find_program, forced_backend, is_root, skip, stderr, withlock};

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
