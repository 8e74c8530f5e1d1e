//! `db harden`: databases that every role can connect to are closed.

use std::fmt::Write;

use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;
use crate::postgres::provision::{OpenDatabase, Provisioner, Settings};

use super::super::{Exit, Io, complain, print};
use super::args::HardenArgs;
use super::block_on;

/// Prints the plan, and does it where that is asked for.
pub(super) fn run(args: &HardenArgs, dsn: Dsn, io: &mut Io) -> Result<Exit, Error> {
    let provisioner = Provisioner::new(dsn, Settings::default());
    let mut open = block_on(provisioner.open_databases())?;
    if !args.names.is_empty() {
        open.retain(|open| args.names.contains(&open.name));
    }
    if open.is_empty() {
        complain(io, "no database is open to every role: nothing to do\n");
        return Ok(Exit::Clean);
    }
    print(io, &plan(&open));
    if !args.execute {
        complain(io, "nothing was done: --execute does it\n");
        return Ok(Exit::Pending);
    }
    for open in &open {
        block_on(provisioner.harden(&open.name))?;
        complain(io, &format!("closed {}\n", open.name));
    }
    Ok(Exit::Clean)
}

fn plan(open: &[OpenDatabase]) -> String {
    let mut text = String::new();
    for open in open {
        let who = if open.roles.is_empty() { "nobody".to_owned() } else { open.roles.join(", ") };
        let _ = writeln!(
            text,
            "-- {}: superusers and its owner can connect, and besides {who}",
            open.name
        );
        for statement in open.statements() {
            let _ = writeln!(text, "{statement};");
        }
    }
    text.push_str("-- Roles that are made later need GRANT CONNECT.\n");
    text
}
