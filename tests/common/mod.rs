//! What several integration tests need: command lines run in process, and scratch copies.

#![allow(dead_code, reason = "no test needs all of it")]
#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]

pub(crate) mod cases;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use composemod::cli::{self, Io};
use tempfile::TempDir;

/// Runs a command line in a folder that is its root; gives its exit code, stdout and stderr.
pub(crate) fn run(root: &Path, args: &[&str]) -> (u8, String, String) {
    let all = ["composemod", "--root"].map(OsString::from).into_iter();
    let all = all.chain([root.as_os_str().to_owned()]).chain(args.iter().map(OsString::from));
    run_in(root, all)
}

/// Runs a whole command line in a folder, the program's name first.
pub(crate) fn run_in(cwd: &Path, args: impl IntoIterator<Item = OsString>) -> (u8, String, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut io = Io::new(cwd.to_owned(), &mut stdout, &mut stderr, SystemTime::UNIX_EPOCH);
    let code = cli::run(args, &mut io);
    drop(io);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (code, text(stdout), text(stderr))
}

/// Makes a scratch folder with files.
pub(crate) fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

/// Gives the homelab that the repository carries.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("example/homelab")
}

/// Copies the homelab to a scratch folder.
pub(crate) fn homelab() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the copy");
    let example = example();
    for path in files(&example) {
        let to = folder.path().join(path.strip_prefix(&example).expect("below the example"));
        fs::create_dir_all(to.parent().expect("a folder above")).expect("made");
        fs::copy(&path, to).expect("copied");
    }
    folder
}

/// Gives every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { &mut folders } else { &mut found }.push(path);
        }
    }
    found
}

/// What the homelab's owners declare: the rename, and a superuser with a password of its own.
pub(crate) const DECLARATION: &str = "renames:
  - from: discord-bot-db
    to: homelab-postgres
    aliases: [postgres]
    keep-alias-until: 2027-01-31
superusers:
  - service: homelab-postgres
    from: ticketbot
    to: postgres
    split-password: POSTGRES_PASSWORD
";
