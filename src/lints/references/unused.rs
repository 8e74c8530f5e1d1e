//! What the lints of things that nothing uses share.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::undefined::{defines, section};
use crate::compose::model::{ComposeFile, folder};
use crate::compose::names::{Form, Namespace};
use crate::compose::usage::occurrences;
use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::lints::Lint;
use crate::lints::context::FileView;
use crate::yaml::document::{Entry, Kind, NodeId};
use crate::yaml::patch::remove;

/// Finds the things of a file in a namespace that no service uses, however the file is loaded.
pub(super) fn find(lint: &Lint, namespace: Namespace, view: &FileView<'_>) -> Vec<Finding> {
    let file = view.file;
    let section = section(namespace);
    let entries: Vec<Entry> = file.section(section).collect();
    if entries.is_empty() || file.services().next().is_none() {
        return Vec::new();
    }
    let related = related(view);
    let all = related.iter().map(|(file, _)| *file);
    if all.clone().any(|file| is_open(file, namespace) || !follows_all(view, file)) {
        return Vec::new();
    }
    let users: Vec<_> =
        related.iter().map(|(file, is_own)| (*file, *is_own, used(file, namespace))).collect();
    let uses = |name: &str| {
        let engine_name = engine_name(file, namespace, name);
        users.iter().any(|(other, is_own, used)| {
            let mut names = [Some(name), engine_name.as_deref()].into_iter().flatten();
            names.any(|name| used.contains(name)) && (*is_own || !defines(other, section, name))
        })
    };
    let unused = entries.iter().filter_map(|entry| {
        let name = view.text(entry.key)?;
        let is_implied = namespace == Namespace::Network && name == "default";
        if is_implied || uses(&name) || is_in_comments(view, &name) {
            return None;
        }
        let word = namespace.word();
        let message = format!("no service uses the {word} `{name}`, so it is never made");
        let help = "remove it, or give it to the service that it is meant for";
        let finding = lint.finding(message).at(view.path(), view.span(entry.key)).help(help);
        Some(finding.fix(removed(view, namespace, *entry, entries.len())))
    });
    unused.collect()
}

/// Whether a comment of the file speaks of a name: what is commented out may come back.
fn is_in_comments(view: &FileView<'_>, name: &str) -> bool {
    let doc = &view.file.doc;
    let comments = doc.comments().iter().filter_map(|span| doc.text().get(span.range()));
    comments.into_iter().any(|text| occurrences(text, name).any(|(_, is_whole)| is_whole))
}

/// Gives the files that may be loaded together with this one, and whether they share its names for
/// sure: those of its projects. Others above, beside or below may name what this one defines.
fn related<'a>(view: &FileView<'a>) -> Vec<(&'a ComposeFile, bool)> {
    let workspace = view.context.workspace;
    let own = workspace.projects_of(view.path());
    let mut own: BTreeSet<&str> = own.flat_map(|project| project.all_files()).collect();
    own.insert(view.path());
    let here = folder(view.path());
    let near = workspace.files_within(here).chain(workspace.files_above(here));
    let near: BTreeSet<&str> = near.map(|file| file.path.as_str()).collect();
    let files = near.union(&own).filter_map(|path| {
        let is_own = own.contains(path);
        Some((workspace.files.get(*path)?, is_own))
    });
    files.collect()
}

/// Whether all that a file includes is known: what is not may use anything.
fn follows_all(view: &FileView<'_>, file: &ComposeFile) -> bool {
    let doc = &file.doc;
    let includes = doc.roots().iter().any(|&root| doc.get(root, "include").is_some());
    let mut own = view.context.workspace.projects_of(&file.path);
    file.malformed().is_none() && (!includes || own.all(|project| project.missing.is_empty()))
}

/// Gives the names in a namespace that a file uses.
fn used(file: &ComposeFile, namespace: Namespace) -> BTreeSet<Cow<'_, str>> {
    let references = file.names().references.iter();
    let named = references.filter(|found| found.form != Form::Definition);
    let named = named.filter(|found| found.namespace == namespace);
    let mut used: BTreeSet<Cow<'_, str>> =
        named.map(|found| Cow::Borrowed(found.name.as_str())).collect();
    // What few files do: a network by its engine name, a credential, a volume of a cluster.
    let key = match namespace {
        Namespace::Network => "network_mode",
        Namespace::Config => "config",
        Namespace::Volume => "source",
        _ => return used,
    };
    let doc = &file.doc;
    let mappings = doc.nodes().filter(|(_, node)| matches!(node.kind, Kind::Mapping { .. }));
    let values = mappings.filter_map(|(id, _)| doc.value(doc.get(id, key)?.value));
    used.extend(values);
    used
}

/// What the engine calls a thing that has a `name`.
fn engine_name(file: &ComposeFile, namespace: Namespace, name: &str) -> Option<String> {
    let mut entries = file.section(section(namespace));
    let entry = entries.find(|entry| file.doc.is_value(entry.key, name))?;
    file.text_of(entry.value, "name")
}

/// Whether a variable of a file may name anything in a namespace.
fn is_open(file: &ComposeFile, namespace: Namespace) -> bool {
    let doc = &file.doc;
    let key = section(namespace);
    let mappings = doc.nodes().filter(|(_, node)| matches!(node.kind, Kind::Mapping { .. }));
    let mut lists = mappings.filter_map(|(id, _)| Some(doc.get(id, key)?.value));
    lists.any(|list| {
        let items = doc.items(list).iter().map(|item| item.value);
        items.chain(std::iter::once(list)).any(|item| {
            let source = doc.get(item, "source").map_or(item, |entry| entry.value);
            doc.value(source).is_some_and(|text| text.starts_with('$'))
        })
    })
}

/// The entry away, or all of its section where it is the only one.
fn removed(
    view: &FileView<'_>,
    namespace: Namespace,
    entry: Entry,
    entries: usize,
) -> Option<Arc<Fix>> {
    let doc = &view.file.doc;
    if view.file.doc.roots().len() != 1 || has_anchor(view, entry) {
        return None;
    }
    let root = *doc.roots().first()?;
    let section = section(namespace);
    let key: NodeId = match entries {
        1 => doc.get(root, section)?.key,
        _ => entry.key,
    };
    let applicability = match namespace {
        // `down -v` removes the volume's data as long as the file names it.
        Namespace::Volume => Applicability::Unsafe,
        _ => Applicability::Safe,
    };
    let title = format!("remove the {}", namespace.word());
    Fix::patch(title, applicability, view.path(), remove(doc, key).ok()?)
}

/// Whether something in an entry is named elsewhere by an alias.
fn has_anchor(view: &FileView<'_>, entry: Entry) -> bool {
    let doc = &view.file.doc;
    let span = doc.node(entry.value).span;
    let mut inside = doc.nodes().filter(|(id, node)| {
        *id == entry.key
            || *id == entry.value
            || (node.span.start >= span.start && node.span.end <= span.end)
    });
    inside.any(|(_, node)| node.anchor.is_some())
}
