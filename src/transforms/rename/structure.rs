//! The edits inside Compose files: keys, references, and host names in values.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::model::{ComposeFile, folder, join};
use crate::compose::names::{Form, Names, Namespace, Reference};
use crate::compose::usage::{Class, Confidence, Usage, occurrences};
use crate::compose::values::{self, ValueUsage};
use crate::text::span::Span;
use crate::transforms::rename::target::Target;
use crate::yaml::document::{Kind, NodeId};
use crate::yaml::patch::{self, Patch, Refusal};

/// What a file's text gets, with the meaning of each edit.
#[derive(Debug, Default)]
pub(super) struct FileDraft {
    pub(super) patch: Patch,
    /// The name's own bytes, and what it means there.
    pub(super) renamed: Vec<Meaning>,
    pub(super) left: Vec<Meaning>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) warnings: Vec<Refusal>,
}

/// A name's place in a file, and what it means there.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    pub(super) span: Span,
    pub(super) class: Class,
    pub(super) confidence: Confidence,
    pub(super) reason: String,
}

/// How far a file's references go along with a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The file belongs to the project: all of its references mean the renamed thing.
    Own,
    /// The file of another project: only what reaches over projects does (containers, `extends`).
    Foreign {
        /// Whether that project has something of the old name itself.
        defines_old: bool,
    },
}

/// One value's replacements, in the value's own bytes.
type Parts = Vec<(Range<usize>, String)>;

/// Drafts the rename in one Compose file.
pub(super) fn draft(
    file: &ComposeFile,
    role: Role,
    targets: &[Target],
    own_files: &[&str],
    services: &[String],
    keep_alias: bool,
    only_certain: bool,
) -> FileDraft {
    let found = file.names();
    let mut draft = FileDraft::default();
    let mut parts: BTreeMap<NodeId, Parts> = BTreeMap::new();
    for target in targets {
        for reference in &found.references {
            if reference.namespace != target.namespace || reference.name != target.old {
                continue;
            }
            if let Some(why) = stays(file, role, reference, own_files) {
                draft.leave(file, reference.node, &reference.range, Class::OtherNamespace, why);
                continue;
            }
            draft.reference(file, reference, target, keep_alias, &mut parts);
        }
        if target.is_reached_by_host() {
            draft.values(file, role, found, target, services, only_certain, &mut parts);
        }
        if target.namespace == Namespace::Secret && role == Role::Own {
            draft.secret_paths(file, found, target, &mut parts);
        }
    }
    for (node, mut node_parts) in parts {
        node_parts.sort_by_key(|(range, _)| range.start);
        node_parts.dedup();
        match patch::splice_scalar(&file.doc, node, &node_parts) {
            Ok(patch) => draft.patch.extend(patch),
            Err(refusal) => draft.refusals.push(refusal),
        }
    }
    draft.rest(file, found, targets);
    draft
}

/// Why a reference of this name means something else, if it does.
fn stays(
    file: &ComposeFile,
    role: Role,
    reference: &Reference,
    own_files: &[&str],
) -> Option<&'static str> {
    if let Form::InFile(path) = &reference.form {
        let target = join(folder(&file.path), path);
        let is_ours = target.as_deref().is_some_and(|target| own_files.contains(&target));
        return (!is_ours).then_some("a service of another file");
    }
    match role {
        Role::Own => None,
        Role::Foreign { defines_old: false } if reference.namespace == Namespace::Container => None,
        Role::Foreign { .. } => Some("another project's"),
    }
}

impl FileDraft {
    fn reference(
        &mut self,
        file: &ComposeFile,
        reference: &Reference,
        target: &Target,
        keep_alias: bool,
        parts: &mut BTreeMap<NodeId, Parts>,
    ) {
        let doc = &file.doc;
        let class = match reference.namespace {
            Namespace::Container => Class::ContainerReference,
            _ => Class::ServiceReference,
        };
        if !self.mark(
            file,
            reference.node,
            &reference.range,
            class,
            Confidence::Certain,
            reference.place,
        ) {
            return;
        }
        let is_key = matches!(reference.form, Form::Key)
            || (reference.form == Form::Definition && reference.namespace != Namespace::Container);
        if is_key {
            match patch::rename_key(doc, reference.node, &target.new) {
                Ok(patch) => self.patch.extend(patch),
                Err(refusal) => self.refusals.push(refusal),
            }
            return;
        }
        // A bare link is also the host name that the linking container knows.
        let new = match reference.form {
            Form::BareLink if keep_alias => format!("{}:{}", target.new, target.old),
            _ => target.new.clone(),
        };
        if reference.form == Form::Undocumented {
            let reason = format!(
                "`{}: service:…` is not in the Compose specification, but docker compose follows it; it is renamed too",
                reference.place
            );
            self.warnings.push(Refusal { span: doc.node(reference.node).span, reason });
        }
        parts.entry(reference.node).or_default().push((reference.range.clone(), new));
    }

    #[expect(clippy::too_many_arguments, reason = "one call, each argument a fact of its own")]
    fn values(
        &mut self,
        file: &ComposeFile,
        role: Role,
        found: &Names,
        target: &Target,
        services: &[String],
        only_certain: bool,
        parts: &mut BTreeMap<NodeId, Parts>,
    ) {
        for ValueUsage { node, usage } in values::usages(file, &found.texts, &target.old, services)
        {
            let usage = judge(usage, role, target, only_certain);
            let is_edit = usage.confidence >= Confidence::Likely && usage.class.refers();
            if !is_edit {
                self.leave_usage(file, node, &usage);
            } else if self.mark(
                file,
                node,
                &usage.range,
                usage.class,
                usage.confidence,
                usage.reason,
            ) {
                parts.entry(node).or_default().push((usage.range, target.new.clone()));
            }
        }
    }

    /// `/run/secrets/NAME`: where a short-form secret is mounted.
    fn secret_paths(
        &mut self,
        file: &ComposeFile,
        found: &Names,
        target: &Target,
        parts: &mut BTreeMap<NodeId, Parts>,
    ) {
        let path = format!("/run/secrets/{}", target.old);
        let doc = &file.doc;
        for text in &found.texts {
            let nodes = match &text.kind {
                values::TextKind::Words(nodes) => nodes.clone(),
                _ => vec![text.node],
            };
            for node in nodes {
                let value = doc.value(node).unwrap_or_default().into_owned();
                for (range, is_whole) in occurrences(&value, &path) {
                    let name = range.end - target.old.len()..range.end;
                    let reason = "where the secret is mounted";
                    if is_whole
                        && self.mark(
                            file,
                            node,
                            &name,
                            Class::ServiceReference,
                            Confidence::Certain,
                            reason,
                        )
                    {
                        parts.entry(node).or_default().push((name, target.new.clone()));
                    }
                }
            }
        }
    }

    /// Records an edit's meaning; tells whether the name can be edited at its place, and is not yet.
    fn mark(
        &mut self,
        file: &ComposeFile,
        node: NodeId,
        range: &Range<usize>,
        class: Class,
        confidence: Confidence,
        reason: &str,
    ) -> bool {
        let Some(span) = file.doc.value_span(node, range.clone()) else {
            let span = file.doc.node(node).span;
            let reason = format!(
                "{reason}: the name is spelled with escapes or over several lines; write it plainly first"
            );
            self.refusals.push(Refusal { span, reason });
            return false;
        };
        if self.renamed.iter().any(|known| known.span == span) {
            return false;
        }
        self.renamed.push(Meaning { span, class, confidence, reason: reason.to_owned() });
        true
    }

    fn leave(
        &mut self,
        file: &ComposeFile,
        node: NodeId,
        range: &Range<usize>,
        class: Class,
        why: &str,
    ) {
        if let Some(span) = file.doc.value_span(node, range.clone()) {
            let confidence = Confidence::Certain;
            self.left.push(Meaning { span, class, confidence, reason: why.to_owned() });
        }
    }

    fn leave_usage(&mut self, file: &ComposeFile, node: NodeId, usage: &Usage) {
        if let Some(span) = file.doc.value_span(node, usage.range.clone()) {
            self.left.push(Meaning {
                span,
                class: usage.class,
                confidence: usage.confidence,
                reason: usage.reason.to_owned(),
            });
        }
    }

    /// Every other occurrence in the file's text, so that nothing goes unsaid.
    fn rest(&mut self, file: &ComposeFile, found: &Names, targets: &[Target]) {
        let text = file.doc.text();
        for target in targets {
            for (range, is_whole) in occurrences(text, &target.old) {
                let span = Span::from(range);
                let is_known =
                    |known: &Meaning| known.span.start <= span.start && span.end <= known.span.end;
                if self.renamed.iter().chain(&self.left).any(is_known) {
                    continue;
                }
                let (class, reason) = rest_class(file, found, span, is_whole);
                let confidence = if matches!(class, Class::Comment | Class::Unknown) {
                    Confidence::Unsure
                } else {
                    Confidence::Certain
                };
                self.left.push(Meaning { span, class, confidence, reason: reason.to_owned() });
            }
        }
    }
}

/// Weighs a use in a value against what is being renamed.
fn judge(usage: Usage, role: Role, target: &Target, only_certain: bool) -> Usage {
    let mut usage = usage;
    if !target.accepts(usage.class) {
        usage.confidence = Confidence::Unsure;
    }
    match role {
        Role::Own => {}
        // Other projects reach the name over a shared network, or not at all: only a name that can
        // hardly be another's is followed there.
        Role::Foreign { defines_old: false } if target.is_distinctive => {
            usage.confidence = usage.confidence.min(Confidence::Likely);
        }
        Role::Foreign { .. } => {
            usage.confidence = Confidence::Unsure;
            usage.reason = "in another project";
        }
    }
    if only_certain && usage.confidence == Confidence::Likely {
        usage.confidence = Confidence::Unsure;
    }
    usage
}

fn rest_class(
    file: &ComposeFile,
    found: &Names,
    span: Span,
    is_whole: bool,
) -> (Class, &'static str) {
    let doc = &file.doc;
    if doc.comments().iter().any(|comment| comment.contains(span)) {
        return (Class::Comment, "comment");
    }
    if !is_whole {
        return (Class::LongerName, "part of a longer name");
    }
    let holder = found.references.iter().find(|reference| {
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
            "volumes" | "env_file" | "context" | "dockerfile" | "file" | "path" | "source"
            | "target",
        ) => (Class::Path, "a path"),
        Some("user") => (Class::User, "a user"),
        Some("hostname" | "domainname") => (
            Class::Unknown,
            "`hostname` is no DNS name; some servers keep their data under it, so it stays",
        ),
        _ => (Class::Unknown, "no place where Compose names a service"),
    }
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
