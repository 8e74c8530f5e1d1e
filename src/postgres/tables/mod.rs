//! Tables that are dropped: what depends on them, what migrations know of them, and a dump first.
//!
//! Invariants: nothing is written to a table between its dump and its end; the tables that are dropped
//! are those that were looked at, or none; what belongs to another role is not touched unless it
//! depends on them and that is asked for.

mod bookkeeping;
mod depend;

use std::path::{Path, PathBuf};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};

pub use self::bookkeeping::Bookkeeping;
pub use self::depend::Dependent;
use super::connection::Connection;
use super::dsn::Dsn;
use super::dump::{Dump, What, dump};
use super::error::{Doing, Error};
use super::quote;

/// Which tables are meant.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The role that drops them, and owns them.
    pub role: String,
    /// Names as they are in the catalog, with a schema or without.
    pub names: Vec<String>,
    /// A pattern of SQL's LIKE for more of them.
    pub like: Option<String>,
}

/// What becomes of what depends on the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependents {
    /// It keeps the tables from being dropped.
    Restrict,
    /// It is dropped too.
    Cascade,
}

/// A table that is to be dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    oid: u32,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The role that owns it.
    pub owner: String,
    /// Its size in bytes, with indexes.
    pub bytes: i64,
    /// How many rows the server believes it has; none where it never counted.
    pub rows: Option<i64>,
}

impl Table {
    /// Gives the name as SQL has it.
    #[must_use]
    pub fn sql(&self) -> String {
        format!("{}.{}", quote::identifier(&self.schema), quote::identifier(&self.name))
    }
}

/// What is known before anything is dropped.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The tables, by name.
    pub tables: Vec<Table>,
    /// What stands in the way of RESTRICT, and goes with CASCADE.
    pub dependents: Vec<Dependent>,
    /// What migration tools remember, and what they need afterwards.
    pub bookkeeping: Vec<Bookkeeping>,
    role: String,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The dump, where one was asked for.
    pub dump: Option<Dump>,
    /// How many tables are gone.
    pub tables: usize,
}

/// Where the dump goes.
#[derive(Clone, Debug)]
pub struct Backup {
    /// The `pg_dump` to use.
    pub program: PathBuf,
    /// The new file.
    pub file: PathBuf,
}

impl Survey {
    /// Gives the statements.
    #[must_use]
    pub fn statements(&self, dependents: Dependents) -> Vec<String> {
        let how = match dependents {
            Dependents::Restrict => "RESTRICT",
            Dependents::Cascade => "CASCADE",
        };
        let tables: Vec<String> = self.tables.iter().map(Table::sql).collect();
        vec![
            format!("SET LOCAL ROLE {}", quote::identifier(&self.role)),
            format!("DROP TABLE {} {how}", tables.join(", ")),
        ]
    }

    /// Refuses to drop what others depend on, where that is not asked for.
    ///
    /// # Errors
    /// `Refused`: with each of them.
    pub fn check(&self, dependents: Dependents) -> Result<(), Error> {
        if dependents == Dependents::Cascade || self.dependents.is_empty() {
            return Ok(());
        }
        let told: Vec<&str> = self.dependents.iter().map(|one| one.what.as_str()).collect();
        Err(Error::Refused(format!(
            "something depends on these tables, so none is dropped: {}; --cascade drops it too",
            told.join(", ")
        )))
    }
}

/// Looks at the tables and at what depends on them; changes nothing.
///
/// # Errors
/// `Missing`: there is no such table; `Conflict`: a name means several; `Refused`: one is not the
/// role's to drop. Else what the server says.
pub async fn survey(dsn: &Dsn, selection: &Selection) -> Result<Survey, Error> {
    let mut connection = Connection::open(dsn).await?;
    let doing = "looking at the tables";
    let survey = async {
        let transaction = connection.build_transaction().read_only(true).start();
        let transaction = transaction.await.doing(doing)?;
        look(&transaction, dsn, selection).await
    };
    let survey = survey.await;
    connection.close().await;
    survey
}

async fn look(
    transaction: &Transaction<'_>,
    dsn: &Dsn,
    selection: &Selection,
) -> Result<Survey, Error> {
    let mut tables = Vec::new();
    for name in &selection.names {
        tables.push(find(transaction.client(), dsn, name).await?);
    }
    if let Some(pattern) = &selection.like {
        let found = matching(transaction.client(), pattern).await?;
        if found.is_empty() {
            return Err(Error::Missing(format!("no table on {dsn} is LIKE {pattern:?}")));
        }
        tables.extend(found);
    }
    for table in tables.clone() {
        tables.extend(partitions(transaction.client(), &table).await?);
    }
    tables.sort_by(|one, other| (&one.schema, &one.name).cmp(&(&other.schema, &other.name)));
    tables.dedup();
    owned(transaction.client(), &tables, &selection.role).await?;
    let oids: Vec<u32> = tables.iter().map(|table| table.oid).collect();
    Ok(Survey {
        dependents: depend::dependents(transaction.client(), &oids).await?,
        bookkeeping: bookkeeping::find(transaction.client(), &tables).await?,
        tables,
        role: selection.role.clone(),
    })
}

/// What a table is made of, of relations that are tables and not the server's own.
const TABLES: &str = "SELECT c.oid, nspname::text, relname::text, pg_get_userbyid(relowner)::text, \
      pg_total_relation_size(c.oid), CASE WHEN reltuples >= 0 THEN reltuples::int8 END \
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace \
    WHERE relkind IN ('r', 'p') AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname !~ '^pg_'";

fn table(row: &tokio_postgres::Row) -> Table {
    Table {
        oid: row.get(0),
        schema: row.get(1),
        name: row.get(2),
        owner: row.get(3),
        bytes: row.get(4),
        rows: row.get(5),
    }
}

async fn find(client: &Client, dsn: &Dsn, name: &str) -> Result<Table, Error> {
    let sql =
        format!("{TABLES} AND (relname = $1 OR nspname || '.' || relname = $1) ORDER BY 2, 3");
    let rows = client.query(&sql, &[&name]).await.doing("looking for the tables")?;
    match rows.as_slice() {
        [row] => Ok(table(row)),
        [] => {
            let sql = format!("{TABLES} AND lower(relname) = lower($1) ORDER BY 2, 3 LIMIT 1");
            let near = client.query_opt(&sql, &[&name]).await.doing("looking for the tables")?;
            let near = near.map(|row| format!("; there is {}", table(&row).sql()));
            Err(Error::Missing(format!(
                "there is no table {name:?} on {dsn}{}",
                near.unwrap_or_default()
            )))
        }
        several => {
            let names: Vec<String> = several.iter().map(|row| table(row).sql()).collect();
            Err(Error::Conflict(format!(
                "{name:?} means several tables ({}): name the schema too",
                names.join(", ")
            )))
        }
    }
}

async fn matching(client: &Client, pattern: &str) -> Result<Vec<Table>, Error> {
    let subject = if pattern.contains('.') { "nspname || '.' || relname" } else { "relname" };
    let sql = format!("{TABLES} AND {subject} LIKE $1 ORDER BY 2, 3");
    let rows = client.query(&sql, &[&pattern]).await.doing("looking for the tables")?;
    Ok(rows.iter().map(table).collect())
}

/// Gives the partitions of a table: they go with it.
async fn partitions(client: &Client, parent: &Table) -> Result<Vec<Table>, Error> {
    let sql = format!(
        "{TABLES} AND c.oid IN (SELECT relid FROM pg_partition_tree($1::oid::regclass)) AND c.oid <> $1 ORDER BY 2, 3"
    );
    let rows = client.query(&sql, &[&parent.oid]).await.doing("looking for partitions")?;
    Ok(rows.iter().map(table).collect())
}

/// Refuses tables that are not the role's: a superuser may drop everyone's, and must not by mistake.
async fn owned(client: &Client, tables: &[Table], role: &str) -> Result<(), Error> {
    let doing = "looking at the tables' owners";
    let known = client.query_opt("SELECT FROM pg_roles WHERE rolname = $1", &[&role]).await;
    if known.doing(doing)?.is_none() {
        return Err(Error::Missing(format!(
            "there is no role {role}: name the tables' owner with --as"
        )));
    }
    let sql = "SELECT owner.oid <> role.oid AND (role.rolsuper OR NOT pg_has_role(role.oid, owner.oid, 'USAGE')), owner.rolsuper, \
          (SELECT extname::text FROM pg_depend JOIN pg_extension ON pg_extension.oid = refobjid \
           WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e') \
        FROM pg_class AS c JOIN pg_roles AS owner ON owner.oid = relowner, pg_roles AS role \
        WHERE c.oid = $1 AND role.rolname = $2";
    let mut reasons = Vec::new();
    for table in tables {
        let row = client.query_one(sql, &[&table.oid, &role]).await.doing(doing)?;
        let (is_others, is_superusers): (bool, bool) = (row.get(0), row.get(1));
        if let Some(extension) = row.get::<_, Option<String>>(2) {
            reasons.push(format!("{} is part of the extension {extension}", table.sql()));
        } else if is_others {
            let kind = if is_superusers { "the superuser " } else { "" };
            reasons.push(format!("{} belongs to {kind}{}", table.sql(), table.owner));
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "{role} may not drop all of these tables, so none is dropped: {}; name the owner with --as, or leave them out",
        reasons.join(", ")
    )))
}

/// Dumps and drops the tables that a survey found.
///
/// Writers wait while the dump is made, so that it holds all that is dropped.
///
/// # Errors
/// `Refused`: as of [`Survey::check`], a lock is not to be had, `pg_dump` is too old, or the tables
/// are others by now. Else what the server or `pg_dump` says. Nothing is dropped then.
pub async fn drop_tables(
    dsn: &Dsn,
    survey: &Survey,
    dependents: Dependents,
    backup: Option<&Backup>,
) -> Result<Dropped, Error> {
    survey.check(dependents)?;
    let mut connection = Connection::open(dsn).await?;
    let dropped = in_transaction(&mut connection, dsn, survey, dependents, backup).await;
    connection.close().await;
    dropped.map_err(|error| match error.code() {
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => Error::Refused(format!(
            "someone else uses the tables, so none is dropped: stop the app, or end its long transactions, and run this again ({error})"
        )),
        _ => error,
    })
}

async fn in_transaction(
    connection: &mut Connection,
    dsn: &Dsn,
    survey: &Survey,
    dependents: Dependents,
    backup: Option<&Backup>,
) -> Result<Dropped, Error> {
    let doing = "dropping the tables";
    let transaction = connection.transaction().await.doing(doing)?;
    let run = async |statement: &str| transaction.batch_execute(statement).await.doing(doing);
    run("SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    let children = survey.dependents.iter().filter(|_| dependents == Dependents::Cascade);
    let children = children.filter_map(Dependent::table);
    let tables: Vec<String> = survey.tables.iter().map(Table::sql).chain(children).collect();
    // Readers go on, pg_dump among them; whoever would write waits.
    run(&format!("LOCK TABLE {} IN EXCLUSIVE MODE", tables.join(", "))).await?;
    for table in &survey.tables {
        let sql = "SELECT to_regclass($1)::oid";
        let row = transaction.query_one(sql, &[&table.sql()]).await.doing(doing)?;
        if row.get::<_, Option<u32>>(0) != Some(table.oid) {
            return Err(Error::Refused(format!(
                "{} is another table than the one that was looked at, so none is dropped: run this again",
                table.sql()
            )));
        }
    }
    let made = match backup {
        Some(backup) => Some(back_up(dsn, survey, dependents, backup).await?),
        None => None,
    };
    for statement in survey.statements(dependents) {
        run(&statement).await?;
    }
    transaction.commit().await.doing(doing)?;
    Ok(Dropped { dump: made, tables: survey.tables.len() })
}

async fn back_up(
    dsn: &Dsn,
    survey: &Survey,
    dependents: Dependents,
    backup: &Backup,
) -> Result<Dump, Error> {
    let tables = survey.tables.iter().map(|table| (table.schema.clone(), table.name.clone()));
    let mut all: Vec<(String, String)> = tables.collect();
    if dependents == Dependents::Cascade {
        all.extend(survey.dependents.iter().filter_map(|one| one.relation.clone()));
    }
    let program: &Path = &backup.program;
    dump(program, dsn, What::Tables(&all), &backup.file).await
}
