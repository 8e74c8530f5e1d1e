//! The only writer: all files of a change, or none.
//!
//! Three steps, so that most that can go wrong does so before anything is changed: each new text
//! is staged in a file beside the old one and forced to the disk; each old file is compared with
//! what was read, and a new one's place must be free; then each staged file is renamed over its old
//! one. Where a rename fails, the
//! ones before it are undone. Invariants: a reader sees a file's old text or its new one, never a
//! part; mode bits stay, and the owner where the system lets us; staged files never remain.
//! Deliberately absent: protection of a crash between two renames, which needs a journal written
//! between the second step and the third; hard links to a changed file keep the old text.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::repo::load::Repo;
use crate::text::change::ChangeSet;
use crate::text::edit::TextEdit;

/// Why a change was not written. Unless it is [`ApplyError::Torn`], every file is as it was.
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
    /// A rename failed, and so did the undoing of those before it.
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
/// The first thing that is in the way. Nothing is changed then, unless the undoing failed too.
pub fn apply(root: &Path, repo: &Repo, change: &ChangeSet) -> Result<(), ApplyError> {
    let root = root.canonicalize().map_err(|source| failed(".", "find the root", source))?;
    // Dropped after what is staged in them.
    let mut folders = NewFolders::default();
    let staged = stage_all(&root, repo, change, &mut folders)?;
    for file in &staged {
        file.check_unchanged(&root)?;
    }
    commit(&root, staged)
}

/// Makes a file that is not there yet; `shown` is how people know it.
///
/// # Errors
/// It is there, if only as a link, or the system refuses. A file that could not be written whole
/// does not remain.
pub fn create(target: &Path, shown: &str, text: &str) -> Result<(), ApplyError> {
    let mut file = match File::options().write(true).create_new(true).open(target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(ApplyError::Exists { path: shown.to_owned() });
        }
        file => file.map_err(|source| failed(shown, "make it", source))?,
    };
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|source| {
        let _ = std::fs::remove_file(target);
        failed(shown, "write it", source)
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
    staged
        .persist(folder.join(name))
        .map_err(|error| failed(shown, "replace it", error.error))
        .map(|_| ())
}

/// Removes staged files that a process which was killed left in a folder. Nobody else may write there
/// meanwhile.
pub fn sweep(folder: &Path) {
    let is_staged = |name: &str| {
        let rest = name.strip_prefix(PREFIX);
        rest.is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    // What can't be listed or removed is in nobody's way but git's.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_staged) {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// What the names of staged files begin with; six letters and digits follow.
const PREFIX: &str = ".composemod-";

/// A new text beside the file that it will replace.
struct Staged<'a> {
    path: &'a str,
    /// What the file held when it was read; none for a file that is made.
    old: Option<&'a str>,
    /// Removed when it is dropped.
    new: NamedTempFile,
}

fn stage_all<'a>(
    root: &Path,
    repo: &'a Repo,
    change: &'a ChangeSet,
    folders: &mut NewFolders,
) -> Result<Vec<Staged<'a>>, ApplyError> {
    let stage = |(path, edit): (&'a str, &TextEdit)| {
        if change.creates(path) {
            let new = stage_new(root, path, &edit.apply(""), folders)?;
            return Ok(Staged { path, old: None, new });
        }
        let file = repo.get(path).ok_or_else(|| ApplyError::Changed { path: path.to_owned() })?;
        let new = stage(root, path, &edit.apply(&file.text))?;
        Ok(Staged { path, old: Some(&file.text), new })
    };
    change.iter().map(stage).collect()
}

/// Writes a text beside the file of a path, with that file's mode and owner.
fn stage(root: &Path, path: &str, text: &str) -> Result<NamedTempFile, ApplyError> {
    let target = root.join(path);
    let meta = regular_file(&target, path)?;
    let folder = target.parent().unwrap_or(root);
    // A link in the path would lead to another file than was read.
    if !folder.canonicalize().is_ok_and(|real| real == folder) {
        return Err(ApplyError::NotRegular { path: path.to_owned() });
    }
    let fail = |action| move |source| failed(path, action, source);
    let mut staged = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)
        .map_err(fail("make a file beside it"))?;
    staged.write_all(text.as_bytes()).map_err(fail("write beside it"))?;
    keep_owner(staged.as_file(), &meta);
    staged.as_file().set_permissions(meta.permissions()).map_err(fail("keep its permissions"))?;
    staged.as_file().sync_all().map_err(fail("write beside it"))?;
    Ok(staged)
}

/// Writes the text of a file that is to be made into a file in its folder, which is made where it is
/// not there. Its mode is what the system gives new files.
fn stage_new(
    root: &Path,
    path: &str,
    text: &str,
    folders: &mut NewFolders,
) -> Result<NamedTempFile, ApplyError> {
    let target = root.join(path);
    is_free(&target, path)?;
    let folder = target.parent().unwrap_or(root);
    folders.make(root, folder, path)?;
    let fail = |action| move |source| failed(path, action, source);
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    let mut staged = builder.tempfile_in(folder).map_err(fail("make a file beside it"))?;
    staged.write_all(text.as_bytes()).map_err(fail("write beside it"))?;
    staged.as_file().sync_all().map_err(fail("write beside it"))?;
    Ok(staged)
}

/// Checks that nothing stands where a file is to be made.
fn is_free(target: &Path, path: &str) -> Result<(), ApplyError> {
    match target.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(failed(path, "look at it", source)),
        Ok(_) => Err(ApplyError::Exists { path: path.to_owned() }),
    }
}

/// Folders that were made for new files. Those in which nothing stands in the end go with it.
#[derive(Default)]
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// Makes a folder with those above it, none of which may be a link.
    fn make(&mut self, root: &Path, folder: &Path, path: &str) -> Result<(), ApplyError> {
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        let there = folder.ancestors().nth(missing.len()).unwrap_or(root);
        let real = there.canonicalize();
        if !real.is_ok_and(|real| real == there && real.starts_with(root) && real.is_dir()) {
            return Err(ApplyError::NotRegular { path: path.to_owned() });
        }
        for folder in missing.into_iter().rev() {
            std::fs::create_dir(&folder)
                .map_err(|source| failed(path, "make its folder", source))?;
            self.0.push(folder);
        }
        Ok(())
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // One that a file was written to is not empty, and stays.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

fn regular_file(target: &Path, path: &str) -> Result<Metadata, ApplyError> {
    match target.symlink_metadata() {
        Ok(meta) if meta.is_file() => Ok(meta),
        Ok(_) => Err(ApplyError::NotRegular { path: path.to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(ApplyError::Changed { path: path.to_owned() })
        }
        Err(source) => Err(failed(path, "look at it", source)),
    }
}

/// Gives a staged file to the owner of the old one. Only root may in general, and only root's
/// writing would take the file away from its owner: a refusal changes nothing for others.
#[cfg(unix)]
fn keep_owner(staged: &File, old: &Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let _ = std::os::unix::fs::fchown(staged, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

impl Staged<'_> {
    fn check_unchanged(&self, root: &Path) -> Result<(), ApplyError> {
        let target = root.join(self.path);
        let Some(old) = self.old else { return is_free(&target, self.path) };
        regular_file(&target, self.path)?;
        let mut now = Vec::new();
        File::open(&target)
            // One byte more than expected is enough to see that it grew.
            .and_then(|file| file.take(old.len() as u64 + 1).read_to_end(&mut now))
            .map_err(|source| failed(self.path, "read it again", source))?;
        if now == old.as_bytes() {
            return Ok(());
        }
        Err(ApplyError::Changed { path: self.path.to_owned() })
    }
}

/// Renames each staged file over its old one; where one fails, undoes those before it.
fn commit(root: &Path, staged: Vec<Staged<'_>>) -> Result<(), ApplyError> {
    let mut done = Vec::new();
    for Staged { path, old, new } in staged {
        let target = root.join(path);
        let written =
            if old.is_some() { new.persist(target) } else { new.persist_noclobber(target) };
        match written {
            Ok(_) => done.push((path, old)),
            Err(error) => return Err(undo(root, &done, failed(path, "replace it", error.error))),
        }
    }
    let targets: Vec<PathBuf> = done.iter().map(|(path, _)| root.join(path)).collect();
    let folders: BTreeSet<&Path> = targets.iter().filter_map(|target| target.parent()).collect();
    for folder in folders {
        // The renames are made; this hastens them to the disk, where the file system knows how.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// Gives changed files (path and old text) their old text again, takes away those that were made,
/// and gives the error to report.
fn undo(root: &Path, done: &[(&str, Option<&str>)], cause: ApplyError) -> ApplyError {
    let is_restored = |path: &str, old: Option<&str>| match old {
        Some(old) => {
            stage(root, path, old).is_ok_and(|staged| staged.persist(root.join(path)).is_ok())
        }
        None => std::fs::remove_file(root.join(path)).is_ok(),
    };
    let lost = done.iter().filter(|(path, old)| !is_restored(path, *old));
    let files: Vec<String> = lost.map(|(path, _)| (*path).to_owned()).collect();
    if files.is_empty() { cause } else { ApplyError::Torn { cause: Box::new(cause), files } }
}

fn failed(path: &str, action: &'static str, source: std::io::Error) -> ApplyError {
    ApplyError::Io { path: path.to_owned(), action, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::load::LoadOptions;
    use crate::text::edit::Edit;
    use crate::text::span::Span;

    /// A tree of files that all hold `old`, as read, and a change of all of them to `new`.
    fn tree(paths: &[&str]) -> (tempfile::TempDir, Repo, ChangeSet) {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            put(&path, "old\n");
        }
        let repo = Repo::load(folder.path(), &LoadOptions::default()).unwrap();
        let edit = |path: &&str| ((*path).to_owned(), Edit::replace(Span::new(0, 3), "new"));
        let change = ChangeSet::new(paths.iter().map(edit)).unwrap();
        (folder, repo, change)
    }

    #[allow(clippy::disallowed_methods, reason = "tests write the trees that they try")]
    fn put(path: &Path, text: &str) {
        std::fs::write(path, text).unwrap();
    }

    /// Every file of a folder with its text, staged files too; folders and links by name.
    fn texts(folder: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build() {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if entry.file_type().unwrap().is_file() {
                let bytes = std::fs::read(entry.path()).unwrap();
                found.push((path, String::from_utf8(bytes).unwrap()));
            }
        }
        found.sort();
        found
    }

    fn expected(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn all_files_change_and_nothing_else_remains() {
        let (folder, repo, change) = tree(&["a", "b/c", "b/d e"]);
        apply(folder.path(), &repo, &change).unwrap();
        let new = [("a", "new\n"), ("b/c", "new\n"), ("b/d e", "new\n")];
        assert_eq!(texts(folder.path()), expected(&new));
    }

    #[test]
    fn a_file_of_our_own_is_made_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        for text in ["one\n", "two\n"] {
            replace(&target, "a", text).unwrap();
            assert_eq!(texts(folder.path()), expected(&[("a", text)]));
        }
        let error = replace(folder.path(), "x", "").unwrap_err();
        assert!(matches!(error, ApplyError::NotRegular { path } if path == "x"));
        assert!(replace(&folder.path().join("no/a"), "no/a", "").is_err());
    }

    /// A change of `a` that makes two files too, one of them in folders that are not there.
    fn making() -> (tempfile::TempDir, Repo, ChangeSet) {
        let (folder, repo, _) = tree(&["a", "there/b"]);
        let edit = |path: &str, edit| (path.to_owned(), edit);
        let edits = [
            edit("a", Edit::replace(Span::new(0, 3), "new")),
            edit("far/away/c", Edit::insert(0, "made\n")),
            edit("there/d", Edit::insert(0, "made\n")),
        ];
        let made = ["far/away/c", "there/d"].map(str::to_owned);
        (folder, repo, ChangeSet::new(edits).unwrap().creating(made))
    }

    #[test]
    fn files_are_made_with_their_folders() {
        let (folder, repo, change) = making();
        apply(folder.path(), &repo, &change).unwrap();
        let new =
            [("a", "new\n"), ("far/away/c", "made\n"), ("there/b", "old\n"), ("there/d", "made\n")];
        assert_eq!(texts(folder.path()), expected(&new));
    }

    #[test]
    fn nothing_is_made_where_one_file_can_not_be() {
        type Harm = fn(&Path);
        let harms: [(Harm, &str); 3] = [
            (|root| put(&root.join("there/d"), "mine\n"), "there/d: it is there already"),
            (|root| put(&root.join("a"), "odd\n"), "a: the file has changed"),
            (|root| put(&root.join("far"), "a file\n"), "far/away/c: can't look at it"),
        ];
        for (harm, message) in harms {
            let (folder, repo, change) = making();
            harm(folder.path());
            let before = texts(folder.path());
            let error = apply(folder.path(), &repo, &change).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
            assert_eq!(texts(folder.path()), before);
            assert!(!folder.path().join("far/away").exists(), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_made_behind_a_link() {
        let outside = tempfile::tempdir().unwrap();
        let (folder, repo, change) = making();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("far")).unwrap();
        let error = apply(folder.path(), &repo, &change).unwrap_err();
        assert!(matches!(error, ApplyError::NotRegular { path } if path == "far/away/c"));
        assert_eq!(texts(outside.path()), []);
        assert!(!outside.path().join("away").exists());
    }

    /// What happens to the tree between reading and writing; then nothing may be written.
    #[test]
    fn what_is_in_the_way_leaves_every_file_as_it_was() {
        type Harm = fn(&Path);
        let cases: [(Harm, &str, &str); 6] = [
            (|root| put(&root.join("b/c"), "odd\n"), "odd\n", "b/c: the file has changed"),
            (|root| put(&root.join("b/c"), "old\nmore"), "old\nmore", "b/c: the file has changed"),
            (|root| put(&root.join("b/c"), ""), "", "b/c: the file has changed"),
            (|root| std::fs::remove_file(root.join("b/c")).unwrap(), "gone", "b/c: the file has"),
            (
                |root| {
                    std::fs::remove_file(root.join("b/c")).unwrap();
                    std::fs::create_dir(root.join("b/c")).unwrap();
                },
                "gone",
                "b/c: not written, as it is no regular file",
            ),
            (
                |root| {
                    std::fs::remove_dir_all(root.join("b")).unwrap();
                    put(&root.join("b"), "a file now");
                },
                "gone",
                "b/c: can't look at it",
            ),
        ];
        for (harm, left, message) in cases {
            let (folder, repo, change) = tree(&["a", "b/c", "z"]);
            harm(folder.path());
            let error = apply(folder.path(), &repo, &change).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
            let mut texts = texts(folder.path());
            texts.retain(|(path, _)| path != "b");
            let mut old = expected(&[("a", "old\n"), ("b/c", left), ("z", "old\n")]);
            old.retain(|(_, text)| text != "gone");
            assert_eq!(texts, old, "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_never_written_through() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        put(&outside.path().join("c"), "old\n");
        let file = |root: &Path| {
            std::fs::remove_file(root.join("b/c")).unwrap();
            symlink(outside.path().join("c"), root.join("b/c")).unwrap();
        };
        let parent = |root: &Path| {
            std::fs::remove_dir_all(root.join("b")).unwrap();
            symlink(outside.path(), root.join("b")).unwrap();
        };
        for harm in [&file as &dyn Fn(&Path), &parent] {
            let (folder, repo, change) = tree(&["a", "b/c"]);
            harm(folder.path());
            let error = apply(folder.path(), &repo, &change).unwrap_err();
            assert!(matches!(error, ApplyError::NotRegular { path } if path == "b/c"));
            assert_eq!(texts(outside.path()), expected(&[("c", "old\n")]));
            assert_eq!(texts(folder.path()), expected(&[("a", "old\n")]));
        }
    }

    #[test]
    fn a_rename_that_fails_undoes_those_before_it() {
        let (folder, repo, change) = tree(&["a", "b", "c/d", "e"]);
        let root = folder.path().canonicalize().unwrap();
        let mut folders = NewFolders::default();
        let staged = stage_all(&root, &repo, &change, &mut folders).unwrap();
        // Nothing can be renamed over a folder that is not empty.
        std::fs::remove_file(root.join("c/d")).unwrap();
        std::fs::create_dir_all(root.join("c/d/x")).unwrap();
        let error = commit(&root, staged).unwrap_err();
        assert!(matches!(&error, ApplyError::Io { path, .. } if path == "c/d"), "{error}");
        assert_eq!(texts(&root), expected(&[("a", "old\n"), ("b", "old\n"), ("e", "old\n")]));
    }

    #[test]
    fn what_could_not_be_undone_is_named() {
        let (folder, ..) = tree(&["a", "b"]);
        std::fs::remove_file(folder.path().join("a")).unwrap();
        let root = folder.path().canonicalize().unwrap();
        let cause = failed("c", "replace it", ErrorKind::Other.into());
        let error = undo(&root, &[("a", Some("old\n")), ("b", Some("restored\n"))], cause);
        assert!(matches!(&error, ApplyError::Torn { files, .. } if files == &["a"]), "{error}");
        assert_eq!(texts(&root), expected(&[("b", "restored\n")]));
    }

    #[cfg(unix)]
    #[test]
    fn mode_bits_stay() {
        use std::os::unix::fs::PermissionsExt;
        for mode in [0o644, 0o755, 0o600, 0o444, 0o4711] {
            let (folder, repo, change) = tree(&["a"]);
            let path = folder.path().join("a");
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            apply(folder.path(), &repo, &change).unwrap();
            let kept = path.metadata().unwrap().permissions().mode() & 0o7777;
            assert_eq!(kept, mode, "{kept:o}");
            assert_eq!(texts(folder.path()), expected(&[("a", "new\n")]));
        }
    }
}
