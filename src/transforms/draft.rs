//! A plan in the making: what every transform collects, and how it ends.
//!
//! Invariant: what [`Draft::finish`] gives has passed the referees, or is refused and changes
//! nothing. Deliberately absent: any idea of what is changed.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::compose::discover::Project;
use crate::compose::model::ComposeFile;
use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::Finding;
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::change::ChangeSet;
use crate::text::edit::{Edit, TextEdit};
use crate::text::span::Span;
use crate::transforms::plan::{LeftMention, Outcome, Plan, PlannedEdit};
use crate::yaml::patch::{Patch, Refusal};
use crate::yaml::referee;

/// What a place means, as a plan tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The bytes that it is about.
    pub(super) span: Span,
    /// What they mean.
    pub(super) class: Class,
    /// How sure that is.
    pub(super) confidence: Confidence,
    /// Why, for people.
    pub(super) reason: String,
}

/// How far the change is made before the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// The change is still to be made.
    Open,
    /// What was asked for is there; only mentions may be pending.
    Made,
}

/// A plan in the making.
pub(super) struct Draft<'a> {
    repo: &'a Repo,
    workspace: &'a Workspace,
    /// What is told besides the edits.
    pub(super) plan: Plan,
    /// Patches of Compose files by path.
    patches: BTreeMap<String, Patch>,
    /// Edits of all other files.
    edits: Vec<(String, Edit)>,
    /// Which of them are made.
    created: Vec<String>,
}

impl<'a> Draft<'a> {
    /// Begins a plan.
    pub(super) fn new(repo: &'a Repo, workspace: &'a Workspace, title: String) -> Self {
        Self {
            repo,
            workspace,
            plan: Plan { title, ..Plan::default() },
            patches: BTreeMap::new(),
            edits: Vec::new(),
            created: Vec::new(),
        }
    }

    /// Takes an edit of a file that is no Compose file.
    pub(super) fn edit(&mut self, path: &str, text: &str, edit: Edit, meaning: Meaning) {
        self.edits.push((path.to_owned(), edit.clone()));
        self.tell(path, text, edit, meaning);
    }

    /// Takes a file that is not there yet and is made.
    pub(super) fn create(&mut self, path: &str, text: &str, class: Class, reason: &str) {
        let meaning = Meaning {
            span: Span::empty(0),
            class,
            confidence: Confidence::Certain,
            reason: reason.to_owned(),
        };
        self.edit(path, "", Edit::insert(0, text), meaning);
        self.created.push(path.to_owned());
    }

    /// Takes a patch of a Compose file, whose edits are told of one by one with [`Self::tell`].
    pub(super) fn patch(&mut self, path: &str, patch: Patch) {
        if !patch.edits.is_empty() {
            self.patches.entry(path.to_owned()).or_default().extend(patch);
        }
    }

    /// Takes a patch of a Compose file, all of whose edits mean the same.
    pub(super) fn added(&mut self, path: &str, patch: Patch, class: Class, reason: &str) {
        let text = self.workspace.files.get(path).map(|file| file.doc.text());
        let text = text.map(|text| &**text).unwrap_or_default();
        for edit in &patch.edits {
            let meaning = Meaning {
                span: edit.span,
                class,
                confidence: Confidence::Certain,
                reason: reason.to_owned(),
            };
            self.tell(path, text, edit.clone(), meaning);
        }
        self.patch(path, patch);
    }

    /// Says what an edit is for.
    pub(super) fn tell(&mut self, path: &str, text: &str, edit: Edit, meaning: Meaning) {
        self.plan.edits.push(PlannedEdit {
            path: path.to_owned(),
            old: slice(text, edit.span),
            edit,
            class: meaning.class,
            confidence: meaning.confidence,
            reason: meaning.reason,
        });
    }

    /// Says what stays as it is.
    pub(super) fn left(&mut self, path: &str, text: &str, meaning: Meaning) {
        self.plan.left.push(LeftMention {
            path: path.to_owned(),
            span: meaning.span,
            text: slice(text, meaning.span),
            class: meaning.class,
            confidence: meaning.confidence,
            reason: meaning.reason,
        });
    }

    /// Says why the change can't be made, so that none of it is.
    pub(super) fn refuse(&mut self, path: &str, refusal: &Refusal) {
        let finding = Finding::error("unsafe-change", &refusal.reason).at(path, refusal.span);
        self.block(finding);
    }

    /// Says what is in the way of the change, so that none of it is made.
    pub(super) fn block(&mut self, finding: Finding) {
        self.plan.findings.push(finding);
        self.plan.outcome = Outcome::Refused;
    }

    /// Joins all edits, asks the referees, and says how it ends.
    pub(super) fn finish(mut self, projects: &[Project], progress: Progress) -> Plan {
        self.plan.findings.extend(self.repo.findings.iter().cloned());
        self.plan.findings.extend(self.workspace.findings.iter().cloned());
        self.plan.findings.extend(missing_files(projects));
        self.forget_edited();
        let patches = std::mem::take(&mut self.patches);
        let objections: Vec<(String, String)> = patches
            .par_iter()
            .filter_map(|(path, patch)| {
                Some((path.clone(), objection(self.workspace.files.get(path)?, patch)?))
            })
            .collect();
        for (path, reason) in objections {
            self.refuse(&path, &Refusal { span: Span::empty(0), reason });
        }
        let compose = patches.into_iter().flat_map(|(path, patch)| {
            patch.edits.into_iter().map(move |edit| (path.clone(), edit))
        });
        match ChangeSet::new(compose.chain(std::mem::take(&mut self.edits))) {
            Ok(change) => self.plan.change = change.creating(std::mem::take(&mut self.created)),
            Err(conflict) => {
                let span = conflict.conflict.first.span;
                let reason = conflict.conflict.to_string();
                self.refuse(&conflict.path, &Refusal { span, reason });
            }
        }
        if self.plan.outcome == Outcome::Refused {
            self.plan.change = ChangeSet::default();
        } else if self.plan.change.is_empty() && progress == Progress::Made {
            self.plan.outcome = Outcome::Done;
        }
        self.plan.sort();
        self.plan
    }

    /// A name inside one that is edited is not left as it is (`db` in a container's `shop_db`).
    fn forget_edited(&mut self) {
        let edited: BTreeSet<(&str, Span)> =
            self.plan.edits.iter().map(|one| (one.path.as_str(), one.edit.span)).collect();
        self.plan.left.retain(|left| {
            let up_to = Span { start: left.span.start, end: u32::MAX };
            let before = edited.range(..=(left.path.as_str(), up_to)).next_back();
            !before.is_some_and(|(path, span)| *path == left.path && span.contains(left.span))
        });
    }
}

/// Files that the projects name and that are not there.
fn missing_files(projects: &[Project]) -> impl Iterator<Item = Finding> {
    let missing = projects.iter().flat_map(|project| &project.missing);
    missing.map(|(named_by, path)| {
        let message =
            format!("{path} is no Compose file that can be read, but {named_by} names it");
        Finding::warning("file-missing", message)
            .in_file(named_by.as_str())
            .help("references in it stay as they are; check it by hand")
    })
}

/// What the referees say against a patch.
fn objection(file: &ComposeFile, patch: &Patch) -> Option<String> {
    let edit = match TextEdit::new(patch.edits.clone()) {
        Ok(edit) => edit,
        Err(conflict) => return Some(conflict.to_string()),
    };
    let after = edit.apply(file.doc.text());
    referee::check(&file.doc, &after, &patch.changes).err().map(|objection| objection.to_string())
}

fn slice(text: &str, span: Span) -> String {
    text.get(span.range()).unwrap_or_default().to_owned()
}
