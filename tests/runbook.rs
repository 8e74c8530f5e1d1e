//! The runbook of a change of the example: read as a person would, and run through a shell's parser.

#![allow(clippy::disallowed_methods, reason = "a test reads the tree that it made")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use composemod::compose::names::Namespace;
use composemod::repo::load::{LoadOptions, Repo};
use composemod::repo::workspace::Workspace;
use composemod::report::runbook::{RunbookOptions, SqlPlan, runbook};
use composemod::transforms::intent::{Intent, SuperuserIntent};
use composemod::transforms::plan::Transform as _;
use composemod::transforms::rename::options::{ContainerName, Rename};
use composemod::transforms::review::review;
use composemod::transforms::situation::Situation;

/// The example's runbook, with a superuser's change beside the rename.
fn homelab(sql: SqlPlan) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("example/homelab");
    let rename = Rename {
        old: "discord-bot-db".to_owned(),
        new: "homelab-postgres".to_owned(),
        kind: Namespace::Service,
        container_name: ContainerName::Follow,
        aliases: vec!["postgres".to_owned()],
        keep_alias: true,
        only: None,
        only_certain: false,
        files: Vec::new(),
        project: None,
        all_projects: false,
    };
    let load = LoadOptions::default();
    let repo = Repo::load(&root, &load).expect("the example");
    let mut plan = rename.plan(&repo).expect("a plan");
    review(&mut plan, &repo);
    let projects = plan.intents.iter().flat_map(Intent::projects).cloned().collect();
    plan.intents.push(Intent::Superuser(SuperuserIntent {
        projects,
        service: "homelab-postgres".to_owned(),
        from: "ticketbot".to_owned(),
        to: "postgres".to_owned(),
        database_before: Some("ticketbot".to_owned()),
        database: "ticketbot".to_owned(),
        split_password: Some("POSTGRES_PASSWORD".to_owned()),
    }));
    let workspace = Workspace::new(&repo, &[]);
    let situation = Situation::new(&plan, &repo, &workspace);
    let options = RunbookOptions { sql, ..RunbookOptions::default() };
    runbook(&plan, &situation, &options).expect("a runbook")
}

/// The `sh` blocks of a document.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

fn assert_parses(block: &str) {
    let mut shell = Command::new("bash")
        .args(["-n"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    shell.stdin.take().expect("a pipe").write_all(block.as_bytes()).expect("written");
    let output = shell.wait_with_output().expect("bash ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}\n{block}");
}

#[test]
fn the_example_has_a_runbook() {
    for (name, sql) in [("plan-a", SqlPlan::A), ("plan-b", SqlPlan::B)] {
        let text = homelab(sql);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/runbook"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
        for block in blocks(&text) {
            assert_parses(block);
        }
    }
}
