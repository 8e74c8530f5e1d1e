//! `db superuser`: the change of a live server's superuser, shown and done.

use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;
use crate::postgres::superuser::{Change, Direction, Method, Plan, execute, plan};

use super::super::args::Format;
use super::super::{Exit, Globals, Io, change, complain, formats, print, secrets};
use super::args::{SuperuserArgs, SuperuserPlan};

/// Prints the plan, and does it with `--execute`.
pub(super) async fn run(
    args: &SuperuserArgs,
    dsn: &Dsn,
    globals: &Globals,
    io: &mut Io<'_>,
) -> Result<Exit, Error> {
    if let Err(finding) = formats::check(globals.format, &[Format::Human]) {
        return Ok(change::fail(&[finding], &crate::repo::load::Repo::default(), globals, io));
    }
    let method = match args.plan {
        SuperuserPlan::Additive => Method::Additive,
        SuperuserPlan::Swap => Method::Swap,
    };
    let way = if args.rollback { Direction::Back } else { Direction::Forward };
    let change = Change {
        from: args.from.clone(),
        to: args.to.clone(),
        database: args.database.clone(),
        password: secrets::password(&args.password.source("COMPOSEMOD_NEW_PASSWORD"), io)?,
    };
    let planned = plan(dsn, &change, method, way).await?;
    let shown = print(io, &shown(&planned, &change, method, way, dsn));
    if shown == Exit::Failed {
        return Ok(shown);
    }
    if !args.execute {
        if planned.steps.is_empty() {
            return Ok(Exit::Clean);
        }
        complain(io, "nothing was done: --execute does it\n");
        return Ok(Exit::Pending);
    }
    let done = execute(dsn, &change, method, way).await?;
    let mut text = String::new();
    for line in &done.lines {
        text.push_str(&format!("done: {line}\n"));
    }
    Ok(print(io, &text))
}

fn shown(plan: &Plan, change: &Change, method: Method, way: Direction, dsn: &Dsn) -> String {
    let (Change { from, to, .. }, state) = (change, plan.state);
    let name = match (method, way) {
        (Method::Additive, Direction::Forward) => format!("plan A, {to} beside {from}"),
        (Method::Additive, Direction::Back) => format!("plan A taken back, {to} goes"),
        (Method::Swap, Direction::Forward) => format!("plan B, {to} in the place of {from}"),
        (Method::Swap, Direction::Back) => {
            format!("plan B taken back, {from} in the place of {to}")
        }
    };
    let mut text = format!("{name}, on {dsn} (state {state})\n");
    if plan.steps.is_empty() {
        let why = match way {
            Direction::Forward => format!("{to} is a superuser already"),
            Direction::Back => {
                format!("there is nothing of it on this server: {from} is as it was")
            }
        };
        text.push_str(&format!("nothing to do: {why}\n"));
    }
    for step in &plan.steps {
        let line = match step.split_once(" -- ") {
            _ if step.starts_with("--") => step.clone(),
            Some((statement, comment)) => format!("{statement}; -- {comment}"),
            None => format!("{step};"),
        };
        text.push_str(&format!("  {line}\n"));
    }
    for note in &plan.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    text
}
