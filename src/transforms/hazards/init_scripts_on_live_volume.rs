//! What only happens on an empty volume does not happen on the one that there is.

use super::Hazard;
use super::init;
use super::view::{Server, View};
use crate::compose::store::is_within;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "init-scripts-on-live-volume",
    what: "an edit of an init script, of `POSTGRES_PASSWORD` or `POSTGRES_INITDB_ARGS` \
           changes nothing on the running database; on an empty volume it does",
    why: "the image runs /docker-entrypoint-initdb.d and reads these variables on an empty volume only",
    remedy: "make the same change in the running database with SQL, and try the scripts on an empty \
             volume",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    let variables = view.servers().filter_map(|server| variables(view, &server));
    variables.chain(edited(view)).collect()
}

fn variables(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let names = ["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"];
    let changed: Vec<&str> = names
        .into_iter()
        .filter(|name| server.environment.get(*name) != server.given.get(*name))
        .collect();
    let first = changed.first()?;
    let message = format!(
        "{} is read on an empty volume only: the running database stays as it is",
        changed.join(", ")
    );
    let place = server.environment.get(*first).and_then(|value| view.place(value));
    let place = place.or_else(|| view.service(server.key))?;
    let help = "make the same change in the running database with SQL";
    Some(Finding::info(HAZARD.id, message).at(place.path, place.span).help(help))
}

/// Init scripts that a plan edits.
fn edited(view: &View<'_>) -> Option<Finding> {
    let roots: Vec<String> =
        view.before.services.values().flat_map(|service| init::files(view, service)).collect();
    let is_script = |path: &str| roots.iter().any(|root| is_within(path, root));
    let edit = view.plan.edits.iter().find(|edit| is_script(&edit.path))?;
    let message = format!(
        "{} runs on an empty volume only: the running database does not get the change",
        edit.path
    );
    Some(Finding::info(HAZARD.id, message).at(&edit.path, edit.edit.span))
}
