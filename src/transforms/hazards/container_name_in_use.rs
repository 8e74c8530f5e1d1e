//! The new container can't get its name: the old one, or another service's, has it.

use super::Hazard;
use super::view::{Borne, Renamed, View};
use crate::compose::value::Value;
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
    let renamed = view.renamed();
    let kept = renamed.iter().filter_map(|renamed| kept(view, renamed));
    kept.chain(view.borne().filter_map(|borne| taken(view, &borne))).collect()
}

/// The container gets a name that another one of the tree bears, by whatever variable.
fn taken(view: &View<'_>, borne: &Borne<'_>) -> Option<Finding> {
    let before = view.before.services.get(borne.key)?.get("container_name")?;
    let name = borne.after.text_of("container_name").filter(|name| before.text() != Some(name))?;
    let is_it = |service: &Value| service.text_of("container_name") == Some(name);
    let own =
        view.after.services.iter().find(|(other, value)| *other != borne.name && is_it(value));
    let foreign = view.foreign().find_map(|other| {
        let (service, _) = other.model.services.iter().find(|(_, value)| is_it(value))?;
        Some((service, other.project.main.as_str()))
    });
    let (service, path) = own.map(|(service, _)| (service, view.main())).or(foreign)?;
    let message = format!(
        "service `{service}` of {path} bears the container name `{name}` too: the second of the two can't start"
    );
    let place = view.place(before)?;
    let help = "choose another name with --container-name";
    Some(Finding::error(HAZARD.id, message).at(place.path, place.span).help(help))
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
