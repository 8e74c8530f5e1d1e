//! What depends on tables, as the server's catalog has it (`pg_depend`,
//! <https://www.postgresql.org/docs/current/catalog-pg-depend.html>).

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Client;

use crate::postgres::error::{Doing, Error};
use crate::postgres::quote;

/// What RESTRICT would not let go, and CASCADE takes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// What it is, as the server says it: `view v`.
    pub what: String,
    /// The schema and name of a view, or of a table that inherits.
    pub relation: Option<(String, String)>,
    is_table: bool,
    /// The statement that would make it again after the tables are restored, where there is one.
    pub definition: Option<String>,
}

impl Dependent {
    /// Gives the name of a table as SQL has it.
    pub(super) fn table(&self) -> Option<String> {
        let (schema, name) = self.relation.as_ref().filter(|_| self.is_table)?;
        Some(format!("{}.{}", quote::identifier(schema), quote::identifier(name)))
    }
}

/// A thing: its catalog, its number, and its column.
type Thing = (u32, u32, i32);

/// What depends on a thing, and whether it is a part of it, that goes in any case.
struct Edge {
    to: Thing,
    is_part: bool,
}

/// From the tables along all dependencies. A rule stands for its view.
const EDGES: &str = "\
    WITH RECURSIVE found (classid, objid, objsubid) AS ( \
        SELECT 'pg_class'::regclass::oid, oid, 0 FROM unnest($1::oid[]) AS oid \
      UNION \
        SELECT next.* FROM found JOIN pg_depend AS d ON d.refclassid = found.classid AND d.refobjid = found.objid \
            AND (found.objsubid = 0 OR d.refobjsubid = found.objsubid) AND d.deptype IN ('n', 'a', 'i', 'P', 'S') \
          LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid, \
          LATERAL (VALUES (CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END, coalesce(r.ev_class, d.objid), d.objsubid)) AS next \
    ) \
    SELECT DISTINCT found.classid, found.objid, found.objsubid, \
        CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END, coalesce(r.ev_class, d.objid), d.objsubid, \
        r.oid IS NULL AND d.deptype <> 'n' \
    FROM found JOIN pg_depend AS d ON d.refclassid = found.classid AND d.refobjid = found.objid \
        AND (found.objsubid = 0 OR d.refobjsubid = found.objsubid) AND d.deptype IN ('n', 'a', 'i', 'P', 'S') \
      LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid";

/// Gives what depends on tables and is no part of them, in the order of its names.
///
/// # Errors
/// What the server says.
pub(super) async fn dependents(client: &Client, tables: &[u32]) -> Result<Vec<Dependent>, Error> {
    let doing = "looking for what depends on the tables";
    let mut edges: BTreeMap<Thing, Vec<Edge>> = BTreeMap::new();
    for row in client.query(EDGES, &[&tables]).await.doing(doing)? {
        let to = (row.get(3), row.get(4), row.get(5));
        let edge = Edge { to, is_part: row.get(6) };
        edges.entry((row.get(0), row.get(1), row.get(2))).or_default().push(edge);
    }
    let class = client.query_one("SELECT 'pg_class'::regclass::oid", &[]).await.doing(doing)?;
    let class: u32 = class.get(0);
    let parts =
        reached(&edges, tables.iter().map(|oid| (class, *oid, 0)).collect(), |edge| edge.is_part);
    let all = reached(&edges, parts.clone(), |_| true);
    // Inside a table that goes, each column goes.
    let goes = |thing: &&Thing| parts.contains(*thing) || parts.contains(&(thing.0, thing.1, 0));
    let mut found = Vec::new();
    for thing in all.iter().filter(|thing| !goes(thing)) {
        if let Some(dependent) = describe(client, *thing).await? {
            found.push(dependent);
        }
    }
    found.sort_by(|one, other| one.what.cmp(&other.what));
    found.dedup_by(|one, other| one.what == other.what);
    Ok(found)
}

fn reached(
    edges: &BTreeMap<Thing, Vec<Edge>>,
    from: BTreeSet<Thing>,
    follows: impl Fn(&Edge) -> bool,
) -> BTreeSet<Thing> {
    let mut next: Vec<Thing> = from.iter().copied().collect();
    let mut reached = from;
    while let Some(thing) = next.pop() {
        for edge in edges.get(&thing).into_iter().flatten() {
            if follows(edge) && reached.insert(edge.to) {
                next.push(edge.to);
            }
        }
    }
    reached
}

/// Describes a thing, unless it is a part of one that depends too (a view's type, an index's table).
async fn describe(client: &Client, thing: Thing) -> Result<Option<Dependent>, Error> {
    let sql = "SELECT pg_describe_object($1, $2, $3), \
          CASE WHEN $3 = 0 AND c.relkind IN ('v', 'm', 'r', 'p') THEN nspname::text END, c.relname::text, \
          CASE WHEN $1 = 'pg_constraint'::regclass THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', \
              (SELECT conrelid::regclass FROM pg_constraint WHERE oid = $2), \
              (SELECT conname FROM pg_constraint WHERE oid = $2), pg_get_constraintdef($2)) END, \
          EXISTS (SELECT FROM pg_depend WHERE classid = $1 AND objid = $2 AND deptype IN ('i', 'P') AND refclassid <> 'pg_namespace'::regclass) \
            OR $1 = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type WHERE oid = $2 AND typrelid <> 0), \
          coalesce(c.relkind IN ('r', 'p'), false) \
        FROM (SELECT) AS one LEFT JOIN pg_class AS c ON $1 = 'pg_class'::regclass AND c.oid = $2 \
          LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace";
    let row = client.query_one(sql, &[&thing.0, &thing.1, &thing.2]).await;
    let row = row.doing("describing what depends on the tables")?;
    let (what, schema): (Option<String>, Option<String>) = (row.get(0), row.get(1));
    let is_part: bool = row.get(4);
    let Some(what) = what.filter(|_| !is_part) else { return Ok(None) };
    let relation = schema.map(|schema| (schema, row.get::<_, String>(2)));
    Ok(Some(Dependent { what, relation, is_table: row.get(5), definition: row.get(3) }))
}
