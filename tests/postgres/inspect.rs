//! What a report of a server says.

use composemod::postgres::connection::Connection;
use composemod::postgres::inspect::inspect;
use composemod::postgres::superuser::facts::{State, Stored};

use super::server::{on_each, on_newest};

#[test]
fn a_report_says_who_is_superuser_who_is_connected_and_what_is_open() {
    on_each("ticketbot", |server| {
        for statement in [
            "CREATE DATABASE shop",
            "CREATE DATABASE closed",
            "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
            "CREATE ROLE postgres SUPERUSER NOLOGIN",
            "CREATE ROLE app LOGIN PASSWORD 'x'",
        ] {
            server.execute("postgres", statement);
        }
        server.execute("shop", "CREATE TABLE t (); CREATE FOREIGN DATA WRAPPER w");
        let app = server.dsn_of("app", "x", "shop");
        let report = server.block_on(async {
            let sessions =
                [Connection::open(&app).await.unwrap(), Connection::open(&app).await.unwrap()];
            let report = inspect(&server.dsn(), Some(("ticketbot", "postgres"))).await.unwrap();
            for session in sessions {
                session.close().await;
            }
            report
        });
        assert!(report.version.starts_with(&server.version.to_string()), "{}", report.version);
        assert_eq!(report.first_role, "ticketbot");
        assert_eq!(report.change.unwrap().state, State::Both);
        let superusers: Vec<_> = report
            .superusers
            .iter()
            .map(|one| (one.name.as_str(), one.is_first, one.can_log_in, one.password))
            .collect();
        assert_eq!(
            superusers,
            [("postgres", false, false, Stored::Missing), ("ticketbot", true, true, Stored::Scram),]
        );
        let app: Vec<_> = report.sessions.iter().filter(|one| one.role == "app").collect();
        let [app] = app.as_slice() else { panic!("{app:?}") };
        assert_eq!(
            (
                app.superuser,
                app.database.as_str(),
                app.from.as_str(),
                app.application.as_str(),
                app.number
            ),
            (false, "shop", "127.0.0.1", "composemod", 2)
        );
        let open: Vec<_> = report
            .databases
            .iter()
            .filter(|one| one.is_open)
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(open, ["postgres", "shop", "template1"]);
        let swap = report.swap.unwrap();
        assert_eq!((swap.database.as_str(), swap.owned), ("shop", 1));
        assert_eq!(
            swap.refused,
            [
                "a second database is its own: closed",
                "it has foreign-data wrappers in the database shop (1), which plan B does not hand over",
            ]
        );
    });
}

#[test]
fn an_ordinary_role_is_told_what_it_does_not_see() {
    on_newest("ticketbot", |server| {
        server.execute("postgres", "CREATE ROLE app LOGIN PASSWORD 'x'");
        let report =
            server.block_on(inspect(&server.dsn_of("app", "x", "postgres"), None)).unwrap();
        assert!(report.swap.is_none() && report.unseen[0].starts_with("app is no superuser"));
        assert_eq!(report.superusers[0].password, Stored::Unknown);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["first_role"], "ticketbot");
        assert_eq!(json["superusers"][0]["password"], "unknown");
    });
}
