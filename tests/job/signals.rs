//! The job and the caller see of signals what they would see without withlock.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};

use libc::{
    SIGABRT, SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGKILL, SIGPIPE, SIGPROF, SIGQUIT,
    SIGSEGV, SIGSTOP, SIGTERM, SIGTRAP, SIGTSTP, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH,
    SIGXCPU, SIGXFSZ,
};

use crate::support::procfs::{has_ended, is_settled, state};
use crate::support::{
    self, Running, Scratch, kill, signals, stderr, wait_until, waits_for_lock, withlock,
};

/// The job is a single process that has no trap.
const PLAIN: &str = "echo $$; exec sleep 1000";

/// The job counts signals: says the number of each, and ends with status 5 at USR2.
fn counting(numbers: &[i32]) -> String {
    let traps: String =
        numbers.iter().map(|number| format!("trap 'echo got {number}' {number}; ")).collect();
    // "wait" is what a trap interrupts; the sleep has no use but to be waited for.
    format!(
        "{traps}sleep 1000 </dev/null >/dev/null 2>&1 & trap 'kill $!; exit 5' USR2; echo $$; while kill -0 $! 2>/dev/null; do wait $!; done"
    )
}

/// A command line with every signal at its default, and a process group of its own: were its leader's parent not in
/// another group of the session, the kernel would ignore TSTP (POSIX.1, orphaned process group).
fn command(place: &Scratch, script: &str) -> Command {
    let mut command = withlock([] as [&str; 0]);
    command
        .arg(place.join("lock"))
        .args(["sh", "-c", script])
        .current_dir(place.path())
        .process_group(0);
    signals::plain(&mut command);
    command
}

fn assert_held(place: &Scratch) {
    let second = withlock([place.join("lock")]).arg("true").output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{}", stderr(&second));
}

#[test]
fn a_signal_to_the_wrapper_ends_the_job_and_the_caller_sees_that_death() {
    for signal in [
        SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, 32,
        33, 34, 40, 64,
    ] {
        let place = Scratch::new();
        let running = Running::of(command(&place, PLAIN));
        let job = running.job;
        running.signal(signal);
        let (status, _, errors) = running.wait();
        assert_eq!((status.signal(), errors.as_str()), (Some(signal), ""));
        assert!(has_ended(job), "signal {signal}: the job lives");
        assert!(!status.core_dumped(), "signal {signal}");
        assert_eq!(place.names().iter().filter(|name| *name != "core").count(), 0);
    }
}

#[test]
fn the_job_s_death_by_any_signal_is_the_wrapper_s_but_without_a_second_core_dump() {
    for signal in [
        SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGKILL, SIGSEGV, SIGABRT, SIGPIPE, SIGXCPU, SIGTRAP, 33,
        34,
    ] {
        let place = Scratch::new();
        // Where the limit may be raised, the job does leave a core dump.
        let inner = command(&place, PLAIN);
        let mut outer = Command::new("sh");
        outer.args(["-c", "ulimit -c unlimited 2>/dev/null; exec \"$0\" \"$@\""]);
        outer.arg(inner.get_program()).args(inner.get_args()).current_dir(place.path());
        signals::plain(&mut outer);
        let running = Running::of(outer);
        kill(running.job, signal);
        let (status, _, errors) = running.wait();
        assert_eq!((status.signal(), errors.as_str()), (Some(signal), ""));
        assert!(!status.core_dumped(), "signal {signal}");
        assert!(!place.names().contains(&"lock".to_owned()));
    }
}

#[test]
fn a_job_that_cleans_up_at_term_keeps_the_lock_until_it_is_done_and_its_status_is_passed_on() {
    let place = Scratch::new();
    let script = "sleep 1000 </dev/null >/dev/null 2>&1 & trap 'kill $!; echo cleaning; read line; exit 3' TERM; \
                  echo $$; wait";
    let mut running = Running::of(command(&place, script));
    running.signal(SIGTERM);
    assert_eq!(running.line(), "cleaning");
    assert_held(&place);
    // Nor does a second one change that.
    running.signal(SIGWINCH);
    wait_until("the signal is taken", || is_settled(running.child.id()));
    assert_held(&place);
    let (status, _, _) = running.finish();
    assert_eq!(status.code(), Some(3));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn signals_that_mean_something_to_the_job_reach_it_once_each() {
    let place = Scratch::new();
    let all =
        [SIGUSR1, SIGCONT, SIGWINCH, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGURG, 35, 50, 64];
    let mut running = Running::of(command(&place, &counting(&all)));
    for signal in all {
        running.signal(signal);
        assert_eq!(running.line(), format!("got {signal}"));
        wait_until("both are at rest", || {
            is_settled(running.child.id()) && is_settled(running.job)
        });
    }
    assert_held(&place);
    running.signal(SIGUSR2);
    let (status, rest, _) = running.wait();
    assert_eq!((status.code(), rest.as_str()), (Some(5), ""));
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn stop_and_continue_reach_wrapper_and_job() {
    let place = Scratch::new();
    let running = Running::of(command(&place, support::JOB));
    let (wrapper, job) = (running.child.id(), running.job);
    let both = |letter| state(wrapper) == Some(letter) && state(job) == Some(letter);
    for _ in 0..3 {
        kill(wrapper, SIGTSTP);
        wait_until("both are stopped by TSTP", || both('T'));
        assert_held(&place);
        kill(wrapper, SIGCONT);
        wait_until("both go on", || both('S'));
    }
    // STOP can't be passed on; the job runs, and the lock stays.
    kill(wrapper, SIGSTOP);
    wait_until("the wrapper is stopped", || state(wrapper) == Some('T'));
    assert_held(&place);
    kill(wrapper, SIGCONT);
    wait_until("the wrapper goes on", || both('S'));
    // The job alone. That the wrapper goes on may still be passed on to it, a moment later.
    wait_until("the job is stopped", || {
        kill(job, SIGSTOP);
        state(job) == Some('T')
    });
    assert_held(&place);
    kill(wrapper, SIGCONT);
    wait_until("the job goes on", || both('S'));
    assert!(running.finish().0.success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_stop_that_the_caller_ignores_does_not_stop_the_wrapper() {
    let place = Scratch::new();
    let mut command = command(&place, &counting(&[SIGUSR1]));
    signals::with(&mut command, &[SIGTSTP], &[]);
    let mut running = Running::of(command);
    running.signal(SIGTSTP);
    wait_until("the signal is taken", || support::procfs::has_taken_all(running.child.id()));
    running.signal(SIGUSR1);
    assert_eq!(running.line(), format!("got {}", SIGUSR1));
    running.signal(SIGUSR2);
    assert_eq!(running.wait().0.code(), Some(5));
}

#[test]
fn a_job_under_nohup_survives_a_hang_up() {
    let place = Scratch::new();
    let mut command = command(&place, support::JOB);
    signals::with(&mut command, &[SIGHUP], &[]);
    let running = Running::of(command);
    running.signal(SIGHUP);
    wait_until("the signal is taken", || is_settled(running.child.id()));
    let (status, _, errors) = running.finish();
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}

#[test]
fn a_caller_that_ignores_sigchld_still_learns_how_the_job_ended() {
    for (script, expected) in
        [("exit 7", (Some(7), None)), ("kill -TERM $$", (None, Some(SIGTERM)))]
    {
        let place = Scratch::new();
        let mut command = command(&place, script);
        signals::with(&mut command, &[SIGCHLD], &[]);
        let status = command.status().unwrap();
        assert_eq!((status.code(), status.signal()), expected);
        assert_eq!(place.names(), [""; 0]);
    }
}

/// What a program sees of its own signals.
const SIGNALS: [&str; 4] = ["grep", "-E", "^(Sig|Shd)(Pnd|Ign|Blk|Cgt)", "/proc/self/status"];

#[test]
fn the_job_has_the_caller_s_signal_mask_and_dispositions() {
    let many: Vec<i32> = (1..65).collect();
    let cases: [(&[i32], &[i32]); 8] = [
        (&[], &[]),
        (&[SIGHUP], &[]),
        (&[SIGPIPE, SIGINT, SIGQUIT], &[]),
        (&[SIGCHLD], &[]),
        (&[SIGCHLD, SIGPIPE, SIGALRM], &[SIGCHLD, SIGALRM, SIGUSR1]),
        (&[SIGTSTP, SIGXFSZ, 40], &[SIGTERM, 41]),
        (&[], &many),
        (&many, &[SIGTERM]),
    ];
    let seen = |output: Vec<u8>| {
        let text = String::from_utf8(output).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    for (ignored, blocked) in cases {
        let mut bare = Command::new(SIGNALS[0]);
        let bare =
            signals::with(bare.args(&SIGNALS[1..]), ignored, blocked).output().unwrap().stdout;
        let bare = seen(bare);
        for options in [&[] as &[&str], &["-w", "1h"], &["-w", "inf"], &["-w", "inf", "-o"]] {
            let place = Scratch::new();
            let holder = options.contains(&"-w").then(|| Running::start(&[], &place.join("lock")));
            let mut wrapped = withlock(options);
            wrapped.arg(place.join("lock")).args(SIGNALS).stdout(Stdio::piped());
            let wrapped = signals::with(&mut wrapped, ignored, blocked).spawn().unwrap();
            if let Some(holder) = holder {
                wait_until("the run waits for the lock", || waits_for_lock(wrapped.id()));
                assert!(holder.finish().0.success());
            }
            let wrapped = seen(wrapped.wait_with_output().unwrap().stdout);
            assert_eq!(wrapped, bare, "{options:?}, ignored {ignored:?}, blocked {blocked:?}");
        }
    }
}
