//! `check` over several runs and in the real program: baselines, colours, the streams.

#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]

use std::fs;
use std::process::Command;

use common::{run, tree};

mod common;

const COMPOSE: &str = "services:\n  web:\n    image: nginx\n    restart: unless-stopped\n    environment:\n      PASSWORD: hunter2\n";

const FORMATS: [&str; 9] =
    ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown"];

#[test]
fn a_baseline_knows_what_was_there_and_tells_what_is_gone() {
    let folder = tree(&[("compose.yaml", COMPOSE)]);
    let known = folder.path().join("known.json");
    let known = known.to_str().expect("UTF-8");
    let check = |more: &[&str]| {
        let args = ["check", "--select", "image-tag-missing", "--format", "concise"];
        run(folder.path(), &[&args, more].concat())
    };
    assert_eq!(check(&["--write-baseline", known]).0, 0);
    let written = fs::read_to_string(known).expect("read");
    assert!(!written.contains("nginx") && written.contains("image-tag-missing"), "{written}");
    assert_eq!(check(&["--baseline", known]), (0, String::new(), String::new()));
    // Lines that move and findings of other lines are told apart.
    fs::write(
        folder.path().join("compose.yaml"),
        format!("# more\n\n{COMPOSE}  cache:\n    image: redis\n"),
    )
    .expect("written");
    let (exit, stdout, stderr) = check(&["--baseline", known]);
    assert!(
        exit == 1 && stdout.contains("compose.yaml:10:12: warning[image-tag-missing]"),
        "{stdout}"
    );
    assert!(!stdout.contains("nginx") && !stderr.contains("gone"), "{stdout} {stderr}");
    fs::write(folder.path().join("compose.yaml"), "services:\n  cache:\n    image: redis:7\n")
        .expect("written");
    let (exit, stdout, stderr) = check(&["--baseline", known]);
    assert!(
        exit == 0 && stdout.is_empty() && stderr.contains("1 of its findings are gone"),
        "{stderr}"
    );
    // Of lints and files that are not looked at, nothing is gone.
    let other =
        run(folder.path(), &["check", "--select", "privileged-container", "--baseline", known]);
    assert_eq!(other, (0, String::new(), String::new()));
    assert_eq!(check(&["--write-baseline", known]).0, 0);
    assert!(fs::read_to_string(known).expect("read").contains("\"findings\": []"));
    assert_eq!(check(&["--baseline", "nowhere.json"]).0, 2);
    assert_eq!(check(&["--baseline", known, "--write-baseline", known]).0, 2);
}

#[test]
fn colour_is_for_people_only_and_no_format_shows_a_secret() {
    let folder = tree(&[("compose.yaml", COMPOSE)]);
    for format in FORMATS {
        let args = ["check", "--select", "ALL", "--format", format];
        let (_, plain, stderr) = run(folder.path(), &args);
        assert!(!plain.contains('\u{1b}') && !stderr.contains('\u{1b}'), "{format}: {plain}");
        let (exit, colored, _) = run(folder.path(), &[&args[..], &["--color", "always"]].concat());
        assert_eq!(colored.contains('\u{1b}'), format == "human", "{format}: {colored}");
        assert_eq!(exit, 1, "{format}");
        assert!(!plain.contains("hunter2"), "{format}: {plain}");
    }
}

#[test]
fn the_program_is_quiet_on_success_and_heeds_no_color() {
    let folder = tree(&[("compose.yaml", "services:\n  web:\n    image: nginx:1.27\n")]);
    let program = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_composemod"))
            .args(["check", "--select", "practice"])
            .args(args)
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .output()
            .expect("it runs");
        (output.status.code(), output.stdout, output.stderr)
    };
    assert_eq!(program(&["--ignore", "practice"]), (Some(0), Vec::new(), Vec::new()));
    fs::write(folder.path().join("compose.yaml"), COMPOSE).expect("written");
    let (code, stdout, stderr) = program(&[]);
    assert_eq!(code, Some(1));
    assert!(!stdout.is_empty() && !stdout.contains(&0x1b) && !stderr.contains(&0x1b));
}
