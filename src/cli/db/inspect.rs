//! `db inspect`: what a live server is like.

use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;
use crate::postgres::inspect::{Report, inspect};
use crate::postgres::superuser::facts::{State, Stored};

use super::super::args::Format;
use super::super::{Exit, Globals, Io, change, formats, print};
use super::args::InspectArgs;
use super::size;

/// Prints the report.
pub(super) async fn run(
    args: &InspectArgs,
    dsn: &Dsn,
    globals: &Globals,
    io: &mut Io<'_>,
) -> Result<Exit, Error> {
    if let Err(finding) = formats::check(globals.format, &[Format::Human, Format::Json]) {
        return Ok(change::fail(&[finding], &crate::repo::load::Repo::default(), globals, io));
    }
    let asked = args.from.as_deref().zip(args.to.as_deref());
    let report = inspect(dsn, asked).await?;
    let text = match globals.format {
        Some(Format::Json) => json(&report)?,
        _ => human(&report),
    };
    Ok(print(io, &text))
}

fn json(report: &Report) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(report).map_err(|error| Error::System {
        doing: "writing the report".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(format!("{text}\n"))
}

fn human(report: &Report) -> String {
    let mut text = format!(
        "{}\nPostgres {}, asked as {}\nthe role that it was made with: {}\n",
        report.server, report.version, report.asked_as, report.first_role
    );
    if let Some(change) = &report.change {
        let (from, to) = (&change.from, &change.to);
        let means = match change.state {
            State::Ready => format!("{from} is the first role, and there is no {to}: plan A or B"),
            State::Both => format!(
                "{from} is the first role, and there is a role {to}: plan A was made, B can't be"
            ),
            State::Done => {
                format!("{to} is the first role: plan B was made, or the server was made so")
            }
            State::Other => format!("neither {from} nor {to} is the first role"),
        };
        text.push_str(&format!("from {from} to {to}: {}, {means}\n", change.state));
    }
    text.push_str("\nsuperusers:\n");
    for one in &report.superusers {
        let password = match one.password {
            Stored::Unknown => "password not seen",
            Stored::Missing => "no password",
            Stored::Md5 => "password as MD5",
            Stored::Scram => "password as SCRAM",
        };
        let login = if one.can_log_in { "logs in" } else { "can't log in" };
        let first = if one.is_first { ", the first role" } else { "" };
        text.push_str(&format!("  {}: {login}, {password}{first}\n", one.name));
    }
    text.push_str("\nconnected:\n");
    for one in &report.sessions {
        let superuser = if one.superuser { " (superuser)" } else { "" };
        let application = match one.application.as_str() {
            "" => String::new(),
            application => format!(", {application}"),
        };
        text.push_str(&format!(
            "  {}{superuser} to {} from {}{application}: {}\n",
            one.role, one.database, one.from, one.number
        ));
    }
    if report.sessions.is_empty() {
        text.push_str("  nobody else\n");
    }
    text.push_str("\ndatabases:\n");
    for one in &report.databases {
        let open = if one.is_open { "every role can connect" } else { "not open to every role" };
        let bytes = one.bytes.map_or_else(|| "size not seen".to_owned(), size);
        text.push_str(&format!("  {}: of {}, {bytes}, {open}\n", one.name, one.owner));
    }
    if let Some(swap) = &report.swap {
        text.push_str(&format!(
            "\nplan B would hand over the database {} and {} things in it\n",
            swap.database, swap.owned
        ));
        for reason in &swap.refused {
            text.push_str(&format!("  refused: of {}, {reason}\n", report.first_role));
        }
        if swap.refused.is_empty() {
            text.push_str("  nothing stands in its way\n");
        }
    }
    for unseen in &report.unseen {
        text.push_str(&format!("\nnot seen: {unseen}\n"));
    }
    text
}
