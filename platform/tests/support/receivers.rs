//! Signals: the two ways to receive them, and calls that change how they act.

use std::mem::MaybeUninit;

/// A list of tests from functions that are generic over the receiver: one test a receiver.
macro_rules! tests_of_receivers {
    ($($name:ident),* $(,)?) => {
        vec![$(
            $crate::support::Test::new(
                concat!(stringify!($name), " (native)"),
                $name::<withlock_platform::process::Native>,
            ),
            $crate::support::Test::new(
                concat!(stringify!($name), " (by handler)"),
                $name::<withlock_platform::process::ByHandler>,
            ),
        )*]
    };
}
pub(crate) use tests_of_receivers;

/// Every signal of POSIX.1 that may be looked after.
pub(crate) const SIGNALS: [i32; 14] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGCONT,
    libc::SIGALRM,
    libc::SIGPIPE,
    libc::SIGTSTP,
    libc::SIGCHLD,
    libc::SIGURG,
    libc::SIGWINCH,
    libc::SIGXFSZ,
];

pub(crate) fn ignore(signal: i32) {
    set(signal, libc::SIG_IGN);
}

/// As a caller with nothing special leaves them. (A shell lets its background jobs ignore SIGINT.)
pub(crate) fn all_default() {
    SIGNALS.iter().for_each(|signal| set(*signal, libc::SIG_DFL));
    change_mask(libc::SIG_SETMASK, &[]);
}

fn set(signal: i32, disposition: libc::sighandler_t) {
    // SAFETY: one of the two special dispositions, so no handler is run.
    let before = unsafe { libc::signal(signal, disposition) };
    assert_ne!(before, libc::SIG_ERR, "signal {signal}");
}

pub(crate) fn block(signals: &[i32]) {
    change_mask(libc::SIG_BLOCK, signals);
}

fn change_mask(how: i32, signals: &[i32]) {
    let mut set = MaybeUninit::uninit();
    // SAFETY: clears the set.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for signal in signals {
        // SAFETY: the set was initialised above.
        unsafe { libc::sigaddset(set.as_mut_ptr(), *signal) };
    }
    // SAFETY: the set is initialised; the old one is not asked for.
    let errno = unsafe { libc::pthread_sigmask(how, set.as_ptr(), std::ptr::null_mut()) };
    assert_eq!(errno, 0);
}

/// The flags of POSIX.1; a C library may set one of its own.
const FLAGS: i32 = libc::SA_RESTART
    | libc::SA_SIGINFO
    | libc::SA_NODEFER
    | libc::SA_RESETHAND
    | libc::SA_NOCLDSTOP
    | libc::SA_NOCLDWAIT;

/// What would happen at each signal: handler, flags, and whether it is blocked.
pub(crate) fn snapshot() -> Vec<(i32, usize, i32, bool)> {
    let mut mask = MaybeUninit::uninit();
    // SAFETY: asks for the mask only, which is written whole.
    let errno =
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr()) };
    assert_eq!(errno, 0);
    let of = |signal: i32| {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: asks only; written whole when it answers 0.
        if unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: the call answered 0.
        let action = unsafe { action.assume_init() };
        // SAFETY: the mask was written by pthread_sigmask.
        let blocked = unsafe { libc::sigismember(mask.as_ptr(), signal) } == 1;
        Some((signal, action.sa_sigaction, action.sa_flags & FLAGS, blocked))
    };
    (1..65).filter_map(of).collect()
}
