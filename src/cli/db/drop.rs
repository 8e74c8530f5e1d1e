//! `db drop`: out of use, dumped, gone.

use std::path::Path;
use std::time::SystemTime;

use crate::postgres::dsn::Dsn;
use crate::postgres::dump::{What, dump};
use crate::postgres::error::Error;
use crate::postgres::provision::{Database, Provisioner, Settings};

use super::super::{Exit, Io, complain, print, today};
use super::args::DropArgs;
use super::block_on;

/// Prints the plan, and does it where that is asked for.
pub(super) fn run(args: &DropArgs, dsn: Dsn, io: &mut Io) -> Result<Exit, Error> {
    let provisioner = Provisioner::new(dsn, Settings::default());
    let database = find(&block_on(provisioner.list())?, &args.name)?;
    let folder = io.cwd.join(args.backup_dir.as_deref().unwrap_or(Path::new("")));
    print(io, &plan(args, &database, &folder));
    if !args.execute {
        complain(io, "nothing was done: --execute does it\n");
        return Ok(Exit::Pending);
    }
    let quarantine = match database.quarantine {
        Some(waits) => waits,
        None => {
            let day = day(io.now);
            let dropped = block_on(provisioner.quarantine(&database.name, &day))?;
            complain(
                io,
                &format!("{} is out of use, and waits as {}\n", database.name, dropped.quarantine),
            );
            dropped.quarantine
        }
    };
    if args.keep {
        return Ok(Exit::Clean);
    }
    // One whose making ended before there was a database has nothing to dump.
    if !args.no_backup && database.bytes.is_some() {
        let file = folder.join(format!("{quarantine}.dump"));
        let made = block_on(async {
            let login = provisioner.open_for_dump(&quarantine).await?;
            dump(&args.pg_dump, &login, What::Database, &file).await
        })?;
        complain(
            io,
            &format!(
                "dumped into {} ({} bytes), which pg_restore reads\n",
                made.file.display(),
                made.bytes
            ),
        );
    }
    block_on(provisioner.purge(&quarantine))?;
    complain(io, &format!("{quarantine} and its roles are gone\n"));
    Ok(Exit::Clean)
}

/// Gives the database of this name: one that is in use, else the newest one that waits.
fn find(databases: &[Database], name: &str) -> Result<Database, Error> {
    let mut found = databases.iter().filter(|database| {
        database.quarantine.as_deref() == Some(name)
            || database.name == name && database.quarantine.is_none()
    });
    let waits = || databases.iter().rev().find(|database| database.name == name);
    found
        .next()
        .or_else(waits)
        .cloned()
        .ok_or_else(|| Error::Missing(format!("no database {name} was made here")))
}

fn plan(args: &DropArgs, database: &Database, folder: &Path) -> String {
    let name = &database.name;
    let roles: Vec<&str> = database.logins.iter().map(|login| login.name.as_str()).collect();
    let mut steps = Vec::new();
    match &database.quarantine {
        Some(waits) => steps.push(format!("{name} is out of use already, and waits as {waits}")),
        None => steps.push(format!(
            "take {name} out of use: end its {} sessions, no login for {}, another name",
            database.connections,
            roles.join(" and ")
        )),
    }
    if !args.keep {
        if args.no_backup {
            steps.push("make no dump".to_owned());
        } else {
            let program = args.pg_dump.display();
            steps.push(format!(
                "dump it with {program} into {}, and read that back",
                folder.display()
            ));
        }
        steps.push(format!("drop it, its owner {} and its logins", database.owner));
    }
    let lines = (1..).zip(&steps).map(|(number, step)| format!("{number}. {step}\n"));
    lines.collect()
}

/// Gives a day as part of a name.
fn day(now: SystemTime) -> String {
    today(now).map_or_else(String::new, |day| day.to_string().replace('-', ""))
}
