//! The body of a pull request for the homelab that the repository carries, as a snapshot; and its
//! commands, where they need no docker.

#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use composemod::cli::{self, Io};
use tempfile::TempDir;

/// Runs a command line below a root and gives its stdout.
fn run(root: &Path, args: &[&str]) -> String {
    let all = ["composemod", "--root"].map(OsString::from).into_iter();
    let all = all.chain([root.as_os_str().to_owned()]).chain(args.iter().map(OsString::from));
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut io = Io {
        now: std::time::SystemTime::UNIX_EPOCH,
        cwd: root.to_owned(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdout_color: false,
        stderr_color: false,
    };
    let code = cli::run(all, &mut io);
    assert_eq!(code, 0, "{args:?}\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("stdout is UTF-8")
}

/// The example in a git work tree of its own.
fn homelab() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the copy");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example/homelab");
    for path in files(&example) {
        let to = folder.path().join(path.strip_prefix(&example).expect("below the example"));
        fs::create_dir_all(to.parent().expect("a folder above")).expect("made");
        fs::copy(&path, to).expect("copied");
    }
    let root = folder.path();
    sh(root, "git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm one");
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { &mut folders } else { &mut found }.push(path);
        }
    }
    found
}

/// Runs shell text in a folder and gives what it prints.
fn sh(root: &Path, text: &str) -> String {
    let output = Command::new("sh")
        .args(["-ec", text])
        .current_dir(root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

const RENAME: [&str; 5] = ["rename", "discord-bot-db", "homelab-postgres", "--alias", "postgres"];

#[test]
fn the_body_says_all_that_a_reviewer_needs() {
    let homelab = homelab();
    let body = run(homelab.path(), &[&RENAME[..], &["--format", "markdown"]].concat());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/pull-request"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("homelab", body));
}

#[test]
fn its_ways_back_lead_back() {
    let homelab = homelab();
    let root = homelab.path();
    let body = run(root, &[&RENAME[..], &["--format", "markdown"]].concat());
    let commands: Vec<&str> = body
        .split("```sh\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .filter(|block| !block.contains("docker"))
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    run(root, &[&RENAME[..], &["--write"]].concat());
    assert!(!sh(root, "git status --short").is_empty());
    sh(root, commands[0]);
    assert_eq!(sh(root, "git status --short"), "");
    run(root, &[&RENAME[..], &["--write"]].concat());
    sh(root, "git config user.name a && git config user.email a@b && git commit -qam two");
    sh(root, commands[1]);
    assert_eq!(sh(root, "git diff HEAD~2 HEAD"), "");
}
