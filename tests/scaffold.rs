//! The class that `scaffold dashboard` writes, run by the real python3; and what a scaffold says in
//! every format.
//!
//! The class is tried against servers that answer as they like; `tests/postgres/dashboard.rs` tries it
//! against the real service.

#![expect(clippy::disallowed_methods, reason = "a test reads the tree that it made")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{homelab, run};

const FILE: &str = "services/dashboard/services/database_provisioner.py";
const SCAFFOLD: [&str; 4] = ["scaffold", "dashboard", "--path", FILE];

#[test]
fn the_class_holds_against_any_server() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let homelab = homelab();
    let (code, ..) = run(homelab.path(), &[&SCAFFOLD[..], &["--write"]].concat());
    assert_eq!(code, 0);
    let output = Command::new("python3")
        .arg("-B")
        .arg(root.join("tests/dashboard/test_database_provisioner.py"))
        .env("DATABASE_PROVISIONER_PY", homelab.path().join(FILE))
        .output()
        .expect("python3 runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("\nRan ") && told.trim_end().ends_with("OK"), "{told}");
}

#[test]
fn the_homelab_gets_a_provisioner_and_keeps_all_else() {
    let homelab = homelab();
    let before = fs::read_to_string(homelab.path().join("compose.yaml")).unwrap();
    let (code, diff, stderr) = run(homelab.path(), &SCAFFOLD);
    assert_eq!(code, 0);
    let image = format!("composemod:{}", env!("CARGO_PKG_VERSION"));
    assert!(diff.contains(&format!("\n+    image: {image}\n")), "{diff}");
    assert!(stderr.contains(&format!("`docker build -t {image} .`")), "{stderr}");
    let removed = |line: &&str| line.starts_with('-') && !line.starts_with("--- ");
    assert_eq!(diff.lines().filter(removed).count(), 0, "{diff}");
    assert!(diff.contains("\nnew file mode 100644\n--- /dev/null\n+++ b/services/"), "{diff}");
    assert_eq!(run(homelab.path(), &[&SCAFFOLD[..], &["--check"]].concat()).0, 1);

    let (code, ..) = run(homelab.path(), &[&SCAFFOLD[..], &["--write"]].concat());
    assert_eq!(code, 0);
    let after = fs::read_to_string(homelab.path().join("compose.yaml")).unwrap();
    let mut lines = after.lines();
    for line in before.lines() {
        assert!(lines.any(|other| other == line), "{line}");
    }
    // One service alone reads the superuser's password, and publishes nothing.
    let model: serde_yaml::Value = serde_yaml::from_str(&after).unwrap();
    let services = model["services"].as_mapping().unwrap();
    let reads = |service: &serde_yaml::Value, secret: &str| {
        let secrets = service["secrets"].as_sequence();
        secrets.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(secret)))
    };
    for (secret, reader) in [
        ("database_provisioner_superuser_password", "database-provisioner"),
        ("database_provisioner_tokens", "database-provisioner"),
        ("database_provisioner_token", "homelab-dashboard"),
    ] {
        let readers = services.iter().filter(|(_, service)| reads(service, secret));
        let names: Vec<_> = readers.filter_map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [reader]);
        assert!(!model["secrets"][secret]["file"].is_null());
    }
    assert!(model["services"]["database-provisioner"]["ports"].is_null());
    // No file is made for a secret, and none of its text is made up.
    assert!(!homelab.path().join("secrets").exists());

    for flag in ["--check", "--write"] {
        assert_eq!(run(homelab.path(), &[&SCAFFOLD[..], &[flag]].concat()).0, 0);
    }
    assert_eq!(fs::read_to_string(homelab.path().join("compose.yaml")).unwrap(), after);
}

#[test]
fn every_format_tells_of_the_new_file() {
    let homelab = homelab();
    let told = |format: &str| {
        let (code, stdout, _) =
            run(homelab.path(), &[&SCAFFOLD[..], &["--format", format]].concat());
        assert_eq!(code, 0, "{format}");
        assert!(stdout.contains(FILE), "{stdout}");
        stdout
    };
    let json: serde_json::Value = serde_json::from_str(&told("json")).unwrap();
    assert_eq!(json["summary"]["files"], 2);
    let edits = json["edits"].as_array().unwrap();
    let made = edits.iter().find(|edit| edit["path"] == FILE).unwrap();
    assert_eq!((&made["span"]["start"], &made["span"]["end"]), (&0.into(), &0.into()));
    assert_eq!(made["class"], "addition");
    assert!(made["new"].as_str().unwrap().contains("\nclass DatabaseProvisioner:\n"));
    let markdown = told("markdown");
    assert!(markdown.contains("`homelab-dashboard` gets its databases on"), "{markdown}");
    told("summary");
    told("diff");
}

/// What was renamed and given another superuser first has its provisioner on the new names.
#[test]
fn a_scaffold_follows_a_rename_and_another_superuser() {
    let homelab = homelab();
    for step in [
        &["rename", "discord-bot-db", "homelab-postgres", "--write"][..],
        &[
            "superuser",
            "homelab-postgres",
            "postgres",
            "--write",
            "--split-password",
            "PG_PASSWORD",
        ],
        &[&SCAFFOLD[..], &["--write"]].concat(),
    ] {
        let (code, stdout, stderr) = run(homelab.path(), step);
        assert_eq!(code, 0, "{stdout}{stderr}");
    }
    let after = fs::read_to_string(homelab.path().join("compose.yaml")).unwrap();
    let model: serde_yaml::Value = serde_yaml::from_str(&after).unwrap();
    let environment = &model["services"]["database-provisioner"]["environment"];
    assert_eq!(environment["PGHOST"], "homelab-postgres");
    assert_eq!(environment["PGUSER"], "postgres");
}

#[test]
fn nothing_is_made_outside_the_root() {
    let homelab = homelab();
    for path in ["../database_provisioner.py", "services/../../x.py", "/tmp/elsewhere/x.py"] {
        let (code, stdout, stderr) =
            run(homelab.path(), &["scaffold", "dashboard", "--write", "--path", path]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{path}");
        assert!(stderr.contains("it lies outside the root"), "{stderr}");
    }
}
