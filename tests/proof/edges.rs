//! Which state leads to which, and what follows from that: whether everything comes to an end.

/// Whether a step comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sooner or later.
    Certain,
    /// Or never.
    Optional,
    /// After some time has passed, and then again.
    AfterARest,
}

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
    pub(super) fn note(&mut self, kind: Kind, from: u32, to: u32) {
        let edges = match kind {
            Kind::Certain => &mut self.certain,
            Kind::Optional => &mut self.optional,
            Kind::AfterARest => &mut self.after_a_rest,
        };
        edges.push((from, to));
    }

    pub(super) fn end(&mut self, state: u32) {
        self.ends.push(state);
    }

    /// Whether a way leads back to where it came from, on which no time passes. States are taken away that nothing leads to
    /// any more; all of them can be, unless some lie on a cycle.
    pub(super) fn have_a_cycle(&self, count: usize) -> bool {
        let edges = || self.certain.iter().chain(&self.optional).copied();
        let onwards = Table::of(count, edges);
        let mut ways_in = vec![0_u32; count];
        for (_, to) in edges() {
            ways_in[to as usize] += 1;
        }
        let mut free: Vec<u32> =
            (0..).zip(&ways_in).filter(|(_, ways)| **ways == 0).map(|(state, _)| state).collect();
        let mut taken = 0;
        while let Some(state) = free.pop() {
            taken += 1;
            for to in onwards.from(state) {
                ways_in[*to as usize] -= 1;
                if ways_in[*to as usize] == 0 {
                    free.push(*to);
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
        let edges = || self.certain.iter().chain(&self.after_a_rest).map(|(from, to)| (*to, *from));
        let back = Table::of(count, edges);
        let mut reach = vec![false; count];
        let mut coming = self.ends.clone();
        while let Some(state) = coming.pop() {
            if !std::mem::replace(&mut reach[state as usize], true) {
                coming.extend(back.from(state));
            }
        }
        reach.iter().all(|reaches| *reaches)
    }
}

/// Where the edges from each state lead.
struct Table {
    /// Where those of each state end, and those of the next one begin.
    ends: Vec<u32>,
    to: Vec<u32>,
}

impl Table {
    fn of<E: Iterator<Item = Edge>>(count: usize, edges: impl Fn() -> E) -> Self {
        let mut places = vec![0_u32; count + 1];
        for (from, _) in edges() {
            places[from as usize + 1] += 1;
        }
        for state in 0..count {
            places[state + 1] += places[state];
        }
        let mut to = vec![0; places[count] as usize];
        for (from, end) in edges() {
            let place = &mut places[from as usize];
            to[*place as usize] = end;
            *place += 1;
        }
        Self { ends: places, to }
    }

    fn from(&self, state: u32) -> &[u32] {
        let state = state as usize;
        let begin = if state == 0 { 0 } else { self.ends[state - 1] };
        &self.to[begin as usize..self.ends[state] as usize]
    }
}
