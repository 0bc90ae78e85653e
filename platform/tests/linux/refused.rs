//! Lock calls that the kernel refuses, as in a sandbox (seccomp(2)) or under a kernel that lacks one: the filter makes
//! the kernel itself answer with the errno.

use crate::support::watch::locks;
use crate::support::{Peer, Scratch, Test, fork, tests};
use withlock_platform::backend::{self, LockBackend, LockError, Mode};

pub(crate) fn tests() -> Vec<Test> {
    tests![
        a_system_without_flock_is_an_error_and_not_busy,
        a_system_without_record_locks_is_an_error_and_not_busy,
        a_system_with_half_of_the_pair_leaves_no_half_locked,
        a_deadlock_told_by_a_server_is_an_error_and_leaves_no_half_locked,
        a_lock_refused_with_eacces_is_not_taken_for_busy,
    ]
}

fn by_name(name: &str) -> &'static dyn LockBackend {
    backend::all()
        .into_iter()
        .find(|backend| backend.name() == name)
        .expect("a backend of that name")
}

fn a_system_without_flock_is_an_error_and_not_busy() {
    for errno in [libc::ENOSYS, libc::ENOLCK, libc::EOPNOTSUPP] {
        refused(libc::SYS_flock, &[], errno, &["flock", "flock+ofd"]);
    }
}

fn a_system_without_record_locks_is_an_error_and_not_busy() {
    refused(libc::SYS_fcntl, &[libc::F_SETLK, libc::F_SETLKW], libc::ENOLCK, &["fcntl", "lockf"]);
    refused(libc::SYS_fcntl, &[libc::F_OFD_SETLK, libc::F_OFD_SETLKW], libc::EINVAL, &["ofd"]);
}

/// Linux before 3.15 knows flock(2), and answers EINVAL to `F_OFD_SETLK`.
fn a_system_with_half_of_the_pair_leaves_no_half_locked() {
    refused(
        libc::SYS_fcntl,
        &[libc::F_OFD_SETLK, libc::F_OFD_SETLKW],
        libc::EINVAL,
        &["flock+ofd"],
    );
}

fn a_deadlock_told_by_a_server_is_an_error_and_leaves_no_half_locked() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let mut child = fork(|| {
        refuse(libc::SYS_fcntl, &[libc::F_OFD_SETLKW], libc::EDEADLK);
        let file = crate::support::scratch::open(&path);
        let answer = by_name("flock+ofd").lock(&file, Mode::Exclusive);
        i32::from(!matches!(answer, Err(LockError::Deadlock(_)) if locks(&path).is_empty()))
    });
    assert!(child.wait().success());
}

/// POSIX.1 lets a system say EACCES for "somebody else holds it", but Linux does not: there a security module has refused.
fn a_lock_refused_with_eacces_is_not_taken_for_busy() {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    for (call, backends) in [
        (libc::SYS_fcntl, ["fcntl", "lockf", "ofd", "flock+ofd"]),
        (libc::SYS_flock, ["flock", "flock", "flock", "flock+ofd"]),
    ] {
        let mut child = fork(|| {
            let commands: &[i32] = if call == libc::SYS_fcntl {
                &[libc::F_SETLK, libc::F_OFD_SETLK]
            } else {
                &[libc::LOCK_EX | libc::LOCK_NB]
            };
            refuse(call, commands, libc::EACCES);
            let file = crate::support::scratch::open(&path);
            let failed = |by| {
                matches!(by_name(by).try_lock(&file, Mode::Exclusive), Err(LockError::Failed(_)))
            };
            i32::from(!backends.into_iter().all(failed))
        });
        assert!(child.wait().success());
    }
}

/// Both calls of each backend are errors of the kind "unsupported", and leave nothing locked.
fn refused(call: libc::c_long, commands: &[i32], errno: i32, backends: &[&str]) {
    let scratch = Scratch::new();
    let path = scratch.file("lock");
    let mut other = Peer::with(&path);
    for by in backends {
        let mut child = fork(|| {
            refuse(call, commands, errno);
            let file = crate::support::scratch::open(&path);
            for mode in [Mode::Exclusive, Mode::Shared] {
                let tried = by_name(by).try_lock(&file, mode);
                assert_eq!(unsupported(&tried), Some(errno), "{by}: {tried:?}");
                assert!(locks(&path).is_empty(), "{by}: {:?}", locks(&path));
                let waited = by_name(by).lock(&file, mode);
                assert_eq!(unsupported(&waited), Some(errno), "{by}: {waited:?}");
                assert!(locks(&path).is_empty(), "{by}: {:?}", locks(&path));
            }
            0
        });
        assert!(child.wait().success());
        assert!(other.is_free(by_name("flock+ofd")));
    }
}

fn unsupported<T>(answer: &Result<T, LockError>) -> Option<i32> {
    match answer {
        Err(LockError::Unsupported(error)) => error.raw_os_error(),
        _ => None,
    }
}

/// Makes the kernel answer `errno` to a system call, when its second argument is among `commands` or there are none.
fn refuse(call: libc::c_long, commands: &[i32], errno: i32) {
    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    // struct seccomp_data: the call's number, then the arguments from byte 16 on, 8 bytes each.
    let second_argument = 24 + if cfg!(target_endian = "big") { 4 } else { 0 };
    let step = |code, k: u32, jt, jf| libc::sock_filter { code, jt, jf, k };
    let allow = step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0);
    let refuse = step(RETURN, libc::SECCOMP_RET_ERRNO | errno.unsigned_abs(), 0, 0);
    let mut filter = vec![step(LOAD, 0, 0, 0), step(IF_EQUAL, call as u32, 1, 0), allow];
    if !commands.is_empty() {
        filter.push(step(LOAD, second_argument, 0, 0));
        for (index, command) in commands.iter().enumerate() {
            let over_the_rest = (commands.len() - index) as u8;
            filter.push(step(IF_EQUAL, command.unsigned_abs(), over_the_rest, 0));
        }
        filter.push(allow);
    }
    filter.push(refuse);
    install(&mut filter);
}

fn install(filter: &mut [libc::sock_filter]) {
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: plain numbers; the promise to gain no rights is what an ordinary user needs for a filter.
    let promised = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(promised, 0, "prctl: {}", std::io::Error::last_os_error());
    // SAFETY: the program and its filter are alive during the call, which copies them.
    let installed =
        unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    assert_eq!(installed, 0, "seccomp: {}", std::io::Error::last_os_error());
}
