//! `db list`: the databases that were made here, and those that are open to every role.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;
use crate::postgres::provision::{Database, OpenDatabase, Provisioner, Settings};

use super::super::args::Format;
use super::super::{Exit, Globals, Io, print};
use super::{block_on, create};

/// Prints them.
pub(super) fn run(dsn: Dsn, globals: &Globals, io: &mut Io) -> Result<Exit, Error> {
    let format = create::format(globals)?;
    let provisioner = Provisioner::new(dsn, Settings::default());
    let (databases, open) =
        block_on(async { Ok((provisioner.list().await?, provisioner.open_databases().await?)) })?;
    let text = match format {
        Format::Json => format!("{}\n", json(&databases, &open)),
        _ => human(&databases, &open),
    };
    Ok(print(io, &text))
}

fn json(databases: &[Database], open: &[OpenDatabase]) -> Value {
    let database = |database: &Database| {
        let logins = database.logins.iter().map(|login| {
            json!({"name": login.name, "is_current": login.is_current, "can_log_in": login.can_log_in})
        });
        json!({
            "name": database.name,
            "state": database.state.word(),
            "quarantine": database.quarantine,
            "owner": database.owner,
            "logins": logins.collect::<Vec<_>>(),
            "bytes": database.bytes,
            "connections": database.connections,
        })
    };
    json!({
        "databases": databases.iter().map(database).collect::<Vec<_>>(),
        "open": open.iter().map(|open| &open.name).collect::<Vec<_>>(),
    })
}

fn human(databases: &[Database], open: &[OpenDatabase]) -> String {
    let mut text = String::new();
    for database in databases {
        let logins: Vec<&str> = database.logins.iter().map(|login| login.name.as_str()).collect();
        let size = match database.bytes {
            Some(bytes) => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
            None => "no database yet".to_owned(),
        };
        let waits = database.quarantine.as_ref().map(|name| format!(", waits as {name}"));
        let _ = writeln!(
            text,
            "{}: {}, {size}, owner {}, login {}, {} connected{}",
            database.name,
            database.state.word(),
            database.owner,
            logins.join(" and "),
            database.connections,
            waits.unwrap_or_default(),
        );
    }
    if databases.is_empty() {
        text.push_str("no database was made here\n");
    }
    for open in open {
        let _ = writeln!(text, "every role can connect to {}", open.name);
    }
    text
}
