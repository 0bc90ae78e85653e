//! Lock files behind mounts that are seen in a namespace of their own only.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::complaint::{assert_complains, assert_silent};
use crate::support::private::with_mounts;
use crate::support::{Scratch, find_program, skip, stderr};

/// A place where anybody may exchange the directory, which is mounted so that it seems to lie in itself.
const IN_ITSELF: &str =
    "mkdir -m 0777 open; mkdir -p open/home/a open/home/b; mount --bind open/home open/home/a; ";

fn mounted_in_itself(scratch: &Scratch, then: &str) -> Option<Output> {
    let output = with_mounts(scratch, &format!("{IN_ITSELF} {then}"));
    fs::remove_dir_all(scratch.join("open")).ok();
    output
}

#[test]
fn a_directory_that_is_mounted_in_itself_does_not_hide_what_lies_above_it() {
    let scratch = Scratch::new();
    let open = scratch.join("open");
    let because = format!("because {} is writable by others", open.display());
    // The absolute path is refused, and so is a relative one from wherever on it, be it mounted once or more often.
    let again = "mount --bind open/home open/home/a/b; ";
    for place in ["open/home", "open/home/a", "open/home/a/b"] {
        for more in ["", again] {
            let absolute = format!("{more} W \"$PWD/{place}/lock\" echo ran");
            let relative = format!("{more} cd {place}; W lock echo ran");
            for script in [absolute, relative] {
                let Some(output) = mounted_in_itself(&scratch, &script) else { return };
                assert_complains(&script, &output, 3, &["refused", &because]);
            }
        }
    }
}

#[test]
fn a_root_that_is_mounted_in_itself_is_no_reason_to_search_for_ever() {
    let scratch = Scratch::new();
    let script = "mkdir -m 0755 root; mount --bind / root; cd root; W withlock-test-$$ true";
    let Some(output) = with_mounts(&scratch, script) else { return };
    assert_silent("root", &output, 0);
}

/// A FUSE file system of the directory "real" at the directory "seen", mounted with these options.
fn with_fuse(scratch: &Scratch, options: &str, then: &str) -> Option<Output> {
    if !Path::new("/dev/fuse").exists() || find_program("bindfs").is_none() {
        skip("needs bindfs and /dev/fuse");
        return None;
    }
    fs::create_dir_all(scratch.join("real")).unwrap();
    fs::create_dir_all(scratch.join("seen")).unwrap();
    let script = format!(
        "chmod 0755 real; bindfs {options} real seen || exit 99; trap 'umount seen' EXIT\n{then}"
    );
    let output = with_mounts(scratch, &script)?;
    if output.status.code() == Some(99) {
        skip("the right to mount FUSE file systems");
        return None;
    }
    Some(output)
}

#[test]
fn a_fuse_file_system_is_named_and_warned_of_once_however_deep_the_lock_lies() {
    let scratch = Scratch::new();
    for (options, name) in [("", "fuse"), ("-o subtype=bindfs", "fuse.bindfs")] {
        let script = "mkdir -p seen/a/b; W seen/a/b/lock echo ran; W -v seen/a/b/lock true";
        let Some(output) = with_fuse(&scratch, options, script) else { return };
        let errors = stderr(&output);
        assert_eq!(
            (output.status.code(), &output.stdout[..]),
            (Some(0), &b"ran\n"[..]),
            "{errors}"
        );
        let told = "seen is served by a program (FUSE)";
        assert_eq!(errors.matches("warning: ").count(), 2, "once each: {errors}");
        assert!(errors.lines().next().unwrap().contains(told), "{errors}");
        assert!(errors.contains("set WITHLOCK_NOWARN=remote"), "{errors}");
        let named = format!("({name} file system), backend ");
        assert!(errors.contains(&named), "{named}: {errors}");
        assert_eq!(scratch.names(), ["real", "seen"]);
    }
}

#[test]
fn whoever_knows_that_nobody_else_gets_at_the_files_hears_nothing_of_it() {
    let scratch = Scratch::new();
    let script =
        "export WITHLOCK_NOWARN=remote; W seen/lock echo ran; W -q \"$PWD/seen/lock\" echo ran";
    let Some(output) = with_fuse(&scratch, "", script) else { return };
    assert_eq!(output.stdout, b"ran\nran\n");
    assert_silent("known", &Output { stdout: Vec::new(), ..output }, 0);
    // It is still told to whoever asks, and nothing else is kept quiet.
    let script = "export WITHLOCK_NOWARN=other,remote; W -v seen/lock true; \
        mkdir -m 0777 seen/open; W --insecure seen/open/lock true; W seen/open/lock true";
    let output = with_fuse(&scratch, "", script).unwrap();
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert_eq!(errors.matches("warning: ").count(), 1, "{errors}");
    assert!(errors.contains("seen: usable, but it is served by a program (FUSE)"), "{errors}");
    assert!(errors.contains("warning: ") && errors.contains("seen/open is writable by others"));
    assert!(errors.lines().last().unwrap().contains("refused"), "{errors}");
    let script =
        "for name in '' all REMOTE remotely; do WITHLOCK_NOWARN=$name W seen/lock true; done";
    let output = with_fuse(&scratch, "", script).unwrap();
    assert_eq!(stderr(&output).matches("warning: ").count(), 4, "{output:?}");
}

#[test]
fn runs_on_one_mount_of_fuse_exclude_each_other_and_leave_no_file() {
    let scratch = Scratch::new();
    let script = "export WITHLOCK_NOWARN=remote; \
        W -E 9 seen/lock sh -c \"$PROGRAM -E 9 seen/lock true || echo busy \\$?\"; ls real";
    let Some(output) = with_fuse(&scratch, "", script) else { return };
    assert_eq!(output.stdout, b"busy 9\n", "{output:?}");
}

#[test]
fn what_the_system_itself_lies_on_is_not_warned_of_be_it_fuse() {
    let scratch = Scratch::new();
    // As in a container whose layers fuse-overlayfs puts together.
    let script = "mkdir -p real/run real/proc; cp \"$PROGRAM\" real/withlock; umount seen; \
        for dir in bin lib lib32 lib64 usr; do \
            if [ -L /$dir ]; then cp -P /$dir real/; elif [ -d /$dir ]; then mkdir real/$dir; fi; \
        done; \
        bindfs real seen; for dir in bin lib lib32 lib64 usr; do \
            if [ -d /$dir ] && [ ! -L /$dir ]; then mount --bind /$dir seen/$dir; fi; \
        done; mount -t proc proc seen/proc; \
        chroot seen /withlock -v /run/lock /bin/true; cd seen; umount proc; cd ..";
    let Some(output) = with_fuse(&scratch, "", script) else { return };
    let errors = stderr(&output);
    assert!(errors.contains("lock file /run/lock (fuse file system), backend"), "{errors}");
    assert!(!errors.contains("warning") && errors.contains("lock released"), "{errors}");
}
