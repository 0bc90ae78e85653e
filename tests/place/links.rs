//! Symbolic links on the way to a lock file: followed where only the caller and root could have made or moved them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::complaint::{assert_complains, assert_silent, run};
use crate::support::people::{ALICE, BOB, Public, chmod, directory, give};
use crate::support::{Scratch, withlock};

const ROOT: u32 = 0;

/// A link of this owner.
fn link(target: impl AsRef<Path>, at: &Path, owner: u32) {
    symlink(target, at).unwrap();
    give(at, owner);
}

/// Runs with `path` and checks that the job ran under a lock file at `target`, which is gone afterwards.
fn assert_follows(path: &Path, target: &Path) {
    let case = path.display().to_string();
    let script = "test -f \"$1\" && echo ran";
    let output = run(withlock([path.as_os_str()]).args(["sh", "-c", script, "sh"]).arg(target));
    assert_silent(&case, &output, 0);
    assert_eq!(output.stdout, b"ran\n", "{case}");
    assert!(!target.exists(), "{case}");
}

#[test]
fn links_of_ones_own_are_followed_wherever_they_stand_in_the_path() {
    let scratch = Scratch::new();
    let far = scratch.join("far");
    let deep = far.join("deep");
    fs::create_dir_all(&deep).unwrap();
    let target = deep.join("lock");
    let links: [(&str, &Path, &str); 8] = [
        ("absolute", &target, ""),
        ("relative", Path::new("far/deep/lock"), ""),
        ("dotted", Path::new("./far/../far/./deep//lock"), ""),
        ("directory", &far, "/deep/lock"),
        ("slash", Path::new("far/deep/"), "/lock"),
        ("dot", Path::new("."), "/far/deep/lock"),
        ("above", Path::new("far/deep/.."), "/deep/lock"),
        ("root", Path::new("/"), scratch.path().to_str().unwrap()),
    ];
    for (name, to, rest) in links {
        symlink(to, scratch.join(name)).unwrap();
        let mut path = scratch.join(name).into_os_string();
        path.push(rest);
        if name == "root" {
            path.push("/far/deep/lock");
        }
        assert_follows(Path::new(&path), &target);
        assert!(fs::symlink_metadata(scratch.join(name)).unwrap().is_symlink());
    }
    // `..` behind a link leads to the parent of where the link leads, not of where it lies.
    assert_follows(&scratch.join("directory/../far/deep/lock"), &target);
    symlink("deep", far.join("inner")).unwrap();
    assert_follows(&scratch.join("directory/inner/../deep/lock"), &target);
}

#[test]
fn thirty_two_links_are_followed_and_thirty_three_are_not() {
    let scratch = Scratch::new();
    symlink("lock", scratch.join("1")).unwrap();
    for number in 2..=33 {
        symlink(format!("{}", number - 1), scratch.join(number.to_string())).unwrap();
    }
    assert_follows(&scratch.join("32"), &scratch.join("lock"));
    let output = run(withlock([scratch.join("33").as_os_str()]).arg("echo"));
    let words = ["/1: too many symbolic links; check where they lead"];
    assert_complains("33", &output, 73, &words);
    // Links to directories count as well.
    symlink(".", scratch.join("here")).unwrap();
    let path = |count| scratch.join("here/".repeat(count)).join("lock");
    assert_follows(&path(32), &scratch.join("lock"));
    let output = run(withlock([path(33).as_os_str()]).arg("echo"));
    assert_complains("33 directories", &output, 73, &["too many symbolic links"]);
}

/// Owner and mode of the directory that a link lies in, owner of the link, and what Alice is told; `None` is to follow.
const LINKS: [(u32, u32, u32, Option<&str>); 13] = [
    (ROOT, 0o755, ROOT, None),
    (ROOT, 0o755, ALICE, None),
    (ROOT, 0o755, BOB, Some("is a symbolic link of user 65532, who could point it")),
    (ALICE, 0o755, ROOT, None),
    (ALICE, 0o700, ALICE, None),
    (ALICE, 0o700, BOB, Some("is a symbolic link of user 65532, who could point it")),
    (ROOT, 0o1777, ROOT, Some("is writable by others")),
    (ROOT, 0o1777, ALICE, Some("is writable by others")),
    (ROOT, 0o1777, BOB, Some("is writable by others")),
    (ROOT, 0o775, ROOT, Some("is writable by others")),
    (ALICE, 0o777, ALICE, Some("is writable by others")),
    (BOB, 0o755, ROOT, Some("belongs to user 65532, who could replace")),
    (BOB, 0o755, ALICE, Some("belongs to user 65532, who could replace")),
];

#[test]
fn nobody_else_can_point_a_link_on_the_way_elsewhere() {
    let Some(public) = Public::new() else { return };
    let target = public.directory("target", ALICE, 0o755);
    for (number, (owner, mode, link_owner, reason)) in LINKS.into_iter().enumerate() {
        let place = public.directory(&number.to_string(), owner, 0o755);
        let reached = [
            (target.clone(), "absolute", "/lock"),
            ("../target".into(), "relative", "/lock"),
            (target.join("lock"), "file", ""),
        ];
        for (to, name, rest) in reached {
            let case = format!("{name} {owner} {mode:04o} {link_owner}");
            link(to, &place.join(name), link_owner);
            chmod(&place, mode);
            let path = format!("{}{rest}", place.join(name).display());
            let output = run(&mut public.withlock_as(ALICE, [path.as_str(), "echo", "ran"]));
            match reason {
                None => assert_silent(&case, &output, 0),
                Some(reason) => {
                    let at = if reason.contains("link") { place.join(name) } else { place.clone() };
                    let at = format!("because {} ", at.display());
                    assert_complains(&case, &output, 3, &[&at, reason, "--insecure"]);
                }
            }
            assert_eq!(fs::read_dir(&target).unwrap().count(), 0, "{case}");
            assert!(fs::symlink_metadata(place.join(name)).unwrap().is_symlink(), "{case}");
        }
    }
}

#[test]
fn what_a_link_leads_to_is_judged_as_strictly_as_the_path_itself() {
    let Some(public) = Public::new() else { return };
    let place = public.directory("place", ALICE, 0o700);
    let open = public.directory("open", ROOT, 0o777);
    directory(&open, "inner", ALICE, 0o700);
    let foreign = public.directory("foreign", BOB, 0o755);
    let inner = directory(&foreign, "inner", ALICE, 0o700);
    link("second", &place.join("first"), ALICE);
    link(&inner, &place.join("second"), ALICE);
    link("../open/inner", &place.join("third"), ALICE);
    link("../open/../place", &place.join("fourth"), ALICE);
    link("../foreign/own", &place.join("fifth"), ALICE);
    link(&place, &foreign.join("own"), ALICE);
    for (path, at) in [
        ("first", "/foreign belongs to user 65532"),
        ("second", "/foreign belongs to user 65532"),
        ("third", "/open is writable by others"),
        ("fourth", "/open is writable by others"),
        ("fifth", "/foreign belongs to user 65532"),
    ] {
        let lock = place.join(path).join("lock");
        let mut command = public.withlock_as(ALICE, [lock.as_os_str()]);
        let output = run(command.args(["echo", "ran"]));
        assert_complains(path, &output, 3, &[at, "--insecure"]);
        assert!(fs::read_dir(&inner).unwrap().next().is_none(), "{path}");
    }
}

#[test]
fn root_does_not_follow_a_user_s_link_out_of_a_user_s_directory() {
    let Some(public) = Public::new() else { return };
    let home = public.directory("home", ALICE, 0o755);
    let precious = public.directory("precious", ROOT, 0o755);
    link(precious.join("file"), &home.join("lock"), ALICE);
    link(precious.join("file"), &public.join("planted"), ALICE);
    for path in [home.join("lock"), public.join("planted")] {
        let output = run(&mut public.withlock_as(ROOT, [path.as_os_str(), "echo".as_ref()]));
        assert_complains("root", &output, 3, &["65533", "--insecure"]);
        assert_eq!(fs::read_dir(&precious).unwrap().count(), 0);
    }
}
