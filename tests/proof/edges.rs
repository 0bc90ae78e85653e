//! Which state leads to which, and what follows from that: whether everything comes to an end.

use super::way::What;

type Edge = (u32, u32);

#[derive(Default)]
pub(super) struct Edges {
    /// Steps that come, sooner or later.
    certain: Vec<Edge>,
    /// Steps that may as well never come.
    optional: Vec<Edge>,
    /// Steps of those that have waited for some time, and will do so again.
    after_a_rest: Vec<Edge>,
    /// Where nothing more need happen.
    ends: Vec<u32>,
}

impl Edges {
    pub(super) fn note(&mut self, what: What, from: u32, to: u32) {
        let edges = match what {
            _ if what.passes_time() => &mut self.after_a_rest,
            _ if what.is_optional() => &mut self.optional,
            _ => &mut self.certain,
        };
        edges.push((from, to));
    }

    pub(super) fn end(&mut self, state: u32) {
        self.ends.push(state);
    }

    /// Whether a way leads back to where it came from, on which no time passes. States are taken away that nothing leads to
    /// any more; all of them can be, unless some lie on a cycle.
    pub(super) fn have_a_cycle(&self, count: usize) -> bool {
        let mut edges = [self.certain.as_slice(), &self.optional].concat();
        edges.sort_unstable();
        let mut ways_in = vec![0_u32; count];
        for (_, to) in &edges {
            ways_in[*to as usize] += 1;
        }
        let mut free: Vec<u32> =
            (0..).zip(&ways_in).filter(|(_, ways)| **ways == 0).map(|(state, _)| state).collect();
        let mut taken = 0;
        while let Some(state) = free.pop() {
            taken += 1;
            for to in from(&edges, state) {
                ways_in[to as usize] -= 1;
                if ways_in[to as usize] == 0 {
                    free.push(to);
                }
            }
        }
        taken != count
    }

    /// Whether an end can be reached from everywhere, whatever has happened, if nobody is killed, nor given up by a signal or
    /// a deadline. (So it is reached, unless those who rest meet each other in the same unlucky way for ever.) Where nobody
    /// rests, that follows from there being no cycle.
    pub(super) fn lead_to_an_end(&self, count: usize) -> bool {
        if self.after_a_rest.is_empty() {
            return true;
        }
        let edges = self.certain.iter().chain(&self.after_a_rest);
        let mut back: Vec<Edge> = edges.map(|(from, to)| (*to, *from)).collect();
        back.sort_unstable();
        let mut reach = vec![false; count];
        let mut coming = self.ends.clone();
        while let Some(state) = coming.pop() {
            if !std::mem::replace(&mut reach[state as usize], true) {
                coming.extend(from(&back, state));
            }
        }
        reach.iter().all(|reaches| *reaches)
    }
}

fn from(sorted: &[Edge], state: u32) -> impl Iterator<Item = u32> + '_ {
    let first = sorted.partition_point(|(from, _)| *from < state);
    sorted[first..].iter().take_while(move |(from, _)| *from == state).map(|(_, to)| *to)
}
