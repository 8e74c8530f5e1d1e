//! The mentions in files that are no Compose files: scripts, configuration, code, docs.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::compose::command::Script;
use crate::compose::discover::{Project, env_value};
use crate::compose::model::{file_name, folder, join};
use crate::compose::usage::{Class, Confidence};
use crate::repo::kind::{ConfigSyntax, FileKind, kind, may_run_commands};
use crate::repo::load::Repo;
use crate::repo::mentions::{Mention, Subject, mentions};
use crate::repo::workspace::Workspace;
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::transforms::rename::options::Phase;
use crate::transforms::rename::select::owner;
use crate::transforms::rename::target::Target;

/// The mentions of one target in one file.
#[derive(Debug)]
pub(super) struct FileMentions<'r> {
    pub(super) file: &'r SourceFile,
    kind: FileKind,
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
    let wrappers = wrappers(repo);
    let product = is_product(repo, workspace, &target.old);
    let read = |distinctive: bool| -> Vec<FileMentions<'r>> {
        let subject = Subject {
            name: target.old.clone(),
            services: services.to_vec(),
            wrappers: wrappers.clone(),
            new: Some(target.new.clone()),
            distinctive,
            product,
        };
        candidates
            .par_iter()
            .map(|&(file, kind)| FileMentions {
                file,
                kind,
                phase: Phase::of(kind),
                mentions: mentions(&file.path, &file.text, kind, &subject),
            })
            .collect()
    };
    let mut found = read(target.is_distinctive);
    if target.is_distinctive && has_other_meaning(&found) {
        found = read(false);
    }
    leave_upstreams(&mut found, &target.old);
    found
}

/// Whether the repository has the name, or an image that some service runs without building it.
fn is_product(repo: &Repo, workspace: &Workspace, name: &str) -> bool {
    let is_repository = repo.root.file_name().is_some_and(|root| root == name);
    is_repository
        || workspace.files.values().any(|file| {
            file.services()
                .filter(|service| file.attribute(service.body, "build").is_none())
                .filter_map(|service| file.text_of(service.body, "image"))
                .any(|image| image.split(['/', ':', '@']).any(|part| part == name))
        })
}

/// A proxy's files include one another: where one of them gives the name to an upstream of its own,
/// an address without a port means that upstream in all of them.
fn leave_upstreams(files: &mut [FileMentions<'_>], name: &str) {
    let is_proxy =
        |found: &FileMentions<'_>| found.kind == FileKind::Config(ConfigSyntax::Directives);
    let labels = |file: &SourceFile| {
        file.text.lines().any(|line| {
            let rest = line.trim_start().strip_prefix("upstream ");
            rest.is_some_and(|rest| rest.trim_end_matches(['{', ' ']).trim() == name)
        })
    };
    if !files.iter().any(|found| is_proxy(found) && labels(found.file)) {
        return;
    }
    for found in files.iter_mut().filter(|found| is_proxy(found)) {
        for mention in &mut found.mentions {
            let after = found.file.text.get(mention.span.end as usize..).unwrap_or_default();
            if mention.class == Class::Host && !after.starts_with(':') {
                mention.class = Class::Identifier;
                mention.reason = "an upstream of the proxy's own";
            }
        }
    }
}

/// What stands for a command in the tree's scripts, which read one another (`source lib.sh`). Of two
/// of one name the first by path counts; a script's own come before these.
pub(in crate::transforms) fn wrappers(repo: &Repo) -> BTreeMap<String, Vec<String>> {
    let read: Vec<(&str, FileKind, Script)> = repo
        .files
        .par_iter()
        .filter(|file| may_run_commands(&file.path))
        .filter_map(|file| {
            let kind = kind(&file.path, &file.text);
            matches!(kind, FileKind::Shell | FileKind::Make)
                .then(|| (file.path.as_str(), kind, Script::read(&file.text)))
        })
        .collect();
    let mut all = BTreeMap::new();
    for (name, command) in read.iter().flat_map(|(_, _, script)| script.wrappers()) {
        all.entry(name).or_insert(command);
    }
    let scripts: Vec<(String, Vec<String>)> = read
        .iter()
        .filter(|(_, kind, _)| *kind == FileKind::Shell)
        .filter_map(|(path, _, script)| {
            Some((format!("/{}", file_name(path)), script.stands_for(&all)?))
        })
        .collect();
    for (name, command) in scripts {
        all.entry(name).or_insert(command);
    }
    all
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
pub(in crate::transforms) fn is_in_reach(
    path: &str,
    chosen: &[Project],
    definers: &[Project],
) -> bool {
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

/// Names that the projects may have for the engine: `name`, `COMPOSE_PROJECT_NAME`, the folder's.
pub(super) fn project_names(
    repo: &Repo,
    workspace: &Workspace,
    projects: &[Project],
) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for project in projects {
        let root = repo.root.file_name().map(|name| name.to_string_lossy().into_owned());
        names.extend(match project.folder.as_str() {
            "" => root,
            folder => Some(file_name(folder).to_owned()),
        });
        let env = join(&project.folder, ".env");
        let env = env.and_then(|path| repo.files.iter().find(|file| file.path == path));
        names.extend(env.and_then(|env| env_value(&env.text, "COMPOSE_PROJECT_NAME")));
        for file in project.all_files().filter_map(|path| workspace.files.get(path)) {
            let tops = file.doc.roots().iter();
            names.extend(tops.filter_map(|&root| file.text_of(root, "name")));
        }
    }
    names
        .into_iter()
        .map(|name| name.to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Whether a name stands in one that Compose derives from it: `<project>-<name>` for an image,
/// `<project>-<name>-<number>` for a container.
///
/// Only the project's own name counts before it: any other prefix may be another thing's, and after
/// a rename of `db` to `app-db` the name `shop-app-db-1` would look like one of `db` again.
pub(super) fn is_derived(text: &str, span: Span, project_names: &BTreeSet<String>) -> bool {
    let (before, after) = (text.get(..span.start as usize), text.get(span.end as usize..));
    let (Some(before), Some(after)) = (before, after) else { return false };
    let is_name = |ch: char| ch.is_ascii_alphanumeric() || "_-.".contains(ch);
    let prefix = before.rsplit(|ch| !is_name(ch)).next().unwrap_or_default();
    let project = prefix.strip_suffix(['-', '_']);
    let rest = after.strip_prefix(['-', '_']).map_or(after, |number| {
        let digits = number.trim_start_matches(|ch: char| ch.is_ascii_digit());
        if digits.len() < number.len() { digits } else { after }
    });
    !rest.starts_with(is_name) && project.is_some_and(|project| project_names.contains(project))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Project, Span, Workspace, is_derived, is_in_reach, runs_another_stack};
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
    fn derived_names_begin_with_the_project() {
        let names = BTreeSet::from(["shop".to_owned()]);
        for (text, expected) in [
            ("shop-db-1", true),
            ("shop_db_1", true),
            ("docker tag shop-db x", true),
            ("shop-app-db-1", false),
            ("other-db-1", false),
            ("shop-db-backup", false),
            ("shop-db-1x", false),
            ("db-1", false),
        ] {
            let at = text.find("db").unwrap_or_default();
            assert_eq!(is_derived(text, Span::new(at, at + 2), &names), expected, "{text}");
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
