//! Git as a process: the one program that is ever started on a tree.
//!
//! Invariant: no shell, nothing written, and no other repository than that of the folder asked for.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What git did, where it could be run.
pub(super) struct Answer {
    pub(super) is_success: bool,
    pub(super) stdout: Vec<u8>,
    /// The first line of what it complains of.
    pub(super) complaint: String,
}

/// Asks git.
///
/// # Errors
/// It can't be run, or says no: the reason.
pub(super) fn ask(root: &Path, args: &[impl AsRef<OsStr>]) -> Result<Vec<u8>, String> {
    let answer = try_ask(root, args)?;
    success(answer)
}

/// Asks git, which may say no.
///
/// # Errors
/// It can't be run.
pub(super) fn try_ask(root: &Path, args: &[impl AsRef<OsStr>]) -> Result<Answer, String> {
    git(root, args).stdin(Stdio::null()).output().map(answer).map_err(|error| not_run(&error))
}

/// Asks git with something to read.
///
/// # Errors
/// As [`ask`].
pub(super) fn ask_about(root: &Path, args: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut git = git(root, args);
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().map_err(|error| not_run(&error))?;
    let stdin = child.stdin.take();
    // It writes while it reads, so that either side would wait for the other.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    success(answer(output.map_err(|error| not_run(&error))?))
}

fn git(root: &Path, args: &[impl AsRef<OsStr>]) -> Command {
    let mut git = Command::new("git");
    // A monitor is a program of the repository's own choice, and no answer needs it.
    git.arg("-C").arg(plain(root).as_os_str()).args(["-c", "core.fsmonitor=false"]).args(args);
    // Inside a hook these speak of the repository that is committed to, which need not be ours.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
        git.env_remove(variable);
    }
    git.env("GIT_OPTIONAL_LOCKS", "0");
    git
}

/// Gives a folder in the form that git takes: on Windows one that was looked up starts with `\\?\`.
fn plain(folder: &Path) -> Cow<'_, Path> {
    match folder.to_str().and_then(without_prefix) {
        Some(plain) if cfg!(windows) => Cow::Owned(PathBuf::from(plain)),
        _ => Cow::Borrowed(folder),
    }
}

/// Gives a path of Windows without the prefix of those that are taken as they stand; nothing for one
/// that has none.
fn without_prefix(path: &str) -> Option<String> {
    let rest = path.strip_prefix(r"\\?\")?;
    Some(match rest.strip_prefix(r"UNC\") {
        Some(share) => format!(r"\\{share}"),
        None => rest.to_owned(),
    })
}

fn answer(output: Output) -> Answer {
    let said = String::from_utf8_lossy(&output.stderr);
    let complaint = said.lines().next().unwrap_or_default().to_owned();
    Answer { is_success: output.status.success(), stdout: output.stdout, complaint }
}

fn success(answer: Answer) -> Result<Vec<u8>, String> {
    match (answer.is_success, answer.complaint.as_str()) {
        (true, _) => Ok(answer.stdout),
        (false, "") => Err("git says: nothing".to_owned()),
        (false, complaint) => Err(format!("git says: {complaint}")),
    }
}

fn not_run(error: &std::io::Error) -> String {
    format!("git can't be run: {error}")
}

/// Splits what git prints with `-z`.
pub(super) fn items(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|&byte| byte == 0).filter(|item| !item.is_empty())
}

/// Gives a file's name as git prints it; nothing for one that is no text where git prints UTF-8.
#[cfg(unix)]
pub(super) fn bytes_of(name: &OsStr) -> Option<&[u8]> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(name.as_bytes())
}

/// Gives a file's name as git prints it; nothing for one that is no text where git prints UTF-8.
#[cfg(not(unix))]
pub(super) fn bytes_of(name: &OsStr) -> Option<&[u8]> {
    name.to_str().map(str::as_bytes)
}

/// Gives a path that git printed.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// Gives a path that git printed.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    // Elsewhere git prints UTF-8 whatever the file system's encoding.
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::without_prefix;

    #[test]
    fn a_path_of_windows_is_given_as_git_takes_it() {
        for (path, expected) in [
            (r"\\?\C:\a b\c", Some(r"C:\a b\c")),
            (r"\\?\UNC\host\share\a", Some(r"\\host\share\a")),
            (r"C:\a", None),
            ("/a", None),
        ] {
            assert_eq!(without_prefix(path).as_deref(), expected, "{path}");
        }
    }
}
