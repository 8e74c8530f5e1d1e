//! `db drop-tables`: tables that a failed migration left, with all that hangs on them.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use time::OffsetDateTime;

use crate::postgres::dsn::Dsn;
use crate::postgres::error::Error;
use crate::postgres::tables::{Backup, Dependents, Selection, Survey, drop_tables, survey};

use super::super::args::Format;
use super::super::{Exit, Globals, Io, change, complain, formats, print};
use super::args::DropTablesArgs;
use super::size;

/// Prints what would be dropped, and does it with `--execute`.
pub(super) async fn run(
    args: &DropTablesArgs,
    dsn: &Dsn,
    globals: &Globals,
    io: &mut Io<'_>,
) -> Result<Exit, Error> {
    if let Err(finding) = formats::check(globals.format, &[Format::Human]) {
        return Ok(change::fail(&[finding], &crate::repo::load::Repo::default(), globals, io));
    }
    let dsn = dsn.with_database(&args.database);
    let selection =
        Selection { role: args.role.clone(), names: args.tables.clone(), like: args.like.clone() };
    let found = survey(&dsn, &selection).await?;
    let dependents = if args.cascade { Dependents::Cascade } else { Dependents::Restrict };
    let backup = backup(args, io);
    let shown = print(io, &shown(&found, dependents, backup.as_ref(), args));
    found.check(dependents)?;
    if shown == Exit::Failed {
        return Ok(shown);
    }
    if !args.execute {
        complain(io, "nothing was done: --execute does it\n");
        return Ok(Exit::Pending);
    }
    let dropped = drop_tables(&dsn, &found, dependents, backup.as_ref()).await?;
    let mut text = String::new();
    if let Some(dump) = &dropped.dump {
        let file = dump.file.display();
        text.push_str(&format!(
            "done: dumped into {file} ({}, {} entries); `pg_restore --dbname={} {file}` brings it back\n",
            size(i64::try_from(dump.bytes).unwrap_or(i64::MAX)), dump.entries, args.database
        ));
    }
    text.push_str(&format!("done: dropped {} tables\n", dropped.tables));
    Ok(print(io, &text))
}

fn backup(args: &DropTablesArgs, io: &Io) -> Option<Backup> {
    if args.no_backup {
        return None;
    }
    let folder = args.backup_dir.as_ref().map_or_else(|| io.cwd.clone(), |dir| io.cwd.join(dir));
    let program = args.pg_dump.clone().unwrap_or_else(|| PathBuf::from("pg_dump"));
    // A name is looked for on the PATH, a path from the current folder.
    let is_name = program.parent() == Some(Path::new(""));
    let program = if is_name { program } else { io.cwd.join(program) };
    let name: String = args
        .database
        .chars()
        .map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' })
        .collect();
    let file = format!("{name}-tables-{}.dump", stamp(io.now));
    Some(Backup { program, file: folder.join(file) })
}

/// Gives a time in UTC as it stands in a file's name.
fn stamp(now: SystemTime) -> String {
    let now = OffsetDateTime::from(now);
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    )
}

fn shown(
    found: &Survey,
    dependents: Dependents,
    backup: Option<&Backup>,
    args: &DropTablesArgs,
) -> String {
    let mut text = format!("tables of {}, to be dropped as {}:\n", args.database, args.role);
    for table in &found.tables {
        let rows = table
            .rows
            .map_or_else(|| "rows never counted".to_owned(), |rows| format!("about {rows} rows"));
        text.push_str(&format!(
            "  {}: {}, {rows}, of {}\n",
            table.sql(),
            size(table.bytes),
            table.owner
        ));
    }
    if !found.dependents.is_empty() {
        text.push_str(match dependents {
            Dependents::Restrict => "what depends on them, and keeps them:\n",
            Dependents::Cascade => "what depends on them, and goes too:\n",
        });
    }
    for dependent in &found.dependents {
        text.push_str(&format!("  {}\n", dependent.what));
        if let Some(definition) = &dependent.definition {
            text.push_str(&format!("    afterwards: {definition};\n"));
        }
    }
    if !found.bookkeeping.is_empty() {
        text.push_str("what migrations remember, and need afterwards:\n");
    }
    for one in &found.bookkeeping {
        text.push_str(&format!(
            "  {}, {}: {}\n    {}\n",
            one.tool, one.table, one.says, one.advice
        ));
    }
    text.push_str("plan, in one transaction:\n");
    match backup {
        Some(backup) => text.push_str(&format!(
            "  -- pg_dump of these tables into {}, while writers wait\n",
            backup.file.display()
        )),
        None => text.push_str("  -- no dump: what is dropped is lost\n"),
    }
    for statement in found.statements(dependents) {
        text.push_str(&format!("  {statement};\n"));
    }
    text
}
