//! What breaks a rule and is known to: to be mended, not to be copied. Of an exception that is needed no longer, the test
//! says so.

use super::source::Finding;

/// Where the list stands.
const LINE: usize = line!() as usize;

/// A rule by its name, and the file, or folder with a slash at its end, in which it does not hold yet.
pub const EXCEPTIONS: &[(&str, &str)] = &[
    // The tests of both crates begin in the same way, before main, and that is written once.
    ("path", "platform/tests/support/mod.rs"),
    // It says them to see whether they are found.
    ("words", "tests/tree/broken.rs"),
];

/// The findings that are no exceptions, and the exceptions that find nothing.
pub fn without_exceptions(
    rule: &str,
    findings: Vec<Finding>,
    exceptions: &[(&str, &str)],
) -> Vec<Finding> {
    let places: Vec<&str> =
        exceptions.iter().filter(|(of, _)| *of == rule).map(|(_, place)| *place).collect();
    let is_of = |finding: &Finding, place: &str| {
        finding.file == place || (place.ends_with('/') && finding.file.starts_with(place))
    };
    let stale = places.iter().filter(|place| !findings.iter().any(|finding| is_of(finding, place)));
    let what =
        |place: &&str| format!("{place} keeps the rule \"{rule}\" now: take that exception out");
    let stale: Vec<Finding> =
        stale.map(|place| Finding::new("tests/tree/exceptions.rs", LINE, what(place))).collect();
    let is_known = |finding: &Finding| places.iter().any(|place| is_of(finding, place));
    findings.into_iter().filter(|finding| !is_known(finding)).chain(stale).collect()
}
