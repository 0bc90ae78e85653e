//! What lies at the path of the lock file, and what is left there.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::process::CommandExt;
use std::time::{Duration, SystemTime};

use super::scenery::{mkfifo, until};
use crate::faces::case::{Case, Need, scene, words};
use crate::faces::seen::Seen;
use crate::faces::stage::Stage;
use crate::support::people::{ALICE, chmod, give};

pub const CASES: &[Case] = &[
    words("empty-name", &["-w", "", "true"]).names(&["no such file"]),
    words("missing-directory", &["-w", "gone/lock", "true"]).names(&["gone/lock", "no such file"]),
    words("a-directory", &["-w", ".", "true"]).names(&["is a directory"]),
    words("a-name-with-a-slash-behind", &["-w", "lock/", "true"]).names(&["lock/"]),
    words("a-device", &["-w", "/dev/null", "echo", "ran"]),
    words("below-a-file", &["-w", "/dev/null/lock", "true"]).names(&["not a directory"]),
    scene("a-name-that-is-too-long", long_name),
    scene("umask", umask),
    scene("umask-that-takes-all", umask_of_everything),
    scene("a-list-of-rights-for-new-files", default_list).needs(&[Need::Program("setfacl")]),
    scene("a-file-that-is-there", existing),
    scene("a-file-that-is-there-stays-as-old", untouched),
    scene("a-file-with-two-names", two_names),
    scene("a-link", link),
    scene("a-link-that-leads-nowhere", dangling),
    scene("a-link-to-itself", circle),
    scene("a-fifo", fifo),
    scene("a-file-that-may-not-be-written-to", read_only).needs(&[Need::Root]),
    scene("a-file-that-may-not-be-read", write_only).needs(&[Need::Root]),
    scene("a-directory-that-may-not-be-written-to", no_right).needs(&[Need::Root]),
    scene("a-place-that-anybody-could-write-to", open_place),
    scene("another-user-s-file-where-anybody-could-write", sticky).needs(&[Need::Root]),
    scene("removed-by-the-command", removed),
    scene("emptied-by-nobody", written_by_the_command),
];

fn long_name(stage: &Stage) -> Seen {
    stage.see(stage.run(["-w", &"x".repeat(300), "true"]))
}

/// The mode of a new file: 0666, less the umask, and nobody reads who may not write.
fn umask(stage: &Stage) -> Seen {
    let script = "for mask in 000 002 022 027 077 111 444; do
        umask $mask; with-lock-ex -w lock-$mask true || exit; done";
    stage.see(stage.script(script))
}

/// A mode without any right keeps nobody out who creates the file.
fn umask_of_everything(stage: &Stage) -> Seen {
    let script = "for mask in 0200 0222 0777; do
        umask $mask; with-lock-ex -w lock-$mask sh -c umask || exit; done";
    stage.see(stage.script(script))
}

/// The umask does not count there; what it says about those who may not write does.
fn default_list(stage: &Stage) -> Seen {
    let script = "setfacl -d -m u::rwx,g::rwx,o::rwx . && umask 022 && with-lock-ex -w lock true
        umask 000; with-lock-ex -w open true";
    stage.see(stage.script(script))
}

fn existing(stage: &Stage) -> Seen {
    chmod(&stage.file("lock", "content\n"), 0o640);
    stage.see(stage.run(["-w", "lock", "cat", "lock"]))
}

fn untouched(stage: &Stage) -> Seen {
    let lock = stage.file("lock", "content\n");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options().write(true).open(&lock).unwrap().set_modified(old).unwrap();
    let seen = stage.see(stage.run(["-w", "lock", "true"]));
    seen.fact("modified", fs::metadata(lock).unwrap().mtime())
}

fn two_names(stage: &Stage) -> Seen {
    fs::hard_link(stage.file("lock", ""), stage.path("other")).unwrap();
    let script = "with-lock-ex -l other | sed s/$$/HOLDER/";
    stage.see(stage.run(["-w", "lock", "sh", "-c", script]))
}

fn link(stage: &Stage) -> Seen {
    stage.file("file", "content\n");
    symlink("file", stage.path("lock")).unwrap();
    let other = stage.script("with-lock-ex -f file echo ran too || echo $?");
    let holder = stage.held(&[], "lock");
    let seen = stage.see(other);
    holder.finish();
    seen
}

fn dangling(stage: &Stage) -> Seen {
    symlink("file", stage.path("lock")).unwrap();
    stage.see(stage.run(["-w", "lock", "echo", "ran"]))
}

fn circle(stage: &Stage) -> Seen {
    symlink("lock", stage.path("lock")).unwrap();
    stage.see(stage.run(["-w", "lock", "echo", "ran"]))
}

fn fifo(stage: &Stage) -> Seen {
    mkfifo(&stage.path("lock"));
    stage.see(stage.run(["-w", "lock", "echo", "ran"]))
}

/// As an ordinary user, who owns the directory.
fn as_alice(stage: &Stage, words: &[&str]) -> Seen {
    stage.open_to_all();
    give(&stage.dir(), ALICE);
    let mut command = stage.run(words);
    command.gid(ALICE).uid(ALICE);
    let finished = stage.finish(command);
    Seen::new().run(&finished, stage).names(&finished.stderr, &["permission denied"]).left(stage)
}

fn read_only(stage: &Stage) -> Seen {
    chmod(&stage.file("lock", ""), 0o444);
    as_alice(stage, &["-q", "lock", "echo", "ran"])
}

fn write_only(stage: &Stage) -> Seen {
    chmod(&stage.file("lock", ""), 0o222);
    as_alice(stage, &["-q", "lock", "echo", "ran"])
}

fn no_right(stage: &Stage) -> Seen {
    fs::create_dir(stage.path("roots")).unwrap();
    as_alice(stage, &["-q", "roots/lock", "echo", "ran"])
}

/// Nobody looks who could replace the file.
fn open_place(stage: &Stage) -> Seen {
    fs::create_dir(stage.path("open")).unwrap();
    chmod(&stage.path("open"), 0o777);
    stage.see(stage.run(["-w", "open/lock", "echo", "ran"]))
}

/// As in /tmp: the system refuses to create what is there already.
fn sticky(stage: &Stage) -> Seen {
    chmod(&stage.dir(), 0o1777);
    let lock = stage.file("lock", "");
    give(&lock, ALICE);
    chmod(&lock, 0o666);
    stage.see(stage.run(["-w", "lock", "echo", "ran"]))
}

fn removed(stage: &Stage) -> Seen {
    stage.see(stage.run(["-q", "lock", "rm", "lock"]))
}

fn written_by_the_command(stage: &Stage) -> Seen {
    let seen = stage.see(stage.run(["-q", "lock", "sh", "-c", "echo result >lock"]));
    let second = stage.see(stage.run(["-q", "lock", "true"]));
    until(seen, second)
}
