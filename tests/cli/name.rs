//! `-N NAME` takes the place of LOCKFILE, and everything else stays as it is.

use super::options::attempt;
use crate::support::complaint::{assert_complains, assert_silent};
use crate::support::private::with_own_run;
use crate::support::{Scratch, forced_backend, stderr};

#[test]
fn with_a_name_the_first_operand_is_the_command() {
    let scratch = Scratch::new();
    let script = r#"
W -N backup echo -q /run/x.lock
W --name backup echo -N
W -Nbackup -- echo a
W -N backup -- -- echo b
W -N backup -c 'echo "$0" $#' | sed 's/.*sh /sh /'
W -c 'echo c' -N backup
W -N other -N 'a b' printenv WITHLOCK_LOCKFILE
W -N -x printenv WITHLOCK_LOCKFILE
ls -A /run/withlock"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    let wanted =
        "-q /run/x.lock\n-N\na\nb\nsh 0\nc\n/run/withlock/a b.lock\n/run/withlock/-x.lock\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{output:?}");
    assert_eq!(stderr(&output), "");
}

#[test]
fn the_other_options_mean_the_same_by_a_name() {
    let scratch = Scratch::new();
    let script = r#"
W --no-create -N backup echo ran || echo $?
W -k -N backup true; ls -A /run/withlock
W -N backup W -N backup true 2>/dev/null || :
W -N backup sh -c "'$PROGRAM' -q -E 5 -N backup echo ran || echo \$?; '$PROGRAM' -N other echo other"
W -v -N new true 2>said; grep -c '^withlock: lock file /run/withlock/new.lock ' said; grep -c created said
rm -r /run/withlock; W -v -N new true 2>said; grep '/run/withlock: created' said; ls -A /run/withlock"#;
    if forced_backend().is_some() {
        return;
    }
    let Some(output) = with_own_run(&scratch, script) else { return };
    let wanted = "69\nbackup.lock\n5\nother\n1\n1\nwithlock: /run/withlock: created\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{output:?}");
    assert!(stderr(&output).contains("/run/withlock/backup.lock: does not exist"));
}

#[test]
fn what_is_no_name_is_refused_and_one_that_is_too_long_by_the_file_system() {
    let scratch = Scratch::new();
    for (name, part) in [
        ("", "the name is empty"),
        ("a/b", "a name has no slash; a path is given as LOCKFILE"),
        ("/run/a.lock", "a name has no slash"),
        ("/", "a name has no slash"),
        (".", "a name does not begin with a dot"),
        ("..", "a name does not begin with a dot"),
        (".hidden", "a name does not begin with a dot"),
    ] {
        let output = attempt(&scratch, &["-N", name, "echo", "ran"]);
        assert_complains(name, &output, 2, &["-N ", part]);
    }
    for words in [&["-N"][..], &["-N", "x"], &["-N", "x", "--"]] {
        assert_complains("missing", &attempt(&scratch, words), 2, &["; see withlock --help"]);
    }
    let script = r#"
long=$(printf '%0250d' 0); W -N $long echo "$((${#long} + 5))"
W -N "$(printf 'a\nb\377')" echo odd
W -N 0$long echo ran"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    assert_eq!(output.stdout, b"255\nodd\n", "{output:?}");
    assert_eq!(output.status.code(), Some(73));
    assert!(stderr(&output).ends_with("; use a shorter name\n"), "{output:?}");
}

#[test]
fn a_name_behind_a_lock_file_is_told_that_there_is_one_or_the_other() {
    if forced_backend().is_some() {
        return;
    }
    let scratch = Scratch::new();
    for (line, mended) in [
        ("lock -N backup echo", "withlock -N backup echo;"),
        ("lock --name=backup echo", "withlock --name=backup echo;"),
        ("lock -qN backup", "withlock -qN backup COMMAND;"),
        ("lock -N", "withlock -N VALUE COMMAND;"),
        ("-q lock -N backup echo", "withlock ... -N backup echo;"),
        ("lock -N backup -w 5 -c date", "withlock -N backup -w 5 -c date;"),
    ] {
        let output = attempt(&scratch, &line.split(' ').collect::<Vec<_>>());
        let parts = ["options go before LOCKFILE, and -N is instead of it: ", mended];
        assert_complains(line, &output, 2, &parts);
    }
    // A name as the value of another option is none.
    let output = attempt(&scratch, &["lock", "-w", "-N", "echo"]);
    assert_complains("value", &output, 2, &["withlock -w -N lock echo"]);
    assert_silent("command's", &attempt(&scratch, &["lock", "true", "-N", "x"]), 0);
    assert!(scratch.names().is_empty());
}
