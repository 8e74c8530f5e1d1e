//! The body of a pull request for the homelab that the repository carries, as a snapshot; and its
//! commands, where they need no docker.

#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]

mod common;

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Runs a command line below a root, which must end well, and gives its stdout.
fn run(root: &Path, args: &[&str]) -> String {
    let (code, stdout, stderr) = common::run(root, args);
    assert_eq!(code, 0, "{args:?}\n{stderr}");
    stdout
}

/// The example in a git work tree of its own.
fn homelab() -> TempDir {
    let folder = common::homelab();
    sh(
        folder.path(),
        "git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm one",
    );
    folder
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
    assert_snapshot("homelab", &body);
    let declared = homelab.path().join("composemod.yaml");
    std::fs::write(declared, common::DECLARATION).expect("written");
    assert_snapshot("homelab-declared", &run(homelab.path(), &["apply", "--format", "markdown"]));
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

fn assert_snapshot(name: &str, body: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/pull-request"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, body));
}
