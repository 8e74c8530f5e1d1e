//! What a call of a Postgres client is for: the whole cluster, or one database.
//!
//! Invariant: what can't be told is not for the cluster, so that it stays as it is.

use crate::compose::command::{Client, ClientInput};

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Roles, databases, settings, or the server as a whole.
    Cluster,
    /// Whether the server answers; nobody logs in.
    Probe,
    /// One database: its owner's business.
    Database,
    /// It can't be told.
    Unknown,
}

/// Databases that every cluster has and that belong to no app.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];

/// Tells what a call is for.
pub(super) fn purpose(client: &Client) -> Purpose {
    let has = |flags: &[&str]| client.rest.iter().any(|word| flags.contains(&word.as_str()));
    match client.program.as_str() {
        "pg_dumpall" | "pg_basebackup" | "createuser" | "dropuser" => Purpose::Cluster,
        "pg_isready" => Purpose::Probe,
        "vacuumdb" | "reindexdb" | "clusterdb" if has(&["-a", "--all"]) => Purpose::Cluster,
        "psql" if lists_databases(client) => Purpose::Cluster,
        "psql" => psql(client),
        _ => Purpose::Database,
    }
}

fn psql(client: &Client) -> Purpose {
    match client.database.as_ref().map(|database| database.values.as_slice()) {
        Some([name]) if MAINTENANCE.contains(&name.as_str()) => return Purpose::Cluster,
        Some([]) => return Purpose::Unknown,
        Some(_) => return Purpose::Database,
        None => {}
    }
    let mut texts: Vec<&str> = client.statements.iter().map(String::as_str).collect();
    match &client.input {
        ClientInput::Text(text) => texts.push(text),
        // What is piped in besides `-c` is not read.
        ClientInput::Unknown if texts.is_empty() => return Purpose::Database,
        ClientInput::Unknown | ClientInput::None => {}
    }
    if texts.iter().all(|text| is_for_cluster(text)) { Purpose::Cluster } else { Purpose::Database }
}

/// Tells whether psql only lists databases: `-l`, `-lqt`, `--list`.
pub(super) fn lists_databases(client: &Client) -> bool {
    client.rest.iter().any(|word| {
        let short = word.strip_prefix('-').filter(|flags| !flags.starts_with('-'));
        word == "--list" || short.is_some_and(|flags| flags.contains('l'))
    })
}

/// Tells whether each statement of an SQL text is about roles, databases or the server, or about
/// nothing at all (`SELECT 1`).
fn is_for_cluster(sql: &str) -> bool {
    statements(sql).iter().all(|statement| {
        let lower = statement.to_ascii_lowercase();
        is_cluster_statement(&lower.split_ascii_whitespace().collect::<Vec<_>>())
    })
}

/// Splits SQL at its semicolons; psql's own commands (`\du`) are lines. A semicolon in a string
/// splits too: what comes of it is no statement that is known.
fn statements(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = String::new();
    for line in sql.lines().map(str::trim).filter(|line| !line.starts_with("--")) {
        if open.trim().is_empty() && line.starts_with('\\') {
            found.push(line.to_owned());
            continue;
        }
        for part in line.split_inclusive(';') {
            open.push_str(part.trim_end_matches(';'));
            open.push(' ');
            if part.ends_with(';') {
                found.push(std::mem::take(&mut open));
            }
        }
    }
    found.push(open);
    found.retain(|statement| !statement.trim().is_empty());
    found
}

fn is_cluster_statement(words: &[&str]) -> bool {
    let first = words.first().copied().unwrap_or_default();
    let second = words.get(1).copied().unwrap_or_default();
    let catalogs = ["pg_database", "pg_roles", "pg_user", "pg_authid", "pg_stat_", "pg_settings"];
    let more = ["pg_is_in_recovery", "pg_terminate_backend", "pg_tablespace", "pg_reload_conf"];
    let names_catalog = words.iter().any(|word| {
        catalogs.iter().chain(&more).any(|catalog| word.contains(catalog))
            && !word.contains("pg_stat_user")
    });
    match first {
        "create" | "alter" | "drop" => {
            matches!(second, "role" | "user" | "database" | "system" | "tablespace" | "group")
        }
        "show" | "checkpoint" => true,
        "select" => names_catalog || matches!(second, "1" | "version()" | "now()" | "'1'"),
        "\\l" | "\\l+" | "\\list" | "\\du" | "\\du+" | "\\dg" | "\\dg+" | "\\db" | "\\db+"
        | "\\q" => true,
        "\\conninfo" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, purpose};
    use crate::compose::command::{Context, clients};

    #[test]
    fn calls_are_told_by_what_they_do() {
        use Purpose::{Cluster, Database, Probe, Unknown};
        for (call, expected) in [
            ("pg_dumpall -U app > all.sql", Cluster),
            ("psql -U app", Cluster),
            ("psql -U app -l", Cluster),
            ("psql -U app -lqt", Cluster),
            ("psql -U app -d postgres -f x.sql", Cluster),
            ("psql -U app -tAc 'select 1'", Cluster),
            ("psql -U app -c '\\du'", Cluster),
            ("psql -U app -c 'SELECT datname FROM pg_database'", Cluster),
            ("psql -U app -c \"ALTER ROLE web PASSWORD 'x'; SELECT 1;\"", Cluster),
            ("psql -U app -c 'select * from users'", Database),
            ("psql -U app -c 'CREATE TABLE t (a int)'", Database),
            ("psql -U app -c 'create role x; drop table t'", Database),
            ("psql -U app <<EOF\nCREATE ROLE x\n  LOGIN;\n\\du\nEOF\n", Cluster),
            ("psql -U app <<EOF\nCREATE TABLE x (a int);\nEOF\n", Database),
            ("psql -U app -d shop -c '\\du'", Database),
            ("psql -U app -d \"$DB\"", Unknown),
            ("psql -U app < dump.sql", Database),
            ("psql -U app -f schema.sql", Database),
            ("pg_dump -U app shop", Database),
            ("createdb -U app shop", Database),
            ("vacuumdb -U app --all", Cluster),
            ("vacuumdb -U app shop", Database),
            ("pg_isready -U app", Probe),
        ] {
            let found = clients(call, &Context::default());
            assert_eq!(found.first().map(purpose), Some(expected), "{call}");
        }
    }
}
