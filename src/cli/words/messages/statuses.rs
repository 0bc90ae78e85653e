//! What is said of locks and their holders by `--status` and `--list`.

use std::path::Path;

use withlock_platform::backend::Mode;

use super::causes::NOBODY;
use crate::cli::words;
use crate::holder::identify::{Holder, State};
use crate::holder::record::Record;
use crate::holder::status::{self, Holding, Status};

pub(super) fn lines() -> Vec<String> {
    let record = Record { pid: 7, user: NOBODY, host: "h".into(), ..Record::default() };
    // A time that no calendar has, so that the list is the same at any time and in any time zone.
    let record = Record { command: "rsync -a /a /b".into(), since: u64::MAX, ..record };
    let recorded = |state| Some(Holder { state, ..Holder::of(record.clone()) });
    let listed = Some(Holder { pid: 8, command: vec!["flock".into()], ..Holder::default() });
    let base = Holding {
        holder: listed,
        user: Some(NOBODY),
        mode: Mode::Exclusive,
        is_lease: false,
        left: Vec::new(),
    };
    let of = |state| Holding { holder: recorded(state), ..base.clone() };
    let status =
        |state, holders: &[Holding], waiting| Status { state, holders: holders.to_vec(), waiting };
    let held = |holding: Holding| status(status::State::Held, &[holding], Some(0));
    let nobody = |state| status(state, &[], None);
    let all = [
        status(status::State::Absent, &[], Some(0)),
        nobody(status::State::Free),
        nobody(status::State::Unknown),
        held(of(State::Runs)),
        held(of(State::Stopped)),
        held(of(State::Unseen)),
        held(Holding { left: vec![12], ..of(State::Ended) }),
        held(Holding { left: vec![12, 13], ..of(State::Ended) }),
        held(of(State::Ended)),
        held(Holding { is_lease: true, ..base.clone() }),
        held(Holding { holder: None, user: None, ..base.clone() }),
        status(
            status::State::Held,
            &[
                Holding { mode: Mode::Shared, ..base.clone() },
                Holding { user: None, ..base.clone() },
            ],
            Some(1),
        ),
        status(status::State::Held, &[base], Some(2)),
    ];
    let path = Path::new("/d/l k");
    let lines = all.iter().map(|status| words::status::lines(path, status));
    let mut lines: Vec<String> = lines.flat_map(own_lines).collect();
    let rows = all.into_iter().filter(|it| it.state != status::State::Absent);
    let rows: Vec<_> = rows.map(|status| (path.to_path_buf(), status)).collect();
    lines.extend(own_lines(words::status::table(&rows)));
    lines
}

fn own_lines(text: String) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
