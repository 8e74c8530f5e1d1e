//! A command line that ran over a tree of canaries, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use composemod::cli::{self, Io};
use tempfile::TempDir;

use crate::canary::{Search, planted};
use crate::diffs;

/// A command line, and what it is given besides the tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) args: Vec<String>,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) stdin: Vec<u8>,
}

impl Run {
    /// Reads a command line of words that hold no blank.
    pub(crate) fn of(line: &str) -> Self {
        Self { args: line.split_whitespace().map(str::to_owned).collect(), ..Self::default() }
    }

    /// Gives the same with more words.
    pub(crate) fn and(&self, line: &str) -> Self {
        let mut run = self.clone();
        run.args.extend(line.split_whitespace().map(str::to_owned));
        run
    }

    /// Whether it may change the tree.
    fn writes(&self) -> bool {
        let writing = ["--write", "--fix", "--unsafe-fixes", "--write-baseline", "--execute"];
        self.args.iter().any(|arg| writing.contains(&arg.as_str()))
    }
}

/// A tree with canaries, as it is written.
pub(crate) struct Tree<'t> {
    files: Vec<(&'t str, &'t str)>,
    search: &'t Search,
}

impl<'t> Tree<'t> {
    pub(crate) fn new(
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
        search: &'t Search,
    ) -> Self {
        Self { files: files.into_iter().collect(), search }
    }

    /// Writes the tree to a scratch folder.
    ///
    /// `␀` stands for a NUL, `␘` for a byte that is no UTF-8.
    pub(crate) fn made(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a scratch folder");
        for (path, text) in &self.files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder above")).expect("made");
            fs::write(path, bytes(&planted(text))).expect("written");
        }
        folder
    }

    /// Runs command lines over the tree, a git work tree where one asks for a revision; gives what leaked, once for each command and canary.
    pub(crate) fn leaks(&self, runs: &[Run]) -> Leaks {
        let shared = self.made();
        if runs.iter().any(|run| run.args.iter().any(|arg| arg == "--changed-since")) {
            git(shared.path(), &["init", "-q"]);
            git(shared.path(), &["add", "-A"]);
            let who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            git(shared.path(), &[&who[..], &["commit", "-qm", "x"]].concat());
        }
        let before = Files::read(shared.path());
        let (next, leaks) = (AtomicUsize::new(0), Mutex::new(Leaks::default()));
        let work = || {
            while let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let found = if run.writes() {
                    let own = self.made();
                    self.leaks_of(run, own.path(), &before)
                } else {
                    self.leaks_of(run, shared.path(), &before)
                };
                leaks.lock().expect("no thread panicked").add(run, found);
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        let mut leaks = leaks.into_inner().expect("no thread panicked");
        if Files::read(shared.path()) != before {
            leaks.all.insert("a command that writes nothing changed the tree".to_owned());
        }
        leaks
    }

    fn leaks_of(&self, run: &Run, folder: &Path, before: &Files) -> Found {
        let (_, stdout, stderr) = execute(run, folder);
        let plain = diffs::without_color(&stdout);
        let mut found = Found { bytes: stdout.len() + stderr.len(), ..Found::default() };
        found.tell("stderr", self.search.found(&stderr));
        if diffs::is_diff(&plain) {
            found.faults.extend(diffs::fault(&plain, &before.texts));
        } else {
            found.tell("stdout", self.search.found(&stdout));
        }
        if run.writes() {
            for (path, text) in &Files::read(folder).texts {
                let old = before.texts.get(path).map(|old| self.search.found(old));
                let old = old.unwrap_or_default();
                let mut new = self.search.found(text);
                new.retain(|label, _| !old.contains_key(label));
                found.tell(&format!("the new {path}"), new);
            }
        }
        found
    }
}

/// Runs a command line in a folder; gives its exit code and output.
pub(crate) fn execute(run: &Run, folder: &Path) -> (u8, String, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let mut io = Io::new(folder.to_owned(), &mut stdout, &mut stderr, now);
    io.variables = run.variables.iter().cloned().collect();
    io.stdin = Box::new(Cursor::new(run.stdin.clone()));
    io.progress = true;
    let root = ["composemod".into(), "--root".into(), folder.as_os_str().to_owned()];
    let code = cli::run(root.into_iter().chain(run.args.iter().map(OsString::from)), &mut io);
    drop(io);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (code, text(stdout), text(stderr))
}

fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for part in text.split_inclusive(['␀', '␘']) {
        out.extend_from_slice(part.trim_end_matches(['␀', '␘']).as_bytes());
        match part.chars().last() {
            Some('␀') => out.push(0),
            Some('␘') => out.push(0xff),
            _ => {}
        }
    }
    out
}

fn git(folder: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.env("GIT_CEILING_DIRECTORIES", folder.parent().expect("a parent")).current_dir(folder);
    git.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").env_remove("GIT_WORK_TREE");
    assert!(git.args(args).status().expect("git").success(), "git {args:?}");
}

/// The texts of a tree by path, without git's own.
#[derive(PartialEq, Eq)]
struct Files {
    texts: BTreeMap<String, String>,
}

impl Files {
    fn read(folder: &Path) -> Self {
        let (mut texts, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
        while let Some(at) = folders.pop() {
            for entry in fs::read_dir(at).expect("a folder") {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(folder).expect("below it").display().to_string();
                if name == ".git" {
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(&path).expect("a file");
                    texts.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        Self { texts }
    }
}

#[derive(Default)]
struct Found {
    bytes: usize,
    faults: BTreeSet<String>,
}

impl Found {
    fn tell(&mut self, place: &str, found: BTreeMap<&str, String>) {
        let told = found.into_iter().map(|(label, line)| format!("{label}: {place}: {line}"));
        self.faults.extend(told);
    }
}

/// What leaked.
#[derive(Default)]
pub(crate) struct Leaks {
    pub(crate) all: BTreeSet<String>,
    pub(crate) runs: usize,
    pub(crate) bytes: usize,
}

impl Leaks {
    fn add(&mut self, run: &Run, found: Found) {
        self.runs += 1;
        self.bytes += found.bytes;
        let line = run.args.join(" ");
        self.all.extend(found.faults.into_iter().map(|fault| format!("[{line}] {fault}")));
    }

    /// Fails where there are any.
    pub(crate) fn none(&self) {
        let all: Vec<&str> = self.all.iter().map(String::as_str).collect();
        assert!(all.is_empty(), "{} leaks:\n{}", all.len(), all.join("\n"));
    }
}
