//! The SQL of a superuser change as `psql` reads it: the runbook writes it down, and `migrate` runs it in
//! the container.
//!
//! Seen on servers 15, 16 and 18. Each text may be run twice; what can't be undone by running it
//! again stands in one transaction. What changes a superuser is in [`crate::postgres::sql`], which
//! `db superuser` runs by itself.

use super::sql;

use super::sql::{ident, literal};

/// The roles and databases of a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'a> {
    /// The superuser as it was.
    pub(crate) old: &'a str,
    /// The superuser to be.
    pub(crate) new: &'a str,
    /// The databases that the new superuser is to find.
    pub(crate) databases: &'a [&'a str],
}

/// How a transaction begins that waits for nobody for long, and that runs once at a time.
const BEGIN: [&str; 3] = [
    "BEGIN;",
    "SET LOCAL lock_timeout = '5s';",
    "SELECT pg_advisory_xact_lock(hashtext('composemod superuser'));",
];

/// Gives plan A: a second superuser beside the first.
pub(crate) fn second_superuser(names: Names) -> Vec<String> {
    let mut lines = each(sql::create_role(names.new));
    lines.extend(each(sql::promote_role(names.new)));
    lines.extend(databases(names));
    lines
}

/// Gives what makes the databases that are missing.
pub(crate) fn databases(names: Names) -> Vec<String> {
    let make = |database: &&str| each(sql::create_database(database, names.new));
    names.databases.iter().flat_map(make).collect()
}

/// Gives what takes plan A back: the new role goes, and what it owns goes to the old one.
pub(crate) fn drop_second(names: Names) -> Vec<String> {
    let new = literal(names.new);
    let mut lines = each(vec![
        "SELECT format('ALTER DATABASE %I OWNER TO %I', datname, current_user) FROM pg_database"
            .to_owned(),
        format!(" WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = {new})"),
    ]);
    lines.push(format!("DROP ROLE {};", ident(names.new)));
    lines
}

/// Gives plan B: the first role takes the new name, and the old one becomes an ordinary role that
/// owns what is the app's.
pub(crate) fn swap(names: Names) -> Vec<String> {
    let body = sql::swap(names.old, names.new);
    let mut lines = BEGIN.map(str::to_owned).to_vec();
    lines.extend(body.lines().map(str::to_owned));
    lines.push("COMMIT;".to_owned());
    lines
}

/// Gives what takes plan B back: all that the old role owns returns to the first role, which takes
/// its old name and password.
pub(crate) fn swap_back(names: Names) -> Vec<String> {
    let (old, new) = (literal(names.old), literal(names.new));
    let mut lines = BEGIN.map(str::to_owned).to_vec();
    lines.extend([
        "SELECT rolpassword AS verifier FROM pg_authid".to_owned(),
        format!(
            " WHERE rolname = {old} AND (SELECT rolname FROM pg_authid WHERE oid = 10) = {new} \\gset"
        ),
    ]);
    lines.extend(sql::swap_back(names.old, names.new, ":'verifier'"));
    lines.push("COMMIT;".to_owned());
    lines
}

/// Gives a query whose answers are run as statements.
fn each(mut query: Vec<String>) -> Vec<String> {
    if let Some(last) = query.last_mut() {
        last.push_str(" \\gexec");
    }
    query
}

/// Gives the state of a change as one line: S0, S1 or S2.
pub(crate) fn state(names: Names) -> Vec<String> {
    let (old, new) = (literal(names.old), literal(names.new));
    vec![
        format!("SELECT CASE WHEN first.rolname = {new} THEN 'S2: done'"),
        format!(
            "            WHEN first.rolname <> {old} THEN 'refused: the first role is ' || first.rolname"
        ),
        format!(
            "            WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = {new}) THEN 'S1: both roles exist'"
        ),
        "            ELSE 'S0: ready' END".to_owned(),
        "  FROM pg_roles AS first WHERE first.oid = 10;".to_owned(),
    ]
}

/// Gives the number of rows of each table of the database that is asked.
pub(crate) fn rows() -> Vec<String> {
    vec![
        "SELECT format('SELECT %L, count(*) FROM %I.%I', current_database() || '.' || schemaname || '.' || tablename,".to_owned(),
        "              schemaname, tablename)".to_owned(),
        "  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \\gexec".to_owned(),
    ]
}

/// Gives what makes a database with roles of its own; `app` is a variable of psql.
pub(crate) fn provision() -> Vec<String> {
    [
        "SELECT format('CREATE ROLE %I NOLOGIN', :'app' || '_owner') \\gexec",
        "SELECT format('CREATE ROLE %I LOGIN CONNECTION LIMIT 20', :'app' || '_app') \\gexec",
        "SELECT format('GRANT %I TO %I', :'app' || '_owner', :'app' || '_app') \\gexec",
        "SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L', :'app', :'app' || '_owner', 'UTF8') \\gexec",
        "SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', :'app') \\gexec",
        "SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', :'app', :'app' || '_owner') \\gexec",
        "SELECT format('ALTER ROLE %I IN DATABASE %I SET role = %L', :'app' || '_app', :'app', :'app' || '_owner') \\gexec",
    ]
    .map(str::to_owned)
    .to_vec()
}
