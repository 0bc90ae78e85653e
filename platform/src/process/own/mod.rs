//! The program itself: how it starts, who runs it and where, and how it ends.

mod clock;
mod credentials;
mod ending;
mod entry;
mod host;

pub use clock::local_time;
pub use credentials::{Elevation, effective_user, elevation};
pub use ending::die_of;
#[doc(hidden)]
pub use entry::arguments;
pub use host::{host_name, random_token, user_home, user_name};
