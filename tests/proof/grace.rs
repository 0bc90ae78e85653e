//! A run that does not wait sleeps for a moment all the same where "busy" may not be the last word, and nowhere else: asked
//! of the shipped code, answer by answer.

use super::call::{Answer, Call};
use super::program::{Backend, Program, Wait};
use super::replay::Replay;
use super::simulated::{Content, Facts};

const PROMPT: Program = Program::new(Backend::Flock, Wait::No);
const FILE: Facts = Facts { inode: 0, links: 1, mode: 0o600, content: Content::Nobody };

/// The answers that lead a run to a busy lock, and what it then reads: who holds it, and, if nobody is named there,
/// whether the file is signed.
fn to_a_busy_lock(read: &[Answer]) -> Vec<Answer> {
    let there = [Answer::Done, Answer::Done, Answer::Facts(FILE), Answer::Busy];
    there.into_iter().chain(read.iter().copied()).collect()
}

const NAMED: Answer = Answer::Content(Content::Named);
const NOBODY: Answer = Answer::Content(Content::Nobody);
const OTHERS: Answer = Answer::Content(Content::Other);

/// Whether the run takes the answer for the last word, and compares; or looks at the clock, to sleep.
fn is_final(program: Program, answers: &[Answer]) -> bool {
    let standings = Replay::along(&program, answers, answers.len());
    match standings[0].call {
        Call::Stat => true,
        Call::Clock => false,
        other => panic!("neither: {other:?}"),
    }
}

#[test]
fn a_run_that_does_not_wait_sleeps_only_where_busy_may_not_be_the_last_word() {
    assert!(is_final(PROMPT, &to_a_busy_lock(&[NAMED])));
    // Readers meet each other's cleaning up.
    assert!(!is_final(PROMPT.shared(), &to_a_busy_lock(&[NAMED])));
    // The winner has not written yet who it is.
    let begun = Facts { mode: 0o700, content: Content::Empty, ..FILE };
    for unnamed in [&[NOBODY, Answer::Facts(FILE), NOBODY][..], &[NOBODY, Answer::Facts(begun)]] {
        assert!(!is_final(PROMPT, &to_a_busy_lock(unnamed)));
    }
    // It never will, into a file that is not withlock's own.
    let empty = Facts { mode: 0o644, content: Content::Empty, ..FILE };
    for foreign in [&[NOBODY, Answer::Facts(FILE), OTHERS][..], &[NOBODY, Answer::Facts(empty)]] {
        assert!(is_final(PROMPT, &to_a_busy_lock(foreign)));
    }
    assert!(!is_final(PROMPT.shared(), &to_a_busy_lock(&[NOBODY])));
}

#[test]
fn a_run_that_does_not_wait_sleeps_once() {
    let signed = to_a_busy_lock(&[NOBODY, Answer::Facts(FILE), NOBODY]);
    let again = to_a_busy_lock(&[NOBODY]);
    // A reader looks whether it is another one that is slow to clean up.
    let looked: [&[Answer]; 2] = [&[], &[NOBODY]];
    for (program, first, looked) in
        [(PROMPT, &signed, looked[0]), (PROMPT.shared(), &again, looked[1])]
    {
        // The time is over, the last try is refused, and the file has lost its name: once more.
        let slept = [Answer::Busy, Answer::No, Answer::Done];
        let answers = [first.as_slice(), &[Answer::Done], looked, &slept, &again].concat();
        assert!(is_final(program, &answers));
    }
}
