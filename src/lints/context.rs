//! What lints see: the tree, each Compose file, and each way of loading a project.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::model::{ComposeFile, Service, is_service_like};
use crate::compose::value::Value;
use crate::diagnostics::Place;
use crate::lints::references::{EnvFile, env_files};
use crate::lints::schema::{Fault, faults};
use crate::lints::stale::{Surveyed, surveyed};
use crate::repo::config::{Config, Date};
use crate::repo::ignored::Ignored;
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::yaml::document::{Entry, NodeId};

/// A name that is to go, and what stands in its place, if that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleName {
    /// The name.
    pub old: String,
    /// The name to be.
    pub new: Option<String>,
}

/// The tree as it was in an earlier revision.
#[derive(Debug, Clone)]
pub struct Base {
    /// How the person named the revision.
    pub revision: String,
    /// Its Compose and env files.
    pub repo: Repo,
    /// Files that are other than they were, by path from the root.
    pub changed: BTreeSet<String>,
}

impl Base {
    /// Compares a tree with an earlier one, both in memory.
    #[must_use]
    pub fn of(revision: &str, repo: Repo, now: &Repo) -> Self {
        let paths = repo.files.iter().chain(&now.files).map(|file| &file.path);
        let text = |repo: &Repo, path: &str| repo.get(path).map(|file| file.text.clone());
        let changed = paths.filter(|path| text(&repo, path) != text(now, path)).cloned().collect();
        Self { revision: revision.to_owned(), repo, changed }
    }
}

/// What a check is asked for besides which lints run.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The Compose files of the one project meant, from the root, in order (`-f`).
    pub files: Vec<String>,
    /// What is declared.
    pub config: Config,
    /// Names that the command line calls stale (`--stale`).
    pub stale: Vec<StaleName>,
    /// The day; none beyond the calendar's end.
    pub today: Option<Date>,
    /// What is compared with (`--changed-since`).
    pub base: Option<Base>,
}

/// The tree, with all that is known of it.
pub struct Context<'a> {
    /// The tree as it was read.
    pub repo: &'a Repo,
    /// Its Compose files and projects.
    pub workspace: &'a Workspace,
    /// What is asked for.
    pub inputs: &'a Inputs,
    /// Where values stand.
    pub tree: Tree<'a>,
    /// Each way of loading each project. Made only where a lint asks for one.
    loaded: Vec<Loaded<'a>>,
    /// Surveyed when a lint first asks for them.
    stale_names: OnceLock<Vec<Surveyed>>,
    /// Read when a lint first asks for them.
    env_files: OnceLock<Vec<EnvFile>>,
    /// Places of the kept files that are no Compose files; found when a lint first asks for them.
    others_at: OnceLock<Vec<usize>>,
    /// Read when a lint first asks for them.
    ignored: OnceLock<Ignored>,
    /// What does not go with the schema, by file; found when a lint first asks for it.
    faults: BTreeMap<&'a str, OnceLock<Vec<Fault<'static>>>>,
    /// The models of the projects that are not loaded, by main file; made when a lint first asks
    /// for them.
    others: OnceLock<BTreeMap<String, Effective>>,
}

/// One Compose file.
#[derive(Clone, Copy)]
pub struct FileView<'a> {
    /// The tree that it is of.
    pub context: &'a Context<'a>,
    /// The file.
    pub file: &'a ComposeFile,
}

/// One way of loading a project.
#[derive(Clone, Copy)]
pub struct Loading<'a> {
    /// The tree that it is of.
    pub context: &'a Context<'a>,
    /// The project.
    pub project: &'a Project,
    /// The files that docker compose is given.
    pub files: &'a [String],
    /// What they make.
    pub model: &'a Effective,
    /// How the files stand to the project.
    pub kind: LoadingKind,
}

/// How loaded files stand to their project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadingKind {
    /// They are what docker compose loads by itself, or what `-f` names.
    Own,
    /// One file in the project's place.
    Variant,
    /// One file on top of the project's own.
    Overlay,
}

struct Loaded<'a> {
    project: &'a Project,
    files: Vec<String>,
    model: Effective,
    kind: LoadingKind,
}

impl<'a> Context<'a> {
    /// Makes the context of a tree without any loading of its projects.
    #[must_use]
    pub fn of_files(repo: &'a Repo, workspace: &'a Workspace, inputs: &'a Inputs) -> Self {
        let tree = Tree::before(repo, workspace);
        Self {
            repo,
            workspace,
            inputs,
            tree,
            loaded: Vec::new(),
            stale_names: OnceLock::new(),
            env_files: OnceLock::new(),
            others_at: OnceLock::new(),
            ignored: OnceLock::new(),
            faults: workspace.files.keys().map(|path| (path.as_str(), OnceLock::new())).collect(),
            others: OnceLock::new(),
        }
    }

    /// Makes the context of a tree, and loads some of its projects.
    #[must_use]
    pub fn new(
        repo: &'a Repo,
        workspace: &'a Workspace,
        inputs: &'a Inputs,
        is_wanted: impl Fn(&Project) -> bool + Sync,
    ) -> Self {
        let mut context = Self::of_files(repo, workspace, inputs);
        let projects = workspace.projects.par_iter().filter(|project| is_wanted(project));
        context.loaded = projects.flat_map_iter(|project| context.loadings_of(project)).collect();
        context
    }

    /// Gives the Compose files in order of their paths.
    pub fn files(&self) -> impl Iterator<Item = FileView<'_>> {
        self.workspace.files.values().map(|file| FileView { context: self, file })
    }

    /// Gives each way of loading each project, a project's own files first.
    pub fn loadings(&self) -> impl Iterator<Item = Loading<'_>> {
        self.loaded.iter().map(|loaded| Loading {
            context: self,
            project: loaded.project,
            files: &loaded.files,
            model: &loaded.model,
            kind: loaded.kind,
        })
    }

    /// Gives every project of the tree, also those that nothing is wanted of, as docker compose
    /// loads it by itself.
    pub(super) fn models(&self) -> Vec<(&'a Project, &Effective)> {
        let own = self.loadings().filter(|loading| loading.kind == LoadingKind::Own);
        let own: BTreeMap<&str, &Effective> =
            own.map(|loading| (loading.project.main.as_str(), loading.model)).collect();
        let projects = &self.workspace.projects;
        let others = self.others.get_or_init(|| {
            let others = projects.par_iter().filter(|one| !own.contains_key(one.main.as_str()));
            others.map(|project| (project.main.clone(), self.tree.model(project))).collect()
        });
        let model = |main: &str| own.get(main).copied().or_else(|| others.get(main));
        projects.iter().filter_map(|one| Some((one, model(&one.main)?))).collect()
    }

    /// Gives the names that are to go, each with its mentions.
    pub(super) fn stale_names(&self) -> &[Surveyed] {
        self.stale_names.get_or_init(|| surveyed(self))
    }

    /// Gives what of a file does not go with the schema, in order of the places.
    pub(super) fn faults(&self, file: &ComposeFile) -> &[Fault<'static>] {
        let found = self.faults.get(file.path.as_str());
        found.map_or(&[], |found| found.get_or_init(|| faults(file)))
    }

    /// Gives the files that are no Compose files, as far as they are kept, in order.
    pub(super) fn other_files(&self) -> impl Iterator<Item = &'a SourceFile> {
        let (files, compose) = (&self.repo.files, &self.workspace.files);
        let is_other =
            |at: &usize| files.get(*at).is_some_and(|file| !compose.contains_key(&file.path));
        let places = self.others_at.get_or_init(|| (0..files.len()).filter(is_other).collect());
        places.iter().filter_map(|&at| files.get(at))
    }

    /// Gives what the tree's `.gitignore` files leave out.
    pub(super) fn ignored(&self) -> &Ignored {
        self.ignored.get_or_init(|| Ignored::of(self.repo))
    }

    /// Gives the tree's env files, with the variables that they set.
    pub(super) fn env_files(&self) -> &[EnvFile] {
        self.env_files.get_or_init(|| env_files(self.repo))
    }

    fn loadings_of(&self, project: &'a Project) -> Vec<Loaded<'a>> {
        let own = Loaded {
            project,
            files: project.loaded.clone(),
            model: self.tree.model(project),
            kind: LoadingKind::Own,
        };
        let variants = project.variants.iter().map(|path| {
            let alone = self.tree.variant(project, path);
            if !alone.services.values().any(|service| !says_what_runs(service)) {
                let (files, kind) = (vec![path.clone()], LoadingKind::Variant);
                return Loaded { project, files, model: alone, kind };
            }
            // A file whose services don't say what they run is loaded on top of others.
            let files: Vec<String> = project.loaded.iter().chain([path]).cloned().collect();
            let model = Effective::load(&files, &project.folder, &self.tree);
            Loaded { project, files, model, kind: LoadingKind::Overlay }
        });
        std::iter::once(own).chain(variants.collect::<Vec<_>>()).collect()
    }
}

fn says_what_runs(service: &Value) -> bool {
    ["image", "build", "provider"].iter().any(|key| service.get(key).is_some())
}

impl<'a> FileView<'a> {
    /// Gives the file's path.
    #[must_use]
    pub fn path(&self) -> &'a str {
        &self.file.path
    }

    /// Gives every service of the file that is a mapping.
    pub fn services(&self) -> impl Iterator<Item = Service> + 'a {
        self.file.services()
    }

    /// Gives every mapping of the file that holds a service's keys, once and where it stands: the
    /// services, and fragments under `x-…` that services merge. Aliases are not followed.
    #[must_use]
    pub fn service_bodies(&self) -> Vec<NodeId> {
        let doc = &self.file.doc;
        let services = self.file.services().map(|service| service.body);
        let tops = doc.roots().iter().flat_map(|&root| doc.entries(root));
        let fragments = tops.filter(|entry| {
            doc.value(entry.key).is_some_and(|key| key.starts_with("x-"))
                && is_service_like(self.file, entry.value)
        });
        let fragments = fragments.map(|entry| entry.value);
        let mut seen = BTreeSet::new();
        let all = services.chain(fragments).flat_map(|body| self.file.merged(body));
        all.filter(|body| seen.insert(*body)).collect()
    }

    /// Gives a pair of a mapping as it is written there: merges are not followed.
    #[must_use]
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<Entry> {
        self.file.doc.get(mapping, key)
    }

    /// Gives the text of a node.
    #[must_use]
    pub fn text(&self, node: NodeId) -> Option<String> {
        self.file.doc.value(node).map(|text| text.into_owned())
    }

    /// Gives the bytes of a node.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        self.file.doc.node(node).span
    }

    /// Gives the place of a node.
    #[must_use]
    pub fn place(&self, node: NodeId) -> Place {
        Place { path: self.file.path.clone(), span: self.span(node) }
    }
}

impl<'a> Loading<'a> {
    /// Gives the services in order of their names.
    pub fn services(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.model.services.iter().map(|(name, service)| (name.as_str(), service))
    }

    /// Tells whether all of its files could be read to their ends.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let is_broken = |path: &String| {
            let file = self.context.workspace.files.get(path);
            file.is_some_and(|file| file.malformed().is_some())
        };
        !self.project.files.iter().chain(self.files).any(is_broken)
    }

    /// Gives the place of a value.
    #[must_use]
    pub fn place(&self, value: &Value) -> Option<Place> {
        self.context.tree.place(value)
    }

    /// Gives the place of a service's key.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<Place> {
        self.definition("services", name)
    }

    /// Gives the place of the key of a thing, in the last loaded file that has it, or in one that
    /// is included or extended from.
    #[must_use]
    pub fn definition(&self, section: &str, name: &str) -> Option<Place> {
        let loaded = self.files.iter().rev().map(String::as_str);
        let parts = self.project.files.iter().map(String::as_str);
        self.context.tree.definition(loaded.chain(parts), section, name)
    }

    /// Tells whether another file of the same folder's project defines a thing: one that may be
    /// loaded together with these by `-f`.
    #[must_use]
    pub fn is_defined_beside(&self, section: &str, name: &str) -> bool {
        self.context.tree.definition(self.project.all_files(), section, name).is_some()
    }
}
