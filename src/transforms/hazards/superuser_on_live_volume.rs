//! A new superuser's name does nothing to a database cluster that exists.

use super::Hazard;
use super::mount;
use super::view::{Server, View, any_text};
use crate::compose::call::quoted;
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
    let is_kept = mount::store(server.before).is_none_or(|store| {
        // What is in memory is made anew each time.
        mount::mounts(server.before)
            .any(|mount| mount::is_its_folder(store, server.before, mount.target))
            || !mount::is_covered(store, server.before)
    });
    if !is_kept {
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
    let sql = format!(
        "CREATE ROLE {} LOGIN SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS",
        identifier(to)
    );
    let help = format!(
        "before the change is deployed: `{} exec {} psql -U {} -d postgres -c {} -c {}`; it asks for the password, which is to be the one in POSTGRES_PASSWORD",
        view.docker_compose(),
        quoted(server.key),
        quoted(from),
        quoted(&sql),
        quoted(&format!("\\password {}", identifier(to))),
    );
    let user = server.environment.get("POSTGRES_USER").and_then(|user| view.place(user));
    let place = user.or_else(|| view.service(server.key))?;
    Some(Finding::new(HAZARD.id, severity, message).at(place.path, place.span).help(help))
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
