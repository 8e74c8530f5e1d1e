//! A service with data gets another key: its old container stays on the same data.

use super::Hazard;
use super::mount::{self, Mount};
use super::view::{Renamed, View};
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Severity};

pub(super) const HAZARD: Hazard = Hazard {
    id: "stateful-rename",
    what: "`up -d` starts the service under its new name and leaves the old container running as an \
           orphan, on the same volume",
    why: "Compose knows a container by its service's key, and under a new key it only warns of the \
          orphan. Two database servers on one data directory can destroy it: lock files don't protect \
          across containers. Where each has a directory of its own, the name kept as alias answers \
          from both in turn",
    remedy: "stop and remove the old container with the old file, check that none is left, and only \
             then start the new one; clients fail for the seconds in between. `--remove-orphans` \
             instead takes every orphan of the project, in no order",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.renamed().iter().filter_map(|renamed| finding(view, renamed)).collect()
}

fn finding(view: &View<'_>, renamed: &Renamed<'_>) -> Option<Finding> {
    let (old, new) = (renamed.old, renamed.new);
    if view.is_job(old) {
        return None;
    }
    let (before, after) = (renamed.before, renamed.after);
    let (severity, message) = match mount::data(before).first() {
        Some(mount) => danger(old, new, (before, after), mount),
        None => {
            mount::store(before)?;
            let stays = stays(old, new);
            let keeps = renamed.intent.aliases.iter().any(|alias| alias == old);
            let message = match keeps {
                true => format!("{stays}: `{old}` is answered by both in turn"),
                false => format!("{stays} beside it"),
            };
            (Severity::Warning, message)
        }
    };
    let help = format!(
        "while the old file is in place: {}; clients fail for the seconds in between",
        view.replacement(old, new)
    );
    let place = view.service(old)?;
    Some(Finding::new(HAZARD.id, severity, message).at(place.path, place.span).help(help))
}

/// Says what it means that a service of another key takes the data of one that is gone, given both
/// and where the old one mounts the data.
pub(crate) fn danger(
    old: &str,
    new: &str,
    (before, after): (&Value, &Value),
    mount: &Mount<'_>,
) -> (Severity, String) {
    let stays = stays(old, new);
    match mount::store(before) {
        // The engine does not let two containers have one name.
        Some(store) if has_one_name(before, after) => {
            let message = format!(
                "the old container of `{old}` stays on the {}: if `{new}` is started beside it under another name, two {} servers on one data directory can destroy it",
                named(mount),
                store.name
            );
            (Severity::Warning, message)
        }
        Some(store) => {
            let danger = format!("two {} servers on one data directory can destroy it", store.name);
            (Severity::Error, format!("{stays} on the same {}: {danger}", named(mount)))
        }
        None => (Severity::Warning, format!("{stays}: both write to the same {}", named(mount))),
    }
}

fn stays(old: &str, new: &str) -> String {
    format!("`up -d` starts `{new}` and leaves the old container of `{old}` running")
}

fn named(mount: &Mount<'_>) -> String {
    let source = mount.source.unwrap_or_default();
    if mount.is_volume { format!("volume `{source}`") } else { format!("folder `{source}`") }
}

/// Tells whether the new container is to bear the old one's name.
fn has_one_name(before: &Value, after: &Value) -> bool {
    let name = before.text_of("container_name");
    name.is_some() && after.text_of("container_name") == name
}
