//! What a change of a server's superuser is asked to do, ready to use.

use std::collections::BTreeSet;

use crate::transforms::rename::options::Phase;

/// A change of a Postgres server's superuser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Superuser {
    /// The server's service.
    pub service: String,
    /// The superuser as it is; where there is none, what the files say.
    pub from: Option<String>,
    /// The superuser to be.
    pub to: String,
    /// The default database from now on; where there is none, it stays.
    pub default_database: Option<String>,
    /// The variable that the server's password is to be taken from.
    pub split_password: Option<String>,
    /// The phases to make; all where there is none.
    pub only: Option<BTreeSet<Phase>>,
    /// Whether likely mentions are only reported.
    pub only_certain: bool,
    /// The Compose files of the one project meant, from the root, in order (`-f`).
    pub files: Vec<String>,
    /// The folder of the project meant, from the root.
    pub project: Option<String>,
    /// Whether every project that has the service is meant.
    pub all_projects: bool,
}

impl Superuser {
    /// Gives the first name that can't be used, and what is wrong with it.
    pub(super) fn problem(&self) -> Option<(String, String)> {
        let role = |name: &String| Some((name.clone(), role_problem(name)?));
        let database = |name: &String| Some((name.clone(), name_problem(name)?));
        let variable = |name: &String| {
            let is_name = is_plain(name) && !name.contains('-');
            let problem = "a variable's name has letters, digits and `_`, and no digit first";
            (!is_name).then(|| (name.clone(), problem.to_owned()))
        };
        role(&self.to)
            .or_else(|| self.default_database.as_ref().and_then(database))
            .or_else(|| self.split_password.as_ref().and_then(variable))
            .or_else(|| {
                let same = self.from.as_ref().filter(|from| **from == self.to)?;
                Some((same.clone(), "it is the old name too".to_owned()))
            })
    }

    /// Tells whether files of a phase are to be changed.
    pub(super) fn covers(&self, phase: Phase) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&phase))
    }
}

/// What Postgres would say against a role of this name (CREATE ROLE; reserved names).
fn role_problem(name: &str) -> Option<String> {
    if name.starts_with("pg_") {
        return Some("Postgres keeps names that start with `pg_` to itself".to_owned());
    }
    if matches!(name, "public" | "none") {
        return Some("it is a reserved word of Postgres".to_owned());
    }
    name_problem(name)
}

fn name_problem(name: &str) -> Option<String> {
    if name.len() > 63 {
        return Some("Postgres cuts names off after 63 bytes".to_owned());
    }
    let problem = "only letters, digits, `_` and `-` need no quotes everywhere it will stand, and a digit or `-` can't come first";
    (!is_plain(name)).then(|| problem.to_owned())
}

/// Tells whether a name needs no quotes in a shell or Compose file.
pub(super) fn is_plain(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::Superuser;

    #[test]
    fn names_that_would_not_work_are_told() {
        for (to, database, variable, expected) in [
            ("postgres", None, None, None),
            ("db_admin", Some("app-2"), Some("PG_PASS"), None),
            ("pg_admin", None, None, Some("pg_admin")),
            ("public", None, None, Some("public")),
            ("", None, None, Some("")),
            ("a b", None, None, Some("a b")),
            ("1x", None, None, Some("1x")),
            ("a", Some("x;y"), None, Some("x;y")),
            ("a", None, Some("A-B"), Some("A-B")),
            ("old", None, None, Some("old")),
        ] {
            let superuser = Superuser {
                from: Some("old".to_owned()),
                to: to.to_owned(),
                default_database: database.map(str::to_owned),
                split_password: variable.map(str::to_owned),
                ..Superuser::default()
            };
            let found = superuser.problem().map(|(name, _)| name);
            assert_eq!(found.as_deref(), expected, "{to}");
        }
    }
}
