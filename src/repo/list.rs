//! Which files a tree has: what git tracks, and what it neither tracks nor ignores.
//!
//! The index says what git tracks. Each folder that is in it is read, and git is asked which of the
//! entries that it does not track it ignores, as its rules have sources outside the tree. A walk of
//! git's own over the whole tree takes one core longer than all else takes both.
//! Deliberately absent: opening any of the files.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;

use crate::repo::load::slashed;
use crate::repo::paths::Paths;
use crate::repo::{OWN_PREFIX, git, index};

/// The files of a tree, links and special files too, none of them behind a symbolic link.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Paths from the root.
    pub(super) paths: Paths,
    /// Those that are not UTF-8.
    pub(super) odd: Vec<PathBuf>,
    /// Why git could not be asked although the tree is its work tree: files that it tracks and
    /// ignores are not listed.
    pub(super) without_git: Option<String>,
}

impl Listing {
    fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut listing = Self::default();
        let mut found = Vec::new();
        for path in paths {
            match slashed(&path) {
                (path, true) => found.push(path),
                (_, false) => listing.odd.push(path),
            }
        }
        listing.paths = found.into_iter().collect();
        listing
    }
}

/// Which files of a tree are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ignored {
    /// Files that git ignores are left out, unless it tracks them.
    Skipped,
    /// All files are listed.
    Listed,
}

/// How far a listing looks at the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// All folders of the tree.
    #[default]
    Tree,
    /// Only these folders, by path from the root: elsewhere there is what git tracks, whether it is
    /// gone since or not. In a tree without git, all folders.
    Folders(BTreeSet<String>),
}

/// Lists the files of a tree. Folders named `.git` are never listed, nor are repositories inside
/// a repository: their files are not this repository's to change; nor what a run of this program left
/// behind. Of what git does not track, only
/// what `may_matter` by its path is sure to be listed where not the whole tree is looked at.
pub(super) fn list(
    root: &Path,
    ignored: Ignored,
    reach: &Reach,
    may_matter: impl Fn(&str) -> bool,
) -> Listing {
    let walked = |enters| Listing::of(walk(root, ignored, enters));
    let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) else {
        return walked(is_any);
    };
    if ignored == Ignored::Listed {
        return walked(is_ours);
    }
    match by_index(root, top, reach, may_matter) {
        // A root that lies in a folder that git ignores as a whole goes by its own rules.
        Ok(listing) if listing.paths.is_empty() && listing.odd.is_empty() => walked(is_ours),
        Ok(listing) => listing,
        Err(reason) => Listing { without_git: Some(reason), ..walked(is_ours) },
    }
}

/// Up to so many entries that git does not track it is asked about by name.
const FEW_ENTRIES: usize = 500;

/// Lists by git's index, and what it does not have of the folders that are in it. `top` is the
/// folder that holds `.git`.
fn by_index(
    root: &Path,
    top: &Path,
    reach: &Reach,
    may_matter: impl Fn(&str) -> bool,
) -> Result<Listing, String> {
    let own = if root == top { index::names(&root.join(".git")) } else { None };
    let index = own.map_or_else(|| git::ask(root, &["ls-files", "-z", "--cached"]), Ok)?;
    let mut tracked: Vec<&[u8]> = git::items(&index).collect();
    let entries = tracked.len();
    // An unmerged file is listed once for each side.
    tracked.dedup();
    let Differences { linked, gone, mut unknown } = match reach {
        Reach::Tree => compare_all(root, b"", &tracked),
        Reach::Folders(folders) => {
            let each = folders.iter().map(|folder| {
                let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                let folder = folder.into_bytes();
                let start = tracked.partition_point(|path| *path < folder.as_slice());
                let rest = tracked.get(start..).unwrap_or_default();
                let count = rest.partition_point(|path| path.starts_with(&folder));
                compare(root, &folder, rest.get(..count).unwrap_or_default()).0
            });
            each.fold(Differences::default(), Differences::and)
        }
    };
    if *reach != Reach::Tree {
        unknown.retain(|path| {
            let path = git::path_of(path);
            path.to_str().is_some_and(&may_matter) && root.join(path).is_file()
        });
    }
    let is_away = |path: &&[u8]| {
        let lies_in = |folder: &Vec<u8>| {
            path.strip_prefix(folder.as_slice())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        linked.iter().any(lies_in) || gone.iter().any(lies_in)
    };
    if !linked.is_empty() || !gone.is_empty() {
        tracked.retain(|path| !is_away(path));
    }
    let others = others(root, &unknown)?;
    // A repository inside this one is listed as a folder, with a slash at its end.
    let others = git::items(&others).filter(|path| !path.ends_with(b"/"));
    let others: Vec<PathBuf> =
        others.map(git::path_of).filter(|path| !is_own(path.file_name())).collect();
    if !others.is_empty() || tracked.len() < entries {
        return Ok(Listing::of(tracked.into_iter().map(git::path_of).chain(others)));
    }
    Ok(match String::from_utf8(index) {
        Ok(paths) => Listing { paths: Paths::of_sorted(paths), ..Listing::default() },
        Err(error) => Listing::of(git::items(error.as_bytes()).map(git::path_of)),
    })
}

/// Files that git neither tracks nor ignores, given the entries that it does not track.
fn others(root: &Path, unknown: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    if unknown.is_empty() {
        return Ok(Vec::new());
    }
    let all = ["--literal-pathspecs", "ls-files", "-z", "--others", "--exclude-standard", "--"];
    let mut args: Vec<PathBuf> = all.iter().map(PathBuf::from).collect();
    if unknown.len() <= FEW_ENTRIES {
        args.extend(unknown.iter().map(|path| git::path_of(path)));
    }
    git::ask(root, &args)
}

/// How the disk differs from what git tracks. All paths are from the root.
#[derive(Debug, Default)]
struct Differences {
    /// Folders that were replaced by a symbolic link since: a path through one leads to another
    /// file, maybe outside the root.
    linked: Vec<Vec<u8>>,
    /// Files and folders that are no longer there.
    gone: Vec<Vec<u8>>,
    /// Entries that are not tracked, nor hold what is tracked.
    unknown: Vec<Vec<u8>>,
}

impl Differences {
    fn and(mut self, mut other: Self) -> Self {
        self.linked.append(&mut other.linked);
        self.gone.append(&mut other.gone);
        self.unknown.append(&mut other.unknown);
        self
    }
}

/// Compares a folder and all below it with the tracked paths in it.
fn compare_all(root: &Path, folder: &[u8], tracked: &[&[u8]]) -> Differences {
    let (found, below) = compare(root, folder, tracked);
    let below = below.into_par_iter().map(|(folder, inner)| compare_all(root, &folder, inner));
    found.and(below.reduce(Differences::default, Differences::and))
}

/// A folder, its path ending with a slash, and the tracked paths in it.
type Below<'t> = (Vec<u8>, &'t [&'t [u8]]);

/// Compares the entries of a folder with the tracked paths in it; gives the folders in it too.
/// `folder` is empty for the root, and ends with a slash else.
fn compare<'t>(
    root: &Path,
    folder: &[u8],
    tracked: &'t [&'t [u8]],
) -> (Differences, Vec<Below<'t>>) {
    let names = names_in(folder, tracked);
    let mut is_there = vec![false; names.len()];
    let path_of = |name: &[u8]| [folder, name].concat();
    let mut found = Differences::default();
    let mut below = Vec::new();
    let entries = root.join(git::path_of(folder)).read_dir().into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = git::bytes_of(&name) else { continue };
        if name == b".git" {
            continue;
        }
        let Ok(at) = names.binary_search_by_key(&name, |(name, _)| *name) else {
            found.unknown.push(path_of(name));
            continue;
        };
        if let Some(is_there) = is_there.get_mut(at) {
            *is_there = true;
        }
        let inner = names.get(at).map_or(&[][..], |(_, inner)| *inner);
        match entry.file_type() {
            // A submodule, or a folder in place of what was a file: git knows.
            Ok(kind) if inner.is_empty() && kind.is_dir() => found.unknown.push(path_of(name)),
            _ if inner.is_empty() => {}
            Ok(kind) if kind.is_symlink() => {
                found.linked.push(path_of(name));
                found.unknown.push(path_of(name));
            }
            _ => below.push(([folder, name, b"/"].concat(), inner)),
        }
    }
    for ((name, inner), _) in names.iter().zip(is_there).filter(|(_, is_there)| !is_there) {
        // A file system that takes other letters for the same (Windows, macOS) has it by that name.
        match root.join(git::path_of(&path_of(name))).symlink_metadata() {
            Ok(meta) if meta.is_dir() && !inner.is_empty() => {
                below.push(([folder, name, b"/"].concat(), inner));
            }
            Ok(_) if inner.is_empty() => {}
            _ => found.gone.push(path_of(name)),
        }
    }
    (found, below)
}

/// The names in a folder in order, each with the paths in it where it is a folder itself.
fn names_in<'t>(folder: &[u8], tracked: &'t [&'t [u8]]) -> Vec<(&'t [u8], &'t [&'t [u8]])> {
    let mut names = Vec::new();
    let mut rest = tracked;
    while let Some(first) = rest.first() {
        let inner = first.get(folder.len()..).unwrap_or_default();
        let end = memchr::memchr(b'/', inner);
        // What a folder holds stands together.
        let below = match end {
            Some(end) => {
                let within = first.get(..=folder.len() + end).unwrap_or_default();
                rest.partition_point(|path| path.starts_with(within))
            }
            None => 0,
        };
        let (below, behind) = rest.split_at(below);
        names.push((inner.get(..end.unwrap_or(inner.len())).unwrap_or_default(), below));
        rest = if below.is_empty() { behind.get(1..).unwrap_or_default() } else { behind };
    }
    names.sort_unstable_by_key(|(name, _)| *name);
    names
}

/// Walks the tree, by git's ignore rules or without any. What can't be listed is skipped.
fn walk(root: &Path, ignored: Ignored, enters: fn(&DirEntry) -> bool) -> Vec<PathBuf> {
    let heeds = ignored == Ignored::Skipped;
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).git_ignore(heeds).git_exclude(heeds).git_global(heeds);
    // Ignore rules hold in a tree that is no git work tree too: an unpacked archive, say.
    walk.require_git(false);
    walk.filter_entry(move |entry| entry.file_name() != ".git" && enters(entry));
    let path_of = |entry: &DirEntry| {
        let is_file = entry.file_type().is_some_and(|kind| !kind.is_dir());
        let is_file = is_file && !is_own(Some(entry.file_name()));
        entry.path().strip_prefix(root).ok().filter(|_| is_file).map(Path::to_path_buf)
    };
    // Several threads wait for one another longer than a small tree takes one.
    let few: Vec<DirEntry> = walk.build().flatten().take(FEW_FILES).collect();
    if few.len() < FEW_FILES {
        return few.iter().filter_map(path_of).collect();
    }
    let (found, paths) = std::sync::mpsc::channel();
    walk.build_parallel().run(|| {
        let found = found.clone();
        Box::new(move |entry| {
            if let Some(path) = entry.ok().as_ref().and_then(path_of) {
                // Nobody is left to take it only where the walk is given up.
                let _ = found.send(path);
            }
            WalkState::Continue
        })
    });
    drop(found);
    paths.into_iter().collect()
}

/// Tells whether a file is one of those that this program works with.
fn is_own(name: Option<&OsStr>) -> bool {
    let name = name.and_then(OsStr::to_str);
    name.is_some_and(|name| name.starts_with(OWN_PREFIX))
}

/// A tree of fewer files and folders is small.
const FEW_FILES: usize = 1000;

/// Tells whether an entry is no repository of its own.
fn is_ours(entry: &DirEntry) -> bool {
    entry.depth() == 0 || !entry.path().join(".git").exists()
}

fn is_any(_: &DirEntry) -> bool {
    true
}
