//! A change over many files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::text::edit::{Conflict, Edit, TextEdit};

/// Edits by path: all of them are made, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Invariant: no value is empty. Ordered by path, so that output is too.
    files: BTreeMap<String, TextEdit>,
    /// Files that are made. Invariant: each is among the files, and its edits are of the empty text.
    created: BTreeSet<String>,
}

/// A conflict and the file it is in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {conflict}")]
pub struct FileConflict {
    /// Path from the root.
    pub path: String,
    /// The edits that overlap.
    pub conflict: Conflict,
}

impl ChangeSet {
    /// Collects edits by path.
    ///
    /// # Errors
    /// The first file two of whose edits overlap.
    pub fn new(edits: impl IntoIterator<Item = (String, Edit)>) -> Result<Self, FileConflict> {
        let mut by_path: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
        for (path, edit) in edits {
            by_path.entry(path).or_default().push(edit);
        }
        let mut files = BTreeMap::new();
        for (path, edits) in by_path {
            match TextEdit::new(edits) {
                Ok(edit) => files.insert(path, edit),
                Err(conflict) => return Err(FileConflict { path, conflict }),
            };
        }
        Ok(Self { files, created: BTreeSet::new() })
    }

    /// Gives the change with some of its files as ones that are not there yet: their edits are of the
    /// empty text. A path that nothing is written to is left out.
    #[must_use]
    pub fn creating(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        let files = &self.files;
        self.created.extend(paths.into_iter().filter(|path| files.contains_key(path)));
        self
    }

    /// Tells whether a file is made.
    #[must_use]
    pub fn creates(&self, path: &str) -> bool {
        self.created.contains(path)
    }

    /// Gives the change that has the effect of this one and then of `next`, which is made on the
    /// files as this one leaves them. `read` gives a file's text before both; a file without one
    /// can't be changed twice and is left out.
    #[must_use]
    pub fn then(&self, next: &Self, read: &dyn Fn(&str) -> Option<Arc<str>>) -> Self {
        let mut files = next.files.clone();
        let mut created = next.created.clone();
        for (path, edit) in &self.files {
            let is_made = self.creates(path);
            let text = if is_made { Some(Arc::from("")) } else { read(path) };
            created.extend(is_made.then(|| path.clone()));
            let both = match (next.get(path), text) {
                (None, _) => edit.clone(),
                (Some(next), Some(text)) => edit.then(next, &text),
                (Some(_), None) => TextEdit::default(),
            };
            files.insert(path.clone(), both);
        }
        files.retain(|_, edit| !edit.is_empty());
        created.retain(|path| files.contains_key(path));
        Self { files, created }
    }

    /// Gives the changed files in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &TextEdit)> {
        self.files.iter().map(|(path, edit)| (path.as_str(), edit))
    }

    /// Gives one file's edits.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&TextEdit> {
        self.files.get(path)
    }

    /// Tells whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Gives the number of files that change.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::span::Span;

    #[test]
    fn two_changes_become_one() {
        let change = |edits: &[(&str, usize, usize, &str)]| {
            let edit = |&(path, start, end, new): &(&str, usize, usize, &str)| {
                (path.to_owned(), Edit::replace(Span::new(start, end), new))
            };
            ChangeSet::new(edits.iter().map(edit)).unwrap()
        };
        let first = change(&[("a", 0, 1, "xy"), ("both", 0, 1, "xy"), ("undone", 0, 1, "x")]);
        let next = change(&[("b", 0, 1, "z"), ("both", 3, 4, "z"), ("undone", 0, 1, "a")]);
        let both = change(&[
            ("a", 0, 1, "xy"),
            ("b", 0, 1, "z"),
            ("both", 0, 1, "xy"),
            ("both", 2, 3, "z"),
        ]);
        assert_eq!(first.then(&next, &|_| Some(Arc::from("abc"))), both);
    }

    #[test]
    fn a_file_that_one_change_makes_another_one_can_go_on_with() {
        let edit = |at: usize, new: &str| ("new".to_owned(), Edit::insert(at, new));
        let first = ChangeSet::new([edit(0, "ac")]).unwrap().creating(["new".to_owned()]);
        let next = ChangeSet::new([edit(1, "b")]).unwrap();
        let both = first.then(&next, &|_| None);
        assert!(both.creates("new"));
        assert_eq!(both.get("new").unwrap().apply(""), "abc");
        assert!(!first.clone().creating(["other".to_owned()]).creates("other"));
    }

    #[test]
    fn files_are_counted_and_in_order() {
        let edit = |path: &str, at: usize| (path.to_owned(), Edit::insert(at, "x"));
        let change = ChangeSet::new([edit("b", 0), edit("a", 0), edit("b", 1)]).unwrap();
        let files: Vec<(&str, usize)> =
            change.iter().map(|(path, edit)| (path, edit.edits().len())).collect();
        assert_eq!(files, [("a", 1), ("b", 2)]);
        assert_eq!((change.len(), change.is_empty()), (2, false));
        assert_eq!((ChangeSet::default().len(), ChangeSet::default().is_empty()), (0, true));
        assert!(change.get("b").is_some() && change.get("c").is_none());
        let conflict =
            ChangeSet::new([edit("a", 0), edit("b", 0), ("b".to_owned(), Edit::insert(0, "y"))]);
        assert_eq!(conflict.unwrap_err().path, "b");
    }
}
