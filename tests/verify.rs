//! `--verify-with`: what a docker compose makes of a project before and after a rename.
//!
//! With `COMPOSEMOD_TEST_DOCKER_COMPOSE` set, Debian's docker-compose must be there; `.ci/run` sets
//! it. Without, the one test that needs it says that it was skipped.

#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]
#![allow(clippy::print_stderr, reason = "a test says that it was skipped")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use tempfile::TempDir;

const BASE: &str = "version: '3.7'
services:
  db:
    image: postgres:15
    container_name: db
    volumes: [data:/var/lib/postgresql/data]
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:?set it}
  web:
    build: .
    depends_on: [db]
    links: [db]
    env_file: web.env
    environment:
      DATABASE_URL: postgres://app:${DB_PASSWORD}@${DB_HOST:-db}:5432/db
volumes:
  data: {}
";
const OVERRIDE: &str = "version: '3.7'
services:
  db:
    ports: ['5432:5432']
  worker:
    image: alpine
    network_mode: service:db
";

#[test]
fn debians_docker_compose_sees_what_we_see() {
    let is_wanted = std::env::var_os("COMPOSEMOD_TEST_DOCKER_COMPOSE").is_some();
    let is_there = Command::new("docker-compose").arg("version").output().is_ok();
    assert!(is_there || !is_wanted, "docker-compose is missing: apt-get install docker-compose");
    if !is_there {
        eprintln!("skipped: docker-compose is not here");
        return;
    }
    let tree = tree();
    let (code, stdout, stderr) =
        rename(&tree, &["--verify-with", "docker-compose", "--format", "json", "--write"]);
    assert_eq!(code, 0, "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert!(!report.to_string().contains("verify-"), "{stdout}");
    let effects = report["effects"].to_string();
    assert!(effects.contains("docker-compose reads docker-compose.yml the same way"), "{effects}");
    let after = read(&tree, "docker-compose.yml");
    assert!(after.contains("  app-db:\n"), "{after}");
}

#[test]
fn a_view_that_differs_by_more_refuses_the_change() {
    let tree = tree();
    // It sees another image once the service is renamed.
    let script = "#!/bin/sh\nif grep -q app-db docker-compose.yml; then image=b; else image=a; fi\n\
                  if [ $image = b ]; then name=app-db; else name=db; fi\n\
                  echo \"services: {$name: {image: $image, environment: {P: hunter2}}}\"\n";
    let program = program(&tree, script);
    let before = read(&tree, "docker-compose.yml");
    let (code, stdout, stderr) = rename(&tree, &["--verify-with", &program, "--write"]);
    assert_eq!(code, 1, "{stdout}");
    assert!(
        stderr.contains("verify-failed") && stderr.contains("`services.app-db.image`"),
        "{stderr}"
    );
    assert!(!stderr.contains("hunter2"), "{stderr}");
    assert_eq!(read(&tree, "docker-compose.yml"), before);
}

#[test]
fn a_project_that_breaks_refuses_the_change() {
    let tree = tree();
    let script = "#!/bin/sh\nif grep -q app-db docker-compose.yml; then\n\
                  echo \"ERROR: 'hunter2' is wrong\" >&2; exit 1; fi\necho 'services: {}'\n";
    let program = program(&tree, script);
    let (code, _, stderr) = rename(&tree, &["--verify-with", &program, "--check"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("not after the change"), "{stderr}");
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn without_a_view_the_change_goes_on() {
    for script in ["#!/bin/sh\necho nope >&2; exit 3\n", ""] {
        let tree = tree();
        let program =
            if script.is_empty() { "no-such-compose".into() } else { program(&tree, script) };
        let (code, stdout, stderr) = rename(&tree, &["--verify-with", &program]);
        assert_eq!(code, 0, "{stderr}");
        assert!(stderr.contains("verify-impossible"), "{stderr}");
        assert!(stdout.contains("+  app-db:\n"), "{stdout}");
    }
}

fn tree() -> TempDir {
    common::tree(&[
        ("docker-compose.yml", BASE),
        ("docker-compose.override.yml", OVERRIDE),
        (".env", "DB_PASSWORD=hunter2\nDB_HOST=db\n"),
        ("web.env", "CACHE_HOST=db\n"),
    ])
}

/// A stand-in for docker compose, in git's own folder, where no mention is looked for.
fn program(tree: &TempDir, script: &str) -> String {
    let path = tree.path().join(".git/stand-in");
    fs::create_dir_all(tree.path().join(".git")).expect("made");
    fs::write(&path, script).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("made executable");
    path.to_str().expect("a path of UTF-8").to_owned()
}

fn read(tree: &TempDir, path: &str) -> String {
    fs::read_to_string(tree.path().join(path)).expect("a file")
}

fn rename(tree: &TempDir, flags: &[&str]) -> (u8, String, String) {
    common::run(tree.path(), &[&["rename", "db", "app-db"], flags].concat())
}
