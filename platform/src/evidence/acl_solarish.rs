//! Linux, NetBSD, OpenBSD, DragonFly: no list, or a POSIX.1e one, whose mask shows in the group's bits (acl(5)).

use std::fs::File;

use super::{Acl, Facts};

pub(super) fn of(_: &File, _: &Facts) -> Acl {
    Acl::InMode
}
