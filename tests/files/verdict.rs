//! Whose a lock file is, by the facts about it: the verdicts, line by line.

use withlock::holder::form::Form;
use withlock::lock::file::{self, Origin, Use};
use withlock_platform::evidence::{Facts, Kind};

use crate::support::facts::{ME, ROOT, STRANGER, SUPERUSER, USER, facts};

const CREATED: Origin = Origin { created: true, form: Form::Signed, mandatory_by_mode: false };
const SIGNED: Origin = Origin { created: false, ..CREATED };
const BEGUN: Origin = Origin { form: Form::Begun, ..SIGNED };
const FOUND: Origin = Origin { form: Form::Other, ..SIGNED };
const WRITTEN: Origin = Origin { form: Form::Other, ..CREATED };

#[test]
fn only_a_file_of_withlock_s_own_may_be_written_or_removed() {
    // Owner, number of names, origin, verdict for a user.
    let lines = [
        (ME, 1, CREATED, Use::Own),
        // What a job has written stays, whoever created the file.
        (ME, 1, WRITTEN, Use::Foreign),
        (ME, 1, BEGUN, Use::Foreign),
        (ME, 1, SIGNED, Use::Own),
        (ME, 1, FOUND, Use::Foreign),
        (ME, 2, CREATED, Use::Foreign),
        (ME, 2, SIGNED, Use::Foreign),
        (ROOT, 1, SIGNED, Use::Foreign),
        (ROOT, 1, CREATED, Use::Foreign),
        (ROOT, 1, FOUND, Use::Foreign),
        (STRANGER, 1, SIGNED, Use::Foreign),
        (STRANGER, 1, CREATED, Use::Foreign),
        (STRANGER, 2, SIGNED, Use::Foreign),
        (ME, 0, CREATED, Use::Stale),
        (ME, 0, SIGNED, Use::Stale),
        (STRANGER, 0, FOUND, Use::Stale),
    ];
    for (owner, links, origin, expected) in lines {
        for mode in [0o600, 0o644, 0o000, 0o4755, 0o2644] {
            let file = Facts { links, ..facts(Kind::Regular, owner, mode) };
            assert_eq!(file::judge(&file, origin, USER), expected, "{owner} {links} {origin:?}");
        }
        for mode in [0o620, 0o602, 0o666, 0o777] {
            // Others may have put the signature there.
            let other = if links == 0 { Use::Stale } else { Use::Foreign };
            let file = Facts { links, ..facts(Kind::Regular, owner, mode) };
            assert_eq!(file::judge(&file, origin, USER), other, "{mode:o} {origin:?}");
        }
    }
    let file = facts(Kind::Regular, ME, 0o600);
    assert_eq!(file::judge(&file, SIGNED, SUPERUSER), Use::Foreign, "a user's file is not root's");
}

#[test]
fn what_is_no_regular_file_or_locks_by_mode_is_not_touched_at_all() {
    for kind in [Kind::Directory, Kind::Link, Kind::Fifo, Kind::Socket, Kind::Device, Kind::Other] {
        for origin in [CREATED, SIGNED, BEGUN, FOUND] {
            for links in [0, 1, 2] {
                let file = Facts { links, ..facts(kind, ME, 0o600) };
                assert_eq!(file::judge(&file, origin, USER), Use::Refuse(kind));
            }
        }
    }
    for origin in [CREATED, SIGNED, BEGUN, FOUND] {
        let here = Origin { mandatory_by_mode: true, ..origin };
        for mode in [0o2644, 0o2600, 0o2666, 0o6745] {
            let file = facts(Kind::Regular, ME, mode);
            assert_eq!(file::judge(&file, here, USER), Use::RefuseMandatory, "{mode:o}");
        }
        for mode in [0o2755, 0o2610, 0o644, 0o4644, 0o1644] {
            let file = facts(Kind::Regular, ME, mode);
            let elsewhere = file::judge(&file, origin, USER);
            assert_eq!(file::judge(&file, here, USER), elsewhere, "{mode:o}");
        }
    }
}

#[test]
fn a_file_that_was_begun_and_not_signed_is_withlock_s_own_and_nothing_like_it_is() {
    let begun = facts(Kind::Regular, ME, 0o700);
    for size in [0, 1, 12] {
        assert_eq!(file::judge(&Facts { size, ..begun }, BEGUN, USER), Use::Own);
        assert_eq!(file::judge(&Facts { size, ..begun }, FOUND, USER), Use::Foreign);
    }
    let others = [
        Facts { links: 2, ..begun },
        Facts { owner: ROOT, ..begun },
        Facts { owner: STRANGER, ..begun },
        Facts { mode: 0o600, ..begun },
        Facts { mode: 0o500, ..begun },
        Facts { mode: 0o755, ..begun },
        Facts { mode: 0o770, ..begun },
        Facts { mode: 0o777, ..begun },
        Facts { mode: 0o1700, ..begun },
        Facts { mode: 0o2700, ..begun },
        Facts { mode: 0o4700, ..begun },
    ];
    for file in others {
        assert_eq!(file::judge(&file, BEGUN, USER), Use::Foreign, "{file:?}");
    }
    // On a file system without modes, only who has created an empty file knows that it is begun; and nobody does where it
    // was signed and then emptied.
    let created = Origin { created: true, ..BEGUN };
    let modeless = facts(Kind::Regular, ME, 0o755);
    assert_eq!(file::judge(&modeless, created, USER), Use::Own);
    assert_eq!(file::judge(&Facts { size: 1, ..modeless }, created, USER), Use::Foreign);
    assert_eq!(file::judge(&Facts { mode: 0o600, ..modeless }, created, USER), Use::Foreign);
}
