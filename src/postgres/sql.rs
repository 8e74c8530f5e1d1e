//! The SQL of a superuser change, for `db superuser`, which runs it, and for the runbook, which writes
//! it down for `psql`.
//!
//! Seen on servers 15, 16 and 18. Names and literals are quoted here; what is a query for statements
//! says so: `psql` runs its answers by `\gexec`.

/// Gives a name as an identifier.
pub fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Gives text as a literal.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') {
        return format!("E'{}'", quoted.replace('\\', r"\\"));
    }
    format!("'{quoted}'")
}

/// Gives a query for the statement that makes a superuser, where the role is missing.
pub fn create_role(name: &str) -> Vec<String> {
    let name = literal(name);
    vec![
        "SELECT format('CREATE ROLE %I LOGIN SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS',"
            .to_owned(),
        format!("              {name})"),
        format!(" WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name})"),
    ]
}

/// Gives a query for the statement that makes a role a superuser, where it is none.
pub fn promote_role(name: &str) -> Vec<String> {
    let name = literal(name);
    vec![
        "SELECT format('ALTER ROLE %I LOGIN SUPERUSER', rolname) FROM pg_roles".to_owned(),
        format!(" WHERE rolname = {name} AND NOT (rolsuper AND rolcanlogin)"),
    ]
}

/// Gives a query for the statement that makes a database, where it is missing.
pub fn create_database(name: &str, owner: &str) -> Vec<String> {
    let (name, owner) = (literal(name), literal(owner));
    vec![
        format!("SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', {name}, {owner})"),
        format!(" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {name})"),
    ]
}

/// Gives how many things the first role owns in the database that is asked.
pub fn owned() -> Vec<String> {
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

/// Gives a query for what the first role has in a database that plan B can't hand over: a row of
/// `what` and `number` for each kind.
pub fn refusals() -> String {
    let kinds = include_str!("superuser/refusals.sql");
    format!("SELECT what, number FROM (\n{kinds}) AS counted WHERE number > 0")
}

/// Gives the inside of plan B's transaction: the first role takes the new name, and the old one
/// becomes an ordinary role that owns what is the app's.
pub fn swap(old: &str, new: &str) -> String {
    let text = include_str!("superuser/swap.sql");
    let text = text.replace("    REFUSALS\n", include_str!("superuser/refusals.sql"));
    let text = text.replace("OLD::text", &format!("{}::text", literal(old)));
    text.replace("NEW::text", &format!("{}::text", literal(new)))
}

/// Gives the statements that take plan B back: all that the old role owns returns to the first role,
/// which takes its old name, and the verifier (an expression) of its password.
pub fn swap_back(old: &str, new: &str, verifier: &str) -> Vec<String> {
    let (old, new) = (ident(old), ident(new));
    vec![
        format!("REASSIGN OWNED BY {old} TO {new};"),
        "-- It owns nothing any more: this takes its rights on things of others.".to_owned(),
        format!("DROP OWNED BY {old};"),
        format!("DROP ROLE {old};"),
        format!("ALTER ROLE {new} RENAME TO {old};"),
        format!("ALTER ROLE {old} PASSWORD {verifier};"),
    ]
}

#[cfg(test)]
mod tests {
    use super::{ident, literal, swap};

    #[test]
    fn names_are_quoted_for_where_they_go() {
        assert_eq!(ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\b"), r"E'a\\b'");
    }

    #[test]
    fn nothing_is_left_open_in_the_swap() {
        let text = swap("old one", "it's");
        assert!(text.contains("SELECT 'old one'::text AS old, 'it''s'::text AS new"));
        for placeholder in ["OLD", "NEW", "REFUSALS"] {
            assert!(!text.contains(placeholder), "{placeholder}");
        }
    }
}
