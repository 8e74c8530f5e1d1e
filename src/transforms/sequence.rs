//! Several changes, one after the other, as one plan.
//!
//! Each step is planned on the tree as the earlier ones leave it; what comes of it is told in terms
//! of the first tree, which is the one that is shown and written.
//!
//! Invariants: the plan's change has the effect of all steps in turn; one step that is refused
//! refuses all of them. Deliberately absent: any idea of what a step does.

use std::collections::BTreeMap;

use crate::compose::usage::Confidence;
use crate::diagnostics::{Finding, Place};
use crate::repo::load::Repo;
use crate::text::change::ChangeSet;
use crate::text::edit::{Edit, TextEdit};
use crate::transforms::plan::{LeftMention, Outcome, Plan, PlanError, PlannedEdit, Transform};

/// Changes that are made in turn.
pub struct Sequence {
    /// What asks for them, for people: `apply composemod.yaml`.
    pub title: String,
    /// Each change, with the place that asks for it.
    pub steps: Vec<(Box<dyn Transform>, Place)>,
}

impl Transform for Sequence {
    fn names(&self) -> Vec<String> {
        let names: Vec<Vec<String>> = self.steps.iter().map(|(step, _)| step.names()).collect();
        // A step without names wants every text.
        if names.iter().any(Vec::is_empty) { Vec::new() } else { names.concat() }
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        let mut whole = Whole::new(repo);
        for (step, place) in &self.steps {
            match step.plan(&repo.with(&whole.plan.change)) {
                Ok(plan) => whole.take(plan),
                // It may only be missing what the refused step would have made.
                Err(_) if whole.is_refused => {}
                Err(error) => return Err(whole.declared(error, place)),
            }
        }
        Ok(whole.finish(&self.title))
    }
}

/// The plan of the steps so far.
struct Whole<'r> {
    repo: &'r Repo,
    plan: Plan,
    titles: Vec<String>,
    is_refused: bool,
    is_done: bool,
}

impl<'r> Whole<'r> {
    fn new(repo: &'r Repo) -> Self {
        let plan = Plan::default();
        Self { repo, plan, titles: Vec::new(), is_refused: false, is_done: true }
    }

    /// Adds a step that was planned on the tree as the plan so far leaves it.
    fn take(&mut self, step: Plan) {
        self.titles.push(step.title);
        self.is_refused |= step.outcome == Outcome::Refused;
        self.is_done &= step.outcome == Outcome::Done;
        let left = step.left.into_iter().filter_map(|mention| self.mention(mention));
        let left: Vec<LeftMention> = left.collect();
        let findings: Vec<Finding> =
            step.findings.into_iter().map(|finding| self.finding(finding)).collect();
        self.plan.left.extend(left);
        self.plan.findings.extend(findings);
        self.plan.intents.extend(step.intents);
        self.compose(&step.change, step.edits);
    }

    /// Joins a step's edits to those so far, with what each of them means.
    fn compose(&mut self, change: &ChangeSet, edits: Vec<PlannedEdit>) {
        let mut told = by_file(std::mem::take(&mut self.plan.edits));
        let mut next_told = by_file(edits);
        let none = TextEdit::default();
        for (path, next) in change.iter() {
            let first = self.plan.change.get(path).unwrap_or(&none);
            let text = self.repo.get(path).map(|file| &*file.text).unwrap_or_default();
            let told = told.entry(path.to_owned()).or_default();
            let next_told = next_told.remove(path).unwrap_or_default();
            let mut both = Vec::new();
            for composed in first.compose(next, text) {
                let of_first = meanings(told, &first.edits()[composed.first]);
                let of_next = meanings(&next_told, &next.edits()[composed.next]);
                let parts: Vec<&PlannedEdit> = of_first.chain(of_next).collect();
                both.extend(merged(&parts, composed.edit, text));
            }
            *told = both;
        }
        let read = |path: &str| self.repo.get(path).map(|file| file.text.clone());
        self.plan.change = self.plan.change.then(change, &read);
        self.plan.edits = told.into_values().flatten().collect();
    }

    /// Gives a mention in terms of the first tree, unless it stands in what a step wrote.
    fn mention(&self, mention: LeftMention) -> Option<LeftMention> {
        let span = match self.plan.change.get(&mention.path) {
            Some(edit) => edit.kept(mention.span)?,
            None => mention.span,
        };
        Some(LeftMention { span, ..mention })
    }

    fn finding(&self, finding: Finding) -> Finding {
        Finding { place: finding.place.map(|place| self.place(place)), ..finding }
    }

    /// Gives a place in terms of the first tree.
    fn place(&self, place: Place) -> Place {
        match self.plan.change.get(&place.path) {
            Some(edit) => Place { span: edit.before(place.span), ..place },
            None => place,
        }
    }

    /// Gives a step's error with the place that asks for the step.
    fn declared(&self, error: PlanError, declared: &Place) -> PlanError {
        let place = error.place().map(|(path, span)| Place { path: path.to_owned(), span });
        PlanError::Declared {
            place: place.map(|place| self.place(place)),
            error: Box::new(error),
            declared: declared.clone(),
        }
    }

    fn finish(mut self, title: &str) -> Plan {
        let titles = self.titles.join(", ");
        self.plan.title =
            if titles.is_empty() { title.to_owned() } else { format!("{title}: {titles}") };
        if self.is_refused {
            self.plan.change = ChangeSet::default();
            self.plan.outcome = Outcome::Refused;
        } else if self.is_done {
            self.plan.outcome = Outcome::Done;
        }
        self.forget_edited();
        self.plan.sort();
        self.say_once();
        self.plan
    }

    /// What one step leaves and another one edits is not left.
    fn forget_edited(&mut self) {
        let edits = by_file(self.plan.edits.clone());
        self.plan.left.retain(|left| {
            let edits = edits.get(&left.path).map(Vec::as_slice).unwrap_or_default();
            let is_edited = |edit: &PlannedEdit| {
                edit.edit.span.start < left.span.end && left.span.start < edit.edit.span.end
            };
            !edits.iter().any(is_edited)
        });
    }

    /// A mention that several steps leave is told once, as the least sure of them does.
    fn say_once(&mut self) {
        self.plan.left.dedup_by(|later, kept| {
            let is_same = later.path == kept.path && later.span == kept.span;
            if is_same && later.confidence < kept.confidence {
                *kept = later.clone();
            }
            is_same
        });
    }
}

fn by_file(edits: Vec<PlannedEdit>) -> BTreeMap<String, Vec<PlannedEdit>> {
    let mut files: BTreeMap<String, Vec<PlannedEdit>> = BTreeMap::new();
    for edit in edits {
        files.entry(edit.path.clone()).or_default().push(edit);
    }
    files
}

/// Finds what edits mean; not all of them are told.
fn meanings<'p>(
    told: &'p [PlannedEdit],
    edits: &'p [Edit],
) -> impl Iterator<Item = &'p PlannedEdit> {
    edits.iter().filter_map(|edit| told.iter().find(|told| told.edit == *edit))
}

/// Makes one edit of those that touch: the first one's class, the lowest confidence, all reasons.
fn merged(parts: &[&PlannedEdit], edit: Edit, text: &str) -> Option<PlannedEdit> {
    let first = parts.first()?;
    let mut reasons: Vec<&str> = Vec::new();
    for part in parts {
        if !reasons.contains(&part.reason.as_str()) {
            reasons.push(&part.reason);
        }
    }
    Some(PlannedEdit {
        path: first.path.clone(),
        old: text.get(edit.span.range()).unwrap_or_default().to_owned(),
        edit,
        class: first.class,
        confidence: parts.iter().map(|part| part.confidence).min().unwrap_or(Confidence::Unsure),
        reason: reasons.join("; then "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::usage::Class;
    use crate::text::source::SourceFile;
    use crate::text::span::Span;

    /// Replaces a word, leaves another one alone and warns of it.
    struct Replace {
        old: &'static str,
        new: &'static str,
        left: &'static str,
        outcome: Outcome,
    }

    fn replace(old: &'static str, new: &'static str, left: &'static str) -> Replace {
        Replace { old, new, left, outcome: Outcome::Changes }
    }

    impl Transform for Replace {
        fn names(&self) -> Vec<String> {
            vec![self.old.to_owned()]
        }

        fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
            let text = &repo.files[0].text;
            let places = |word: &'static str| {
                text.match_indices(word).map(move |(at, _)| Span::new(at, at + word.len()))
            };
            if places(self.old).next().is_none() {
                let span = places(self.left).next().unwrap_or(Span::empty(0));
                let name = self.old.to_owned();
                return Err(PlanError::Exists { name, path: "a".to_owned(), span });
            }
            let mut plan = Plan {
                title: format!("{} to {}", self.old, self.new),
                outcome: self.outcome,
                ..Plan::default()
            };
            for span in places(self.old) {
                plan.edits.push(PlannedEdit {
                    path: "a".to_owned(),
                    edit: Edit::replace(span, self.new),
                    old: self.old.to_owned(),
                    class: Class::Host,
                    confidence: Confidence::Likely,
                    reason: format!("was {}", self.old),
                });
            }
            for span in places(self.left) {
                plan.left.push(LeftMention {
                    path: "a".to_owned(),
                    span,
                    text: self.left.to_owned(),
                    class: Class::Prose,
                    confidence: Confidence::Unsure,
                    reason: String::new(),
                });
                plan.findings.push(Finding::info("left", self.left).at("a", span));
            }
            if self.outcome == Outcome::Changes {
                let edits = plan.edits.iter().map(|one| ("a".to_owned(), one.edit.clone()));
                plan.change = ChangeSet::new(edits).unwrap();
            }
            Ok(plan)
        }
    }

    fn planned(text: &str, steps: Vec<Replace>) -> (Repo, Result<Plan, PlanError>) {
        let repo = Repo { files: vec![SourceFile::new("a", text)], ..Repo::default() };
        let place = |at| Place { path: "declared".to_owned(), span: Span::empty(at) };
        let steps = steps.into_iter().enumerate();
        let steps = steps.map(|(at, step)| (Box::new(step) as Box<dyn Transform>, place(at)));
        let sequence = Sequence { title: "apply".to_owned(), steps: steps.collect() };
        let plan = sequence.plan(&repo);
        (repo, plan)
    }

    #[test]
    fn steps_are_told_in_terms_of_the_first_tree() {
        let (repo, plan) = planned(
            "one two three four",
            vec![
                replace("one", "eleven", "two"),
                replace("two", "2", "three"),
                replace("lev", "-", "four"),
            ],
        );
        let plan = plan.unwrap();
        assert_eq!(repo.with(&plan.change).files[0].text.as_ref(), "e-en 2 three four");
        let edits: Vec<String> = plan
            .edits
            .iter()
            .map(|one| {
                format!(
                    "{} {:?} {}: {}",
                    one.old,
                    one.edit.span.range(),
                    one.edit.insert,
                    one.reason
                )
            })
            .collect();
        assert_eq!(edits, ["one 0..3 e-en: was one; then was lev", "two 4..7 2: was two"]);
        // What the first step leaves the second one edits.
        let left: Vec<_> = plan.left.iter().map(|one| (&*one.text, one.span.range())).collect();
        assert_eq!(left, [("three", 8..13), ("four", 14..18)]);
        let told: Vec<_> =
            plan.findings.iter().map(|one| one.place.clone().unwrap().span.range()).collect();
        assert_eq!(told, [4..7, 8..13, 14..18]);
        assert_eq!(plan.title, "apply: one to eleven, two to 2, lev to -");
        assert_eq!(plan.outcome, Outcome::Changes);
    }

    #[test]
    fn what_several_steps_leave_is_told_once() {
        let steps = vec![replace("one", "1", "three"), replace("two", "2", "three")];
        let (_, plan) = planned("one two three", steps);
        let plan = plan.unwrap();
        assert_eq!((plan.left.len(), plan.findings.len()), (1, 1));
    }

    #[test]
    fn one_refused_step_refuses_all() {
        let refused = Replace { outcome: Outcome::Refused, ..replace("two", "2", "-") };
        // The last step lacks what the refused one would have made.
        let steps = vec![replace("one", "1", "-"), refused, replace("2", "3", "-")];
        let (_, plan) = planned("one two", steps);
        let plan = plan.unwrap();
        assert_eq!(plan.outcome, Outcome::Refused);
        assert!(plan.change.is_empty());
    }

    #[test]
    fn it_is_done_where_all_steps_are() {
        let done = |old| Replace { outcome: Outcome::Done, ..replace(old, "", "-") };
        let outcome = |steps| planned("one two", steps).1.unwrap().outcome;
        assert_eq!(outcome(vec![done("one"), done("two")]), Outcome::Done);
        assert_eq!(outcome(vec![done("one"), replace("two", "2", "-")]), Outcome::Changes);
        assert_eq!(outcome(vec![]), Outcome::Done);
    }

    #[test]
    fn an_error_tells_where_it_is_and_where_it_was_declared() {
        let steps = vec![replace("one", "eleven", "-"), replace("none", "2", "two")];
        let (_, plan) = planned("one two", steps);
        let Err(PlanError::Declared { error, place, declared }) = plan else { panic!("no error") };
        assert!(matches!(*error, PlanError::Exists { .. }));
        assert_eq!(place.unwrap().span.range(), 4..7);
        assert_eq!(declared.span, Span::empty(1));
    }
}
