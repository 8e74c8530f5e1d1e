//! The health check does not see that nobody can log in.

use super::Hazard;
use super::view::{Server, View, any_text};
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "blind-healthcheck",
    what: "the container is healthy while the role or the database that it is checked for is missing",
    why: "`pg_isready` exits 0 as soon as the server answers, though it answers that the role does \
          not exist",
    remedy: "check with a query: `psql -U USER -d postgres -Atc 'select 1'`",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.servers().filter_map(|server| finding(view, &server)).collect()
}

fn finding(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let test = server.after.at(&["healthcheck", "test"])?;
    let runs = |program: &str| any_text(test, &|text| text.contains(program));
    if !runs("pg_isready") || runs("psql") {
        return None;
    }
    let to = &server.intent.to;
    let message = format!(
        "`pg_isready` succeeds also where the role `{to}` is missing, so `healthy` does not tell that it can log in"
    );
    let help = format!("test: [\"CMD-SHELL\", \"psql -U {to} -d postgres -Atc 'select 1'\"]");
    let place = view.place(server.before.at(&["healthcheck", "test"])?)?;
    Some(Finding::warning(HAZARD.id, message).at(place.path, place.span).help(help))
}
