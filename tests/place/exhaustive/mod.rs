//! The tables of trust against what POSIX.1 lets people do, in every combination of modes, owners, groups, lists and roles.
//!
//! The oracle knows no table. It lets concrete people try, with their own user and group ids: add an entry, remove or
//! rename one, write into a file. Where somebody outside {root, the user who runs} gets anywhere, accepting is a hole;
//! where nobody does, refusing must have one of the reasons in [`Strictness`], each of which must really occur.

mod oracle;

use std::collections::BTreeMap;

use withlock::holder::form::Form;
use withlock::lock::file::{self, Origin, Use};
use withlock::trust::{
    Reason, Role, Trusted, Verdict, judge_directory, judge_link, judge_on_arrival,
};
use withlock_platform::evidence::{Acl, Facts, Grantee, Identity, Kind};

use crate::support::strangers::{
    EVERYBODY, Entry, ME, MINE, Place, ROOT, STAFF, WHEEL, is_stranger, strangers,
};
use oracle::{Fate, Strictness, fate, is_true, strictness};

const MODES: std::ops::Range<u32> = 0..0o10000;
const SET_GROUP_ID: u32 = 0o2000;

/// How often what happened.
#[derive(Default, Debug)]
struct Tally {
    accepted: u64,
    warned: u64,
    refused: u64,
    strict: BTreeMap<Strictness, u64>,
}

impl Tally {
    /// Fails where the verdict is a hole, and where it is an unnecessary refusal without a name.
    fn check(
        &mut self,
        fate: Fate,
        verdict: Verdict,
        strictness: impl Fn() -> Option<Strictness>,
        case: &dyn Fn() -> String,
    ) {
        match (verdict, fate) {
            (Verdict::Accept, Fate::Safe) => self.accepted += 1,
            (Verdict::Warn(_), Fate::Unknown) => self.warned += 1,
            (Verdict::Refuse(_), Fate::Redirected) => self.refused += 1,
            (Verdict::Refuse(_), Fate::Safe | Fate::Unknown) => {
                let Some(strictness) = strictness() else {
                    panic!("refused for nothing: {verdict:?}, {fate:?}: {}", case());
                };
                self.refused += 1;
                *self.strict.entry(strictness).or_default() += 1;
            }
            (Verdict::Accept | Verdict::Warn(_), _) => {
                panic!("{verdict:?}, but {fate:?}: {}", case())
            }
        }
    }

    fn report(&self, what: &str, expected: &[Strictness]) {
        let Self { accepted, warned, refused, strict } = self;
        let all = accepted + warned + refused;
        println!(
            "{what}: {all} combinations: {accepted} accepted, {warned} warned of, {refused} refused"
        );
        println!("{what}: refused though nobody could have: {strict:?}");
        assert!(*accepted > 0 && *warned > 0 && *refused > 0, "{self:?}");
        assert!(strict.keys().eq(expected), "a strictness that does not occur: {strict:?}");
    }
}

fn lists() -> Vec<Acl> {
    let [root, me, colleague, visitor] = EVERYBODY.map(|person| Grantee::User(person.user));
    let [wheel, staff, mine] = [WHEEL, STAFF, MINE].map(Grantee::Group);
    let grants: [&[Grantee]; 17] = [
        &[],
        &[root],
        &[me],
        &[root, me],
        &[colleague],
        &[visitor],
        &[wheel],
        &[staff],
        &[mine],
        &[Grantee::Everyone],
        &[Grantee::Unknown],
        &[me, colleague],
        &[colleague, me],
        &[root, me, staff],
        &[me, mine],
        &[me, root, Grantee::Everyone],
        &[root, Grantee::Unknown, me],
    ];
    let others = [
        Acl::InMode,
        Acl::Unreadable(libc::EACCES),
        Acl::Unreadable(libc::EIO),
        Acl::Remote,
        Acl::Served,
    ];
    grants.into_iter().map(|list| Acl::grants(list.to_vec())).chain(others).collect()
}

fn facts(kind: Kind, mode: u32, owner: u32, group: u32) -> Facts {
    let identity = Identity { device: 1, inode: 2 };
    Facts { identity, kind, mode, owner, group, links: 1, size: 0 }
}

/// Every directory there may be, and who comes along.
fn for_each_place(mut judge: impl FnMut(&Place<'_>, u32)) {
    for list in &lists() {
        for owner in EVERYBODY.map(|person| person.user) {
            for group in [WHEEL, STAFF, MINE] {
                for mode in MODES {
                    let place = Place { facts: facts(Kind::Directory, mode, owner, group), list };
                    judge(&place, ROOT.user);
                    judge(&place, ME.user);
                }
            }
        }
    }
}

/// Every part that a directory can play, and what is looked up in it.
fn parts() -> Vec<(Role, Entry)> {
    let owners = EVERYBODY.map(|person| person.user);
    let mut parts = vec![(Role::Own, Entry::LockFile), (Role::ToOther, Entry::Link)];
    parts.extend(owners.map(|owner| (Role::ToDirectory { owner }, Entry::Directory(owner))));
    parts
}

#[test]
fn a_directory_that_is_refused_on_arrival_is_refused_whatever_comes_next() {
    let parts = parts();
    for_each_place(|place, user| {
        let trusted = Trusted { user };
        let judge = |role| judge_directory(&place.facts, place.list, role, trusted);
        let verdicts = parts.iter().map(|(role, _)| judge(*role)).collect::<Vec<_>>();
        let is_refused = |verdict: &&Verdict| matches!(verdict, Verdict::Refuse(_));
        let refusals = verdicts.iter().filter(is_refused).count();
        let case = || format!("for {user}: {:?}, {:?}: {verdicts:?}", place.facts, place.list);
        match judge_on_arrival(&place.facts, place.list, trusted) {
            Verdict::Refuse(reason) => {
                assert!(is_true(reason, place, user), "{reason:?} is not so: {}", case());
                assert_eq!(refusals, parts.len(), "{}", case());
            }
            // Nobody is let through a stranger's directory, or one that strangers can change, for a look.
            Verdict::Accept => {
                let waits = |it: &&Verdict| {
                    matches!(it, Verdict::Refuse(Reason::ListUnreadable(_))) && user == 0
                };
                let can_wait = verdicts.iter().any(|it| !is_refused(&it) || waits(&it));
                assert!(can_wait, "{}", case());
            }
            Verdict::Warn(_) => panic!("{}", case()),
        }
    });
}

#[test]
fn nobody_can_redirect_a_path_through_a_directory_that_is_accepted() {
    let parts = parts();
    let mut tally = Tally::default();
    for_each_place(|place, user| {
        for (role, entry) in &parts {
            let verdict = judge_directory(&place.facts, place.list, *role, Trusted { user });
            let case = || format!("{role:?} for {user}: {:?}, {:?}", place.facts, place.list);
            if let Verdict::Warn(reason) | Verdict::Refuse(reason) = verdict {
                assert!(is_true(reason, place, user), "{reason:?} is not so: {}", case());
            }
            let strictness = || strictness(place, *entry, user);
            tally.check(fate(place, *entry, user), verdict, strictness, &case);
        }
    });
    let expected = [
        Strictness::WriteWithoutSearch,
        Strictness::GroupOfOnlyMe,
        Strictness::ListedGroupOfOnlyMe,
        Strictness::OtherStrangerBelowSticky,
        Strictness::RootDoesNotGuess,
    ];
    tally.report("directories", &expected);
}

/// The verdict on a link where it lies, as a walk comes to it: the directory first.
fn follow(place: &Place<'_>, link: &Facts, trusted: Trusted) -> Verdict {
    let link = judge_link(link, &place.facts, trusted);
    match judge_directory(&place.facts, place.list, Role::ToOther, trusted) {
        Verdict::Refuse(reason) => Verdict::Refuse(reason),
        Verdict::Warn(_) if matches!(link, Verdict::Refuse(_)) => link,
        Verdict::Warn(reason) => Verdict::Warn(reason),
        Verdict::Accept => link,
    }
}

#[test]
fn nobody_can_redirect_a_path_through_a_link_that_is_followed() {
    let mut tally = Tally::default();
    for_each_place(|place, user| {
        for owner in EVERYBODY.map(|person| person.user) {
            let link = facts(Kind::Link, 0o777, owner, STAFF);
            let verdict = follow(place, &link, Trusted { user });
            let case =
                || format!("link of {owner} for {user}: {:?}, {:?}", place.facts, place.list);
            let strictness = || {
                let made_by_stranger =
                    is_stranger(owner, user).then_some(Strictness::LinkMadeByStranger);
                strictness(place, Entry::Link, user).or(made_by_stranger)
            };
            tally.check(fate(place, Entry::Link, user), verdict, strictness, &case);
        }
    });
    let expected = [
        Strictness::WriteWithoutSearch,
        Strictness::GroupOfOnlyMe,
        Strictness::ListedGroupOfOnlyMe,
        Strictness::LinkMadeByStranger,
        Strictness::RootDoesNotGuess,
    ];
    tally.report("links", &expected);
}

/// Whether withlock under this user has made the file, and nobody else has a say in it: then it may write and remove it.
fn is_own(file: &Facts, origin: Origin, user: u32) -> bool {
    let written_by_stranger =
        strangers(user).any(|person| person.user != file.owner && person.rights(file) & 0o2 != 0);
    let has_evidence = match origin.form {
        Form::Signed => !written_by_stranger,
        // Only the owner can set a mode, so a forger of this one would have to be me.
        Form::Begun if file.mode == 0o700 => true,
        // Where there are no modes; but one of 0600 was signed, and then somebody has emptied it.
        Form::Begun => origin.created && file.size == 0 && file.mode != 0o600,
        Form::Other => false,
    };
    has_evidence && file.owner == user && file.links == 1
}

#[test]
fn nobody_can_have_a_file_destroyed_that_is_not_withlock_s_own() {
    let (mut all, mut own, mut strict) = (0_u64, 0_u64, 0_u64);
    for_each_file(|file, origin, user| {
        let verdict = file::judge(file, origin, Trusted { user });
        let locks_by_mode = file.mode & SET_GROUP_ID != 0 && file.mode & 0o010 == 0;
        let expected = match file.kind {
            Kind::Regular if origin.mandatory_by_mode && locks_by_mode => Use::RefuseMandatory,
            Kind::Regular if file.links == 0 => Use::Stale,
            Kind::Regular if is_own(file, origin, user) => Use::Own,
            Kind::Regular => Use::Foreign,
            kind => Use::Refuse(kind),
        };
        all += 1;
        own += u64::from(verdict == Use::Own);
        // Who is in a group is not asked.
        let group_of_only_me = file.mode & 0o020 != 0 && file.group == MINE;
        if (expected, verdict) == (Use::Own, Use::Foreign) && group_of_only_me {
            strict += 1;
        } else {
            assert_eq!(verdict, expected, "{file:?}, {origin:?}, {user}");
        }
    });
    println!(
        "files: {all} combinations: {own} withlock's own; {strict} not, though nobody else can write"
    );
    assert!(own > 0 && strict > 0);
}

/// Every file that may be found at the end of a path, and who comes along.
fn for_each_file(mut judge: impl FnMut(&Facts, Origin, u32)) {
    use Kind::{Device, Directory, Fifo, Link, Other, Regular, Socket};
    let flags = [false, true];
    let origins = flags.map(|created| {
        [Form::Signed, Form::Begun, Form::Other]
            .map(|form| flags.map(|mandatory_by_mode| Origin { created, form, mandatory_by_mode }))
    });
    for kind in [Regular, Directory, Link, Fifo, Socket, Device, Other] {
        for (owner, group) in
            EVERYBODY.iter().flat_map(|owner| [(owner.user, STAFF), (owner.user, MINE)])
        {
            for (links, size) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 4096)] {
                for mode in MODES {
                    let file = Facts { links, size, ..facts(kind, mode, owner, group) };
                    for origin in origins.as_flattened().as_flattened() {
                        judge(&file, *origin, ROOT.user);
                        judge(&file, *origin, ME.user);
                    }
                }
            }
        }
    }
}
