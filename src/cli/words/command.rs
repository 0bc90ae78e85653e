//! Why there is no such command: most often, because it was meant for a shell.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use withlock_platform::failure::Failure;

/// What only a shell can do (POSIX.1-2024, 2.15 and "Intrinsic Utilities"; bash(1)), as far as people try it. Some systems
/// have programs of these names too, and then those run.
const BUILTINS: [&str; 51] = [
    ".", ":", "[[", "alias", "bg", "bind", "break", "builtin", "cd", "command", "continue",
    "declare", "dirs", "disown", "enable", "eval", "exec", "exit", "export", "fc", "fg", "getopts",
    "hash", "help", "history", "jobs", "let", "local", "logout", "mapfile", "popd", "pushd",
    "read", "readonly", "return", "set", "setopt", "shift", "shopt", "source", "suspend", "times",
    "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait", "where",
];

/// Reserved words of shells (POSIX.1-2024, 2.4; bash(1)).
const KEYWORDS: [&str; 21] = [
    "!", "{", "}", "((", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for",
    "function", "if", "in", "select", "then", "time", "until", "while",
];

/// What to do about a command that was not found, or that looks like a line for a shell; `None` is nothing special.
pub(super) fn hint(program: &OsStr, has_arguments: bool, failure: Failure) -> Option<String> {
    let like_shell = !has_arguments && looks_like_shell(program);
    let has_slash = program.as_bytes().contains(&b'/');
    let name = program.to_str().unwrap_or_default();
    let is_missing = matches!(failure, Failure::Missing | Failure::NotADirectory);
    let hint = match failure {
        _ if is_missing && !has_slash && KEYWORDS.contains(&name) => {
            format!("{name} is a shell keyword: use withlock LOCKFILE -c 'STRING'")
        }
        _ if is_missing && !has_slash && BUILTINS.contains(&name) => {
            format!("{name} is a shell builtin: use withlock LOCKFILE -c 'STRING'")
        }
        _ if is_missing && is_assignment(program) => {
            "to set a variable, use withlock LOCKFILE env NAME=VALUE COMMAND".to_owned()
        }
        Failure::Missing | Failure::NotADirectory | Failure::NameTooLong | Failure::Denied
            if like_shell =>
        {
            "it looks like a shell command line: use withlock LOCKFILE -c 'STRING'".to_owned()
        }
        // With a slash, PATH is not searched; and a script may be there while what its first line names is not.
        Failure::Missing if has_slash => {
            "check the spelling; in a script, check that its first line (#!) names a program, without a carriage return".to_owned()
        }
        Failure::Missing | Failure::NotADirectory if !has_slash => {
            "check the spelling and PATH".to_owned()
        }
        _ => return None,
    };
    Some(hint)
}

/// Whether a program's name is more likely a command line for a shell.
fn looks_like_shell(program: &OsStr) -> bool {
    program.as_bytes().iter().any(|byte| b" \t\n;&|<>()$`\\\"'*?[]#~{}=".contains(byte))
}

/// Whether this is `NAME=VALUE`, which a shell takes for an assignment.
fn is_assignment(program: &OsStr) -> bool {
    let bytes = program.as_bytes();
    let name = bytes.split(|byte| *byte == b'=').next().unwrap_or_default();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.len() < bytes.len()
        && name.first().is_some_and(|first| !first.is_ascii_digit())
        && name.iter().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_for_an_assignment_is_told_about_env() {
        for word in ["FOO=bar", "_=", "a1=b=c", "A=/usr/bin", "PATH=x y"] {
            assert!(is_assignment(OsStr::new(word)), "{word}");
        }
        for word in ["FOO", "=x", "1a=b", "a-b=c", "./a=b", "", "\u{e4}=1"] {
            assert!(!is_assignment(OsStr::new(word)), "{word}");
        }
    }
}
