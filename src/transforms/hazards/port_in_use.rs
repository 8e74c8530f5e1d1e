//! The old container keeps the port that the new one publishes.

use super::Hazard;
use super::mount;
use super::view::{Renamed, View};
use crate::compose::value::Value;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "port-in-use",
    what: "`up -d` stops with `port is already allocated`",
    why: "under a new key Compose does not know the old container for the service's, so it leaves it \
          running, with its ports",
    remedy: "stop and remove the old container with the old file first",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.renamed().iter().filter_map(|renamed| finding(view, renamed)).collect()
}

fn finding(view: &View<'_>, renamed: &Renamed<'_>) -> Option<Finding> {
    // With data or a name of its own the old container goes first for another reason.
    let is_said = mount::store(renamed.before).is_some()
        || !mount::data(renamed.before).is_empty()
        || renamed
            .before
            .text_of("container_name")
            .is_some_and(|name| renamed.after.text_of("container_name") == Some(name));
    let ports = renamed.before.get("ports").map(Value::items).unwrap_or_default();
    let port = ports.iter().find(|port| !is_said && published(port).is_some())?;
    let (old, new) = (renamed.old, renamed.new);
    let message = format!(
        "the old container of `{old}` keeps the port {}, so `{new}` can't start",
        published(port)?
    );
    let place = view.place(port)?;
    let help = format!("while the old file is in place: {}", view.removal(old));
    Some(Finding::error(HAZARD.id, message).at(place.path, place.span).help(help))
}

/// The host's port, where it is not the engine's choice.
fn published(port: &Value) -> Option<&str> {
    let text = match port.text() {
        // `127.0.0.1:8080:80/tcp`: the part before the container's port.
        Some(text) => text.rsplit_once(':').map(|(host, _)| host)?,
        None => port.text_of("published")?,
    };
    let port = text.rsplit(':').next().unwrap_or(text);
    (!port.is_empty() && port != "0" && !text.contains('$')).then_some(port)
}
