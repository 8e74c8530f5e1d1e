//! What the lints of files that are named and not there share.

use super::reach::{What, is_loaded_by_itself, reach};
use crate::compose::model::{file_name, folder};
use crate::compose::usage::occurrences;
use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Finding, Severity};
use crate::lints::Lint;
use crate::lints::context::Loading;

/// How a file is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    ByExtends,
    ByInclude,
}

/// Finds what the files of a loading name in one way and is not there.
pub(super) fn find(lint: &Lint, loading: &Loading<'_>, named: Named) -> Vec<Finding> {
    let found = reach(loading).missing.into_iter().filter_map(|missing| {
        // With a colon it is none of this tree: `oci:…`, `git@…`, a remote of some tool's.
        let is_made = |path: &str| {
            path.contains(':')
                || loading.context.ignored().covers(path)
                || is_explained(loading, &missing.place.path, path)
        };
        let (message, help) = match missing.what {
            What::Included(path) if named == Named::ByInclude && !is_made(&path) => {
                (absent(&path), help(loading, &path))
            }
            What::Extended(path) if named == Named::ByExtends && !is_made(&path) => {
                (absent(&path), help(loading, &path))
            }
            What::ServiceOf { path, name, known } if named == Named::ByExtends => {
                let message = format!(
                    "`{path}` has no service `{name}`, so docker compose refuses the project"
                );
                let near = nearest(&name, known.iter().map(String::as_str));
                let help = match near.first() {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a service of that file".to_owned(),
                };
                (message, help)
            }
            _ => return None,
        };
        let is_sure = is_loaded_by_itself(loading);
        let severity = if is_sure { lint.severity } else { Severity::Warning };
        let finding = Finding { severity, ..lint.finding(message) };
        Some(finding.at(missing.place.path, missing.place.span).help(help))
    });
    found.collect()
}

/// Tells whether a comment of the file that names another one, or a script, speaks of it: then
/// something makes it before docker compose is called.
pub(super) fn is_explained(loading: &Loading<'_>, by: &str, path: &str) -> bool {
    let workspace = loading.context.workspace;
    let name = file_name(path);
    let says = |text: &str| occurrences(text, name).any(|(_, is_whole)| is_whole);
    let in_comments = workspace.files.get(by).is_some_and(|file| {
        let text = file.doc.text();
        let comments = file.doc.comments().iter();
        comments.filter_map(|span| text.get(span.range())).any(says)
    });
    in_comments || loading.context.other_files().any(|file| says(&file.text))
}

fn absent(path: &str) -> String {
    format!("`{path}` is not there, so docker compose refuses the project")
}

/// Proposes the file of the same folder that was meant, or one of the same name elsewhere.
fn help(loading: &Loading<'_>, path: &str) -> String {
    let files = || loading.context.workspace.files.keys().map(String::as_str);
    let beside = files().filter(|other| folder(other) == folder(path));
    let near = nearest(path, beside).first().copied();
    match near.or_else(|| files().find(|other| file_name(other) == file_name(path))) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "mend the path, or take the reference away".to_owned(),
    }
}
