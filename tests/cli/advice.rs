//! What the README and the manual page advise or warn of is so.

use std::io::BufRead;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::support::procfs::{child, state};
use crate::support::programs::write_program;
use crate::support::{
    self, JOB, Running, Scratch, find_program, is_root, kill, program, skip, stderr, wait_until,
    waits_for_lock, withlock,
};

/// Runs a line of a person's shell, in which `withlock` is the program under test.
fn shell(place: &Scratch, line: &str) -> String {
    let words = withlock([""; 0]);
    let options: Vec<&str> = words.get_args().map(|word| word.to_str().unwrap()).collect();
    shell_with(&options, place, line)
}

fn shell_with(options: &[&str], place: &Scratch, line: &str) -> String {
    let alias = format!("withlock() {{ '{}' {} \"$@\"; }}", program().display(), options.join(" "));
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{alias}\n{line}")]).current_dir(place.path());
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn the_lines_of_the_readme_about_who_holds_a_lock_say_so_as_they_are_printed() {
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let lines: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("    withlock --")).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let place = Scratch::new();
    let lock = place.join("daily.lock");
    let holder = Running::start(&[], &lock);
    for line in lines {
        // The directory is another one, as these tests have nothing to do in that of the system.
        let line = line.replace("/run", &place.path().display().to_string());
        // Whoever only looks locks nothing, so no backend is named.
        let said = shell_with(&[], &place, &format!("withlock --{line}; echo $?"));
        assert!(said.contains(&holder.child.id().to_string()) && said.ends_with("1\n"), "{said}");
    }
    holder.finish();
}

/// On 38 lines of 80 columns: the run, the refused run, and what that prints; only names and numbers differ from the real one.
#[test]
fn the_first_screen_of_the_readme_shows_what_a_refused_run_prints() {
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(readme.lines().count() <= 200, "what only some need is for the manual page");
    let screen: Vec<&str> = readme.lines().take(38).collect();
    assert_eq!(screen.iter().find(|line| line.chars().count() > 80), None);
    assert!(screen.contains(&"    cargo install --path . --locked"), "how to install it");
    let printed = screen.iter().position(|line| line.starts_with("withlock: ")).unwrap();
    assert_eq!(screen[printed - 1], "# withlock /run/backup.lock make-backup");
    assert_eq!(screen[printed - 2], "# withlock /run/backup.lock make-backup &");
    let place = Scratch::new();
    let lock = place.join("backup.lock");
    write_program(&place.join("make-backup"), b"#!/bin/sh\necho begun\nread line\n", 0o755);
    let mut run = withlock([&lock]);
    run.arg("make-backup").env("PATH", format!("{}:/usr/bin:/bin", place.path().display()));
    let mut holder = run.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut begun = String::new();
    std::io::BufReader::new(holder.stdout.take().unwrap()).read_line(&mut begun).unwrap();
    let refused = withlock([&lock]).arg("make-backup").output().unwrap();
    drop(holder.stdin.take());
    holder.wait().unwrap();
    let real = stderr(&refused).replace(lock.to_str().unwrap(), "/run/backup.lock");
    let without_names = |line: &str| -> Vec<String> {
        let words = line.split_whitespace().map(|word| match word {
            _ if word.starts_with('(') && word.contains('@') => "(USER@HOST:".to_owned(),
            _ => word.replace(|digit: char| digit.is_ascii_digit(), ""),
        });
        words.collect()
    };
    assert_eq!(without_names(screen[printed]), without_names(&real));
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn what_follows_a_quiet_run_is_skipped_with_it_where_the_manual_says_so() {
    let place = Scratch::new();
    let holder = Running::start(&[], &place.join("l"));
    assert_eq!(shell(&place, "withlock -q l echo a && echo b"), "b\n");
    assert_eq!(shell(&place, "withlock -q -E 75 l echo a && echo b"), "");
    assert_eq!(shell(&place, "withlock -q l -c 'echo a && echo b'"), "");
    holder.finish();
    assert_eq!(shell(&place, "withlock -q l -c 'echo a && echo b'"), "a\nb\n");
}

#[test]
fn a_service_user_whose_shell_runs_nothing_can_run_a_command_string() {
    let place = Scratch::new();
    let run = |shell: &str, options: &[&str]| -> Output {
        let mut command = withlock(options);
        command.arg(place.join("l")).args(["-c", "echo ran; exit 7"]).env("SHELL", shell);
        command.output().unwrap()
    };
    for shell in ["/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false", "/bin/true"]
    {
        let output = run(shell, &[]);
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(7), &b"ran\n"[..]), "{shell}");
        assert_eq!(stderr(&output), "", "{shell}");
        let note = format!("withlock: $SHELL is {shell}, which runs no command: using /bin/sh\n");
        assert!(stderr(&run(shell, &["-v"])).contains(&note), "{shell}");
    }
    assert!(!stderr(&run("/bin/sh", &["-v"])).contains("SHELL"));
    // Where no shell is wanted, none is missed.
    let mut command = withlock(["-v"]);
    command.arg(place.join("l")).arg("true").env("SHELL", "/bin/false");
    assert!(!stderr(&command.output().unwrap()).contains("SHELL"));
}

#[test]
fn a_link_on_the_path_that_is_switched_makes_two_locks() {
    let place = Scratch::new();
    for name in ["r1", "r2"] {
        std::fs::create_dir(place.join(name)).unwrap();
    }
    symlink("r1", place.join("cur")).unwrap();
    let first = Running::start(&[], &place.join("cur/l"));
    std::fs::remove_file(place.join("cur")).unwrap();
    symlink("r2", place.join("cur")).unwrap();
    let second = Running::start(&[], &place.join("cur/l"));
    assert!(second.finish().0.success());
    assert!(first.finish().0.success());
}

fn begin_to_wait(lock: &Path) -> Child {
    let mut command = withlock(["-w", "inf"]);
    command.arg(lock).args(["sh", "-c", JOB]).stdin(Stdio::piped()).stdout(Stdio::null());
    let waiter = command.spawn().unwrap();
    wait_until("the waiter sleeps", || waits_for_lock(waiter.id()));
    waiter
}

#[test]
fn a_waiter_that_is_stopped_lets_others_go_first_and_runs_when_it_goes_on() {
    let place = Scratch::new();
    let lock = place.join("l");
    let holder = Running::start(&[], &lock);
    let mut stopped = begin_to_wait(&lock);
    kill(stopped.id(), libc::SIGSTOP);
    wait_until("it stops", || state(stopped.id()) == Some('T'));
    let mut other = begin_to_wait(&lock);
    assert!(holder.finish().0.success());
    wait_until("the other one runs", || child(other.id()).is_some());
    drop(other.stdin.take());
    assert!(other.wait().unwrap().success());
    assert_eq!(state(stopped.id()), Some('T'));
    // Only where waiters announce themselves is the file left to them.
    if support::forced_backend().is_none() {
        assert!(lock.exists());
    }
    kill(stopped.id(), libc::SIGCONT);
    drop(stopped.stdin.take());
    assert!(stopped.wait().unwrap().success());
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_file_system_can_be_unmounted_under_a_lock_elsewhere_and_with_o_after_a_daemon_was_left() {
    let place = Scratch::new();
    let script = r#"
cd "$1" && mkdir fs locks && mount -t tmpfs -o mode=755 tmpfs fs || exit 9
"$2" fs/l umount fs && echo 'unmounted under its own lock'
"$2" locks/l umount fs || echo 'not unmounted under a lock elsewhere'
mount -t tmpfs -o mode=755 tmpfs fs || exit 9
mkfifo end
"$2" -o fs/l sh -c 'read line <>end & exit 0' && umount fs || echo 'not unmounted, though -o was given'
echo >end
"#;
    if !is_root() || find_program("unshare").is_none() {
        return skip("needs root and unshare");
    }
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh"]).arg(place.path()).arg(program());
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
    if output.status.code() == Some(9) {
        return skip("nothing can be mounted here");
    }
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
