//! One variable is the superuser's password and an app's.

use std::collections::BTreeSet;

use super::Hazard;
use super::view::{Server, View};
use crate::compose::interpolate::{Piece, pieces};
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "shared-secret-variable",
    what: "whoever has the app's password is superuser, and a change of one changes the other",
    why: "both are taken from one variable; the new superuser is another role and needs a secret of \
          its own",
    remedy: "split the variable: `composemod superuser … --split-password VARIABLE`",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.servers().filter_map(|server| finding(view, &server)).collect()
}

fn finding(view: &View<'_>, server: &Server<'_>) -> Option<Finding> {
    let password = server.given.get("POSTGRES_PASSWORD")?;
    let own = sources(password);
    let to = &server.intent.to;
    let mut names = Vec::new();
    let mut shared = None;
    for (client, environment) in &view.after.environments {
        let logs_in_as_it = environment
            .values()
            .filter_map(Value::text)
            .any(|text| text == to || text.contains(&format!("//{to}:")));
        if *client == server.intent.service || logs_in_as_it {
            continue;
        }
        let mut taken = environment.values().flat_map(sources);
        if let Some(source) = taken.find(|source| own.contains(source)) {
            names.push(format!("`{client}`"));
            shared = shared.or(Some(source));
        }
    }
    let variable = match shared? {
        Source::Variable(name) => format!("`{name}`"),
        Source::File(path, _) => format!("the password in {path}"),
    };
    let message =
        format!("{variable} is the superuser's password and also that of {}", names.join(", "));
    let place = server.environment.get("POSTGRES_PASSWORD").and_then(|value| view.place(value));
    let place = place.or_else(|| view.service(server.key))?;
    let finding = Finding::warning(HAZARD.id, message).at(place.path, place.span);
    Some(finding.help("give the superuser a variable of its own with --split-password"))
}

/// What a value is taken from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Variable(String),
    /// A line of an env file that several services are given.
    File(String, usize),
}

fn sources(value: &Value) -> BTreeSet<Source> {
    let Some(origin) = &value.origin else { return BTreeSet::new() };
    let raw = origin.raw();
    let variables = pieces(raw).unwrap_or_default().into_iter().filter_map(|piece| match piece {
        Piece::Variable(variable) => Some(Source::Variable(raw.get(variable.name)?.to_owned())),
        Piece::Literal(_) | Piece::Dollar(_) => None,
    });
    let mut found: BTreeSet<Source> = variables.collect();
    if let Origin::EnvFile { path, span, .. } = origin {
        found.insert(Source::File(path.to_string(), span.range().start));
    }
    found
}
