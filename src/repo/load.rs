//! The only reader.
//!
//! Invariants: every file is read at most once, in parallel, and what comes of it does not depend
//! on the order; a symbolic link or a device is never opened. Deliberately absent: writing.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::str::Utf8Error;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use memchr::memmem::{self, Finder};
use rayon::prelude::*;

use crate::compose::model::{
    above, file_name, folder, has_compose_name, join, may_have_sections, split_suffix,
};
use crate::diagnostics::{self, Finding};
use crate::repo::config;
pub use crate::repo::list::Reach;
use crate::repo::list::{Ignored, list};
use crate::repo::parsed::Parsed;
use crate::repo::paths::Paths;
use crate::repo::values::Values;
use crate::text::change::ChangeSet;
use crate::text::source::SourceFile;
use crate::text::span::Span;

/// The tree as it was read. Immutable: paths, texts and spans belong together.
#[derive(Clone, Debug, Default)]
pub struct Repo {
    /// Files whose text was kept. Invariant: sorted by path.
    pub files: Vec<SourceFile>,
    /// Paths of all files of the tree, also of those not kept.
    pub all_paths: Paths,
    /// The folder that paths start from.
    pub root: PathBuf,
    /// The declaration, which is none of the files: what it names is never edited nor reported.
    pub config: Option<SourceFile>,
    /// The Compose files of each declared project, in their order.
    pub declared: Vec<Vec<String>>,
    /// What could not be read although it may matter. In order of path.
    pub findings: Vec<Finding>,
    /// Compose files that were parsed already.
    pub parsed: Parsed,
    /// Where values of variables stand.
    pub values: Values,
}

/// What is to be read.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Whose text is kept. Compose files, env files and scripts that run docker compose are kept in
    /// any case.
    pub texts: Texts,
    /// Whether files that git ignores are read too.
    pub no_ignore: bool,
    /// Files that are kept in any case, by path from the root: those that `-f` names.
    pub extra: Vec<String>,
    /// The declaration, as [`read_config`] gives it.
    pub config: Option<SourceFile>,
    /// The Compose files of each declared project, kept in any case.
    pub declared: Vec<Vec<String>>,
    /// How far the disk is looked at for files that git does not know.
    pub reach: Reach,
}

/// Files whose text is kept besides those that matter in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Texts {
    /// All of them.
    #[default]
    All,
    /// Those that hold one of these names.
    Holding(Vec<String>),
    /// None, so that only what can be one of the others is read at all: YAML, env files, scripts,
    /// and files without a suffix. Where only some folders are looked at, such files by other names
    /// than those of Compose and env files are read in those folders and above.
    None,
}

impl Texts {
    /// Gives the files that hold one of some names, or all of them where there is no name.
    #[must_use]
    pub fn holding_or_all(names: Vec<String>) -> Self {
        if names.is_empty() { Self::All } else { Self::Holding(names) }
    }
}

/// What is said of further files that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notes {
    /// All: something names these very files.
    Made,
    /// Nothing of a link, nor of what is no text.
    Left,
}

/// Why a tree can't be read at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The root is no folder that can be read.
    #[error("{}: {source}", root.display())]
    Root {
        /// The folder.
        root: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Repo {
    /// Reads a tree.
    ///
    /// # Errors
    /// The root can't be read. A file that can't is a finding.
    pub fn load(root: &Path, options: &LoadOptions) -> Result<Self, LoadError> {
        let root_error = |source| LoadError::Root { root: root.to_path_buf(), source };
        root.read_dir().map_err(root_error)?;
        let extra = options.extra.iter().chain(options.declared.iter().flatten());
        let reader = Reader {
            root,
            names: match &options.texts {
                Texts::All => None,
                Texts::Holding(names) => Some(Names::new(names)),
                Texts::None => Some(Names::new(&[])),
            },
            extra: extra.clone().map(String::as_str).collect(),
            config: options.config.as_ref().map(|source| source.path.as_str()),
            reads: match (&options.texts, &options.reach) {
                (Texts::None, Reach::Tree) => Reads::ByName,
                (Texts::None, Reach::Folders(folders)) => {
                    let all = folders.iter().flat_map(|folder| above(folder));
                    Reads::Near(all.collect())
                }
                _ => Reads::All,
            },
            heeds_links: options.reach != Reach::Tree,
        };
        let ignored = if options.no_ignore { Ignored::Listed } else { Ignored::Skipped };
        let listing = list(root, ignored, &options.reach, |path| reader.may_matter(path));
        let mut repo = Self {
            root: root.to_path_buf(),
            all_paths: listing.paths,
            config: options.config.clone(),
            declared: options.declared.clone(),
            ..Self::default()
        };
        if let Some(reason) = listing.without_git {
            repo.findings.push(without_git(&reason));
        }
        repo.take_listed(&reader);
        for path in listing.odd {
            repo.findings.extend(reader.objection(&path));
        }
        repo.take(&reader, extra);
        let env_files = repo.env_files_beside_compose();
        repo.take(&reader, &env_files);
        diagnostics::sort(&mut repo.findings);
        Ok(repo)
    }

    /// Gives a file by path, where its text was kept, or the declaration.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&SourceFile> {
        match self.files.binary_search_by(|file| file.path.as_str().cmp(path)) {
            Ok(at) => self.files.get(at),
            Err(_) => self.config.as_ref().filter(|config| config.path == path),
        }
    }

    /// Gives the tree as it stands once a change is made. No disk is touched.
    #[must_use]
    pub fn with(&self, change: &ChangeSet) -> Self {
        let mut repo = self.clone();
        for file in &mut repo.files {
            if let Some(edit) = change.get(&file.path) {
                *file = SourceFile::new(file.path.as_str(), edit.apply(&file.text));
            }
        }
        for (path, edit) in change.iter().filter(|(path, _)| change.creates(path)) {
            repo.files.push(SourceFile::new(path, edit.apply("")));
            repo.all_paths.extend([path.to_owned()]);
        }
        repo.files.sort_by(|a, b| a.path.cmp(&b.path));
        repo
    }

    /// Reads further files, whatever they are called. Paths are from the root; one that is there
    /// already, or is no file, changes nothing.
    pub fn read_also(&mut self, paths: &BTreeSet<String>, notes: Notes) {
        let root = self.root.clone();
        let (names, extra) = match notes {
            Notes::Made => (Some(Names::new(&[])), paths.iter().map(String::as_str).collect()),
            Notes::Left => (None, BTreeSet::new()),
        };
        let (config, reads, heeds_links) = (None, Reads::All, true);
        let reader = Reader { root: &root, names, extra, config, reads, heeds_links };
        self.take(&reader, paths);
        diagnostics::sort(&mut self.findings);
    }

    /// Reads the files that are listed; those that are not there are listed no longer.
    fn take_listed(&mut self, reader: &Reader<'_>) {
        let paths = &self.all_paths;
        let places = (0..paths.len()).into_par_iter().with_min_len(PATHS_AT_ONCE);
        let read = places.map_init(Buffer::default, |buffer, at| {
            let path = paths.get(at)?;
            Some((at, reader.read(path, buffer)?))
        });
        let read: Vec<(usize, Found)> = read.flatten_iter().collect();
        let gone = read.iter().filter(|(_, found)| matches!(found, Found::Nothing));
        let gone: Vec<usize> = gone.map(|(at, _)| *at).collect();
        self.all_paths.remove(&gone);
        self.keep(read.into_iter().map(|(_, found)| found));
    }

    /// Reads files by path from the root, but for those that were read already.
    fn take<'p>(&mut self, reader: &Reader<'_>, paths: impl IntoIterator<Item = &'p String>) {
        let paths: Vec<&String> =
            paths.into_iter().filter(|path| self.get(path).is_none()).collect();
        let read: Vec<Option<Found>> = paths
            .par_iter()
            .map_init(Buffer::default, |buffer, path| reader.read(path, buffer))
            .collect();
        let mut gone = Vec::new();
        let mut there = Vec::new();
        for (path, found) in paths.into_iter().zip(&read) {
            match (found, self.all_paths.place(path)) {
                (Some(Found::Nothing), Ok(place)) => gone.push(place),
                (Some(Found::Nothing), Err(_)) => {}
                (_, Err(_)) => there.push(path.clone()),
                (_, Ok(_)) => {}
            }
        }
        gone.sort_unstable();
        self.all_paths.remove(&gone);
        self.all_paths.extend(there);
        self.keep(read.into_iter().flatten());
    }

    fn keep(&mut self, found: impl Iterator<Item = Found>) {
        for found in found {
            match found {
                Found::Text(text) => self.files.push(*text),
                Found::Wrong(finding) => self.findings.push(*finding),
                Found::Nothing => {}
            }
        }
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.files.dedup_by(|a, b| a.path == b.path);
    }

    /// Env files that git may ignore: docker compose reads them all the same.
    fn env_files_beside_compose(&self) -> Vec<String> {
        let compose = self.files.iter().filter(|file| looks_like_compose(file));
        let folders: BTreeSet<&str> = compose.map(|file| folder(&file.path)).collect();
        let entries = folders.into_iter().flat_map(|folder| {
            let entries = self.root.join(folder).read_dir().into_iter().flatten().flatten();
            entries.map(move |entry| (folder, entry.file_name()))
        });
        entries
            .filter_map(|(folder, name)| {
                Some((folder, name.to_str().filter(|name| is_dot_env(name))?.to_owned()))
            })
            .filter_map(|(folder, name)| join(folder, &name))
            .filter(|path| !self.all_paths.contains(path))
            .collect()
    }
}

/// Reads a declaration: `composemod.yaml` at the root where there is one, or the file asked for, a
/// path and how it is shown.
///
/// # Errors
/// It is there, or asked for, and can't be read.
pub fn read_config(
    root: &Path,
    asked: Option<(&Path, &str)>,
) -> Result<Option<SourceFile>, Finding> {
    let default = root.join(config::FILE_NAME);
    let (path, shown) = asked.unwrap_or((&default, config::FILE_NAME));
    let unusable = |why: String| {
        let message = format!("{shown} can't be read: {why}");
        Finding::error("config-unreadable", message).help("mend it, or name another with --config")
    };
    // A link that the repository holds could lead anywhere; one that a person names is meant.
    let meta = if asked.is_some() { path.metadata() } else { path.symlink_metadata() };
    let meta = match meta {
        Err(error) if asked.is_none() && is_missing(&error) => return Ok(None),
        meta => meta.map_err(|error| unusable(error.to_string()))?,
    };
    text(path, &meta).map(|text| Some(SourceFile::new(shown, text))).map_err(unusable)
}

/// Reads a file that a person names, which may be a link; `shown` is how people know it.
///
/// # Errors
/// Why it can't be read.
pub fn read_named(path: &Path, shown: &str) -> Result<SourceFile, String> {
    let meta = path.metadata().map_err(|error| error.to_string())?;
    text(path, &meta).map(|text| SourceFile::new(shown, text))
}

/// Reads a file that must be text.
fn text(path: &Path, meta: &Metadata) -> Result<String, String> {
    if !meta.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let mut buffer = Buffer::default();
    let content = File::open(path).and_then(|file| buffer.content(&file, meta.len()));
    match content.map_err(|error| error.to_string())? {
        Content::Text(bytes) => {
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| error.to_string())
        }
        Content::Binary => Err("it holds NUL bytes".to_owned()),
        Content::TooLarge => Err(format!("it has {} bytes", meta.len())),
    }
}

/// Larger files are not searched, which is said: no Compose project names its services there, and each
/// mention in one takes room.
const MAX_BYTES: u64 = 8 << 20;

/// A file with a NUL in so many of its first bytes is binary; git looks at as many.
const PROBE_BYTES: usize = 8000;

/// So many bytes are read at once: most files whole.
const READ_BYTES: usize = 64 << 10;

/// So many files in a row are read by one thread with one buffer.
const PATHS_AT_ONCE: usize = 64;

struct Reader<'a> {
    root: &'a Path,
    /// None where every text is kept.
    names: Option<Names<'a>>,
    extra: BTreeSet<&'a str>,
    config: Option<&'a str>,
    reads: Reads<'a>,
    /// Whether a folder may be a symbolic link, behind which nothing is read.
    heeds_links: bool,
}

/// Which files are read at all.
#[derive(Debug)]
enum Reads<'a> {
    All,
    /// Those that may be kept although they hold none of the names.
    ByName,
    /// Those of them that lie in these folders, and those that are kept by their names.
    Near(BTreeSet<&'a str>),
}

/// What came of a path that there is something to say of.
enum Found {
    /// There is no file: tracked and deleted since, or a folder.
    Nothing,
    /// Its text is kept.
    Text(Box<SourceFile>),
    /// Its text may matter, and can't be had.
    Wrong(Box<Finding>),
}

/// What is in a file.
enum Content<'b> {
    Text(&'b [u8]),
    Binary,
    TooLarge,
}

impl Reader<'_> {
    /// Reads one file. Gives nothing for one that does not matter.
    fn read(&self, path: &str, buffer: &mut Buffer) -> Option<Found> {
        if !self.may_matter(path) {
            return None;
        }
        if self.heeds_links && buffer.links.lie_above(self.root, Path::new(path)) {
            return Some(Found::Nothing);
        }
        let full = self.root.join(path);
        let text = match open(&full) {
            Ok((_, meta)) if meta.is_dir() => return Some(Found::Nothing),
            Ok((file, meta)) => self.text(path, &file, &meta, buffer),
            Err(error) if is_missing(&error) => return Some(Found::Nothing),
            // What can't be opened may be no file at all: a link, a socket.
            Err(error) => match full.symlink_metadata() {
                Ok(meta) if meta.is_dir() => return Some(Found::Nothing),
                Ok(meta) if !meta.is_file() => self.other(path, &meta),
                Ok(_) if self.is_declaration(path) => Ok(None),
                Ok(_) => Err(unreadable(&error)),
                Err(error) if is_missing(&error) => return Some(Found::Nothing),
                Err(error) => Err(unreadable(&error)),
            },
        };
        match text {
            Ok(text) => text.map(|text| Found::Text(Box::new(SourceFile::new(path, text)))),
            Err(finding) if finding.place.is_some() => Some(Found::Wrong(Box::new(finding))),
            Err(finding) => Some(Found::Wrong(Box::new(finding.in_file(path)))),
        }
    }

    /// Says that a file can't be kept whose path is not UTF-8, where it would be.
    fn objection(&self, path: &Path) -> Option<Finding> {
        let full = self.root.join(path);
        let (path, _) = slashed(path);
        let (file, meta) = open(&full).ok()?;
        let finding = match self.text(&path, &file, &meta, &mut Buffer::default()) {
            Ok(text) => text.map(|_| path_not_utf8())?,
            Err(finding) => finding,
        };
        Some(if finding.place.is_some() { finding } else { finding.in_file(path.as_str()) })
    }

    /// Gives the text of a file that matters, nothing for another, or why it can't be had.
    fn text(
        &self,
        path: &str,
        file: &File,
        meta: &Metadata,
        buffer: &mut Buffer,
    ) -> Result<Option<Arc<str>>, Finding> {
        if !meta.is_file() {
            return self.other(path, meta);
        }
        if self.is_declaration(path) {
            return Ok(None);
        }
        let is_wanted = self.is_wanted(path);
        let bytes = match buffer.content(file, meta.len()).map_err(|error| unreadable(&error))? {
            Content::Text(bytes) => bytes,
            Content::TooLarge => return Err(too_large(meta, is_wanted)),
            Content::Binary if is_wanted => return Err(binary()),
            Content::Binary => return Ok(None),
        };
        let is_wanted = is_wanted
            || self.names.as_ref().is_none_or(|names| names.stand_in(bytes))
            || is_compose_content(path, bytes);
        // What such a script defines may be used in others that name what is looked for.
        if !is_wanted && !runs_compose(path, bytes) {
            return Ok(None);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.into())),
            Err(error) if is_wanted => Err(not_utf8(path, bytes, error)),
            Err(_) => Ok(None),
        }
    }

    /// What is no regular file is never read: a pipe would block, and what a link leads to is not
    /// the repository's.
    fn other(&self, path: &str, meta: &Metadata) -> Result<Option<Arc<str>>, Finding> {
        let is_told = self.is_wanted(path) && !self.is_declaration(path);
        if is_told { Err(not_regular(meta)) } else { Ok(None) }
    }

    /// Whether a file's text is kept whatever it holds.
    fn is_wanted(&self, path: &str) -> bool {
        self.extra.contains(path) || matters_by_name(path)
    }

    /// Whether a file may have to be kept, by its path.
    fn may_matter(&self, path: &str) -> bool {
        let is_near = match &self.reads {
            Reads::All => return true,
            Reads::ByName => true,
            Reads::Near(folders) => folders.contains(folder(path)),
        };
        let name = file_name(path);
        let may_hold = || match split_suffix(name) {
            Some((_, suffix)) => matches!(suffix, "yml" | "yaml") || is_named_script(name),
            None => true,
        };
        (is_near && may_hold()) || matters_by_name(name) || self.extra.contains(path)
    }

    /// Whether a file declares what is to be done: this tree's, or that of a project in it.
    fn is_declaration(&self, path: &str) -> bool {
        self.config == Some(path) || file_name(path) == config::FILE_NAME
    }
}

/// The names that are looked for in texts.
enum Names<'a> {
    /// Each is looked for on its own.
    Few(Vec<Finder<'a>>),
    /// All are looked for in one pass.
    Many(AhoCorasick),
}

impl<'a> Names<'a> {
    fn new(names: &'a [String]) -> Self {
        let each = || Self::Few(names.iter().map(Finder::new).collect());
        if names.len() <= 2 {
            return each();
        }
        AhoCorasick::new(names).map_or_else(|_| each(), Self::Many)
    }

    fn stand_in(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Few(names) => names.iter().any(|name| name.find(bytes).is_some()),
            Self::Many(names) => names.is_match(bytes),
        }
    }
}

/// Where one thread reads its files to, one after the other.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    links: Links,
}

/// Whether the folder that was asked about last lies behind a symbolic link.
#[derive(Default)]
struct Links {
    folder: PathBuf,
    is_behind: bool,
}

impl Links {
    /// Whether a path leads through a symbolic link.
    fn lie_above(&mut self, root: &Path, path: &Path) -> bool {
        let folder = path.parent().unwrap_or(path);
        if self.folder != folder {
            // What is above both is known to be no link where the last folder is behind none.
            let is_new = |above: &&Path| self.is_behind || !self.folder.starts_with(above);
            let mut above = folder.ancestors().take_while(is_new);
            self.is_behind = above.any(|folder| root.join(folder).is_symlink());
            self.folder = folder.to_path_buf();
        }
        self.is_behind
    }
}

impl Buffer {
    /// Reads a regular file of `size` bytes, and of a binary one only the beginning.
    fn content(&mut self, mut file: &File, size: u64) -> std::io::Result<Content<'_>> {
        let bytes = &mut self.bytes;
        if bytes.len() < READ_BYTES {
            bytes.resize(READ_BYTES, 0);
        }
        let mut length = read_some(&mut file, bytes)?;
        let probe = bytes.get(..length.min(PROBE_BYTES)).unwrap_or_default();
        if memchr::memchr(0, probe).is_some() {
            return Ok(Content::Binary);
        }
        if size > MAX_BYTES {
            return Ok(Content::TooLarge);
        }
        // A file that grows while it is read ends at the bound all the same.
        let bound = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX);
        while !is_whole(length, bytes.len(), size) && length < bound {
            if length == bytes.len() {
                let wanted = usize::try_from(size).unwrap_or_default();
                bytes.resize(wanted.max(length + READ_BYTES).min(bound), 0);
            }
            match read_some(&mut file, bytes.get_mut(length..).unwrap_or_default())? {
                0 => break,
                read => length += read,
            }
        }
        Ok(Content::Text(bytes.get(..length).unwrap_or_default()))
    }
}

/// Whether a file was read to its end: it has the size that it was said to have, and there was room
/// for more.
fn is_whole(length: usize, room: usize, size: u64) -> bool {
    length < room && u64::try_from(length).is_ok_and(|length| length == size)
}

fn read_some(file: &mut &File, into: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match file.read(into) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Opens what is to be read. A symbolic link is refused, and a pipe does not block.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<(File, Metadata)> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    let meta = file.metadata()?;
    Ok((file, meta))
}

/// Opens what is to be read. A symbolic link is refused.
#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<(File, Metadata)> {
    let meta = path.symlink_metadata()?;
    if meta.is_symlink() {
        return Err(ErrorKind::InvalidInput.into());
    }
    Ok((File::open(path)?, meta))
}

pub(super) fn matters_by_name(path: &str) -> bool {
    let name = file_name(path);
    has_compose_name(name) || is_dot_env(name) || name.ends_with(".env")
}

/// `.env`, `.env.local`, `.env-dev`; not `.envrc`.
fn is_dot_env(name: &str) -> bool {
    name.strip_prefix(".env").is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn looks_like_compose(file: &SourceFile) -> bool {
    has_compose_name(&file.path) || is_compose_content(&file.path, file.text.as_bytes())
}

pub(super) fn is_compose_content(path: &str, bytes: &[u8]) -> bool {
    let keys: [&[u8]; 3] = [b"services:", b"include:", b"extends"];
    let has_key = || keys.iter().any(|key| memmem::find(bytes, key).is_some());
    is_yaml(path) && (has_key() || may_have_sections(bytes))
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

fn is_named_script(name: &str) -> bool {
    [".sh", ".bash", ".mk"].iter().any(|end| name.ends_with(end))
        || matches!(name, "Makefile" | "makefile" | "GNUmakefile" | "justfile")
}

/// Tells whether a file is a script or a Makefile that runs docker compose, or may do so by handing
/// its arguments on to what another script defines.
fn runs_compose(path: &str, bytes: &[u8]) -> bool {
    let name = file_name(path);
    let is_script = bytes.starts_with(b"#!") || is_named_script(name);
    let commands: [&[u8]; 3] = [b"docker compose", b"docker-compose", b"\"$@\""];
    is_script && commands.iter().any(|command| memmem::find(bytes, command).is_some())
}

/// Gives a path with `/` between its parts, and whether it is UTF-8 as it stands.
pub(super) fn slashed(path: &Path) -> (String, bool) {
    if cfg!(unix)
        && let Some(path) = path.to_str()
    {
        return (path.to_owned(), true);
    }
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    (parts.join("/"), path.to_str().is_some())
}

/// Also where a folder of the path has become a file since.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn without_git(reason: &str) -> Finding {
    let message = format!("files that git tracks although it ignores them are not read: {reason}");
    Finding::warning("git-unavailable", message).help("make `git ls-files` work in this folder")
}

fn unreadable(error: &std::io::Error) -> Finding {
    Finding::warning(
        "file-unreadable",
        format!("the file is left alone, it can't be read: {error}"),
    )
    .help("check its permissions")
}

fn path_not_utf8() -> Finding {
    let message = "the file is left alone, as its path is not UTF-8";
    Finding::warning("path-not-utf8", message).help("rename it, or check it by hand")
}

fn not_regular(meta: &Metadata) -> Finding {
    if meta.is_symlink() {
        let message = "symbolic link: not followed, so only the file that it leads to is looked at";
        return Finding::info("symbolic-link", message);
    }
    Finding::warning("file-unreadable", "the file is left alone, as it is no regular file")
}

fn too_large(meta: &Metadata, is_wanted: bool) -> Finding {
    let message = format!(
        "the file is not searched, as it is larger than {} MiB: {} bytes",
        MAX_BYTES >> 20,
        meta.len()
    );
    let finding = if is_wanted { Finding::warning } else { Finding::info };
    finding("file-too-large", message).help("check it by hand")
}

fn binary() -> Finding {
    let message = "the file is left alone: by its name it is text, but it holds NUL bytes";
    Finding::warning("not-utf8", message).help("save it as UTF-8 where it is text")
}

fn not_utf8(path: &str, bytes: &[u8], error: Utf8Error) -> Finding {
    let at = error.valid_up_to();
    let valid = bytes.get(..at).unwrap_or_default();
    let valid = String::from_utf8_lossy(valid);
    let line = memchr::memchr_iter(b'\n', valid.as_bytes()).count() + 1;
    let column = valid.chars().rev().take_while(|&character| character != '\n').count() + 1;
    let message =
        format!("the file is left alone: it is not UTF-8 at line {line}, column {column}");
    Finding::warning("not-utf8", message)
        .at(path, Span::new(at, at + 1))
        .help("save it as UTF-8, or check it by hand")
}
