//! `graph` as a whole: which projects, which formats, and no secret in any of them.

#![allow(clippy::disallowed_methods, reason = "a test makes the tree that it reads")]

mod common;

use common::{example, run, tree};

const FORMATS: [&str; 4] = ["mermaid", "dot", "json", "svg"];

#[test]
fn the_example_is_drawn() {
    let (code, stdout, stderr) = run(&example(), &["graph"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/graph"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("homelab", stdout));
}

#[test]
fn no_format_shows_a_secret() {
    let secret = "hunter2";
    let tree = tree(&[
        (
            "compose.yaml",
            "services:\n  db: {image: postgres, environment: {POSTGRES_PASSWORD: hunter2}}\n  web:\n    env_file: [web.env]\n    environment:\n      A_URL: postgres://u:hunter2@db/x\n      B_URL: amqp://u:${SECRET}@far.example.com/x\n    command: psql postgres://u:hunter2@db/x -c 'select 1'\n",
        ),
        (".env", "SECRET=hunter2\n"),
        ("web.env", "C_URL=redis://:hunter2@cache:6379\nTOKEN=hunter2\n"),
    ]);
    for format in FORMATS {
        let (code, stdout, stderr) = run(tree.path(), &["graph", "--format", format]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{format}");
        assert!(!stdout.contains(secret), "{format}: {stdout}");
        for name in ["db", "far.example.com", "cache", "A_URL", "B_URL", "C_URL"] {
            assert!(stdout.contains(name), "{format} without {name}: {stdout}");
        }
    }
}

#[test]
fn one_project_is_chosen_or_all_are_taken() {
    let text = "services: {web: {depends_on: [db]}, db: {image: x}}\n";
    let tree = tree(&[("a/compose.yaml", text), ("b/compose.yaml", text)]);
    let (code, stdout, stderr) = run(tree.path(), &["graph"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("--project a ") && stderr.contains("--all-projects"), "{stderr}");
    for (flags, frames) in [(["--project", "b"].as_slice(), 0), (&["--all-projects"], 2)] {
        let (code, stdout, _) = run(tree.path(), &[&["graph"], flags].concat());
        assert_eq!((code, stdout.matches("subgraph").count()), (0, frames), "{stdout}");
    }
    let file = tree.path().join("a/compose.yaml").display().to_string();
    let (code, stdout, _) = run(tree.path(), &["-f", &file, "graph"]);
    assert_eq!((code, stdout.matches("depends_on").count()), (0, 1), "{stdout}");
}

#[test]
fn a_format_of_another_command_is_refused() {
    let tree = tree(&[("compose.yaml", "services: {db: {image: x}}\n")]);
    for args in
        [["graph", "--format", "diff"].as_slice(), &["rename", "db", "x", "--format", "svg"]]
    {
        let (code, stdout, stderr) = run(tree.path(), args);
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert!(stderr.contains("choose one of"), "{stderr}");
    }
}
