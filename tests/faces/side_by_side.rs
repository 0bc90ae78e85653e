//! What was seen of both programs, held against the list of differences.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread;

use super::case::{Case, FAILED};
use super::stage::{Side, Tool};
use crate::support;

/// One reason to differ, and every case in which it shows.
pub struct Difference {
    pub number: u32,
    pub why: &'static str,
    /// The original's version that does as this program does: what is older differs. None: each differs.
    pub until: Option<Version>,
    /// The case, and exactly what this program must show instead of what the original shows.
    pub shows: &'static [(&'static str, &'static str)],
}

/// Major and minor number.
pub type Version = (u32, u32);

/// All that is known about one tool.
pub struct Suite {
    pub tool: &'static Tool,
    pub cases: &'static [&'static [Case]],
    pub differences: &'static [Difference],
}

/// What was seen of both programs, by the name of the case.
pub struct Both {
    /// The original's.
    pub version: Option<Version>,
    original: BTreeMap<&'static str, String>,
    ours: BTreeMap<&'static str, String>,
}

impl Both {
    /// For whoever writes cases (`WITHLOCK_TEST_SHOW=yes`, with `--nocapture`): all that was seen.
    fn show(&self) {
        if std::env::var_os("WITHLOCK_TEST_SHOW").is_some() {
            for (case, original) in &self.original {
                let ours = self.ours.get(case).filter(|ours| *ours != original);
                let ours = ours.map(|ours| format!("\n  ours: {ours}")).unwrap_or_default();
                eprintln!("{case}: {original}{ours}");
            }
        }
    }
}

impl Suite {
    pub fn all(&self) -> impl Iterator<Item = &'static Case> + use<> {
        self.cases.iter().copied().flatten()
    }

    /// Plays every case that can be played here, on both programs; None, having said why, where there is no original.
    pub fn observe(&self, version: Option<Version>) -> Option<Both> {
        let sides = sides(self.tool)?;
        let cases: Vec<&'static Case> = self.all().filter(|case| case.is_possible()).collect();
        let mut seen = observe_all(&cases, &sides).into_iter();
        let mut next = || seen.next().unwrap_or_default();
        let both = Both { version, original: next(), ours: next() };
        both.show();
        Some(both)
    }

    /// Whatever is no listed difference is the same.
    pub fn assert_same(&self, both: &Both) {
        let differs = self.differing(both);
        let same = both.ours.iter().filter(|(case, _)| !differs.contains_key(*case));
        let complaints = same.filter_map(|(case, ours)| {
            let original = &both.original[case];
            let is_fine = original == ours && !ours.starts_with(FAILED);
            (!is_fine).then(|| format!("{case}\n  original: {original}\n  ours:     {ours}"))
        });
        fail_with(&complaints.collect::<Vec<_>>());
    }

    /// A listed difference is a promise: exactly this happens, and not with the original.
    pub fn assert_real(&self, both: &Both) {
        let complaints = self.differing(both).into_iter().filter_map(|(case, (number, shown))| {
            let (Some(original), Some(ours)) = (both.original.get(case), both.ours.get(case))
            else {
                return None;
            };
            if original == shown {
                Some(format!("{number} {case}: the original does the same: {shown}"))
            } else if original.starts_with(FAILED) {
                Some(format!("{number} {case}: with the original {original}"))
            } else if ours != shown {
                Some(format!("{number} {case}\n  must show: {shown}\n  shows:     {ours}"))
            } else {
                None
            }
        });
        fail_with(&complaints.collect::<Vec<_>>());
    }

    /// The list can be cited by number, says why, and speaks of cases that there are.
    pub fn assert_complete(&self, at_least: usize) {
        let names: Vec<&str> = self.all().map(|case| case.name).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), unique.len(), "a case has two entries");
        assert!(names.len() >= at_least, "only {} cases", names.len());
        let mut cited = BTreeSet::new();
        for (difference, number) in self.differences.iter().zip(1..) {
            assert_eq!(difference.number, number, "numbers are 1, 2, 3 and so on");
            assert!(difference.why.len() > 40, "{number}: why?");
            assert!(!difference.shows.is_empty(), "{number}: where?");
            for (case, _) in difference.shows {
                assert!(unique.contains(case), "{number}: no case {case}");
                assert!(cited.insert(*case), "{number}: {case} is cited twice");
            }
        }
    }

    /// The differences from an original of this version: case, number, what is shown.
    fn differing(&self, both: &Both) -> BTreeMap<&'static str, (u32, &'static str)> {
        let is_newer = |until: Version| both.version.is_some_and(|version| version >= until);
        let apply =
            self.differences.iter().filter(|difference| !difference.until.is_some_and(is_newer));
        apply
            .flat_map(|difference| {
                difference.shows.iter().map(|(case, shown)| (*case, (difference.number, *shown)))
            })
            .collect()
    }
}

/// The original and this program; None, having said why, where there is no original.
pub fn sides(tool: &'static Tool) -> Option<[Side; 2]> {
    if support::forced_backend().is_some() {
        // Not support::skip: no other tool has backends, and so it makes no difference.
        return None;
    }
    let Some(original) = tool.original() else {
        support::skip(&format!("{}, to compare with", tool.names[0]));
        return None;
    };
    let program = support::program();
    let theirs = Side { tool, subject: original.clone(), peer: program.clone() };
    let ours = Side { tool, subject: program, peer: original };
    Some([theirs, ours])
}

/// What was seen of each side. A few at a time: much of it is waiting.
fn observe_all(cases: &[&'static Case], sides: &[Side]) -> Vec<BTreeMap<&'static str, String>> {
    let all = cases.iter().flat_map(|case| (0..sides.len()).map(move |side| (*case, side)));
    let todo = Mutex::new(all);
    let seen = Mutex::new(vec![BTreeMap::new(); sides.len()]);
    let work = || {
        loop {
            let Some((case, side)) = todo.lock().unwrap().next() else { break };
            let observation = case.observe(&sides[side]);
            seen.lock().unwrap()[side].insert(case.name, observation);
        }
    };
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(work);
        }
    });
    seen.into_inner().unwrap()
}

/// Fails with a list of everything that is wrong, not only the first.
fn fail_with(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} of the cases:\n{}", complaints.len(), complaints.join("\n"));
}
