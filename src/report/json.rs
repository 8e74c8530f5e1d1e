//! A plan as JSON: every edit and every mention left alone, with its reason.
//!
//! Byte offsets count from 0, lines and columns from 1, columns in characters. Keys have one
//! order, and lists that of the plan.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::{Finding, Severity};
use crate::repo::load::Repo;
use crate::report::attention::class_name;
use crate::report::excerpt::{MASK, is_secret};
use crate::text::source::line_range;
use crate::text::span::Span;
use crate::transforms::hazards::HAZARDS;
use crate::transforms::plan::{Outcome, Plan, PlannedEdit};

/// Gives the plan as one JSON object.
#[must_use]
pub fn json(plan: &Plan, repo: &Repo) -> String {
    let report = Report {
        title: &plan.title,
        outcome: match plan.outcome {
            Outcome::Changes => "changes",
            Outcome::Done => "done",
            Outcome::Refused => "refused",
        },
        summary: Summary {
            files: plan.change.len(),
            edits: plan.edits.len(),
            left: plan.left.len(),
            edits_by_class: tally(plan.edits.iter().map(|edit| edit.class)),
            left_by_class: tally(plan.left.iter().map(|mention| mention.class)),
        },
        edits: plan
            .edits
            .iter()
            .map(|edit| Mention {
                at: At::new(repo, &edit.path, edit.edit.span),
                old: old(repo, edit),
                new: Some(&edit.edit.insert),
                class: edit.class,
                confidence: edit.confidence,
                reason: &edit.reason,
            })
            .collect(),
        left: plan
            .left
            .iter()
            .map(|mention| Mention {
                at: At::new(repo, &mention.path, mention.span),
                old: &mention.text,
                new: None,
                class: mention.class,
                confidence: mention.confidence,
                reason: &mention.reason,
            })
            .collect(),
        findings: plan.findings.iter().map(|finding| Told::new(repo, finding)).collect(),
        effects: &plan.effects,
        hazards: plan
            .hazards
            .iter()
            // What is in the way of a refused plan may be a hazard too.
            .chain(plan.findings.iter().filter(|finding| is_hazard(finding)))
            .map(|finding| Told::new(repo, finding))
            .collect(),
    };
    // Strings, numbers and maps with string keys: nothing here can fail.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn is_hazard(finding: &Finding) -> bool {
    HAZARDS.iter().any(|hazard| hazard.id == finding.id)
}

/// Gives the text that an edit replaces. A password that a variable takes the place of is masked.
fn old<'p>(repo: &Repo, edit: &'p PlannedEdit) -> &'p str {
    let span = edit.edit.span.range();
    let is_masked = edit.class == Class::Identifier
        && !edit.old.starts_with('$')
        && repo.get(&edit.path).is_some_and(|file| {
            let start = line_range(&file.text, span.start).start;
            let part = span.start.saturating_sub(start)..span.end.saturating_sub(start);
            !part.is_empty() && is_secret(file.line_at(span.start), &part)
        });
    if is_masked { MASK } else { &edit.old }
}

#[derive(Serialize)]
struct Report<'p> {
    title: &'p str,
    outcome: &'static str,
    summary: Summary,
    edits: Vec<Mention<'p>>,
    left: Vec<Mention<'p>>,
    findings: Vec<Told<'p>>,
    effects: &'p [String],
    hazards: Vec<Told<'p>>,
}

#[derive(Serialize)]
struct Summary {
    /// Files that change.
    files: usize,
    edits: usize,
    left: usize,
    edits_by_class: BTreeMap<String, usize>,
    left_by_class: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Mention<'p> {
    #[serde(flatten)]
    at: At<'p>,
    old: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'p str>,
    class: Class,
    confidence: Confidence,
    reason: &'p str,
}

#[derive(Serialize)]
struct Told<'p> {
    id: &'static str,
    severity: Severity,
    message: &'p str,
    #[serde(flatten)]
    at: Option<At<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'p str>,
}

/// A place; without line and column where the file's text was not kept.
#[derive(Serialize)]
pub(super) struct At<'p> {
    path: &'p str,
    span: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

impl<'p> At<'p> {
    pub(super) fn new(repo: &Repo, path: &'p str, span: Span) -> Self {
        let position = repo.get(path).map(|file| file.position(span.range().start));
        Self {
            path,
            span,
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
        }
    }
}

impl<'p> Told<'p> {
    fn new(repo: &Repo, finding: &'p Finding) -> Self {
        let at = finding.place.as_ref().map(|place| At::new(repo, &place.path, place.span));
        let Finding { id, severity, message, help, .. } = finding;
        Self { id, severity: *severity, message, at, help: help.as_deref() }
    }
}

fn tally(classes: impl Iterator<Item = Class>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for class in classes {
        *counts.entry(class_name(class)).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn json_has_all_of_a_plan() {
        let text = json(&sample::plan(), &sample::repo());
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["left"][1]["column"], 12);
        assert_eq!(read["edits"][3]["column"], 18);
        assert_eq!(read["edits"].as_array().map(Vec::len), Some(4));
        sample::assert_snapshot("json", &text);
    }

    #[test]
    fn what_refuses_a_plan_is_a_hazard_too() {
        let mut plan = sample::plan();
        plan.hazards.clear();
        plan.findings = vec![
            Finding::error("shared-secret-variable", "one secret of two"),
            Finding::error("no-hazard", "another thing"),
        ];
        let read: serde_json::Value = serde_json::from_str(&json(&plan, &sample::repo())).unwrap();
        assert_eq!(read["hazards"].as_array().map(Vec::len), Some(1));
        assert_eq!(read["hazards"][0]["id"], "shared-secret-variable");
        assert_eq!(read["findings"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_password_that_goes_is_not_told() {
        let text = "environment:\n  POSTGRES_PASSWORD: hunter2\n";
        let repo = Repo {
            files: vec![crate::text::source::SourceFile::new("compose.yaml", text.to_owned())],
            ..Repo::default()
        };
        let at = text.find("hunter2").unwrap();
        let mut edit = sample::plan().edits.remove(0);
        edit.path = "compose.yaml".into();
        edit.old = "hunter2".into();
        edit.class = Class::Identifier;
        edit.edit = crate::text::edit::Edit::replace(Span::new(at, at + 7), "${PG}".to_owned());
        assert_eq!(old(&repo, &edit), MASK);
        edit.class = Class::Host;
        assert_eq!(old(&repo, &edit), "hunter2");
    }
}
