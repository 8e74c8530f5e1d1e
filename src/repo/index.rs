//! The names in git's index, read as git's documentation has its format (gitformat-index(5)).
//!
//! Starting git takes longer than all else that is done to check one file. What is not of the plain
//! form (a worktree's or a submodule's index, a split or sparse one, SHA-256) is left to git: none
//! of it is guessed. Deliberately absent: everything of an entry but its name.

use std::fs;
use std::path::Path;

/// An index has no more than this, as far as it is read here.
const MAX_BYTES: u64 = 1 << 30;

/// Settings that make git look elsewhere, or at hashes of another length.
const UNUSUAL: [&str; 5] = ["worktree", "objectformat", "refstorage", "include", "bare = true"];

/// Gives the names that the index of a repository has, each with a NUL behind it, in order of their
/// bytes, each once; nothing where git has to be asked. `git_dir` is the repository's `.git`.
#[expect(clippy::disallowed_methods, reason = "git's own files are none of the tree's")]
pub(super) fn names(git_dir: &Path) -> Option<Vec<u8>> {
    let meta = git_dir.join("index").symlink_metadata().ok()?;
    if !git_dir.is_dir() || !meta.is_file() || meta.len() > MAX_BYTES {
        return None;
    }
    let config = fs::read_to_string(git_dir.join("config")).ok()?.to_ascii_lowercase();
    if UNUSUAL.iter().any(|setting| config.contains(setting)) {
        return None;
    }
    read(&fs::read(git_dir.join("index")).ok()?)
}

/// Bytes of an entry before its flags: times, device, inode, mode, owner, size, and the hash.
const BEFORE_FLAGS: usize = 60;

/// The checksum's length.
const HASH: usize = 20;

fn read(index: &[u8]) -> Option<Vec<u8>> {
    let version = number(index, 4)?;
    if index.get(..4)? != b"DIRC" || !(2..=4).contains(&version) {
        return None;
    }
    let count = number(index, 8)?;
    let mut names = Vec::with_capacity(index.len() / 2);
    // Where the last name starts in what was found.
    let mut last = 0..0;
    let mut at = 12;
    for _ in 0..count {
        let flags = index.get(at + BEFORE_FLAGS..at + BEFORE_FLAGS + 2)?;
        let is_extended = flags.first()? & 0x40 != 0;
        if is_extended && version == 2 {
            return None;
        }
        let mut from = at + BEFORE_FLAGS + if is_extended { 4 } else { 2 };
        let kept = if version == 4 {
            let (dropped, behind) = varint(index, from)?;
            from = behind;
            last.len().checked_sub(dropped)?
        } else {
            0
        };
        let length = memchr::memchr(0, index.get(from..)?)?;
        let start = names.len();
        names.extend_from_within(last.start..last.start + kept);
        names.extend_from_slice(index.get(from..from + length)?);
        let name = start..names.len();
        if name.len().min(0xfff)
            != usize::from(flags.first()? & 0xf) << 8 | usize::from(*flags.get(1)?)
        {
            return None;
        }
        at = match version {
            4 => from + length + 1,
            // NULs up to a multiple of eight bytes, at least one.
            _ => at + ((from - at + length) / 8 + 1) * 8,
        };
        // An unmerged file has an entry for each side.
        match names.get(last.clone())?.cmp(names.get(name.clone())?) {
            std::cmp::Ordering::Equal if !last.is_empty() => names.truncate(name.start),
            std::cmp::Ordering::Less => {
                names.push(0);
                last = name;
            }
            _ => return None,
        }
    }
    // Extensions up to the checksum; those in small letters change what the entries mean.
    let end = index.len().checked_sub(HASH)?;
    while at < end {
        if !index.get(at)?.is_ascii_uppercase() {
            return None;
        }
        at += 8 + usize::try_from(number(index, at + 4)?).ok()?;
    }
    (at == end).then_some(names)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// A number as pack files have offsets, and where it ends.
fn varint(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut at = at;
    let mut byte = *bytes.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        value = value.checked_add(1)?.checked_shl(7)? | usize::from(byte & 0x7f);
    }
    Some((value, at + 1))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::{names, read};

    fn git(folder: &Path, args: &[&str]) {
        let mut git = Command::new("git");
        for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            git.env_remove(variable);
        }
        let output = git.current_dir(folder).args(args).output().expect("git");
        assert!(output.status.success(), "git {args:?}");
    }

    /// The names in the index of a repository of five files.
    fn found(init: &[&str], then: &[&str]) -> Option<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path();
        git(here, &[&["init", "-q"], init].concat());
        for file in ["a.sh", "a-b.sh", "long-name-of-a-file.sh"] {
            let made = Command::new("touch").arg(here.join(file)).status().expect("touch");
            assert!(made.success());
        }
        git(here, &["add", "a.sh", "a-b.sh"]);
        git(here, &["add", "--intent-to-add", "."]);
        if !then.is_empty() {
            git(here, then);
        }
        names(&here.join(".git")).map(|names| String::from_utf8(names).expect("text"))
    }

    #[test]
    fn plain_indexes_are_read_and_others_left_to_git() {
        let all = Some("a-b.sh\0a.sh\0long-name-of-a-file.sh\0".to_owned());
        for version in ["--index-version=3", "--index-version=4"] {
            assert_eq!(found(&[], &["update-index", version]), all, "{version}");
        }
        assert_eq!(
            found(&[], &["rm", "-q", "--cached", "long-name-of-a-file.sh"]),
            Some("a-b.sh\0a.sh\0".to_owned())
        );
        assert_eq!(found(&[], &["update-index", "--split-index"]), None);
        assert_eq!(found(&["--object-format=sha256"], &[]), None);
        assert_eq!(found(&[], &["config", "core.worktree", "elsewhere"]), None);
        assert_eq!(found(&["--separate-git-dir=elsewhere"], &[]), None);
    }

    #[test]
    fn what_is_no_plain_index_is_left_to_git() {
        let mut empty = b"DIRC\0\0\0\x02\0\0\0\0".to_vec();
        empty.extend([7; 20]);
        assert_eq!(read(&empty), Some(Vec::new()));
        let mut other = empty.clone();
        other[7] = 5;
        assert_eq!(read(&other), None);
        for length in 0..empty.len() {
            assert_eq!(read(&empty[..length]), None, "{length}");
        }
        let with = |extension: &[u8]| [&empty[..12], extension, &[7; 20]].concat();
        assert_eq!(read(&with(b"TREE\0\0\0\x01x")), Some(Vec::new()));
        assert_eq!(read(&with(b"link\0\0\0\x01x")), None);
        assert_eq!(read(&with(b"TREE\0\0\0\x09x")), None);
    }
}
