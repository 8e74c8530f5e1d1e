//! The change of a superuser while clients work.

use std::thread::sleep;
use std::time::{Duration, Instant};

use composemod::postgres::superuser::{Direction, Method};

use super::super::load::{Clients, Pgbench};
use super::super::server::{SUPERUSER_PASSWORD, on_each};
use super::{change, executed, with_app};

#[test]
fn plan_a_is_noticed_by_nobody() {
    on_each("ticketbot", |server| {
        let dsn = with_app(server);
        Pgbench::prepare(server, "shop");
        let load = || [&[][..], &["-C"]].map(|flags| Pgbench::start(server, "shop", 5, flags));
        let calm = load();
        let clients = Clients::start(&dsn, "SELECT 1");
        let calm = calm.map(Pgbench::finish);
        let idle = clients.stop();
        let benches = load();
        let clients = Clients::start(&dsn, "INSERT INTO public.orders (note) VALUES ('x')");
        let given = change(Some("new"));
        for way in [Direction::Forward, Direction::Back, Direction::Forward] {
            sleep(Duration::from_millis(600));
            executed(server, &dsn, &given, Method::Additive, way);
        }
        let benches = benches.map(Pgbench::finish);
        let seen = clients.stop();
        for bench in &benches {
            assert!(bench.is_well && bench.transactions > 0, "{bench:?}");
        }
        assert!(seen.statements > 0 && seen.logins > 0);
        assert_eq!((seen.ended, seen.errors.as_slice()), (0, &[][..]));
        eprintln!(
            "without a change on {}: the longest transaction {:?}, with a connection for each {:?}, statement {:?}, login {:?}",
            server.version,
            calm[0].longest,
            calm[1].longest,
            idle.longest_statement,
            idle.longest_login,
        );
        eprintln!(
            "plan A on {}: {} transactions of pgbench, the longest {:?}; {} with a connection for each, the longest {:?}; {} statements of clients, the longest {:?}; {} logins, the longest {:?}; 0 errors",
            server.version,
            benches[0].transactions,
            benches[0].longest,
            benches[1].transactions,
            benches[1].longest,
            seen.statements,
            seen.longest_statement,
            seen.logins,
            seen.longest_login,
        );
    });
}

#[test]
fn plan_b_is_noticed_by_the_sessions_that_it_ends() {
    on_each("ticketbot", |server| {
        let dsn = with_app(server);
        Pgbench::prepare(server, "shop");
        let admin = server.dsn_of("postgres", SUPERUSER_PASSWORD, "shop");
        for (dsn, way) in [(&dsn, Direction::Forward), (&admin, Direction::Back)] {
            let app = server.dsn().with_database("shop");
            // It ends as soon as its sessions are ended.
            let bench = Pgbench::start(server, "shop", 60, &[]);
            let clients = Clients::start(&app, "INSERT INTO public.orders (note) VALUES ('x')");
            sleep(Duration::from_millis(1500));
            let start = Instant::now();
            let done = executed(server, dsn, &change(None), Method::Swap, way);
            let took = start.elapsed();
            sleep(Duration::from_secs(1));
            let seen = clients.stop();
            let bench = bench.finish();
            assert!(seen.statements > 0 && seen.logins > 0, "{seen:?}");
            // On the way back a session has lost its role for the moment before it is ended: it may
            // touch nothing, and finds no table where it may not look into the schema.
            let lacks_its_role = |error: &str, signs: [&str; 2]| {
                way == Direction::Back && signs.iter().any(|sign| error.contains(sign))
            };
            let (lost, others): (Vec<_>, Vec<_>) =
                seen.errors.iter().partition(|error| lacks_its_role(error, ["E42501", "E42P01"]));
            assert!(others.is_empty(), "{way:?}: {others:?}\n{done:?}");
            assert!(seen.ended + lost.len() > 0, "{seen:?}");
            let is_under_load = bench.said.contains("terminating connection")
                || way == Direction::Back && bench.said.contains("ERROR");
            assert!(is_under_load, "the swap waited for the load to end: {}", bench.said);
            for line in
                bench.said.lines().filter(|line| line.contains("FATAL") || line.contains("ERROR"))
            {
                let is_ended = line.contains("terminating connection due to administrator command");
                let signs = ["permission denied", "does not exist"];
                assert!(is_ended || lacks_its_role(line, signs), "{line}");
            }
            eprintln!(
                "plan B {way:?} on {} took {took:?}: {} sessions ended; {} transactions of pgbench, the longest {:?}; {} statements of clients, the longest {:?}; {} logins, the longest {:?}; 0 other errors",
                server.version,
                seen.ended + lost.len(),
                bench.transactions,
                bench.longest,
                seen.statements,
                seen.longest_statement,
                seen.logins,
                seen.longest_login,
            );
        }
    });
}
