//! The process and its job: who we are, how to start the job, what signals arrive, how to end as the job ended.
//!
//! | room | what it is about |
//! |---|---|
//! | `signals` | numbers and sets, what happens at them, holding them back, taking them one by one |
//! | `waiting` | a blocking call that ends at a deadline or by a signal; sleeping for several locks at once |
//! | `start` | the job: finding the program, its environment, the ways to make a process, what becomes of it |
//! | `witness` | a child that sees what the job is sent |
//! | `companion` | a child that does something while this process sleeps |
//! | `other` | a process that is none of ours, and signalling it |
//! | `own` | the program itself: its start, who runs it, its end |
//!
//! Each uses those above it only.

mod companion;
mod other;
mod own;
mod signals;
mod start;
mod waiting;
mod witness;

pub use crate::deadline::{Deadline, moment, time_of_day};
pub use companion::{Companion, Principal, Title};
pub use other::Other;
#[doc(hidden)]
pub use own::arguments;
pub use own::{
    Elevation, die_of, effective_user, elevation, host_name, local_time, random_token, user_home,
    user_name,
};
pub use signals::{
    Arrival, ByHandler, Native, Receive, Sender, Signal, Signals, act_by_default, exists,
    forget_size_signal, is_signal, signal, without_size_signal,
};
pub use start::{Change, Child, Command, StartError, Status, news_of_any};
pub use waiting::{Interruption, TimeLimit, Wanted, rest, sleep_for_any};
pub use witness::{Sighting, Witness, can_watch};

cfg_if::cfg_if! {
    if #[cfg(not(any(target_os = "macos", target_os = "openbsd")))] {
        pub use signals::ByWaiting;
    }
}
