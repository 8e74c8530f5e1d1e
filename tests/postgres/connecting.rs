//! Logins, and what is told where there is none.

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::{Dsn, Host};

use super::server::{SUPERUSER_PASSWORD, free_port, on_each, on_newest};

#[test]
fn a_server_is_reached_by_port_and_by_socket() {
    on_each("ticketbot", |server| {
        let by_socket = Dsn { host: Host::Socket(server.socket()), ..server.dsn() };
        for dsn in [server.dsn(), by_socket] {
            let version = server.block_on(async {
                let connection = Connection::open(&dsn).await.unwrap();
                let row = connection.query_one("SHOW server_version_num", &[]).await.unwrap();
                row.get::<_, String>(0)
            });
            assert_eq!(version.parse::<u32>().unwrap() / 10_000, server.version);
        }
    });
}

#[test]
fn what_refuses_a_login_is_told_without_the_password() {
    on_newest("ticketbot", |server| {
        let cases = [
            (server.dsn_of("ticketbot", "hunter2", "postgres"), "password authentication failed"),
            (server.dsn_of("nobody", "hunter2", "postgres"), "password authentication failed"),
            (server.dsn().with_database("missing"), "database \"missing\" does not exist"),
            (Dsn { port: free_port(), ..server.dsn() }, "refused"),
        ];
        for (dsn, expected) in cases {
            let error = server.block_on(Connection::open(&dsn)).expect_err(expected);
            let text = format!("{error} {error:?}");
            assert!(text.contains(expected), "{text}");
            assert!(!text.contains("hunter2") && !text.contains(SUPERUSER_PASSWORD), "{text}");
        }
    });
}
