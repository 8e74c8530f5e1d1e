//! What is refused beforehand, and what is taken back.

use std::path::PathBuf;
use std::process::Command;

use super::engine::{Compose, Engine, IMAGE, try_docker};
use super::homelab::{self, COMPOSE, NEW, OLD, is_as_before};
use super::stack::{Ran, Stack, make};

/// Checks that a run was refused for a reason, and that nothing was changed.
fn is_refused(stack: &Stack<'_>, ran: &Ran, id: &str, told: &str) {
    assert_eq!(ran.exit, 1, "{id}: {ran:?}");
    let said: String =
        ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ").replace(" │ ", " ");
    assert!(said.contains(id) && said.contains(told), "{id}, {told}: {said}");
    assert!(!stack.root().join(".composemod-migration.json").exists(), "{id}: nothing was begun");
    is_as_before(stack);
}

/// A container that is not of the project, and goes in the end.
struct Other(&'static str);

impl Other {
    fn run(name: &'static str, args: &[&str]) -> Self {
        let label = ["--label", "com.docker.compose.project=neighbour"];
        let all: Vec<&str> = ["run", "-d", "--name", name, "--init", "--entrypoint", "sleep"]
            .into_iter()
            .chain(label)
            .chain(args.iter().copied())
            .chain([IMAGE, "600"])
            .collect();
        let output = try_docker(&all);
        assert!(output.status.success(), "{output:?}");
        Self(name)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        try_docker(&["rm", "--force", "--volumes", self.0]);
    }
}

/// A file system of a given size.
struct Disk(PathBuf);

impl Disk {
    fn mount(stack: &Stack<'_>, name: &str, size: &str) -> Self {
        let folder = stack.home().join(name);
        make(&folder);
        let option = format!("size={size}");
        let args = ["-t", "tmpfs", "-o", &option, "tmpfs"];
        let status = Command::new("mount").args(args).arg(&folder).status().unwrap();
        assert!(status.success(), "a file system of {size}");
        Self(folder)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

#[test]
fn what_is_in_the_way_is_told_before_anything_is_changed() {
    let Some(engine) = Engine::take() else { return };
    let stack = homelab::up(&engine, Compose::V1);
    let execute = || stack.composemod(&["migrate", "--execute"]);

    // The backup's disk has no room for the databases.
    let disk = Disk::mount(&stack, "small", "1m");
    let backup = disk.0.join("backup");
    let ran = stack.composemod(&["migrate", "--execute", "--backup", backup.to_str().unwrap()]);
    is_refused(&stack, &ran, "disk-full", "name another place with --backup");
    drop(disk);

    // Another project's container holds the volume.
    let mount = format!("{}:/elsewhere", stack.volume("db"));
    let other = Other::run("e2e-holder", &["--network", "none", "--volume", &mount]);
    let ran = execute();
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(ran.stderr.contains("data-held"), "{ran:?}");
    assert!(ran.stderr.contains("e2e-holder") && ran.stderr.contains("neighbour"), "{ran:?}");
    drop(other);

    // The new container's name is taken.
    let other = Other::run(NEW, &["--network", "none"]);
    is_refused_while(&stack, &execute(), "container-name-in-use", "neighbour");
    drop(other);

    // Another project answers to the new name on a network.
    let network = stack.network("web");
    let other = Other::run("e2e-namesake", &["--network", &network, "--network-alias", "postgres"]);
    is_refused(&stack, &execute(), "name-in-use", "answers to `postgres` too");
    drop(other);

    // The server does not have the password that the project has.
    stack.psql(
        OLD,
        "ticketbot",
        "SET log_statement = 'none'; ALTER ROLE ticketbot PASSWORD 'other'",
    );
    let ran = execute();
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(ran.stderr.contains("login-failed"), "{ran:?}");
    assert!(ran.stderr.contains("password authentication failed"), "{ran:?}");
    let back = format!("ALTER ROLE ticketbot PASSWORD '{}'", homelab::PASSWORD);
    stack.psql(OLD, "ticketbot", &back);

    // Something was changed and not committed.
    stack.write("notes.md", "to do");
    let ran = execute();
    assert_eq!(ran.exit, 1, "{ran:?}");
    assert!(ran.stderr.contains("tree-unclean") && ran.stderr.contains("notes.md"), "{ran:?}");
    std::fs::remove_file(stack.root().join("notes.md")).unwrap();

    // The image's tag leads to another image.
    let id = engine.docker(&["image", "inspect", "--format", "{{.Id}}", IMAGE]);
    engine.docker(&["tag", "composemod-test/base", IMAGE]);
    let ran = execute();
    engine.docker(&["tag", &id, IMAGE]);
    is_refused(&stack, &ran, "image-moved", "docker tag");

    // The engine can't be reached.
    let gone =
        stack.command(&["migrate"]).env("DOCKER_HOST", "unix:///nowhere.sock").output().unwrap();
    assert_eq!(gone.status.code(), Some(2), "{gone:?}");
    assert!(String::from_utf8_lossy(&gone.stderr).contains("engine-unusable"), "{gone:?}");

    // After all of it, nothing is in the way.
    let ran = execute();
    assert_eq!(ran.exit, 0, "{ran:?}");
    homelab::is_migrated(&stack);
}

/// As [`is_refused`], where a container of the new name is there meanwhile.
fn is_refused_while(stack: &Stack<'_>, ran: &Ran, id: &str, told: &str) {
    assert_eq!(ran.exit, 1, "{id}: {ran:?}");
    assert!(ran.stderr.contains(id) && ran.stderr.contains(told), "{id}, {told}: {ran:?}");
    assert!(!stack.root().join(".composemod-migration.json").exists(), "{id}: nothing was begun");
}

#[test]
fn a_disk_that_fills_while_the_backup_is_made_changes_nothing() {
    let Some(engine) = Engine::take() else { return };
    let stack = homelab::up(&engine, Compose::V1);
    // Stored, it is compressed to next to nothing; dumped, it is as long as it is.
    let fill =
        "CREATE TABLE long AS SELECT repeat('x', 1000000) AS text FROM generate_series(1, 200)";
    stack.psql(OLD, "ticketbot", fill);
    let disk = Disk::mount(&stack, "middle", "100m");
    let backup = disk.0.join("backup");
    let ran = stack.composemod(&["migrate", "--execute", "--backup", backup.to_str().unwrap()]);
    assert_eq!(ran.exit, 2, "{ran:?}");
    assert!(ran.stderr.contains("backup-failed"), "{ran:?}");
    assert!(ran.stdout.contains("all is as it was before"), "{ran:?}");
    assert!(!backup.join("cluster.sql").exists(), "no part of a dump is left");
    is_as_before(&stack);
}

#[test]
fn a_new_container_that_does_not_get_well_is_taken_back() {
    let Some(engine) = Engine::take() else { return };
    for compose in engine.composes() {
        // Well only as long as the superuser's name has nine letters.
        let file = COMPOSE.replace(
            "pg_isready -U ticketbot -d ticketbot",
            "test $${#POSTGRES_USER} -eq 9 && pg_isready -U ticketbot -d ticketbot",
        );
        assert_ne!(file, COMPOSE);
        let stack = homelab::up_with(&engine, compose, &file);
        let ran = stack.composemod(&["migrate", "--execute", "--observe"]);
        assert_eq!(ran.exit, 2, "{ran:?}");
        assert!(ran.stderr.contains("container-unwell"), "{ran:?}");
        assert!(ran.stderr.contains("unhealthy"), "{ran:?}");
        assert!(ran.stdout.contains("all is as it was before"), "{ran:?}");
        is_as_before(&stack);
        // The journal says so, and a second try is not in its way.
        let again = stack.composemod(&["migrate"]);
        assert_eq!(again.exit, 0, "{again:?}");
    }
}
