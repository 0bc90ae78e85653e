//! Cases as data: what a user does with a tool, played on one of the two programs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::OnceLock;

use super::seen::Seen;
use super::stage::{Side, Stage};
use crate::support;

/// How an observation begins where the case itself went wrong.
pub const FAILED: &str = "the case failed";

/// Something that a user does, and what there is to be seen of it.
pub struct Case {
    pub name: &'static str,
    play: Play,
    /// The other program holds `lock` meanwhile, with these options.
    held: Option<&'static [&'static str]>,
    /// What a message has to name.
    names: &'static [&'static str],
    needs: &'static [Need],
}

enum Play {
    /// `TOOL WORDS` in an empty directory.
    Words(&'static [&'static str]),
    /// `sh -c SCRIPT` there, the tool first in PATH; the other program is `../peer/TOOL`.
    Script(&'static str),
    /// Real files, processes and signals.
    Scene(fn(&Stage) -> Seen),
}

/// What a case can't do without.
#[derive(Clone, Copy)]
pub enum Need {
    Root,
    Program(&'static str),
    /// The right to mount what nobody else sees.
    Mounts,
}

pub const fn words(name: &'static str, words: &'static [&'static str]) -> Case {
    case(name, Play::Words(words))
}

pub const fn script(name: &'static str, script: &'static str) -> Case {
    case(name, Play::Script(script))
}

pub const fn scene(name: &'static str, play: fn(&Stage) -> Seen) -> Case {
    case(name, Play::Scene(play))
}

const fn case(name: &'static str, play: Play) -> Case {
    Case { name, play, held: None, names: &[], needs: &[] }
}

/// While the other program holds `lock`.
pub const fn busy(name: &'static str, of: &'static [&'static str]) -> Case {
    words(name, of).while_held(&[])
}

impl Case {
    /// While the other program holds `lock`, with these options.
    pub const fn while_held(self, options: &'static [&'static str]) -> Self {
        Self { held: Some(options), ..self }
    }

    /// The message has these words in it, on both sides.
    pub const fn names(self, names: &'static [&'static str]) -> Self {
        Self { names, ..self }
    }

    pub const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    /// Whether it can be played here; says why not.
    pub fn is_possible(&self) -> bool {
        let missing = self.needs.iter().find_map(|need| need.missing());
        if let Some(missing) = &missing {
            support::skip(&format!("case {}: {missing}", self.name));
        }
        missing.is_none()
    }

    pub fn observe(&self, side: &Side) -> String {
        let seen = catch_unwind(AssertUnwindSafe(|| self.play(&Stage::new(side)).to_string()));
        seen.unwrap_or_else(|why| format!("{FAILED}: {}", message(&*why)))
    }

    fn play(&self, stage: &Stage) -> Seen {
        let holder = self.held.map(|options| stage.held_by_peer(options, "lock"));
        let seen = match self.play {
            Play::Words(words) => self.seen_of(stage, stage.run(words)),
            Play::Script(script) => self.seen_of(stage, stage.script(script)),
            Play::Scene(play) => play(stage),
        };
        if let Some(holder) = holder {
            holder.finish();
        }
        seen
    }

    fn seen_of(&self, stage: &Stage, command: Command) -> Seen {
        let finished = stage.finish(command);
        Seen::new().run(&finished, stage).names(&finished.stderr, self.names).left(stage)
    }
}

impl Need {
    fn missing(self) -> Option<String> {
        match self {
            Self::Root => (!support::is_root()).then(|| "needs root".to_owned()),
            Self::Program(name) => {
                support::find_program(name).is_none().then(|| format!("needs {name}"))
            }
            Self::Mounts => (!may_mount())
                .then(|| "needs root, and the right to mount in a namespace".to_owned()),
        }
    }
}

fn may_mount() -> bool {
    static MAY: OnceLock<bool> = OnceLock::new();
    let try_it = || {
        let status =
            Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]).status();
        support::is_root() && status.is_ok_and(|status| status.success())
    };
    *MAY.get_or_init(try_it)
}

fn message(why: &(dyn std::any::Any + Send)) -> String {
    let text = why
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| why.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").replace('\n', " ")
}
