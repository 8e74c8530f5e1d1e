//! What a provider's dependents find in their environment is named after the service.

use super::Hazard;
use super::view::{Renamed, View};
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "provider-env",
    what: "the dependents of a service with `provider` get their variables under another name",
    why: "docker compose hands them on as the service's name in upper case, `_` and the key",
    remedy: "rename the variables where the dependents read them",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.renamed().iter().filter_map(|renamed| finding(view, renamed)).collect()
}

fn finding(view: &View<'_>, renamed: &Renamed<'_>) -> Option<Finding> {
    let provider = renamed.before.get("provider")?;
    let dependents = view
        .before
        .services
        .iter()
        .filter(|(_, value)| value.at(&["depends_on", renamed.old]).is_some());
    let names: Vec<String> = dependents.map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() {
        return None;
    }
    let (old, new) = (renamed.old.to_uppercase(), renamed.new.to_uppercase());
    let message = format!(
        "the provider's variables reach {} as `{new}_…`, not as `{old}_…`",
        names.join(", ")
    );
    let place = view.place(provider)?;
    let finding = Finding::warning(HAZARD.id, message).at(place.path, place.span);
    Some(finding.help("rename them where they are read"))
}
