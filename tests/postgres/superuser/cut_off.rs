//! Runs that are cut off, and two at once.

use std::time::{Duration, Instant};

use composemod::postgres::connection::Connection;
use composemod::postgres::superuser::facts::State;
use composemod::postgres::superuser::{Direction, Method, execute};

use super::super::server::{SUPERUSER_PASSWORD, Server, on_each, on_newest, wait_until};
use super::{catalog, change, executed, planned, with_app};

/// How many times a run is cut off, at even distances from its begin to its end.
const CUTS: u32 = 10;

/// Asserts that the swap was made whole or not at all; gives which.
fn whole(server: &Server) -> State {
    let probe = server.dsn_of("postgres", SUPERUSER_PASSWORD, "shop");
    let is_made = server.block_on(async { Connection::open(&probe).await.is_ok() });
    let user = if is_made { "postgres" } else { "ticketbot" };
    let dsn = server.dsn_of(user, SUPERUSER_PASSWORD, "shop");
    server.block_on(async {
        let connection = Connection::open(&dsn).await.expect("a login");
        let sql = "SELECT (SELECT rolname::text FROM pg_roles WHERE oid = 10), \
              (SELECT rolsuper FROM pg_roles WHERE rolname = 'ticketbot'), \
              array(SELECT DISTINCT pg_get_userbyid(owner)::text FROM ( \
                SELECT relowner FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'v', 'm', 'S') \
                UNION ALL SELECT proowner FROM pg_proc WHERE oid >= 16384 \
                UNION ALL SELECT lomowner FROM pg_largeobject_metadata \
                UNION ALL SELECT datdba FROM pg_database WHERE datname = 'shop') AS owners (owner))";
        let row = connection.query_one(sql, &[]).await.expect("the roles");
        let (first, is_superuser): (String, bool) = (row.get(0), row.get(1));
        let owners: Vec<String> = row.get(2);
        assert_eq!(owners, ["ticketbot"], "half swapped");
        assert_eq!((first.as_str(), is_superuser), (user, !is_made), "half swapped");
    });
    if is_made { State::Done } else { State::Ready }
}

#[test]
fn a_swap_that_is_cut_off_is_made_or_not_and_goes_on() {
    on_each("ticketbot", |server| {
        let dsn = with_app(server);
        let admin = server.dsn_of("postgres", SUPERUSER_PASSWORD, "shop");
        let before = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
        let start = Instant::now();
        executed(server, &dsn, &change(None), Method::Swap, Direction::Forward);
        let whole_run = start.elapsed();
        executed(server, &admin, &change(None), Method::Swap, Direction::Back);
        let mut states = Vec::new();
        for cut in 0..CUTS {
            let limit = whole_run * cut / CUTS;
            let given = change(None);
            let run = execute(&dsn, &given, Method::Swap, Direction::Forward);
            // Dropped where it stands: its connections end as if the process had been killed.
            drop(server.block_on(async { tokio::time::timeout(limit, run).await }));
            let state = whole(server);
            states.push(state);
            let again = if state == State::Done { &admin } else { &dsn };
            executed(server, again, &change(None), Method::Swap, Direction::Forward);
            assert_eq!(whole(server), State::Done);
            let plan = planned(server, &admin, &change(None), Method::Swap, Direction::Forward);
            assert!(plan.steps.is_empty(), "{plan:?}");
            executed(server, &admin, &change(None), Method::Swap, Direction::Back);
            assert_eq!(whole(server), State::Ready);
            assert_eq!(catalog(server, "ticketbot", SUPERUSER_PASSWORD), before);
        }
        eprintln!("cut off on {}: {states:?}", server.version);
    });
}

#[test]
fn a_swap_whose_session_dies_leaves_nothing() {
    on_newest("ticketbot", |server| {
        let dsn = with_app(server);
        // Of another role: a session of the old superuser would be ended, and not waited for.
        server.execute("postgres", "CREATE ROLE other LOGIN SUPERUSER PASSWORD 'o'");
        let other = server.dsn_of("other", "o", &dsn.database);
        let before = catalog(server, "ticketbot", SUPERUSER_PASSWORD);
        server.block_on(async {
            let holder = Connection::open(&other).await.unwrap();
            holder.batch_execute("BEGIN; LOCK TABLE public.orders").await.unwrap();
            let killer = Connection::open(&dsn.with_database("postgres")).await.unwrap();
            let kill = async {
                let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'composemod_swap' AND wait_event_type = 'Lock'";
                loop {
                    let row = killer.query_one(sql, &[]).await.unwrap();
                    if row.get::<_, i64>(0) > 0 {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let given = change(None);
            let run = execute(&dsn, &given, Method::Swap, Direction::Forward);
            let ((), failed) = tokio::join!(kill, run);
            failed.expect_err("its session was ended");
            holder.close().await;
        });
        assert_eq!(whole(server), State::Ready);
        assert_eq!(catalog(server, "ticketbot", SUPERUSER_PASSWORD), before);

        // And where the whole server dies, the temporary role that is left is taken away.
        let server_dies = async {
            let holder = Connection::open(&other).await.unwrap();
            holder.batch_execute("BEGIN; LOCK TABLE public.orders").await.unwrap();
            let given = change(None);
            let run = execute(&dsn, &given, Method::Swap, Direction::Forward);
            let kill = async {
                let sql = "SELECT 1 FROM pg_roles WHERE rolname = 'composemod_swap'";
                while holder.query_opt(sql, &[]).await.unwrap().is_none() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                server.stop("immediate");
            };
            let ((), failed) = tokio::join!(kill, run);
            failed.expect_err("the server is gone");
        };
        server.block_on(server_dies);
        server.boot(&[]);
        assert_eq!(whole(server), State::Ready);
        let plan = planned(server, &dsn, &change(None), Method::Swap, Direction::Forward);
        assert!(plan.steps[0].contains("left by a run that was cut off"), "{plan:?}");
        executed(server, &dsn, &change(None), Method::Swap, Direction::Forward);
        assert_eq!(whole(server), State::Done);
        let helper = "SELECT rolname FROM pg_roles WHERE rolname = 'composemod_swap'";
        let admin = server.dsn_of("postgres", SUPERUSER_PASSWORD, "shop");
        server.block_on(async {
            let connection = Connection::open(&admin).await.unwrap();
            assert!(connection.query_opt(helper, &[]).await.unwrap().is_none());
        });
    });
}

#[test]
fn sessions_that_outlived_the_swap_are_ended_by_the_next_run() {
    on_newest("ticketbot", |server| {
        let dsn = with_app(server);
        executed(server, &dsn, &change(None), Method::Swap, Direction::Forward);
        let admin = server.dsn_of("postgres", SUPERUSER_PASSWORD, "shop");
        server.block_on(async {
            let old = Connection::open(&admin).await.unwrap();
            // As if the session had begun before the swap.
            old.batch_execute("DO $$ BEGIN EXECUTE format('COMMENT ON ROLE ticketbot IS %L', \
                'composemod: owns what was the superuser''s since the swap at ' || clock_timestamp()); END $$").await.unwrap();
            let given = change(None);
            let plan = composemod::postgres::superuser::plan(&admin, &given, Method::Swap, Direction::Forward).await.unwrap();
            assert!(plan.steps[0].contains("1 sessions, superusers since before the swap"), "{plan:?}");
            execute(&admin, &given, Method::Swap, Direction::Forward).await.unwrap();
            old.batch_execute("SELECT 1").await.expect_err("it was ended");
        });
    });
}

#[test]
fn of_two_at_once_the_second_waits_and_finds_it_done() {
    on_each("ticketbot", |server| {
        let dsn = with_app(server);
        let given = change(Some("new"));
        for (method, way) in [
            (Method::Additive, Direction::Forward),
            (Method::Additive, Direction::Back),
            (Method::Swap, Direction::Forward),
        ] {
            let (one, other) = server.block_on(async {
                tokio::join!(execute(&dsn, &given, method, way), execute(&dsn, &given, method, way))
            });
            let lines = [one, other].map(|done| {
                done.unwrap_or_else(|error| panic!("{method:?} {way:?}: {error}")).lines
            });
            let made = |lines: &Vec<String>| {
                lines.iter().any(|line| {
                    ["made the role", "DROP ROLE", "is the first role now"]
                        .iter()
                        .any(|made| line.contains(made))
                })
            };
            assert_eq!(lines.iter().filter(|lines| made(lines)).count(), 1, "{lines:?}");
        }
        wait_until("both are gone", || {
            let admin = server.dsn_of("postgres", "new", "shop");
            server.block_on(async {
                let connection = Connection::open(&admin).await.unwrap();
                let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'composemod' AND pid <> pg_backend_pid()";
                connection.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) == 0
            })
        });
    });
}
