//! New texts beside the files that they will replace, on the disk and with all that these files have.
//!
//! Invariant: what is staged is a regular file of our own in the same folder, so that renaming it
//! over the old one is one step of the file system. A file that could not be replaced without losing
//! something (its owner, another name that it has) is refused here, before anything is changed.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, PathPersistError, TempPath};

use crate::repo::OWN_PREFIX;
use crate::repo::load::Repo;
use crate::text::change::ChangeSet;
use crate::text::edit::TextEdit;

use super::{ApplyError, failed};

/// A new text beside the file that it will replace.
pub(super) struct Staged<'a> {
    pub(super) path: &'a str,
    /// What the file held when it was read; none for a file that is made.
    pub(super) old: Option<&'a str>,
    /// What it is to hold.
    pub(super) text: String,
    /// Removed when it is dropped.
    pub(super) new: TempPath,
}

/// Stages all new texts of a change.
///
/// # Errors
/// The first file that can't be replaced or made. Nothing remains then.
pub(super) fn stage_all<'a>(
    root: &Path,
    repo: &'a Repo,
    change: &'a ChangeSet,
    folders: &mut NewFolders,
) -> Result<Vec<Staged<'a>>, ApplyError> {
    let stage = |(path, edit): (&'a str, &TextEdit)| {
        if change.creates(path) {
            let text = edit.apply("");
            let new = stage_new(root, path, &text, folders)?;
            return Ok(Staged { path, old: None, text, new });
        }
        let file = repo.get(path).ok_or_else(|| ApplyError::Changed { path: path.to_owned() })?;
        let text = edit.apply(&file.text);
        let new = stage(root, path, &text)?;
        Ok(Staged { path, old: Some(&file.text), text, new })
    };
    change.iter().map(stage).collect()
}

impl<'a> Staged<'a> {
    /// Checks that the file holds what was read, or that its place is free.
    pub(super) fn check_unchanged(&self, root: &Path) -> Result<(), ApplyError> {
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

    /// Renames it over its file, or gives itself back with the reason why it can't.
    pub(super) fn put(self, root: &Path) -> Result<Written<'a>, (Self, ApplyError)> {
        let Self { path, old, text, new } = self;
        let target = root.join(path);
        let put = if old.is_some() { new.persist(target) } else { new.persist_noclobber(target) };
        match put {
            Ok(()) => Ok(Written { path, old, text }),
            Err(PathPersistError { error, path: new }) => {
                Err((Self { path, old, text, new }, failed(path, "replace it", error)))
            }
        }
    }
}

/// A file that has its new text.
pub(super) struct Written<'a> {
    pub(super) path: &'a str,
    /// What it held before; none for a file that was made.
    pub(super) old: Option<&'a str>,
    /// What it holds.
    pub(super) text: String,
}

/// Writes a text beside the file of a path, with all that the file has: mode, owner and group, and
/// extended attributes, access lists among them. Its time of change is new, as it is a new text.
pub(super) fn stage(root: &Path, path: &str, text: &str) -> Result<TempPath, ApplyError> {
    let target = root.join(path);
    let meta = regular_file(&target, path)?;
    is_only_name(&meta, path)?;
    let folder = target.parent().unwrap_or(root);
    // A link in the path would lead to another file than was read.
    if !folder.canonicalize().is_ok_and(|real| real == folder) {
        return Err(ApplyError::NotRegular { path: path.to_owned() });
    }
    let keep = |staged: &File| {
        keep_owner(staged, &meta, path)?;
        staged
            .set_permissions(meta.permissions())
            .map_err(|source| failed(path, "keep its permissions", source))?;
        keep_attributes(&target, staged)
            .map_err(|source| failed(path, "keep its extended attributes", source))
    };
    write(&mut tempfile::Builder::new(), folder, path, text, keep)
}

/// Writes the text of a file that is to be made into a file in its folder, which is made where it is
/// not there. Its mode is what the system gives new files.
fn stage_new(
    root: &Path,
    path: &str,
    text: &str,
    folders: &mut NewFolders,
) -> Result<TempPath, ApplyError> {
    let target = root.join(path);
    is_free(&target, path)?;
    let folder = target.parent().unwrap_or(root);
    folders.make(root, folder, path)?;
    stage_free(folder, path, text)
}

/// Writes a text into a file with the mode that the system gives new files; `shown` is how people
/// know the file that it will be.
pub(super) fn stage_free(folder: &Path, shown: &str, text: &str) -> Result<TempPath, ApplyError> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    write(&mut builder, folder, shown, text, |_| Ok(()))
}

/// Writes a text to the disk, in a new file of a folder.
fn write(
    builder: &mut tempfile::Builder<'_, '_>,
    folder: &Path,
    shown: &str,
    text: &str,
    keep: impl FnOnce(&File) -> Result<(), ApplyError>,
) -> Result<TempPath, ApplyError> {
    let fail = |action| move |source| failed(shown, action, source);
    let mut staged: NamedTempFile =
        builder.prefix(OWN_PREFIX).tempfile_in(folder).map_err(fail("make a file beside it"))?;
    staged.write_all(text.as_bytes()).map_err(fail("write beside it"))?;
    keep(staged.as_file())?;
    staged.as_file().sync_all().map_err(fail("write beside it"))?;
    Ok(staged.into_temp_path())
}

/// Tells whether a name is one that staged files have: the prefix, and six letters and digits.
pub(super) fn is_staged(name: &str) -> bool {
    let rest = name.strip_prefix(OWN_PREFIX);
    rest.is_some_and(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Checks that nothing stands where a file is to be made.
fn is_free(target: &Path, path: &str) -> Result<(), ApplyError> {
    match target.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(failed(path, "look at it", source)),
        Ok(_) => Err(ApplyError::Exists { path: path.to_owned() }),
    }
}

/// Checks that a file is there and no link.
pub(super) fn regular_file(target: &Path, path: &str) -> Result<Metadata, ApplyError> {
    match target.symlink_metadata() {
        Ok(meta) if meta.is_file() => Ok(meta),
        Ok(_) => Err(ApplyError::NotRegular { path: path.to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(ApplyError::Changed { path: path.to_owned() })
        }
        Err(source) => Err(failed(path, "look at it", source)),
    }
}

/// Checks that a file has no other name, under which the old text would stay.
#[cfg(unix)]
fn is_only_name(meta: &Metadata, path: &str) -> Result<(), ApplyError> {
    use std::os::unix::fs::MetadataExt as _;
    match meta.nlink() {
        0 | 1 => Ok(()),
        names => Err(ApplyError::HardLinked { path: path.to_owned(), names }),
    }
}

#[cfg(not(unix))]
fn is_only_name(_: &Metadata, _: &str) -> Result<(), ApplyError> {
    Ok(())
}

/// Gives a staged file to the owner and the group of the old one.
#[cfg(unix)]
fn keep_owner(staged: &File, old: &Metadata, path: &str) -> Result<(), ApplyError> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let owner = |meta: &Metadata| (meta.uid(), meta.gid());
    let now = staged.metadata().map_err(|source| failed(path, "look beside it", source))?;
    if owner(&now) == owner(old) {
        return Ok(());
    }
    fchown(staged, Some(old.uid()), Some(old.gid()))
        .map_err(|source| failed(path, "keep its owner and group", source))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata, _: &str) -> Result<(), ApplyError> {
    Ok(())
}

/// Gives a staged file the extended attributes of the old one. Those of the system's security
/// modules are given where it lets us: it gives new files their own.
#[cfg(unix)]
fn keep_attributes(old: &Path, staged: &File) -> std::io::Result<()> {
    use xattr::FileExt as _;
    // A file system without them has none to keep.
    let Ok(names) = xattr::list(old) else { return Ok(()) };
    for name in names {
        let Some(value) = xattr::get(old, &name)? else { continue };
        match staged.set_xattr(&name, &value) {
            Err(_) if name.to_string_lossy().starts_with("security.") => {}
            set => set?,
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_attributes(_: &Path, _: &File) -> std::io::Result<()> {
    Ok(())
}

/// Folders that were made for new files. Those in which nothing stands in the end go with it.
#[derive(Default)]
pub(super) struct NewFolders(Vec<PathBuf>);

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

/// Forces the names in the folders of some files to the disk.
///
/// # Errors
/// The disk refuses.
pub(super) fn sync_folders<'a>(
    root: &Path,
    paths: impl IntoIterator<Item = &'a str>,
) -> Result<(), ApplyError> {
    let targets = paths.into_iter().map(|path| root.join(path));
    let folders: BTreeSet<PathBuf> =
        targets.filter_map(|target| target.parent().map(Path::to_owned)).collect();
    folders.iter().try_for_each(|folder| {
        let shown = folder.strip_prefix(root).unwrap_or(folder).display().to_string();
        let shown = if shown.is_empty() { "." } else { &shown };
        sync_folder(folder).map_err(|source| failed(shown, "write the folder", source))
    })
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    match File::open(folder)?.sync_all() {
        // A file system that knows nothing of it has nothing to wait for.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Ok(())
        }
        synced => synced,
    }
}

/// Windows opens no folder as a file; its journal keeps the order of renames.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
