//! Locks with a name: where their directory is, for whom, and who makes it.
#![cfg(target_os = "linux")]

use std::process::Output;

use crate::support::complaint::{assert_complains, assert_silent};
use crate::support::private::with_own_run;
use crate::support::{Scratch, stderr};

/// What the script printed; it ended well, and nothing was said.
fn printed(output: Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_silent(&text, &Output { stdout: Vec::new(), ..output }, 0);
    text
}

#[test]
fn root_finds_its_names_in_run_and_needs_no_directory_there_after_a_boot() {
    let scratch = Scratch::new();
    let script = r#"
W -N backup sh -c 'echo $WITHLOCK_LOCKFILE; stat -c "%a %u %n" /run/withlock /run/withlock/*'
ls -A /run/withlock
rmdir /run/withlock
export HOME=/nowhere XDG_RUNTIME_DIR=$PLACE XDG_CACHE_HOME=$PLACE
(umask 0777; W --name=backup true)
stat -c '%a %u %n' /run/withlock"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    let wanted = "/run/withlock/backup.lock\n700 0 /run/withlock\n600 0 /run/withlock/backup.lock\n700 0 /run/withlock\n";
    assert_eq!(printed(output), wanted);
}

#[test]
fn root_finds_its_names_in_var_run_where_there_is_no_run() {
    let scratch = Scratch::new();
    // A root of its own, without /run.
    let script = r#"
mkdir -p root/var/run root/proc; cp program root/
for dir in bin lib lib32 lib64 usr; do
    if [ -L /$dir ]; then cp -P /$dir root/
    elif [ -d /$dir ]; then mkdir root/$dir; mount --bind /$dir root/$dir; fi
done
chroot root /program -N backup /bin/sh -c 'echo $WITHLOCK_LOCKFILE'"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    assert_eq!(printed(output), "/var/run/withlock/backup.lock\n");
}

/// cron(8) sets HOME and no XDG_ variable, a login shell all of them, a service perhaps nothing.
const SURROUNDINGS: [&str; 7] = [
    "",
    "env -i",
    "env HOME=/",
    "env HOME=",
    "env HOME=home",
    "env HOME=/root",
    "env XDG_RUNTIME_DIR=/run/user/a XDG_CACHE_HOME=/run/user/a",
];

#[test]
fn a_login_shell_cron_and_a_service_of_one_user_mean_one_lock_by_a_name() {
    let scratch = Scratch::new();
    let surroundings: String =
        SURROUNDINGS.map(|with| format!("\nWITH='{with}'; echo $(A -E 9 -N backup $SAY)")).concat();
    let script = format!(
        r#"
umask 0777; mkdir -p /run/user/a; chmod 0755 /run/user; chmod 0700 /run/user/a; chown a /run/user/a; umask 022
printf 'echo $WITHLOCK_LOCKFILE' >say; SAY="/bin/sh $PLACE/say"{surroundings}
(cd home; stat -c '%a %U %n' .cache .cache/withlock; ls -A .cache/withlock; ls -A /run/user/a)"#
    );
    let Some(output) = with_own_run(&scratch, &script) else { return };
    let home = scratch.join("home");
    let file = format!("{}/.cache/withlock/backup.lock\n", home.display());
    let wanted = format!("{}700 a .cache\n700 a .cache/withlock\n", file.repeat(7));
    assert_eq!(printed(output), wanted);
}

#[test]
fn a_name_that_cron_holds_is_busy_in_a_login_shell() {
    let scratch = Scratch::new();
    let script = r#"
mkfifo -m 0666 held end
WITH=env\ -i; A -N backup /bin/sh -c "echo >$PLACE/held; read line <$PLACE/end" &
read line <held
WITH="env XDG_RUNTIME_DIR=$PLACE/home"; A -E 9 -N backup echo ran || echo $?
W -N backup echo 'root has names of its own'
echo >end; wait"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    assert_eq!(output.stdout, b"9\nroot has names of its own\n", "{output:?}");
    assert!(stderr(&output).contains("/home/.cache/withlock/backup.lock is held by pid "));
}

#[test]
fn a_user_without_an_entry_is_believed_what_home_says_if_it_is_a_path_of_its_own() {
    let scratch = Scratch::new();
    let script = |with: &str| {
        format!(
            "printf 'root:x:0:0::/root:/bin/sh\\n' >passwd; mkdir -m 0755 other; chown 65532 other\nWITH='{with}'; A -N backup \
             printenv WITHLOCK_LOCKFILE"
        )
    };
    let home = scratch.join("home");
    let Some(output) = with_own_run(&scratch, &script(&format!("env HOME={}", home.display())))
    else {
        return;
    };
    assert_eq!(printed(output), format!("{}/.cache/withlock/backup.lock\n", home.display()));
    for with in ["env -u HOME", "env HOME=", "env HOME=home", "env HOME=."] {
        std::fs::remove_dir_all(scratch.join("other")).unwrap();
        let output = with_own_run(&scratch, &script(with)).unwrap();
        let parts = ["user 65533 has no home directory", "give a LOCKFILE instead of -N"];
        assert_complains(with, &output, 73, &parts);
    }
    std::fs::remove_dir_all(scratch.join("other")).unwrap();
    let of_another = format!("env HOME={}", scratch.join("other").display());
    let output = with_own_run(&scratch, &script(&of_another)).unwrap();
    let who = format!("because {} belongs to", scratch.join("other").display());
    assert_complains("of another", &output, 3, &["refused", &who]);
}

/// What stands where root's directory is to be, and the exit status and what is said.
const PUT_THERE: [(&str, i32, &str); 8] = [
    ("mkdir -m 0700 /run/withlock; chown a /run/withlock", 3, "/run/withlock belongs to"),
    ("mkdir -m 0777 /run/withlock", 3, "/run/withlock is writable by others"),
    ("mkdir -m 1777 /run/withlock", 3, "/run/withlock is writable by others"),
    ("mkdir -m 0770 /run/withlock", 3, "/run/withlock is writable by"),
    ("chmod 1777 /run", 3, "because /run is writable by others"),
    (
        "mkdir -m 1777 /run/all; ln -s all /run/withlock",
        3,
        "because /run/all is writable by others",
    ),
    (
        "chmod 0755 home; mkdir home/.cache; chown a home/.cache; ln -s $HOME_OF_A/.cache /run/withlock",
        3,
        "belongs to",
    ),
    ("echo >/run/withlock", 73, "/run/withlock: opening the directory failed: Not a directory"),
];

#[test]
fn a_directory_that_somebody_else_can_change_is_refused_and_left_as_it_is() {
    for (before, code, part) in PUT_THERE {
        let scratch = Scratch::new();
        let script = format!(
            "{before}; trap 'ls -A /run/withlock/ 2>/dev/null >left || :' EXIT; W -N backup echo ran"
        );
        let Some(output) = with_own_run(&scratch, &script) else { return };
        assert_complains(before, &output, code, &[part]);
        assert_eq!(std::fs::read_to_string(scratch.join("left")).unwrap(), "", "{before}");
    }
}

#[test]
fn a_directory_or_a_link_that_only_its_user_can_change_is_used() {
    for before in [
        "mkdir -m 0755 /run/withlock",
        "mkdir -m 0755 /run/locks; ln -s locks /run/withlock",
        "mkdir -m 0777 /run/withlock; INSECURE=--insecure",
        "ln -s /run/made /run/withlock",
    ] {
        let scratch = Scratch::new();
        let script = format!("{before}; W $INSECURE -N backup echo ran; ls -A /run/withlock/");
        let Some(output) = with_own_run(&scratch, &script) else { return };
        assert_eq!(output.stdout, b"ran\n", "{before}: {output:?}");
    }
}

#[test]
fn no_directory_is_made_above_those_for_names_or_where_others_could_exchange_it() {
    let scratch = Scratch::new();
    for (before, code, part) in [
        (
            "rmdir home",
            73,
            "/home: finding the place for locks with a name failed: No such file or directory; give a LOCKFILE",
        ),
        ("chmod 0777 home", 3, "/home is writable by others"),
        ("chown root home", 73, "/home/.cache: creating the directory failed: Permission denied"),
        ("$AS_A mkdir -m 0775 home/.cache", 3, "/home/.cache is writable by"),
    ] {
        let before = before.replace("chown root home", "chmod 0755 home; chown root home");
        let script = format!(
            "{before}; trap 'find home -name withlock >left 2>&1 || :' EXIT; A -N backup echo ran"
        );
        let Some(output) = with_own_run(&scratch, &script) else { return };
        assert_complains(&before, &output, code, &[part]);
        let left = std::fs::read_to_string(scratch.join("left")).unwrap();
        assert!(!left.contains("withlock\n"), "{before}: {left}");
    }
}

/// The first runs after a boot, all at once: those that find the directory missing are as good as the one that makes it.
#[test]
fn sixty_four_first_runs_of_a_name_all_run_one_after_the_other() {
    let scratch = Scratch::new();
    let script = r#"
round() {
    i=0
    while [ $i -lt 64 ]; do
        $1 -w inf -N backup /bin/sh -c 'mkdir "$0" && rmdir "$0" && echo ran' $2/held || echo "status $?" &
        i=$((i + 1))
    done
    wait
}
for turn in 1 2 3; do round W /run; ls -A /run/withlock; rmdir /run/withlock; done
for turn in 1 2 3; do round A $PLACE/home; ls -A home/.cache/withlock; rm -r home/.cache; done"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    assert_eq!(printed(output), "ran\n".repeat(6 * 64));
}

#[test]
fn a_directory_that_is_removed_while_a_run_waits_is_made_again() {
    let scratch = Scratch::new();
    // The holder's job removes it; the one that waits then holds a lock that nobody else would find.
    let script = r#"
mkfifo held end
: >said
W -N backup sh -c 'echo >held; read line <end; rm -r /run/withlock' 2>lost &
read line <held
W -v -w inf -N backup sh -c 'ls /run/withlock' 2>said &
until grep -q waiting said; do :; done
echo >end; wait"#;
    let Some(output) = with_own_run(&scratch, script) else { return };
    assert_eq!(printed(output), "backup.lock\n");
    assert!(std::fs::read_to_string(scratch.join("lost")).unwrap().contains("was removed"));
}
