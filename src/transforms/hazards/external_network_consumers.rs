//! Others may reach the service by its old name over a network that is not only this project's.

use super::Hazard;
use super::view::View;
use crate::compose::call::quoted;
use crate::compose::network::{Presence, is_external, presences};
use crate::compose::value::Value;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "external-network-consumers",
    what: "a container of another project loses the service, if it uses the name that goes",
    why: "whatever joins the network can use the name, and the repository does not show it",
    remedy: "keep the old name as an alias on that network until everything on it is changed: \
             `docker network inspect NETWORK` lists what is",
    run,
};

/// Other projects that are named in a message.
const SHOWN: usize = 3;

fn run(view: &View<'_>) -> Vec<Finding> {
    let renamed = view.renamed().into_iter().flat_map(|renamed| {
        let place = view.service(renamed.old);
        let found = shared(view, renamed.old, renamed.before, renamed.after);
        found.into_iter().map(move |finding| (finding, place.clone()))
    });
    let retired = view.retired().flat_map(|(retire, before, after)| {
        let place = view.service(&retire.service);
        let found = shared(view, &retire.alias, before, after);
        found.into_iter().map(move |finding| (finding, place.clone()))
    });
    let placed = renamed.chain(retired).filter_map(|(finding, place)| {
        let place = place?;
        Some(finding.at(place.path, place.span))
    });
    placed.collect()
}

/// The networks of a service that others share, by what becomes of a name there.
fn shared(view: &View<'_>, name: &str, before: &Value, after: &Value) -> Vec<Finding> {
    let after = presences(&view.after, view.project, after);
    let found = presences(&view.before, view.project, before);
    found.iter().filter_map(|presence| finding(view, name, presence, &after)).collect()
}

fn finding(
    view: &View<'_>,
    name: &str,
    presence: &Presence<'_>,
    after: &[Presence<'_>],
) -> Option<Finding> {
    let is_external = view.before.networks.get(presence.key).is_some_and(is_external);
    let sharing = view.sharing(&presence.id);
    if !is_external && sharing.is_empty() {
        return None;
    }
    let engine = view.engine_name(&view.before, "networks", presence.key);
    let network = engine.as_deref().unwrap_or(presence.key);
    let mut who: Vec<String> = sharing.iter().take(SHOWN).map(|path| (*path).to_owned()).collect();
    if sharing.len() > SHOWN {
        who.push(format!("{} more projects", sharing.len() - SHOWN));
    }
    let who = match who.is_empty() {
        true => "what else is on it".to_owned(),
        false => format!("{} and whatever else is on it", who.join(", ")),
    };
    let keeps = after.iter().any(|now| now.id == presence.id && now.aliases.contains(&name));
    let message =
        format!("the network `{network}` is not only this project's: {who} may use `{name}`");
    let look = format!(
        "`docker network inspect -f '{{{{range .Containers}}}}{{{{println .Name}}}}{{{{end}}}}' {}` lists what is on it",
        quoted(network)
    );
    Some(match keeps {
        true => Finding::info(
            HAZARD.id,
            format!("{message}; the alias goes on answering, keep it until they are changed"),
        ),
        false => {
            let message = format!("{message}, which nothing answers to afterwards");
            Finding::warning(HAZARD.id, message).help(look)
        }
    })
}
