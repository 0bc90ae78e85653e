//! A run that does not wait sleeps for a moment all the same where "busy" may not be the last word, and nowhere else: asked
//! of the shipped code, answer by answer.

use super::program::{Backend, Patience, Program};
use super::replay::{Answer, Call, Replay};
use super::simulated::{Content, Facts};

const PROMPT: Program = Program::new(Backend::Flock, Patience::None);
const FILE: Facts = Facts { inode: 0, links: 1, mode: 0o600, content: Content::Nobody };

/// The answers that lead a run to a busy lock, and what it then reads: who holds it, and, if nobody is named there,
/// whether the file is signed.
fn to_a_busy_lock(read: &[Content]) -> Vec<Answer> {
    let there = [Answer::Done, Answer::Done, Answer::Facts(FILE), Answer::Busy];
    there.into_iter().chain(read.iter().map(|content| Answer::Content(*content))).collect()
}

/// Whether the run takes the answer for the last word, and compares; or looks at the clock, to sleep.
fn is_final(program: Program, answers: &[Answer]) -> bool {
    match Replay::of(&program, answers).call {
        Call::Stat => true,
        Call::Clock => false,
        other => panic!("neither: {other:?}"),
    }
}

#[test]
fn a_run_that_does_not_wait_sleeps_only_where_busy_may_not_be_the_last_word() {
    let named = to_a_busy_lock(&[Content::Named]);
    assert!(is_final(PROMPT, &named));
    // Readers meet each other's cleaning up.
    assert!(!is_final(PROMPT.shared(), &named));
    // The winner has not written yet who it is.
    let begun = to_a_busy_lock(&[Content::Nobody, Content::Nobody]);
    assert!(!is_final(PROMPT, &begun));
    // It never will, into a file that is not withlock's own.
    let foreign = to_a_busy_lock(&[Content::Nobody, Content::Empty]);
    assert!(is_final(PROMPT, &foreign));
    assert!(!is_final(PROMPT.shared(), &foreign));
}

#[test]
fn a_run_that_does_not_wait_sleeps_once() {
    for program in [PROMPT, PROMPT.shared()] {
        let first = to_a_busy_lock(&[Content::Nobody, Content::Nobody]);
        // The time is over, the last try is refused, and the file has lost its name: once more.
        let slept = [Answer::Done, Answer::Busy, Answer::No, Answer::Done];
        let answers = [first.as_slice(), &slept, &first].concat();
        assert!(is_final(program, &answers));
    }
}
