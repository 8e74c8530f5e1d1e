//! What a case is made of: a folder as a tree of bytes, a command line run in it, its diff applied
//! by the real git, and a snapshot of what it says.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use composemod::cli::{self, Io};
use libtest_mimic::Failed;
use serde::Deserialize;
use similar::TextDiff;
use tempfile::TempDir;

/// The day on which every case runs: 2026-06-01.
const TODAY: Duration = Duration::from_secs(1_780_272_000);

pub(crate) type Check<T = ()> = Result<T, Failed>;

/// Gives the words of a command line. Quotes are there for the empty word only.
pub(crate) fn words(command: &str) -> Vec<String> {
    command.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect()
}

/// Gives the folders in a folder, in order.
pub(crate) fn folders(parent: &Path) -> Check<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Compares a text with the snapshot of a case's folder: `snapshots/` is laid out as `testdata/`.
pub(crate) fn assert_snapshot(folder: &Path, text: &str) -> Check {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.strip_prefix(root.join("testdata"))?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root.join("snapshots").join(folder).with_file_name(""));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.as_ref(), text));
    Ok(())
}

/// Applies a diff in a folder with the real git; gives what git says where it refuses.
pub(crate) fn git_apply(diff: &str, folder: &Path) -> Check<Result<(), String>> {
    let mut git = Command::new("git")
        .args(["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"])
        .current_dir(folder)
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        .env("GIT_CONFIG_GLOBAL", "")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = git.stdin.take() {
        stdin.write_all(diff.as_bytes())?;
    }
    let output = git.wait_with_output()?;
    let is_applied = output.status.success();
    Ok(if is_applied { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) })
}

fn parses(bytes: &[u8]) -> Result<(), serde_yaml::Error> {
    for document in serde_yaml::Deserializer::from_slice(bytes) {
        serde_yaml::Value::deserialize(document)?;
    }
    Ok(())
}

/// What a command did.
pub(crate) struct Ran {
    pub(crate) exit: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command line in this process, in the folder.
pub(crate) fn run(words: &[String], more: &[&str], folder: &Path) -> Check<Ran> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = words.iter().map(String::as_str).chain(more.iter().copied()).map(OsString::from);
    let exit = cli::run(
        args,
        &mut Io::new(folder.to_owned(), &mut stdout, &mut stderr, UNIX_EPOCH + TODAY),
    );
    Ok(Ran { exit, stdout: String::from_utf8(stdout)?, stderr: String::from_utf8(stderr)? })
}

/// Every file of a folder by its path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tree(pub(crate) BTreeMap<String, File>);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    permissions: fs::Permissions,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Check<Self> {
        let mut files = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in
                fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?
            {
                let path = entry?.path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
                let permissions = fs::symlink_metadata(&path)?.permissions();
                files.insert(name, File { bytes: fs::read(&path)?, permissions });
            }
        }
        Ok(Self(files))
    }

    /// Makes a scratch folder with these files.
    pub(crate) fn place(&self) -> Check<TempDir> {
        let place = tempfile::tempdir()?;
        for (name, file) in &self.0 {
            let path = place.path().join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, &file.bytes)?;
            fs::set_permissions(&path, file.permissions.clone())?;
        }
        Ok(place)
    }

    /// Adds to `faults` what a YAML reader took here and does not take in another tree.
    pub(crate) fn still_parses(&self, written: &Self, faults: &mut Vec<String>) {
        for (path, file) in &written.0 {
            let is_yaml = [".yml", ".yaml"].iter().any(|end| path.ends_with(end));
            let was_read = self.0.get(path).is_some_and(|file| parses(&file.bytes).is_ok());
            if let (true, true, Err(error)) = (is_yaml, was_read, parses(&file.bytes)) {
                faults.push(format!("{path} is no YAML any more: {error}"));
            }
        }
    }

    /// Adds to `faults` what differs in another tree, with a diff a file.
    pub(crate) fn compare(&self, title: &str, actual: &Self, faults: &mut Vec<String>) {
        let mut report = String::new();
        for name in self.0.keys().chain(actual.0.keys().filter(|name| !self.0.contains_key(*name)))
        {
            match (self.0.get(name), actual.0.get(name)) {
                (Some(expected), Some(actual)) if expected == actual => {}
                (Some(expected), Some(actual)) if expected.bytes == actual.bytes => {
                    let _ = writeln!(report, "{name}: other permissions");
                }
                (Some(expected), Some(actual)) => {
                    report.push_str(&difference(name, &expected.bytes, &actual.bytes));
                }
                (Some(_), None) => {
                    let _ = writeln!(report, "{name}: is gone");
                }
                (None, _) => {
                    let _ = writeln!(report, "{name}: was not there");
                }
            }
        }
        if !report.is_empty() {
            faults.push(format!("{title} (- expected, + actual):\n{report}"));
        }
    }
}

/// The difference of two files, blanks that are hard to see made visible.
pub(crate) fn difference(name: &str, expected: &[u8], actual: &[u8]) -> String {
    let visible = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .replace('\r', "␍")
            .replace('\t', "␉")
            .replace('\u{feff}', "<BOM>")
    };
    let (expected, actual) = (visible(expected), visible(actual));
    let diff = TextDiff::from_lines(&expected, &actual);
    diff.unified_diff().context_radius(2).header(name, name).to_string()
}
