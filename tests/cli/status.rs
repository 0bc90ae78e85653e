//! `--status`, `--list` and `--json`: what is refused, what a hostile name can do, and how it ends.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;
use std::process::{Command, Output};

use crate::support::complaint::{assert_complains, run};
use crate::support::private::with_own_run;
use crate::support::{Running, Scratch, program, stderr};

fn look<S: AsRef<OsStr>>(place: &Scratch, words: impl IntoIterator<Item = S>) -> Output {
    run(Command::new(program()).args(words).current_dir(place.path()))
}

#[test]
fn what_is_no_lock_file_is_refused_at_once_without_being_opened() {
    let place = Scratch::new();
    fs::create_dir(place.join("directory")).unwrap();
    assert!(run(Command::new("mkfifo").arg(place.join("fifo"))).status.success());
    let _socket = UnixListener::bind(place.join("socket")).unwrap();
    std::os::unix::fs::symlink("nowhere/at/all", place.join("link")).unwrap();
    for (name, said) in [
        ("directory", "directory: is a directory, not a regular file"),
        ("directory/", "directory"),
        ("fifo", "fifo: is a FIFO, not a regular file"),
        ("socket", "socket: is a socket, not a regular file"),
        ("/dev/null", "is a device"),
        ("link", "nowhere"),
        ("missing/lock", "No such file or directory"),
    ] {
        assert_complains(name, &look(&place, ["--status", name]), 73, &[said]);
        let output = look(&place, ["--status", "--json", name]);
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &told["state"]), (Some(73), &"error".into()), "{name}");
        assert!(stderr(&output).contains(told["error"].as_str().unwrap()));
    }
    assert_complains("no directory", &look(&place, ["--list", "missing"]), 73, &["missing"]);
    assert_complains("a file", &look(&place, ["--list", "fifo"]), 73, &["fifo"]);
}

#[test]
fn a_link_is_followed_to_the_lock_that_a_run_would_take() {
    let place = Scratch::new();
    std::os::unix::fs::symlink("lock", place.join("link")).unwrap();
    let output = look(&place, ["--status", "link"]);
    assert_eq!(output.stdout, b"link: free\n");
    let running = Running::start(&[], &place.join("link"));
    let output = look(&place, ["--status", "link"]);
    assert!(output.stdout.starts_with(b"link: held by pid"), "{output:?}");
    running.finish();
}

#[test]
fn of_several_locks_each_is_told_and_the_worst_makes_the_exit_status() {
    let place = Scratch::new();
    let running = Running::start(&[], &place.join("b"));
    let output = look(&place, ["--status", "a", "b", "c"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let starts: Vec<_> = text.lines().filter_map(|line| line.split_once(" by ")).collect();
    assert!(text.starts_with("a: free\nb: held by ") && text.ends_with("\nc: free\n"), "{text}");
    assert_eq!((output.status.code(), starts.len()), (Some(1), 1));
    let output = look(&place, ["--status", "a", "no/way", "b"]);
    assert_eq!(output.status.code(), Some(73));
    assert!(output.stdout.starts_with(b"a: free\nb: held by "), "{output:?}");
    running.finish();
    assert_eq!(look(&place, ["--status", "a", "b"]).status.code(), Some(0));
}

#[test]
fn a_name_with_newlines_and_escapes_reaches_neither_the_terminal_nor_the_next_line() {
    let place = Scratch::new();
    for name in [&b"a\nb"[..], b"\x1b[2Jx", b"\xff\xfe", b"\xc2\x9bm", b"a\"b\\", b"\xe2\x80\xae"] {
        let name = OsStr::from_bytes(name);
        let running = Running::start(&[], &place.join(name));
        for words in [&[OsStr::new("--status"), name][..], &[OsStr::new("--list"), OsStr::new(".")]]
        {
            let output = look(&place, words);
            let text = String::from_utf8(output.stdout).unwrap();
            let lines = if words[0] == "--list" { 2 } else { 1 };
            let is_plain = |c: char| c == '\n' || !c.is_control() && c != '\u{202e}';
            assert!(text.chars().all(is_plain), "{name:?}: {text:?}");
            assert_eq!(text.lines().count(), lines, "{name:?}: {text:?}");
        }
        for words in [
            &[OsStr::new("--status"), OsStr::new("--json"), name][..],
            &["--list".as_ref(), "--json".as_ref(), ".".as_ref()],
        ] {
            let output = look(&place, words);
            assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
            let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert!(told["path"].as_str().unwrap().ends_with(&*name.to_string_lossy()));
        }
        running.finish();
    }
}

#[test]
fn a_line_that_shows_locks_and_would_run_something_is_refused() {
    let place = Scratch::new();
    for (words, said) in [
        (&["--status"][..], "LOCKFILE is missing"),
        (&["--status", ""], "is empty"),
        (&["--status", "lock", "--json"], "options go before LOCKFILE"),
        (&["--status", "-q", "lock"], "--status runs nothing"),
        (&["--list", "-w", "5"], "--list runs nothing"),
        (&["--list", "a", "b"], "one directory"),
        (&["--json", "lock", "true"], "--json is for --status or --list"),
    ] {
        assert_complains(&words.join(" "), &look(&place, words), 2, &[said]);
    }
    assert_eq!(look(&place, ["--list", "--status", "lock"]).stdout, b"lock: free\n");
    assert_eq!(look(&place, ["--status", "--list"]).stdout, b"");
    assert!(place.names().is_empty());
}

#[test]
fn an_option_that_shows_locks_is_told_where_it_belongs() {
    let place = Scratch::new();
    for (line, mended) in [
        ("lock --status", ": withlock --status lock;"),
        ("lock --list", ": withlock --list lock;"),
        ("lock --status --json", ": withlock --status --json lock;"),
        ("lock --status -N backup", ": withlock --status -N backup;"),
    ] {
        let output = look(&place, line.split(' '));
        assert_complains(line, &output, 2, &["options go before LOCKFILE", mended]);
    }
}

#[test]
fn locks_by_name_are_shown_by_name_and_as_a_list() {
    let scratch = Scratch::new();
    let script = r#"
"$PROGRAM" --status -N backup; "$PROGRAM" --list; ls -d /run/withlock 2>/dev/null || :
"$PROGRAM" --status --json --name backup | grep -o '"path":[^,]*,"state":[^,]*'
W -k -N kept true; mkfifo /run/withlock/fifo
W -N backup sh -c '"$0" --status -N backup || echo $?; "$0" --list || echo $?' "$PROGRAM" |
    sed -E 's/ pid [0-9]+ .*/ pid/; s/  +.*//'
"$PROGRAM" --list | cut -d ' ' -f 1
"$PROGRAM" --status -N backup lock || echo $?; "$PROGRAM" --list -N backup || echo $?
"$PROGRAM" --status -N a/b || echo $?"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    let wanted = "/run/withlock/backup.lock: free\n\"path\":\"/run/withlock/backup.lock\",\"state\":\"absent\"\n\
        /run/withlock/backup.lock: held by pid\n1\nLOCK\nbackup.lock\nkept.lock\n1\nLOCK\nkept.lock\n2\n2\n2\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{output:?}");
    let said = stderr(&output);
    assert!(said.contains("-N is instead of LOCKFILE"), "{said}");
    assert!(said.contains("--list runs nothing") && said.contains("no slash"), "{said}");
}
