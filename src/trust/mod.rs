//! Trust: facts about directories, links and access control lists, and the verdict on them.

mod reason;
mod verdict;

pub use reason::Reason;
pub use verdict::{
    Role, Trusted, Verdict, judge_directory, judge_file_list, judge_link, judge_on_arrival,
    others_write,
};

pub(crate) use verdict::WRITABLE_BY_OTHERS;
