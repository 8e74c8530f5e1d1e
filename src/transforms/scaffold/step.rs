//! The steps of a scaffold: each adds one thing to one file, on the tree as those before leave it.
//!
//! One after the other, as several may add at the same place: the end of the last service is the end
//! of `services`, and of the file.

use crate::compose::discover::Project;
use crate::compose::model::ComposeFile;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::transforms::draft::{Draft, Meaning, Progress};
use crate::transforms::plan::{Plan, PlanError, Transform};
use crate::yaml::document::{Document, Kind, NodeId, Style};
use crate::yaml::patch::{self, Patch, Refusal, Value};

use super::service::{Form, string};

/// One thing that is added to a file.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The file, by path from the root.
    pub(super) path: String,
    /// What is added.
    pub(super) put: Put,
    /// Why, for people.
    pub(super) reason: String,
    /// The Compose files of the one project meant (`-f`).
    pub(super) files: Vec<String>,
    /// The project, where the step is the one that tells of its missing files.
    pub(super) project: Option<Project>,
}

/// What a step adds.
#[derive(Clone, Debug)]
pub(super) enum Put {
    /// The whole text of a file, which is made where it is not there.
    Text(String),
    /// A service at the end of `services`.
    Service(String, Value),
    /// Things at the end of the file's `secrets`, which is made where it is not there.
    Secrets(Vec<(String, Value)>),
    /// Variables at the end of a service's `environment`.
    Variables(String, Vec<(&'static str, String)>),
    /// A secret at the end of a service's `secrets`.
    Secret(String, String),
}

impl Transform for Step {
    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        let workspace = Workspace::new(repo, &self.files);
        let mut draft = Draft::new(repo, &workspace, self.reason.clone());
        if let Put::Text(text) = &self.put {
            self.write(text, repo, &mut draft);
        } else if let Some(file) = workspace.files.get(&self.path) {
            match self.patch(file) {
                Ok(patch) => draft.added(&self.path, patch, Class::Addition, &self.reason),
                Err(refusal) => draft.refuse(&self.path, &refusal),
            }
        }
        Ok(draft.finish(self.project.as_slice(), Progress::Open))
    }
}

impl Step {
    fn write(&self, text: &str, repo: &Repo, draft: &mut Draft<'_>) {
        let Some(file) = repo.get(&self.path) else {
            return draft.create(&self.path, text, Class::Addition, &self.reason);
        };
        let span = Span::new(0, file.text.len());
        let meaning = Meaning {
            span,
            class: Class::Addition,
            confidence: Confidence::Certain,
            reason: self.reason.clone(),
        };
        draft.edit(&self.path, &file.text, Edit::replace(span, text), meaning);
    }

    fn patch(&self, file: &ComposeFile) -> Result<Patch, Refusal> {
        let doc = &*file.doc;
        let nothing = |reason: &str| Refusal { span: Span::empty(0), reason: reason.to_owned() };
        let root = doc.roots().first().copied().ok_or_else(|| nothing("the file is empty"))?;
        let body = |service: &str| {
            let found = file.service(service).map(|service| service.body);
            found.ok_or_else(|| nothing("the service is not in this file"))
        };
        match &self.put {
            Put::Text(_) => Ok(Patch::default()),
            Put::Service(name, value) => {
                let services = doc.get(root, "services").map(|entry| entry.value);
                let services = services.ok_or_else(|| nothing("the file has no services"))?;
                let patch = patch::add_entry(doc, services, name, value)?;
                Ok(spaced(doc, &[services, root], patch))
            }
            Put::Secrets(pairs) => match doc.get(root, "secrets").map(|entry| entry.value) {
                Some(secrets) if doc.is_null(secrets) => {
                    patch::replace_value(doc, secrets, &Value::Map(pairs.clone()))
                }
                Some(secrets) => {
                    let patch = patch::add_entries(doc, secrets, pairs)?;
                    Ok(spaced(doc, &[secrets], patch))
                }
                None => {
                    let patch = patch::add_entry(doc, root, "secrets", &Value::Map(pairs.clone()))?;
                    Ok(spaced(doc, &[root], patch))
                }
            },
            Put::Variables(service, pairs) => {
                let body = body(service)?;
                let all = |form: Form| form.variables(pairs);
                match doc.get(body, "environment").map(|entry| entry.value) {
                    None => {
                        let form = Form::of(file, "environment", Form::Map);
                        patch::add_entry(doc, body, "environment", &all(form))
                    }
                    Some(own) if doc.is_null(own) => {
                        let form = Form::of(file, "environment", Form::Map);
                        patch::replace_value(doc, own, &all(form))
                    }
                    Some(own) => match (&doc.node(own).kind, all(Form::List), all(Form::Map)) {
                        (Kind::Sequence { .. }, Value::List(items), _) => {
                            patch::add_items(doc, own, &items)
                        }
                        (_, _, Value::Map(pairs)) => patch::add_entries(doc, own, &pairs),
                        _ => Ok(Patch::default()),
                    },
                }
            }
            Put::Secret(service, name) => {
                let body = body(service)?;
                let new = Value::List(vec![string(name.as_str())]);
                match doc.get(body, "secrets").map(|entry| entry.value) {
                    None => patch::add_entry(doc, body, "secrets", &new),
                    Some(own) if doc.is_null(own) => patch::replace_value(doc, own, &new),
                    Some(own) => patch::add_items(doc, own, &[string(name.as_str())]),
                }
            }
        }
    }
}

/// Gives a pair at the end of a mapping a blank line before it, where the pairs of the mapping, or of
/// the first of some mappings that has several, have one between them.
fn spaced(doc: &Document, mappings: &[NodeId], mut patch: Patch) -> Patch {
    let several = mappings.iter().find_map(|mapping| match &doc.node(*mapping).kind {
        Kind::Mapping { style: Style::Block, entries } => match &**entries {
            [.., before, last] => Some((before.value, last.key)),
            _ => None,
        },
        _ => None,
    });
    let Some((before, last)) = several else { return patch };
    let text = doc.text();
    let between = doc.node(before).span.end as usize..doc.node(last).span.start as usize;
    let between = text.get(between).unwrap_or_default();
    // The first line is the end of the value's own, the last one the beginning of the key's.
    let lines: Vec<&str> = between.split('\n').collect();
    let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
    if let ([edit], true) =
        (patch.edits.as_mut_slice(), inner.iter().any(|line| line.trim().is_empty()))
    {
        for line_break in ["\r\n", "\n"] {
            if edit.insert.starts_with(line_break) {
                edit.insert.insert_str(0, line_break);
                break;
            }
        }
    }
    patch
}
