//! An installation with set-user-ID or set-group-ID would let everybody take, keep and remove files as its owner.
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
#[path = "support/people.rs"]
mod people;
#[path = "support/programs.rs"]
mod programs;
mod support;

use std::fs;
use std::os::unix::fs::chown;

use complaint::{assert_complains, assert_silent, run};
use people::{ALICE, BOB, Public, chmod};
use support::skip;

/// Whether programs on the file system of this directory get their owner's rights.
fn has_effect(public: &Public) -> bool {
    let id = public.join("id");
    programs::copy_program(&support::find_program("id").unwrap(), &id);
    chmod(&id, 0o4755);
    let mut command = std::process::Command::new(&id);
    std::os::unix::process::CommandExt::uid(command.arg("-u"), ALICE);
    run(&mut command).stdout == b"0\n"
}

#[test]
fn a_program_with_other_rights_than_its_caller_s_does_nothing() {
    let Some(public) = Public::new() else { return };
    if !has_effect(&public) {
        return skip("the temporary directory is mounted nosuid");
    }
    let place = public.directory("place", 0, 0o755);
    let lock = place.join("lock");
    for (mode, owner) in [(0o4755, 0), (0o2755, 0), (0o6755, 0), (0o4755, BOB), (0o2755, BOB)] {
        let case = format!("{mode:o} {owner}");
        chown(&public.program, Some(owner), Some(owner)).unwrap();
        chmod(&public.program, mode);
        for words in [&["echo", "ran"][..], &["--help"], &[]] {
            let mut command = public.withlock_as(ALICE, [lock.as_os_str()]);
            let output = run(command.args(words));
            let parts = ["refusing to run set-user-ID or set-group-ID", "chmod ug-s"];
            assert_complains(&case, &output, 3, &parts);
        }
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "{case}");
    }
    // Its own owner gets no other rights by it.
    chown(&public.program, Some(0), Some(0)).unwrap();
    chmod(&public.program, 0o6755);
    let output = run(&mut public.withlock_as(0, [lock.as_os_str(), "true".as_ref()]));
    assert_silent("root", &output, 0);
}
