//! Who waits: in line, and in places.

use super::run::{Call, HEAD, PARTS};
use super::state::{Automaton, Marks, State};
use super::steps::bits;

impl State {
    pub(super) fn join_line(&mut self, who: usize) {
        // Who has given up may still get what it tries for last.
        let Marks { in_line, over, interrupted, .. } = self.marks[who];
        if self.in_turn && !in_line && !over && !interrupted {
            let in_line = self.all().filter(|other| self.marks[*other].in_line);
            let before = in_line.fold(0, |set, other| set | 1 << other);
            (self.marks[who].in_line, self.marks[who].before) = (true, before);
        }
    }

    pub(super) fn leave_line(&mut self, who: usize) {
        (self.marks[who].in_line, self.marks[who].before) = (false, 0);
        for marks in &mut self.marks {
            marks.before &= !(1 << who);
        }
    }
    /// Marks those that ask for a place while there are too many others.
    pub(super) fn count_who_waits(&mut self, automaton: &Automaton) {
        let asks = |who: usize| {
            let call = self.standing(who, automaton).call;
            !self.marks[who].killed && matches!(call, Call::Try(part) if part > HEAD)
        };
        let has_place = |who: usize| (HEAD + 1..PARTS as u8).any(|place| self.has(who, place));
        let asking = self.all().filter(|who| asks(*who)).fold(0_u8, |set, who| set | 1 << who);
        let all = self.all().filter(|who| has_place(*who)).fold(asking, |set, who| set | 1 << who);
        for who in bits(asking).map(usize::from) {
            let others = (all & !(1 << who)).count_ones();
            let places = self.run(who, automaton).waiters.map_or(u32::MAX, u32::from);
            self.marks[who].crowded |= others >= places;
        }
    }
}
