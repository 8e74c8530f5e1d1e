//! A server is made anew: its clients lose their sessions for some seconds.

use super::Hazard;
use super::mount;
use super::view::View;
use crate::compose::value::Value;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "clients-drop",
    what: "every session with the server ends, and clients fail for some seconds",
    why: "what a container is made with can't be changed on it: `up -d` stops it and makes another",
    remedy: "deploy when that does no harm; clients that reconnect go on with no change of theirs",
    run,
};

/// What of a service does not make its container another one.
const HARMLESS: [&str; 3] = ["build", "depends_on", "profiles"];

fn run(view: &View<'_>) -> Vec<Finding> {
    let changed = view.before.services.iter().filter(|(name, before)| {
        let after = view.after.services.get(*name);
        after.is_some_and(|after| is_made_anew(before, after)) || {
            let environments =
                (view.before.environments.get(*name), view.after.environments.get(*name));
            after.is_some() && environments.0 != environments.1
        }
    });
    let findings = changed.filter_map(|(name, before)| {
        let store = mount::store(before)?;
        let place = view.service(name)?;
        let message = format!("`up -d` makes the {} container of `{name}` anew: its sessions end, and clients fail for some seconds", store.name);
        Some(Finding::info(HAZARD.id, message).at(place.path, place.span))
    });
    findings.collect()
}

fn is_made_anew(before: &Value, after: &Value) -> bool {
    !telling(before).eq(telling(after))
}

fn telling(service: &Value) -> impl Iterator<Item = (&str, &Value)> {
    service.entries().filter(|(key, _)| !HARMLESS.contains(key))
}
