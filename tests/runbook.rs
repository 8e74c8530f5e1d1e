//! Runbooks: the example's read as a person would, small ones by what they must and must not say,
//! and each block of commands through a shell's parser.

#![allow(clippy::disallowed_methods, reason = "a test reads the tree that it made")]

mod common;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use composemod::compose::names::Namespace;
use composemod::repo::load::Repo;
use composemod::repo::workspace::Workspace;
use composemod::report::runbook::{RunbookOptions, SqlPlan, runbook};
use composemod::text::source::SourceFile;
use composemod::transforms::intent::{Intent, SuperuserIntent};
use composemod::transforms::plan::Transform as _;
use composemod::transforms::rename::options::Rename;
use composemod::transforms::review::review;
use composemod::transforms::situation::Situation;

use common::homelab;

/// A runbook, or the ids of why there is none.
fn book(repo: &Repo, case: &Case) -> Result<String, Vec<&'static str>> {
    let (old, new) = case.rename;
    let rename = Rename {
        kind: case.kind,
        files: case.named.iter().map(|&path| path.to_owned()).collect(),
        all_projects: true,
        ..Rename::new(old, new)
    };
    let mut plan = rename.plan(repo).expect("a plan");
    review(&mut plan, repo);
    if let Some((from, to)) = case.superuser {
        let projects = plan.intents.iter().flat_map(Intent::projects).cloned().collect();
        plan.intents.push(Intent::Superuser(SuperuserIntent {
            projects,
            service: new.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            database_before: Some(from.to_owned()),
            database: from.to_owned(),
            split_password: case.split.map(str::to_owned),
        }));
    }
    let workspace = Workspace::new(repo, &rename.files);
    let situation = Situation::new(&plan, repo, &workspace);
    let options = RunbookOptions { sql: case.sql, ..RunbookOptions::default() };
    let text = runbook(&plan, &situation, &options)
        .map_err(|findings| findings.iter().map(|finding| finding.id).collect::<Vec<_>>())?;
    for block in blocks(&text) {
        assert_parses(block);
    }
    Ok(text)
}

/// A change, and what its runbook says.
#[derive(Clone, Copy)]
struct Case {
    files: &'static [(&'static str, &'static str)],
    named: &'static [&'static str],
    kind: Namespace,
    rename: (&'static str, &'static str),
    superuser: Option<(&'static str, &'static str)>,
    split: Option<&'static str>,
    sql: SqlPlan,
    has: &'static [&'static str],
    lacks: &'static [&'static str],
}

const CASE: Case = Case {
    files: &[],
    named: &[],
    kind: Namespace::Service,
    rename: ("db", "store"),
    superuser: None,
    split: None,
    sql: SqlPlan::A,
    has: &[],
    lacks: &[],
};

const POSTGRES: &str = "name: shop
services:
  db:
    image: postgres:16
    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: hunter2}
    volumes: ['data:/var/lib/postgresql/data']
  web:
    image: example/web
    depends_on: [db]
    environment: ['DATABASE_URL=postgres://app:hunter2@db/app']
volumes: {data: {}}
";

const CASES: &[(&str, Case)] = &[
    (
        "the old container goes before the files change",
        Case {
            files: &[("compose.yaml", POSTGRES)],
            has: &[
                "docker compose stop -t 120 db\ndocker compose rm -f db\n",
                "docker ps -q --filter volume=shop_data",
                "composemod apply --only compose --write\ndocker compose up -d --no-deps store\n",
                "docker exec \"$(docker compose ps -q db)\" psql -X -U app -d app",
                "docker compose up -d --no-deps web\n",
                "git checkout before-store -- compose.yaml\n",
                "composemod retire db --write\n",
                "Nothing to do: no superuser changes.",
            ],
            lacks: &["hunter2", "CREATE ROLE"],
            ..CASE
        },
    ),
    (
        "a role that files can't tell is in the way",
        Case {
            files: &[("compose.yaml", POSTGRES)],
            superuser: Some(("${DB_USER}", "postgres")),
            has: &["runbook-unknown-server"],
            ..CASE
        },
    ),
    (
        "a role's name is quoted for the shell and for SQL",
        Case {
            files: &[("compose.yaml", POSTGRES)],
            superuser: Some(("app", "it's me")),
            has: &[
                r"psql -X -U 'it'\''s me' -d app",
                "rolname = 'it''s me'",
                "PASSWORD=$(docker exec \"$(docker compose ps -q db)\" printenv POSTGRES_PASSWORD)",
                r#"'\password "it'\''s me"'"#,
                "DROP ROLE \"it's me\";",
            ],
            lacks: &["hunter2", "openssl"],
            ..CASE
        },
    ),
    (
        "a password of its own is made before anything is started with the new files",
        Case {
            files: &[("compose.yaml", POSTGRES)],
            superuser: Some(("app", "postgres")),
            split: Some("POSTGRES_PASSWORD"),
            has: &[
                "grep -qs '^POSTGRES_PASSWORD=.' .env ||",
                "sed -n 's/^POSTGRES_PASSWORD=//p' .env",
            ],
            ..CASE
        },
    ),
    (
        "plan B names who loses rights",
        Case {
            files: &[("compose.yaml", POSTGRES)],
            superuser: Some(("app", "postgres")),
            sql: SqlPlan::B,
            has: &["`web` log in as `app`", "ALTER ROLE \"postgres\" RENAME TO \"app\";"],
            ..CASE
        },
    ),
    (
        "plan B is of superusers",
        Case {
            files: &[("compose.yaml", POSTGRES)],
            sql: SqlPlan::B,
            has: &["runbook-no-superuser"],
            ..CASE
        },
    ),
    (
        "another folder, another file",
        Case {
            files: &[(
                "apps/blog/stack.yaml",
                "services: {db: {image: 'postgres:16', container_name: blog-db, environment: {POSTGRES_USER: '${U:-blog}', POSTGRES_PASSWORD_FILE: /run/secrets/pw}, volumes: ['./data:/var/lib/postgresql/data']}}",
            )],
            named: &["apps/blog/stack.yaml"],
            has: &[
                "(cd apps/blog && docker compose -f stack.yaml stop -t 120 db)",
                "-U \"${POSTGRES_USER:-postgres}\"",
                "volume0=$(docker inspect",
                "test ! -e apps/blog/.env || cp -p apps/blog/.env \"$HOME/composemod/store/apps_blog_.env\"",
            ],
            lacks: &["-U blog"],
            ..CASE
        },
    ),
    (
        "a container's new name is one recreation",
        Case {
            files: &[(
                "compose.yaml",
                "services: {db: {image: 'postgres:16', container_name: old-db, volumes: ['data:/var/lib/postgresql/data']}}\nvolumes: {data: {}}",
            )],
            kind: Namespace::Container,
            rename: ("old-db", "new-db"),
            has: &[
                "composemod apply --only compose --write\ndocker compose up -d --no-deps db\n",
                "git tag before-new-db",
            ],
            lacks: &["stop -t 120", "rm -f"],
            ..CASE
        },
    ),
    (
        "data of another program are copied while it is stopped",
        Case {
            files: &[(
                "compose.yaml",
                "services: {db: {image: 'redis:7', volumes: ['data:/data']}, viewer: {image: x, volumes: ['data:/d:ro']}}\nvolumes: {data: {name: kept}}",
            )],
            has: &[
                "docker compose stop -t 120 viewer db\ndocker cp \"$old\":/data - > \"$HOME/composemod/store/db.0.tar\"",
                "docker ps -q --filter volume=kept",
                "docker compose up -d --no-deps store viewer",
                "docker cp - \"$old\":/ < \"$HOME/composemod/store/db.0.tar\"",
            ],
            lacks: &["psql", "pg_dumpall"],
            ..CASE
        },
    ),
    (
        "a service without data has nothing to be backed up",
        Case {
            files: &[("compose.yaml", "services: {db: {image: example/db}}")],
            has: &["docker compose rm -f db\ncomposemod apply --only compose --write\n"],
            lacks: &["docker cp", "pg_dumpall", "--filter volume"],
            ..CASE
        },
    ),
    (
        "data in an anonymous volume are in the way",
        Case {
            files: &[("compose.yaml", "services: {db: {image: 'postgres:16'}}")],
            has: &["runbook-unnamed-data"],
            ..CASE
        },
    ),
    (
        "a network of another key takes all with it",
        Case {
            files: &[(
                "compose.yaml",
                "services: {a: {image: a, networks: [db]}, b: {image: b, networks: [db]}}\nnetworks: {db: {}}",
            )],
            kind: Namespace::Network,
            has: &[
                "composemod apply --only compose --write\ndocker compose up -d --no-deps a b\n)",
            ],
            lacks: &["stop -t 120"],
            ..CASE
        },
    ),
    (
        "a volume of another key is the same volume",
        Case {
            files: &[(
                "compose.yaml",
                "name: shop\nservices: {a: {image: a, volumes: ['db:/data']}}\nvolumes: {db: {}}",
            )],
            kind: Namespace::Volume,
            has: &["docker compose up -d --no-deps a\n)", "no new, empty volume"],
            ..CASE
        },
    ),
    (
        "several projects go down before the one change of the files",
        Case {
            files: &[
                ("a/compose.yaml", "services: {db: {image: example/db}}"),
                ("b/compose.yaml", "services: {db: {image: example/db}}"),
            ],
            has: &[
                "(cd a && docker compose rm -f db)\n(cd b && docker compose stop -t 120 db)\n(cd b && docker compose rm -f db)\ncomposemod apply --only compose --write\n(cd a && docker compose up -d --no-deps store)\n(cd b &&",
            ],
            ..CASE
        },
    ),
];

#[test]
fn runbooks_say_what_they_must() {
    for (name, case) in CASES {
        let files = case.files.iter().map(|(path, text)| SourceFile::new(*path, *text));
        let files: Vec<SourceFile> = files.collect();
        let all_paths = files.iter().map(|file| file.path.clone()).collect();
        let repo = Repo { files, all_paths, ..Repo::default() };
        let text = book(&repo, case).unwrap_or_else(|ids| ids.join(" "));
        for must in case.has {
            assert!(text.contains(must), "{name}: lacks {must}\n{text}");
        }
        for must_not in case.lacks {
            assert!(!text.contains(must_not), "{name}: has {must_not}\n{text}");
        }
    }
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

/// What the example's people would declare.
const DECLARED: &str = "renames:
  - from: discord-bot-db
    to: homelab-postgres
    aliases: [postgres]
    keep-alias-until: 2099-01-31
superusers:
  - service: homelab-postgres
    from: ticketbot
    to: postgres
    split-password: POSTGRES_PASSWORD
";

#[test]
fn the_example_has_a_runbook() {
    let root = homelab();
    std::fs::write(root.path().join("composemod.yaml"), DECLARED).expect("written");
    for (name, plan) in [("plan-a", "a"), ("plan-b", "b")] {
        let (exit, text, said) = run(root.path(), &["runbook", "--plan", plan]);
        assert_eq!((exit, said.as_str()), (0, ""), "{text}");
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

#[test]
fn our_own_commands_run_in_order() {
    let root = homelab();
    std::fs::write(root.path().join("composemod.yaml"), DECLARED).expect("written");
    let (_, text, _) = run(root.path(), &["runbook"]);
    let commands = blocks(&text).into_iter().flat_map(str::lines);
    let commands: Vec<&str> =
        commands.filter_map(|line| line.trim().strip_prefix("composemod ")).collect();
    let exits: Vec<(&str, u8)> = commands
        .iter()
        .map(|command| {
            let args: Vec<&str> = command.split(' ').collect();
            (*command, run(root.path(), &args).0)
        })
        .collect();
    let expected = [
        ("apply --only compose --check", 1),
        ("apply --only compose", 0),
        ("apply --only compose --write", 0),
        ("apply --only config,scripts,code,docs", 0),
        ("apply --only config,scripts,code,docs --write", 0),
        ("retire discord-bot-db --write", 0),
    ];
    assert_eq!(exits, expected);
}

#[test]
fn nothing_declared_is_an_error_that_says_what_to_write() {
    let root = homelab();
    let (exit, text, said) = run(root.path(), &["runbook"]);
    assert_eq!((exit, text.as_str()), (2, ""));
    assert!(said.contains("composemod init"), "{said}");
}

/// Runs a command in a folder; gives its exit code, stdout and stderr.
fn run(root: &Path, args: &[&str]) -> (u8, String, String) {
    common::run_in(root, ["composemod"].iter().chain(args).map(OsString::from))
}
