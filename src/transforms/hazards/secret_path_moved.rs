//! A secret or config gets another key, and with it another path in the containers.

use std::collections::BTreeSet;

use super::Hazard;
use super::view::{View, any_text};
use crate::compose::names::Namespace;
use crate::compose::usage::occurrences;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Place};
use crate::text::span::Span;

pub(super) const HAZARD: Hazard = Hazard {
    id: "secret-path-moved",
    what: "a program does not find its secret or config at the path that it reads",
    why: "without a `target` a secret is mounted at `/run/secrets/<key>`, a config at `/<key>`",
    remedy: "change the path where it is read, or give the secret its old name as `target`",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    let kinds =
        [(Namespace::Secret, "secrets", "/run/secrets/"), (Namespace::Config, "configs", "/")];
    let mut found = Vec::new();
    for (namespace, section, folder) in kinds {
        for rename in view.renames(namespace) {
            let paths = (format!("{folder}{}", rename.old), format!("{folder}{}", rename.new));
            for (service, value) in &view.after.services {
                found.extend(moved(view, (service, value), section, &rename.new, &paths));
            }
        }
    }
    found
}

/// A service that mounts it at the path that its key gives.
fn moved(
    view: &View<'_>,
    (service, value): (&str, &Value),
    section: &str,
    new: &str,
    (old_path, new_path): &(String, String),
) -> Option<Finding> {
    let items = value.get(section).map(Value::items).unwrap_or_default();
    let mut own = items.iter().filter(|item| item.text_of("source") == Some(new));
    let is_there = own.clone().any(|item| item.text_of("target") == Some(old_path));
    if is_there || !own.any(|item| item.get("target").is_none()) {
        return None;
    }
    let environment = view.after.environments.get(service);
    let mut texts: Vec<&Value> = environment.into_iter().flat_map(|known| known.values()).collect();
    texts.extend(["command", "entrypoint", "healthcheck"].iter().filter_map(|key| value.get(key)));
    let reads = |path: &str| {
        let names = |text: &str| occurrences(text, path).any(|(_, is_whole)| is_whole);
        texts.iter().any(|value| any_text(value, &names))
    };
    let help = format!(
        "change the path where it is read, or mount it with `source: {new}` and `target: {}`",
        old_path.rsplit('/').next().unwrap_or_default()
    );
    if reads(old_path) {
        let message = format!("`{service}` reads {old_path}, but finds it at {new_path}");
        let place = view.service(service)?;
        return Some(Finding::error(HAZARD.id, message).at(place.path, place.span).help(help));
    }
    let elsewhere = readers(view, old_path);
    if reads(new_path) && elsewhere.is_empty() {
        return None;
    }
    let message = format!("in `{service}`, {old_path} becomes {new_path}");
    let (message, place) = match elsewhere.first() {
        Some(place) => (format!("{message}, and this file names the old path"), place.clone()),
        None => (format!("{message}; no file says where it is read"), view.service(service)?),
    };
    Some(Finding::warning(HAZARD.id, message).at(place.path, place.span).help(help))
}

/// Places in other files that name a path.
fn readers(view: &View<'_>, path: &str) -> Vec<Place> {
    let compose: BTreeSet<&str> =
        view.situation.workspace.files.keys().map(String::as_str).collect();
    let others =
        view.situation.repo.files.iter().filter(|file| !compose.contains(file.path.as_str()));
    let found = others.filter_map(|file| {
        let (range, _) = occurrences(&file.text, path).find(|(_, is_whole)| *is_whole)?;
        Some(Place { path: file.path.clone(), span: Span::new(range.start, range.end) })
    });
    found.collect()
}
