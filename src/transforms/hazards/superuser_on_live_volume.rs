//! A new superuser's name does nothing to a database cluster that exists.

use super::Hazard;
use super::mount;
use super::view::{Server, View, any_text};
use crate::compose::call::quoted;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Severity};

pub(super) const HAZARD: Hazard = Hazard {
    id: "superuser-on-live-volume",
    what: "the server starts, but the new superuser does not exist: `role does not exist`",
    why: "the image makes the role of `POSTGRES_USER` on an empty volume only; where `PG_VERSION` is \
          there it skips all of that",
    remedy: "make the role as the old superuser, check that it can log in, and only then deploy",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.servers().filter_map(|server| finding(view, &server)).collect()
}

fn finding(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    if !is_kept(server.before) {
        return None;
    }
    let (from, to) = (&server.intent.from, &server.intent.to);
    let message = format!(
        "on a volume that has a database already, the role `{to}` is not made: nothing can log in as it"
    );
    let logs_in = server
        .after
        .at(&["healthcheck", "test"])
        .is_some_and(|test| any_text(test, &|text| text.contains("psql")));
    let (severity, message) = match logs_in {
        true => (
            Severity::Error,
            format!("{message}, so the health check fails and what waits for it does not start"),
        ),
        false => (Severity::Warning, message),
    };
    let help = format!(
        "before the change is deployed: {}; it asks for the password, which is to be the one in POSTGRES_PASSWORD",
        making(&view.docker_compose(), server.key, from, to)
    );
    let user = server.environment.get("POSTGRES_USER").and_then(|user| view.place(user));
    let place = user.or_else(|| view.service(server.key))?;
    Some(Finding::new(HAZARD.id, severity, message).at(place.path, place.span).help(help))
}

/// Tells whether a server's data outlive its container: what is in memory is made anew each time.
fn is_kept(service: &Value) -> bool {
    mount::store(service).is_none_or(|store| {
        mount::mounts(service).any(|mount| mount::is_its_folder(store, service, mount.target))
            || !mount::is_covered(store, service)
    })
}

/// The command that makes a superuser, as the one there is. `compose` starts a command on the
/// project.
pub(crate) fn making(compose: &str, service: &str, from: &str, to: &str) -> String {
    let sql = format!(
        "CREATE ROLE {} LOGIN SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS",
        identifier(to)
    );
    format!(
        "`{compose} exec {} psql -U {} -d postgres -c {} -c {}`",
        quoted(service),
        quoted(from),
        quoted(&sql),
        quoted(&format!("\\password {}", identifier(to))),
    )
}

/// A role's name as SQL takes it.
fn identifier(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && name.chars().all(is_plain)
    {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}
