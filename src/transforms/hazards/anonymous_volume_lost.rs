//! A service with data in an anonymous volume gets another key: its new container starts empty.

use super::Hazard;
use super::mount::{self, is_its_folder, mounts};
use super::view::{Renamed, View};
use crate::compose::store::{Holds, Store, Unmounted};
use crate::diagnostics::{Finding, Place, Severity};

pub(super) const HAZARD: Hazard = Hazard {
    id: "anonymous-volume-lost",
    what: "the service starts with empty data; the old ones stay in a volume without a name",
    why: "an anonymous volume, also one that an image declares, is handed on from a container to the \
          next one of the same service only",
    remedy: "copy the data out of the old container while it runs (a dump), or give them a named \
             volume first and copy them there",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    view.renamed().iter().filter_map(|renamed| finding(view, renamed)).collect()
}

fn finding(view: &View<'_>, renamed: &Renamed<'_>) -> Option<Finding> {
    let (old, new) = (renamed.old, renamed.new);
    let service = renamed.before;
    let store = mount::store(service).filter(|_| !view.is_job(old));
    let anonymous = mounts(service).find(|mount| {
        mount.source.is_none()
            && !mount::is_remade(mount.target)
            && match store {
                Some(store) => is_its_folder(store, service, mount.target),
                // A built service covers folders of its own code this way.
                None => service.get("build").is_none() || mount::is_state(mount.target),
            }
    });
    let (severity, what, place): (Severity, String, Option<Place>) = match (&anonymous, store) {
        (Some(mount), _) => {
            let severity = store.map_or(Severity::Warning, gravity);
            (severity, format!("the anonymous volume at {}", mount.target), view.place(mount.value))
        }
        (None, Some(store))
            if store.unmounted == Unmounted::Anonymous && !mount::is_covered(store, service) =>
        {
            (
                gravity(store),
                format!("the volume that the {} image makes by itself", store.name),
                view.service(old),
            )
        }
        _ => return None,
    };
    let other = store.and_then(|store| {
        view.siblings().find(|(_, model)| {
            model.services.get(old).is_some_and(|service| mount::is_covered(store, service))
        })
    });
    let message = format!(
        "`{new}` starts with empty data: those of `{old}` are in {what}, which only `{old}` is handed on"
    );
    let (severity, message) = match other {
        Some((path, _)) => (
            Severity::Warning,
            format!("{message}, unless {path} is loaded, which mounts a volume"),
        ),
        None => (severity, message),
    };
    let help = "take a dump from the old container before it goes, or move the data to a named volume first";
    let place = place?;
    Some(Finding::new(HAZARD.id, severity, message).at(place.path, place.span).help(help))
}

/// How grave it is that a store starts empty.
fn gravity(store: &Store) -> Severity {
    match store.holds {
        Holds::Records => Severity::Error,
        Holds::Passing => Severity::Warning,
    }
}
