//! Makes the fixes of findings, again and again, until there is none left to make.
//!
//! Each pass takes the fixes in order of their findings; one whose edits meet an earlier one's waits
//! for the next pass, which looks at the tree as this one leaves it. Invariants: a Compose file that
//! changes has passed the referees; nothing is written here. A fix that the referees refuse, or that
//! brings back what another took away, is told and not made.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix, Proof};
use crate::repo::load::Repo;
use crate::text::change::ChangeSet;
use crate::text::edit::{Edit, TextEdit};
use crate::yaml::document::Document;
use crate::yaml::patch::Change;
use crate::yaml::referee;

/// What came of the fixes.
#[derive(Debug, Default)]
pub struct Fixed<'a> {
    /// All that changes.
    pub change: ChangeSet,
    /// The tree as it stands then.
    pub repo: Cow<'a, Repo>,
    /// What is found in it.
    pub left: Vec<Finding>,
    /// How many findings were mended.
    pub mended: usize,
    /// Fixes that could not be made, each with why.
    pub refused: Vec<Finding>,
}

/// Passes after which what still changes goes in a circle.
const MOST_PASSES: usize = 32;

/// Mends what can be mended; `check` looks for findings in a tree.
pub fn fix<'a>(
    repo: &'a Repo,
    check: &dyn Fn(&Repo) -> Vec<Finding>,
    least: Applicability,
) -> Fixed<'a> {
    let mut fixed = Fixed { repo: Cow::Borrowed(repo), ..Fixed::default() };
    let mut barred = Barred::default();
    let mut seen: BTreeSet<Vec<(String, Arc<str>)>> = BTreeSet::new();
    for _ in 0..MOST_PASSES {
        let findings = check(&fixed.repo);
        let pass = pass(&fixed.repo, &findings, least, &mut barred);
        if pass.change.is_empty() {
            fixed.left = findings;
            break;
        }
        let next = fixed.repo.with(&pass.change);
        let state = texts(&next, &fixed.change, &pass.change);
        if !seen.insert(state) {
            barred.tell_of_a_circle(&findings, least);
            fixed.left = findings;
            break;
        }
        let read = |path: &str| repo.get(path).map(|file| Arc::clone(&file.text));
        fixed.change = fixed.change.then(&pass.change, &read);
        fixed.repo = Cow::Owned(next);
        fixed.mended += pass.mended;
        fixed.left = Vec::new();
    }
    if fixed.left.is_empty() {
        fixed.left = check(&fixed.repo);
    }
    fixed.refused = barred.told;
    fixed
}

/// One round of fixes.
#[derive(Default)]
struct Pass {
    change: ChangeSet,
    mended: usize,
}

/// Fixes that are not tried again, and what is said of them.
#[derive(Default)]
struct Barred {
    fixes: Vec<Arc<Fix>>,
    told: Vec<Finding>,
}

impl Barred {
    fn bar(&mut self, finding: &Finding, fix: &Arc<Fix>, why: &str) {
        self.fixes.push(Arc::clone(fix));
        let message = format!("the fix of `{}` is not made: {why}", finding.id);
        let told = Finding::warning("fix-refused", message).help("make it by hand");
        self.told.push(match &finding.place {
            Some(place) => told.at(place.path.as_str(), place.span),
            None => told,
        });
    }

    fn tell_of_a_circle(&mut self, findings: &[Finding], least: Applicability) {
        for finding in findings {
            if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability >= least) {
                self.bar(finding, fix, "what it does, the fix of another lint undoes");
            }
        }
    }
}

fn pass(repo: &Repo, findings: &[Finding], least: Applicability, barred: &mut Barred) -> Pass {
    let wanted = |finding: &&Finding| {
        let fix = finding.fix.as_ref().filter(|fix| fix.applicability >= least);
        fix.is_some_and(|fix| !barred.fixes.iter().any(|known| known == fix))
    };
    let candidates: Vec<&Finding> = findings.iter().filter(wanted).collect();
    let all = gather(&candidates, |_, _| true);
    if objection(repo, &all.files).is_none() {
        return all.pass();
    }
    // At least one of them is at fault: the referees are asked about each.
    gather(&candidates, |finding, files| {
        let Some(why) = objection(repo, files) else { return true };
        let Some(fix) = &finding.fix else { return false };
        // Together with the others it may be at fault without being so by itself.
        let alone = joined(&BTreeMap::new(), fix);
        if let Some(why) = alone.map_or(Some(why), |alone| objection(repo, &alone)) {
            barred.bar(finding, fix, &why);
        }
        false
    })
    .pass()
}

/// Fixes that can be made together.
#[derive(Default)]
struct Gathered {
    files: BTreeMap<String, Patched>,
    mended: usize,
}

/// Takes each finding's fix that goes with those before it; `admit` is asked about the files as they
/// would be with it.
fn gather(
    candidates: &[&Finding],
    mut admit: impl FnMut(&Finding, &BTreeMap<String, Patched>) -> bool,
) -> Gathered {
    let mut gathered = Gathered::default();
    let mut taken: Vec<&Arc<Fix>> = Vec::new();
    for &finding in candidates {
        let Some(fix) = &finding.fix else { continue };
        if taken.iter().any(|known| Arc::ptr_eq(known, fix) || *known == fix) {
            gathered.mended += 1;
            continue;
        }
        let Some(joined) = joined(&gathered.files, fix) else { continue };
        if admit(finding, &joined) {
            gathered.files.extend(joined);
            taken.push(fix);
            gathered.mended += 1;
        }
    }
    gathered
}

impl Gathered {
    fn pass(self) -> Pass {
        let edits = self.files.into_iter().flat_map(|(path, patched)| {
            patched.edits.into_iter().map(move |edit| (path.clone(), edit))
        });
        // The edits of each file were found to be disjoint.
        Pass { change: ChangeSet::new(edits).unwrap_or_default(), mended: self.mended }
    }
}

/// The edits of one file in a pass.
#[derive(Clone)]
struct Patched {
    edits: Vec<Edit>,
    proof: Proof,
}

/// Gives the files that a fix changes as they would be with it. Nothing where it has to wait: its
/// edits meet others, or its file is to be judged by another rule.
fn joined(files: &BTreeMap<String, Patched>, fix: &Fix) -> Option<BTreeMap<String, Patched>> {
    let mut all = BTreeMap::new();
    for (path, edit) in fix.change.iter() {
        let known = files.get(path);
        let mut edits = known.map(|patched| patched.edits.clone()).unwrap_or_default();
        let proof = match (known.map(|patched| &patched.proof), &fix.proof) {
            (None, proof) => proof.clone(),
            (Some(Proof::Changes(known)), Proof::Changes(own)) => {
                Proof::Changes(known.iter().chain(own).cloned().collect::<Vec<Change>>())
            }
            (Some(Proof::SameValues), Proof::SameValues) => Proof::SameValues,
            (Some(Proof::Refereed), Proof::Refereed) => Proof::Refereed,
            _ => return None,
        };
        edits.extend(edit.edits().iter().cloned());
        TextEdit::new(edits.clone()).ok()?;
        all.insert(path.to_owned(), Patched { edits, proof });
    }
    Some(all)
}

/// What the referees say against a file's edits.
fn objection(repo: &Repo, files: &BTreeMap<String, Patched>) -> Option<String> {
    files.par_iter().find_map_first(|(path, patched)| {
        let source = repo.get(path)?;
        let after = TextEdit::new(patched.edits.clone()).ok()?.apply(&source.text);
        let judged = match &patched.proof {
            Proof::Refereed => Ok(()),
            Proof::Changes(changes) => {
                referee::check(&Document::parse(&source.text).0, &after, changes)
            }
            Proof::SameValues => {
                referee::check_same_values(&Document::parse(&source.text).0, &after)
            }
        };
        judged.err().map(|objection| objection.to_string())
    })
}

/// The texts of all files that any change touches.
fn texts(repo: &Repo, earlier: &ChangeSet, now: &ChangeSet) -> Vec<(String, Arc<str>)> {
    let paths: BTreeSet<&str> = earlier.iter().chain(now.iter()).map(|(path, _)| path).collect();
    let texts = paths
        .into_iter()
        .filter_map(|path| Some((path.to_owned(), Arc::clone(&repo.get(path)?.text))));
    texts.collect()
}
