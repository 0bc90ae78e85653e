//! Real shells, in which somebody types a line and asks for its completions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::PLACE;
use crate::support::programs::write_program;
use crate::support::terminal::Terminal;
use crate::support::{Scratch, find_program};

/// A shell that has loaded the completions.
pub trait Shell {
    /// What it completes the last word of a line to.
    fn complete(&mut self, line: &str) -> Vec<String>;
    /// Whether it shows this while somebody chooses among the completions of a line.
    fn shows(&mut self, line: &str, text: &str) -> bool;
}

/// Where the lines are typed: `lockfile` and `lockdir` lie there, and there are two commands: for `mytool`, the
/// shells have a completion, for `plain` they have none.
pub fn place() -> Scratch {
    let place = Scratch::new();
    fs::create_dir(place.join("bin")).unwrap();
    fs::create_dir(place.join("lockdir")).unwrap();
    fs::write(place.join("lockfile"), "").unwrap();
    for name in ["mytool", "plain"] {
        write_program(&place.join("bin").join(name), b"#!/bin/sh\n", 0o755);
    }
    place
}

/// A shell with nothing of the caller's, in the place.
fn command(shell: &Path, place: &Scratch) -> Command {
    let mut command = Command::new(shell);
    command.env_clear().current_dir(place.path());
    command.env("PATH", format!("{}:/usr/bin:/bin", place.join("bin").display()));
    command.env("HOME", place.path()).env("TERM", "dumb").env("LC_ALL", "C.UTF-8");
    command
}

fn packed(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(PLACE).join(name).display().to_string()
}

/// bash or zsh: it inserts all completions into the line, and shows the line between two marks.
pub struct Typed {
    terminal: Terminal,
    shell: Child,
    count: usize,
}

impl Typed {
    pub fn bash(place: &Scratch, first: &str) -> Option<Self> {
        let bash = find_program("bash")?;
        let start = format!(
            "{first}\nsource '{}'\n{}",
            packed("withlock.bash"),
            r#"
            complete -W '--own --other' mytool
            count=0
            show() { ((++count)); printf '<<%s:%s>>%s' $count "$READLINE_LINE" $count; READLINE_LINE=; READLINE_POINT=0; }
            bind 'set bell-style none'
            bind '"\C-xa": insert-completions'
            bind -x '"\C-xs": show'
            PS1='<<0:>>0'
            "#
        );
        fs::write(place.join("start"), start).unwrap();
        let mut command = command(&bash, place);
        command.args(["--noprofile", "--rcfile", "start", "-i"]);
        Some(Self::start(command))
    }

    pub fn zsh(place: &Scratch) -> Option<Self> {
        let zsh = find_program("zsh")?;
        let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join(PLACE);
        let start = format!(
            "fpath=('{}' $fpath)\n{}",
            functions.display(),
            r#"
            autoload -Uz compinit
            compinit -u -D
            _mytool() { _arguments '--own[]' '--other[]' '*:word:_files' }
            compdef _mytool mytool
            zle -C all complete-word _generic
            zstyle ':completion:all:*' completer _all_matches _complete
            zstyle ':completion:all:*' insert yes
            count=0
            show() { ((++count)); print -rn -- "<<$count:$BUFFER>>$count"; BUFFER= }
            zle -N show
            bindkey -e
            bindkey '^Xa' all
            bindkey '^Xs' show
            bindkey '^Xl' list-choices
            PS1='<<0:>>0'
            "#
        );
        fs::write(place.join(".zshrc"), start).unwrap();
        let mut command = command(&zsh, place);
        command.args(["-d", "-i"]);
        Some(Self::start(command))
    }

    fn start(mut command: Command) -> Self {
        let mut terminal = Terminal::open();
        let shell = terminal.give_to(&mut command).spawn().unwrap();
        terminal.wait_for("<<0:>>0");
        Self { terminal, shell, count: 0 }
    }
}

impl Shell for Typed {
    fn complete(&mut self, line: &str) -> Vec<String> {
        self.count += 1;
        self.terminal.type_in(format!("{line}\x18a\x18s").as_bytes());
        let (begin, end) = (format!("<<{}:", self.count), format!(">>{}", self.count));
        let screen = self.terminal.wait_for(&end);
        let (_, shown) = screen.split_once(&begin).unwrap();
        let (shown, _) = shown.split_once(&end).unwrap();
        // The words before the last one are as they were.
        let kept = line.rsplit_once(' ').map_or("", |(kept, _)| kept);
        let completed = shown.strip_prefix(kept).unwrap();
        completed.split_whitespace().map(str::to_owned).collect()
    }

    fn shows(&mut self, line: &str, text: &str) -> bool {
        self.terminal.type_in(format!("{line}\x18l").as_bytes());
        let is_shown = self.terminal.wait_for(text).contains(text);
        self.terminal.type_in(b"\x15");
        is_shown
    }
}

impl Drop for Typed {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// fish, which completes a line without a terminal.
pub struct Fish<'a> {
    fish: PathBuf,
    place: &'a Scratch,
}

impl<'a> Fish<'a> {
    pub fn new(place: &'a Scratch) -> Option<Self> {
        let fish = find_program("fish")?;
        let start = format!(
            "source '{}'\ncomplete -c mytool -f -l own\ncomplete -c mytool -l other\ncomplete -C $argv[1]\n",
            packed("withlock.fish")
        );
        fs::write(place.join("start"), start).unwrap();
        Some(Self { fish, place })
    }
}

impl Fish<'_> {
    fn ask(&self, line: &str) -> String {
        let mut command = command(&self.fish, self.place);
        let output = command.args(["--no-config", "start", line]).stdin(Stdio::null()).output();
        let output = output.unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Shell for Fish<'_> {
    fn complete(&mut self, line: &str) -> Vec<String> {
        let words = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
        self.ask(line).lines().map(words).collect()
    }

    fn shows(&mut self, line: &str, text: &str) -> bool {
        self.ask(line).contains(text)
    }
}
