//! An app logs in as the old superuser, which an empty volume does not have any more.

use super::Hazard;
use super::init::makes_role;
use super::view::{Server, View};
use crate::compose::endpoint::endpoints;
use crate::compose::value::Value;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "role-missing-on-fresh-volume",
    what: "a deployment on an empty volume (a new host, CI, a colleague's machine) has no role for \
           the app",
    why: "the image makes one role only, that of `POSTGRES_USER`; until now it was the app's",
    remedy: "make the role and its database by a script in /docker-entrypoint-initdb.d, or by the \
             provisioner",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.servers().filter_map(|server| finding(view, &server)).collect()
}

fn finding(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let from = server.intent.from.as_str();
    if makes_role(view, server.before, from) {
        return None;
    }
    let clients =
        view.after.environments.iter().filter(|(name, _)| *name != &server.intent.service);
    let users: Vec<(&String, &String)> = clients
        .filter_map(|(name, environment)| {
            let mut variables = environment.iter();
            let (key, _) = variables.find(|(key, value)| is_user(key, value, from))?;
            Some((name, key))
        })
        .collect();
    let (client, key) = users.first()?;
    let names: Vec<String> = users.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!(
        "{} {} in as `{from}`, a role that is not made on an empty volume any more",
        names.join(", "),
        if names.len() == 1 { "logs" } else { "log" },
    );
    let before = view.before.environments.get(*client).and_then(|known| known.get(*key));
    let place = before.and_then(|value| view.place(value)).or_else(|| view.service(server.key))?;
    let help = format!(
        "make it by a script in /docker-entrypoint-initdb.d: CREATE ROLE {from} LOGIN; with its password and database"
    );
    Some(Finding::warning(HAZARD.id, message).at(place.path, place.span).help(help))
}

/// Tells whether a variable says that a client logs in as a role.
fn is_user(key: &str, value: &Value, role: &str) -> bool {
    let Some(text) = value.text() else { return false };
    let ends = ["USER", "USERNAME", "ROLE"];
    let is_named = text == role && ends.iter().any(|end| key.to_ascii_uppercase().ends_with(end));
    is_named
        || endpoints(text)
            .iter()
            .any(|endpoint| endpoint.user.clone().and_then(|user| text.get(user)) == Some(role))
}
