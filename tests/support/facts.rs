//! Facts as the system would tell them, made up: of root, the user who runs, and a stranger.

use withlock::trust::Trusted;
use withlock_platform::evidence::{Facts, Identity, Kind};

pub const ROOT: u32 = 0;
pub const ME: u32 = 1000;
pub const STRANGER: u32 = 1001;

pub const USER: Trusted = Trusted { user: ME };
pub const SUPERUSER: Trusted = Trusted { user: ROOT };

pub fn facts(kind: Kind, owner: u32, mode: u32) -> Facts {
    let identity = Identity { device: 1, inode: 2 };
    Facts { identity, kind, mode, owner, group: 100, links: 1, size: 0 }
}
