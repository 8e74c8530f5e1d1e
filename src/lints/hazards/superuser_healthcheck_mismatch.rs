//! A health check that asks for a role or a database that the server does not make.

use super::first_run::scripts;
use super::postgres::{Server, Variable, servers};
use crate::compose::command::{Argument, Client};
use crate::compose::default_host::repository;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};
use crate::transforms::hazards::view::any_text;
use crate::transforms::superuser::family::Family;

declare_lint! {
    /// A Postgres health check asks for a role or a database that the server does not have.
    ///
    /// ## What it does
    ///
    /// Compares whom `psql` and `pg_isready` connect as in a server's health check, and to which
    /// database, with `POSTGRES_USER` and `POSTGRES_DB`. Where no user is named it is the
    /// container's, `root`, and where no database is named it is one called like the user. A server
    /// with init scripts, which may make more roles, is left alone, and so is what a variable gives
    /// that no file sets. `$$POSTGRES_USER` is the container's own variable, and right. What nobody
    /// wrote (`root`) is a note, as the check passes all the same.
    ///
    /// ## Why is this bad
    ///
    /// `psql` fails, so that the container never gets healthy. `pg_isready` succeeds, and the server
    /// logs `FATAL: role "root" does not exist` at each check.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_USER: app
    ///     healthcheck:
    ///       test: [CMD-SHELL, psql -U postgres -d app -c 'select 1']
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_USER: app
    ///     healthcheck:
    ///       test: [CMD-SHELL, psql -U "$$POSTGRES_USER" -d app -c 'select 1']
    /// ```
    "superuser-healthcheck-mismatch", Hazards, Warning, On, Run::Project(run),
}

/// Databases that every server has.
const MAINTENANCE: [&str; 2] = ["postgres", "template1"];

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let is_sure = |server: &Server<'_>| {
        server.family == Family::Official
            && server.body.get("build").is_none()
            && scripts(server.body).next().is_none()
            && server.body.get("configs").is_none()
            && !asks_for_passwords(server)
    };
    let servers = servers(loading).into_iter().filter(is_sure);
    let found = servers.filter_map(|server| {
        let probes = server.probes(loading);
        probes.iter().find_map(|probe| finding(loading, &server, probe))
    });
    found.collect()
}

/// Whether clients in the container may have to log in: who asks for a password tells nobody before
/// that a role is missing.
fn asks_for_passwords(server: &Server<'_>) -> bool {
    let is_told = match server.variable("POSTGRES_INITDB_ARGS") {
        Variable::Unset => false,
        Variable::Text(text) => text.contains("auth") || text.contains("-A"),
        Variable::Unknown => true,
    };
    let command = server.body.get("command");
    is_told || command.is_some_and(|command| any_text(command, &|text| text.contains("hba")))
}

/// Images that run what is called in their containers as root.
const AS_ROOT: [&str; 4] =
    ["postgres", "postgis/postgis", "pgvector/pgvector", "timescale/timescaledb"];

/// What a probe asks for that is not there.
struct Missing {
    what: String,
    /// Whether the health check or the environment names it.
    is_written: bool,
    help: String,
}

fn finding(loading: &Loading<'_>, server: &Server<'_>, probe: &Client) -> Option<Finding> {
    if !matches!(probe.program.as_str(), "psql" | "pg_isready") || !is_local(probe) {
        return None;
    }
    let missing = missing(server, probe)?;
    let program = &probe.program;
    let what = &missing.what;
    let logs_in = program == "psql";
    let message = match logs_in {
        true => format!("the health check always fails: `{program}` {what}"),
        false => {
            format!("`{program}` {what}: it passes, and the server logs an error at each check")
        }
    };
    let severity = if logs_in || missing.is_written { LINT.severity } else { Severity::Info };
    let test = server.test()?;
    let mut items = test.items().iter();
    let item = items.find(|item| item.text().is_some_and(|text| text.contains(program.as_str())));
    let place = loading.place(item.unwrap_or(test))?;
    let finding = LINT.finding(message).at(place.path, place.span).help(missing.help);
    Some(Finding { severity, ..finding })
}

/// Whether a probe connects to the server of its own container, where no password is asked for.
fn is_local(probe: &Client) -> bool {
    let is_own = |host: &Argument| {
        matches!(host.text.as_str(), "localhost" | "127.0.0.1" | "::1")
            || host.text.starts_with('/')
    };
    probe.runs_in.is_none() && probe.host.as_ref().is_none_or(is_own)
}

fn missing(server: &Server<'_>, probe: &Client) -> Option<Missing> {
    let user = server.user()?;
    let named = written(server, probe, probe.user.as_ref(), "PGUSER")?;
    let database = written(server, probe, probe.database.as_ref(), "PGDATABASE")?;
    let image = server.body.text_of("image").map(repository).unwrap_or_default();
    let role = match &named {
        Some(role) => role.clone(),
        None if server.body.get("user").is_none() && AS_ROOT.contains(&image) => "root".to_owned(),
        None => return None,
    };
    let right = if server.variable(Family::USER) == Variable::Unset {
        format!("-U {user}")
    } else {
        "-U \"$$POSTGRES_USER\"".to_owned()
    };
    if role != user {
        let what = match named {
            Some(_) if !server.has_shell() && role.contains('$') => format!(
                "is run without a shell, so that it connects as a role that is called `{role}`"
            ),
            Some(_) => format!("connects as `{role}`, and the server's role is `{user}`"),
            None => format!(
                "connects as `root`, the container's user, and the server's role is `{user}`"
            ),
        };
        let help = match server.has_shell() {
            true => format!("name the role: `{right}`"),
            false => format!("name the role `{user}`; in CMD-SHELL `{right}` would do"),
        };
        return Some(Missing { what, is_written: named.is_some(), help });
    }
    let known = server.database()?;
    let is_named = database.is_some();
    let database = database.unwrap_or(role);
    if database == known || MAINTENANCE.contains(&database.as_str()) {
        return None;
    }
    // `-d` takes a whole connection string too.
    if database.contains('=') || database.contains("://") {
        return None;
    }
    let what = match is_named {
        true => format!("connects to the database `{database}`, and the server's is `{known}`"),
        false => format!(
            "names no database and connects to one called `{database}` like the role, and the server's is `{known}`"
        ),
    };
    Some(Missing { what, is_written: is_named, help: format!("name the database: `-d {known}`") })
}

/// What a probe is given for a role or database; nothing within where nothing names it, and nothing
/// at all where it can't be told.
#[expect(clippy::option_option, reason = "not known is not the same as not given")]
fn written(
    server: &Server<'_>,
    probe: &Client,
    argument: Option<&Argument>,
    variable: &str,
) -> Option<Option<String>> {
    let own = probe.settings.iter().find(|(key, _)| key == variable).map(|(_, value)| value);
    if let Some(argument) = argument.or(own) {
        if !server.has_shell() {
            return Some(Some(argument.text.clone()));
        }
        return server.expanded(&argument.text).map(Some);
    }
    match server.variable(variable) {
        Variable::Text(text) => Some(Some(text.to_owned())),
        Variable::Unset => Some(None),
        Variable::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    fn checked(environment: &str, test: &str) -> Vec<String> {
        found_in(
            &LINT,
            &format!(
                "services:\n  db:\n    image: postgres:16\n    environment: {{{environment}}}\n    healthcheck:\n      test: {test}\n"
            ),
        )
    }

    #[test]
    fn another_role_or_database_is_told() {
        for (environment, test, expected) in [
            (
                "POSTGRES_USER: app",
                "[CMD-SHELL, pg_isready -U postgres]",
                "`pg_isready` connects as `postgres`, and the server's role is `app`: it passes, and the server logs an error at each check",
            ),
            (
                "POSTGRES_USER: app",
                "[CMD, psql, -U, bot, -d, app, -c, select 1]",
                "the health check always fails: `psql` connects as `bot`, and the server's role is `app`",
            ),
            (
                "POSTGRES_USER: app",
                "pg_isready",
                "`pg_isready` connects as `root`, the container's user, and the server's role is `app`: it passes, and the server logs an error at each check",
            ),
            (
                "",
                "pg_isready -U app",
                "`pg_isready` connects as `app`, and the server's role is `postgres`: it passes, and the server logs an error at each check",
            ),
            (
                "POSTGRES_USER: app, POSTGRES_DB: shop",
                "pg_isready -U app",
                "`pg_isready` names no database and connects to one called `app` like the role, and the server's is `shop`: it passes, and the server logs an error at each check",
            ),
            (
                "POSTGRES_USER: app, POSTGRES_DB: shop",
                "pg_isready -U $$POSTGRES_USER -d store",
                "`pg_isready` connects to the database `store`, and the server's is `shop`: it passes, and the server logs an error at each check",
            ),
            (
                "POSTGRES_USER: app",
                "[CMD, pg_isready, -U, $$POSTGRES_USER]",
                "`pg_isready` is run without a shell, so that it connects as a role that is called `$POSTGRES_USER`: it passes, and the server logs an error at each check",
            ),
        ] {
            let found = checked(environment, test);
            assert_eq!(found.len(), 1, "{test}");
            assert!(found[0].ends_with(expected), "{found:?}");
        }
    }

    #[test]
    fn what_agrees_or_is_unknown_is_silent() {
        for (environment, test) in [
            ("POSTGRES_USER: app", "pg_isready -U app"),
            ("POSTGRES_USER: app", "pg_isready -U $$POSTGRES_USER"),
            (
                "POSTGRES_USER: app, POSTGRES_DB: shop",
                "pg_isready -U $${POSTGRES_USER} -d $${POSTGRES_DB}",
            ),
            ("POSTGRES_USER: app, POSTGRES_DB: shop", "pg_isready -U app -d postgres"),
            ("POSTGRES_USER: '${DB_USER}'", "pg_isready -U ${DB_USER}"),
            ("POSTGRES_USER: '${DB_USER}'", "pg_isready -U app"),
            ("POSTGRES_USER: app", "pg_isready -U ${DB_USER:-postgres}"),
            ("POSTGRES_USER: , POSTGRES_DB: ", "pg_isready -U app"),
            ("POSTGRES_USER_FILE: /run/secrets/user", "pg_isready -U app"),
            ("POSTGRES_USER: app, PGUSER: app", "pg_isready"),
            ("POSTGRES_USER: app", "PGUSER=app pg_isready"),
            ("POSTGRES_USER: app", "pg_isready -U bot -h other"),
            ("POSTGRES_USER: app", "[CMD, /check.sh]"),
            ("", "pg_isready -U postgres"),
        ] {
            assert_eq!(checked(environment, test), [""; 0], "{environment} {test}");
        }
        let more = "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_USER: app}\n    healthcheck: {test: pg_isready -U bot}\n";
        for line in
            ["volumes: ['./init:/docker-entrypoint-initdb.d']", "build: .", "env_file: missing.env"]
        {
            let text = format!("{more}    {line}\n").replace(
                "environment: {POSTGRES_USER: app}",
                match line {
                    "env_file: missing.env" => "restart: always",
                    _ => "environment: {POSTGRES_USER: app}",
                },
            );
            assert_eq!(found_in(&LINT, &text), [""; 0], "{line}");
        }
    }

    #[test]
    fn env_files_are_read() {
        let compose = "services:\n  db:\n    image: postgres:16\n    env_file: db.env\n    healthcheck: {test: 'pg_isready -U ${DB_USER}'}\n";
        let found = |user: &str| {
            let env = format!("DB_USER={user}\n");
            found(
                &LINT,
                &[("compose.yaml", compose), (".env", &env), ("db.env", "POSTGRES_USER=app\n")],
            )
        };
        assert_eq!(found("app"), [""; 0]);
        assert_eq!(found("bot").len(), 1);
    }
}
