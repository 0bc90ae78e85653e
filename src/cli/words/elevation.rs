//! A refusal to run with more rights than the caller has.

use std::path::Path;

use withlock_platform::process::Elevation;

use crate::cli::quoting;

/// The line for a program that has rights which its caller lacks: which ones, and how to take them from its file.
#[must_use]
pub fn elevated(elevation: Elevation, program: Option<&Path>) -> String {
    let program =
        program.map_or("PROGRAM".into(), |program| quoting::quote(&program.to_string_lossy()));
    let (how, cure) = match elevation {
        Elevation::Capabilities => {
            let how = "with file capabilities, which its caller lacks".to_owned();
            (how, format!("remove them from the program: setcap -r {program}"))
        }
        Elevation::Ids { user, group } => {
            let of = |name: &str, (real, effective)| {
                format!("set-{name}-ID (real {name} {real}, effective {name} {effective})")
            };
            let ids = [user.map(|ids| of("user", ids)), group.map(|ids| of("group", ids))];
            let who = match (user, group) {
                (Some(_), Some(_)) => "ug",
                (Some(_), None) => "u",
                _ => "g",
            };
            let how: Vec<String> = ids.into_iter().flatten().collect();
            let cure = format!(
                "remove that bit from the program, or from whatever started it: chmod {who}-s {program}"
            );
            (how.join(" and "), cure)
        }
    };
    format!("refusing to run {how}; {cure}")
}
