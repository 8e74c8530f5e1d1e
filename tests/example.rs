//! The homelab that the repository carries, renamed in the phases in which its owners would: the
//! Compose files first, everything else when there is time. What changes is listed by hand.

#![allow(clippy::disallowed_methods, reason = "a test reads the tree that it made")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

const OLD: &str = "discord-bot-db";
const NEW: &str = "homelab-postgres";
const RENAME: [&str; 5] = ["rename", OLD, NEW, "--alias", "postgres"];
const ALL_BUT_COMPOSE: &str = "docs,config,scripts,code";

/// Lines that the first phase changes, and what stands there then: path, line from 1, text.
const COMPOSE: &[(&str, usize, &str)] = &[
    ("compose.override.yaml", 3, "  homelab-postgres:\n"),
    ("compose.override.yaml", 12, "      homelab-postgres:\n"),
    ("compose.yaml", 8, "  PGHOST: homelab-postgres\n"),
    ("compose.yaml", 36, "  homelab-postgres:\n"),
    ("compose.yaml", 38, "    container_name: homelab-postgres\n"),
    (
        "compose.yaml",
        47,
        "        homelab:\n          aliases:\n            - postgres\n            - discord-bot-db\n",
    ),
    ("compose.yaml", 63, "      homelab-postgres:\n"),
    ("compose.yaml", 75, "          pg_isready -q -h homelab-postgres || continue\n"),
    ("compose.yaml", 111, "      homelab-postgres:\n"),
    (
        "compose.yaml",
        116,
        "      - DASHBOARD_DATABASE_URL=postgresql://dashboard:${DASHBOARD_DB_PASSWORD}@homelab-postgres:5432/homelab_dashboard\n",
    ),
    (
        "compose.yaml",
        117,
        "      - MARKETPLACE_ADMIN_URL=postgresql://ticketbot:${TICKETBOT_DB_PASSWORD}@${DB_HOST:-homelab-postgres}:5432/postgres\n",
    ),
    ("compose.yaml", 118, "      - DB_ADMIN_ALLOWED_HOSTS=homelab-postgres,localhost\n"),
    ("compose.yaml", 133, "      - homelab-postgres   # migrations ran in the dashboard\n"),
    (
        "compose.yaml",
        135,
        "      - DASHBOARD_DATABASE_URL=postgresql://dashboard:${DASHBOARD_DB_PASSWORD}@homelab-postgres:5432/homelab_dashboard\n",
    ),
    ("compose.yaml", 146, "      homelab-postgres: {condition: service_healthy}\n"),
    (
        "compose.yaml",
        148,
        "      DATABASE_URL: \"postgresql://ticketbot:${TICKETBOT_DB_PASSWORD}@homelab-postgres:5432/ticketbot\"\n",
    ),
    ("compose.yaml", 159, "      homelab-postgres: {condition: service_healthy}\n"),
    ("compose.yaml", 161, "      DB_HOST: 'homelab-postgres'\n"),
    ("compose.yaml", 185, "      - homelab-postgres\n"),
    (
        "compose.yaml",
        187,
        "      DATA_SOURCE_URI: homelab-postgres:5432/postgres?sslmode=disable\n",
    ),
];

/// Lines outside the Compose files that keep the old name, as a whole name, on purpose.
const KEPT: &[(&str, usize, &str)] = &[
    ("CHANGELOG.md", 5, "history"),
    ("CHANGELOG.md", 10, "history"),
    ("CHANGELOG.md", 14, "history"),
    ("docs/RENAME_DATABASE_CONTAINER.md", 3, "a text on the rename itself"),
    ("docs/RENAME_DATABASE_CONTAINER.md", 5, "a text on the rename itself"),
    ("docs/RENAME_DATABASE_CONTAINER.md", 7, "a text on the rename itself"),
    ("docs/RENAME_DATABASE_CONTAINER.md", 9, "a text on the rename itself"),
    ("docs/RENAME_DATABASE_CONTAINER.md", 10, "a text on the rename itself"),
    ("docs/notes/2025-11-12-deploy.txt", 5, "pasted output"),
    ("docs/notes/2025-11-12-deploy.txt", 8, "pasted output"),
    ("docs/notes/2025-11-12-deploy.txt", 9, "pasted output"),
    ("docs/notes/2025-11-12-deploy.txt", 10, "pasted output"),
    ("services/dashboard/migrations/versions/0002_database_servers.py", 19, "an applied migration"),
];

type Tree = BTreeMap<String, String>;

#[test]
fn first_phase_changes_listed_lines_of_compose_files_only() {
    let homelab = Homelab::new();
    let before = homelab.read();
    homelab.run(&["--only", "compose", "--write"], 0);
    assert_tree(&homelab.read(), &after_compose(&before));
}

#[test]
fn second_phase_moves_everything_but_history() {
    let homelab = Homelab::new();
    homelab.run(&["--only", "compose", "--write"], 0);
    let before = homelab.read();
    homelab.run(&["--only", ALL_BUT_COMPOSE, "--write"], 0);
    assert_tree(&homelab.read(), &after_all_else(&before));
}

#[test]
fn both_phases_together_are_the_whole_rename() {
    let homelab = Homelab::new();
    let expected = after_all_else(&after_compose(&homelab.read()));
    homelab.run(&["--write"], 0);
    assert_tree(&homelab.read(), &expected);
}

#[test]
fn done_rename_changes_nothing_and_pends_nothing() {
    let homelab = Homelab::new();
    homelab.run(&["--check"], 1);
    homelab.run(&["--write"], 0);
    let once = homelab.read();
    homelab.run(&["--write"], 0);
    homelab.run(&["--check"], 0);
    assert_eq!(homelab.run(&[], 0), "", "a diff is left over");
    assert_tree(&homelab.read(), &once);
}

#[test]
fn without_write_nothing_is_written() {
    let homelab = Homelab::new();
    let before = homelab.read();
    let diff = homelab.run(&[], 0);
    assert!(diff.contains("+    container_name: homelab-postgres\n"), "{diff}");
    homelab.run(&["--check"], 1);
    assert_tree(&homelab.read(), &before);
}

/// The server's service once all that is declared is applied.
const SERVER: &str = r#"  homelab-postgres:
    image: postgres:16-alpine
    container_name: homelab-postgres
    restart: unless-stopped
    environment:
      POSTGRES_USER: postgres
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env}
      POSTGRES_DB: ticketbot
      STREAMBOT_DB_PASSWORD: ${STREAMBOT_DB_PASSWORD:?set it in .env}
      DASHBOARD_DB_PASSWORD: ${DASHBOARD_DB_PASSWORD:?set it in .env}
    networks:
        homelab:
          aliases:
            - postgres
            - discord-bot-db
    volumes:
      - postgres_data:/var/lib/postgresql/data
      - ./config/postgres-init:/docker-entrypoint-initdb.d:ro
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U postgres -d ticketbot"]
      interval: 10s
      timeout: 5s
      retries: 5
    logging: *logging
"#;

#[test]
fn what_is_declared_makes_the_server_everybodys() {
    let homelab = Homelab::new();
    let root = homelab.folder.path();
    fs::write(root.join("composemod.yaml"), common::DECLARATION).expect("written");
    let passwords = |tree: &Tree| -> Vec<String> {
        let lines = tree.values().flat_map(|text| text.lines());
        let is_one = |line: &&str| line.contains("TICKETBOT_DB_PASSWORD");
        lines.filter(is_one).map(str::to_owned).collect()
    };
    let before = passwords(&homelab.read());
    let apply = |flags: &[&str]| common::run(root, &[&["apply"], flags].concat()).0;
    assert_eq!(apply(&["--check"]), 1);
    assert_eq!(apply(&["--write"]), 0);
    let tree = homelab.read();
    assert!(tree["compose.yaml"].contains(SERVER), "{}", tree["compose.yaml"]);
    assert!(tree[".env.template"].contains("\nPOSTGRES_PASSWORD=change-me\n"));
    // The server's own use of it goes; the apps keep theirs.
    assert_eq!(passwords(&tree).len() + 1, before.len());
    assert_eq!(apply(&["--check"]), 0);
    assert_eq!(apply(&["--write"]), 0);
    assert_tree(&homelab.read(), &tree);
}

/// A copy of the example that a test may change.
struct Homelab {
    folder: TempDir,
}

impl Homelab {
    fn new() -> Self {
        Self { folder: common::homelab() }
    }

    /// Runs the rename with further flags, asserts its exit code, and gives its stdout.
    fn run(&self, flags: &[&str], exit: u8) -> String {
        let (code, stdout, stderr) = common::run(self.folder.path(), &[&RENAME, flags].concat());
        assert_eq!(code, exit, "{flags:?}\n{stdout}\n{stderr}");
        stdout
    }

    fn read(&self) -> Tree {
        let root = self.folder.path();
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).expect("a text file");
            let path = path.strip_prefix(root).expect("below the root");
            (path.to_string_lossy().replace('\\', "/"), text)
        };
        common::files(root).into_iter().map(read).collect()
    }
}

fn after_compose(before: &Tree) -> Tree {
    let mut after = before.clone();
    for (path, text) in &mut after {
        *text = map_lines(text, |number, line| {
            let listed = COMPOSE.iter().find(|(file, at, _)| file == path && *at == number);
            listed.map_or_else(|| line.to_owned(), |(.., new)| (*new).to_owned())
        });
    }
    after
}

fn after_all_else(before: &Tree) -> Tree {
    let mut after = before.clone();
    for (path, text) in &mut after {
        if path.starts_with("compose.") {
            continue;
        }
        *text = map_lines(text, |number, line| {
            let is_kept = KEPT.iter().any(|(file, at, _)| file == path && *at == number);
            let new = replace_whole(line);
            assert!(!is_kept || new != line, "{path}:{number} has nothing to keep: {line}");
            if is_kept { line.to_owned() } else { new }
        });
    }
    after
}

fn map_lines(text: &str, mut new: impl FnMut(usize, &str) -> String) -> String {
    text.split_inclusive('\n').enumerate().map(|(at, line)| new(at + 1, line)).collect()
}

/// Puts NEW for each OLD that is no part of a longer name.
fn replace_whole(line: &str) -> String {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let parts: Vec<&str> = line.split(OLD).collect();
    let mut new = String::new();
    for (at, part) in parts.iter().enumerate() {
        new.push_str(part);
        if let Some(next) = parts.get(at + 1) {
            // In `${X:-name}` the dash belongs to the operator.
            let starts_here = part.ends_with(":-") || !part.ends_with(in_name);
            let is_whole = starts_here && !next.starts_with(in_name);
            new.push_str(if is_whole { NEW } else { OLD });
        }
    }
    new
}

/// Asserts that two trees are the same to the byte, and names each line that is not.
#[track_caller]
fn assert_tree(actual: &Tree, expected: &Tree) {
    assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let mut wrong = String::new();
    for (path, text) in actual {
        let expected = &expected[path];
        if text != expected {
            let diff = similar::TextDiff::from_lines(expected.as_str(), text.as_str());
            let diff = diff.unified_diff().context_radius(0).header("expected", path).to_string();
            wrong.push_str(&diff);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
