//! The old name can't be kept as an alias.

use super::Hazard;
use super::view::{Borne, View};
use crate::compose::network::presences;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "alias-impossible",
    what: "nothing answers to the old name once the change is deployed",
    why: "an alias belongs to a network of the project. A service with `network_mode` joins none; and \
          what a file says of a service's networks does not count where that file is not loaded",
    remedy: "change what uses the old name in the same step",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.borne().filter_map(|borne| finding(view, &borne)).collect()
}

fn finding(view: &View<'_>, borne: &Borne<'_>) -> Option<Finding> {
    let aliases: Vec<&str> = borne.intent.aliases.iter().map(String::as_str).collect();
    let names: Vec<String> = aliases.iter().map(|alias| format!("`{alias}`")).collect();
    let names = names.join(", ");
    let (message, place) = match borne.after.get("network_mode") {
        _ if aliases.is_empty() => return None,
        Some(mode) => {
            let text = mode.text().unwrap_or_default();
            let message = format!(
                "with `network_mode: {text}` the service joins no network, so it can't keep the alias {names}"
            );
            let before = view.before.services.get(borne.key)?.get("network_mode")?;
            (message, view.place(before)?)
        }
        None => {
            let found = presences(&view.after, view.project, borne.after);
            let lacking = found.iter().find(|presence| {
                let mut wanted = aliases.iter().filter(|alias| **alias != borne.name);
                wanted.any(|alias| !presence.aliases.contains(alias))
            })?;
            let message = format!(
                "loaded by {} alone, the service does not answer to {names} on the network `{}`: another file brings its networks",
                view.main(),
                lacking.key
            );
            (message, view.service(borne.key)?)
        }
    };
    let finding = Finding::warning(HAZARD.id, message).at(place.path, place.span);
    Some(finding.help("change what uses the name in the same step"))
}
