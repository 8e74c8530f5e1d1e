//! The mentions in files that are no Compose files: scripts, configuration, code, docs.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::compose::discover::Project;
use crate::compose::model::file_name;
use crate::compose::usage::{Class, Confidence};
use crate::repo::kind::{FileKind, kind};
use crate::repo::load::Repo;
use crate::repo::mentions::{Mention, Subject, mentions};
use crate::repo::workspace::Workspace;
use crate::text::source::SourceFile;
use crate::transforms::rename::options::Phase;
use crate::transforms::rename::select::owner;
use crate::transforms::rename::target::Target;

/// The mentions of one target in one file.
#[derive(Debug)]
pub(super) struct FileMentions<'r> {
    pub(super) file: &'r SourceFile,
    pub(super) phase: Phase,
    pub(super) mentions: Vec<Mention>,
}

/// Classifies every mention of a target outside the Compose files.
pub(super) fn find<'r>(
    repo: &'r Repo,
    workspace: &Workspace,
    target: &Target,
    services: &[String],
) -> Vec<FileMentions<'r>> {
    let candidates: Vec<(&SourceFile, FileKind)> = repo
        .files
        .par_iter()
        .filter(|file| !workspace.files.contains_key(&file.path) && file.text.contains(&target.old))
        .map(|file| (file, kind(&file.path, &file.text)))
        .collect();
    let read = |distinctive: bool| -> Vec<FileMentions<'r>> {
        let subject = Subject {
            name: target.old.clone(),
            services: services.to_vec(),
            new: Some(target.new.clone()),
            distinctive,
        };
        candidates
            .par_iter()
            .map(|&(file, kind)| FileMentions {
                file,
                phase: phase(kind),
                mentions: mentions(&file.path, &file.text, kind, &subject),
            })
            .collect()
    };
    let first = read(target.is_distinctive);
    if target.is_distinctive && has_other_meaning(&first) {
        return read(false);
    }
    first
}

/// Whether the tree uses the name for something else often enough that a bare word may be that: one
/// mention in ten of those that are certain.
fn has_other_meaning(files: &[FileMentions<'_>]) -> bool {
    let certain = files
        .iter()
        .flat_map(|file| &file.mentions)
        .filter(|mention| mention.confidence == Confidence::Certain);
    let (mut references, mut others) = (0_usize, 0_usize);
    for mention in certain {
        match mention.class {
            class if class.refers() => references += 1,
            Class::Database
            | Class::User
            | Class::Volume
            | Class::Image
            | Class::Path
            | Class::Profile => {
                others += 1;
            }
            _ => {}
        }
    }
    others >= 2 && others * 10 >= references
}

/// Whether the tree holds a folder or file of that name: its name in prose may mean that.
pub(super) fn names_a_path(repo: &Repo, name: &str) -> bool {
    repo.all_paths.iter().any(|path| {
        path.split('/').any(|part| part == name)
            || file_name(path).split('.').next().is_some_and(|stem| stem == name)
    })
}

/// Whether a file's mentions may mean the chosen projects' name at all.
///
/// A file lies in the nearest folder above it whose project defines OLD. Where that is not a chosen
/// one, or where there is none while others define OLD too, the mention is not ours to change.
pub(super) fn is_in_reach(path: &str, chosen: &[Project], definers: &[Project]) -> bool {
    let is_chosen = |project: &Project| chosen.iter().any(|own| own.folder == project.folder);
    match owner(path, definers) {
        Some(project) => is_chosen(project),
        None => definers.iter().all(is_chosen),
    }
}

/// Names of the services and containers of the projects, besides the one that is renamed.
pub(super) fn other_services(
    workspace: &Workspace,
    projects: &[Project],
    old: &str,
) -> Vec<String> {
    let mut names = BTreeSet::new();
    for path in projects.iter().flat_map(Project::all_files) {
        let Some(file) = workspace.files.get(path) else { continue };
        for service in file.services() {
            names.extend(file.text_of(service.body, "container_name"));
            names.insert(service.name);
        }
    }
    names.remove(old);
    names.into_iter().collect()
}

/// The phase that a file belongs to.
pub(super) fn phase(kind: FileKind) -> Phase {
    match kind {
        FileKind::Yaml | FileKind::Env | FileKind::Config(_) | FileKind::Other => Phase::Config,
        FileKind::Shell | FileKind::Make | FileKind::Dockerfile | FileKind::Ci => Phase::Scripts,
        FileKind::Code(_) | FileKind::Sql | FileKind::Generated => Phase::Code,
        FileKind::Docs | FileKind::History => Phase::Docs,
    }
}
