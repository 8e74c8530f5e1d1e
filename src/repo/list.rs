//! Which files a tree has: what git tracks, and what it neither tracks nor ignores.
//!
//! Git itself is asked: its index has versions, extensions
//! and hash lengths, its ignore rules have sources outside the tree, and asking costs 2 ms.
//! Deliberately absent: opening any of the files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::repo::git;

/// The files of a tree.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Paths from the root, links and special files too. Invariant: sorted, each once; none lies
    /// behind a symbolic link.
    pub(super) paths: Vec<PathBuf>,
    /// Why git could not be asked although the tree is its work tree: files that it tracks and
    /// ignores are not listed.
    pub(super) without_git: Option<String>,
}

/// Which files of a tree are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ignored {
    /// Files that git ignores are left out, unless it tracks them.
    Skipped,
    /// All files are listed.
    Listed,
}

/// Lists the files of a tree. Folders named `.git` are never listed, nor are repositories inside
/// a repository: their files are not this repository's to change.
pub(super) fn list(root: &Path, ignored: Ignored) -> Listing {
    let walked = |enters| Listing { paths: walk(root, ignored, enters), without_git: None };
    let in_git = root.ancestors().any(|folder| folder.join(".git").exists());
    if !in_git {
        return walked(is_any);
    }
    if ignored == Ignored::Listed {
        return walked(is_ours);
    }
    match ask_git(root) {
        // A root that lies in a folder that git ignores as a whole goes by its own rules.
        Ok(paths) if paths.is_empty() => walked(is_ours),
        Ok(paths) => Listing { paths: without_linked(root, paths), without_git: None },
        Err(reason) => Listing { without_git: Some(reason), ..walked(is_ours) },
    }
}

/// Asks git. An unmerged file is listed once for each side, hence the set.
fn ask_git(root: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = git::ask(root, &args)?;
    // A repository inside this one is listed as a folder, with a slash at its end.
    let files = git::items(&output).filter(|path| !path.ends_with(b"/"));
    Ok(files.map(git::path_of).collect())
}

/// Leaves out tracked files whose folder was replaced by a symbolic link since: the path now
/// leads to another file, maybe outside the root.
fn without_linked(root: &Path, paths: BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let folders = paths.iter().flat_map(|path| path.ancestors().skip(1));
    let folders: BTreeSet<&Path> = folders.filter(|folder| *folder != Path::new("")).collect();
    let linked: Vec<PathBuf> = folders
        .into_iter()
        .filter(|folder| root.join(folder).is_symlink())
        .map(Path::to_path_buf)
        .collect();
    let mut paths: Vec<PathBuf> = paths.into_iter().collect();
    if !linked.is_empty() {
        paths.retain(|path| !linked.iter().any(|link| path != link && path.starts_with(link)));
    }
    paths
}

/// Walks the tree, by git's ignore rules or without any. What can't be listed is skipped.
fn walk(root: &Path, ignored: Ignored, enters: fn(&DirEntry) -> bool) -> Vec<PathBuf> {
    let heeds = ignored == Ignored::Skipped;
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).git_ignore(heeds).git_exclude(heeds).git_global(heeds);
    // Ignore rules hold in a tree that is no git work tree too: an unpacked archive, say.
    walk.require_git(false);
    walk.filter_entry(move |entry| entry.file_name() != ".git" && enters(entry));
    let files = walk
        .build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
        .filter_map(|entry| entry.path().strip_prefix(root).ok().map(Path::to_path_buf));
    let mut paths: Vec<PathBuf> = files.collect();
    paths.sort();
    paths
}

/// Tells whether an entry is no repository of its own.
fn is_ours(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !entry.path().join(".git").exists()
}

fn is_any(_: &DirEntry) -> bool {
    true
}
