//! An app or an init script needs the old superuser, which an empty volume does not have any more.

use super::Hazard;
use super::init;
use super::view::{Server, View};
use crate::compose::endpoint::endpoints;
use crate::compose::value::Value;
use crate::diagnostics::Finding;
use crate::transforms::superuser::report::is_of_another_product;

pub(super) const HAZARD: Hazard = Hazard {
    id: "role-missing-on-fresh-volume",
    what: "a deployment on an empty volume (a new host, CI, a colleague's machine) has no role for \
           the app, and the init scripts that name it fail",
    why: "the image makes one role only, that of `POSTGRES_USER`; until now it was the app's",
    remedy: "make the role and its database by a script in /docker-entrypoint-initdb.d, or by the \
             provisioner",
    run,
};

/// Files that are named in a message.
const SHOWN: usize = 3;

fn run(view: &View<'_>) -> Vec<Finding> {
    view.servers().filter_map(|server| finding(view, &server)).collect()
}

fn finding(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let from = server.intent.from.as_str();
    if init::makes_role(view, server, from) {
        return None;
    }
    let clients =
        view.after.environments.iter().filter(|(name, _)| *name != &server.intent.service);
    let users: Vec<(&String, &String)> = clients
        .filter_map(|(name, environment)| {
            let mut variables = environment.iter();
            let (key, _) = variables
                .find(|(key, value)| !is_of_another_product(key) && is_user(key, value, from))?;
            Some((name, key))
        })
        .collect();
    let scripts = init::roles(view, server.before, from);
    let login = users.first().and_then(|(client, key)| {
        let before = view.before.environments.get(*client).and_then(|known| known.get(*key));
        before.and_then(|value| view.place(value))
    });
    let place = match users.is_empty() {
        false => login.or_else(|| view.service(server.key))?,
        true => scripts.first()?.clone(),
    };
    let paths: Vec<&str> = scripts.iter().map(|script| script.path.as_str()).collect();
    let named = named(&paths);
    let names: Vec<String> = users.iter().map(|(name, _)| format!("`{name}`")).collect();
    let clients = names.join(", ");
    let gone = "a role that is not made on an empty volume any more";
    let message = match (names.len(), paths.len()) {
        (0, 1) => format!("{named} needs `{from}`, {gone}"),
        (0, _) => format!("{named} need `{from}`, {gone}"),
        (1, 0) => format!("{clients} logs in as `{from}`, {gone}"),
        (1, _) => format!("{clients} logs in as `{from}`, {gone}, also needed by {named}"),
        (_, 0) => format!("{clients} log in as `{from}`, {gone}"),
        (_, _) => format!("{clients} log in as `{from}`, {gone}, also needed by {named}"),
    };
    let first = if paths.is_empty() { "" } else { ", before the others" };
    let help = format!(
        "make it by a script in /docker-entrypoint-initdb.d{first}: CREATE ROLE {from} LOGIN; with its password and database"
    );
    Some(Finding::warning(HAZARD.id, message).at(place.path, place.span).help(help))
}

/// Some files by their names, and how many more there are.
fn named(paths: &[&str]) -> String {
    let mut named: Vec<&str> = paths.iter().take(SHOWN).copied().collect();
    let more = format!("{} more", paths.len().saturating_sub(SHOWN));
    if paths.len() > SHOWN {
        named.push(&more);
    }
    named.join(", ")
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
