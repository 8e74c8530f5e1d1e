//! Tables that are dropped after a failed migration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::Dsn;
use composemod::postgres::error::Error;
use composemod::postgres::tables::{Backup, Dependents, Selection, Survey, drop_tables, survey};
use secrecy::ExposeSecret;

use super::server::{Server, client, on_each, on_newest};

fn selection(names: &[&str]) -> Selection {
    Selection {
        role: "app".to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        like: None,
    }
}

fn backup(folder: &Path) -> Backup {
    Backup { program: client("pg_dump"), file: folder.join("tables.dump") }
}

/// A database of an app, in the midst of a migration.
fn with_tables(server: &Server) -> Dsn {
    server.execute("postgres", "CREATE ROLE app LOGIN PASSWORD 'x'");
    server.execute("postgres", "CREATE DATABASE shop OWNER app");
    server.execute(
        "shop",
        "SET ROLE app; CREATE SCHEMA drizzle; \
         CREATE TABLE public.\"Order Items\" (id serial PRIMARY KEY, note text UNIQUE, boss int REFERENCES public.\"Order Items\"); \
         INSERT INTO public.\"Order Items\" (note) SELECT 'note ' || i FROM generate_series(1, 100) AS i; \
         CREATE TABLE public.lines (id int PRIMARY KEY, item int REFERENCES public.\"Order Items\"); \
         CREATE VIEW public.notes AS SELECT note FROM public.\"Order Items\"; \
         CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) FROM public.notes; \
         CREATE FUNCTION public.first_of(public.\"Order Items\") RETURNS int LANGUAGE sql AS 'SELECT 1'; \
         CREATE TABLE public.times (id int DEFAULT nextval('public.\"Order Items_id_seq\"')); \
         CREATE TABLE public.parts (day date) PARTITION BY RANGE (day); \
         CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01'); \
         CREATE TABLE public.alone (a int); CREATE TABLE drizzle.alone (a int); \
         CREATE TABLE public.alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('abc123'); \
         CREATE TABLE public.django_migrations (id int, app text, name text, applied timestamptz); INSERT INTO django_migrations VALUES (1, 'shop', '0001', now()); \
         CREATE TABLE public.flyway_schema_history (installed_rank int, version text, success bool); INSERT INTO flyway_schema_history VALUES (1, '1', true), (2, '2', false); \
         CREATE TABLE drizzle.__drizzle_migrations (id int, hash text, created_at bigint); INSERT INTO drizzle.__drizzle_migrations VALUES (7, 'x', 1); \
         CREATE TABLE public._prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz); INSERT INTO _prisma_migrations VALUES ('20260101_init', NULL, NULL); \
         RESET ROLE; CREATE TABLE public.the_superusers (a int); ANALYZE",
    );
    server.dsn().with_database("shop")
}

fn surveyed(server: &Server, dsn: &Dsn, selection: &Selection) -> Survey {
    server.block_on(survey(dsn, selection)).unwrap_or_else(|error| panic!("{error}"))
}

fn tables(server: &Server) -> Vec<String> {
    let sql = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'drizzle') ORDER BY 1";
    server.query("shop", sql)
}

#[test]
fn tables_are_dropped_after_a_dump_that_brings_them_back() {
    on_each("ticketbot", |server| {
        let dsn = with_tables(server);
        let before = tables(server);
        let found = surveyed(server, &dsn, &selection(&["Order Items"]));
        let [table] = found.tables.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (table.sql().as_str(), table.rows, table.owner.as_str()),
            ("\"public\".\"Order Items\"", Some(100), "app")
        );
        assert!(table.bytes > 8000);
        let told: Vec<&str> = found.dependents.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(
            told,
            [
                "constraint lines_item_fkey on table lines",
                "default value for column id of table times",
                "function first_of(\"Order Items\")",
                "materialized view counted",
                "view notes",
            ]
        );
        assert_eq!(
            found.dependents[0].definition.as_deref(),
            Some(
                "ALTER TABLE lines ADD CONSTRAINT lines_item_fkey FOREIGN KEY (item) REFERENCES \"Order Items\"(id)"
            )
        );

        let folder = tempfile::tempdir().unwrap();
        let backup = backup(folder.path());
        let refused =
            server.block_on(drop_tables(&dsn, &found, Dependents::Restrict, Some(&backup)));
        assert!(
            matches!(&refused, Err(Error::Refused(text)) if text.contains("--cascade")),
            "{refused:?}"
        );
        assert_eq!(tables(server), before);
        assert!(!backup.file.exists());

        let dropped =
            server.block_on(drop_tables(&dsn, &found, Dependents::Cascade, Some(&backup))).unwrap();
        let dump = dropped.dump.unwrap();
        assert!(dump.bytes > 0 && dump.file == backup.file);
        let left: Vec<String> =
            before.iter().filter(|name| *name != "public.Order Items").cloned().collect();
        assert_eq!(tables(server), left);
        assert!(
            server
                .query("shop", "SELECT 1 FROM pg_class WHERE relname IN ('notes', 'counted')")
                .is_empty()
        );

        // The dump has the table, its rows and the views that went with it.
        let mut restore = Command::new(client("pg_restore"));
        for (name, value) in dsn.libpq_variables() {
            restore.env(name, value.expose_secret());
        }
        let output = restore.arg("--dbname=shop").arg(&dump.file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // A newer pg_restore sets what an older server does not know, and goes on.
        let errors: Vec<&str> = said.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(errors.iter().all(|line| line.contains("transaction_timeout")), "{said}");
        server.execute("shop", found.dependents[0].definition.as_deref().unwrap());
        assert_eq!(tables(server), before);
        assert_eq!(server.query("shop", "SELECT count(*) FROM notes"), ["100"]);
    });
}

#[test]
fn what_is_not_the_roles_or_not_clear_is_refused() {
    on_newest("ticketbot", |server| {
        let dsn = with_tables(server);
        let before = tables(server);
        let ask = |selection: Selection| {
            server.block_on(survey(&dsn, &selection)).map(drop).expect_err("refused").to_string()
        };
        let as_superuser =
            Selection { role: "ticketbot".to_owned(), ..selection(&["alembic_version"]) };
        let like = |pattern: &str| Selection { like: Some(pattern.to_owned()), ..selection(&[]) };
        let cases = [
            (
                selection(&["the_superusers"]),
                "\"public\".\"the_superusers\" belongs to the superuser ticketbot",
            ),
            (as_superuser, "\"public\".\"alembic_version\" belongs to app"),
            (
                selection(&["alone"]),
                "means several tables (\"drizzle\".\"alone\", \"public\".\"alone\")",
            ),
            (selection(&["order items"]), "there is no table \"order items\" on"),
            (selection(&["order items"]), "there is \"public\".\"Order Items\""),
            (selection(&["notes"]), "there is no table"),
            (like("zzz%"), "is LIKE \"zzz%\""),
            (
                Selection { role: "nobody".to_owned(), ..selection(&["parts"]) },
                "there is no role nobody",
            ),
        ];
        for (asked, expected) in cases {
            let text = ask(asked);
            assert!(text.contains(expected), "{text}");
        }
        assert_eq!(tables(server), before);

        let found = surveyed(
            server,
            &dsn,
            &Selection { like: Some("part%".to_owned()), ..selection(&["drizzle.alone"]) },
        );
        let names: Vec<String> =
            found.tables.iter().map(|table| format!("{}.{}", table.schema, table.name)).collect();
        assert_eq!(names, ["drizzle.alone", "public.parts", "public.parts_1"]);
        assert!(found.dependents.is_empty(), "{found:?}");
        server.block_on(drop_tables(&dsn, &found, Dependents::Restrict, None)).unwrap();
        assert!(tables(server).iter().all(|name| !names.contains(name)));
        // They are gone: the same survey names nothing any more.
        let again = server.block_on(drop_tables(&dsn, &found, Dependents::Restrict, None));
        again.expect_err("the tables are gone");
    });
}

#[test]
fn migration_tools_are_told() {
    on_newest("ticketbot", |server| {
        let dsn = with_tables(server);
        let found = surveyed(server, &dsn, &selection(&["parts", "_prisma_migrations"]));
        let told: Vec<(&str, &str)> =
            found.bookkeeping.iter().map(|one| (one.tool, one.says.as_str())).collect();
        assert_eq!(
            told,
            [
                ("Alembic", "revision abc123"),
                ("Django", "1 migrations of shop"),
                ("Flyway", "2 migrations, the last 2 (failed)"),
                ("Drizzle", "1 migrations, the last with id 7"),
                ("Prisma", "1 migrations, failed: 20260101_init"),
            ]
        );
        assert!(found.bookkeeping[0].advice.contains("alembic stamp"));
        assert!(found.bookkeeping[4].advice.contains("it is dropped too"));
        // A table of the name that is another's.
        server.execute("shop", "DROP TABLE alembic_version; CREATE TABLE alembic_version (a int)");
        let found = surveyed(server, &dsn, &selection(&["parts"]));
        assert_eq!(found.bookkeeping[0].says, "it has other columns than this tool's");
    });
}

#[test]
fn nothing_is_dropped_where_the_dump_fails_or_someone_writes() {
    on_newest("ticketbot", |server| {
        let dsn = with_tables(server);
        let before = tables(server);
        let found = surveyed(server, &dsn, &selection(&["parts"]));
        let folder = tempfile::tempdir().unwrap();
        let none = Backup { program: PathBuf::from("/no/such/pg_dump"), ..backup(folder.path()) };
        let failed = server.block_on(drop_tables(&dsn, &found, Dependents::Restrict, Some(&none)));
        assert!(matches!(failed, Err(Error::System { .. })), "{failed:?}");
        let taken = backup(folder.path());
        fs::write(&taken.file, "kept").unwrap();
        server
            .block_on(drop_tables(&dsn, &found, Dependents::Restrict, Some(&taken)))
            .expect_err("there is such a file");
        assert_eq!(fs::read_to_string(&taken.file).unwrap(), "kept");

        server.block_on(async {
            let writer = Connection::open(&dsn).await.unwrap();
            writer.batch_execute("BEGIN; INSERT INTO parts VALUES ('2026-06-01')").await.unwrap();
            let busy = drop_tables(&dsn, &found, Dependents::Restrict, None).await;
            assert!(matches!(&busy, Err(Error::Refused(text)) if text.contains("someone else uses the tables")), "{busy:?}");
            writer.close().await;
        });
        // Another table of the name is not the one that was looked at.
        server.execute("shop", "DROP TABLE parts; SET ROLE app; CREATE TABLE parts (day date)");
        server.execute("shop", "SET ROLE app; CREATE TABLE parts_1 (day date)");
        let other = server.block_on(drop_tables(&dsn, &found, Dependents::Restrict, None));
        assert!(
            matches!(&other, Err(Error::Refused(text)) if text.contains("another table")),
            "{other:?}"
        );
        assert_eq!(tables(server), before);
    });
}
