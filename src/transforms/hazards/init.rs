//! The scripts that a database's image runs on an empty volume.

use super::mount::mounts;
use super::view::{Server, View};
use crate::compose::model::join;
use crate::compose::store::is_within;
use crate::compose::usage::Class;
use crate::compose::value::Value;
use crate::diagnostics::Place;
use crate::repo::kind::kind;
use crate::repo::mentions::{Subject, mentions};
use crate::text::source::SourceFile;

/// Where images look for scripts.
const FOLDER: &str = "/docker-entrypoint-initdb.d";

/// Gives the files and folders of the tree that a service is given as init scripts.
pub(super) fn files(view: &View<'_>, service: &Value) -> Vec<String> {
    let own = mounts(service).filter(|mount| !mount.is_volume && is_within(mount.target, FOLDER));
    own.filter_map(|mount| join(&view.project.folder, mount.source?)).collect()
}

/// Gives the first mention of a role in each of a service's init scripts. A database or a table may
/// have the same name.
pub(super) fn roles(view: &View<'_>, service: &Value, role: &str) -> Vec<Place> {
    let roots = files(view, service);
    let subject = Subject { name: role.to_owned(), ..Subject::default() };
    let found = below(view, &roots).filter_map(|file| {
        let found = mentions(&file.path, &file.text, kind(&file.path, &file.text), &subject);
        let role = found.into_iter().find(|mention| mention.class == Class::User)?;
        Some(Place { path: file.path.clone(), span: role.span })
    });
    found.collect()
}

/// Tells whether a service's init scripts make a role.
pub(super) fn makes_role(view: &View<'_>, server: &Server<'_>, role: &str) -> bool {
    let roots = files(view, server.before);
    // The scripts may have it from the container.
    let holding = server.given.iter().filter(|(_, value)| value.text() == Some(role));
    let mut spellings: Vec<String> =
        holding.flat_map(|(key, _)| [format!("${key}"), format!("${{{key}}}")]).collect();
    spellings.push(role.to_owned());
    let spellings: Vec<String> =
        spellings.iter().map(|spelling| spelling.to_ascii_lowercase()).collect();
    below(view, &roots).any(|file| {
        let text = file.text.to_ascii_lowercase();
        ["role", "user"].iter().any(|word| {
            spellings.iter().any(|role| {
                text.contains(&format!("create {word} {role}"))
                    || text.contains(&format!("create {word} \"{role}\""))
            })
        })
    })
}

fn below<'v>(view: &'v View<'_>, roots: &'v [String]) -> impl Iterator<Item = &'v SourceFile> {
    let files = view.situation.repo.files.iter();
    files.filter(|file| roots.iter().any(|root| is_within(&file.path, root)))
}
