//! From a real crontab: the machine's own cron(8) program, in a mount namespace of its own (Linux; root).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may fail by panicking"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use support::procfs::has_ended;
use support::{
    PATIENCE, Scratch, find_program, is_root, kill, skip, wait_at_most, wait_until, withlock,
};

/// Makes everything that cron reads and writes private, in the directory that it is given, and becomes cron.
///
/// Where no mailer is installed, cron finds one all the same, in a directory laid over /usr/sbin.
const CRON: &str = r#"
set -e
cd "$1"
mount --bind crontab /etc/crontab
mount --bind empty /etc/cron.d
mount --bind empty /var/spool/cron/crontabs
if [ -e /usr/sbin/sendmail ]; then
    mount --bind sbin/sendmail /usr/sbin/sendmail
else
    mount -t overlay -o "lowerdir=$1/sbin:/usr/sbin" overlay /usr/sbin
fi
mount -t tmpfs tmpfs /run
exec "$2" -f -L 15
"#;

/// Ends the cron that the test has started, and no other, even when the test fails.
struct Cron(Child);

impl Drop for Cron {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Ends the job that waits for a word of the test, even when the test fails.
struct Job(PathBuf);

impl Drop for Job {
    fn drop(&mut self) {
        let started = fs::read_to_string(self.0.join("ran")).unwrap_or_default();
        for pid in started.lines().filter_map(|line| line.parse::<u32>().ok()) {
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&words).contains(self.0.to_str().unwrap()) {
                kill(pid, libc::SIGKILL);
            }
        }
    }
}

/// Starts cron; `None` where that is impossible, which is told.
fn start(place: &Scratch, crontab: &str) -> Option<Cron> {
    if !is_root() {
        skip("only root may run cron");
        return None;
    }
    let (Some(cron), Some(unshare)) = (find_program("cron"), find_program("unshare")) else {
        skip("cron or unshare is not installed");
        return None;
    };
    let private = Command::new(&unshare)
        .args(["-m", "mount", "-t", "tmpfs", "tmpfs", "/run"])
        .output()
        .unwrap();
    if !private.status.success() {
        skip("no mount namespace can be made here");
        return None;
    }
    let write = |name: &str, content: &str, mode| {
        fs::write(place.join(name), content).unwrap();
        fs::set_permissions(place.join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    fs::create_dir(place.join("empty")).unwrap();
    fs::create_dir(place.join("sbin")).unwrap();
    fs::create_dir(place.join("mail")).unwrap();
    write("crontab", crontab, 0o644);
    let directory = place.path().display();
    // A mail is in its place only when it is whole.
    let mailer =
        format!("#!/bin/sh\ncat >'{directory}'/$$ && mv '{directory}'/$$ '{directory}'/mail/\n");
    write("sbin/sendmail", &mailer, 0o755);
    let mut command = Command::new(unshare);
    command.args(["-m", "sh", "-c", CRON, "sh"]).arg(place.path()).arg(cron);
    Some(Cron(command.stdin(Stdio::null()).spawn().unwrap()))
}

/// All mails that have come.
fn mails(place: &Scratch) -> Vec<String> {
    let mails = fs::read_dir(place.join("mail")).unwrap();
    mails.map(|mail| fs::read_to_string(mail.unwrap().path()).unwrap()).collect()
}

/// Words for the shell that cron starts.
fn quoted(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| format!("'{}' ", word.to_str().unwrap())).collect()
}

#[test]
fn of_two_entries_on_one_lock_one_runs_and_the_refusal_of_the_other_is_mailed() {
    let place = Scratch::new();
    let lock = place.join("lock");
    let script = place.join("job");
    let directory = place.path().display();
    fs::write(
        &script,
        format!("cd '{directory}'; echo $$ >>ran; read line <go-on; echo done >>ran\n"),
    )
    .unwrap();
    let go_on = place.join("go-on");
    assert!(Command::new("mkfifo").arg(&go_on).status().unwrap().success());
    let mut run = withlock([&lock]);
    run.arg("sh").arg(&script);
    let run = quoted(&run);
    let Some(mut cron) =
        start(&place, &format!("MAILTO=root\n* * * * * root {run}\n* * * * * root {run}\n"))
    else {
        return;
    };
    let _job = Job(place.path().to_owned());
    // cron starts its entries at the full minute, and never in the minute in which it was started itself.
    wait_at_most(3 * PATIENCE, "a mail", || {
        assert!(cron.0.try_wait().unwrap().is_none(), "cron has ended");
        !mails(&place).is_empty()
    });
    // The next minute's runs are not wanted.
    drop(cron);
    let ran = || fs::read_to_string(place.join("ran")).unwrap_or_default();
    wait_until("the job of the other one runs", || ran().ends_with('\n'));
    let mails = mails(&place);
    let mail = mails.join("\n");
    assert!(mail.contains("Subject: Cron"), "{mail}");
    assert!(mail.contains(&format!("withlock: {} is held by ", lock.display())), "{mail}");
    assert_eq!(ran().lines().count(), 1, "both ran: {mail}");
    let job: u32 = ran().trim().parse().unwrap();
    assert!(!has_ended(job));
    fs::write(go_on, "\n").unwrap();
    wait_until("the job ends", || has_ended(job));
    assert!(ran().ends_with("done\n"));
    wait_until("the lock file is gone", || !lock.exists());
}
