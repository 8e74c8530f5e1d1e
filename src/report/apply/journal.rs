//! The journal: which renames a change consists of, on the disk before the first of them.
//!
//! A process that is killed among the renames leaves it at the root with the staged files that it
//! names, and whoever comes next finishes them. It only ever goes forward: what is to be undone is
//! a change of its own, whose journal takes the place of the first.
//! Invariants: all that a journal names is on the disk before the journal is; it goes once all of it
//! is done. It may come from anybody, as a file of a repository does: what it names is a staged file
//! and its target in one folder of the root, both regular files, with the digests that it says.
//! Deliberately absent: the texts, which stand in the staged files.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::stage::{Staged, is_staged, regular_file, stage_free, sync_folders};
use super::{ApplyError, failed};

/// The journal's name, in the root.
pub(super) const FILE_NAME: &str = ".composemod-journal";

/// The form that this program writes and reads.
const FORMAT: u32 = 1;

/// A larger one is none of ours: that of 100,000 files has 30 MB.
const MAX_BYTES: u64 = 64 << 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: u32,
    files: Vec<Entry>,
}

/// A file that is to have another text, to be made, or to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Path from the root, with `/`.
    path: String,
    /// The name of the staged file in the same folder; none where the file is to go.
    #[serde(skip_serializing_if = "Option::is_none")]
    staged: Option<String>,
    /// SHA-256 of the old text in hexadecimal; none where there is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    /// SHA-256 of the new text; none where the file is to go.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
}

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pending,
    Done,
}

impl Journal {
    /// Gives the journal of staged files.
    pub(super) fn of(staged: &[Staged<'_>]) -> Self {
        let entry = |file: &Staged<'_>| Entry {
            path: file.path.to_owned(),
            staged: file.new.file_name().map(|name| name.to_string_lossy().into_owned()),
            old: file.old.map(digest),
            new: Some(digest(&file.text)),
        };
        Self { format: FORMAT, files: staged.iter().map(entry).collect() }
    }

    /// Adds a file that is to go, with the text that it has.
    pub(super) fn removing(mut self, path: &str, text: &str) -> Self {
        let (path, old) = (path.to_owned(), Some(digest(text)));
        self.files.push(Entry { path, staged: None, old, new: None });
        self
    }

    /// Gives how many files it names.
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// Gives the paths that it names, from the root.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|entry| entry.path.as_str())
    }

    /// Puts the journal on the disk, in place of one that is there.
    ///
    /// # Errors
    /// The system refuses; what was there is as it was.
    pub(super) fn write(&self, root: &Path) -> Result<(), ApplyError> {
        let fail = |source| failed(FILE_NAME, "write it", source);
        sync_folders(root, self.paths())?;
        let text = serde_json::to_string(self).map_err(|error| fail(error.into()))?;
        let staged = stage_free(root, FILE_NAME, &text)?;
        staged.persist(root.join(FILE_NAME)).map_err(|error| fail(error.error))?;
        sync_folders(root, [FILE_NAME])
    }

    /// Reads the journal of a root, where there is one.
    ///
    /// # Errors
    /// It can't be read, or is no journal.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, ApplyError> {
        let path = root.join(FILE_NAME);
        let wrong = |why: String| ApplyError::NoJournal { why };
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(failed(FILE_NAME, "look at it", source)),
            Ok(meta) if !meta.is_file() => return Err(wrong("it is no regular file".to_owned())),
            Ok(meta) if meta.len() > MAX_BYTES => return Err(wrong("it is too large".to_owned())),
            Ok(_) => {}
        }
        let mut text = String::new();
        File::open(&path)
            .and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text))
            .map_err(|source| failed(FILE_NAME, "read it", source))?;
        let journal: Self =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if journal.format != FORMAT {
            return Err(wrong(format!("its format is {}, not {FORMAT}", journal.format)));
        }
        match journal.files.iter().find(|entry| !entry.is_sound()) {
            Some(entry) => Err(wrong(format!("it names {:?}", entry.path))),
            None => Ok(Some(journal)),
        }
    }

    /// Does what is not done yet, and takes the journal away.
    ///
    /// # Errors
    /// A file is neither as it was nor as it is to be: then nothing is done. Or the system refuses:
    /// then the journal stays, and all of this can be done again.
    pub(super) fn finish(&self, root: &Path) -> Result<(), ApplyError> {
        let states = self.files.iter().map(|entry| entry.state(root));
        let states: Vec<State> = states.collect::<Result<_, _>>()?;
        for (entry, state) in self.files.iter().zip(states) {
            if state == State::Pending {
                entry.finish(root)?;
            }
        }
        sync_folders(root, self.paths())?;
        remove(root)
    }
}

/// Takes the journal away, if it is there.
///
/// # Errors
/// The system refuses.
pub(super) fn remove(root: &Path) -> Result<(), ApplyError> {
    match std::fs::remove_file(root.join(FILE_NAME)) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => return Err(ApplyError::JournalLeft { source }),
        Ok(()) => {}
    }
    // Where this is lost, the next run finds all done.
    drop(sync_folders(root, [FILE_NAME]));
    Ok(())
}

impl Entry {
    /// Whether it says what a journal of ours can say: nothing outside the root or in git's folder.
    fn is_sound(&self) -> bool {
        let is_ours = |part: Component<'_>| match part {
            Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
            _ => false,
        };
        !self.path.is_empty()
            && Path::new(&self.path).components().all(is_ours)
            && self.staged.as_deref().is_none_or(is_staged)
            && self.staged.is_some() == self.new.is_some()
            && (self.old.is_some() || self.new.is_some())
    }

    fn state(&self, root: &Path) -> Result<State, ApplyError> {
        let is = now(root, &self.path)?;
        if is == self.new {
            return Ok(State::Done);
        }
        let staged = self.staged_path().map(|path| self::now(root, &path)).transpose()?.flatten();
        if is == self.old && staged == self.new {
            return Ok(State::Pending);
        }
        Err(ApplyError::Edited { path: self.path.clone() })
    }

    fn finish(&self, root: &Path) -> Result<(), ApplyError> {
        let target = root.join(&self.path);
        match self.staged_path() {
            Some(staged) => std::fs::rename(root.join(staged), target)
                .map_err(|source| failed(&self.path, "replace it", source)),
            None => std::fs::remove_file(target)
                .map_err(|source| failed(&self.path, "remove it", source)),
        }
    }

    /// Path of the staged file from the root.
    fn staged_path(&self) -> Option<String> {
        let name = self.staged.as_deref()?;
        Some(match self.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}"),
            None => name.to_owned(),
        })
    }
}

/// Gives the digest of a file as it is; none where it is not there.
///
/// # Errors
/// It lies behind a link, is no regular file or can't be read.
fn now(root: &Path, path: &str) -> Result<Option<String>, ApplyError> {
    let target = root.join(path);
    let folder = target.parent().unwrap_or(root);
    if !folder.canonicalize().is_ok_and(|real| real == folder) {
        return Err(ApplyError::NotRegular { path: path.to_owned() });
    }
    match regular_file(&target, path) {
        Err(ApplyError::Changed { .. }) => return Ok(None),
        meta => meta?,
    };
    let mut hash = Sha256::new();
    let read =
        File::open(&target).and_then(|mut file| std::io::copy(&mut file, &mut Hashing(&mut hash)));
    read.map_err(|source| failed(path, "read it", source))?;
    Ok(Some(hex(&hash.finalize())))
}

/// Takes in what is written to it.
struct Hashing<'a>(&'a mut Sha256);

impl std::io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Gives a text's SHA-256 in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
