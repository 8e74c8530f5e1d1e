//! The edits inside Compose files: keys, references, and host names in values.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::model::{ComposeFile, folder, join};
use crate::compose::names::{Form, Namespace, Reference};
use crate::compose::usage::{Class, Confidence, Usage, occurrences};
use crate::compose::values::{self, TextKind, ValueUsage};
use crate::text::span::Span;
use crate::transforms::draft::Meaning;
use crate::transforms::rename::role::Role;
use crate::transforms::rename::target::Target;
use crate::yaml::document::{Kind, NodeId};
use crate::yaml::patch::{self, Patch, Refusal};

/// What is to be done, the same for every file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task<'a> {
    /// What is renamed.
    pub(super) targets: &'a [Target],
    /// The chosen projects' files.
    pub(super) own_files: &'a [&'a str],
    /// Names of the projects' other services.
    pub(super) services: &'a [String],
    /// Whether the old name lives on.
    pub(super) keep_alias: bool,
    /// Whether likely mentions are only reported.
    pub(super) only_certain: bool,
}

/// What a file's text gets, with the meaning of each edit.
#[derive(Debug, Default)]
pub(super) struct FileDraft {
    pub(super) patch: Patch,
    /// The names that are edited. Invariant: in order of their spans.
    pub(super) renamed: Vec<Meaning>,
    /// The names that stay. Invariant: in order, and none inside one that is edited.
    pub(super) left: Vec<Meaning>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) warnings: Vec<Refusal>,
}

/// Drafts the rename in one Compose file.
pub(super) fn draft(file: &ComposeFile, role: Role, task: Task<'_>) -> FileDraft {
    let mut drafter = Drafter {
        file,
        role,
        task,
        parts: BTreeMap::new(),
        renamed: BTreeMap::new(),
        left: BTreeMap::new(),
        draft: FileDraft::default(),
    };
    for target in task.targets {
        drafter.references(target);
        if target.is_reached_by_host() {
            drafter.values(target);
        }
        if target.namespace == Namespace::Secret && role == Role::Own {
            drafter.secret_paths(target);
        }
    }
    drafter.finish()
}

/// A draft in the making.
struct Drafter<'a> {
    file: &'a ComposeFile,
    role: Role,
    task: Task<'a>,
    /// Replacements by scalar, in the value's own bytes.
    parts: BTreeMap<NodeId, Vec<(Range<usize>, String)>>,
    renamed: BTreeMap<Span, Meaning>,
    left: BTreeMap<Span, Meaning>,
    draft: FileDraft,
}

/// What a use of a name means: class, confidence, reason.
type Judgement<'r> = (Class, Confidence, &'r str);

impl Drafter<'_> {
    fn references(&mut self, target: &Target) {
        let file = self.file;
        for reference in &file.names().references {
            if reference.namespace != target.namespace || reference.name != target.old {
                continue;
            }
            match self.why_it_stays(reference) {
                Some(why) => {
                    let judgement = (Class::OtherNamespace, Confidence::Certain, why);
                    self.leave(reference.node, &reference.range, judgement);
                }
                None => self.reference(reference, target),
            }
        }
    }

    /// Why a reference of this name means something else, if it does.
    fn why_it_stays(&self, reference: &Reference) -> Option<&'static str> {
        if let Form::InFile(path) = &reference.form {
            let target = join(folder(&self.file.path), path);
            let is_ours = target.is_some_and(|target| self.task.own_files.contains(&&*target));
            return (!is_ours).then_some("a service of another file");
        }
        match self.role {
            Role::Own => None,
            Role::Foreign { defines_old: false } if reference.namespace == Namespace::Container => {
                None
            }
            Role::Foreign { .. } => Some("another project's"),
        }
    }

    fn reference(&mut self, reference: &Reference, target: &Target) {
        let doc = &self.file.doc;
        let class = match reference.namespace {
            Namespace::Container => Class::ContainerReference,
            _ => Class::ServiceReference,
        };
        let judgement = (class, Confidence::Certain, reference.place);
        // A bare link is also the host name that the linking container knows.
        let keeps_host = reference.form == Form::BareLink && self.task.keep_alias;
        // By an alias, of the link or of the whole list, it may be no link elsewhere.
        let is_other_too = || {
            let mut references = self.file.names().references.iter();
            doc.is_shared(reference.node)
                || references
                    .any(|other| other.node == reference.node && other.form != Form::BareLink)
        };
        if keeps_host && is_other_too() {
            let reason = format!(
                "the link is shared through an anchor, and what keeps its host name, `{}:{}`, may mean nothing to the other users; write the link out first",
                target.new, target.old
            );
            self.draft.refusals.push(Refusal { span: doc.node(reference.node).span, reason });
        }
        if !self.mark(reference.node, &reference.range, judgement) {
            return;
        }
        let is_key = matches!(reference.form, Form::Key)
            || (reference.form == Form::Definition && reference.namespace != Namespace::Container);
        if is_key {
            match patch::rename_key(doc, reference.node, &target.new) {
                Ok(patch) => self.draft.patch.extend(patch),
                Err(refusal) => self.draft.refusals.push(refusal),
            }
            return;
        }
        let new = match keeps_host {
            true => format!("{}:{}", target.new, target.old),
            false => target.new.clone(),
        };
        if reference.form == Form::Undocumented {
            let reason = format!(
                "`{}: service:…` is not in the Compose specification, but docker compose follows it; it is renamed too",
                reference.place
            );
            self.draft.warnings.push(Refusal { span: doc.node(reference.node).span, reason });
        }
        self.replace(reference.node, reference.range.clone(), new);
    }

    fn values(&mut self, target: &Target) {
        let file = self.file;
        let texts = &file.names().texts;
        for ValueUsage { node, usage } in
            values::usages(file, texts, &target.old, self.task.services)
        {
            let usage = self.judge(usage, target);
            let judgement = (usage.class, usage.confidence, usage.reason);
            let is_edit = usage.confidence >= Confidence::Likely && target.accepts(usage.class);
            if !is_edit {
                self.leave(node, &usage.range, judgement);
            } else if self.mark(node, &usage.range, judgement) {
                self.replace(node, usage.range, target.new.clone());
            }
        }
    }

    /// Weighs a use in a value against what is being renamed.
    fn judge(&self, mut usage: Usage, target: &Target) -> Usage {
        if usage.class.refers() && !target.accepts(usage.class) {
            usage.confidence = Confidence::Unsure;
        }
        match self.role {
            Role::Own => {}
            // Other projects reach the name over a shared network, or not at all: only a name that
            // can hardly be another's is followed there.
            Role::Foreign { defines_old: false } if target.is_distinctive => {
                usage.confidence = usage.confidence.min(Confidence::Likely);
            }
            Role::Foreign { .. } => {
                usage.confidence = Confidence::Unsure;
                usage.reason = "in another project";
            }
        }
        if self.task.only_certain && usage.confidence == Confidence::Likely {
            usage.confidence = Confidence::Unsure;
        }
        usage
    }

    /// `/run/secrets/NAME` in the services that mount the secret in the short form.
    fn secret_paths(&mut self, target: &Target) {
        let (file, doc) = (self.file, &self.file.doc);
        let path = format!("/run/secrets/{}", target.old);
        let mounts: Vec<Span> = file
            .names()
            .references
            .iter()
            .filter(|one| one.namespace == Namespace::Secret && one.name == target.old)
            .filter(|one| one.form == Form::ShortMount && one.place == "secrets")
            .map(|one| doc.node(one.node).span)
            .collect();
        let services: Vec<Span> = file
            .services()
            .map(|service| doc.node(doc.resolve(service.body)).span)
            .filter(|body| mounts.iter().any(|mount| body.contains(*mount)))
            .collect();
        for text in &file.names().texts {
            let nodes = match &text.kind {
                TextKind::Words(nodes) => nodes.as_slice(),
                _ => std::slice::from_ref(&text.node),
            };
            for &node in nodes {
                if !services.iter().any(|body| body.contains(doc.node(node).span)) {
                    continue;
                }
                let value = doc.value(node).unwrap_or_default().into_owned();
                for (range, is_whole) in occurrences(&value, &path) {
                    let name = range.end - target.old.len()..range.end;
                    let reason = "where the secret is mounted";
                    let judgement = (Class::ServiceReference, Confidence::Certain, reason);
                    if is_whole && self.mark(node, &name, judgement) {
                        self.replace(node, name, target.new.clone());
                    }
                }
            }
        }
    }

    fn replace(&mut self, node: NodeId, range: Range<usize>, new: String) {
        self.parts.entry(node).or_default().push((range, new));
    }

    /// Records an edit's meaning; tells whether the name can be edited at its place, and is not yet.
    fn mark(&mut self, node: NodeId, range: &Range<usize>, judgement: Judgement<'_>) -> bool {
        let (class, confidence, reason) = judgement;
        let Some(span) = self.file.doc.value_span(node, range.clone()) else {
            let reason = format!(
                "{reason}: the name is spelled with escapes or over several lines; write it plainly first"
            );
            let span = self.file.doc.node(node).span;
            self.draft.refusals.push(Refusal { span, reason });
            return false;
        };
        let meaning = Meaning { span, class, confidence, reason: reason.to_owned() };
        self.renamed.insert(span, meaning).is_none()
    }

    fn leave(&mut self, node: NodeId, range: &Range<usize>, judgement: Judgement<'_>) {
        if let Some(span) = self.file.doc.value_span(node, range.clone()) {
            self.leave_at(span, judgement);
        }
    }

    /// Records a name that stays; of two readings the surer one counts.
    fn leave_at(&mut self, span: Span, (class, confidence, reason): Judgement<'_>) {
        let known = self.left.get(&span);
        if known.is_none_or(|known| known.confidence < confidence) {
            let reason = reason.to_owned();
            self.left.insert(span, Meaning { span, class, confidence, reason });
        }
    }

    fn finish(mut self) -> FileDraft {
        for (node, mut parts) in std::mem::take(&mut self.parts) {
            parts.sort_by_key(|(range, _)| range.start);
            parts.dedup();
            match patch::splice_scalar(&self.file.doc, node, &parts) {
                Ok(patch) => self.draft.patch.extend(patch),
                Err(refusal) => self.draft.refusals.push(refusal),
            }
        }
        self.rest();
        let Self { renamed, left, mut draft, .. } = self;
        let is_inside = |span: Span| {
            let up_to = Span { start: span.start, end: u32::MAX };
            renamed.range(..=up_to).next_back().is_some_and(|(edited, _)| edited.contains(span))
        };
        draft.left = left.into_values().filter(|meaning| !is_inside(meaning.span)).collect();
        draft.renamed = renamed.into_values().collect();
        draft
    }

    /// Every other occurrence in the file's text, so that nothing goes unsaid.
    fn rest(&mut self) {
        let file = self.file;
        for target in self.task.targets {
            for (range, is_whole) in occurrences(file.doc.text(), &target.old) {
                let span = Span::from(range);
                if self.renamed.contains_key(&span) || self.left.contains_key(&span) {
                    continue;
                }
                let (class, reason) = rest_class(file, span, is_whole);
                let confidence = match class {
                    Class::Comment | Class::Unknown => Confidence::Unsure,
                    _ => Confidence::Certain,
                };
                self.leave_at(span, (class, confidence, reason));
            }
        }
    }
}

fn rest_class(file: &ComposeFile, span: Span, is_whole: bool) -> (Class, &'static str) {
    let doc = &file.doc;
    let comments = doc.comments();
    let after = comments.partition_point(|comment| comment.start <= span.start);
    if after.checked_sub(1).is_some_and(|at| comments[at].contains(span)) {
        return (Class::Comment, "comment");
    }
    if !is_whole {
        return (Class::LongerName, "part of a longer name");
    }
    let holder = file.names().references.iter().find(|reference| {
        doc.value_span(reference.node, reference.range.clone()).is_some_and(|at| at.contains(span))
    });
    if let Some(reference) = holder {
        return match reference.namespace {
            Namespace::Volume => (Class::Volume, "a volume"),
            Namespace::Network => (Class::Network, "a network"),
            _ => (Class::OtherNamespace, "a name of another kind"),
        };
    }
    match key_above(file, span).as_deref() {
        Some("image") => (Class::Image, "an image"),
        Some("profiles") => (Class::Profile, "a profile"),
        Some("aliases") => (Class::Alias, "a network alias"),
        Some(
            "volumes" | "env_file" | "build" | "context" | "dockerfile" | "file" | "path"
            | "source" | "target",
        ) => (Class::Path, "a path"),
        Some("user") => (Class::User, "a user"),
        Some("hostname" | "domainname") => (
            Class::Unknown,
            "`hostname` is no DNS name; some servers keep their data under it, so it stays",
        ),
        _ => (Class::Unknown, "no place where Compose names a service"),
    }
}

/// Tells whether a place is a service's own idea of its name, by which nothing else reaches it.
pub(super) fn is_own_host_name(file: &ComposeFile, span: Span) -> bool {
    matches!(key_above(file, span).as_deref(), Some("hostname" | "domainname"))
}

/// The key of the nearest mapping pair around a place.
fn key_above(file: &ComposeFile, span: Span) -> Option<String> {
    let doc = &file.doc;
    let mut found = None;
    let mut node = *doc.roots().iter().find(|root| doc.node(**root).span.contains(span))?;
    loop {
        // Children stand in order of the text, so the one that may hold the place is found by halves.
        let child = match &doc.node(node).kind {
            Kind::Mapping { entries, .. } => {
                let after =
                    entries.partition_point(|entry| doc.node(entry.key).span.start <= span.start);
                let entry = after.checked_sub(1).and_then(|at| entries.get(at))?;
                found = Some(entry.key);
                entry.value
            }
            Kind::Sequence { items, .. } => {
                let after = items.partition_point(|item| item.start <= span.start);
                after.checked_sub(1).and_then(|at| items.get(at))?.value
            }
            Kind::Scalar(_) | Kind::Alias { .. } => break,
        };
        node = child;
    }
    doc.value(found?).map(|key| key.into_owned())
}
