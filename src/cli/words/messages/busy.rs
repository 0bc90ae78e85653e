//! What a run says that finds the lock busy.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::causes::NOBODY;
use crate::cli::words::holder;
use crate::holder::identify::{Holder, State};
use crate::holder::record::Record;
use crate::lock::{Busy, Irreplaceable};

pub(super) fn lines() -> Vec<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let record = Record {
        pid: 7,
        user: NOBODY,
        host: "h".into(),
        since: now - 7980,
        command: "rsync -a /a /b".into(),
        ..Record::default()
    };
    let recorded = |state| Holder { state, ..Holder::of(record.clone()) };
    let listed = |state, command: &[&str]| {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        Holder { pid: 8, command, state, ..Holder::default() }
    };
    let holders = [
        recorded(State::Runs),
        recorded(State::Stopped),
        recorded(State::Ended),
        recorded(State::Unseen),
        listed(State::Runs, &["flock", "a b", "sleep"]),
        listed(State::Runs, &[]),
        listed(State::Stopped, &["sh"]),
        listed(State::Ended, &[]),
    ];
    let say = |busy: Busy| holder::busy(Path::new("/d/l k"), &busy);
    let held = |holder| say(Busy { holder: Some(holder), ..Busy::default() });
    let mut lines: Vec<String> = holders.map(held).into();
    lines.push(say(Busy::default()));
    lines.push(say(Busy { by_ancestor: true, ..Busy::default() }));
    lines.push(say(Busy { leased: true, ..Busy::default() }));
    for why in [
        Irreplaceable::Unknown,
        Irreplaceable::Ancestor,
        Irreplaceable::OtherUser,
        Irreplaceable::OtherHost,
        Irreplaceable::Unseen,
    ] {
        lines.push(say(Busy { irreplaceable: Some(why), ..Busy::default() }));
    }
    for crowded in [0, 1, 2] {
        lines.push(say(Busy { slots: 3, crowded: Some(crowded), ..Busy::default() }));
    }
    lines
}
