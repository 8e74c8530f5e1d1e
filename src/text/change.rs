//! A change over many files.

use std::collections::BTreeMap;

use crate::text::edit::{Conflict, Edit, TextEdit};

/// Edits by path: all of them are made, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Invariant: no value is empty. Ordered by path, so that output is too.
    files: BTreeMap<String, TextEdit>,
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
        Ok(Self { files })
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
