//! The mentions in files that are no Compose files: scripts, configuration, code, docs.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::compose::discover::Project;
use crate::compose::model::{file_name, folder};
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
/// A file lies in the nearest folder above it whose project defines OLD; where there is none, it is
/// taken to be about the projects nearest below the folders above it. Where those are not all
/// chosen, the mention is not ours to change.
pub(super) fn is_in_reach(path: &str, chosen: &[Project], definers: &[Project]) -> bool {
    let is_chosen = |project: &Project| chosen.iter().any(|own| own.folder == project.folder);
    if let Some(project) = owner(path, definers) {
        return is_chosen(project);
    }
    let mut here = folder(path);
    loop {
        let depths: Vec<(usize, &Project)> = definers
            .iter()
            .filter_map(|project| Some((depth_below(here, &project.folder)?, project)))
            .collect();
        if let Some(nearest) = depths.iter().map(|(depth, _)| *depth).min() {
            return depths.iter().all(|(depth, project)| *depth > nearest || is_chosen(project));
        }
        if here.is_empty() {
            return true;
        }
        here = folder(here);
    }
}

/// How many folders `inner` lies below `outer`, if it does.
fn depth_below(outer: &str, inner: &str) -> Option<usize> {
    let rest =
        if outer.is_empty() { inner } else { inner.strip_prefix(outer)?.strip_prefix('/')? };
    Some(rest.split('/').count())
}

/// Whether a command line names Compose files (`-f other.yml`) none of which is a chosen project's.
pub(super) fn runs_another_stack(line: &str, workspace: &Workspace, chosen: &[Project]) -> bool {
    let mut words = line.split_ascii_whitespace();
    let mut named = Vec::new();
    while let Some(word) = words.next() {
        let value = match word {
            "-f" | "--file" => words.next(),
            _ => word.strip_prefix("--file=").or_else(|| word.strip_prefix("-f=")),
        };
        let path = value.map(|value| value.trim_matches(['"', '\'', '`', ';', ')']));
        named.extend(path.filter(|path| path.ends_with(".yml") || path.ends_with(".yaml")));
    }
    let is_at = |known: &str, named: &str| {
        // The folder that the command runs in is unknown, so the path's end decides.
        let named = named.rsplit("./").next().unwrap_or(named);
        known == named || known.ends_with(&format!("/{named}"))
    };
    let ours = |named: &&str| {
        let mut files = chosen.iter().flat_map(Project::all_files);
        files.any(|path| is_at(path, named))
    };
    let known = |named: &&str| workspace.files.keys().any(|path| is_at(path, named));
    named.iter().any(known) && !named.iter().any(ours)
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
            names.extend(file.container_name(service.body).map(str::to_owned));
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

#[cfg(test)]
mod tests {
    use super::{Project, Workspace, is_in_reach, runs_another_stack};
    use crate::compose::model::ComposeFile;
    use crate::text::source::SourceFile;

    fn project(main: &str) -> Project {
        let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
        Project {
            folder: folder.to_owned(),
            main: main.to_owned(),
            files: vec![main.to_owned()],
            ..Project::default()
        }
    }

    #[test]
    fn a_command_belongs_to_the_stack_whose_file_it_names() {
        let mut workspace = Workspace::default();
        for path in ["compose.yaml", "other/docker-compose.test.yml"] {
            let file = ComposeFile::parse(&SourceFile::new(path, "services: {db: {image: x}}"));
            workspace.files.insert(path.to_owned(), file);
        }
        let chosen = [project("compose.yaml")];
        for (line, expected) in [
            ("docker compose up db", false),
            ("docker compose -f compose.yaml up db", false),
            ("docker compose -f ./compose.yaml up db", false),
            ("docker compose -f other/docker-compose.test.yml up db", true),
            ("docker compose --file=docker-compose.test.yml up db", true),
            ("docker compose -f compose.yaml -f docker-compose.test.yml up db", false),
            ("docker compose -f unknown.yml up db", false),
        ] {
            assert_eq!(runs_another_stack(line, &workspace, &chosen), expected, "{line}");
        }
    }

    #[test]
    fn a_file_belongs_to_the_nearest_stack_above_it() {
        let (root, stack) = (project("compose.yaml"), project("a/compose.yaml"));
        let (other, deep) = (project("b/compose.yaml"), project("examples/c/compose.yaml"));
        for (path, chosen, definers, expected) in [
            ("run.sh", vec![&root], vec![&root], true),
            ("a/run.sh", vec![&root], vec![&root, &stack], false),
            ("a/b/run.sh", vec![&stack], vec![&root, &stack], true),
            ("run.sh", vec![&stack], vec![&stack, &other], false),
            ("run.sh", vec![&stack], vec![&stack], true),
            ("run.sh", vec![&stack, &other], vec![&stack, &other], true),
            ("run.sh", vec![&stack], vec![&stack, &deep], true),
            ("web/run.sh", vec![&deep], vec![&stack, &deep], false),
        ] {
            let owned = |list: Vec<&Project>| list.into_iter().cloned().collect::<Vec<_>>();
            assert_eq!(is_in_reach(path, &owned(chosen), &owned(definers)), expected, "{path}");
        }
    }
}
