//! Compose files, parsed once for all who look at a tree.
//!
//! Invariant: a file is given only for the very text that it was parsed from, so that a tree after a
//! change can share what the change leaves alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::compose::model::ComposeFile;
use crate::text::source::SourceFile;

/// Compose files by path, as they were last parsed. Copies share them.
#[derive(Clone, Debug, Default)]
pub struct Parsed(Arc<Mutex<BTreeMap<String, ComposeFile>>>);

impl Parsed {
    /// Gives a file's tree, parsed where it was not yet.
    #[must_use]
    pub fn get(&self, source: &SourceFile) -> ComposeFile {
        let files = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = files().get(&source.path).cloned();
        if let Some(file) = known.filter(|file| file.is_of(&source.text)) {
            return file;
        }
        let file = ComposeFile::parse(source);
        files().insert(source.path.clone(), file.clone());
        file
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Parsed;
    use crate::text::source::SourceFile;

    #[test]
    fn a_file_is_parsed_once_for_each_text() {
        let parsed = Parsed::default();
        let source = SourceFile::new("compose.yaml", "services: {a: {}}");
        let first = parsed.get(&source);
        assert!(Arc::ptr_eq(&first.doc, &parsed.clone().get(&source).doc));
        let changed = parsed.get(&SourceFile::new("compose.yaml", "services: {b: {}}"));
        assert!(changed.service("b").is_some());
    }
}
