//! The only writer: all files of a change, or none, whatever happens meanwhile.
//!
//! Four steps, so that most that can go wrong does so before anything is changed:
//! 1. each new text is staged in a file beside the old one and forced to the disk (`stage`);
//! 2. each old file is compared with what was read, and a new one's place must be free;
//! 3. where there are several, a journal of the renames goes to the disk (`journal`): from here on
//!    the change is made, though the process be killed;
//! 4. each staged file is renamed over its old one, the folders are forced to the disk, and the
//!    journal goes. Where a rename fails, those before it are undone.
//!
//! Invariants: a reader sees a file's old text or its new one, never a part; what a file has beside
//! its text and its times stays, or it is not written (links of both kinds are refused). What a
//! killed process leaves is a journal with the staged files that it names, which [`interrupted`]
//! finds, or staged files alone, which the next change of a file in their folder removes. One
//! process writes under a root at a time, where the system can lock folders.
//! Deliberately absent: a wait for another writer.

mod journal;
mod stage;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::repo::load::Repo;
use crate::text::change::ChangeSet;

use journal::Journal;
#[cfg(feature = "postgres")]
pub(crate) use journal::digest;
use stage::{NewFolders, Staged, Written, is_staged, stage, stage_all, stage_free, sync_folders};

/// Why a change was not written. Unless it says otherwise, every file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A file is no longer what the change was planned for.
    #[error("{path}: the file has changed since it was read")]
    Changed {
        /// Path from the root.
        path: String,
    },
    /// A file is, or lies behind, a symbolic link, or is no regular file.
    #[error("{path}: not written, as it is no regular file in a folder of the repository")]
    NotRegular {
        /// Path from the root.
        path: String,
    },
    /// A file has other names, which would keep the old text.
    #[error(
        "{path}: not written, as the file has {names} names (hard links), and only one would change"
    )]
    HardLinked {
        /// Path from the root.
        path: String,
        /// How many names it has.
        names: u64,
    },
    /// A file to be made is there already.
    #[error("{path}: it is there already, and nothing is written over it")]
    Exists {
        /// As it was asked for.
        path: String,
    },
    /// The system refused.
    #[error("{path}: can't {action}: {source}")]
    Io {
        /// Path from the root.
        path: String,
        /// What was tried.
        action: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process is writing.
    #[error("another composemod is writing files here")]
    Busy,
    /// A change was begun by a process that was killed.
    #[error("a change of {files} files was interrupted: {} says which", journal::FILE_NAME)]
    Interrupted {
        /// How many files it has.
        files: usize,
    },
    /// A file of an interrupted change was edited since.
    #[error("{path}: the file was changed since a change of it was interrupted")]
    Edited {
        /// Path from the root.
        path: String,
    },
    /// What has the journal's name is none.
    #[error("{}: it is no journal of an interrupted change: {why}", journal::FILE_NAME)]
    NoJournal {
        /// What is wrong with it.
        why: String,
    },
    /// All files are written, and the journal can't be removed.
    #[error(
        "{}: the change is written, and this file can't be removed: {source}",
        journal::FILE_NAME
    )]
    JournalLeft {
        /// What the system says.
        source: std::io::Error,
    },
    /// A rename failed, and so did the undoing of those before it. The journal is there.
    #[error("{cause}; these files are already changed and could not be restored: {}", files.join(", "))]
    Torn {
        /// What failed first.
        cause: Box<Self>,
        /// Files that hold their new text, by path from the root.
        files: Vec<String>,
    },
}

/// Writes a change of what was read.
///
/// # Errors
/// The first thing that is in the way. Nothing is changed then, unless the error says so.
pub fn apply(root: &Path, repo: &Repo, change: &ChangeSet) -> Result<(), ApplyError> {
    let root = root.canonicalize().map_err(|source| failed(".", "find the root", source))?;
    let _lock = lock(&root)?;
    if let Some(journal) = Journal::read(&root)? {
        return Err(ApplyError::Interrupted { files: journal.len() });
    }
    let folders = change.iter().filter_map(|(path, _)| Path::new(path).parent());
    folders.collect::<BTreeSet<_>>().iter().for_each(|folder| sweep(&root.join(folder)));
    // Dropped after what is staged in them.
    let mut folders = NewFolders::default();
    let staged = stage_all(&root, repo, change, &mut folders)?;
    for file in &staged {
        file.check_unchanged(&root)?;
    }
    commit(&root, staged)
}

/// A change that a killed process left behind.
pub struct Interrupted {
    root: PathBuf,
    journal: Journal,
}

/// Gives the change of files under a root that was interrupted, where there is one.
///
/// # Errors
/// The journal can't be read, or is none.
pub fn interrupted(root: &Path) -> Result<Option<Interrupted>, ApplyError> {
    let root = root.canonicalize().map_err(|source| failed(".", "find the root", source))?;
    if Journal::read(&root)?.is_none() {
        return Ok(None);
    }
    // The process that wrote it may be at it still, and done with it by now.
    let _lock = lock(&root)?;
    Ok(Journal::read(&root)?.map(|journal| Interrupted { root: root.clone(), journal }))
}

impl Interrupted {
    /// Gives the paths from the root that the change is about, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.journal.paths()
    }

    /// Finishes it.
    ///
    /// # Errors
    /// A file was edited since: then nothing is done. Or the system refuses, and it can be tried
    /// again.
    pub fn finish(&self) -> Result<(), ApplyError> {
        let _lock = lock(&self.root)?;
        // Another process may have come first.
        match Journal::read(&self.root)? {
            Some(journal) if journal == self.journal => journal.finish(&self.root),
            _ => Ok(()),
        }
    }
}

/// Makes a file that is not there yet; `shown` is how people know it.
///
/// # Errors
/// It is there, if only as a link, or the system refuses. Then nothing of it remains.
pub fn create(target: &Path, shown: &str, text: &str) -> Result<(), ApplyError> {
    let exists = || ApplyError::Exists { path: shown.to_owned() };
    if target.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let folder = target.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    folder.metadata().map_err(|source| failed(shown, "make it", source))?;
    let staged = stage_free(folder, shown, text)?;
    staged.persist_noclobber(target).map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => exists(),
        _ => failed(shown, "make it", error.error),
    })
}

/// Makes a file, or gives one that is there another text; `shown` is how people know it.
///
/// # Errors
/// It is there and no regular file, or the system refuses. What was there is as it was then.
pub fn replace(target: &Path, shown: &str, text: &str) -> Result<(), ApplyError> {
    match target.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return create(target, shown, text),
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(ApplyError::NotRegular { path: shown.to_owned() }),
        Err(source) => return Err(failed(shown, "look at it", source)),
    }
    let folder = target.parent().unwrap_or(target);
    let folder = folder.canonicalize().map_err(|source| failed(shown, "find it", source))?;
    let name = target.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let staged = stage(&folder, name, text)?;
    staged.persist(folder.join(name)).map_err(|error| failed(shown, "replace it", error.error))
}

/// Removes staged files that a process which was killed left in a folder. Nobody else may write there
/// meanwhile.
pub fn sweep(folder: &Path) {
    // What can't be listed or removed is in nobody's way but git's.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_staged) {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Keeps other processes from writing under a root, until it is dropped.
///
/// # Errors
/// One is writing.
#[cfg(unix)]
fn lock(root: &Path) -> Result<Option<File>, ApplyError> {
    let Ok(folder) = File::open(root) else { return Ok(None) };
    match folder.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(ApplyError::Busy),
        // A file system without locks: each file is still compared before it is replaced.
        _ => Ok(Some(folder)),
    }
}

#[cfg(not(unix))]
fn lock(_: &Path) -> Result<Option<File>, ApplyError> {
    Ok(None)
}

/// Renames each staged file over its old one; where one fails, undoes those before it.
fn commit(root: &Path, mut staged: Vec<Staged<'_>>) -> Result<(), ApplyError> {
    // One rename is whole by itself.
    let is_journaled = staged.len() > 1;
    if is_journaled {
        keep(&mut staged, true);
        if let Err(error) = Journal::of(&staged).write(root) {
            // Staged files go only after what may name them.
            let is_gone = journal::remove(root).is_ok();
            keep(&mut staged, !is_gone);
            return Err(error);
        }
    }
    let mut done = Vec::new();
    let mut staged = staged.into_iter();
    while let Some(file) = staged.next() {
        match file.put(root) {
            Ok(file) => done.push(file),
            Err((file, cause)) => {
                let mut left: Vec<Staged<'_>> = std::iter::once(file).chain(staged).collect();
                let undone = if is_journaled { undo(root, &done) } else { Ok(()) };
                keep(&mut left, undone.is_err());
                return Err(if undone.is_ok() { cause } else { torn(root, &done, cause) });
            }
        }
    }
    // The renames are made; this hastens them to the disk, where the file system knows how.
    drop(sync_folders(root, done.iter().map(|file| file.path)));
    if is_journaled { journal::remove(root) } else { Ok(()) }
}

/// Decides whether staged files stay when they are dropped.
fn keep(staged: &mut [Staged<'_>], is_kept: bool) {
    staged.iter_mut().for_each(|file| file.new.disable_cleanup(is_kept));
}

/// Gives files that were written their old texts again and takes away those that were made: a change
/// whose journal takes the place of the one that is there.
fn undo(root: &Path, done: &[Written<'_>]) -> Result<(), ApplyError> {
    let mut back = Vec::new();
    for Written { path, old, text } in done {
        if let Some(old) = *old {
            let new = stage(root, path, old)?;
            back.push(Staged { path, old: Some(text), text: old.to_owned(), new });
        }
    }
    let made = done.iter().filter(|file| file.old.is_none());
    let journal =
        made.fold(Journal::of(&back), |journal, file| journal.removing(file.path, &file.text));
    keep(&mut back, true);
    journal.write(root)?;
    journal.finish(root)
}

/// Gives the error of a change that could be neither made nor undone.
fn torn(root: &Path, done: &[Written<'_>], cause: ApplyError) -> ApplyError {
    let is_lost = |file: &&Written<'_>| match (std::fs::read(root.join(file.path)), file.old) {
        (Ok(now), Some(old)) => now != old.as_bytes(),
        (Err(error), None) => error.kind() != ErrorKind::NotFound,
        _ => true,
    };
    let files = done.iter().filter(is_lost).map(|file| file.path.to_owned()).collect();
    ApplyError::Torn { cause: Box::new(cause), files }
}

fn failed(path: &str, action: &'static str, source: std::io::Error) -> ApplyError {
    ApplyError::Io { path: path.to_owned(), action, source }
}

#[cfg(test)]
mod tests;
