//! A volume gets another key, and with it another name in the engine.

use super::Hazard;
use super::view::View;
use crate::compose::names::Namespace;
use crate::compose::network::is_external;
use crate::compose::value::Value;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "volume-key-renamed",
    what: "the service starts on a new, empty volume; the old one stays in the engine, unused",
    why: "the engine knows a volume by its `name`, or by `<project>_<key>` where it has none",
    remedy: "give the volume a `name` that is the engine's name of the old one",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    let renames = view.renames(Namespace::Volume);
    let finding = |(old, new): (&str, &str)| {
        let before = view.before.volumes.get(old)?;
        let after = view.after.volumes.get(new)?;
        if has_own_name(after) || has_own_name(before) || view.after.volumes.contains_key(old) {
            return None;
        }
        let engine_name = view.engine_name(&view.before, "volumes", old);
        let engine_name = engine_name.unwrap_or_else(|| format!("${{COMPOSE_PROJECT_NAME}}_{old}"));
        let message =
            format!("the volume `{new}` is a new, empty one: the data stay in that of `{old}`");
        let place = view.definition("volumes", old)?;
        let finding = Finding::error(HAZARD.id, message).at(place.path, place.span);
        Some(finding.help(format!("add `name: {engine_name}` to it before it is deployed")))
    };
    renames.filter_map(|rename| finding((&rename.old, &rename.new))).collect()
}

fn has_own_name(settings: &Value) -> bool {
    settings.get("name").is_some() || is_external(settings)
}
