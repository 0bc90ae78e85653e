//! The completions, made from the table of options.

use withlock::cli::entry::{Kind, Operands};
use withlock::cli::withlock::table::{Entry, OPTIONS};

/// The name of each in `ci/package/completions/`, and what stands there.
pub fn all() -> [(&'static str, String); 3] {
    [
        ("withlock.bash", bash(include_str!("withlock.bash.in"))),
        ("_withlock", zsh(include_str!("_withlock.in"))),
        ("withlock.fish", fish(include_str!("withlock.fish.in"))),
    ]
}

const MADE: &str = "Made from src/cli/withlock/table.rs by tests/cli/completions/: do not edit.";

/// Signals that people send, by the names that POSIX gives them.
const SIGNALS: [&str; 9] = ["TERM", "INT", "HUP", "QUIT", "KILL", "USR1", "USR2", "ALRM", "CONT"];

/// The words that a value is one of.
fn choices(kind: Kind) -> Option<String> {
    match kind {
        Kind::Signal => Some(SIGNALS.join(" ")),
        Kind::Choice(names) => Some(names().join(" ")),
        _ => None,
    }
}

/// All ways to write an option, abbreviations too where asked for.
fn names(option: &Entry, with_abbreviations: bool) -> Vec<String> {
    let short = option.short.map(|letter| format!("-{letter}"));
    let long = [option.long].into_iter();
    let long = long.chain(option.abbreviations.iter().copied().filter(|_| with_abbreviations));
    short.into_iter().chain(long.map(|name| format!("--{name}"))).collect()
}

fn mode(option: &Entry) -> Option<String> {
    (option.operands != Operands::Job).then(|| format!("{:?}", option.operands))
}

/// The letters of options that take values.
fn takers() -> String {
    OPTIONS
        .iter()
        .filter(|option| option.value_kind().is_some())
        .filter_map(|it| it.short)
        .collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A template with the places filled in, a line `@name@` by several.
fn fill(template: &str, places: &[(&str, String)]) -> String {
    let text = template.replace("@made@", MADE).replace("@takers@", &takers());
    places.iter().fold(text, |text, (place, value)| text.replace(place, value.trim_end()))
}

fn bash(template: &str) -> String {
    let mut options = String::new();
    for option in OPTIONS {
        let mut does = Vec::new();
        if let Some(kind) = option.value_kind() {
            does.push(match (kind, choices(kind)) {
                (_, Some(choices)) => format!("kind=choice choices={}", quoted(&choices)),
                (Kind::Duration, _) => "kind=duration".to_owned(),
                (Kind::File, _) => "kind=file".to_owned(),
                (Kind::Directory, _) => "kind=directory".to_owned(),
                _ => "kind=other".to_owned(),
            });
        }
        if option.needs_value() {
            does.push("takes=next".to_owned());
        }
        does.extend(mode(option).map(|mode| format!("_withlock_mode {mode}")));
        if !does.is_empty() {
            let names = names(option, true).join(" | ");
            options.push_str(&format!("        {names}) {} ;;\n", does.join("; ")));
        }
    }
    let words: Vec<String> = OPTIONS.iter().flat_map(|option| names(option, false)).collect();
    let places = [("@options@", options), ("@words@", words.join(" "))];
    // The template itself is none of shellcheck's business.
    format!("# shellcheck shell=bash\n{}", fill(template, &places))
}

fn zsh(template: &str) -> String {
    let mut options = String::new();
    let mut operands = String::new();
    for option in OPTIONS {
        let names = names(option, false);
        let value = option.value_kind().map(|kind| match (kind, choices(kind)) {
            (_, Some(choices)) => format!("({choices})"),
            (Kind::Duration, _) => "_withlock_durations".to_owned(),
            (Kind::File, _) => "_files".to_owned(),
            (Kind::Directory, _) => "_files -/".to_owned(),
            _ => " ".to_owned(),
        });
        let is_optional = !option.needs_value();
        let specs = names.iter().map(|name| match (&value, is_optional) {
            (None, _) => name.clone(),
            (_, true) => format!("{name}=-"),
            (_, false) if name.starts_with("--") => format!("{name}="),
            (_, false) => format!("{name}+"),
        });
        let specs: Vec<String> = specs.collect();
        let description =
            ["\\", "[", "]", ":"].iter().fold(option.description(), |text, special| {
                text.replace(special, &format!("\\{special}"))
            });
        let behind = value.map(|value| {
            let colon = if is_optional { "::" } else { ":" };
            format!("{colon}{}:{value}", option.value_name().unwrap_or_default())
        });
        let what = format!("[{description}]{}", behind.unwrap_or_default());
        let line = match specs.as_slice() {
            [one] => quoted(&format!("{one}{what}")),
            several => format!("'({})'{{{}}}{}", names.join(" "), several.join(","), quoted(&what)),
        };
        options.push_str(&format!("    {line} \\\n"));
        if let Some(mode) = mode(option) {
            let given = names.iter().map(|name| format!("${{+opt_args[{name}]}}"));
            let given = given.collect::<Vec<_>>().join(" || ");
            operands.push_str(&format!("  (( {given} )) && _withlock_mode {mode}\n"));
        }
    }
    fill(template, &[("@options@", options), ("@operands@", operands)])
}

fn fish(template: &str) -> String {
    // What several options do in the same way, once.
    let mut cases: Vec<(String, Vec<String>)> = Vec::new();
    let mut complete = String::new();
    let indent = " ".repeat(16);
    for option in OPTIONS {
        let mut does = String::new();
        if option.needs_value() {
            does.push_str(&format!("{indent}    if test -n \"$takes\"; and set -q tokens[1]\n"));
            does.push_str(&format!("{indent}        set -e tokens[1]\n{indent}    end\n"));
        }
        if let Some(mode) = mode(option) {
            does.push_str(&format!(
                "{indent}    set operands (__withlock_mode $operands {mode})\n"
            ));
        }
        let names = names(option, true);
        match cases.iter_mut().find(|(same, _)| *same == does) {
            Some((_, others)) => others.extend(names),
            None => cases.push((does, names)),
        }
        let short = option.short.map(|letter| format!("-s {letter} ")).unwrap_or_default();
        let value = option.value_kind().map(|kind| {
            let required = if option.needs_value() { "-r " } else { "" };
            let from = match (kind, choices(kind)) {
                (_, Some(choices)) => format!("-f -a {} ", quoted(&choices)),
                (Kind::Duration, _) => "-f -a '(__withlock_durations)' ".to_owned(),
                (Kind::File, _) => "-F ".to_owned(),
                (Kind::Directory, _) => "-f -a '(__fish_complete_directories)' ".to_owned(),
                _ => "-f ".to_owned(),
            };
            [required, &from].concat()
        });
        let value = value.unwrap_or_default();
        let description = option.description().replace('\\', "\\\\").replace('\'', "\\'");
        complete.push_str(&format!(
            "complete -c withlock -n '__withlock_expects options' {short}-l {} {value}-d '{description}'\n",
            option.long
        ));
    }
    let cases = cases.into_iter().filter(|(does, _)| !does.is_empty());
    let cases: String =
        cases.map(|(does, names)| format!("{indent}case {}\n{does}", names.join(" "))).collect();
    fill(template, &[("@options@", cases), ("@complete@", complete)])
}
