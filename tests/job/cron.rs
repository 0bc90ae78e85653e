//! From a real crontab: the machine's own cron(8) program, in a mount namespace of its own (Linux; root).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::people::{ALICE, chmod, directory, give};
use crate::support::procfs::has_ended;
use crate::support::programs::{copy_program, write_program};
use crate::support::{
    PATIENCE, Scratch, find_program, is_root, kill, program, skip, wait_at_most, wait_until,
    withlock,
};

/// Makes everything that cron reads and writes private, in the directory that it is given, and becomes cron. What is in
/// bin/ and sbin/ lies over what is in /usr/bin and /usr/sbin.
const CRON: &str = r#"
set -e
cd "$1"
for file in crontab passwd group; do mount --bind $file /etc/$file; done
mount --bind empty /etc/cron.d
mount --bind crontabs /var/spool/cron/crontabs
mount --bind local /usr/local
mount -t overlay -o "lowerdir=$1/bin:/usr/bin" overlay /usr/bin
mount -t overlay -o "lowerdir=$1/sbin:/usr/sbin" overlay /usr/sbin
mount -t tmpfs -o mode=755 tmpfs /run
exec "$2" -f -L 15
"#;

/// Ends the cron that the test has started, and no other, even when the test fails.
struct Cron(Child);

impl Cron {
    fn wait_for(&mut self, what: &str, mut condition: impl FnMut() -> bool) {
        // cron starts its entries at the full minute, and never in the minute in which it was started itself.
        wait_at_most(3 * PATIENCE, what, || {
            assert!(self.0.try_wait().unwrap().is_none(), "cron has ended");
            condition()
        });
    }

    /// A directory as cron sees it.
    fn sees(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.0.id()))
    }
}

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

/// Whether cron can be run here; that it can't is told.
fn is_possible() -> bool {
    if !is_root() {
        skip("only root may run cron");
        return false;
    }
    let missing: Vec<_> =
        ["cron", "unshare"].into_iter().filter(|name| find_program(name).is_none()).collect();
    if !missing.is_empty() {
        skip(&format!("not installed: {missing:?}"));
        return false;
    }
    let mount = "mount -t tmpfs tmpfs /run && mount -t overlay -o lowerdir=/run:/usr/sbin overlay /usr/sbin";
    let private = Command::new("unshare").args(["-m", "sh", "-c", mount]).output().unwrap();
    if !private.status.success() {
        skip("no mount namespace with an overlay can be made here");
    }
    private.status.success()
}

/// A directory for [`start`], that everybody may enter: crontabs, programs and mail go into it.
fn prepare() -> Scratch {
    let place = Scratch::new();
    chmod(place.path(), 0o755);
    let shown = place.path().display();
    for name in ["bin", "crontabs", "empty", "local", "mail", "sbin"] {
        directory(place.path(), name, 0, 0o755);
    }
    let home = directory(place.path(), "home", ALICE, 0o755);
    for (name, line) in [
        ("crontab", String::new()),
        ("passwd", format!("alice:*:{ALICE}:{ALICE}::{}:/bin/sh\n", home.display())),
        ("group", format!("alice:*:{ALICE}:\n")),
    ] {
        let real = fs::read_to_string(Path::new("/etc").join(name)).unwrap_or_default();
        let kept = if name == "crontab" { "" } else { &real };
        // In front, as there may be an alice here.
        fs::write(place.join(name), format!("{line}{kept}")).unwrap();
    }
    // A mail is in its place only when it is whole.
    let mailer = format!("#!/bin/sh\ncat >'{shown}'/$$ && mv '{shown}'/$$ '{shown}'/mail/\n");
    write_program(&place.join("sbin/sendmail"), mailer.as_bytes(), 0o755);
    place
}

/// Starts cron.
fn start(place: &Scratch) -> Cron {
    let mut command = Command::new("unshare");
    command
        .args(["-m", "sh", "-c", CRON, "sh"])
        .arg(place.path())
        .arg(find_program("cron").unwrap());
    Cron(command.stdin(Stdio::null()).spawn().unwrap())
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
    if !is_possible() {
        return;
    }
    let place = prepare();
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
    let entries = format!("MAILTO=root\n* * * * * root {run}\n* * * * * root {run}\n");
    fs::write(place.join("crontab"), entries).unwrap();
    let mut cron = start(&place);
    let _job = Job(place.path().to_owned());
    cron.wait_for("a mail", || !mails(&place).is_empty());
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

/// What the README has in a crontab: each line, with the interval changed to run at once.
fn recipes() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let below = readme.lines().skip_while(|line| !line.starts_with("## Recipes")).skip(1);
    let section = below.take_while(|line| !line.starts_with("## "));
    let command = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_entry = words
            .first()?
            .starts_with(|first: char| "@*".contains(first) || first.is_ascii_digit());
        let fields = if words[0].starts_with('@') { 1 } else { 5 };
        let command = words.get(fields).filter(|_| is_entry)?;
        Some(line[line.find(command)?..].to_owned())
    };
    section.filter_map(|line| command(line.strip_prefix("    ")?)).collect()
}

/// Stands in for a program of a recipe: notes how it was called, and how a second run on the same lock fares meanwhile.
fn stand_in(place: &Scratch, name: &str) {
    let script = format!(
        "#!/bin/sh\ncd '{}' && unset WITHLOCK_HELD &&\n/usr/local/bin/withlock \"$WITHLOCK_LOCKFILE\" true 2>/dev/null\n\
         echo \"$WITHLOCK_LOCKFILE, $?: $(id -u) ${{0##*/}} $*\" >>notes\n",
        place.path().display()
    );
    write_program(&place.join(name), script.as_bytes(), 0o755);
}

#[test]
fn each_recipe_of_the_readme_does_what_it_says_in_a_real_crontab_as_it_is_printed() {
    let recipes = recipes();
    let (of_user, of_root): (Vec<_>, Vec<_>) =
        recipes.iter().partition(|recipe| recipe.contains("fetchmail"));
    assert!(of_user.len() == 1 && of_root.len() >= 4, "{recipes:?}");
    if !is_possible() {
        return;
    }
    let place = prepare();
    for (user, number, recipes) in [("root", 0, of_root), ("alice", ALICE, of_user)] {
        let file = place.join("crontabs").join(user);
        fs::write(
            &file,
            recipes.iter().fold(String::new(), |text, one| text + "* * * * * " + one + "\n"),
        )
        .unwrap();
        chmod(&file, 0o600);
        give(&file, number);
    }
    for name in ["bin", "sbin"] {
        directory(&place.join("local"), name, 0, 0o755);
    }
    copy_program(&program(), &place.join("local/bin/withlock"));
    fs::write(place.join("notes"), "").unwrap();
    chmod(&place.join("notes"), 0o666);
    for name in [
        "bin/rsync",
        "bin/make",
        "bin/mail",
        "bin/fetchmail",
        "local/bin/poll",
        "local/bin/index",
        "local/bin/mirror",
        "local/bin/feed",
        "local/bin/convert-new",
        "local/bin/load-data",
        "local/sbin/daily",
    ] {
        stand_in(&place, name);
    }
    let mut cron = start(&place);
    let home = place.join("home").display().to_string();
    let dated =
        |word: &str| word.len() == 10 && word.bytes().all(|byte| b"0123456789-".contains(&byte));
    let plain = |note: &str| {
        let words = note.split(' ').map(|word| if dated(word) { "DATE" } else { word });
        words.collect::<Vec<_>>().join(" ").replace(&home, "HOME")
    };
    // Each under its lock, which a second run was refused: status 1.
    let expected = [
        "/run/convert.lock, 1: 0 convert-new ",
        "/run/daily.lock, 1: 0 daily ",
        "/run/feed.lock, 1: 0 feed ",
        "/run/index.lock, 1: 0 index ",
        "/run/load.lock, 1: 0 load-data ",
        "/run/mirror.lock, 1: 0 mirror ",
        "/run/poll.lock, 1: 0 poll ",
        "/run/report.lock, 1: 0 mail -s report DATE root",
        "/run/report.lock, 1: 0 make report",
        "/run/sync.lock, 1: 0 rsync -a /srv/ nas:/srv/",
        "HOME/.cache/withlock/fetch.lock, 1: 65533 fetchmail --silent",
    ];
    // By the next minute, some may have run once more.
    let notes = || -> BTreeSet<String> {
        let notes = fs::read_to_string(place.join("notes")).unwrap();
        notes.lines().map(plain).collect()
    };
    let has_run = |note: &&str| notes().contains(*note);
    cron.wait_for("all have run", || expected.iter().all(has_run) || !mails(&place).is_empty());
    let locks = |directory: &Path| {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .filter(|entry| {
                entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "lock")
            })
            .count()
    };
    wait_until("the lock files are gone", || {
        locks(&cron.sees("/run")) + locks(&place.join("home/.cache/withlock")) == 0
    });
    assert_eq!(mails(&place), [""; 0]);
    assert_eq!(notes(), expected.map(str::to_owned).into());
}
