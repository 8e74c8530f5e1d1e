//! Calls that end in the midst, many at once, and names and passwords that try to break out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::{Dsn, Tls};
use composemod::postgres::error::Error;
use composemod::postgres::provision::{Created, Outcome, Provisioner, Request, Settings, State};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::ExposeSecret;

use super::provision::{request, state_of};
use super::proxy::{Cut, Proxy, Then};
use super::server::{Server, on_newest};

const PASSWORD: &str = "canary-0xC0FFEE/of:the?first#call";
const OTHER_PASSWORD: &str = "canary-of-the-second";

fn through(proxy: &Proxy, server: &Server) -> Provisioner {
    let dsn = Dsn { port: proxy.port, ..server.dsn() };
    let first_wait = Duration::from_millis(1);
    let settings = Settings { public_port: Some(server.port), first_wait, ..Settings::default() };
    Provisioner::new(dsn, settings)
}

fn direct(server: &Server) -> Provisioner {
    Provisioner::new(server.dsn(), Settings::default())
}

/// Logs in by a URL that was given.
fn connects(server: &Server, created: &Created) {
    let dsn = Dsn::parse(created.db_url.expose_secret()).expect("a URL that can be read");
    server.block_on(async {
        let app = Connection::open(&Dsn { tls: Tls::Disable, ..dsn }).await.expect("a login");
        app.close().await;
    });
}

/// Gives the roles and databases that are there and bear no mark, nor are owned by one that does.
fn unmarked(server: &Server) -> Vec<String> {
    server.query(
        "postgres",
        "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND COALESCE(shobj_description(oid, 'pg_authid'), '') NOT LIKE 'composemod database=%' \
         UNION ALL SELECT datname FROM pg_database WHERE oid >= 16384 AND COALESCE(shobj_description(datdba, 'pg_authid'), '') NOT LIKE 'composemod database=%'",
    )
}

/// Gives the state without what tells two passwords apart.
fn shape_of(server: &Server) -> Vec<String> {
    let is_hash = |field: &&str| field.len() == 32 && field.bytes().all(|b| b.is_ascii_hexdigit());
    let shape = |line: String| {
        line.split('|').filter(|field| !is_hash(field)).collect::<Vec<_>>().join("|")
    };
    // Object identifiers differ from one database to the next.
    let lines = state_of(server).into_iter().map(shape);
    lines.map(|line| line.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned()).collect()
}

fn remove(server: &Server) {
    let provisioner = direct(server);
    server.block_on(async {
        let dropped = provisioner.quarantine("shop", "20270131").await.expect("it is dropped");
        provisioner.purge(&dropped.quarantine).await.expect("it is dropped");
    });
}

#[test]
fn a_create_that_is_cut_at_any_message_can_be_repeated() {
    on_newest("ticketbot", |server| {
        let clean = state_of(server);
        let made = server.block_on(direct(server).create(&request("shop", "shop_app", PASSWORD)));
        connects(server, &made.unwrap());
        let whole = shape_of(server);
        remove(server);
        assert_eq!(state_of(server), clean);
        let mut cuts = 0;
        for (cut, then) in [
            (Cut::Before, Then::StaysDead),
            (Cut::After, Then::StaysDead),
            (Cut::After, Then::Works),
        ] {
            for message in 1.. {
                let proxy = Proxy::start(server, message, cut, then);
                let asked = request("shop", "shop_app", PASSWORD);
                let first = server.block_on(through(&proxy, server).create(&asked));
                assert_eq!(unmarked(server), Vec::<String>::new(), "{cut:?} {then:?} {message}");
                if !proxy.is_cut() {
                    connects(server, &first.unwrap());
                    remove(server);
                    break;
                }
                cuts += 1;
                // One that got no answer knows no password: it asks with another.
                let done = match first {
                    Ok(created) => created,
                    Err(error) => {
                        let text = format!("{error} {error:?}");
                        assert!(!text.contains("canary"), "{text}");
                        assert!(then == Then::StaysDead, "{cut:?} {message}: {error}");
                        let again = request("shop", "shop_app", OTHER_PASSWORD);
                        let again = server.block_on(direct(server).create(&again));
                        match again {
                            // Cut after all was done: the first password holds.
                            Err(Error::Conflict(_)) => {
                                server.block_on(direct(server).create(&asked)).unwrap()
                            }
                            again => {
                                again.unwrap_or_else(|error| panic!("{cut:?} {message}: {error}"))
                            }
                        }
                    }
                };
                connects(server, &done);
                assert_eq!(shape_of(server), whole, "{cut:?} {then:?} {message}");
                remove(server);
                assert_eq!(state_of(server), clean, "{cut:?} {then:?} {message}");
            }
        }
        eprintln!("{cuts} cuts, each followed by a repeat");
        let log = server.log();
        assert!(
            log.contains("CREATE DATABASE") && !log.contains("canary"),
            "a password is in the log"
        );
        assert!(!log.contains("SCRAM-SHA-256$"), "a verifier is in the log");
    });
}

#[test]
fn sixty_four_calls_at_once_for_names_that_overlap_come_to_whole_databases() {
    on_newest("ticketbot", |server| {
        server.execute("postgres", "CREATE DATABASE elsewhere");
        // Two that lock in different databases, so that they don't wait for each other.
        let provisioners = ["postgres", "elsewhere"].map(|database| {
            let settings = Settings { concurrency: 32, ..Settings::default() };
            Provisioner::new(server.dsn().with_database(database), settings)
        });
        let results = server.block_on(async {
            let mut calls = Vec::new();
            for number in 0..64 {
                let provisioner = provisioners[number % 2].clone();
                // 8 databases; in each, calls for one of two users and one of two passwords.
                let (database, user) = (format!("app{}", number % 8), number / 8 % 2);
                let password = if number / 16 % 4 == 3 { OTHER_PASSWORD } else { PASSWORD };
                let request = request(&database, &format!("{database}_user{user}"), password);
                calls.push(tokio::spawn(async move {
                    let done = provisioner.create(&request).await;
                    (request, done)
                }));
            }
            let mut results = Vec::new();
            for call in calls {
                results.push(call.await.expect("the task ends"));
            }
            results
        });
        let mut winners = BTreeSet::new();
        for (request, done) in &results {
            match done {
                Ok(created) => {
                    connects(server, created);
                    let password = request.db_password.as_ref().map(ExposeSecret::expose_secret);
                    winners.insert((request.db_name.clone(), request.db_user.clone(), password));
                }
                Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error:?}"),
            }
        }
        assert_eq!(winners.len(), 8, "one user and one password for each: {winners:?}");
        let made = results.iter().filter(|(_, done)| {
            done.as_ref().is_ok_and(|created| created.outcome == Outcome::Made)
        });
        eprintln!(
            "64 calls: {} made, {} succeeded",
            made.count(),
            results.iter().filter(|(_, done)| done.is_ok()).count()
        );
        let list = server.block_on(direct(server).list()).unwrap();
        assert_eq!(list.len(), 8);
        for database in &list {
            assert_eq!((database.state, database.logins.len()), (State::Ready, 1), "{database:?}");
            assert!(database.bytes.is_some());
        }
        assert_eq!(unmarked(server), ["elsewhere"]);
        assert!(!server.log().contains("canary"));
    });
}

/// Pieces of names and passwords that break what is not quoted, cut or checked.
const PIECES: [&str; 32] = [
    "'",
    "\"",
    "\\",
    "\0",
    "\n",
    "\r",
    "%",
    "%00",
    "%s",
    "$1",
    "$$",
    ";",
    "--",
    "/*",
    "*/",
    "shop",
    "_",
    "a",
    "Z",
    "0",
    " ",
    "\t",
    "ü",
    "\u{202e}",
    "\u{1f600}",
    "DROP DATABASE victim",
    "'; DROP ROLE victim_app; --",
    "pg_",
    "postgres",
    "template1",
    "_owner",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

fn hostile(random: &mut StdRng) -> String {
    let count = random.random_range(0..5);
    (0..count).map(|_| PIECES[random.random_range(0..PIECES.len())]).collect()
}

#[test]
fn ten_thousand_hostile_requests_change_nothing_but_their_own_database() {
    on_newest("ticketbot", |server| {
        let provisioner = Arc::new(Provisioner::new(
            server.dsn(),
            Settings { concurrency: 32, ..Settings::default() },
        ));
        let victim = server
            .block_on(provisioner.create(&request("victim", "victim_app", PASSWORD)))
            .unwrap();
        let before = state_of(server);
        let mut random = StdRng::seed_from_u64(5);
        let (mut refused, mut made, mut conflicts) = (0, Vec::new(), 0);
        for number in 0..10_000 {
            // One in forty asks for names that are fine, so that its password is put to the test.
            let (database, user) = match number % 40 {
                0 => (format!("fine{number}"), format!("fine{number}_app")),
                1..20 => (format!("fine{number}"), hostile(&mut random)),
                _ => (hostile(&mut random), hostile(&mut random)),
            };
            let asked = Request {
                extensions: if number % 7 == 6 { vec![hostile(&mut random)] } else { Vec::new() },
                encoding: (number % 11 == 10).then(|| hostile(&mut random)),
                locale: (number % 13 == 12).then(|| hostile(&mut random)),
                ..request(&database, &user, &hostile(&mut random))
            };
            match server.block_on(provisioner.create(&asked)) {
                Ok(created) => {
                    connects(server, &created);
                    made.push(database);
                }
                Err(Error::Conflict(_)) => conflicts += 1,
                Err(Error::Invalid(reason) | Error::Sql { message: reason, .. }) => {
                    assert!(
                        !reason.is_empty() && !reason.contains(['\0', '\n', '\u{202e}']),
                        "{reason:?}"
                    );
                    refused += 1;
                }
                Err(error) => panic!("{asked:?}: {error:?}"),
            }
        }
        eprintln!(
            "10000 hostile requests: {} made, {conflicts} in conflict, {refused} refused with a reason",
            made.len()
        );
        assert!(made.len() > 100 && refused > 5000, "{} {refused}", made.len());
        connects(server, &victim);
        let is_made = |line: &String| made.iter().any(|name| line.contains(name.as_str()));
        let after: Vec<String> =
            state_of(server).into_iter().filter(|line| !is_made(line)).collect();
        assert_eq!(after, before);
    });
}
