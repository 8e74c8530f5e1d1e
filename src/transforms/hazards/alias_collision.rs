//! A name that the service answers to is another service's too, on one network.

use std::collections::BTreeMap;

use super::Hazard;
use super::network::Answering;
use super::view::{Borne, View};
use crate::compose::network::answers;
use crate::diagnostics::{Finding, Severity};

pub(super) const HAZARD: Hazard = Hazard {
    id: "alias-collision",
    what: "the name is answered by one service and the other in turn",
    why: "the engine gives a name's addresses of all containers on the network that bear it, as \
          service, container or alias, also of other projects",
    remedy: "choose another name, or take one of the two off the network that both are on",
    run,
};

/// Other services that are named in a message.
const SHOWN: usize = 3;

fn run(view: &View<'_>) -> Vec<Finding> {
    view.borne().flat_map(|borne| of_service(view, &borne)).collect()
}

/// Tells whether a name is one that the rename gives or keeps.
fn is_given(borne: &Borne<'_>, name: &str) -> bool {
    let intent = borne.intent;
    name == intent.new
        || intent.aliases.iter().any(|alias| alias == name)
        || intent.containers.iter().any(|(_, new)| new == name)
}

fn of_service(view: &View<'_>, borne: &Borne<'_>) -> Vec<Finding> {
    // One name may collide on several networks: that is one thing to know.
    let mut found: BTreeMap<&str, (String, Vec<Answering<'_>>)> = BTreeMap::new();
    let networks = answers(&view.after, view.project, borne.name, borne.after);
    for (network, names) in &networks {
        for name in names.iter().filter(|name| is_given(borne, name)) {
            let others = view.answering((borne.name, borne.after), network, name);
            if !others.is_empty() {
                found.entry(name).or_insert_with(|| (shown(network), others));
            }
        }
    }
    let collisions = found.into_iter().filter_map(|(name, (network, others))| {
        let mut named: Vec<String> = others.iter().take(SHOWN).map(described).collect();
        if others.len() > SHOWN {
            named.push(format!("{} more", others.len() - SHOWN));
        }
        let message = format!(
            "on the network `{network}`, `{name}` is also a name of {}: answers come from all of them in turn",
            named.join(", ")
        );
        let is_kept = borne.intent.old == name;
        // Between projects that was so before, and maybe they never run on one host.
        let is_old = is_kept && others.iter().all(|other| other.elsewhere.is_some());
        let severity = if is_old { Severity::Info } else { Severity::Warning };
        let help = match is_kept {
            true => "rename with --no-keep-alias, or take one of them off the network",
            false => "choose another name, or take one of them off the network",
        };
        let other = others.first().and_then(|other| other.place.clone());
        let place = other.or_else(|| view.service(borne.key))?;
        let finding = Finding::new(HAZARD.id, severity, message);
        Some(finding.at(place.path, place.span).help(help))
    });
    collisions.chain(own_hostname(view, borne, &networks)).collect()
}

/// Inside of a container its own `hostname` is itself.
fn own_hostname(
    view: &View<'_>,
    borne: &Borne<'_>,
    networks: &BTreeMap<String, Vec<&str>>,
) -> Option<Finding> {
    let is_new = |name: &str| name != borne.intent.old && is_given(borne, name);
    view.after.services.iter().find_map(|(other, value)| {
        let hostname = value.text_of("hostname").filter(|_| other != borne.name);
        let name = hostname.filter(|name| is_new(name))?;
        let theirs = answers(&view.after, view.project, other, value);
        theirs.keys().find(|network| networks.contains_key(*network))?;
        let message = format!(
            "`{name}` is the `hostname` of `{other}`: inside of it that name is itself, not `{}`",
            borne.name
        );
        let before = view.before.services.get(other).and_then(|value| value.get("hostname"));
        let place = before.and_then(|value| view.place(value)).or_else(|| view.service(other))?;
        let help = "choose another name, or another `hostname`";
        Some(Finding::warning(HAZARD.id, message).at(place.path, place.span).help(help))
    })
}

fn described(other: &Answering<'_>) -> String {
    let path = other.elsewhere.map(|path| format!(" ({path})")).unwrap_or_default();
    format!("service `{}`{path}", other.service)
}

/// A network's identity as people know it.
fn shown(id: &str) -> String {
    id.rsplit('#').next().unwrap_or(id).to_owned()
}
