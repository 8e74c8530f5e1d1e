//! Scratch trees.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A tree of files that goes when it is dropped.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    /// Makes a tree of paths and texts.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().expect("a folder"));
        for (path, text) in files {
            tree.put(path, text);
        }
        tree
    }

    /// Makes a git work tree of paths and texts; nothing is tracked yet.
    pub(crate) fn git(files: &[(&str, &str)]) -> Self {
        let tree = Self::new(files);
        tree.run_git(&["init", "-q"]);
        tree
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().canonicalize().expect("the folder")
    }

    #[allow(clippy::disallowed_methods, reason = "tests write the trees that they try")]
    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("its folder");
        std::fs::write(path, text).expect("written");
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let bytes = std::fs::read(self.path().join(path)).expect("the file");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Runs git in the tree, and nowhere above it, and gives what it prints.
    pub(crate) fn run_git(&self, args: &[&str]) -> String {
        run_git(&self.path(), args)
    }
}

pub(crate) fn run_git(folder: &Path, args: &[&str]) -> String {
    let mut git = Command::new("git");
    git.env("GIT_CEILING_DIRECTORIES", folder.parent().expect("a parent")).current_dir(folder);
    git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
    let output = git.args(args).output().expect("git");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "git {args:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
