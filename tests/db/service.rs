//! The server by the service of a Compose project.

use std::fs;

use super::ran;
use super::server::{SUPERUSER_PASSWORD, Server, on_newest};

/// Inspects by `--service`, in a folder with these files; `PORT` is the server's.
fn inspect(server: &Server, service: &str, files: &[(&str, &str)]) -> super::Ran {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        fs::write(path, text.replace("PORT", &server.port.to_string())).expect("a file");
    }
    ran(folder.path(), None, "", &["inspect", "--service", service])
}

#[test]
fn a_server_is_reached_by_its_published_port() {
    on_newest("ticketbot", |server| {
        let env = format!("DB_USER=ticketbot\nDB_PASSWORD=\"{SUPERUSER_PASSWORD}\"\n");
        let by_variable = "services: {db: {image: postgres:16, environment: {POSTGRES_USER: '${DB_USER}', POSTGRES_PASSWORD: '${DB_PASSWORD}', POSTGRES_DB: postgres}, ports: ['127.0.0.1:PORT:5432']}}";
        let by_secret = "services:\n  db:\n    image: postgres:16\n    environment: [POSTGRES_USER=ticketbot, POSTGRES_PASSWORD_FILE=/run/secrets/db, POSTGRES_DB=postgres]\n    secrets: [db]\n    ports: [{target: 5432, published: PORT}]\nsecrets: {db: {file: ./secrets/db.txt}}\n";
        let secret = format!("{SUPERUSER_PASSWORD}\n");
        for files in [
            vec![("compose.yaml", by_variable), (".env", env.as_str())],
            vec![("compose.yaml", by_secret), ("secrets/db.txt", secret.as_str())],
        ] {
            let ran = inspect(server, "db", &files);
            assert_eq!(ran.exit, 0, "{ran:?}");
            assert!(ran.stdout.contains("asked as ticketbot"), "{ran:?}");
            assert!(!format!("{ran:?}").contains(SUPERUSER_PASSWORD));
        }
    });
}

#[test]
fn what_can_not_be_reached_is_told() {
    on_newest("ticketbot", |server| {
        let cases = [
            (
                "{db: {image: postgres:16, environment: {POSTGRES_PASSWORD: x}}}",
                "publishes no port 5432",
            ),
            (
                "{db: {image: postgres:16, environment: {POSTGRES_PASSWORD: x}, ports: ['5432']}}",
                "only docker knows",
            ),
            (
                "{db: {image: postgres:16, environment: {POSTGRES_PASSWORD: '${NOWHERE}'}, ports: ['PORT:5432']}}",
                "from the variable NOWHERE",
            ),
            (
                "{db: {image: postgres:16, environment: {POSTGRES_PASSWORD_FILE: /run/secrets/x}, ports: ['PORT:5432']}}",
                "no secret of the service is there",
            ),
            ("{db: {image: redis:7, ports: ['PORT:5432']}}", "runs no Postgres server"),
            ("{other: {image: postgres:16}}", "defines the service db"),
            (
                "{db: {image: postgres:16, environment: {POSTGRES_USER: ticketbot, POSTGRES_PASSWORD: wrong}, ports: ['PORT:5432']}}",
                "password authentication failed",
            ),
        ];
        for (services, expected) in cases {
            let file = format!("services: {services}");
            let ran = inspect(server, "db", &[("compose.yaml", &file)]);
            assert_ne!(ran.exit, 0, "{expected}: {ran:?}");
            assert!(ran.stderr.contains(expected), "{expected}: {ran:?}");
        }
        let one = "services: {db: {image: postgres:16}}";
        let ran = inspect(server, "db", &[("a/compose.yaml", one), ("b/compose.yaml", one)]);
        assert_eq!(ran.exit, 1, "{ran:?}");
        assert!(ran.stderr.contains("choose one with -f or --project"), "{ran:?}");
    });
}
