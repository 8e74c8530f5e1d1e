//! The SQL of a superuser change, as `psql` reads it.
//!
//! Seen on servers 15 and 16. Each text may be run twice; what can't be undone by running it again
//! stands in one transaction.

use super::doc::{ident, literal};

/// The roles and databases of a change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    /// The superuser as it was.
    pub(super) old: &'a str,
    /// The superuser to be.
    pub(super) new: &'a str,
    /// The databases that the new superuser is to find.
    pub(super) databases: &'a [&'a str],
}

/// Gives plan A: a second superuser beside the first.
pub(super) fn second_superuser(names: Names) -> Vec<String> {
    let new = literal(names.new);
    let mut lines = vec![
        "SELECT format('CREATE ROLE %I LOGIN SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS',"
            .to_owned(),
        format!("              {new})"),
        format!(" WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {new}) \\gexec"),
        format!("SELECT format('ALTER ROLE %I LOGIN SUPERUSER', rolname) FROM pg_roles"),
        format!(" WHERE rolname = {new} AND NOT (rolsuper AND rolcanlogin) \\gexec"),
    ];
    lines.extend(databases(names));
    lines
}

/// Gives what makes the databases that are missing.
pub(super) fn databases(names: Names) -> Vec<String> {
    let new = literal(names.new);
    let make = |database: &&str| {
        let name = literal(database);
        [
            format!(
                "SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', {name}, {new})"
            ),
            format!(" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {name}) \\gexec"),
        ]
    };
    names.databases.iter().flat_map(make).collect()
}

/// Gives what takes plan A back: the new role goes, and what it owns goes to the old one.
pub(super) fn drop_second(names: Names) -> Vec<String> {
    let new = literal(names.new);
    vec![
        "SELECT format('ALTER DATABASE %I OWNER TO %I', datname, current_user) FROM pg_database"
            .to_owned(),
        format!(" WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = {new}) \\gexec"),
        format!("DROP ROLE {};", ident(names.new)),
    ]
}

/// Gives plan B: the first role takes the new name, and the old one becomes an ordinary role that
/// owns what is the app's.
pub(super) fn swap(names: Names) -> Vec<String> {
    let text = include_str!("swap.sql");
    let text = text.replace("OLD::text", &format!("{}::text", literal(names.old)));
    let text = text.replace("NEW::text", &format!("{}::text", literal(names.new)));
    text.lines().map(str::to_owned).collect()
}

/// Gives what takes plan B back: all that the old role owns returns to the first role, which takes
/// its old name and password.
pub(super) fn swap_back(names: Names) -> Vec<String> {
    let (old, new) = (literal(names.old), literal(names.new));
    let (old_name, new_name) = (ident(names.old), ident(names.new));
    vec![
        "BEGIN;".to_owned(),
        "SET LOCAL lock_timeout = '5s';".to_owned(),
        "SELECT pg_advisory_xact_lock(hashtext('composemod superuser'));".to_owned(),
        "SELECT rolpassword AS verifier FROM pg_authid".to_owned(),
        format!(
            " WHERE rolname = {old} AND (SELECT rolname FROM pg_authid WHERE oid = 10) = {new} \\gset"
        ),
        format!("REASSIGN OWNED BY {old_name} TO {new_name};"),
        "-- It owns nothing any more: this takes its rights on things of others.".to_owned(),
        format!("DROP OWNED BY {old_name};"),
        format!("DROP ROLE {old_name};"),
        format!("ALTER ROLE {new_name} RENAME TO {old_name};"),
        format!("ALTER ROLE {old_name} PASSWORD :'verifier';"),
        "COMMIT;".to_owned(),
    ]
}

/// Gives the state of a change as one line: S0, S1 or S2.
pub(super) fn state(names: Names) -> Vec<String> {
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

/// Gives how many things the first role owns in the database that is asked.
pub(super) fn owned() -> Vec<String> {
    let tables = [
        ("pg_class", "relowner = 10 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"),
        ("pg_proc", "proowner = 10"),
        ("pg_namespace", "nspowner = 10 AND nspname !~ '^pg_(toast_)?temp'"),
    ];
    let counts = tables.iter().map(|(table, is_its)| {
        format!(
            "  SELECT oid FROM {table} WHERE {is_its} AND oid >= 16384\n     AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = '{table}'::regclass AND objid = {table}.oid AND deptype = 'e')"
        )
    });
    let counts = counts.collect::<Vec<_>>().join("\n  UNION ALL\n");
    vec![
        "SELECT current_database(), count(*) FROM (".to_owned(),
        counts,
        "  UNION ALL".to_owned(),
        "  SELECT oid FROM pg_largeobject_metadata WHERE lomowner = 10".to_owned(),
        ") AS things;".to_owned(),
    ]
}

/// Gives the number of rows of each table of the database that is asked.
pub(super) fn rows() -> Vec<String> {
    vec![
        "SELECT format('SELECT %L, count(*) FROM %I.%I', current_database() || '.' || schemaname || '.' || tablename,".to_owned(),
        "              schemaname, tablename)".to_owned(),
        "  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \\gexec".to_owned(),
    ]
}

/// Gives what makes a database with roles of its own; `app` is a variable of psql.
pub(super) fn provision() -> Vec<String> {
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
