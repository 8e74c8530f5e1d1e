//! Variables that are read on an empty volume only were changed on a server that has data.

use super::compare::{Change, Pair, Told, changes, told};
use super::first_run::{self, Role, Variable};
use crate::compose::call::quoted;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::hazards::superuser_on_live_volume::making;

declare_lint! {
    /// A database's user, password or database was changed where only an empty volume would get it.
    ///
    /// ## What it does
    ///
    /// With `--changed-since REV` it finds servers of Postgres, MySQL, MariaDB and MongoDB that keep
    /// the volume that they had, and whose variables for the first start (`POSTGRES_USER`,
    /// `MYSQL_ROOT_PASSWORD`, `MONGO_INITDB_ROOT_USERNAME` and their like) have another value. Where
    /// the value is only the default of a variable that no file sets it is a note. Variables whose
    /// value no file tells are left alone, and no value of a password is printed.
    ///
    /// ## Why is this bad
    ///
    /// The images read these variables when they make a database on an empty volume, and never
    /// again. The server starts, the role or the database does not exist, the password is the old
    /// one, and clients that were changed along are refused: `role "postgres" does not exist`.
    ///
    /// ## Example
    ///
    /// ```yaml compose.yaml base
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_USER: bot
    ///       POSTGRES_DB: bot
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_USER: postgres
    ///       POSTGRES_DB: bot
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ## Use instead
    ///
    /// Make the role in the running database first, by the command that the finding gives, or leave
    /// the variable as it is.
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_USER: bot
    ///       POSTGRES_DB: bot
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    "superuser-on-live-volume", Hazards, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    changes(context, find)
}

fn find(change: &Change<'_>) -> Vec<Finding> {
    change.with_their_data().iter().filter_map(|pair| finding(change, pair)).collect()
}

/// A variable with another value than before.
struct Changed<'c> {
    variable: &'static Variable,
    before: &'c str,
    now: &'c str,
    value: &'c Value,
    told: Told,
}

fn finding(change: &Change<'_>, pair: &Pair<'_>) -> Option<Finding> {
    let variables = first_run::variables(pair.now)?;
    if first_run::variables(pair.before)? != variables {
        return None;
    }
    let changed: Vec<Changed<'_>> =
        variables.iter().filter_map(|variable| changed(change, pair, variable)).collect();
    let first = changed.first()?;
    let names: Vec<&str> = changed.iter().map(|one| one.variable.name).collect();
    let is = if names.len() == 1 { "is" } else { "are" };
    let effect = match first.variable.role {
        Role::User => format!("the role `{}` is not made, and nothing can log in as it", first.now),
        Role::Database => format!("the database `{}` is not made", first.now),
        Role::Password => "the old password stays".to_owned(),
        Role::Other => "the database stays as it was made".to_owned(),
    };
    let mut message = format!(
        "{} {is} read on an empty volume only, and that of `{}` has data: {effect}",
        names.join(", "),
        pair.new
    );
    let by_default = changed.iter().find(|one| one.told == Told::ByDefault);
    if by_default.is_some() {
        message.push_str("; unless a variable that no file sets gives the old value");
    }
    let severity = if by_default.is_some() { Severity::Info } else { LINT.severity };
    let place = change.place(Some(first.value), pair.new)?;
    let finding = LINT.finding(message).at(place.path, place.span).help(help(change, pair, first));
    Some(Finding { severity, ..finding })
}

fn changed<'c>(
    change: &Change<'c>,
    pair: &Pair<'c>,
    variable: &'static Variable,
) -> Option<Changed<'c>> {
    let before = change.before.model.variable(pair.old, variable.name)?;
    let value = change.now.model.variable(pair.new, variable.name)?;
    let (was, now) = (told(&change.before, before), told(&change.now, value));
    let told = match (was, now) {
        (Told::Not, _) | (_, Told::Not) => return None,
        (Told::Surely, Told::Surely) => Told::Surely,
        _ => Told::ByDefault,
    };
    let (before, now) = (before.text()?, value.text()?);
    let is_other = before != now && !now.is_empty() && !before.is_empty();
    is_other.then_some(Changed { variable, before, now, value, told })
}

fn help(change: &Change<'_>, pair: &Pair<'_>, first: &Changed<'_>) -> String {
    let compose = change.compose_before();
    let is_postgres = first.variable.name.starts_with("POSTGRES");
    let user = || {
        let value = change.before.model.variable(pair.old, "POSTGRES_USER");
        value.and_then(Value::text).unwrap_or("postgres").to_owned()
    };
    match first.variable.role {
        Role::User if is_postgres => format!(
            "before it is deployed, with the files of {}: {}; it asks for the password, which is to be the one in POSTGRES_PASSWORD",
            change.revision,
            making(&compose, pair.old, first.before, first.now)
        ),
        Role::Database if is_postgres => format!(
            "before it is deployed, with the files of {}: `{compose} exec {} createdb -U {} {}`",
            change.revision,
            quoted(pair.old),
            quoted(&user()),
            quoted(first.now)
        ),
        Role::Password if is_postgres => format!(
            "change it in the running database too: `{compose} exec {} psql -U {} -d postgres -c '\\password'` asks for it",
            quoted(pair.old),
            quoted(&user())
        ),
        _ => "make the same change in the running database, or leave the variable as it is"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_since;

    fn found(before: &str, now: &str) -> Vec<String> {
        found_since(&LINT, &[("compose.yaml", before)], &[("compose.yaml", now)])
    }

    const DB: &str = "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: bot\n      POSTGRES_DB: shop\n      POSTGRES_PASSWORD: one\n    volumes: [d:/var/lib/postgresql/data]\nvolumes:\n  d:\n";

    #[test]
    fn what_only_an_empty_volume_gets_is_told() {
        let on = "read on an empty volume only, and that of `db` has data";
        for (old, new, expected) in [
            (
                "USER: bot",
                "USER: postgres",
                format!(
                    "5:22 POSTGRES_USER is {on}: the role `postgres` is not made, and nothing can log in as it"
                ),
            ),
            (
                "DB: shop",
                "DB: store",
                format!("6:20 POSTGRES_DB is {on}: the database `store` is not made"),
            ),
            (
                "PASSWORD: one",
                "PASSWORD: two",
                format!("7:26 POSTGRES_PASSWORD is {on}: the old password stays"),
            ),
            (
                "bot\n      POSTGRES_DB: shop",
                "a\n      POSTGRES_DB: a",
                format!(
                    "5:22 POSTGRES_USER, POSTGRES_DB are {on}: the role `a` is not made, and nothing can log in as it"
                ),
            ),
            (
                "USER: bot",
                "USER: ${U:-postgres}",
                format!(
                    "5:22 POSTGRES_USER is {on}: the role `postgres` is not made, and nothing can log in as it; unless a variable that no file sets gives the old value"
                ),
            ),
        ] {
            assert_eq!(
                found(DB, &DB.replace(old, new)),
                [format!("compose.yaml:{expected}")],
                "{new}"
            );
        }
        let mysql = DB.replace("postgres:16", "mysql:8.0").replace("POSTGRES_", "MYSQL_");
        let mysql = mysql.replace("postgresql/data", "mysql");
        assert_eq!(found(&mysql, &mysql.replace("one", "two")).len(), 1);
    }

    #[test]
    fn env_files_count() {
        let compose = DB.replace("USER: bot", "USER: ${DB_USER}");
        let found = found_since(
            &LINT,
            &[("compose.yaml", &compose), (".env", "DB_USER=bot\n")],
            &[("compose.yaml", &compose), (".env", "DB_USER=postgres\n")],
        );
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn what_is_unknown_or_new_is_none() {
        for (old, new) in [
            ("x", "y"),
            ("USER: bot", "USER: ${DB_USER}"),
            ("USER: bot", "USER: ${DB_USER:-bot}"),
            ("USER: bot", "USER:"),
            ("      POSTGRES_PASSWORD: one\n", ""),
            (
                "bot\n      POSTGRES_DB: shop\n      POSTGRES_PASSWORD: one\n    volumes: [d:",
                "a\n    volumes: [e:",
            ),
            ("USER: bot", "HOST_AUTH_METHOD: trust"),
        ] {
            assert_eq!(found(DB, &DB.replace(old, new)), [""; 0], "{new}");
        }
        let memory =
            DB.replace("volumes: [d:/var/lib/postgresql/data]", "tmpfs: /var/lib/postgresql/data");
        assert_eq!(found(&memory, &memory.replace("bot", "a")), [""; 0]);
        let client = DB
            .replace("image: postgres:16", "image: example/app")
            .replace("postgresql/data", "app");
        assert_eq!(found(&client, &client.replace("bot", "a")), [""; 0]);
    }
}
