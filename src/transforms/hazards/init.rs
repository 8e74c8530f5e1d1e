//! The scripts that a database's image runs on an empty volume.

use super::mount::mounts;
use super::view::View;
use crate::compose::model::join;
use crate::compose::store::is_within;
use crate::compose::usage::occurrences;
use crate::compose::value::Value;
use crate::diagnostics::Place;
use crate::text::source::SourceFile;
use crate::text::span::Span;

/// Where images look for scripts.
const FOLDER: &str = "/docker-entrypoint-initdb.d";

/// Gives the files and folders of the tree that a service is given as init scripts.
pub(super) fn files(view: &View<'_>, service: &Value) -> Vec<String> {
    let own = mounts(service).filter(|mount| !mount.is_volume && is_within(mount.target, FOLDER));
    own.filter_map(|mount| join(&view.project.folder, mount.source?)).collect()
}

/// Gives the first mention of a name in each file at or below some paths, whole comments aside.
pub(super) fn mentions(view: &View<'_>, roots: &[String], name: &str) -> Vec<Place> {
    let found = below(view, roots).filter_map(|file| {
        let is_comment = |at: usize| file.line_at(at).trim_start().starts_with(['#', '-']);
        let mut found = occurrences(&file.text, name);
        let (range, _) = found.find(|(range, is_whole)| *is_whole && !is_comment(range.start))?;
        Some(Place { path: file.path.clone(), span: Span::new(range.start, range.end) })
    });
    found.collect()
}

/// Tells whether a service's init scripts make a role.
pub(super) fn makes_role(view: &View<'_>, service: &Value, role: &str) -> bool {
    let roots = files(view, service);
    let role = role.to_ascii_lowercase();
    below(view, &roots).any(|file| {
        let text = file.text.to_ascii_lowercase();
        ["role", "user"].iter().any(|word| {
            text.contains(&format!("create {word} {role}"))
                || text.contains(&format!("create {word} \"{role}\""))
        })
    })
}

fn below<'v>(view: &'v View<'_>, roots: &'v [String]) -> impl Iterator<Item = &'v SourceFile> {
    let files = view.situation.repo.files.iter();
    files.filter(|file| roots.iter().any(|root| is_within(&file.path, root)))
}
