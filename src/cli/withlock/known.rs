//! The options that there are, looked up by name.

use clap::Arg;

use super::definition::command;

/// Whether the long option of this name takes a value; `None` is no option. Abbreviations count.
pub(super) fn long(name: &str) -> Option<bool> {
    find(|option| {
        option.get_long() == Some(name)
            || option.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    })
}

/// Whether the short option of this letter takes a value; `None` is no option.
pub(super) fn short(letter: char) -> Option<bool> {
    find(|option| option.get_short() == Some(letter))
}

/// The long names of all options, abbreviations left out.
pub(super) fn long_names() -> Vec<String> {
    command().get_arguments().filter_map(|option| option.get_long().map(str::to_owned)).collect()
}

fn find(is_it: impl Fn(&Arg) -> bool) -> Option<bool> {
    let command = command();
    let option = command.get_arguments().find(|option| is_it(option))?;
    Some(option.get_action().takes_values())
}
