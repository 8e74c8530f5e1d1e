//! What became of a tree since a revision, and the tree as it was: git is asked.
//!
//! Only the old texts of files that changed and that matter are read. What git ignores has no
//! history, and is taken to have been as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::repo::git;
use crate::repo::load::{Repo, is_compose_content, matters_by_name, slashed};
use crate::repo::workspace::Workspace;
use crate::text::source::SourceFile;

/// A tree's past.
#[derive(Clone, Debug, Default)]
pub struct Since {
    /// Files that are other than they were, by path from the root: new, changed and gone ones, and
    /// new ones that git does not track. A file with another name is a new one, and one that is gone.
    pub changed: BTreeSet<String>,
    /// The tree as it was: its Compose files, and what they name.
    pub before: Repo,
}

/// Why a tree's past can't be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// Git can't be asked.
    #[error("what changed since {revision} can't be told: {reason}")]
    Git {
        /// The revision, as it was given.
        revision: String,
        /// What the system or git says.
        reason: String,
    },
    /// There is no such revision.
    #[error("there is no revision {revision} here")]
    Unknown {
        /// The revision, as it was given.
        revision: String,
    },
}

/// Tells what changed in a tree since a revision. `named` files (`-f`) count as Compose files.
///
/// # Errors
/// The tree is no git work tree, git can't be run, or there is no such revision.
pub fn since(repo: &Repo, revision: &str, named: &[String]) -> Result<Since, HistoryError> {
    let failed = |reason| HistoryError::Git { revision: revision.to_owned(), reason };
    let commit = commit(repo, revision)?;
    let diff = [
        "diff",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "--relative",
        "--no-ext-diff",
        "--ignore-submodules",
        &commit,
        "--",
    ];
    let diff = git::ask(&repo.root, &diff).map_err(failed)?;
    let untracked = ["ls-files", "-z", "--others", "--exclude-standard"];
    let untracked = git::ask(&repo.root, &untracked).map_err(failed)?;
    let old = old_files(&diff);
    let mut changed: BTreeSet<String> = old.keys().cloned().collect();
    changed.extend(git::items(&untracked).filter_map(path));
    let mut past = Past::new(repo, &changed, old);
    let declared: BTreeSet<&String> = named.iter().chain(repo.declared.iter().flatten()).collect();
    let may_matter =
        |path: &str| matters_by_name(path) || declared.contains(&path.to_owned()) || is_yaml(path);
    let does_matter = |path: &str, text: &str| {
        matters_by_name(path)
            || declared.contains(&path.to_owned())
            || is_compose_content(path, text.as_bytes())
    };
    past.read(&may_matter, &does_matter).map_err(failed)?;
    let env_files = Workspace::new(&past.before, named).named_files();
    past.read(&|path| env_files.contains(path), &|_, _| true).map_err(failed)?;
    Ok(Since { changed, before: past.before })
}

/// The commit that is meant by a revision.
fn commit(repo: &Repo, revision: &str) -> Result<String, HistoryError> {
    let unknown = || HistoryError::Unknown { revision: revision.to_owned() };
    // What begins so is a flag for git.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(unknown());
    }
    let failed = |reason| HistoryError::Git { revision: revision.to_owned(), reason };
    let wanted = format!("{revision}^{{commit}}");
    let answer = git::try_ask(&repo.root, &["rev-parse", "--verify", "--quiet", &wanted]);
    let answer = answer.map_err(failed)?;
    match (answer.is_success, answer.complaint.as_str()) {
        (true, _) => Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned()),
        // It has nothing to say of a name that it does not know.
        (false, "") => Err(unknown()),
        (false, complaint) => Err(failed(format!("git says: {complaint}"))),
    }
}

/// The files that a raw diff lists, each with the object that it was; none where it was no file.
fn old_files(diff: &[u8]) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    let mut items = git::items(diff);
    // `:100644 100644 <old object> <new object> M`, then the path.
    while let (Some(change), Some(name)) = (items.next(), items.next()) {
        let Some(path) = path(name) else { continue };
        let change = String::from_utf8_lossy(change);
        let mut words = change.trim_start_matches(':').split(' ');
        let (mode, object) = (words.next().unwrap_or_default(), words.nth(1));
        let object = object.filter(|_| mode.starts_with("100")).map(str::to_owned);
        // An unmerged file is listed twice, once without what it was.
        let known = found.entry(path).or_insert(None);
        *known = known.take().or(object);
    }
    found
}

/// A path from the root, where it is UTF-8.
fn path(bytes: &[u8]) -> Option<String> {
    let (path, is_utf8) = slashed(&git::path_of(bytes));
    is_utf8.then_some(path)
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

/// A tree as it was, in the making.
struct Past {
    before: Repo,
    /// Objects that are not read, by path.
    old: BTreeMap<String, String>,
}

impl Past {
    /// Starts with what did not change.
    fn new(repo: &Repo, changed: &BTreeSet<String>, old: BTreeMap<String, Option<String>>) -> Self {
        let old: BTreeMap<String, String> =
            old.into_iter().filter_map(|(path, object)| Some((path, object?))).collect();
        let is_same = |path: &str| !changed.contains(path);
        let files = repo.files.iter().filter(|file| is_same(&file.path)).cloned();
        let paths = repo.all_paths.iter().filter(|path| is_same(path));
        let paths = paths.chain(old.keys().map(String::as_str));
        let before = Repo {
            files: files.collect(),
            all_paths: paths.collect(),
            root: repo.root.clone(),
            config: repo.config.clone(),
            declared: repo.declared.clone(),
            findings: Vec::new(),
            parsed: repo.parsed.clone(),
            values: repo.values.clone(),
        };
        Self { before, old }
    }

    /// Reads some of the objects, and keeps the texts that matter.
    fn read(
        &mut self,
        may_matter: &dyn Fn(&str) -> bool,
        does_matter: &dyn Fn(&str, &str) -> bool,
    ) -> Result<(), String> {
        let wanted: Vec<(&String, &String)> =
            self.old.iter().filter(|(path, _)| may_matter(path)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let asked: String = wanted.iter().map(|(_, object)| format!("{object}\n")).collect();
        let output = git::ask_about(&self.before.root, &["cat-file", "--batch"], asked.as_bytes())?;
        let mut rest = output.as_slice();
        let mut read = Vec::new();
        for (path, _) in wanted {
            let Some(content) = content(&mut rest) else { continue };
            let text = std::str::from_utf8(content).ok().filter(|text| !text.contains('\0'));
            if let Some(text) = text.filter(|text| does_matter(path, text)) {
                read.push(SourceFile::new(path.as_str(), text));
            }
        }
        for file in &read {
            self.old.remove(&file.path);
        }
        self.before.files.extend(read);
        self.before.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }
}

/// Takes one object off the output of `cat-file --batch`: `<object> blob <size>`, a line's end, the
/// content, a line's end. One that is missing is said so in its first line, and has no content.
fn content<'o>(rest: &mut &'o [u8]) -> Option<&'o [u8]> {
    let end = memchr::memchr(b'\n', rest)?;
    let head = String::from_utf8_lossy(&rest[..end]);
    let size: Option<usize> = match head.split(' ').collect::<Vec<_>>().as_slice() {
        [_, "blob", size] => size.parse().ok(),
        _ => None,
    };
    let Some(size) = size else {
        *rest = &rest[end + 1..];
        return None;
    };
    let content = rest.get(end + 1..end + 1 + size)?;
    *rest = rest.get(end + 2 + size..).unwrap_or_default();
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::{content, old_files};

    #[test]
    fn a_raw_diff_is_read() {
        let diff = ":100644 100644 aa 00 M\0b.yml\0:000000 100644 00 00 A\0new\0:120000 000000 cc 00 D\0link\0:100755 000000 dd 00 D\0gone.sh\0";
        let found: Vec<(String, Option<String>)> = old_files(diff.as_bytes()).into_iter().collect();
        let expected =
            [("b.yml", Some("aa")), ("gone.sh", Some("dd")), ("link", None), ("new", None)];
        let expected = expected.map(|(path, object)| (path.to_owned(), object.map(str::to_owned)));
        assert_eq!(found, expected);
    }

    #[test]
    fn objects_are_taken_one_by_one() {
        let mut rest = b"aa blob 3\na\nb\nbb missing\ncc blob 0\n\n".as_slice();
        assert_eq!(content(&mut rest), Some(b"a\nb".as_slice()));
        assert_eq!(content(&mut rest), None);
        assert_eq!(content(&mut rest), Some(b"".as_slice()));
        assert_eq!(content(&mut rest), None);
    }
}
