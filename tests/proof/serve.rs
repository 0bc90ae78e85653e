//! What the simulated kernel returns to the calls of the code.

use super::automaton::Automaton;
use super::call::{Answer, Call};
use super::mistakes::Mistake;
use super::program::{Backend, Kind, Program};
use super::simulated::{Content, Facts, Kernel, MARKER, Request, Tried, WHOLE};
use super::state::{State, job_of};

/// How a participant learns which file it is: the one that it has open, or another one. No more can be known by a
/// comparison, as the number of an open file is not used again.
const OWN: u8 = 0;
const OTHER: u8 = 1;

/// What the code can tell apart of a file's facts: only of an empty file, whether it is begun; who holds it, it looks for
/// elsewhere.
fn distinguished(facts: Facts) -> Facts {
    match facts {
        Facts { content: Content::Empty, .. } | Facts { mode: MODE_FOREIGN, .. } => facts,
        _ => Facts { mode: 0o600, content: Content::Nobody, ..facts },
    }
}

/// What the code can tell apart of a file's content: whether it is withlock's.
fn read(content: Content) -> Content {
    if content == Content::Named { Content::Nobody } else { content }
}

/// The mode that other tools create files with, and withlock does not.
const MODE_FOREIGN: u16 = 0o644;

fn new_mode(program: &Program) -> u16 {
    if program.makes(Mistake::CreatedPlainly) { 0o600 } else { 0o700 }
}

/// Opens a file by the descriptor that is its slot's.
fn opened(
    kernel: &mut Kernel,
    who: usize,
    slot: usize,
    open: impl FnOnce(&mut Kernel) -> Option<usize>,
) -> Answer {
    let Some(descriptor) = open(kernel) else { return Answer::No };
    kernel.renumber(who, descriptor, slot);
    Answer::Done
}

impl State {
    /// What the system returns to a call; `None` is that the process sleeps.
    pub(super) fn call(&mut self, who: usize, call: Call, automaton: &Automaton) -> Option<Answer> {
        if self.is_foreign_to(who, call, automaton) {
            self.marks[who].spoils = true;
        }
        if matches!(call, Call::Write(_) | Call::Chmod) {
            self.marks[who].intrudes |= self.is_held_by_another(who, automaton);
        }
        if matches!(call, Call::Look | Call::OpenOrCreate) {
            self.marks[who].place = self.path;
        }
        let [place, path] = self.names(who, automaton);
        let slot = self.slot(who, automaton);
        let program = automaton.program(self.locals[who]);
        let kernel = &mut self.kernel;
        let done = |done| if done { Answer::Done } else { Answer::No };
        Some(match call {
            Call::Look => done(kernel.stat(place).is_some()),
            Call::Open => opened(kernel, who, slot, |kernel| kernel.open(who, place)),
            Call::Create => {
                let mode = new_mode(program);
                opened(kernel, who, slot, |kernel| kernel.create(who, place, mode))
            }
            Call::OpenOrCreate => done(kernel.open_or_create(who, place, MODE_FOREIGN).is_some()),
            Call::Write(content) => {
                kernel.write(who, slot, content);
                Answer::Done
            }
            Call::Chmod => {
                kernel.chmod(who, slot, 0o600);
                Answer::Done
            }
            Call::Fstat => {
                Answer::Facts(Facts { inode: OWN, ..distinguished(kernel.fstat(who, slot)) })
            }
            Call::Read => Answer::Content(read(kernel.fstat(who, slot).content)),
            Call::ReadHolder => Answer::Content(kernel.fstat(who, slot).content),
            Call::Stat | Call::Entry => {
                match kernel.stat(if call == Call::Stat { path } else { place }) {
                    Some(facts)
                        if kernel.has_open(who, slot)
                            && facts.inode == kernel.fstat(who, slot).inode =>
                    {
                        Answer::Facts(Facts { inode: OWN, ..distinguished(facts) })
                    }
                    Some(facts) => Answer::Facts(Facts { inode: OTHER, ..distinguished(facts) }),
                    None => Answer::No,
                }
            }
            Call::Lock { request, waits, .. } => return self.lock(who, request, waits, automaton),
            Call::Unlock(request) => {
                kernel.unlock(who, slot, request);
                Answer::Done
            }
            Call::Test(request) => done(kernel.test(who, slot, request)),
            Call::Unlink => done(kernel.unlink(place)),
            Call::Close => {
                kernel.close(who, slot);
                Answer::Done
            }
            Call::SleepForAny { slots, .. } => {
                self.lay_down(who, slots, program.backend == Backend::Pair);
                return None;
            }
            Call::Rest => Answer::Done,
            Call::Clock => done(self.marks[who].over),
            Call::Signals => done(self.marks[who].interrupted),
            Call::Start => self.start(who, automaton),
            Call::Wait => self.end_job(who, automaton),
            Call::End(_) => return None,
        })
    }

    /// Whether the call is one of withlock's that changes a file of somebody else's.
    fn is_foreign_to(&self, who: usize, call: Call, automaton: &Automaton) -> bool {
        let file = match call {
            Call::Write(_) | Call::Chmod => Some(self.kernel.fstat(who, self.slot(who, automaton))),
            Call::Unlink => self.kernel.stat(self.names(who, automaton)[0]),
            _ => None,
        };
        let is_ours = automaton.program(self.locals[who]).kind == Kind::Withlock;
        is_ours && file.is_some_and(|it| it.mode == MODE_FOREIGN || it.content == Content::Other)
    }

    /// Whether the file is the one that somebody else holds alone.
    fn is_held_by_another(&self, who: usize, automaton: &Automaton) -> bool {
        let own = [who, self.slot(who, automaton)];
        (0..self.count).filter(|other| *other != who).any(|other| {
            let slot = self.held_slot(other, automaton);
            let is_the_file =
                [other, job_of(other)].iter().any(|it| self.kernel.share_file(own, [*it, slot]));
            is_the_file
                && self.holds(other, automaton)
                && !automaton.program(self.locals[other]).shared
        })
    }

    fn lock(
        &mut self,
        who: usize,
        request: Request,
        waits: bool,
        automaton: &Automaton,
    ) -> Option<Answer> {
        let slot = self.slot(who, automaton);
        if request.bytes & WHOLE != 0 {
            let [_, path] = self.names(who, automaton);
            let met = self.kernel.is_held_against(who, slot, request, path);
            self.marks[who].met_holder[slot] = met;
        }
        let asleep = if waits && self.notes_order { self.sleepers() } else { 0 };
        // Who waits for ever never says busy.
        let program = automaton.program(self.locals[who]);
        self.marks[who].met_holder[slot] &= program.wait.may_be_busy();
        let tried = self.kernel.lock(who, slot, request, waits);
        if automaton.standing(self.locals[who]).step == 11 {
            let family_lives = self.marks[..self.count].iter().any(|marks| marks.family);
            self.marks[who].outlived = tried == Tried::Busy && family_lives;
        }
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
        let program = automaton.program(self.locals[who]);
        if program.inherits() && !program.makes(Mistake::JobWithoutDescriptor) {
            self.kernel.fork(who, job_of(who));
        }
        self.marks[who].job = true;
        Answer::Done
    }

    /// The job ends, and its end is noticed. Between the two nothing changes for anybody else.
    fn end_job(&mut self, who: usize, automaton: &Automaton) -> Answer {
        let program = automaton.program(self.locals[who]);
        if program.writes {
            let slot = self.held_slot(who, automaton);
            self.kernel.write(who, slot, Content::Other);
        }
        self.marks[who].job = false;
        if program.dies {
            self.marks[who].family = program.inherits();
            return Answer::Signaled;
        }
        if !program.daemon {
            self.kernel.end(job_of(who));
        }
        Answer::Done
    }
}
