//! What migration tools remember of a database: a table that is dropped by hand is still made to them,
//! and they will not make it again.

use tokio_postgres::Client;

use super::Table;
use crate::postgres::error::{Doing, Error};
use crate::postgres::quote;

/// A tool's memory, and what it needs after the tables are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookkeeping {
    /// The tool.
    pub tool: &'static str,
    /// Its table, as SQL has it.
    pub table: String,
    /// What it says now.
    pub says: String,
    /// What is to be done.
    pub advice: String,
}

/// A tool, its table, and a query for what it says: `%s` is the table.
struct Tool {
    name: &'static str,
    table: &'static str,
    says: &'static str,
    advice: &'static str,
}

const TOOLS: [Tool; 5] = [
    Tool {
        name: "Alembic",
        table: "alembic_version",
        says: "SELECT 'revision ' || coalesce(string_agg(version_num, ', '), 'none') FROM %s",
        advice: "`alembic stamp REVISION`, the one before the migration that made these tables (`alembic stamp base` where all of them are gone), then `alembic upgrade head`",
    },
    Tool {
        name: "Django",
        table: "django_migrations",
        says: "SELECT count(*) || ' migrations of ' || coalesce(string_agg(DISTINCT app, ', '), 'no app') FROM %s",
        advice: "for each app whose tables go: `manage.py migrate --fake APP zero` (or DELETE FROM django_migrations WHERE app = 'APP'), then `manage.py migrate APP`",
    },
    Tool {
        name: "Flyway",
        table: "flyway_schema_history",
        says: "SELECT count(*) || ' migrations, the last ' || coalesce((SELECT version || CASE WHEN success THEN '' ELSE ' (failed)' END FROM %s WHERE version IS NOT NULL ORDER BY installed_rank DESC LIMIT 1), 'none') FROM %s",
        advice: "`flyway repair` forgets failed migrations; a row of one that succeeded and made these tables has to be deleted, then `flyway migrate`",
    },
    Tool {
        name: "Drizzle",
        table: "__drizzle_migrations",
        says: "SELECT count(*) || ' migrations, the last with id ' || coalesce(max(id)::text, 'none') FROM %s",
        advice: "delete the rows of the migrations that made these tables (each `hash` is the SHA-256 of its SQL file), then `drizzle-kit migrate`",
    },
    Tool {
        name: "Prisma",
        table: "_prisma_migrations",
        says: "SELECT count(*) || ' migrations' || coalesce(', failed: ' || string_agg(migration_name, ', ') FILTER (WHERE finished_at IS NULL AND rolled_back_at IS NULL), '') FROM %s",
        advice: "`prisma migrate resolve --rolled-back NAME` for one that failed; delete the rows of those that succeeded and made these tables; then `prisma migrate deploy`",
    },
];

/// Finds the tools' tables, in whatever schema.
///
/// # Errors
/// What the server says.
pub(super) async fn find(client: &Client, dropped: &[Table]) -> Result<Vec<Bookkeeping>, Error> {
    let doing = "looking at what migrations remember";
    let mut found = Vec::new();
    for tool in &TOOLS {
        let sql = "SELECT nspname::text, has_table_privilege(c.oid, 'SELECT') FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace \
                   WHERE relname = $1 AND relkind IN ('r', 'p') ORDER BY 1";
        for row in client.query(sql, &[&tool.table]).await.doing(doing)? {
            let (schema, is_readable): (String, bool) = (row.get(0), row.get(1));
            let goes = dropped.iter().any(|one| one.schema == schema && one.name == tool.table);
            let table = format!("{}.{}", quote::identifier(&schema), quote::identifier(tool.table));
            let says = if is_readable {
                says(client, &tool.says.replace("%s", &table)).await?
            } else {
                "this role may not read it".to_owned()
            };
            let advice = match goes {
                true => "it is dropped too: the tool begins from nothing, and will make all of its tables, those too that are still there".to_owned(),
                false => tool.advice.to_owned(),
            };
            found.push(Bookkeeping { tool: tool.name, table, says, advice });
        }
    }
    Ok(found)
}

/// Asks; another tool may have a table of the name, with other columns.
async fn says(client: &Client, sql: &str) -> Result<String, Error> {
    let doing = "looking at what migrations remember";
    client.batch_execute("SAVEPOINT composemod").await.doing(doing)?;
    match client.query_one(sql, &[]).await {
        Ok(row) => Ok(row.get(0)),
        Err(error) if error.as_db_error().is_some() => {
            client.batch_execute("ROLLBACK TO composemod").await.doing(doing)?;
            Ok("it has other columns than this tool's".to_owned())
        }
        Err(error) => Err(error).doing(doing),
    }
}
