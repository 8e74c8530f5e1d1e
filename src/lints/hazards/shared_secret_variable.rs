//! One variable is the superuser's password and that of an application's own role.

use std::collections::BTreeSet;

use super::postgres::{Server, servers};
use crate::compose::endpoint::endpoints;
use crate::compose::interpolate::{Piece, pieces};
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};
use crate::transforms::superuser::family::Family;

declare_lint! {
    /// An application's own role and the superuser have their password from one variable.
    ///
    /// ## What it does
    ///
    /// Finds services that log in to a Postgres server of the project as another role than
    /// `POSTGRES_USER`, by a URL or by variables like `DB_HOST`, `DB_USER` and `DB_PASSWORD`, with
    /// the variable that `POSTGRES_PASSWORD` is taken from. An application that logs in as the
    /// superuser itself is left alone.
    ///
    /// ## Why is this bad
    ///
    /// The role of its own gives nothing: whoever has the application's password is superuser. And
    /// the password of one can't be changed without that of the other.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_PASSWORD: ${DB_PASSWORD}
    ///   web:
    ///     image: example/web:1.2
    ///     environment:
    ///       DATABASE_URL: postgres://shop:${DB_PASSWORD}@db:5432/shop
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}
    ///   web:
    ///     image: example/web:1.2
    ///     environment:
    ///       DATABASE_URL: postgres://shop:${DB_PASSWORD}@db:5432/shop
    /// ```
    "shared-secret-variable", Hazards, Warning, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let servers = servers(loading);
    // Images of one product make its roles by themselves, and all with one password.
    let own = servers.iter().filter(|server| server.family == Family::Official);
    own.flat_map(|server| of_server(loading, server)).collect()
}

fn of_server(loading: &Loading<'_>, server: &Server<'_>) -> Vec<Finding> {
    let Some(user) = server.user() else { return Vec::new() };
    let secrets = server.password().map(variables).unwrap_or_default();
    let hosts = server.hosts();
    let mut found = Vec::new();
    let clients = loading.model.environments.iter().filter(|(name, _)| *name != server.name);
    for (client, environment) in clients {
        for (key, value) in environment {
            let text = |suffix: &str| {
                let prefix = ["PASSWORD", "PASS"].iter().find_map(|end| key.strip_suffix(end));
                environment.get(&format!("{}{suffix}", prefix?)).and_then(Value::text)
            };
            let is_here = |host: &str| hosts.contains(&host);
            let by_url = || login_by_url(value, &hosts);
            let by_parts = || {
                let host = ["HOST", "HOSTNAME", "SERVER"].iter().find_map(|end| text(end))?;
                let host = host.split(':').next().filter(|host| is_here(host));
                let role = ["USER", "USERNAME"].iter().find_map(|end| text(end))?;
                let is_whole = variables(value).len() == 1;
                host.filter(|_| is_whole).map(|_| (role, variables(value)))
            };
            let Some((role, taken)) = by_url().or_else(by_parts) else { continue };
            let Some(shared) = taken.iter().find(|name| secrets.contains(*name)) else { continue };
            if role == user || role.is_empty() || role.contains('$') {
                continue;
            }
            let message = format!(
                "`{client}` logs in as `{role}` with `{shared}`, which is the password of the superuser `{user}` of `{}` too: whoever has it is superuser",
                server.name
            );
            let help = "give the superuser's password a variable of its own, and change it in the running database too";
            if let Some(place) = loading.place(value) {
                found.push(LINT.finding(message).at(place.path, place.span).help(help));
            }
        }
    }
    found
}

/// Gives the role that a URL logs in as to one of some hosts, with the variables of its password.
fn login_by_url<'v>(value: &'v Value, hosts: &[&str]) -> Option<(&'v str, BTreeSet<String>)> {
    let text = value.text()?;
    let endpoints = endpoints(text);
    let endpoint = endpoints.iter().find(|endpoint| {
        text.get(endpoint.host.clone()).is_some_and(|host| hosts.contains(&host))
    })?;
    let role = text.get(endpoint.user.clone()?)?;
    let raw = value.origin.as_ref().map_or("", Origin::raw);
    let secrets = pieces(raw).unwrap_or_default().into_iter().filter_map(|piece| match piece {
        Piece::Variable(variable) => {
            let is_last = raw.get(variable.span.end..)?.starts_with('@');
            let before = raw.get(..variable.span.start)?;
            let name = raw.get(variable.name)?.to_owned();
            (is_last && before.ends_with(':')).then_some(name)
        }
        Piece::Literal(_) | Piece::Dollar(_) => None,
    });
    Some((role, secrets.collect()))
}

/// Gives the variables that a value is made of.
fn variables(value: &Value) -> BTreeSet<String> {
    let raw = value.origin.as_ref().map_or("", Origin::raw);
    let found = pieces(raw).unwrap_or_default().into_iter().filter_map(|piece| match piece {
        Piece::Variable(variable) => raw.get(variable.name).map(str::to_owned),
        Piece::Literal(_) | Piece::Dollar(_) => None,
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    fn found(user: &str, environment: &str) -> Vec<String> {
        found_in(
            &LINT,
            &format!(
                "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: {user}\n      POSTGRES_PASSWORD: ${{DB_PASSWORD}}\n  web:\n    image: x\n    environment: {{{environment}}}\n"
            ),
        )
    }

    #[test]
    fn a_role_of_its_own_with_the_superusers_password_is_told() {
        let url = "URL: 'postgres://shop:${DB_PASSWORD}@db:5432/shop'";
        let expected = "compose.yaml:9:25 `web` logs in as `shop` with `DB_PASSWORD`, which is the password of the superuser `root` of `db` too: whoever has it is superuser";
        assert_eq!(found("root", url), [expected]);
        let parts = "DB_HOST: db, DB_USER: shop, DB_PASSWORD: '${DB_PASSWORD}'";
        assert_eq!(found("root", parts).len(), 1);
    }

    #[test]
    fn the_superuser_itself_and_others_are_silent() {
        for environment in [
            "URL: 'postgres://root:${DB_PASSWORD}@db:5432/shop'",
            "URL: 'postgres://shop:${SHOP_PASSWORD}@db:5432/shop'",
            "URL: 'postgres://shop:${DB_PASSWORD}@other:5432/shop'",
            "URL: 'postgres://${USER}:${DB_PASSWORD}@db:5432/shop'",
            "URL: 'redis://:${DB_PASSWORD}@cache:6379/0'",
            "DB_HOST: db, DB_USER: root, DB_PASSWORD: '${DB_PASSWORD}'",
            "ADMIN_USER: shop, ADMIN_PASSWORD: '${DB_PASSWORD}'",
        ] {
            assert_eq!(found("root", environment), [""; 0], "{environment}");
        }
        let unknown = "URL: 'postgres://shop:${DB_PASSWORD}@db:5432/shop'";
        assert_eq!(found("${DB_USER}", unknown), [""; 0]);
    }
}
