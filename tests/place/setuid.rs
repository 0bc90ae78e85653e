//! An installation with set-user-ID, set-group-ID or file capabilities would let everybody take, keep and remove files
//! as somebody else. What looks like one, and gives nobody other rights, works as usual.

use std::fs;
use std::os::unix::fs::chown;
use std::process::Command;

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::people::{ALICE, BOB, Public, chmod};
use crate::support::{self, JOB, Running, programs, skip};

/// The entry of the auxiliary vector (getauxval(3) of Linux).
const AT_SECURE: usize = 23;

/// Whether programs on the file system of this directory get their owner's rights.
fn has_effect(public: &Public) -> bool {
    let id = public.join("id");
    programs::copy_program(&support::find_program("id").unwrap(), &id);
    chmod(&id, 0o4755);
    let mut command = Command::new(&id);
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
    let program = public.program.to_str().unwrap();
    for (mode, owner) in [(0o4755, 0), (0o2755, 0), (0o6755, 0), (0o4755, BOB), (0o2755, BOB)] {
        let case = format!("{mode:o} {owner}");
        chown(&public.program, Some(owner), Some(owner)).unwrap();
        chmod(&public.program, mode);
        let said = |bit, name: &str| {
            let ids = format!("set-{name}-ID (real {name} {ALICE}, effective {name} {owner})");
            if mode & bit == 0 { String::new() } else { ids }
        };
        let letters = match mode & 0o6000 {
            0o4000 => "u",
            0o2000 => "g",
            _ => "ug",
        };
        let cure = format!("chmod {letters}-s {program}");
        for words in [&["echo", "ran"][..], &["--help"], &[]] {
            let mut command = public.withlock_as(ALICE, [lock.as_os_str()]);
            let output = run(command.args(words));
            let parts =
                ["refusing to run set-", &said(0o4000, "user"), &said(0o2000, "group"), &cure];
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

/// Gives the program these file capabilities; `None`, having said why, where that can't be done.
fn give(public: &Public, capabilities: &str) -> Option<()> {
    let Some(setcap) = support::find_program("setcap") else {
        skip("setcap");
        return None;
    };
    let output = run(Command::new(setcap).arg(capabilities).arg(&public.program));
    if !output.status.success() {
        skip("the temporary directory lies on a file system without file capabilities");
        return None;
    }
    Some(())
}

#[test]
fn a_program_with_file_capabilities_does_nothing_and_says_how_to_take_them() {
    let Some(public) = Public::new() else { return };
    if !has_effect(&public) {
        return skip("the temporary directory is mounted nosuid");
    }
    let place = public.directory("place", 0, 0o755);
    let lock = place.join("lock");
    for capabilities in ["cap_dac_override+ep", "cap_dac_override+p", "cap_chown,cap_wake_alarm+ep"]
    {
        if give(&public, capabilities).is_none() {
            return;
        }
        let mut command = public.withlock_as(ALICE, [lock.as_os_str(), "echo".as_ref()]);
        let cure = format!("setcap -r {}", public.program.display());
        let parts = ["refusing to run with file capabilities", &cure];
        assert_complains(capabilities, &run(&mut command), 3, &parts);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "{capabilities}");
    }
    // Root has them all without the file.
    let output = run(&mut public.withlock_as(0, [lock.as_os_str(), "true".as_ref()]));
    assert_silent("root", &output, 0);
}

#[test]
fn a_start_that_the_kernel_calls_secure_and_that_gives_no_other_rights_works_as_usual() {
    let Some(public) = Public::new() else { return };
    // As a change of the domain by SELinux or AppArmor does, a set that is effective and empty has `AT_SECURE` set.
    if give(&public, "cap_net_raw=ei").is_none() {
        return;
    }
    let place = public.directory("place", ALICE, 0o755);
    let lock = place.join("lock");
    let mut command = public.withlock_as(ALICE, [lock.as_os_str()]);
    command.args(["sh", "-c", JOB]);
    let running = Running::of(command);
    let auxiliary = fs::read(format!("/proc/{}/auxv", running.child.id())).unwrap();
    let words: Vec<usize> = auxiliary
        .chunks_exact(size_of::<usize>())
        .map(|word| usize::from_ne_bytes(word.try_into().unwrap()))
        .collect();
    let is_secure = words.chunks_exact(2).any(|pair| pair == [AT_SECURE, 1]);
    let (status, _, errors) = running.finish();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    if !is_secure {
        skip("the temporary directory is mounted nosuid");
    }
}

#[test]
fn a_set_user_id_bit_without_effect_is_no_reason_to_refuse() {
    let Some(public) = Public::new() else { return };
    let Some(setpriv) = support::find_program("setpriv") else { return skip("setpriv") };
    let place = public.directory("place", ALICE, 0o755);
    chmod(&public.program, 0o6755);
    let mut command = Command::new(setpriv);
    let user = ALICE.to_string();
    command.args(["--no-new-privs", "--clear-groups", "--reuid", &user, "--regid", &user]);
    command.arg(&public.program).arg(place.join("lock")).arg("true");
    assert_silent("no_new_privs", &run(&mut command), 0);
}
