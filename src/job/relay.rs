//! Which of the signals that this run was sent its job has yet to be told of. Facts in, verdicts out: nothing here asks the
//! system.

use std::time::Duration;

use withlock_platform::process::{Arrival, Sender, Sighting, Signal, signal};

/// Of two of one signal that one sender sends within this time, and no other between them, the second one is the first one's
/// echo: timeout(1) signals its child, and then the process group that this is in.
const ECHO: Duration = Duration::from_millis(20);

/// What a witness has seen is forgotten after this time: it came to the witness alone.
const MEMORY: Duration = Duration::from_millis(100);

/// Who has been told what.
#[derive(Debug, Default)]
pub(crate) struct Relay {
    seen: Vec<Seen>,
    /// When this run was stopped last, and until when: it takes then what was sent long before.
    stop: Option<(Duration, Duration)>,
    /// The last one of each sender.
    dealt_with: Vec<(Arrival, Duration)>,
}

/// A signal that the witness was sent.
#[derive(Debug)]
struct Seen {
    sighting: Sighting,
    /// It has answered for one that this run was sent.
    is_claimed: bool,
}

/// Whether a signal means the job, wherever it came from.
///
/// What the terminal sends to its foreground process group, a job in that group has already: `misses_terminal` says that
/// it was not there yet, or is in another group. Some signals speak of the process that gets them, unless a process has
/// sent them. Where nobody tells who has sent a signal, it is taken for what it most often is.
pub(crate) fn is_for_job(Arrival { signal, sender }: Arrival, misses_terminal: bool) -> bool {
    let is_sent = matches!(sender, Sender::Process(_));
    match signal {
        signal::CHLD => false,
        signal::INT | signal::QUIT | signal::TSTP => sender != Sender::Kernel || misses_terminal,
        signal::TTIN | signal::TTOU => is_sent,
        signal::PIPE | signal::XCPU | signal::XFSZ => is_sent,
        signal::WINCH | signal::URG | signal::IO => is_sent,
        _ => true,
    }
}

impl Relay {
    /// Takes note of when this run was stopped.
    pub(crate) fn was_stopped(&mut self, from: Duration, to: Duration) {
        self.stop = Some((from, to));
    }

    /// Forgets what is too old to be about a signal that is taken at this moment.
    fn forget(&mut self, now: Duration) {
        let stop = self.stop.filter(|(_, end)| now.saturating_sub(*end) <= MEMORY);
        self.seen.retain(|Seen { sighting: Sighting { at, .. }, .. }| {
            now.saturating_sub(*at) <= MEMORY || stop.is_some_and(|(start, _)| *at >= start)
        });
    }

    /// Takes note of what the witness has seen.
    pub(crate) fn note(&mut self, sighting: Sighting) {
        self.seen.push(Seen { sighting, is_claimed: false });
    }

    /// Whether a signal that was taken at this moment is the echo of another one; if not, it is dealt with from now on. What
    /// the witness has seen of an echo answers for nothing else.
    pub(crate) fn is_echo(&mut self, arrival: Arrival, at: Duration) -> bool {
        self.dealt_with.retain(|(_, before)| at.saturating_sub(*before) <= ECHO);
        let last = self.dealt_with.iter_mut().find(|(before, _)| before.sender == arrival.sender);
        match last {
            Some((before, _)) if is_same(*before, arrival) => {
                self.claim_all(arrival);
                return true;
            }
            Some(last) => *last = (arrival, at),
            None => self.dealt_with.push((arrival, at)),
        }
        false
    }

    /// Whether the witness has seen this signal, taken at this moment. All that it has seen of it up to now answers for this
    /// one: what came before was an echo. But each real-time signal is answered for by itself.
    ///
    /// What was claimed already answers once more if it was seen after that moment: signals that come close together
    /// become one on the way (POSIX.1, 2.4.1), and may do so for the witness only.
    pub(crate) fn claim(&mut self, arrival: Arrival, at: Duration) -> bool {
        self.forget(at);
        let answers = |seen: &&mut Seen| {
            seen.sighting.arrival == arrival
                && (!seen.is_claimed || is_merged(arrival.signal) && seen.sighting.at >= at)
        };
        let Some(first) = self.seen.iter_mut().find(answers) else {
            return false;
        };
        first.is_claimed = true;
        self.claim_all(arrival);
        true
    }

    fn claim_all(&mut self, arrival: Arrival) {
        let same = |seen: &&mut Seen| is_same(seen.sighting.arrival, arrival);
        self.seen.iter_mut().filter(same).for_each(|seen| seen.is_claimed = true);
    }
}

/// Whether two of the same signal from the same sender may be one.
fn is_same(one: Arrival, other: Arrival) -> bool {
    one == other && is_merged(one.signal)
}

/// Whether two of this signal that wait to be taken are one; each real-time signal is taken by itself.
fn is_merged(signal: Signal) -> bool {
    !signal::is_queued(signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERM: Signal = 15;
    const REAL_TIME: Signal = 40;

    fn ms(time: u64) -> Duration {
        Duration::from_millis(1_000 + time)
    }

    fn from(pid: i32, signal: Signal) -> Arrival {
        Arrival { signal, sender: Sender::Process(pid) }
    }

    fn sighting(arrival: Arrival, at: u64) -> Sighting {
        Sighting { arrival, at: ms(at) }
    }

    #[test]
    fn what_the_witness_has_seen_from_the_same_sender_is_not_passed_on_and_only_once() {
        let mut relay = Relay::default();
        relay.note(sighting(from(7, TERM), 5));
        assert!(!relay.claim(from(8, TERM), ms(5)), "another sender's");
        assert!(!relay.claim(from(7, TERM + 1), ms(5)), "another signal");
        assert!(relay.claim(from(7, TERM), ms(5)));
        assert!(!relay.claim(from(7, TERM), ms(30)), "sent to the wrapper alone, later on");
    }

    #[test]
    fn two_of_one_signal_from_one_sender_are_one_for_20_ms() {
        let mut relay = Relay::default();
        assert!(!relay.is_echo(from(7, TERM), ms(0)));
        assert!(relay.is_echo(from(7, TERM), ms(20)));
        assert!(!relay.is_echo(from(8, TERM), ms(20)), "another sender's");
        assert!(!relay.is_echo(from(7, TERM), ms(21)), "another one");
        assert!(!relay.is_echo(from(7, TERM + 1), ms(22)));
        assert!(!relay.is_echo(from(7, TERM), ms(23)), "another one was between them");
        assert!(!relay.is_echo(from(7, REAL_TIME), ms(21)));
        assert!(!relay.is_echo(from(7, REAL_TIME), ms(21)), "these queue up, each counts");
    }

    #[test]
    fn a_signal_to_the_witness_alone_swallows_none_that_comes_later() {
        let mut relay = Relay::default();
        relay.note(sighting(from(7, TERM), 0));
        assert!(!relay.claim(from(7, TERM), ms(101)));
    }

    #[test]
    fn what_was_sent_while_both_were_stopped_is_not_passed_on_afterwards() {
        let mut relay = Relay::default();
        relay.was_stopped(ms(0), ms(9_000));
        relay.note(sighting(from(7, TERM), 10));
        assert!(relay.claim(from(7, TERM), ms(9_001)));
        relay.note(sighting(from(8, TERM), 10));
        assert!(!relay.claim(from(8, TERM), ms(9_101)), "nor is it taken for a later one");
    }

    #[test]
    fn signals_that_became_one_for_the_witness_are_not_passed_on() {
        let mut relay = Relay::default();
        relay.note(sighting(from(7, TERM), 50));
        assert!(relay.claim(from(7, TERM), ms(0)));
        assert!(relay.claim(from(7, TERM), ms(30)), "taken before the witness saw the two as one");
        assert!(!relay.claim(from(7, TERM), ms(60)));
        for _ in 0..2 {
            relay.note(sighting(from(7, REAL_TIME), 90));
        }
        assert!(relay.claim(from(7, REAL_TIME), ms(70)));
        assert!(relay.claim(from(7, REAL_TIME), ms(72)));
        assert!(!relay.claim(from(7, REAL_TIME), ms(75)), "each was seen by itself");
    }

    #[test]
    fn a_storm_of_signals_to_the_group_is_passed_on_neither_while_it_lasts_nor_at_its_end() {
        let mut relay = Relay::default();
        let mut passed_on = 0;
        for number in 0..200 {
            // Each a little later for the one or for the other.
            let (own, other) = (number * 5 + number % 3, number * 5 + number % 2);
            relay.note(sighting(from(7, TERM), other));
            let is_echo = relay.is_echo(from(7, TERM), ms(own));
            passed_on += u32::from(!is_echo && !relay.claim(from(7, TERM), ms(own)));
        }
        assert_eq!(passed_on, 0);
        let end = 200 * 5 + 30;
        assert!(!relay.is_echo(from(7, TERM), ms(end)));
        assert!(!relay.claim(from(7, TERM), ms(end)), "one to the wrapper alone is not lost");
    }

    #[test]
    fn signals_that_speak_of_the_wrapper_are_for_the_job_only_if_somebody_has_sent_them() {
        for signal in [signal::PIPE, signal::XCPU, signal::XFSZ, signal::TTIN, signal::TTOU] {
            let by = |sender| is_for_job(Arrival { signal, sender }, true);
            assert!(by(Sender::Process(1)) && !by(Sender::Kernel) && !by(Sender::Unknown));
        }
        for signal in [signal::INT, signal::QUIT, signal::TSTP] {
            let by = |sender, missed| is_for_job(Arrival { signal, sender }, missed);
            assert!(by(Sender::Process(1), false) && by(Sender::Kernel, true));
            assert!(!by(Sender::Kernel, false), "the terminal has told the job");
        }
    }
}
