//! Looking after a job until it ends: signals reach it exactly once, and this process stops exactly when its job has stopped.

use std::io;
use std::time::Duration;

use withlock_platform::process::{
    self, Arrival, Change, Child, Deadline, Signal, Signals, Status, signal,
};

use crate::error::{Error, Result, Step};
use crate::event::{Event, Listener, Loss, Warning};
use crate::job::limit::Countdown;
use crate::job::observer::Observer;
use crate::job::relay::{self, Relay};
use crate::lock::Guard;

/// A job that is shorter than this, in which nothing happens, is looked after without a witness.
const WITHOUT_WITNESS: Duration = Duration::from_millis(100);

/// How long after a signal to this process the same one may reach the witness, from a sender that tells one process after
/// the other.
const IN_TURN: Duration = Duration::from_millis(10);

/// What a job needs while it runs.
pub(crate) struct Supervision<'a, G> {
    child: &'a Child,
    signals: &'a Signals,
    lock: &'a G,
    listener: Listener<'a>,
    /// Whether to wait for every child that ends.
    adopts: bool,
    countdown: Countdown,
    /// How the lock was lost, once that was seen and told.
    loss: Option<Loss>,
    state: State,
    /// A stop of the job that this process has yet to follow.
    stop: Option<Signal>,
    relay: Relay,
    witness: Observer,
}

/// How the supervision has ended.
pub(crate) struct End {
    /// How the job has.
    pub(crate) status: Status,
    /// How the lock was lost, if that was seen meanwhile and told.
    pub(crate) loss: Option<Loss>,
    pub(crate) countdown: Countdown,
}

/// What the job does, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Runs,
    Stopped,
    Ended(Status),
}

impl<'a, G: Guard> Supervision<'a, G> {
    pub(crate) fn new(
        child: &'a Child,
        signals: &'a Signals,
        lock: &'a G,
        listener: Listener<'a>,
        adopts: bool,
        countdown: Countdown,
    ) -> Self {
        Self {
            child,
            signals,
            lock,
            listener,
            adopts,
            countdown,
            loss: None,
            state: State::Runs,
            stop: None,
            relay: Relay::default(),
            witness: Observer::NotYet,
        }
    }

    /// Returns how the job has ended, and not before. `missed` has come before the job existed.
    pub(crate) fn until_the_end(mut self, missed: &[Arrival]) -> Result<End> {
        // That reached this process only, be it from the terminal.
        for arrival in missed {
            if relay::is_for_job(*arrival, true) {
                self.pass_on(arrival.signal);
            }
        }
        loop {
            match self.next()? {
                None => self.look_at_lock(),
                Some(arrival) if arrival.signal == signal::CHLD => self.look()?,
                Some(arrival) => self.react(arrival)?,
            }
            self.enforce_limit()?;
            if let Some(signal) = self.stop.take() {
                self.follow_stop(signal)?;
            }
            if let State::Ended(status) = self.state {
                return Ok(End { status, loss: self.loss, countdown: self.countdown });
            }
            self.witness.call(self.signals, self.child);
        }
    }

    /// The next signal, or `None` when it is time for something else.
    fn next(&self) -> Result<Option<Arrival>> {
        let arrival = match self.moments().into_iter().flatten().min() {
            Some(moment) => self.signals.next_before(moment),
            None => self.signals.next().map(Some),
        };
        arrival.map_err(Error::system(Step::WaitForSignals))
    }

    /// When it is time for a witness, for a look at the lock, and for what the job's limit says.
    fn moments(&self) -> [Option<Deadline>; 3] {
        let witness = match self.witness {
            Observer::NotYet => Deadline::after(WITHOUT_WITNESS),
            _ => None,
        };
        let look = if self.loss.is_none() { self.lock.next_look() } else { None };
        [witness, look, self.countdown.next()]
    }

    fn look_at_lock(&mut self) {
        if self.lock.next_look().is_none() || self.loss.is_some() {
            return;
        }
        self.loss = self.lock.loss();
        if let Some(loss) = self.loss {
            let path = self.lock.path();
            self.listener.tell(&Event::Warning(Warning::Lost { path, loss }));
        }
    }

    /// Tells a job to end that has run for too long, as its limit says; one that has ended meanwhile was in time.
    fn enforce_limit(&mut self) -> Result<()> {
        if !self.countdown.is_due() {
            return Ok(());
        }
        self.look()?;
        if matches!(self.state, State::Ended(_)) {
            return Ok(());
        }
        match self.countdown.signal(self.child) {
            Ok(None) => {}
            Ok(Some(signal)) => {
                // It was continued.
                self.stop = None;
                self.listener.tell(&Event::Overdue { signal });
            }
            Err(error) => self.warn_of_signal(error),
        }
        Ok(())
    }

    /// Learns what has become of the job, and lets go of other children that have ended.
    fn look(&mut self) -> Result<()> {
        loop {
            if matches!(self.state, State::Ended(_)) {
                return Ok(());
            }
            let news = if self.adopts {
                process::news_of_any()
            } else {
                self.child.news().map(|news| news.map(|change| (self.child.pid(), change)))
            };
            let Some((pid, change)) = news.map_err(Error::system(Step::WaitForCommand))? else {
                return Ok(());
            };
            if pid == self.child.pid() {
                (self.state, self.stop) = match change {
                    Change::Ended(status) => (State::Ended(status), None),
                    Change::Stopped(signal) => (State::Stopped, Some(signal)),
                    Change::Continued => (State::Runs, None),
                };
            } else if matches!(change, Change::Ended(_)) {
                self.witness.bury(pid);
            }
        }
    }

    fn react(&mut self, arrival: Arrival) -> Result<()> {
        let at = process::moment();
        let is_for_job = relay::is_for_job(arrival, !self.child.shares_group());
        if is_for_job && !self.witness.has_sent(arrival) && !self.has_reached_job(arrival, at)? {
            self.pass_on(arrival.signal);
        }
        Ok(())
    }

    /// Whether the job was sent this signal as well, or has been told of it already.
    fn has_reached_job(&mut self, arrival: Arrival, at: Duration) -> Result<bool> {
        if arrival.signal == signal::CONT {
            self.look()?;
        }
        if let State::Ended(_) = self.state {
            return Ok(true);
        }
        self.hear(Deadline::PASSED);
        let is_echo = self.relay.is_echo(arrival, at);
        // A job that is stopped has been stopped since the first one; it is not left so.
        if is_echo && !(arrival.signal == signal::CONT && self.state == State::Stopped) {
            return Ok(true);
        }
        // Where it can't follow, what the witness is sent says nothing about the job.
        if !self.witness.follows(self.child) {
            return Ok(false);
        }
        let end = Deadline::at(at + IN_TURN);
        while !self.relay.claim(arrival, at) {
            if !self.hear(end) {
                let relay = &mut self.relay;
                self.witness.ask(|sighting| relay.note(sighting));
                return Ok(self.relay.claim(arrival, at));
            }
        }
        Ok(true)
    }

    /// Takes note of what the witness reports, waiting until then for the first report; returns whether there was any.
    fn hear(&mut self, until: Deadline) -> bool {
        let relay = &mut self.relay;
        self.witness.hear(until, |sighting| relay.note(sighting))
    }

    /// A job that may not be signalled (it runs as another user now) is none of withlock's business: say so, go on.
    fn pass_on(&self, signal: Signal) {
        match self.child.signal(signal) {
            Ok(()) => self.listener.tell(&Event::Forwarded { signal }),
            Err(error) => self.warn_of_signal(error),
        }
    }

    fn warn_of_signal(&self, error: io::Error) {
        let error = Error::System { step: Step::ForwardSignal, error };
        self.listener.tell(&Event::Warning(Warning::Signal(&error)));
    }

    /// Stops as the job has stopped, and returns when both go on, or if only this process does.
    fn follow_stop(&mut self, signal: Signal) -> Result<()> {
        // Else the job is traced, and its tracer has stopped it.
        if ![signal::STOP, signal::TSTP, signal::TTIN, signal::TTOU].contains(&signal) {
            return Ok(());
        }
        self.witness.call(self.signals, self.child);
        let watcher = self.witness.watch(self.child, self.countdown.next());
        // Whoever stops the job alone by STOP means to continue it alone, and this process would not be told.
        if !watcher && signal == signal::STOP {
            self.witness.rest();
            return Ok(());
        }
        let mut looked = Ok(());
        let begin = process::moment();
        let stopped = self.signals.stop(signal, || {
            looked = self.look();
            looked.is_ok() && self.state == State::Stopped
        });
        // Another one that the look has shown is this one's.
        self.stop = None;
        self.relay.was_stopped(begin, process::moment());
        self.witness.rest();
        looked?;
        stopped.map_err(Error::system(Step::Stop))
    }
}
