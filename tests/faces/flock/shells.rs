//! Scripts that were written for flock(1), under each shell, with the original and with this program first in PATH.

use super::FLOCK;
use super::idioms::IDIOMS;
use crate::faces::case::guarded;
use crate::faces::seen::Seen;
use crate::faces::side_by_side::sides;
use crate::faces::stage::{Side, Stage};
use crate::support::programs::write_program;
use crate::support::{find_program, skip};

pub const BASH: &str = "bash";
pub const DASH: &str = "dash";
pub const ZSH: &str = "zsh";
pub const BUSYBOX: &str = "busybox";
pub const KSH: &str = "ksh";
pub const MKSH: &str = "mksh";

/// The others keep what `exec 9>lock` opens from what they run: scripts for them say `9>&9`.
const USUAL: &[&str] = &[BASH, DASH, ZSH, BUSYBOX];

/// A script, and what it prints.
pub struct Idiom {
    name: &'static str,
    script: &'static str,
    prints: &'static str,
    /// The shells under which it works, with the original too.
    only: &'static [&'static str],
}

pub const fn idiom(name: &'static str, script: &'static str, prints: &'static str) -> Idiom {
    Idiom { name, script, prints, only: USUAL }
}

impl Idiom {
    /// No other shell has the syntax, or lets it work.
    pub const fn only_under(self, only: &'static [&'static str]) -> Self {
        Self { only, ..self }
    }

    fn observe(&self, side: &Side, first_line: &str) -> String {
        let stage = Stage::new(side);
        let script = stage.path("script");
        write_program(&script, format!("{first_line}\n{}\n", self.script).as_bytes(), 0o755);
        let finished = stage.finish(stage.program(&script, ["first argument", ""]));
        Seen::new().run(&finished, &stage).to_string()
    }

    /// What is wrong with it under this shell, if anything is.
    fn complaint(&self, sides: &[Side; 2], shell: &str, first_line: &str) -> Option<String> {
        let [original, ours] =
            [0, 1].map(|side| guarded(|| self.observe(&sides[side], first_line)));
        let right = format!("exit 0 | out {:?} | err nothing", self.prints);
        let is_right = original == right && ours == right;
        let what = format!("{shell}: {}\n  must show: {right}", self.name);
        (!is_right).then(|| format!("{what}\n  original:  {original}\n  ours:      {ours}"))
    }
}

/// Runs all idioms that are for a shell.
fn under(shell: &str) {
    let Some(program) = find_program(shell) else { return skip(shell) };
    let Some(sides) = sides(&FLOCK) else { return };
    let first_line = match shell {
        BUSYBOX => format!("#!{} sh", program.display()),
        ZSH => format!("#!{} -f", program.display()),
        _ => format!("#!{}", program.display()),
    };
    let idioms = IDIOMS.iter().filter(|idiom| idiom.only.contains(&shell));
    let complaints: Vec<String> =
        idioms.filter_map(|idiom| idiom.complaint(&sides, shell, &first_line)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn scripts_for_bash_run_unchanged() {
    under(BASH);
}

#[test]
fn scripts_for_dash_run_unchanged() {
    under(DASH);
}

#[test]
fn scripts_for_zsh_run_unchanged() {
    under(ZSH);
}

#[test]
fn scripts_for_busybox_run_unchanged() {
    under(BUSYBOX);
}

#[test]
fn scripts_for_ksh_run_unchanged() {
    under(KSH);
}

#[test]
fn scripts_for_mksh_run_unchanged() {
    under(MKSH);
}

/// What is promised: twenty of them under each of the usual shells.
#[test]
fn there_is_enough_for_each_shell() {
    for shell in USUAL {
        let count = IDIOMS.iter().filter(|idiom| idiom.only.contains(shell)).count();
        assert!(count >= 20, "{shell}: {count}");
    }
}
