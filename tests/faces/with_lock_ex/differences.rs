//! Where this program, called `with-lock-ex`, differs from that of chiark-utils.

use crate::faces::side_by_side::Difference;

pub const DIFFERENCES: &[Difference] = &[];
