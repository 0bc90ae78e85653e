//! What can be locked, and what is left of it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::process::Stdio;

use crate::faces::case::{Case, Need, scene, script, words};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::{procfs, wait_until};

pub const CASES: &[Case] = &[
    // Created as any file of a shell is, and never removed.
    script("created-with-umask-000", "umask 000; flock lock echo ran"),
    script("created-with-umask-022", "umask 022; flock lock echo ran"),
    script("created-with-umask-027", "umask 027; flock -s lock echo ran"),
    script("created-with-umask-077", "umask 077; flock -o lock echo ran"),
    script("created-with-umask-177", "umask 177; flock -F lock echo ran"),
    script("created-with-umask-777", "umask 777; flock lock sh -c umask; chmod 600 lock"),
    script("created-for-a-command-that-is-missing", "flock lock ./nosuch; echo $?").names(&["./nosuch"]),
    script("created-and-removed-by-the-command", "flock lock rm lock; echo $?"),
    script("created-and-replaced-by-the-command", "flock lock sh -c 'rm lock; echo new >lock'; echo $?"),
    script("kept-for-the-next", "flock lock sh -c 'ls; echo text >lock'; flock lock cat lock"),
    // What is there stays as it is.
    scene("a-file-with-content", |stage| untouched(stage, 0o640, "precious\n")),
    scene("a-script-as-its-own-lock", |stage| untouched(stage, 0o755, "#!/bin/sh\n")),
    scene("a-file-that-may-only-be-read", |stage| untouched(stage, 0o444, "text\n")),
    scene("a-big-file", |stage| untouched(stage, 0o600, &"x".repeat(100))),
    script("mode-stays-with-another-umask", "umask 0; echo text >lock; umask 077; flock lock echo ran"),
    // Directories.
    script("a-directory", "mkdir d; flock d echo ran; echo $?; flock d/ echo ran"),
    script("a-directory-that-may-not-be-written", "mkdir -m 555 d; flock -n d echo ran; echo $?; chmod 755 d"),
    script("the-working-directory", "flock . echo ran; flock -s .. echo ran; flock -n \"$PWD\" echo ran"),
    words("tmp", &["-s", "/tmp", "echo", "ran"]),
    words("the-root", &["-s", "/", "echo", "ran"]),
    script("a-directory-excludes", "mkdir d; flock d ../peer/flock -n d echo ran; echo $?; ../peer/flock d flock -n d echo ran; echo $?"),
    script("a-file-in-a-locked-directory", "mkdir d; flock d ../peer/flock -n d/lock echo ran; echo $?; ls d"),
    // Names that lead nowhere.
    words("a-missing-directory", &["nodir/lock", "echo", "ran"]).names(&["nodir/lock", "No such file"]),
    words("a-missing-directory-with-a-slash", &["nodir/", "echo", "ran"]).names(&["nodir/"]),
    words("an-empty-name", &["", "echo", "ran"]).names(&["No such file"]),
    words("an-empty-name-and-a-string", &["", "-c", "echo ran"]).names(&["No such file"]),
    script("through-a-file", "echo text >file; flock file/lock echo ran; echo $?").names(&["file/lock", "Not a directory"]),
    script("a-file-with-a-slash", "echo text >file; flock file/ echo ran; echo $?").names(&["file/"]),
    script("a-name-too-long", "n=$(printf '%0256d' 0); flock $n echo ran; echo $?").names(&["name too long"]),
    script("a-name-just-short-enough", "n=$(printf '%0255d' 0); flock $n echo ran; echo $?; rm $n"),
    script("a-path-too-long", "n=$(printf '%04096d' 0 | sed 's,00,0/,g'); flock $n echo ran; echo $?").names(&["name too long"]),
    // Names that are odd.
    words("a-name-with-blanks", &[" a  b ", "echo", "ran"]),
    words("a-name-with-a-newline", &["a\nb", "echo", "ran"]),
    words("a-name-with-quotes", &["'a' \"b\" \\$c*", "echo", "ran"]),
    words("a-name-with-a-leading-dash", &["./-x", "echo", "ran"]),
    words("a-name-that-is-a-number", &["9", "echo", "ran"]),
    words("a-name-that-is-a-service", &["etcd://host:1/lock", "echo", "ran"]).names(&["etcd://host:1/lock"]),
    words("a-name-with-a-colon", &["host:lock", "echo", "ran"]),
    words("a-name-that-withlock-uses", &["lock.queue", "echo", "ran"]),
    script("a-name-that-is-not-utf-8", "n=$(printf '\\377'); flock \"$n\" echo ran; rm \"$n\""),
    // Links.
    script("a-link", "echo text >file; ln -s file lock; flock lock echo ran; ../peer/flock file flock -n lock echo ran; echo $?"),
    script("a-link-that-dangles", "ln -s file lock; umask 027; flock lock echo ran; echo $?"),
    script("a-link-into-a-missing-directory", "ln -s nodir/file lock; flock lock echo ran; echo $?").names(&["lock", "No such file"]),
    script("a-link-to-itself", "ln -s lock lock; flock lock echo ran; echo $?").names(&["lock", "symbolic link"]),
    script("a-link-to-a-directory", "mkdir d; ln -s d lock; flock lock ../peer/flock -n d echo ran; echo $?"),
    script("a-link-that-others-could-change", "mkdir -m 777 d; ln -s ../file d/lock; flock d/lock echo ran; echo $?; rm -r d"),
    script("a-hard-link", "echo text >lock; ln lock twin; flock lock ../peer/flock -n twin echo ran; echo $?"),
    script("a-directory-that-others-may-write", "mkdir -m 777 d; flock d/lock echo ran; echo $?; rm -r d"),
    script("a-sticky-directory", "mkdir -m 1777 d; flock d/lock echo ran; echo $?; rm -r d"),
    // What is no file.
    words("dev-null", &["-s", "/dev/null", "echo", "ran"]),
    words("dev-full", &["-s", "/dev/full", "echo", "ran"]),
    words("a-file-of-proc", &["-s", "/proc/version", "echo", "ran"]),
    words("a-new-file-in-proc", &["/proc/nosuch", "echo", "ran"]).names(&["/proc/nosuch"]),
    scene("a-fifo-with-a-writer", fifo_with_a_writer),
    scene("a-fifo-waits-for-a-writer", fifo_without_a_writer),
    scene("a-socket", socket),
    // Where nothing can be made.
    script(
        "a-read-only-file-system",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs -o ro tmpfs m; flock m/lock echo ran'; echo $?; rmdir m",
    )
    .needs(&[Need::Mounts])
    .names(&["m/lock", "Read-only"]),
    script(
        "a-file-on-a-read-only-file-system",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs tmpfs m; echo >m/lock; mount -o remount,ro m; \
         flock m/lock echo ran; echo $?; ../peer/flock m/lock flock -n m/lock echo ran'; echo $?; rmdir m",
    )
    .needs(&[Need::Mounts]),
    script(
        "a-file-system-without-room-for-a-file",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs -o nr_inodes=2 tmpfs m; : >m/one; flock m/lock echo ran'; \
         echo $?; rmdir m",
    )
    .needs(&[Need::Mounts])
    .names(&["m/lock", "No space"]),
    script(
        "a-file-system-that-is-full",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs -o size=64k tmpfs m; dd if=/dev/zero of=m/f bs=1k count=100 2>&-; \
         flock m/lock ls m'; echo $?; rmdir m",
    )
    .needs(&[Need::Mounts]),
    script("a-limit-on-the-size-of-files", "ulimit -f 0; flock lock echo ran; echo $?"),
];

/// Runs on a file that is there, and says whether anything of it has changed.
fn untouched(stage: &Stage, mode: u32, text: &str) -> Seen {
    let lock = stage.file("lock", text);
    crate::support::people::chmod(&lock, mode);
    let state = || {
        let facts = fs::metadata(&lock).unwrap();
        (
            facts.ino(),
            facts.mode(),
            facts.mtime_nsec(),
            facts.ctime_nsec(),
            fs::read(&lock).unwrap(),
        )
    };
    let before = state();
    let during = stage.held(&[], "lock");
    let seen =
        Seen::new().fact("meanwhile", if state() == before { "untouched" } else { "touched" });
    let (status, ..) = during.finish();
    seen.end(Some(status))
        .fact("then", if state() == before { "untouched" } else { "touched" })
        .left(stage)
}

fn fifo_with_a_writer(stage: &Stage) -> Seen {
    stage.see(stage.script(
        "mkfifo lock; exec 3<>lock; flock -n lock sh -c '../peer/flock -n lock true; echo $?'",
    ))
}

/// Opening it for reading waits for a writer, and so does the tool; it is not refused.
fn fifo_without_a_writer(stage: &Stage) -> Seen {
    assert!(stage.script("mkfifo lock").status().unwrap().success());
    let mut command = stage.run(["-n", "lock", "echo", "ran"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("it sleeps, or has ended", || {
        child.try_wait().unwrap().is_some() || procfs::is_settled(child.id())
    });
    let waits = child.try_wait().unwrap().is_none();
    let writer = waits.then(|| fs::File::options().write(true).open(stage.path("lock")).unwrap());
    let finished = stage.end(child);
    drop(writer);
    Seen::new().fact("waits", waits).run(&finished, stage).left(stage)
}

fn socket(stage: &Stage) -> Seen {
    let _listener = UnixListener::bind(stage.path("lock")).unwrap();
    let finished = stage.finish(stage.run(["lock", "echo", "ran"]));
    fs::remove_file(stage.path("lock")).unwrap();
    Seen::new().run(&finished, stage).names(&finished.stderr, &["lock"]).left(stage)
}
