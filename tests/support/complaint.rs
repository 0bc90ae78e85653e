//! What withlock says when something is wrong: one line, that names what is wrong and what to do.

use std::process::{Command, Output, Stdio};

use crate::support::stderr;

/// Runs a command to its end, with nothing on stdin.
pub fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// Fails unless the run ended with `code`, said exactly one line, with all of `parts` in it, and nothing on stdout.
pub fn assert_complains(case: &str, output: &Output, code: i32, parts: &[&str]) {
    let errors = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{case}: {errors:?}");
    assert!(output.stdout.is_empty(), "{case}: a job ran: {output:?}");
    assert_is_one_line(case, &errors);
    for part in parts {
        assert!(errors.contains(part), "{case}: {part:?} is not in {errors:?}");
    }
}

/// Fails unless this is one line of withlock's own without control characters.
pub fn assert_is_one_line(case: &str, errors: &str) {
    assert!(errors.starts_with("withlock: ") && errors.ends_with('\n'), "{case}: {errors:?}");
    let text = errors.trim_end_matches('\n');
    assert!(
        errors.len() == text.len() + 1 && !text.chars().any(char::is_control),
        "{case}: {errors:?}"
    );
    assert_no_panic(case, errors);
}

/// Fails if a programming error shows.
pub fn assert_no_panic(case: &str, errors: &str) {
    assert!(
        !errors.contains("panicked") && !errors.contains("RUST_BACKTRACE"),
        "{case}: {errors:?}"
    );
}

/// Fails unless the run ended with `code` and said nothing.
pub fn assert_silent(case: &str, output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{case}: {output:?}");
    assert_eq!(stderr(output), "", "{case}");
}
