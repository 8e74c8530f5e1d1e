//! A copy of a tree's texts in another folder, for programs that only read files.

use std::fs;
use std::path::Path;

use crate::repo::load::Repo;
use crate::text::change::ChangeSet;

/// Writes each text that was read into a folder, as it is or as it stands after a change. Files
/// that stand there already are overwritten, so the folder is to be the caller's own.
///
/// # Errors
/// What the system refuses.
pub fn copy(repo: &Repo, change: &ChangeSet, folder: &Path) -> std::io::Result<()> {
    for file in &repo.files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let text = change.get(&file.path).map(|edit| edit.apply(&file.text));
        #[expect(clippy::disallowed_methods, reason = "the folder is not the repository")]
        fs::write(&path, text.as_deref().unwrap_or(&file.text))?;
    }
    Ok(())
}
