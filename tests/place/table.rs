//! The tables of trust, line by line, as data: what cannot be set up on this machine is judged here as well.

use withlock::trust::{
    Reason, Role, Verdict, judge_directory, judge_file_list, judge_link, judge_on_arrival,
    others_write,
};
use withlock_platform::evidence::{Acl, Facts, FileAcl, Grantee, Kind};

use crate::support::facts::{ME, ROOT, STRANGER, SUPERUSER, USER, facts};

fn directory(owner: u32, mode: u32) -> Facts {
    facts(Kind::Directory, owner, mode)
}

const ROLES: [Role; 5] = [
    Role::Own,
    Role::ToOther,
    Role::ToDirectory { owner: ROOT },
    Role::ToDirectory { owner: ME },
    Role::ToDirectory { owner: STRANGER },
];

/// Every state of an access control list; `None` is a list that grants to nobody outside.
fn lists() -> Vec<(Acl, Option<Reason>)> {
    let grants = |grantees: &[Grantee]| Acl::grants(grantees.to_vec());
    let refused = |grantee| Some(Reason::ListGrants(grantee));
    let stranger = Grantee::User(STRANGER);
    vec![
        (Acl::InMode, None),
        (grants(&[]), None),
        (grants(&[Grantee::User(ROOT), Grantee::User(ME)]), None),
        (grants(&[stranger]), refused(stranger)),
        (grants(&[Grantee::User(ME), stranger]), refused(stranger)),
        (grants(&[Grantee::Group(0)]), refused(Grantee::Group(0))),
        (grants(&[Grantee::Group(100)]), refused(Grantee::Group(100))),
        (grants(&[Grantee::Everyone]), refused(Grantee::Everyone)),
        (grants(&[Grantee::Unknown]), refused(Grantee::Unknown)),
        (grants(&[Grantee::Unknown, stranger]), refused(Grantee::Unknown)),
        (Acl::Unreadable(libc::EPERM), Some(Reason::ListUnreadable(libc::EPERM))),
        (Acl::Remote, Some(Reason::ListRemote)),
        (Acl::Served, Some(Reason::ListServed)),
    ]
}

fn is_grant(reason: Option<Reason>) -> bool {
    matches!(reason, Some(Reason::ListGrants(_)))
}

#[test]
fn a_stranger_s_directory_is_refused_in_every_role_whatever_its_mode_and_list() {
    for role in ROLES {
        for mode in [0o700, 0o755, 0o777, 0o1777, 0o000] {
            for (list, _) in lists() {
                for (owner, trusted) in [(STRANGER, USER), (STRANGER, SUPERUSER), (ME, SUPERUSER)] {
                    let verdict = judge_directory(&directory(owner, mode), &list, role, trusted);
                    let expected = Verdict::Refuse(Reason::OwnedByStranger(owner));
                    assert_eq!(verdict, expected, "{role:?} {mode:o} {list:?}");
                }
            }
        }
    }
}

#[test]
fn a_list_that_lets_a_stranger_change_the_directory_is_refused_in_every_role() {
    for role in ROLES {
        for mode in [0o700, 0o755, 0o777, 0o1777] {
            for (list, reason) in lists().into_iter().filter(|(_, reason)| is_grant(*reason)) {
                for owner in [ROOT, ME] {
                    let verdict = judge_directory(&directory(owner, mode), &list, role, USER);
                    assert_eq!(verdict, Verdict::Refuse(reason.unwrap()), "{role:?} {list:?}");
                }
            }
        }
    }
}

#[test]
fn the_same_list_grants_to_nobody_outside_only_if_the_user_is_the_one_who_runs() {
    let list = Acl::grants(vec![Grantee::User(ME)]);
    let judge = |trusted| judge_directory(&directory(ROOT, 0o755), &list, Role::Own, trusted);
    assert_eq!(judge(USER), Verdict::Accept);
    assert_eq!(judge(SUPERUSER), Verdict::Refuse(Reason::ListGrants(Grantee::User(ME))));
}

/// Modes that nobody else can write by, and others.
const SAFE: [u32; 9] = [0o000, 0o500, 0o700, 0o711, 0o750, 0o755, 0o1755, 0o2755, 0o1700];
const WRITABLE: [u32; 6] = [0o720, 0o702, 0o770, 0o775, 0o777, 0o2775];
const STICKY: [u32; 4] = [0o1777, 0o1775, 0o1702, 0o3775];

#[test]
fn a_directory_that_others_can_write_to_is_refused_and_a_sticky_one_only_passed_through() {
    for owner in [ROOT, ME] {
        for role in ROLES {
            let judge = |mode| judge_directory(&directory(owner, mode), &Acl::InMode, role, USER);
            for mode in SAFE {
                assert_eq!(judge(mode), Verdict::Accept, "{role:?} {mode:o}");
            }
            for mode in WRITABLE {
                let expected = Verdict::Refuse(Reason::Writable(mode));
                assert_eq!(judge(mode), expected, "{role:?} {mode:o}");
            }
            for mode in STICKY {
                let passes = matches!(role, Role::ToDirectory { owner: ROOT | ME });
                let refused = Verdict::Refuse(Reason::StickyWritable(mode));
                let expected = if passes { Verdict::Accept } else { refused };
                assert_eq!(judge(mode), expected, "{role:?} {mode:o}");
            }
        }
    }
    // Root does not trust a directory of a user's below a sticky one.
    let role = Role::ToDirectory { owner: ME };
    let verdict = judge_directory(&directory(ROOT, 0o1777), &Acl::InMode, role, SUPERUSER);
    assert_eq!(verdict, Verdict::Refuse(Reason::StickyWritable(0o1777)));
}

#[test]
fn a_list_that_can_not_be_seen_stops_root_and_warns_others_and_hides_nothing_worse() {
    let unseen = [Acl::Unreadable(libc::EACCES), Acl::Remote, Acl::Served];
    for list in unseen {
        let reason = match list {
            Acl::Remote => Reason::ListRemote,
            Acl::Served => Reason::ListServed,
            _ => Reason::ListUnreadable(libc::EACCES),
        };
        for role in ROLES {
            let judge =
                |mode, trusted| judge_directory(&directory(ROOT, mode), &list, role, trusted);
            for mode in SAFE {
                assert_eq!(judge(mode, USER), Verdict::Warn(reason), "{role:?} {mode:o}");
                let for_root = match list {
                    Acl::Remote | Acl::Served => Verdict::Warn(reason),
                    _ => Verdict::Refuse(reason),
                };
                assert_eq!(judge(mode, SUPERUSER), for_root, "{role:?} {mode:o}");
            }
            for mode in WRITABLE {
                let expected = Verdict::Refuse(Reason::Writable(mode));
                assert_eq!(judge(mode, USER), expected, "{role:?} {mode:o}");
            }
            for mode in STICKY {
                // Passed through where the sticky bit allows it; what is not seen is still told.
                let expected = match role {
                    Role::ToDirectory { owner: ROOT | ME } => Verdict::Warn(reason),
                    _ => Verdict::Refuse(Reason::StickyWritable(mode)),
                };
                assert_eq!(judge(mode, USER), expected, "{role:?} {mode:o}");
            }
        }
    }
}

#[test]
fn a_list_that_lets_others_change_new_files_is_refused_before_there_is_one() {
    let stranger = Grantee::User(STRANGER);
    let others = [stranger, Grantee::Group(0), Grantee::Everyone, Grantee::Unknown];
    for trusted in [USER, SUPERUSER] {
        for grantee in others {
            let list =
                Acl::Grants { here: Vec::new(), to_new_files: vec![Grantee::User(ROOT), grantee] };
            for mode in SAFE {
                let judge = |role| judge_directory(&directory(ROOT, mode), &list, role, trusted);
                assert_eq!(judge(Role::Own), Verdict::Refuse(Reason::ListHandsDown(grantee)));
                // Elsewhere nothing is created.
                for role in ROLES.into_iter().filter(|role| *role != Role::Own) {
                    assert_eq!(judge(role), Verdict::Accept, "{role:?} {mode:o}");
                }
            }
        }
    }
    let mine = Acl::Grants { here: Vec::new(), to_new_files: vec![Grantee::User(ME)] };
    let judge = |trusted| judge_directory(&directory(ROOT, 0o755), &mine, Role::Own, trusted);
    assert_eq!(judge(USER), Verdict::Accept);
    assert_eq!(judge(SUPERUSER), Verdict::Refuse(Reason::ListHandsDown(Grantee::User(ME))));
    // What is worse is told first, and a mode that is wrong is not hidden.
    let both = Acl::Grants { here: vec![stranger], to_new_files: vec![stranger] };
    let verdict = judge_directory(&directory(ROOT, 0o755), &both, Role::Own, USER);
    assert_eq!(verdict, Verdict::Refuse(Reason::ListGrants(stranger)));
    let verdict = judge_directory(&directory(ROOT, 0o777), &mine, Role::Own, USER);
    assert_eq!(verdict, Verdict::Refuse(Reason::Writable(0o777)));
}

#[test]
fn a_file_that_others_may_take_away_is_refused_and_one_that_they_may_write_to_proves_nothing() {
    let list = |takers: &[Grantee], writers: &[Grantee]| FileAcl::Grants {
        takers: takers.to_vec(),
        writers: writers.to_vec(),
    };
    let (me, stranger) = (Grantee::User(ME), Grantee::User(STRANGER));
    let refused = |grantee| Verdict::Refuse(Reason::ListGrants(grantee));
    let unseen = Reason::ListUnreadable(libc::EACCES);
    let lines = [
        (FileAcl::InMode, USER, Verdict::Accept, false),
        (list(&[stranger], &[]), USER, refused(stranger), false),
        (list(&[], &[stranger]), USER, Verdict::Accept, true),
        (list(&[Grantee::User(ROOT), me], &[me]), USER, Verdict::Accept, false),
        (list(&[me], &[me]), SUPERUSER, refused(me), true),
        (list(&[me, Grantee::Everyone], &[me]), USER, refused(Grantee::Everyone), false),
        (
            list(&[Grantee::Group(0)], &[Grantee::Unknown]),
            SUPERUSER,
            refused(Grantee::Group(0)),
            true,
        ),
        (FileAcl::Unreadable(libc::EACCES), USER, Verdict::Warn(unseen), true),
        (FileAcl::Unreadable(libc::EACCES), SUPERUSER, Verdict::Refuse(unseen), true),
    ];
    for (list, trusted, verdict, proves_nothing) in lines {
        assert_eq!(judge_file_list(&list, trusted), verdict, "{list:?}");
        assert_eq!(others_write(&list, trusted), proves_nothing, "{list:?}");
    }
}

#[test]
fn a_stranger_s_directory_is_refused_before_anything_is_looked_up_in_it() {
    let unreadable = Acl::Unreadable(libc::EACCES);
    let refused = Verdict::Refuse;
    let stranger = Grantee::User(STRANGER);
    let grants = Acl::Grants { here: vec![stranger], to_new_files: Vec::new() };
    let lines = [
        (ROOT, 0o755, &Acl::InMode, SUPERUSER, Verdict::Accept),
        (ME, 0o755, &Acl::InMode, USER, Verdict::Accept),
        (ME, 0o755, &Acl::InMode, SUPERUSER, refused(Reason::OwnedByStranger(ME))),
        (STRANGER, 0o1777, &Acl::InMode, USER, refused(Reason::OwnedByStranger(STRANGER))),
        (ROOT, 0o777, &unreadable, SUPERUSER, refused(Reason::Writable(0o777))),
        (ROOT, 0o755, &Acl::Remote, SUPERUSER, Verdict::Accept),
        (ROOT, 0o755, &unreadable, USER, Verdict::Accept),
        (ROOT, 0o1777, &Acl::InMode, SUPERUSER, Verdict::Accept),
        (ROOT, 0o1777, &Acl::Remote, SUPERUSER, Verdict::Accept),
        (ROOT, 0o1777, &unreadable, USER, Verdict::Accept),
        (ROOT, 0o755, &grants, USER, refused(Reason::ListGrants(stranger))),
    ];
    for (owner, mode, list, trusted, expected) in lines {
        let verdict = judge_on_arrival(&directory(owner, mode), list, trusted);
        assert_eq!(verdict, expected, "{owner} {mode:o} {list:?} {trusted:?}");
    }
}

#[test]
fn a_list_that_grants_nothing_outside_changes_no_verdict() {
    for (list, _) in lists().into_iter().filter(|(_, reason)| reason.is_none()) {
        for role in ROLES {
            for mode in SAFE.into_iter().chain(WRITABLE).chain(STICKY) {
                for owner in [ROOT, ME, STRANGER] {
                    let judge = |list| judge_directory(&directory(owner, mode), list, role, USER);
                    assert_eq!(judge(&list), judge(&Acl::InMode), "{role:?} {mode:o} {list:?}");
                }
            }
        }
    }
}

#[test]
fn a_link_that_somebody_else_made_or_could_have_made_is_not_followed() {
    // Owner of the link, mode of its directory, verdict for a user.
    let stranger = Verdict::Refuse(Reason::LinkOwnedByStranger(STRANGER));
    let sticky = Verdict::Refuse(Reason::LinkInStickyDirectory);
    let lines = [
        (ROOT, 0o755, Verdict::Accept),
        (ME, 0o755, Verdict::Accept),
        (ME, 0o700, Verdict::Accept),
        (ME, 0o1755, Verdict::Accept),
        (STRANGER, 0o755, stranger),
        (STRANGER, 0o1777, stranger),
        (ROOT, 0o1777, sticky),
        (ME, 0o1777, sticky),
        (ME, 0o1770, sticky),
        // Refused as a directory, which names the better reason.
        (ME, 0o770, Verdict::Accept),
        (ROOT, 0o777, Verdict::Accept),
    ];
    for (owner, mode, expected) in lines {
        // A link's own mode means nothing.
        for link_mode in [0o777, 0o755, 0o000] {
            let link = facts(Kind::Link, owner, link_mode);
            let verdict = judge_link(&link, &directory(ROOT, mode), USER);
            assert_eq!(verdict, expected, "{owner} {mode:o}");
        }
    }
    let verdict = judge_link(&facts(Kind::Link, ME, 0o777), &directory(ROOT, 0o755), SUPERUSER);
    assert_eq!(verdict, Verdict::Refuse(Reason::LinkOwnedByStranger(ME)));
}
