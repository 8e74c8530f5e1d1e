//! `db create`: a database for an app.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;
use crate::postgres::provision::{Created, OpenDatabase, Outcome, Provisioner, Request, Settings};

use super::super::args::Format;
use super::super::{Exit, Globals, Io, complain, formats, print, secrets};
use super::args::{CreateArgs, PublicArgs};
use super::{VARIABLE, block_on, exit_of};

/// Makes it and prints its URL.
pub(super) fn run(
    args: CreateArgs,
    dsn: Dsn,
    globals: &Globals,
    io: &mut Io,
) -> Result<Exit, Error> {
    let format = format(globals)?;
    let settings = Settings {
        // Whoever has the superuser's login may have any of them.
        extensions: args.extensions.iter().cloned().collect(),
        ..settings(args.public)
    };
    let request = Request {
        db_password: secrets::password(&args.password.source(VARIABLE), io)?,
        db_name: args.name,
        db_user: args.user,
        extensions: args.extensions,
        connection_limit: args.connection_limit,
        encoding: args.encoding,
        locale: args.locale,
    };
    let provisioner = Provisioner::new(dsn, settings);
    let done = block_on(async {
        let created = provisioner.create(&request).await?;
        let mut open = provisioner.open_databases().await?;
        open.retain(|open| open.name != request.db_name);
        Ok((created, open))
    });
    Ok(match done {
        Ok((created, open)) => {
            let exit = told(&created, format, io);
            complain(io, &note(&open));
            exit
        }
        Err(error) => failed(&error, format, io),
    })
}

/// Gives how a URL is to be printed.
pub(super) fn format(globals: &Globals) -> Result<Format, Error> {
    formats::check(globals.format, &[Format::Human, Format::Json])
        .map_err(|finding| Error::Invalid(finding.message))?;
    Ok(globals.format.unwrap_or(Format::Human))
}

/// Gives the settings of a server that apps may reach by another name.
pub(super) fn settings(public: PublicArgs) -> Settings {
    Settings {
        public_host: public.public_host,
        public_port: public.public_port,
        ..Settings::default()
    }
}

/// Prints a URL: it is what the command is for, and stands alone on stdout.
pub(super) fn told(created: &Created, format: Format, io: &mut Io) -> Exit {
    let url: &SecretString = &created.db_url;
    let text = match format {
        Format::Json => {
            json!({"success": true, "db_url": url.expose_secret(), "error": null}).to_string()
        }
        _ => url.expose_secret().to_owned(),
    };
    if created.outcome == Outcome::Unchanged {
        complain(io, "it was there already, with this password\n");
    }
    print(io, &format!("{text}\n"))
}

/// Tells why there is no URL.
pub(super) fn failed(error: &Error, format: Format, io: &mut Io) -> Exit {
    if format == Format::Json {
        let text = json!({"success": false, "db_url": null, "error": error.to_string()});
        print(io, &format!("{text}\n"));
    }
    complain(io, &format!("error: {error}\n"));
    exit_of(error)
}

/// Says which databases the app can connect to besides its own.
fn note(open: &[OpenDatabase]) -> String {
    if open.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = open.iter().map(|open| open.name.as_str()).collect();
    format!(
        "warning: every role can connect to {}, this one too: `composemod db harden` closes them\n",
        names.join(", ")
    )
}
