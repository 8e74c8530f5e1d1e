//! Runs the selected lints over a tree.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::compose::discover::Project;
use crate::compose::model::folder;
use crate::diagnostics::{self, Finding};
use crate::lints::context::{Context, FileView, Inputs, Loading};
use crate::lints::dclint::comments::comments;
use crate::lints::references::Scenes;
use crate::lints::select::Selection;
use crate::lints::suppress::suppressions;
use crate::lints::suppressions::{Used, judge};
use crate::lints::{Group, Lint, Run};
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;

/// The files that findings are wanted of.
#[derive(Clone, Debug, Default)]
pub enum Scope {
    /// All of them.
    #[default]
    Everything,
    /// These files, and those in these folders, by path from the root.
    Paths(BTreeSet<String>),
}

impl Scope {
    /// Tells whether findings are wanted of a file.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let Self::Paths(paths) = self else { return true };
        let mut at = path;
        loop {
            if paths.contains(at) {
                return true;
            }
            match at.rsplit_once('/') {
                Some((above, _)) => at = above,
                None => return paths.contains(""),
            }
        }
    }

    /// Gives the files of it that changed.
    #[must_use]
    pub fn changed(&self, changed: &BTreeSet<String>) -> Self {
        Self::Paths(changed.iter().filter(|path| self.covers(path)).cloned().collect())
    }

    /// Tells whether a project has to do with what is wanted: one of its files, or of those beside
    /// them that it may read.
    fn touches(&self, project: &Project) -> bool {
        match self {
            Self::Everything => true,
            Self::Paths(paths) => {
                project.all_files().any(|path| self.covers(path))
                    || paths.iter().any(|path| folder(path) == project.folder)
            }
        }
    }
}

/// Looks for everything that is selected. Findings are sorted by place, and each is said once.
#[must_use]
pub fn check(repo: &Repo, inputs: &Inputs, selection: &Selection, scope: &Scope) -> Vec<Finding> {
    let workspace = Workspace::new(repo, &inputs.files);
    let lints: Vec<&'static Lint> = selection.lints().collect();
    // Of stale names a rename tells, which makes its own.
    let needs_models = lints.iter().any(|lint| {
        !matches!(lint.run, Run::File(_) | Run::Syntax(_)) && lint.group != Group::Stale
    });
    let context = if needs_models {
        // What changed may be an env file or a script that a project has elsewhere.
        let is_wanted = |project: &Project| inputs.base.is_some() || scope.touches(project);
        Context::new(repo, &workspace, inputs, is_wanted)
    } else {
        Context::of_files(repo, &workspace, inputs)
    };
    let (of_files, (of_projects, of_tree)) = rayon::join(
        || of_files(&context, &lints, selection, scope),
        || rayon::join(|| of_projects(&context, &lints), || of_tree(&context, &lints)),
    );
    let mut found = of_files;
    found.extend(of_projects);
    found.extend(of_tree);
    let is_wanted = |finding: &Finding| {
        finding.place.as_ref().is_none_or(|place| {
            scope.covers(&place.path)
                && !selection.excludes(&place.path)
                && !selection.allows(&place.path, finding.id)
        })
    };
    found.retain(is_wanted);
    let mut found = suppressed(found, &context, selection, scope);
    found.retain(is_wanted);
    let mut found: Vec<Finding> =
        found.into_iter().map(|finding| selection.graded(finding)).collect();
    diagnostics::sort(&mut found);
    found
}

/// Whether a file is one of those that are checked: with `-f` only those of that project are.
fn is_chosen(context: &Context<'_>, path: &str) -> bool {
    context.inputs.files.is_empty()
        || context
            .workspace
            .projects
            .iter()
            .any(|project| project.all_files().any(|own| own == path))
}

fn of_files(
    context: &Context<'_>,
    lints: &[&'static Lint],
    selection: &Selection,
    scope: &Scope,
) -> Vec<Finding> {
    let files: Vec<FileView<'_>> = context
        .files()
        .filter(|view| scope.covers(view.path()) && !selection.excludes(view.path()))
        .filter(|view| is_chosen(context, view.path()))
        .collect();
    let each = files.par_iter().flat_map_iter(|view| {
        // Of a file that broke off nothing else can be told.
        let is_whole = view.file.malformed().is_none();
        lints.iter().flat_map(move |lint| match lint.run {
            Run::Syntax(run) => run(view),
            Run::File(run) if is_whole => run(view),
            _ => Vec::new(),
        })
    });
    each.collect()
}

/// Runs on each way of loading each project; what an earlier one found at a place is not said again.
fn of_projects(context: &Context<'_>, lints: &[&'static Lint]) -> Vec<Finding> {
    let loadings: Vec<Loading<'_>> = context.loadings().filter(Loading::is_whole).collect();
    let each: Vec<Vec<Finding>> = loadings
        .par_iter()
        .map(|loading| {
            let found = lints.iter().map(|lint| match lint.run {
                Run::Project(run) => run(loading),
                _ => Vec::new(),
            });
            found.flatten().collect()
        })
        .collect();
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for findings in each {
        let is_new = |finding: &Finding| !known.contains(&(finding.id, finding.place.clone()));
        let new: Vec<Finding> = findings.into_iter().filter(is_new).collect();
        known.extend(new.iter().map(|finding| (finding.id, finding.place.clone())));
        found.extend(new);
    }
    found
}

fn of_tree(context: &Context<'_>, lints: &[&'static Lint]) -> Vec<Finding> {
    // What several lints share is made first: one that waits for another keeps a thread from helping.
    if lints.iter().any(|lint| lint.group == Group::Stale) {
        context.stale_names();
    }
    let needs_scenes = lints.iter().any(|lint| matches!(lint.run, Run::Scenes(_)));
    let scenes = needs_scenes.then(|| Scenes::of(context));
    let each = lints.par_iter().filter_map(|lint| match lint.run {
        Run::Tree(run) => Some(run(context)),
        Run::Scenes(run) => scenes.as_ref().map(run),
        _ => None,
    });
    each.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// Leaves out what comments allow, and says which comments do so for nothing.
fn suppressed(
    mut found: Vec<Finding>,
    context: &Context<'_>,
    selection: &Selection,
    scope: &Scope,
) -> Vec<Finding> {
    let sources = context.repo.files.par_iter().filter(|source| {
        let path = &source.path;
        scope.covers(path) && !selection.excludes(path) && is_chosen_or_other(context, path)
    });
    let by_path: BTreeMap<&str, Vec<Used>> = sources
        .filter_map(|source| {
            let mut found = suppressions(source);
            if context.workspace.files.contains_key(&source.path) {
                found.extend(comments(source));
            }
            let used = found.into_iter().map(Used::new).collect();
            Some((source.path.as_str(), used)).filter(|(_, used): &(_, Vec<Used>)| !used.is_empty())
        })
        .collect();
    found.retain(|finding| {
        let Some(place) = &finding.place else { return true };
        let Some(used) = by_path.get(place.path.as_str()) else { return true };
        // Not `any`: each comment that covers it is used.
        used.iter().filter(|one| one.takes(finding.id, place.span)).count() == 0
    });
    for (path, used) in &by_path {
        let Some(source) = context.repo.get(path) else { continue };
        let compose = context.workspace.files.get(*path).map(|file| &*file.doc);
        found.extend(judge(source, compose, used, selection));
    }
    found
}

fn is_chosen_or_other(context: &Context<'_>, path: &str) -> bool {
    !context.workspace.files.contains_key(path) || is_chosen(context, path)
}
