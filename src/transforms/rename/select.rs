//! Which projects a rename is about.

use std::collections::BTreeSet;

use crate::compose::discover::{Files, Project, from_files};
use crate::compose::model::{ComposeFile, folder};
use crate::compose::names::{Form, Namespace};
use crate::diagnostics::nearest::nearest;
use crate::repo::workspace::Workspace;
use crate::text::span::Span;
use crate::transforms::choose::{Number, Wish};
use crate::transforms::plan::PlanError;
use crate::transforms::rename::options::Rename;
use crate::transforms::rename::{alias, role};

/// The projects to change, and how far they are.
#[derive(Debug)]
pub(super) struct Selection {
    /// Projects to change, in order.
    pub(super) projects: Vec<Project>,
    /// Whether OLD is gone from all of them already: NEW stands in its place.
    pub(super) is_renamed: bool,
    /// Whether the files show that the old name is or was borne: defined, or kept as an alias.
    pub(super) is_proven: bool,
}

/// Chooses the projects that define OLD, or that show the rename as already made.
pub(super) fn select(
    rename: &Rename,
    namespace: Namespace,
    workspace: &Workspace,
) -> Result<Selection, PlanError> {
    let wish = wish(rename);
    wish.check(workspace)?;
    let all: Vec<Project> = workspace
        .projects
        .iter()
        .flat_map(|project| split_variants(project, rename, namespace, workspace))
        .collect();
    let candidates = wish.candidates(&all)?;
    let defines =
        |project: &Project, name: &str| definition(workspace, project, namespace, name).is_some();
    let with_old: Vec<Project> =
        candidates.iter().filter(|project| defines(project, &rename.old)).cloned().collect();
    if with_old.is_empty() {
        return already_renamed(rename, namespace, workspace, &candidates);
    }
    let whole = whole_ones(rename, namespace, workspace, with_old);
    let projects = wish.one_or_all(&rename.old, whole)?;
    for project in &projects {
        if let Some((path, span)) = definition(workspace, project, namespace, &rename.new) {
            return Err(PlanError::Exists { name: rename.new.clone(), path, span });
        }
    }
    Ok(Selection { projects, is_renamed: false, is_proven: true })
}

fn already_renamed(
    rename: &Rename,
    namespace: Namespace,
    workspace: &Workspace,
    candidates: &[Project],
) -> Result<Selection, PlanError> {
    let mut candidates = candidates.to_vec();
    role::adopt_overlays_of_each(&mut candidates, &rename.new, workspace);
    let is_done = |project: &&Project| {
        definition(workspace, project, namespace, &rename.new).is_some()
            && (namespace != Namespace::Service
                || !rename.keep_alias
                || alias::answers_to(&workspace.files, project, &rename.new, &rename.old)
                || alias::has_network_mode(&workspace.files, project, &rename.new))
    };
    let done: Vec<Project> = candidates.iter().filter(is_done).cloned().collect();
    if done.is_empty() {
        let known: BTreeSet<String> = candidates
            .iter()
            .flat_map(|project| defined_names(workspace, project, namespace))
            .collect();
        let nearest = nearest(&rename.old, known.iter().map(String::as_str))
            .into_iter()
            .map(str::to_owned)
            .collect();
        let new_exists = candidates
            .iter()
            .find_map(|project| definition(workspace, project, namespace, &rename.new));
        return Err(PlanError::NotFound {
            kind: rename.kind.word(),
            name: rename.old.clone(),
            nearest,
            new_exists,
            findings: workspace.findings.clone(),
        });
    }
    let projects = wish(rename).one_or_all(&rename.old, done)?;
    let is_proven = !rename.keep_alias
        || projects
            .iter()
            .any(|project| alias::answers_to(&workspace.files, project, &rename.new, &rename.old));
    Ok(Selection { projects, is_renamed: true, is_proven })
}

/// Leaves out projects that only lay something over a service which another one defines.
fn whole_ones(
    rename: &Rename,
    namespace: Namespace,
    workspace: &Workspace,
    projects: Vec<Project>,
) -> Vec<Project> {
    let is_whole = |project: &Project| {
        let mut files = project.all_files().filter_map(|path| workspace.files.get(path));
        namespace != Namespace::Service || files.any(|file| role::is_whole_in(file, &rename.old))
    };
    let (whole, rest): (Vec<_>, Vec<_>) = projects.into_iter().partition(is_whole);
    if whole.is_empty() { rest } else { whole }
}

fn wish(rename: &Rename) -> Wish<'_> {
    Wish {
        files: &rename.files,
        project: rename.project.as_deref(),
        number: if rename.all_projects { Number::All } else { Number::One },
    }
}

/// Variants that define OLD as something else than the main files do are projects of their own.
fn split_variants(
    project: &Project,
    rename: &Rename,
    namespace: Namespace,
    workspace: &Workspace,
) -> Vec<Project> {
    if namespace != Namespace::Service || !rename.files.is_empty() {
        return vec![project.clone()];
    }
    let identity = |path: &str| {
        let file = workspace.files.get(path)?;
        let name = [&rename.old, &rename.new].into_iter().find_map(|name| file.service(name))?;
        identity(file, &name.name)
    };
    let own = project.files.iter().find_map(|path| identity(path));
    let mut main = project.clone();
    main.variants.clear();
    let mut split = Vec::new();
    for path in &project.variants {
        let same = match (&own, identity(path)) {
            (Some(own), Some(other)) => *own == other,
            _ => true,
        };
        if same {
            main.variants.push(path.clone());
        } else {
            let env = std::collections::BTreeMap::new();
            let files = Files { compose: &workspace.files, env: &env };
            split.push(from_files(std::slice::from_ref(path), files));
        }
    }
    split.insert(0, main);
    split
}

/// What a service runs: its image without registry and tag. One that is built, or only overlaid,
/// may be the same as any other.
fn identity(file: &ComposeFile, service: &str) -> Option<String> {
    let body = file.service(service)?.body;
    let image = file.text_of(body, "image").filter(|_| file.attribute(body, "build").is_none())?;
    let name = image.rsplit('/').next().unwrap_or(&image);
    Some(name.split([':', '@']).next().unwrap_or(name).to_owned())
}

/// Finds where a project defines a name.
pub(in crate::transforms) fn definition(
    workspace: &Workspace,
    project: &Project,
    namespace: Namespace,
    name: &str,
) -> Option<(String, Span)> {
    project.all_files().find_map(|path| {
        let file = workspace.files.get(path)?;
        let found = file.names().references.iter().find(|reference| {
            reference.namespace == namespace
                && reference.form == Form::Definition
                && reference.name == name
        })?;
        Some((path.to_owned(), file.doc.node(found.node).span))
    })
}

fn defined_names(workspace: &Workspace, project: &Project, namespace: Namespace) -> Vec<String> {
    project
        .all_files()
        .filter_map(|path| workspace.files.get(path))
        .flat_map(|file| &file.names().references)
        .filter(|reference| reference.namespace == namespace && reference.form == Form::Definition)
        .map(|reference| reference.name.clone())
        .collect()
}

/// The nearest project above a path that defines OLD in any project of the tree: a file belongs to
/// the stack that it lies in.
pub(super) fn owner<'p>(path: &str, definers: &'p [Project]) -> Option<&'p Project> {
    let mut here = folder(path);
    loop {
        let found = definers.iter().find(|project| project.folder == here);
        if found.is_some() || here.is_empty() {
            return found;
        }
        here = folder(here);
    }
}
