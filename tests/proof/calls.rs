//! What the simulated kernel answers to the calls of the code.

use super::automaton::Automaton;
use super::mistakes::Mistake;
use super::program::Kind;
use super::replay::{Answer, Call};
use super::simulated::{Content, Facts, MARKER, Request, Tried, WHOLE};
use super::world::{NAME, World, job_of};

/// How a participant is told which file it is: the one that it has open, or another one. No more can be known by a
/// comparison, as the number of an open file is not used again.
const OWN: u8 = 0;
const OTHER: u8 = 1;

/// What the code can tell apart of a file's facts: only of an empty file, whether it is begun; who holds it, it looks for
/// elsewhere.
fn told(facts: Facts) -> Facts {
    match facts {
        Facts { content: Content::Empty, .. } | Facts { mode: MODE_FOREIGN, .. } => facts,
        _ => Facts { mode: 0o600, content: Content::Nobody, ..facts },
    }
}

/// The mode that other tools create files with, and withlock does not.
const MODE_FOREIGN: u16 = 0o644;

fn new_mode() -> u16 {
    if Mistake::CreatedPlainly.is_on() { 0o600 } else { 0o700 }
}

impl World {
    /// The system's answer to a call; `None` is that the process sleeps.
    pub(super) fn call(&mut self, who: usize, call: Call, automaton: &Automaton) -> Option<Answer> {
        if self.is_foreign_to(who, call, automaton) {
            self.marks[who].spoils = true;
        }
        let kernel = &mut self.kernel;
        let done = |done| if done { Answer::Done } else { Answer::No };
        Some(match call {
            Call::Look => done(kernel.stat(NAME).is_some()),
            Call::Open => done(kernel.open(who, NAME).is_some()),
            Call::Create => done(kernel.create(who, NAME, new_mode()).is_some()),
            Call::OpenOrCreate => done(kernel.open_or_create(who, NAME, MODE_FOREIGN).is_some()),
            Call::Write(content) => {
                kernel.write(who, 0, content);
                Answer::Done
            }
            Call::Chmod => {
                kernel.chmod(who, 0, 0o600);
                Answer::Done
            }
            Call::Fstat => Answer::Facts(Facts { inode: OWN, ..told(kernel.fstat(who, 0)) }),
            Call::Read => Answer::Content(told(kernel.fstat(who, 0)).content),
            Call::ReadHolder => Answer::Content(kernel.fstat(who, 0).content),
            Call::Stat | Call::Entry => match kernel.stat(NAME) {
                Some(facts) if facts.inode == kernel.fstat(who, 0).inode => {
                    Answer::Facts(Facts { inode: OWN, ..told(facts) })
                }
                Some(facts) => Answer::Facts(Facts { inode: OTHER, ..told(facts) }),
                None => Answer::No,
            },
            Call::Lock { request, waits, .. } => return self.lock(who, request, waits, automaton),
            Call::Unlock(request) => {
                kernel.unlock(who, 0, request);
                Answer::Done
            }
            Call::Test(request) => done(kernel.test(who, 0, request)),
            Call::Unlink => done(kernel.unlink(NAME)),
            Call::Close => {
                kernel.close(who, 0);
                Answer::Done
            }
            Call::Clock => done(self.marks[who].over),
            Call::Told => done(self.marks[who].told),
            Call::Start => self.start(who, automaton),
            Call::Wait => self.end_job(who, automaton),
            Call::End(_) => return None,
        })
    }

    /// Whether the call is one of withlock's that changes a file of somebody else's.
    fn is_foreign_to(&self, who: usize, call: Call, automaton: &Automaton) -> bool {
        let file = match call {
            Call::Write(_) | Call::Chmod => Some(self.kernel.fstat(who, 0)),
            Call::Unlink => self.kernel.stat(NAME),
            _ => None,
        };
        let is_ours = automaton.program(self.states[who]).kind == Kind::Withlock;
        is_ours && file.is_some_and(|file| file.mode == MODE_FOREIGN)
    }

    fn lock(
        &mut self,
        who: usize,
        request: Request,
        waits: bool,
        automaton: &Automaton,
    ) -> Option<Answer> {
        if request.bytes & WHOLE != 0 {
            let met = self.kernel.is_held_against(who, 0, request, NAME);
            self.marks[who].met_holder = met;
        }
        let asleep = if waits && self.notes_order { self.sleepers() } else { 0 };
        // Who waits for ever never says busy.
        let program = automaton.program(self.states[who]);
        self.marks[who].met_holder &= program.may_be_busy();
        let tried = self.kernel.lock(who, 0, request, waits);
        if request.bytes == MARKER && !request.exclusive {
            self.marks[who].unheard = tried == Tried::Busy && self.notes_order;
        }
        match tried {
            Tried::Granted => Some(Answer::Granted),
            Tried::Busy => Some(Answer::Busy),
            Tried::Blocked => {
                self.marks[who].before |= asleep;
                None
            }
        }
    }

    /// Those that sleep now on a file that has its name, and could say so. (Who comes while the file is being removed has
    /// to start again, whatever else happens.)
    fn sleepers(&self) -> u8 {
        let sleeps = |who: &usize| {
            self.kernel.is_blocked(*who)
                && !self.marks[*who].unheard
                && self.kernel.fstat(*who, 0).links > 0
        };
        (0..self.count).filter(sleeps).fold(0, |set, who| set | 1 << who)
    }

    fn start(&mut self, who: usize, automaton: &Automaton) -> Answer {
        let inherits = automaton.program(self.states[who]).inherits();
        if inherits && !Mistake::JobWithoutDescriptor.is_on() {
            self.kernel.fork(who, job_of(who));
        }
        self.marks[who].job = true;
        Answer::Done
    }

    /// The job ends, and its end is noticed. Between the two nothing changes for anybody else.
    fn end_job(&mut self, who: usize, automaton: &Automaton) -> Answer {
        if !automaton.program(self.states[who]).daemon {
            self.kernel.end(job_of(who));
        }
        self.marks[who].job = false;
        Answer::Done
    }
}
