//! `db inspect` and `db superuser`.

use std::fs;

use super::ran;
use super::server::{SUPERUSER_PASSWORD, on_each, on_newest};

const CHANGE: [&str; 5] = ["superuser", "--from", "ticketbot", "--to", "postgres"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    CHANGE.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn a_plan_is_shown_done_by_execute_only_and_done_once() {
    on_each("ticketbot", |server| {
        let folder = tempfile::tempdir().unwrap();
        let run = |stdin: &str, args: &[&str]| ran(folder.path(), Some(&server.dsn()), stdin, args);
        let roles = || {
            server.query("postgres", "SELECT rolname FROM pg_roles WHERE rolname IN ('ticketbot', 'postgres') ORDER BY 1")
        };

        let none = run("", &with(&[]));
        assert_eq!(none.exit, 2, "{none:?}");
        assert!(none.stderr.contains("--password-stdin"), "{none:?}");
        let plan = run("pässword\n", &with(&["--password-stdin"]));
        assert_eq!(plan.exit, 1, "{plan:?}");
        assert!(plan.stdout.contains("CREATE ROLE postgres LOGIN SUPERUSER"), "{plan:?}");
        assert!(plan.stdout.contains("(state S0)"), "{plan:?}");
        assert_eq!(roles(), ["ticketbot"], "a plan changed something");

        let file = folder.path().join("password");
        fs::write(&file, "pässword\n").unwrap();
        let done = run("", &with(&["--password-file", "password", "--execute"]));
        assert_eq!(done.exit, 0, "{done:?}");
        assert!(
            done.stdout.contains("done: postgres logs in over TCP and is a superuser"),
            "{done:?}"
        );
        assert_eq!(roles(), ["postgres", "ticketbot"]);
        let again = run("pässword", &with(&["--password-stdin", "--execute"]));
        assert_eq!(again.exit, 0, "{again:?}");
        assert!(
            again.stdout.contains("nothing to do: postgres is a superuser already"),
            "{again:?}"
        );
        let swap = run("", &with(&["--plan", "swap", "--execute"]));
        assert_eq!((swap.exit, swap.stdout.as_str()), (1, ""), "{swap:?}");
        assert!(swap.stderr.starts_with("error: S1: "), "{swap:?}");
        let back = run("", &with(&["--rollback", "--execute"]));
        assert_eq!(back.exit, 0, "{back:?}");
        assert_eq!(roles(), ["ticketbot"]);
        for said in [none, plan, done, again, swap, back] {
            let said = format!("{said:?}");
            assert!(!said.contains("pässword") && !said.contains(SUPERUSER_PASSWORD), "{said}");
        }
        assert!(!server.log().contains("pässword"));
    });
}

#[test]
fn a_swap_is_shown_done_and_taken_back() {
    on_newest("ticketbot", |server| {
        server.execute("postgres", "CREATE DATABASE shop");
        server.execute("shop", "CREATE TABLE orders ()");
        let folder = tempfile::tempdir().unwrap();
        let run = |dsn, stdin: &str, args: &[&str]| ran(folder.path(), Some(dsn), stdin, args);
        let old = server.dsn();
        let plan = run(&old, "", &with(&["--plan", "swap"]));
        assert_eq!(plan.exit, 1, "{plan:?}");
        assert!(plan.stdout.contains("-- as composemod_swap in the database shop"), "{plan:?}");
        assert!(plan.stdout.contains("whoever knows it is still a superuser"), "{plan:?}");
        let done = run(&old, "new", &with(&["--plan", "swap", "--password-stdin", "--execute"]));
        assert_eq!(done.exit, 0, "{done:?}");
        let again = run(&old, "", &with(&["--plan", "swap", "--execute"]));
        assert_eq!(again.exit, 0, "{again:?}");
        assert!(again.stdout.contains("nothing to do"), "{again:?}");
        let new = server.dsn_of("postgres", "new", "shop");
        let inspected = run(&new, "", &["inspect", "--from", "ticketbot", "--to", "postgres"]);
        assert!(inspected.stdout.contains("S2, postgres is the first role"), "{inspected:?}");
        let back = run(
            &new,
            SUPERUSER_PASSWORD,
            &with(&["--plan", "swap", "--rollback", "--password-stdin", "--execute"]),
        );
        assert_eq!(back.exit, 0, "{back:?}");
        assert!(back.stdout.contains("ticketbot logs in over TCP and is a superuser"), "{back:?}");
    });
}

#[test]
fn a_report_is_for_people_and_for_programs() {
    on_newest("ticketbot", |server| {
        let folder = tempfile::tempdir().unwrap();
        let run = |args: &[&str]| ran(folder.path(), Some(&server.dsn()), "", args);
        let human = run(&["inspect"]);
        assert_eq!(human.exit, 0, "{human:?}");
        for expected in [
            "the role that it was made with: ticketbot",
            "postgres: of ticketbot",
            "every role can connect",
            "nothing stands in its way",
        ] {
            assert!(human.stdout.contains(expected), "{expected}: {human:?}");
        }
        let json = run(&["inspect", "--from", "ticketbot", "--to", "postgres", "--format", "json"]);
        let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(value["change"]["state"], "S0");
        assert_eq!(value["superusers"][0]["password"], "scram");
        assert_eq!(run(&["inspect", "--format", "sarif"]).exit, 2);
        let nowhere = ran(folder.path(), None, "", &["inspect"]);
        assert_eq!(nowhere.exit, 2, "{nowhere:?}");
        assert!(nowhere.stderr.contains("set DATABASE_URL"), "{nowhere:?}");
    });
}
