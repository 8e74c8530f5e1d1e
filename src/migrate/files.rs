//! The files of a change, as they are before and after: their texts lie in the backup's folder, which
//! only its owner may enter.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostics::Finding;
use crate::repo::load::read_named;
use crate::report::apply::{self, digest};

use super::journal::{FileChange, Site};

/// Which text of a file is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// A file's texts.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    pub(super) path: String,
    /// None where it is made.
    pub(super) before: Option<String>,
    pub(super) after: String,
}

impl Texts {
    pub(super) fn change(&self) -> FileChange {
        FileChange {
            path: self.path.clone(),
            before: self.before.as_deref().map(digest),
            after: digest(&self.after),
        }
    }
}

/// Makes the folder of the backup, for its owner alone.
///
/// # Errors
/// It is there already, or can't be made.
pub(super) fn make_folder(folder: &Path) -> Result<(), Finding> {
    let failed = |error: std::io::Error| {
        let message =
            format!("the folder for the backup, {}, can't be made: {error}", folder.display());
        Finding::error("backup-folder", message).help("name another with --backup")
    };
    if let Some(above) = folder.parent() {
        private().recursive(true).create(above).map_err(failed)?;
    }
    private().create(folder).map_err(failed)
}

#[cfg(unix)]
fn private() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private() -> fs::DirBuilder {
    fs::DirBuilder::new()
}

/// Keeps the texts of all files in the folder of the backup.
///
/// # Errors
/// They can't be written.
pub(super) fn keep(folder: &Path, texts: &[Texts]) -> Result<(), Finding> {
    for file in texts {
        let sides = [(Side::Before, file.before.as_ref()), (Side::After, Some(&file.after))];
        for (side, text) in sides {
            let Some(text) = text else { continue };
            let path = copy(folder, side, &file.path);
            let failed = |error: &dyn std::fmt::Display| {
                let message = format!("a copy of {} can't be kept: {error}", file.path);
                Finding::error("backup-folder", message).help("name another place with --backup")
            };
            if let Some(above) = path.parent() {
                private().recursive(true).create(above).map_err(|error| failed(&error))?;
            }
            apply::create(&path, &path.display().to_string(), text)
                .map_err(|error| failed(&error))?;
        }
    }
    Ok(())
}

/// Gives a text that was kept.
pub(super) fn kept(site: &Site, side: Side, path: &str) -> Option<String> {
    let copy = copy(&site.backup, side, path);
    read_named(&copy, path).ok().map(|file| file.text.to_string())
}

fn copy(folder: &Path, side: Side, path: &str) -> PathBuf {
    let name = match side {
        Side::Before => "before",
        Side::After => "after",
    };
    folder.join(name).join(path)
}

/// Gives all files one of their two texts. Files that have it already are let be.
///
/// # Errors
/// A file has neither of its texts, or can't be written: then none is changed, as far as that can be
/// undone.
pub(super) fn write(root: &Path, site: &Site, side: Side) -> Result<usize, Finding> {
    let mut pending = Vec::new();
    for file in &site.files {
        let wanted = match side {
            Side::Before => file.before.as_ref(),
            Side::After => Some(&file.after),
        };
        let now = now(root, &file.path)?;
        if now.as_ref() == wanted {
            continue;
        }
        if now != file.before && now.as_ref() != Some(&file.after) {
            let message = format!(
                "{} has been changed since the migration began: nothing is written over it",
                file.path
            );
            let help = format!(
                "the texts before and after are in {}; put one of them back, and run it again",
                site.backup.display()
            );
            return Err(Finding::error("file-changed", message).help(help));
        }
        pending.push((file, now.is_some()));
    }
    let mut written: Vec<(&FileChange, bool)> = Vec::new();
    for (file, is_there) in &pending {
        if let Err(finding) = write_one(root, site, side, file) {
            let back = if side == Side::After { Side::Before } else { Side::After };
            for (file, was_there) in &written {
                // What can't be undone now is done by `--rollback`, which looks at each file.
                let undone = if *was_there || back == Side::After {
                    write_one(root, site, back, file)
                } else {
                    remove(root, &file.path)
                };
                drop(undone);
            }
            return Err(finding);
        }
        written.push((file, *is_there));
    }
    Ok(written.len())
}

/// Removes what a run that was killed left beside the files.
pub(super) fn sweep(root: &Path, site: &Site) {
    let paths = site.files.iter().map(|file| root.join(&file.path));
    let folders = paths.filter_map(|path| path.parent().map(Path::to_owned));
    let folders: BTreeSet<PathBuf> = folders.chain([root.to_owned()]).collect();
    folders.iter().for_each(|folder| apply::sweep(folder));
}

fn write_one(root: &Path, site: &Site, side: Side, file: &FileChange) -> Result<(), Finding> {
    if side == Side::Before && file.before.is_none() {
        return remove(root, &file.path);
    }
    let expected = if side == Side::Before { file.before.as_ref() } else { Some(&file.after) };
    let text = kept(site, side, &file.path).filter(|text| Some(&digest(text)) == expected);
    let Some(text) = text else {
        let message = format!(
            "the copy of {} in {} is not what was kept there",
            file.path,
            site.backup.display()
        );
        return Err(Finding::error("backup-folder", message).help("restore the file with git"));
    };
    let target = root.join(&file.path);
    apply::replace(&target, &file.path, &text).map_err(|error| {
        Finding::error("not-written", error.to_string()).help("see to it, and run it again")
    })
}

fn remove(root: &Path, path: &str) -> Result<(), Finding> {
    match fs::remove_file(root.join(path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let message = format!("{path} was made by the migration and can't be removed: {error}");
            Err(Finding::error("not-written", message).help("remove it by hand"))
        }
        _ => Ok(()),
    }
}

/// Gives the digest of a file as it is; none where it is not there.
fn now(root: &Path, path: &str) -> Result<Option<String>, Finding> {
    let target = root.join(path);
    if target.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let read = read_named(&target, path);
    read.map(|file| Some(digest(&file.text))).map_err(|error| {
        let message = format!("{path} can't be read: {error}");
        Finding::error("file-unreadable", message).help("give back the rights, and run it again")
    })
}
