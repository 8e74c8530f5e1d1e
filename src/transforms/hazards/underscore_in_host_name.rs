//! The new name is one that some clients take for no host name.

use super::Hazard;
use super::view::View;
use crate::compose::usage::Class;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "underscore-in-host-name",
    what: "a client refuses the new name as no valid host",
    why: "host names have letters, digits and hyphens only (RFC 1123); Java's URI, Django and others \
          insist on it, though the engine's DNS answers",
    remedy: "choose a name with hyphens",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    let is_host =
        view.plan.edits.iter().any(|edit| matches!(edit.class, Class::Host | Class::HostSetting));
    let renamed = view.renamed();
    let found =
        renamed.iter().filter(|one| is_host && one.new.contains('_') && !one.old.contains('_'));
    found
        .filter_map(|one| {
            let place = view.service(one.old)?;
            let message =
                format!("some clients refuse `{}` as a host, as it has an underscore", one.new);
            let help = format!("call it `{}`", one.new.replace('_', "-"));
            Some(Finding::warning(HAZARD.id, message).at(place.path, place.span).help(help))
        })
        .collect()
}
