//! The variables that one Compose file gives a service, with the places where they stand, and
//! whether a place is the service's own.
//!
//! Invariant: a place that an anchor shares with anything else is never the service's own.

use std::ops::Range;

use crate::compose::model::{ComposeFile, Service};
use crate::text::span::Span;
use crate::yaml::document::{Document, Kind, NodeId};
use crate::yaml::patch::{self, Patch, Refusal, Value};

/// A variable of a service's `environment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// The scalar that holds it; for `KEY=value` in a list, the item.
    pub(super) node: NodeId,
    /// Bytes of the scalar's value that are the variable's value.
    pub(super) range: Range<usize>,
    /// The value as it is written, before interpolation.
    pub(super) raw: String,
    /// How it is given.
    pub(super) form: Form,
    /// Whether only this service is given it here.
    pub(super) is_own: bool,
}

/// How a variable is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `KEY: value`
    Pair,
    /// `- KEY=value`
    Item,
    /// `- KEY`, taken from the caller.
    Bare,
}

/// One service as one file has it.
#[derive(Clone, Debug)]
pub(super) struct Site<'w> {
    pub(super) file: &'w ComposeFile,
    pub(super) service: Service,
}

impl<'w> Site<'w> {
    /// Finds a service in a file.
    pub(super) fn find(file: &'w ComposeFile, name: &str) -> Option<Self> {
        Some(Self { file, service: file.service(name)? })
    }

    /// Tells whether the file says what the service runs, so that it can be loaded alone.
    pub(super) fn is_whole(&self) -> bool {
        let body = self.service.body;
        ["image", "build", "extends"].iter().any(|key| self.file.attribute(body, key).is_some())
    }

    /// Finds a variable that the file gives the service.
    pub(super) fn variable(&self, key: &str) -> Option<Setting> {
        let doc = &self.file.doc;
        let (_, environment) = self.file.attribute(self.service.body, "environment")?;
        if let Some((_, entry)) = self.file.attribute(environment.value, key) {
            let node = doc.resolve(entry.value);
            let raw = doc.value(node)?.into_owned();
            let is_own = self.owns(entry.value) && self.owns(node);
            return Some(Setting { node, range: 0..raw.len(), raw, form: Form::Pair, is_own });
        }
        doc.items(environment.value).iter().find_map(|item| {
            let node = doc.resolve(item.value);
            let text = doc.value(node)?;
            let is_own = self.owns(item.value) && self.owns(node);
            if text == key {
                let range = text.len()..text.len();
                return Some(Setting { node, range, raw: String::new(), form: Form::Bare, is_own });
            }
            let value = text.strip_prefix(key)?.strip_prefix('=')?;
            let range = text.len() - value.len()..text.len();
            let raw = value.to_owned();
            Some(Setting { node, range, raw, form: Form::Item, is_own })
        })
    }

    /// Gives the place of a variable's name.
    pub(super) fn name_of(&self, setting: &Setting) -> Span {
        let doc = &self.file.doc;
        let entry = doc.node(setting.node).parent.and_then(|parent| {
            doc.entries(parent).iter().find(|entry| entry.value == setting.node)
        });
        let name = 0..setting.range.start.saturating_sub(1);
        let own = || doc.value_span(setting.node, name).filter(|name| !name.is_empty());
        match entry {
            Some(entry) => doc.node(entry.key).span,
            None => own().unwrap_or_else(|| doc.node(setting.node).span),
        }
    }

    /// Tells whether a node stands in the service's own block.
    pub(super) fn holds(&self, node: NodeId) -> bool {
        ancestors(&self.file.doc, node).any(|at| at == self.service.body)
    }

    /// Tells whether a node is given to this service and to nothing else.
    pub(super) fn owns(&self, node: NodeId) -> bool {
        let doc = &self.file.doc;
        let is_within = |node: NodeId| ancestors(doc, node).any(|one| one == self.service.body);
        let mut inside = false;
        for at in ancestors(doc, node) {
            inside |= at == self.service.body;
            if doc.node(at).anchor.is_some() && !aliases(doc, at).all(is_within) {
                return false;
            }
        }
        // In a fragment at the top a node is this service's by its aliases; in another service it
        // is that one's.
        inside || !self.file.services().any(|other| ancestors(doc, node).any(|at| at == other.body))
    }

    /// Gives the service variables, or others in their place, in its own `environment`.
    ///
    /// # Errors
    /// What it has is shared, or can't be copied.
    pub(super) fn give(&self, variables: &[(String, String)]) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        let body = self.service.body;
        let refuse = |node: NodeId, reason: &str| {
            Err(Refusal { span: doc.node(node).span, reason: reason.to_owned() })
        };
        if !matches!(doc.node(body).kind, Kind::Mapping { .. }) {
            return refuse(
                self.service.key,
                "the service is an alias of another one's settings: write it out first",
            );
        }
        let pairs = || -> Vec<(String, Value)> {
            let value =
                |(key, value): &(String, String)| (key.clone(), Value::String(value.clone()));
            variables.iter().map(value).collect()
        };
        let items = || -> Vec<Value> {
            let item = |(key, value): &(String, String)| Value::String(format!("{key}={value}"));
            variables.iter().map(item).collect()
        };
        let here = self.file.attribute(body, "environment");
        let target = here.map(|(_, entry)| doc.resolve(entry.value));
        if let Some(target) = target.filter(|target| self.owns(*target)) {
            match &doc.node(target).kind {
                Kind::Mapping { .. } => return patch::add_entries(doc, target, &pairs()),
                Kind::Sequence { .. } => return patch::add_items(doc, target, &items()),
                Kind::Alias { .. } | Kind::Scalar(_) => {}
            }
        }
        let Some(own) = doc.get(body, "environment") else {
            // A local `environment` hides one that is merged in.
            let mut all = match self.file.attribute(body, "environment") {
                Some((_, merged)) => self.copied(merged.value, variables)?,
                None => Vec::new(),
            };
            all.extend(pairs());
            if !self.owns(body) {
                return refuse(self.service.key, SHARED);
            }
            return patch::add_entry(doc, body, "environment", &Value::Map(all));
        };
        if !self.owns(own.value) {
            return refuse(own.key, SHARED);
        }
        let mut all = self.copied(own.value, variables)?;
        all.extend(pairs());
        patch::replace_value(doc, own.value, &Value::Map(all))
    }

    /// The pairs of an environment that stands elsewhere, without those that get another value.
    fn copied(
        &self,
        environment: NodeId,
        without: &[(String, String)],
    ) -> Result<Vec<(String, Value)>, Refusal> {
        let doc = &self.file.doc;
        let is_new = |key: &str| without.iter().any(|(new, _)| new == key);
        let mut pairs = Vec::new();
        for entry in self.file.effective_entries(environment) {
            let Some(key) = doc.value(entry.key) else { continue };
            if !is_new(&key) {
                pairs.push((key.into_owned(), Value::Verbatim(doc.resolve(entry.value))));
            }
        }
        for item in doc.items(environment) {
            let Some(text) = doc.value(item.value) else { continue };
            let (key, value) = match text.split_once('=') {
                Some((key, value)) => (key, Value::String(value.to_owned())),
                None => (&*text, Value::Null),
            };
            if !is_new(key) {
                pairs.push((key.to_owned(), value));
            }
        }
        Ok(pairs)
    }
}

const SHARED: &str = "its environment is shared with other services through an anchor, so a variable here would become theirs too: write the server's environment out first";

/// A node and all that hold it.
fn ancestors(doc: &Document, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    std::iter::successors(Some(node), |&at| doc.node(at).parent)
}

/// The aliases that stand for a node.
fn aliases(doc: &Document, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    doc.nodes().filter_map(move |(id, found)| {
        matches!(found.kind, Kind::Alias { target: Some(target), .. } if target == node)
            .then_some(id)
    })
}

#[cfg(test)]
mod tests {
    use super::{Form, Site};
    use crate::compose::model::ComposeFile;
    use crate::text::edit::TextEdit;
    use crate::text::source::SourceFile;

    fn file(text: &str) -> ComposeFile {
        ComposeFile::parse(&SourceFile::new("compose.yaml", text))
    }

    #[test]
    fn variables_are_found_in_every_form() {
        for (text, expected) in [
            ("{environment: {U: app}}", Some((Form::Pair, "app", true))),
            ("{environment: [U=app]}", Some((Form::Item, "app", true))),
            ("{environment: [U]}", Some((Form::Bare, "", true))),
            ("{environment: {U: }}", Some((Form::Pair, "", true))),
            ("{environment: [UX=app]}", None),
            ("{image: x}", None),
        ] {
            let file = file(&format!("services:\n  db: {text}\n"));
            let site = Site::find(&file, "db").expect("it is there");
            let found = site.variable("U");
            let found = found.as_ref().map(|found| (found.form, found.raw.as_str(), found.is_own));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_an_anchor_shares_is_not_ones_own() {
        for (text, expected) in [
            ("x-e: &e {U: a}\nservices: {db: {environment: *e}}", true),
            ("x-e: &e {U: a}\nservices: {db: {environment: {<<: *e}}}", true),
            ("x-e: &e {U: a}\nservices: {db: {environment: *e}, web: {environment: *e}}", false),
            (
                "x-e: &e {U: a}\nservices: {db: {environment: *e}, web: {environment: {<<: *e}}}",
                false,
            ),
            ("services: {db: {environment: &e {U: a}}, web: {environment: *e}}", false),
            ("services: {web: {environment: &e {U: a}}, db: {environment: *e}}", false),
            ("services: {db: &d {environment: {U: a}}, web: {<<: *d}}", false),
            (
                "x-u: &u a\nservices: {db: {environment: {U: *u}}, web: {environment: {V: *u}}}",
                false,
            ),
        ] {
            let file = file(text);
            let found = Site::find(&file, "db").and_then(|site| site.variable("U"));
            assert_eq!(found.map(|found| found.is_own), Some(expected), "{text}");
        }
    }

    #[test]
    fn variables_are_given_to_one_service_alone() {
        for (before, expected) in [
            (
                "services:\n  db:\n    image: x\n",
                "services:\n  db:\n    image: x\n    environment:\n      U: new\n",
            ),
            (
                "services:\n  db:\n    environment:\n      A: 1\n",
                "services:\n  db:\n    environment:\n      A: 1\n      U: new\n",
            ),
            (
                "services:\n  db:\n    environment:\n      - A=1\n",
                "services:\n  db:\n    environment:\n      - A=1\n      - U=new\n",
            ),
            (
                "x-e: &e\n  U: old\n  P: ${P:?no}\nservices:\n  db:\n    environment: *e\n  web:\n    environment: *e\n",
                "x-e: &e\n  U: old\n  P: ${P:?no}\nservices:\n  db:\n    environment:\n      P: ${P:?no}\n      U: new\n  web:\n    environment: *e\n",
            ),
            (
                "x-s: &s\n  environment:\n    P: 1\nservices:\n  web: *s\n  db:\n    <<: *s\n    image: x\n",
                "x-s: &s\n  environment:\n    P: 1\nservices:\n  web: *s\n  db:\n    <<: *s\n    image: x\n    environment:\n      P: 1\n      U: new\n",
            ),
            (
                "x-e: &e\n  P: 1\nservices:\n  db:\n    environment: *e\n",
                "x-e: &e\n  P: 1\n  U: new\nservices:\n  db:\n    environment: *e\n",
            ),
            (
                "x-e: &e\n  U: old\nservices:\n  db:\n    environment:\n      <<: *e\n",
                "x-e: &e\n  U: old\nservices:\n  db:\n    environment:\n      <<: *e\n      U: new\n",
            ),
        ] {
            let file = file(before);
            let site = Site::find(&file, "db").expect("it is there");
            let patch = site.give(&[("U".to_owned(), "new".to_owned())]).expect("it can be given");
            let after = TextEdit::new(patch.edits).expect("disjoint").apply(before);
            assert_eq!(after, expected);
        }
    }
}
