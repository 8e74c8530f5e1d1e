//! The change of a superuser: plan A and B, there and back, under load, cut off, and refused.

mod cut_off;
mod under_load;

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::Dsn;
use composemod::postgres::error::Error;
use composemod::postgres::superuser::facts::State;
use composemod::postgres::superuser::{Change, Direction, Done, Method, Plan, execute, plan};

use super::server::{SUPERUSER_PASSWORD, Server, on_each, on_newest};

const NEW_PASSWORD: &str = "n€w: 'p@ss\\word\"";

fn change(password: Option<&str>) -> Change {
    Change {
        from: "ticketbot".to_owned(),
        to: "postgres".to_owned(),
        database: None,
        password: password.map(|password| password.to_owned().into()),
    }
}

/// The app's database, as the app's superuser made it.
fn with_app(server: &Server) -> Dsn {
    server.execute("postgres", "CREATE DATABASE shop");
    server.execute(
        "shop",
        "CREATE TABLE orders (id serial PRIMARY KEY, note text); \
         CREATE SCHEMA archive; CREATE TABLE archive.orders (LIKE orders); \
         CREATE VIEW open_orders AS SELECT * FROM orders; \
         CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM orders; \
         CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN short AS varchar(3); \
         CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2'; \
         SELECT lo_create(4242); \
         ALTER ROLE ticketbot SET search_path = archive, public; \
         ALTER ROLE ticketbot IN DATABASE shop SET work_mem = '5MB'",
    );
    server.dsn().with_database("shop")
}

/// Runs statements: one by one where one can't be in a transaction.
fn run(server: &Server, database: &str, statements: &str) {
    let parts = if statements.contains("DATABASE") { "; " } else { "\n" };
    for statement in statements.split(parts) {
        server.execute(database, statement);
    }
}

fn planned(server: &Server, dsn: &Dsn, change: &Change, method: Method, way: Direction) -> Plan {
    server.block_on(plan(dsn, change, method, way)).unwrap_or_else(|error| panic!("{error}"))
}

fn executed(server: &Server, dsn: &Dsn, change: &Change, method: Method, way: Direction) -> Done {
    server.block_on(execute(dsn, change, method, way)).unwrap_or_else(|error| panic!("{error}"))
}

/// All that a change of the superuser could touch: roles, owners, rights and settings.
fn catalog(server: &Server, user: &str, password: &str) -> Vec<String> {
    let sql = "SELECT 'role ' || r.oid || row_to_json(r) FROM pg_authid r \
         UNION ALL SELECT 'database ' || d.datname || d.datdba || coalesce(d.datacl::text, '') FROM pg_database d \
         UNION ALL SELECT 'class ' || oid::regclass || relowner || coalesce(relacl::text, '') FROM pg_class WHERE relpersistence <> 't' AND relnamespace <> 'pg_toast'::regnamespace \
         UNION ALL SELECT 'proc ' || oid::regprocedure || proowner || coalesce(proacl::text, '') FROM pg_proc \
         UNION ALL SELECT 'schema ' || nspname || nspowner || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp' \
         UNION ALL SELECT 'type ' || oid || typowner FROM pg_type WHERE typnamespace::regnamespace::text !~ '^pg_(toast_)?temp' \
         UNION ALL SELECT 'object ' || oid || lomowner FROM pg_largeobject_metadata \
         UNION ALL SELECT 'setting ' || row_to_json(s) FROM pg_db_role_setting s \
         UNION ALL SELECT 'member ' || row_to_json(m) FROM pg_auth_members m \
         UNION ALL SELECT 'comment ' || row_to_json(c) FROM pg_shdescription c \
         UNION ALL SELECT 'depends ' || row_to_json(s) FROM pg_shdepend s ORDER BY 1";
    let dsn = server.dsn_of(user, password, "shop");
    server.block_on(async {
        let connection = Connection::open(&dsn).await.expect("a login");
        let rows = connection.query(sql, &[]).await.expect("the catalog");
        rows.iter().map(|row| row.get(0)).collect()
    })
}

fn assert_no_secret(server: &Server, said: &str) {
    let log = server.log();
    for secret in [SUPERUSER_PASSWORD, NEW_PASSWORD, "SCRAM-SHA-256$4096"] {
        assert!(!said.contains(secret), "a secret in what is said: {said}");
        assert!(!log.contains(secret), "a secret in the server's log: {secret}");
    }
}

#[test]
fn plan_a_is_made_verified_repeated_and_taken_back() {
    on_each("ticketbot", |server| {
        server.execute("template1", "DROP DATABASE postgres");
        server.execute("template1", "CREATE DATABASE shop");
        let dsn = server.dsn().with_database("shop");
        let before = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
        let (a, there, back) = (Method::Additive, Direction::Forward, Direction::Back);

        let none = server.block_on(plan(&dsn, &change(None), a, there));
        assert!(
            matches!(&none, Err(Error::Invalid(text)) if text.contains("--password-stdin")),
            "{none:?}"
        );
        let given = change(Some(NEW_PASSWORD));
        let first = planned(server, &dsn, &given, a, there);
        assert_eq!(first.state, State::Ready);
        assert_eq!(
            first.steps,
            [
                "CREATE ROLE postgres LOGIN SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS PASSWORD '…'",
                "CREATE DATABASE postgres OWNER postgres TEMPLATE template0",
                "-- log in over TCP as postgres",
            ]
        );
        assert_eq!(
            catalog(server, "ticketbot", SUPERUSER_PASSWORD),
            before,
            "a plan changed something"
        );

        let done = executed(server, &dsn, &given, a, there);
        assert_eq!(
            done.lines,
            [
                "made the role postgres",
                "made the database postgres",
                "postgres logs in over TCP and is a superuser",
            ]
        );
        let after = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
        for password in [Some(NEW_PASSWORD), None] {
            let again = planned(server, &dsn, &change(password), a, there);
            assert_eq!((again.state, again.steps), (State::Both, vec![]));
            executed(server, &dsn, &change(password), a, there);
        }
        let other = server.block_on(execute(&dsn, &change(Some("another")), a, there));
        assert!(
            matches!(&other, Err(Error::Conflict(text)) if text.contains("another password")),
            "{other:?}"
        );
        // Plan B is not for S1.
        let swap = server.block_on(execute(&dsn, &change(None), Method::Swap, there));
        assert!(matches!(&swap, Err(Error::Refused(text)) if text.starts_with("S1: ")), "{swap:?}");
        assert_eq!(catalog(server, "ticketbot", SUPERUSER_PASSWORD), after);

        // What the new role owns is told, and keeps it.
        let new = server.dsn_of("postgres", NEW_PASSWORD, "shop");
        server.block_on(async {
            let connection = Connection::open(&new).await.unwrap();
            connection.batch_execute("CREATE TABLE its_own ()").await.unwrap();
            let open = plan(&dsn, &given, a, back).await;
            assert!(matches!(&open, Err(Error::Refused(text)) if text.contains("sessions are open")), "{open:?}");
            connection.close().await;
            let own = plan(&new, &given, a, back).await;
            assert!(matches!(&own, Err(Error::Refused(text)) if text.contains("no role can drop itself")), "{own:?}");
        });
        super::server::wait_until("the session has ended", || {
            server
                .query("shop", "SELECT 1 FROM pg_stat_activity WHERE usename = 'postgres'")
                .is_empty()
        });
        let owns = server.block_on(execute(&dsn, &given, a, back)).expect_err("it owns a table");
        assert!(owns.to_string().contains("1 things of its own in the database shop"), "{owns}");
        server.execute("shop", "DROP TABLE its_own");

        executed(server, &dsn, &given, a, back);
        let left = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
        let added: Vec<_> = left.iter().filter(|line| !before.contains(line)).collect();
        // The database stays; it is the old role's.
        assert_eq!(added, ["database postgres10"], "{added:?}");
        assert!(before.iter().all(|line| left.contains(line)));
        let again = planned(server, &dsn, &given, a, back);
        assert_eq!((again.state, again.steps), (State::Ready, vec![]));
        assert_no_secret(server, &format!("{first:?}{done:?}{other:?}{owns:?}"));
    });
}

#[test]
fn plan_a_refuses_to_take_back_what_it_did_not_make() {
    on_newest("ticketbot", |server| {
        server.execute(
            "postgres",
            "CREATE ROLE postgres LOGIN; CREATE ROLE plain LOGIN PASSWORD 'x'",
        );
        let given = change(Some(NEW_PASSWORD));
        let dsn = server.dsn();
        let first = planned(server, &dsn, &given, Method::Additive, Direction::Forward);
        assert_eq!(
            first.steps,
            [
                "ALTER ROLE postgres PASSWORD '…'",
                "ALTER ROLE postgres LOGIN SUPERUSER",
                "-- log in over TCP as postgres",
            ]
        );
        executed(server, &dsn, &given, Method::Additive, Direction::Forward);
        let back = server.block_on(plan(&dsn, &given, Method::Additive, Direction::Back));
        assert!(
            matches!(&back, Err(Error::Refused(text)) if text.contains("not made by this tool")),
            "{back:?}"
        );

        let plain = server.dsn_of("plain", "x", "postgres");
        let refused = server.block_on(plan(&plain, &given, Method::Additive, Direction::Forward));
        assert!(
            matches!(&refused, Err(Error::Refused(text)) if text.contains("plain is no superuser")),
            "{refused:?}"
        );
        let unknown = Change { from: "nobody".to_owned(), ..given };
        let missing = server.block_on(plan(&dsn, &unknown, Method::Additive, Direction::Forward));
        assert!(
            matches!(&missing, Err(Error::Missing(text)) if text.contains("ticketbot")),
            "{missing:?}"
        );
    });
}

#[test]
fn plan_b_is_made_verified_repeated_and_taken_back() {
    on_each("ticketbot", |server| {
        let dsn = with_app(server);
        let before = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
        let (b, there, back) = (Method::Swap, Direction::Forward, Direction::Back);
        let given = change(Some(NEW_PASSWORD));
        let first = planned(server, &dsn, &given, b, there);
        assert_eq!(first.state, State::Ready);
        assert!(
            first.steps.iter().any(|step| step == "ALTER ROLE ticketbot RENAME TO postgres"),
            "{first:?}"
        );
        assert_eq!(
            catalog(server, "ticketbot", SUPERUSER_PASSWORD),
            before,
            "a plan changed something"
        );

        let done = executed(server, &dsn, &given, b, there);
        assert_eq!(
            &done.lines[done.lines.len() - 2..],
            [
                "postgres logs in over TCP and is a superuser",
                "ticketbot logs in over TCP and is an ordinary role",
            ]
        );
        let admin = server.dsn_of("postgres", NEW_PASSWORD, "shop");
        server.block_on(async {
            let app = Connection::open(&dsn).await.unwrap();
            app.batch_execute("INSERT INTO public.orders (note) VALUES ('x'); ALTER TABLE public.orders ADD more int; SELECT twice(2); REFRESH MATERIALIZED VIEW counted").await.unwrap();
            let row = app.query_one("SELECT current_setting('search_path'), current_setting('work_mem')", &[]).await.unwrap();
            assert_eq!((row.get(0), row.get(1)), ("archive, public", "5MB"));
            app.batch_execute("CREATE ROLE other").await.expect_err("an ordinary role makes none");
            app.batch_execute("ALTER TABLE public.orders DROP more; DELETE FROM public.orders").await.unwrap();
            app.close().await;
        });
        // With the old login, which is ordinary now, and with the new one.
        for dsn in [&dsn, &admin] {
            let again = planned(server, dsn, &given, b, there);
            assert_eq!((again.state, again.steps), (State::Done, vec![]));
            executed(server, dsn, &given, b, there);
        }
        let a = planned(server, &admin, &given, Method::Additive, there);
        assert_eq!(a.steps, Vec::<String>::new());

        let taken = executed(server, &admin, &change(Some(SUPERUSER_PASSWORD)), b, back);
        assert!(
            taken.lines.contains(&"ticketbot logs in over TCP and is a superuser".to_owned()),
            "{taken:?}"
        );
        let after = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
        let differs: Vec<_> = before
            .iter()
            .filter(|line| !after.contains(line))
            .chain(after.iter().filter(|line| !before.contains(line)))
            .collect();
        assert!(differs.is_empty(), "not as before:\n{differs:#?}");
        let again = planned(server, &dsn, &given, b, back);
        assert_eq!((again.state, again.steps), (State::Ready, vec![]));
        executed(server, &dsn, &given, b, back);
        assert_no_secret(server, &format!("{first:?}{done:?}{taken:?}"));
    });
}

#[test]
fn what_plan_b_can_not_hand_over_is_refused_and_nothing_changed() {
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            "operators",
            "shop",
            "CREATE FUNCTION f(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR ~~~~ (LEFTARG = int, RIGHTARG = int, FUNCTION = f)",
            "DROP OPERATOR ~~~~ (int, int); DROP FUNCTION f",
        ),
        (
            "operator families",
            "shop",
            "CREATE OPERATOR FAMILY f USING btree",
            "DROP OPERATOR FAMILY f USING btree",
        ),
        ("collations", "shop", "CREATE COLLATION c FROM \"C\"", "DROP COLLATION c"),
        (
            "conversions",
            "shop",
            "CREATE CONVERSION c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
            "DROP CONVERSION c",
        ),
        (
            "text search dictionaries",
            "shop",
            "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple)",
            "DROP TEXT SEARCH DICTIONARY d",
        ),
        (
            "text search configurations",
            "shop",
            "CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)",
            "DROP TEXT SEARCH CONFIGURATION c",
        ),
        (
            "extended statistics",
            "shop",
            "CREATE TABLE s (a int, b int); CREATE STATISTICS st ON a, b FROM s",
            "DROP TABLE s",
        ),
        (
            "foreign-data wrappers",
            "shop",
            "CREATE FOREIGN DATA WRAPPER w",
            "DROP FOREIGN DATA WRAPPER w",
        ),
        (
            "foreign servers",
            "shop",
            "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w",
            "DROP FOREIGN DATA WRAPPER w CASCADE",
        ),
        ("publications", "shop", "CREATE PUBLICATION p", "DROP PUBLICATION p"),
        (
            "subscriptions",
            "shop",
            "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE)",
            "DROP SUBSCRIPTION s",
        ),
        (
            "event triggers",
            "shop",
            "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION e()",
            "DROP EVENT TRIGGER e; DROP FUNCTION e",
        ),
        (
            "default privileges",
            "shop",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
            "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC",
        ),
        ("memberships", "shop", "CREATE ROLE team; GRANT team TO ticketbot", "DROP ROLE team"),
        (
            "policies that name it",
            "shop",
            "CREATE POLICY p ON orders TO ticketbot",
            "DROP POLICY p ON orders",
        ),
        (
            "rights on relations of others",
            "shop",
            "CREATE ROLE team; CREATE TABLE its (); ALTER TABLE its OWNER TO team; GRANT SELECT ON its TO ticketbot",
            "DROP TABLE its; DROP ROLE team",
        ),
        (
            "in the database other",
            "postgres",
            "CREATE ROLE team; CREATE DATABASE other OWNER team",
            "",
        ),
        (
            "a second database is its own: other",
            "postgres",
            "ALTER DATABASE other OWNER TO ticketbot",
            "ALTER DATABASE other OWNER TO team",
        ),
        (
            "allows no connections",
            "postgres",
            "ALTER DATABASE other ALLOW_CONNECTIONS false",
            "ALTER DATABASE other ALLOW_CONNECTIONS true",
        ),
        (
            "stored as MD5",
            "postgres",
            "SET password_encryption = md5; ALTER ROLE ticketbot PASSWORD 'only-for-tests: p@ss/w%rd'''",
            "",
        ),
    ];
    on_each("ticketbot", |server| {
        let dsn = with_app(server);
        server.let_in("host all all 127.0.0.1/32 md5");
        for (kind, database, make, unmake) in cases {
            run(server, database, make);
            if *kind == "in the database other" {
                server.execute("other", "CREATE TABLE t ()");
            }
            let before = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
            let refused =
                server.block_on(execute(&dsn, &change(None), Method::Swap, Direction::Forward));
            let Err(Error::Refused(text)) = refused else { panic!("{kind}: {refused:?}") };
            assert!(text.contains(kind) && text.contains("nothing was changed"), "{kind}: {text}");
            assert_eq!(catalog(server, "ticketbot", SUPERUSER_PASSWORD), before, "{kind}");
            if *kind == "in the database other" {
                server.execute("other", "DROP TABLE t");
            }
            run(server, database, unmake);
        }
        // And with none of them it is made.
        server.execute("postgres", "ALTER ROLE ticketbot PASSWORD 'x'");
        let dsn = server.dsn_of("ticketbot", "x", "shop");
        executed(server, &dsn, &change(None), Method::Swap, Direction::Forward);
    });
}

#[test]
fn names_may_be_anything_that_postgres_takes() {
    for odd in ["o'd\"d \\x; DROP ROLE ticketbot; --", "ü.€ \n%s", "User"] {
        on_newest("ticketbot", |server| {
            server.execute("postgres", "CREATE DATABASE shop");
            server.execute("shop", "CREATE TABLE orders (id int)");
            // initdb takes less than a renaming does.
            server.execute("postgres", "CREATE ROLE third LOGIN SUPERUSER PASSWORD 'x'");
            let quoted = odd.replace('"', "\"\"");
            let third = server.dsn_of("third", "x", "postgres");
            server.block_on(async {
                let connection = Connection::open(&third).await.unwrap();
                let rename = format!("ALTER ROLE ticketbot RENAME TO \"{quoted}\"");
                connection.batch_execute(&rename).await.unwrap();
                connection.close().await;
            });
            let dsn = server.dsn_of(odd, SUPERUSER_PASSWORD, "shop");
            let given = Change {
                from: odd.to_owned(),
                to: format!("{odd}2"),
                ..change(Some(NEW_PASSWORD))
            };
            for (method, way) in [
                (Method::Additive, Direction::Forward),
                (Method::Additive, Direction::Back),
                (Method::Swap, Direction::Forward),
            ] {
                planned(server, &dsn, &given, method, way);
                executed(server, &dsn, &given, method, way);
            }
            let new = server.dsn_of(&given.to, NEW_PASSWORD, "shop");
            planned(server, &new, &given, Method::Swap, Direction::Back);
            executed(server, &new, &given, Method::Swap, Direction::Back);
            server.block_on(async {
                let connection = Connection::open(&third).await.unwrap();
                let roles =
                    "SELECT rolname::text FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY oid";
                let rows = connection.query(roles, &[]).await.unwrap();
                let roles: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
                assert_eq!(roles, [odd, "third"]);
                connection.close().await;
            });
            assert_no_secret(server, "");
        });
    }
    on_newest("ticketbot", |server| {
        for (from, to) in [
            ("", "a"),
            ("a", ""),
            ("a", "a"),
            ("a", "pg_a"),
            ("a", "public"),
            ("a\0", "b"),
            ("a", "composemod_swap"),
            ("a", &"x".repeat(64)),
        ] {
            let bad = Change { from: from.to_owned(), to: to.to_owned(), ..change(Some("x")) };
            let refused =
                server.block_on(plan(&server.dsn(), &bad, Method::Additive, Direction::Forward));
            assert!(matches!(refused, Err(Error::Invalid(_))), "{from:?} {to:?}: {refused:?}");
        }
    });
}
