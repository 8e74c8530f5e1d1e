//! Hazards of giving a database server another superuser. The plans are made by hand: what a
//! hazard sees is the intent and the files before and after.

use super::{Tree, found, repo};
use crate::repo::workspace::Workspace;
use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::transforms::intent::{Intent, SuperuserIntent};
use crate::transforms::plan::Plan;
use crate::transforms::review::review;

/// The plan that makes `postgres` the superuser of `db` in place of `bot`, by replacing text.
fn planned(tree: Tree<'_>, replaced: &[(&str, &str)], intent: SuperuserIntent) -> Plan {
    let repo = repo(tree);
    let edits = replaced.iter().flat_map(|(old, new)| {
        let found = tree.iter().filter_map(move |(path, text)| {
            let at = text.find(old)?;
            let span = Span::new(at, at + old.len());
            Some(((*path).to_owned(), Edit::replace(span, (*new).to_owned())))
        });
        found.take(1)
    });
    let change = ChangeSet::new(edits.collect::<Vec<_>>()).unwrap();
    let projects = Workspace::new(&repo, &[]).projects;
    let intent = Intent::Superuser(SuperuserIntent { projects, ..intent });
    let mut plan = Plan { change, intents: vec![intent], ..Plan::default() };
    review(&mut plan, &repo);
    plan
}

fn intent() -> SuperuserIntent {
    SuperuserIntent {
        projects: Vec::new(),
        service: "db".to_owned(),
        from: "bot".to_owned(),
        to: "postgres".to_owned(),
        database_before: Some("bot".to_owned()),
        database: "bot".to_owned(),
        split_password: None,
    }
}

const USER: (&str, &str) = ("POSTGRES_USER: bot", "POSTGRES_USER: postgres");

/// A server with a volume, and what else the service and the project have.
fn server(service: &str, others: &str) -> String {
    format!(
        "services:\n  db:\n    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n    environment:\n      POSTGRES_USER: bot\n      POSTGRES_DB: bot\n      POSTGRES_PASSWORD: ${{DB_PASSWORD}}\n{service}{others}volumes:\n  data:\n"
    )
}

/// The findings of an id on a server.
fn of(id: &str, service: &str, others: &str, replaced: &[(&str, &str)]) -> Vec<String> {
    let text = server(service, others);
    let replaced: Vec<_> = std::iter::once(USER).chain(replaced.iter().copied()).collect();
    found(&planned(&[("compose.yaml", &text)], &replaced, intent()), id)
}

#[test]
fn superuser_on_live_volume() {
    let id = "superuser-on-live-volume";
    assert_eq!(
        of(id, "", "", &[]),
        [
            "Warning compose.yaml: on a volume that has a database already, the role `postgres` is not made: nothing can log in as it"
        ]
    );
    let psql = "    healthcheck:\n      test: psql -U bot -c 'select 1'\n";
    let found = of(id, psql, "", &[("psql -U bot", "psql -U postgres -d bot")]);
    assert_eq!(
        found,
        [
            "Error compose.yaml: on a volume that has a database already, the role `postgres` is not made: nothing can log in as it, so the health check fails and what waits for it does not start"
        ]
    );
    let in_memory = "services:\n  db:\n    image: postgres\n    tmpfs: [/var/lib/postgresql/data]\n    environment:\n      POSTGRES_USER: bot\n";
    let plan = planned(&[("compose.yaml", in_memory)], &[USER], intent());
    assert!(super::found(&plan, id).is_empty());
    // Nothing changes: it is made already, or other files are changed first.
    let plan = planned(&[("compose.yaml", &server("", ""))], &[], intent());
    assert!(plan.hazards.is_empty(), "{:?}", plan.hazards);
}

#[test]
fn the_role_is_made_by_a_command_that_works() {
    let text = server("", "");
    let plan = planned(&[("stack/compose.yaml", &text)], &[USER], intent());
    let finding = plan.hazards.iter().find(|finding| finding.id == "superuser-on-live-volume");
    assert_eq!(
        finding.and_then(|finding| finding.help.clone()).unwrap_or_default(),
        r"before the change is deployed: `docker compose -f stack/compose.yaml exec db psql -U bot -d postgres -c 'CREATE ROLE postgres LOGIN SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS' -c '\password postgres'`; it asks for the password, which is to be the one in POSTGRES_PASSWORD"
    );
}

#[test]
fn blind_healthcheck() {
    let id = "blind-healthcheck";
    let ready = "    healthcheck:\n      test: [CMD-SHELL, pg_isready -U bot]\n";
    let changed = ("pg_isready -U bot", "pg_isready -U postgres -d bot");
    assert_eq!(
        of(id, ready, "", &[changed]),
        [
            "Warning compose.yaml: `pg_isready` succeeds also where the role `postgres` is missing, so `healthy` does not tell that it can log in"
        ]
    );
    let both = "    healthcheck:\n      test: pg_isready && psql -U bot -c 'select 1'\n";
    assert!(of(id, both, "", &[("psql -U bot", "psql -U postgres -d bot")]).is_empty());
    assert!(of(id, "", "", &[]).is_empty());
}

#[test]
fn default_database_moved() {
    let id = "default-database-moved";
    let text = server("", "");
    let tree = [("compose.yaml", text.as_str())];
    let moved = SuperuserIntent { database: "postgres".to_owned(), ..intent() };
    let replaced = [USER, ("POSTGRES_DB: bot", "POSTGRES_DB: postgres")];
    assert_eq!(
        found(&planned(&tree, &replaced, moved), id),
        [
            "Warning compose.yaml: the default database was `bot` and becomes `postgres`: a volume that has a database already keeps what it has, and an empty one gets no `bot`"
        ]
    );
    let admin = SuperuserIntent { to: "root".to_owned(), ..intent() };
    let replaced = [("POSTGRES_USER: bot", "POSTGRES_USER: root")];
    assert_eq!(
        found(&planned(&tree, &replaced, admin), id),
        [
            "Info compose.yaml: `psql -U root` without `-d` looks for a database `root`, which does not exist"
        ]
    );
    assert!(found(&planned(&tree, &[USER], intent()), id).is_empty());
}

#[test]
fn shared_secret_variable() {
    let id = "shared-secret-variable";
    let app = "  app:\n    image: example/app\n    environment:\n      DATABASE_URL: postgres://bot:${DB_PASSWORD}@db/bot\n";
    assert_eq!(
        of(id, "", app, &[]),
        ["Warning compose.yaml: `DB_PASSWORD` is the superuser's password and also that of `app`"]
    );
    // An administrator's program is given the superuser's password on purpose.
    let admin = "  backup:\n    image: example/backup\n    environment:\n      PGUSER: postgres\n      PGPASSWORD: ${DB_PASSWORD}\n";
    assert!(of(id, "", admin, &[]).is_empty());
    let split = ("POSTGRES_PASSWORD: ${DB_PASSWORD}", "POSTGRES_PASSWORD: ${ROOT_PASSWORD}");
    assert!(of(id, "", app, &[split]).is_empty());
}

#[test]
fn init_scripts_on_live_volume() {
    let id = "init-scripts-on-live-volume";
    let split = ("POSTGRES_PASSWORD: ${DB_PASSWORD}", "POSTGRES_PASSWORD: ${ROOT_PASSWORD}");
    assert_eq!(
        self::of(id, "", "", &[split]),
        [
            "Info compose.yaml: POSTGRES_PASSWORD is read on an empty volume only: the running database stays as it is"
        ]
    );
    assert!(self::of(id, "", "", &[]).is_empty());
}

#[test]
fn role_missing_on_fresh_volume() {
    let id = "role-missing-on-fresh-volume";
    let app = "  app:\n    image: example/app\n    environment: ['DATABASE_URL=postgres://bot:x@db/bot']\n";
    assert_eq!(
        of(id, "", app, &[]),
        [
            "Warning compose.yaml: `app` logs in as `bot`, a role that is not made on an empty volume any more"
        ]
    );
    // An administrator's program goes along.
    let backup = "  backup:\n    image: example/backup\n    environment:\n      PGUSER: bot\n";
    assert!(of(id, "", backup, &[("PGUSER: bot", "PGUSER: postgres")]).is_empty());
    assert!(of(id, "", "  app:\n    image: example/app\n", &[]).is_empty());
    let text = server("", app).replace("data']", "data', './init:/docker-entrypoint-initdb.d']");
    let with = |text: &str, sql: &str| {
        found(&planned(&[("compose.yaml", text), ("init/a.sql", sql)], &[USER], intent()), id)
    };
    assert!(with(&text, "CREATE ROLE bot LOGIN;\n").is_empty());
    // The script has the role's name from the container.
    let told = text.replace("      POSTGRES_DB:", "      APP_ROLE: bot\n      POSTGRES_DB:");
    assert!(with(&told, "CREATE USER ${APP_ROLE} WITH PASSWORD 'x';\n").is_empty());
    // One cause is said once.
    assert_eq!(
        with(&text, "GRANT ALL ON x TO bot;\n"),
        [
            "Warning compose.yaml: `app` logs in as `bot`, a role that is not made on an empty volume any more, also needed by init/a.sql"
        ]
    );
    let alone = text.replace("bot:x@", "other:x@");
    for (sql, is_role) in [
        ("GRANT ALL ON x TO bot;\n", true),
        ("CREATE DATABASE shop OWNER bot;\n", true),
        ("ALTER TABLE x OWNER TO bot;\n", true),
        ("ALTER ROLE bot SET search_path = x;\n", true),
        ("CREATE DATABASE bot;\n", false),
        ("ALTER DATABASE bot SET timezone TO 'UTC';\n", false),
        ("CREATE SCHEMA bot;\n", false),
        ("-- tables of bot\nCREATE TABLE x ();\n", false),
    ] {
        let message = "Warning init/a.sql: init/a.sql needs `bot`, a role that is not made on an empty volume any more";
        let expected: &[&str] = if is_role { &[message] } else { &[] };
        assert_eq!(with(&alone, sql), expected, "{sql}");
    }
    // A queue's user is no role.
    let queue = "  queue:\n    image: rabbitmq\n    environment: {RABBITMQ_DEFAULT_USER: bot}\n";
    assert!(of(id, "", queue, &[]).is_empty());
}

#[test]
fn the_server_is_made_anew() {
    assert_eq!(
        of("clients-drop", "", "", &[]),
        [
            "Info compose.yaml: `up -d` makes the Postgres container of `db` anew: its sessions end, and clients fail for some seconds"
        ]
    );
}

#[test]
fn a_client_of_the_servers_image_is_no_server() {
    let clients = "  nightly:\n    image: postgres:16\n    environment: {PGUSER: bot}\n    command: sh -c 'while true; do pg_dump -h db -d bot -f /backup/x; sleep 1d; done'\n";
    let made = "    volumes: ['dumps:/backup']\n";
    let dumping = format!("{clients}{made}");
    assert!(of("clients-drop", "", &dumping, &[("PGUSER: bot", "PGUSER: postgres")]).len() == 1);
    let own = clients.replace("sh -c 'while", "sh -c 'docker-entrypoint.sh postgres & while");
    assert!(of("clients-drop", "", &own, &[("PGUSER: bot", "PGUSER: postgres")]).len() == 2);
}
