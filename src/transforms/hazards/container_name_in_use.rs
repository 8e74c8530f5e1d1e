//! The new container can't get its name: the old one, or another service's, has it.

use super::Hazard;
use super::view::{Renamed, View};
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "container-name-in-use",
    what: "`up -d` stops with `Conflict. The container name is already in use`",
    why: "a container of the engine has one name of its own; under a new key Compose does not know \
          the old container for the service's, so it leaves it running with its `container_name`",
    remedy: "stop and remove the old container with the old file, then start the new one; or give \
             the container a new name too",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.renamed().iter().filter_map(|renamed| kept(view, renamed)).collect()
}

/// The key changes, and the container's name does not.
fn kept(view: &View<'_>, renamed: &Renamed<'_>) -> Option<Finding> {
    let name = renamed.before.get("container_name")?;
    let text = name.text().filter(|text| renamed.after.text_of("container_name") == Some(text))?;
    let (old, new) = (renamed.old, renamed.new);
    let finding = Finding::error(
        HAZARD.id,
        format!(
            "the old container of `{old}` bears the name `{text}`, so `{new}` can't start under it"
        ),
    );
    let help = format!("while the old file is in place: {}", view.removal(old));
    let place = view.place(name)?;
    Some(finding.at(place.path, place.span).help(help))
}
