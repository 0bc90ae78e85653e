//! `ci/package/install` puts everything where it is looked for, and takes all of it away again.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{self, Scratch, complaint::run, stderr};

/// What lies below a directory, by its path from there: the mode of a file, or where a link leads. No directories.
fn files_below(top: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut directories = vec![top.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            let facts = path.symlink_metadata().unwrap();
            let what = if facts.is_dir() {
                directories.push(path);
                continue;
            } else if facts.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else {
                format!("{:o}", facts.permissions().mode() & 0o7777)
            };
            found.insert(path.strip_prefix(top).unwrap().display().to_string(), what);
        }
    }
    found
}

/// With a umask that would leave the others nothing, and a directory that needs quotes.
fn install(top: &Path, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/package/install");
    let mut command = Command::new("sh");
    command.args(["-c", "umask 077; exec \"$@\"", "sh"]).arg(script).args(arguments);
    run(command.current_dir("/").env("DESTDIR", top).env_remove("PREFIX"))
}

fn assert_success(output: &Output) {
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert_eq!(stderr(output), "");
}

const PLAIN: [(&str, &str); 5] = [
    ("usr/local/bin/withlock", "755"),
    ("usr/local/share/bash-completion/completions/withlock", "644"),
    ("usr/local/share/fish/vendor_completions.d/withlock.fish", "644"),
    ("usr/local/share/man/man1/withlock.1", "644"),
    ("usr/local/share/zsh/site-functions/_withlock", "644"),
];

const LINKED: [(&str, &str); 6] = [
    ("usr/local/bin/flock", "-> withlock"),
    ("usr/local/bin/with-lock", "-> withlock"),
    ("usr/local/bin/with-lock-ex", "-> withlock"),
    ("usr/local/share/man/man1/flock.1", "644"),
    ("usr/local/share/man/man1/with-lock-ex.1", "644"),
    ("usr/local/share/man/man1/with-lock.1", "644"),
];

const LINKS: &str = "flock,with-lock-ex,with-lock";

fn owned(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, what)| ((*path).to_owned(), (*what).to_owned())).collect()
}

#[test]
fn what_was_installed_is_found_works_and_goes_without_a_trace() {
    let (place, program) = (Scratch::new(), support::program());
    let top = place.join("a tree");
    let program = program.to_str().unwrap();
    // Nobody's names are taken unasked.
    assert_success(&install(&top, &[program]));
    assert_eq!(files_below(&top), owned(&PLAIN));
    // Over what is there, with the names.
    for _ in 0..2 {
        assert_success(&install(&top, &["--links", LINKS, program]));
        assert_eq!(files_below(&top), owned(&[&PLAIN[..], &LINKED[..]].concat()));
    }
    let bin = top.join("usr/local/bin");
    for (name, words, status) in
        [("withlock", &["--version"][..], 0), ("flock", &["--version"], 0), ("with-lock", &[], 255)]
    {
        let output = run(Command::new(bin.join(name)).args(words));
        assert_eq!(output.status.code(), Some(status), "{name}: {output:?}");
    }

    assert_success(&install(&top, &["--uninstall"]));
    assert_eq!(files_below(&top), owned(&[]));
    let left = |path: &str| top.join(path).exists();
    assert!(left("usr/local/bin") && !left("usr/local/share/fish") && !left("usr/local/share/zsh"));
}

#[test]
fn a_tool_that_has_the_name_already_is_not_lost() {
    let place = Scratch::new();
    let bin = place.join("usr/local/bin");
    fs::create_dir_all(&bin).unwrap();
    symlink("/elsewhere/with-lock", bin.join("with-lock")).unwrap();
    refused_and_left(&place, "with-lock is there already");

    // So is a page: that of a tool whose name is taken by a link to this program.
    fs::remove_file(bin.join("with-lock")).unwrap();
    symlink("withlock", bin.join("flock")).unwrap();
    let pages = place.join("usr/local/share/man/man1");
    fs::create_dir_all(&pages).unwrap();
    fs::write(pages.join("flock.1"), "another tool").unwrap();
    refused_and_left(&place, "flock.1 is there already");
    assert_success(&install(place.path(), &["--uninstall"]));
    assert_eq!(fs::read(pages.join("flock.1")).unwrap(), b"another tool");
}

/// Nothing is installed for that reason, and what is there stays.
fn refused_and_left(place: &Scratch, why: &str) {
    let before = files_below(place.path());
    let output = install(place.path(), &["--links", LINKS, support::program().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stderr(&output).contains(why), "{output:?}");
    assert_eq!(files_below(place.path()), before, "nothing was installed");
}

#[test]
fn a_misspelt_command_line_installs_nothing() {
    let place = Scratch::new();
    let lines: [&[&str]; 8] = [
        &["--links"],
        &["--links", ""],
        &["--links", "*"],
        &["--links", "flok"],
        &["--link", "flock"],
        &["--uninstall", "--links", "flock"],
        &["one", "two"],
        &[""],
    ];
    for line in lines {
        let output = install(place.path(), line);
        assert_eq!(output.status.code(), Some(2), "{line:?}: {output:?}");
        assert!(stderr(&output).contains("usage: ci/package/install"), "{output:?}");
    }
    let output = install(place.path(), &["/no/such/program"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(files_below(place.path()), owned(&[]));
}
