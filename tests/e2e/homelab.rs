//! The motive: a server under its first app's name, a bot that writes, and a dashboard that reads.

use std::collections::BTreeSet;

use super::engine::{Compose, Engine};
use super::stack::{Stack, wait};

/// Its Compose file.
pub(crate) const COMPOSE: &str = r#"# The homelab.
services:
  # Everything has its database here by now.
  discord-bot-db:
    image: IMAGE
    container_name: discord-bot-db
    environment:
      POSTGRES_USER: ticketbot
      POSTGRES_PASSWORD: ${DB_PASSWORD:?set it in .env}
      POSTGRES_DB: ticketbot
    networks: [bots, web]
    volumes:
      - db:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U ticketbot -d ticketbot"]
      interval: 1s
      timeout: 3s
      retries: 5

  discord-bot:
    image: IMAGE
    init: true
    environment:
      PGHOST: discord-bot-db
      PGUSER: ticketbot
      PGPASSWORD: ${DB_PASSWORD}
      PGDATABASE: ticketbot
    networks: [bots]
    volumes:
      - ./bot.sh:/bot.sh:ro
    command: ["bash", "/bot.sh"]
    depends_on:
      discord-bot-db:
        condition: service_healthy

  dashboard:
    image: IMAGE
    init: true
    environment:
      DATABASE_URL: postgres://ticketbot:${DB_PASSWORD}@discord-bot-db:5432/ticketbot
    networks: [web]
    command: ["bash", "-c", "while :; do psql -XqAt -d \"$$DATABASE_URL\" -c 'SELECT 1' || true; sleep 0.2; done"]
    depends_on:
      discord-bot-db:
        condition: service_healthy

networks:
  bots: {}
  web: {}
volumes:
  db: {}
"#;

/// A client that knows a row only once the server has acknowledged it, and goes on trying until then.
const BOT: &str = r#"psql -XqAt -c 'CREATE TABLE IF NOT EXISTS ticket (n int PRIMARY KEY, body text)'
n=$(psql -XqAt -c 'SELECT coalesce(max(n), 0) FROM ticket')
while :; do
  n=$((n + 1))
  until psql -XqAt -c "INSERT INTO ticket VALUES ($n, md5('$n')) ON CONFLICT DO NOTHING"; do sleep 0.05; done
  echo "acknowledged $n"
  sleep 0.05
done
"#;

const DECLARATION: &str = "\
renames:
  - from: discord-bot-db
    to: homelab-postgres
    aliases: [postgres]
superusers:
  - service: homelab-postgres
    from: ticketbot
    to: postgres
    split-password: POSTGRES_PASSWORD
";

/// The server's service before and after.
pub(crate) const OLD: &str = "discord-bot-db";
pub(crate) const NEW: &str = "homelab-postgres";

/// The password in `.env`, which no command may print.
pub(crate) const PASSWORD: &str = "s3cret-of-the-homelab";

/// Makes the homelab and brings it up, with a Compose file that may differ.
pub(crate) fn up_with<'a>(engine: &'a Engine, compose: Compose, file: &str) -> Stack<'a> {
    let env = format!("DB_PASSWORD={PASSWORD}\n");
    let stack = Stack::new(
        engine,
        compose,
        &[
            ("compose.yaml", file),
            ("bot.sh", BOT),
            (".env", &env),
            (".gitignore", ".env\n"),
            ("composemod.yaml", DECLARATION),
        ],
    );
    stack.compose(&["up", "-d"]);
    wait("the bot writes", || acknowledged(&stack).len() > 3);
    stack
}

/// Makes the homelab and brings it up.
pub(crate) fn up(engine: &Engine, compose: Compose) -> Stack<'_> {
    up_with(engine, compose, COMPOSE)
}

/// Gives the rows that the bot knows of.
pub(crate) fn acknowledged(stack: &Stack<'_>) -> BTreeSet<u64> {
    let logs = stack.logs("discord-bot");
    logs.lines().filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok()).collect()
}

/// Gives the rows of the table with their checksum.
pub(crate) fn rows(stack: &Stack<'_>, service: &str, up_to: u64) -> (u64, String) {
    let sql = format!(
        "SELECT count(*), md5(string_agg(n || body, ',' ORDER BY n)) FROM ticket WHERE n <= {up_to}"
    );
    let answer = stack.psql(service, "ticketbot", &sql);
    let (number, sum) = answer.split_once('|').expect("two columns");
    (number.parse().expect("a number"), sum.to_owned())
}

/// Checks that each row that was acknowledged is there.
pub(crate) fn no_row_is_lost(stack: &Stack<'_>, service: &str) {
    let acknowledged = acknowledged(stack);
    let there = stack.psql(service, "ticketbot", "SELECT n FROM ticket");
    let there: BTreeSet<u64> = there.lines().filter_map(|line| line.parse().ok()).collect();
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "rows are lost: {lost:?}");
}

/// Waits until the bot has written something new.
pub(crate) fn bot_goes_on(stack: &Stack<'_>) {
    let now = acknowledged(stack).len();
    wait("the bot goes on", || acknowledged(stack).len() > now + 2);
}

/// Checks that all is as it was before a migration.
pub(crate) fn is_as_before(stack: &Stack<'_>) {
    assert_eq!(
        stack.git(&["status", "--porcelain"]).replace("?? .composemod-migration.json", ""),
        ""
    );
    assert!(stack.container(NEW).is_none(), "the new container is gone");
    let old = stack.container(OLD).expect("the old container");
    assert_eq!(stack.engine.holders(&stack.volume("db")), [old]);
    stack.wait_until_healthy(OLD);
    let roles =
        stack.psql(OLD, "ticketbot", "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'");
    assert_eq!(roles, "ticketbot");
    assert_eq!(stack.read(".env"), format!("DB_PASSWORD={PASSWORD}\n"));
    bot_goes_on(stack);
    no_row_is_lost(stack, OLD);
}

/// Checks that the migration is made.
pub(crate) fn is_migrated(stack: &Stack<'_>) {
    assert!(stack.container(OLD).is_none(), "the old container is gone");
    let new = stack.container(NEW).expect("the new container");
    assert_eq!(stack.engine.holders(&stack.volume("db")), std::slice::from_ref(&new));
    stack.wait_until_healthy(NEW);
    for network in ["bots", "web"] {
        let aliases = stack.engine.aliases(&new);
        let names = aliases.get(&stack.network(network)).expect("a network");
        for name in [OLD, NEW, "postgres"] {
            assert!(names.iter().any(|it| it == name), "{name} on {network}: {names:?}");
        }
    }
    let supers =
        stack.psql(NEW, "postgres", "SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY 1");
    assert_eq!(supers, "postgres\nticketbot");
    bot_goes_on(stack);
    no_row_is_lost(stack, NEW);
}
