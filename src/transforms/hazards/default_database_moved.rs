//! The database that is connected to where none is named becomes another.

use super::Hazard;
use super::view::{Server, View};
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "default-database-moved",
    what: "a client that names no database reaches another one, or none",
    why: "`POSTGRES_DB` is named like `POSTGRES_USER` where it is not set, and so is the database of \
          a client like `psql`",
    remedy: "name the database: `POSTGRES_DB`, `-d`, `PGDATABASE`",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.servers().filter_map(|server| finding(view, &server)).collect()
}

fn finding(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let intent = server.intent;
    let (to, database) = (&intent.to, &intent.database);
    let variable =
        ["POSTGRES_DB", "POSTGRES_USER"].iter().find_map(|name| server.environment.get(*name));
    let place =
        variable.and_then(|value| view.place(value)).or_else(|| view.service(server.key))?;
    let help = format!("name the database wherever the server is used: `-d {database}`");
    let finding = match &intent.database_before {
        Some(before) if before != database => Finding::warning(
            HAZARD.id,
            format!(
                "the default database was `{before}` and becomes `{database}`: a volume that has a database already keeps what it has, and an empty one gets no `{before}`"
            ),
        ),
        // The old one's own name was a database, and the new one's is none.
        Some(before) if *before == intent.from && to != database && to != "postgres" => {
            Finding::info(
                HAZARD.id,
                format!(
                    "`psql -U {to}` without `-d` looks for a database `{to}`, which does not exist"
                ),
            )
        }
        _ => return None,
    };
    Some(finding.at(place.path, place.span).help(help))
}
