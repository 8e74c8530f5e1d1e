//! `migrate` from its plan to its end, and back.

use std::time::Duration;

use super::engine::{Compose, Engine, inspect};
use super::homelab::{self, COMPOSE, NEW, OLD, PASSWORD, acknowledged, is_as_before, is_migrated};
use super::stack::Stack;

/// How often the outage is measured: COMPOSEMOD_TEST_OUTAGES times, else once.
fn runs() -> usize {
    let asked = std::env::var("COMPOSEMOD_TEST_OUTAGES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn a_plan_has_the_names_of_the_engine_and_changes_nothing() {
    let Some(engine) = Engine::take() else { return };
    for compose in engine.composes() {
        let stack = homelab::up(&engine, compose);
        let container = stack.container(OLD).unwrap();
        let ran = stack.composemod(&["migrate"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        let expected = [
            stack.project.clone(),
            stack.volume("db"),
            stack.network("bots"),
            stack.network("web"),
            container[..12].to_owned(),
            compose.words().join(" "),
            "POSTGRES_PASSWORD is not set: a new password".to_owned(),
        ];
        for text in &expected {
            assert!(ran.stdout.contains(text), "{text}: {}", ran.stdout);
        }
        assert!(!ran.stdout.contains(PASSWORD) && !ran.stderr.contains(PASSWORD));
        assert_eq!(stack.container(OLD).unwrap(), container);
        is_as_before(&stack);
        assert!(!stack.root().join(".composemod-migration.json").exists());
    }
}

#[test]
fn no_row_is_lost_and_clients_stay_as_they_are() {
    let Some(engine) = Engine::take() else { return };
    for compose in engine.composes() {
        let stack = homelab::up(&engine, compose);
        let mut outages = Vec::new();
        for _ in 0..runs() {
            outages.push(once(&stack));
            let ran = stack.composemod(&["migrate", "--rollback"]);
            assert_eq!(ran.exit, 0, "{ran:?}");
            is_as_before(&stack);
        }
        outages.sort();
        let median = outages[outages.len() / 2].as_millis();
        let all: Vec<u128> = outages.iter().map(Duration::as_millis).collect();
        eprintln!("outage with {compose:?}, median {median} ms of {all:?}");
    }
}

/// Migrates once, with checks before and after, and gives the outage.
fn once(stack: &Stack<'_>) -> Duration {
    let clients = ["discord-bot", "dashboard"].map(|name| stack.container(name).unwrap());
    let started = clients.clone().map(|id| inspect(&id).unwrap()["State"]["StartedAt"].clone());
    let known = *acknowledged(stack).last().unwrap();
    let before = homelab::rows(stack, OLD, known);
    assert_eq!(before.0, known);

    let ran = stack.composemod(&["migrate", "--execute", "--observe"]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert!(!ran.stdout.contains(PASSWORD) && !ran.stderr.contains(PASSWORD));
    is_migrated(stack);
    assert_eq!(homelab::rows(stack, NEW, known), before, "what was there is there to the byte");

    for ((name, id), started) in ["discord-bot", "dashboard"].iter().zip(clients).zip(started) {
        assert_eq!(stack.container(name).unwrap(), id, "{name} is the same container");
        assert_eq!(inspect(&id).unwrap()["State"]["StartedAt"], started, "{name} runs on");
    }
    nothing_secret_is_kept(stack);

    let line = ran.stdout.lines().find_map(|line| line.trim().strip_prefix("outage: "));
    let (millis, _) = line.expect("an outage").split_once(" ms").expect("a number");
    Duration::from_millis(millis.parse().expect("a number"))
}

/// Checks that the journal has no password, and that nobody else can read the backup.
fn nothing_secret_is_kept(stack: &Stack<'_>) {
    use std::os::unix::fs::PermissionsExt as _;
    let journal = stack.read(".composemod-migration.json");
    let new = stack.read(".env");
    let new = new.lines().find_map(|line| line.strip_prefix("POSTGRES_PASSWORD=")).unwrap();
    for secret in [PASSWORD, new] {
        assert!(!journal.contains(secret), "{journal}");
    }
    let above = stack.home().join("composemod").join(NEW);
    for folder in std::fs::read_dir(above).unwrap() {
        let folder = folder.unwrap();
        let mode = folder.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{folder:?}");
        let dump = std::fs::read_to_string(folder.path().join("cluster.sql")).unwrap();
        assert!(dump.contains("PostgreSQL database cluster dump complete"));
    }
}

#[test]
fn one_step_at_a_time() {
    let Some(engine) = Engine::take() else { return };
    let stack = homelab::up(&engine, Compose::V1);
    let ran = stack.composemod(&["migrate", "--execute", "--step"]);
    assert_eq!(ran.exit, 1, "{ran:?}");
    // A second one does not begin while this one is under way.
    let second = stack.composemod(&["migrate", "--execute"]);
    assert_eq!(second.exit, 1, "{second:?}");
    assert!(second.stderr.contains("migrate-under-way"), "{second:?}");
    let mut steps = 1;
    loop {
        let ran = stack.composemod(&["migrate", "--resume", "--step"]);
        steps += 1;
        assert!(engine.holders(&stack.volume("db")).len() <= 1);
        match ran.exit {
            0 => break,
            1 => assert!(steps < 8, "{ran:?}"),
            _ => panic!("{ran:?}"),
        }
    }
    assert_eq!(steps, 8);
    is_migrated(&stack);
    let again = stack.composemod(&["migrate", "--resume"]);
    assert_eq!(again.exit, 0, "{again:?}");
    let nothing = stack.composemod(&["migrate"]);
    assert_eq!(nothing.exit, 1, "{nothing:?}");
    assert!(nothing.stderr.contains("migrate-nothing"), "{nothing:?}");
}

#[test]
fn another_container_on_the_data_stands_still_meanwhile() {
    let Some(engine) = Engine::take() else { return };
    let sidecar = "  sidecar:
    image: IMAGE
    init: true
    command: sleep 3600
    networks: [web]
    volumes:
      - db:/data:ro

networks:
  bots";
    let stack =
        homelab::up_with(&engine, Compose::V1, &COMPOSE.replace("networks:\n  bots", sidecar));
    let id = stack.container("sidecar").unwrap();
    let started = || inspect(&id).unwrap()["State"]["StartedAt"].clone();
    let first = started();
    let ran = stack.composemod(&["migrate", "--execute"]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert_ne!(started(), first, "it was stopped, and is the same one");
    let mut holders = engine.holders(&stack.volume("db"));
    holders.sort();
    let mut expected = vec![id, stack.container(NEW).unwrap()];
    expected.sort();
    assert_eq!(holders, expected);
}

/// The key stays, so that Compose replaces the container by itself.
#[test]
fn a_superuser_alone_and_a_container_that_keeps_its_name() {
    let Some(engine) = Engine::take() else { return };
    for compose in engine.composes() {
        let stack = homelab::up(&engine, compose);
        let superuser = "superusers:\n  - service: discord-bot-db\n    from: ticketbot\n    to: postgres\n    split-password: POSTGRES_PASSWORD\n";
        stack.write("composemod.yaml", superuser);
        stack.commit("the superuser alone");
        let first = stack.container(OLD).unwrap();
        let ran = stack.composemod(&["migrate", "--execute", "--observe"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        assert_ne!(stack.container(OLD).unwrap(), first);
        let roles = stack.psql(OLD, "postgres", "SELECT rolname FROM pg_roles WHERE rolsuper");
        assert_eq!(roles.lines().count(), 2);
        homelab::bot_goes_on(&stack);
        homelab::no_row_is_lost(&stack, OLD);
        let back = stack.composemod(&["migrate", "--rollback"]);
        assert_eq!(back.exit, 0, "{back:?}");
        is_as_before(&stack);

        let kept = "renames:\n  - from: discord-bot-db\n    to: homelab-postgres\n    container-name: keep\n";
        stack.write("composemod.yaml", kept);
        std::fs::remove_file(stack.root().join(".composemod-migration.json")).unwrap();
        stack.commit("the key alone");
        let ran = stack.composemod(&["migrate", "--execute"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        let new = stack.container(NEW).unwrap();
        assert_eq!(inspect(&new).unwrap()["Name"], "/discord-bot-db");
        assert_eq!(engine.holders(&stack.volume("db")), [new]);
        homelab::bot_goes_on(&stack);
        homelab::no_row_is_lost(&stack, NEW);
        let back = stack.composemod(&["migrate", "--rollback"]);
        assert_eq!(back.exit, 0, "{back:?}");
        is_as_before(&stack);
    }
}
