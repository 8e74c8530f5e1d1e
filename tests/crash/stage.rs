//! The tree that is changed, and the program that changes it.

#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// How many files the rename changes.
pub(crate) const FILES: usize = 20;

/// What the names of files begin with that are none of the tree.
const OWN: &str = ".composemod-";

/// The texts of a tree by path from its root.
pub(crate) type Texts = BTreeMap<String, String>;

/// Tells whether nothing may be skipped.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("COMPOSEMOD_TEST_CRASH").is_some()
}

/// One system call of so many is tried.
pub(crate) fn step() -> usize {
    if std::env::var_os("COMPOSEMOD_TEST_CRASH").is_some_and(|asked| asked == "all") {
        1
    } else {
        11
    }
}

/// Tells whether strace may trace here.
pub(crate) fn can_trace() -> bool {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let can = traced.is_ok_and(|output| output.status.success());
    assert!(can || !is_thorough(), "strace is missing or may not trace: apt-get install strace");
    if !can {
        eprintln!("skipped: strace is not here, or may not trace");
    }
    can
}

/// Makes the old tree: a Compose file and nineteen scripts, in six folders.
pub(crate) fn tree() -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let root = folder.path();
    let compose =
        "services:\n  web:\n    image: x\n    depends_on: [db]\n  db:\n    image: postgres\n";
    fs::write(root.join("compose.yaml"), compose).expect("written");
    for number in 1..FILES {
        let inner = root.join(format!("d{}", number % 5));
        fs::create_dir_all(&inner).expect("made");
        let script = format!("#!/bin/sh\n# {number}\ndocker compose exec db psql\n");
        fs::write(inner.join(format!("s{number}.sh")), script).expect("written");
    }
    folder
}

/// Gives the texts of the old tree and of the new one.
pub(crate) fn old_and_new() -> (Texts, Texts) {
    let folder = tree();
    let old = texts(folder.path());
    let output = command(folder.path(), RENAME).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let new = texts(folder.path());
    assert_eq!(litter(folder.path()), Vec::<String>::new());
    let differ = old.iter().filter(|(path, text)| new.get(*path) != Some(text)).count();
    assert_eq!(differ, FILES);
    (old, new)
}

pub(crate) const RENAME: &[&str] = &["rename", "db", "app-db", "--no-keep-alias", "--write"];
pub(crate) const RECOVER: &[&str] = &["recover", "--write"];

/// Gives the program with its arguments.
pub(crate) fn command(root: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_composemod"));
    settled(&mut command).arg("--root").arg(root).args(args);
    command
}

/// Gives the rename under strace, whose flags go first.
pub(crate) fn traced(root: &Path, flags: &[&str]) -> Output {
    let mut command = Command::new("strace");
    settled(&mut command).args(flags).arg(env!("CARGO_BIN_EXE_composemod"));
    command.arg("--root").arg(root).args(RENAME).output().expect("strace runs")
}

/// One thread does as much as it can, so that each run makes the same calls.
fn settled(command: &mut Command) -> &mut Command {
    command.env("RAYON_NUM_THREADS", "1")
}

/// Gives the texts of a tree, without the program's own files.
pub(crate) fn texts(root: &Path) -> Texts {
    let is_own = |path: &str| path.contains(OWN);
    let text = |path: String| (path.clone(), fs::read_to_string(root.join(path)).expect("a text"));
    paths(root).into_iter().filter(|path| !is_own(path)).map(text).collect()
}

/// Gives the program's own files in a tree.
pub(crate) fn litter(root: &Path) -> Vec<String> {
    paths(root).into_iter().filter(|path| path.contains(OWN)).collect()
}

fn paths(root: &Path) -> Vec<String> {
    let walk = ignore::WalkBuilder::new(root).standard_filters(false).build().flatten();
    let files = walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let path = |path: &Path| path.strip_prefix(root).expect("below").to_str().map(str::to_owned);
    files.map(|entry| path(entry.path()).expect("UTF-8")).collect()
}
