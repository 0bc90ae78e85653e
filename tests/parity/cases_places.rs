//! Where the lock file lies, and what lies there already.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use super::cases::{Case, Need};
use super::observation::Seen;
use super::stage::{Stage, set_mode};

pub const CASES: &[Case] = &[
    // Names.
    Case::new("relative-path", |stage| in_place(stage, "x".as_ref())),
    Case::new("relative-path-with-dot", |stage| in_place(stage, "./x".as_ref())),
    Case::new("relative-path-in-a-directory", |stage| {
        stage.directory("sub", 0o755);
        in_place(stage, "sub/x".as_ref())
    }),
    Case::new("relative-path-up-and-down", |stage| {
        stage.directory("sub", 0o755);
        in_place(stage, "sub/../x".as_ref())
    }),
    Case::new("path-with-blanks-and-quotes", |stage| {
        in_place(stage, "it's \"my\"\t$HOME lock;".as_ref())
    }),
    Case::new("path-with-bytes-that-are-no-utf-8", bytes_that_are_no_text).needs(Need::AnyFileName),
    Case::new("path-through-a-linked-directory", linked_directory),
    // Directories.
    Case::new("directory-0777", |stage| in_directory(stage, 0o777, &[])),
    Case::new("directory-1777", |stage| in_directory(stage, 0o1777, &[])),
    Case::new("directory-0775", |stage| in_directory(stage, 0o775, &[])),
    Case::new("directory-0770", |stage| in_directory(stage, 0o770, &[])),
    Case::new("directory-0722", |stage| in_directory(stage, 0o722, &[])),
    Case::new("directory-0777-quiet", |stage| in_directory(stage, 0o777, &["-q"])),
    Case::new("directory-0777-quiet-wait", |stage| in_directory(stage, 0o777, &["-q", "-w", "1"])),
    Case::new("directory-0777-message-names-it", refusal_message),
    Case::new("directory-0777-with-a-lock-file-in-it", lock_file_in_open_directory),
    Case::new("directory-0755", |stage| in_directory(stage, 0o755, &[])),
    Case::new("directory-0700", |stage| in_directory(stage, 0o700, &[])),
    Case::new("directory-0711", |stage| in_directory(stage, 0o711, &[])),
    Case::new("directory-2755", |stage| in_directory(stage, 0o2755, &[])).needs(Need::Root),
    Case::new("directory-missing", |stage| {
        stage.see(stage.withlock(["missing/lock", "echo", "ran"]))
    }),
    Case::new("directory-of-another-user", foreign_directory).needs(Need::Root),
    Case::new("directory-0755-below-0777", |stage| below(stage, 0o777)),
    Case::new("directory-0755-below-1777", |stage| below(stage, 0o1777)),
    // What lies there.
    Case::new("lock-file-mode", |stage| lock_file_mode(stage, "umask 022; exec")),
    Case::new("lock-file-mode-with-umask-0", |stage| lock_file_mode(stage, "umask 0; exec")),
    Case::new("lock-file-mode-with-umask-077", |stage| lock_file_mode(stage, "umask 077; exec")),
    Case::new("lock-file-mode-with-umask-0777", |stage| lock_file_mode(stage, "umask 0777; exec")),
    Case::new("existing-empty-file", |stage| existing(stage, "")),
    Case::new("existing-file-with-content", |stage| existing(stage, "precious\n")),
    Case::new("existing-file-while-held", existing_while_held),
    Case::new("existing-file-with-two-names", two_names),
    Case::new("link-to-a-file-with-content", link_to_content),
    Case::new("link-to-a-new-file", link_to_nothing),
    Case::new("link-into-a-missing-directory", link_into_missing),
    Case::new("link-into-an-open-directory", link_into_open),
    Case::new("link-that-lies-in-an-open-directory", link_from_open),
    Case::new("lock-file-is-a-directory", |stage| {
        stage.directory("lock", 0o755);
        stage.see(stage.words(&[], ["echo", "ran"]))
    }),
    Case::new("lock-file-is-a-fifo", fifo),
    Case::new("lock-file-is-a-socket", socket),
    Case::new("lock-file-is-a-device", device).needs(Need::Root),
    Case::new("job-removes-the-lock-file", |stage| stage.see(stage.job(&[], "rm lock\n"))),
    Case::new("job-puts-another-file-there", |stage| {
        stage.see(stage.job(&[], "rm lock; echo mine >lock\n")).content("content", &stage.lock())
    }),
];

/// A run in the stage's directory, whose job looks for the file; afterwards it is gone.
fn in_place(stage: &Stage, name: &OsStr) -> Seen {
    let script = stage.file(
        "job",
        "for name in x sub/x it* lock*; do test -f \"$name\" && echo held; done; exit 0\n",
    );
    let finished = stage.finish(stage.withlock([name, "sh".as_ref(), script.as_os_str()]));
    Seen::new().run(&finished, stage.dir()).lock(&stage.path(name))
}

fn bytes_that_are_no_text(stage: &Stage) -> Seen {
    in_place(stage, OsStr::from_bytes(b"lock-\xff\xfe\x80"))
}

fn linked_directory(stage: &Stage) -> Seen {
    stage.directory("sub", 0o755);
    symlink("sub", stage.path("link")).unwrap();
    in_place(stage, "link/x".as_ref())
}

/// A run with its lock file in a directory of some mode, owned by the caller.
fn in_directory(stage: &Stage, mode: u32, options: &[&str]) -> Seen {
    let lock = stage.directory("place", mode).join("lock");
    let mut command = stage.withlock(options);
    command.arg(&lock).args(["echo", "ran"]);
    Seen::new().run(&stage.finish(command), stage.dir()).lock(&lock)
}

fn refusal_message(stage: &Stage) -> Seen {
    let place = stage.directory("place", 0o777);
    let lock = place.join("lock");
    let finished = stage.finish(stage.withlock([lock.as_os_str(), "true".as_ref()]));
    Seen::new().names("directory", &finished.stderr, &place.to_string_lossy())
}

fn lock_file_in_open_directory(stage: &Stage) -> Seen {
    let lock = stage.directory("place", 0o777).join("lock");
    std::fs::write(&lock, "precious\n").unwrap();
    see_at(stage, &lock).content("content", &lock)
}

fn foreign_directory(stage: &Stage) -> Seen {
    let place = stage.directory("place", 0o755);
    chown(&place, Some(12345), Some(12345)).unwrap();
    see_at(stage, &place.join("lock"))
}

fn below(stage: &Stage, mode: u32) -> Seen {
    let place = stage.directory("open", mode).join("place");
    std::fs::create_dir(&place).unwrap();
    set_mode(&place, 0o755);
    see_at(stage, &place.join("lock"))
}

fn see_at(stage: &Stage, lock: &Path) -> Seen {
    let finished =
        stage.finish(stage.withlock([lock.as_os_str(), "echo".as_ref(), "ran".as_ref()]));
    Seen::new().run(&finished, stage.dir()).lock(lock)
}

fn lock_file_mode(stage: &Stage, prelude: &str) -> Seen {
    let file = stage.path("holder");
    std::fs::write(&file, "echo $$; read line; exit 0\n").unwrap();
    let command = stage.words(&[], [OsStr::new("sh"), file.as_os_str()]);
    let holder = crate::support::Running::of(stage.begun_by(prelude, &command));
    let mode = std::fs::metadata(stage.lock()).unwrap().permissions().mode() & 0o7777;
    holder.finish();
    Seen::new().fact("mode", format!("{mode:04o}"))
}

fn existing(stage: &Stage, content: &str) -> Seen {
    let lock = stage.file("lock", content);
    stage.see(stage.words(&[], ["echo", "ran"])).content("content", &lock)
}

/// A busy lock file is not touched either.
fn existing_while_held(stage: &Stage) -> Seen {
    let lock = stage.file("lock", "precious\n");
    let holder = stage.hold();
    let seen = Seen::new().content("content", &lock).fact("second run", stage.second_run(&[]));
    holder.finish();
    seen.content("content", &lock)
}

fn two_names(stage: &Stage) -> Seen {
    let other = stage.file("other", "precious\n");
    std::fs::hard_link(&other, stage.lock()).unwrap();
    stage.see(stage.words(&[], ["echo", "ran"])).content("other name", &other)
}

fn link_to_content(stage: &Stage) -> Seen {
    let victim = stage.file("victim", "precious\n");
    symlink("victim", stage.lock()).unwrap();
    stage.see(stage.words(&[], ["echo", "ran"])).content("victim", &victim)
}

fn link_to_nothing(stage: &Stage) -> Seen {
    symlink("target", stage.lock()).unwrap();
    stage.see(stage.words(&[], ["echo", "ran"])).there("target", &stage.path("target"))
}

fn link_into_missing(stage: &Stage) -> Seen {
    symlink("missing/target", stage.lock()).unwrap();
    stage.see(stage.words(&[], ["echo", "ran"]))
}

fn link_into_open(stage: &Stage) -> Seen {
    stage.directory("open", 0o777);
    symlink("open/target", stage.lock()).unwrap();
    stage.see(stage.words(&[], ["echo", "ran"])).there("target", &stage.path("open/target"))
}

fn link_from_open(stage: &Stage) -> Seen {
    let link = stage.directory("open", 0o777).join("link");
    symlink("../target", &link).unwrap();
    see_at(stage, &link).there("target", &stage.path("target"))
}

fn fifo(stage: &Stage) -> Seen {
    let made = Command::new("mkfifo").arg(stage.lock()).status().unwrap();
    assert!(made.success(), "mkfifo");
    stage.see(stage.words(&[], ["echo", "ran"]))
}

fn socket(stage: &Stage) -> Seen {
    let _listener = std::os::unix::net::UnixListener::bind(stage.lock()).unwrap();
    stage.see(stage.words(&[], ["echo", "ran"]))
}

/// A device of the case's own with the numbers of /dev/null.
fn device(stage: &Stage) -> Seen {
    let copied = Command::new("cp").args(["-R", "/dev/null"]).arg(stage.lock()).status();
    assert!(copied.unwrap().success(), "cp -R");
    stage.see(stage.words(&[], ["echo", "ran"]))
}
