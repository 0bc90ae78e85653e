//! JSON Lines: an object for each lock. The names are for programs, and stay as they are; withlock(1) lists them.

use std::path::Path;

use withlock_platform::backend::Mode;
use withlock_platform::process;

use super::{age, since};
use crate::cli::words::holder;
use crate::holder::identify;
use crate::holder::record::quoted;
use crate::holder::status::{Holding, State, Status};

/// Grows when a name changes its meaning, or goes; new names may come without that.
const SCHEMA: u32 = 1;

/// What is known of one lock, or why nothing is; and why a run would refuse the place, if it would.
pub(in crate::cli) fn line(
    path: &Path,
    status: Result<&Status, &str>,
    refused: Option<&str>,
) -> String {
    let state = match status.map(|status| status.state) {
        Ok(State::Absent) => "absent",
        Ok(State::Free) => "free",
        Ok(State::Held) => "held",
        Ok(State::Unknown) => "unknown",
        Err(_) => "error",
    };
    let error = text(status.err());
    let known = status.ok();
    let holders = known.map_or(&[][..], |status| &status.holders);
    let holders = holders.iter().map(holding).collect::<Vec<String>>().join(",");
    let waiting = number(known.and_then(|status| status.waiting).map(|waiting| waiting as u64));
    let (path, refused) = (text(Some(&path.to_string_lossy())), text(refused));
    format!(
        "{{\"schema\":{SCHEMA},\"path\":{path},\"state\":\"{state}\",\"holders\":[{holders}],\
         \"waiting\":{waiting},\"unsafe\":{refused},\"error\":{error}}}\n"
    )
}

fn holding(holding: &Holding) -> String {
    let it = holding.holder.as_ref();
    let pid = number(it.map(|it| it.pid.into()));
    let uid = number(holding.user.map(u64::from));
    let user = text(holding.user.and_then(process::user_name).as_deref());
    let host = text(it.and_then(|it| it.record.as_ref()).map(|record| record.host.as_str()));
    let seconds = number(since(holding).map(|since| age(since).as_secs()));
    let since = number(since(holding));
    let command = it.map(holder::command).filter(|command| !command.is_empty());
    let command = text(command.as_deref());
    let mode = if holding.mode == Mode::Shared { "shared" } else { "exclusive" };
    let lease = holding.is_lease;
    let state = text(it.map(|it| match it.state {
        identify::State::Runs => "running",
        identify::State::Stopped => "stopped",
        identify::State::Ended => "ended",
        identify::State::Unseen => "unseen",
    }));
    let left = holding.left.iter().map(u32::to_string).collect::<Vec<String>>().join(",");
    format!(
        "{{\"pid\":{pid},\"uid\":{uid},\"user\":{user},\"host\":{host},\"since\":{since},\"seconds\":{seconds},\
         \"command\":{command},\"mode\":\"{mode}\",\"lease\":{lease},\"state\":{state},\"left\":[{left}]}}"
    )
}

/// A string, or null.
fn text(text: Option<&str>) -> String {
    text.map_or_else(null, quoted)
}

/// A number, or null.
fn number(number: Option<u64>) -> String {
    number.map_or_else(null, |number| number.to_string())
}

fn null() -> String {
    "null".to_owned()
}
