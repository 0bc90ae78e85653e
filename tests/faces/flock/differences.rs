//! Where this program, called `flock`, differs from util-linux's flock(1).

use crate::faces::side_by_side::Difference;

pub const DIFFERENCES: &[Difference] = &[];
