//! The tree as docker compose would load it, as it is or as it stands after a change.

use std::collections::BTreeMap;

use crate::compose::discover::Project;
use crate::compose::effective::{Effective, Files};
use crate::compose::model::ComposeFile;
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Place;
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::change::ChangeSet;
use crate::text::source::SourceFile;

/// The files of a tree, changed ones in their new form.
#[derive(Debug)]
pub struct Tree<'a> {
    repo: &'a Repo,
    workspace: &'a Workspace,
    /// Compose files that a change touches, as they stand afterwards.
    compose: BTreeMap<String, ComposeFile>,
    /// Other files that a change touches.
    texts: BTreeMap<String, String>,
}

impl<'a> Tree<'a> {
    /// The tree as it is.
    #[must_use]
    pub fn before(repo: &'a Repo, workspace: &'a Workspace) -> Self {
        Self { repo, workspace, compose: BTreeMap::new(), texts: BTreeMap::new() }
    }

    /// The tree as it stands after a change.
    #[must_use]
    pub fn after(repo: &'a Repo, workspace: &'a Workspace, change: &ChangeSet) -> Self {
        let mut tree = Self::before(repo, workspace);
        for (path, edit) in change.iter() {
            let text = match repo.get(path) {
                Some(source) => edit.apply(&source.text),
                None if change.creates(path) => edit.apply(""),
                None => continue,
            };
            if workspace.files.contains_key(path) {
                let file = ComposeFile::parse(&SourceFile::new(path, text));
                tree.compose.insert(path.to_owned(), file);
            } else {
                tree.texts.insert(path.to_owned(), text);
            }
        }
        tree
    }

    /// Gives the model of a project.
    #[must_use]
    pub fn model(&self, project: &Project) -> Effective {
        Effective::of(project, self)
    }

    /// Where a value stands: the part of the text that it was read from. Only values of a model of
    /// this very tree have their places here.
    #[must_use]
    pub fn place(&self, value: &Value) -> Option<Place> {
        let (path, span) = match value.origin.as_ref()? {
            Origin::EnvFile { path, span, .. } => (path, *span),
            Origin::Compose { path, node, range, .. } => {
                let file = self.compose(path)?;
                let whole = file.doc.node(*node).span;
                let is_part = !range.is_empty();
                let part = is_part.then(|| file.doc.value_span(*node, range.clone())).flatten();
                (path, part.unwrap_or(whole))
            }
        };
        Some(Place { path: path.to_string(), span })
    }

    /// Where the key of a thing stands, in the first of some files that has it.
    pub fn definition<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p str>,
        section: &str,
        name: &str,
    ) -> Option<Place> {
        paths.into_iter().find_map(|path| {
            let file = self.compose(path)?;
            let mut keys = file.section(section).map(|entry| entry.key);
            let key = keys.find(|key| file.doc.is_value(*key, name))?;
            Some(Place { path: path.to_owned(), span: file.doc.node(key).span })
        })
    }

    /// Gives the model of a project's variant, loaded alone.
    #[must_use]
    pub fn variant(&self, project: &Project, path: &str) -> Effective {
        Effective::load(&[path.to_owned()], &project.folder, self)
    }
}

impl Files for Tree<'_> {
    fn compose(&self, path: &str) -> Option<&ComposeFile> {
        self.compose.get(path).or_else(|| self.workspace.files.get(path))
    }

    fn text(&self, path: &str) -> Option<&str> {
        let changed = self.texts.get(path).map(String::as_str);
        changed.or_else(|| Some(&self.repo.get(path)?.text))
    }
}
