//! `db`: what is asked of, or done to, a live server.

pub(super) mod args;
mod create;
mod drop;
mod drop_tables;
mod harden;
mod inspect;
mod list;
mod rotate;
mod service;
mod superuser;

use crate::postgres::error::Error;

use self::args::{DbArgs, DbCommand};
use super::{Exit, Globals, Io, complain, secrets};

/// Where the password of a login that is made here may come from.
const VARIABLE: &str = "COMPOSEMOD_PASSWORD";

/// Runs one of the commands.
pub(super) fn run(args: DbArgs, globals: &Globals, io: &mut Io) -> Exit {
    let server = match args.service {
        Some(service) => service::server(&service, globals, io),
        None => secrets::server(io),
    };
    let dsn = match server {
        Ok(dsn) => dsn,
        Err(error) => return failed(&error, io),
    };
    let done = match args.command {
        DbCommand::Inspect(args) => block_on(inspect::run(&args, &dsn, globals, io)),
        DbCommand::Superuser(args) => block_on(superuser::run(&args, &dsn, globals, io)),
        DbCommand::DropTables(args) => block_on(drop_tables::run(&args, &dsn, globals, io)),
        DbCommand::Create(args) => create::run(args, dsn, globals, io),
        DbCommand::List => list::run(dsn, globals, io),
        DbCommand::Rotate(args) => rotate::run(args, dsn, globals, io),
        DbCommand::Drop(args) => drop::run(&args, dsn, io),
        DbCommand::Harden(args) => harden::run(&args, dsn, io),
    };
    done.unwrap_or_else(|error| failed(&error, io))
}

/// Gives a number of bytes as people read it.
fn size(bytes: i64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let mut rest = bytes as f64;
    let mut unit = "bytes";
    for next in units {
        if rest < 1024.0 {
            break;
        }
        (rest, unit) = (rest / 1024.0, next);
    }
    if unit == "bytes" { format!("{bytes} bytes") } else { format!("{rest:.1} {unit}") }
}

/// Runs what is async to its end.
fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::System {
        doing: "starting threads".to_owned(),
        reason: error.to_string(),
    })?;
    runtime.block_on(work)
}

/// Tells why it could not be done.
fn failed(error: &Error, io: &mut Io) -> Exit {
    complain(io, &format!("error: {error}\n"));
    exit_of(error)
}

/// Refused is 1, as changes that can't be made are; what could not be tried is 2.
fn exit_of(error: &Error) -> Exit {
    match error {
        Error::Refused(_) | Error::Conflict(_) | Error::Missing(_) => Exit::Pending,
        Error::Dsn(_)
        | Error::Invalid(_)
        | Error::Connect { .. }
        | Error::Sql { .. }
        | Error::Lost { .. }
        | Error::System { .. } => Exit::Failed,
    }
}
