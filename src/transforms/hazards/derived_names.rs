//! Names that Compose makes of a service's, and their uses.

use super::Hazard;
use super::view::{Renamed, View};
use crate::compose::network::project_name;
use crate::compose::usage::Class;
use crate::diagnostics::Finding;

pub(super) const HAZARD: Hazard = Hazard {
    id: "derived-names",
    what: "the container, and the image of a service that is built, have another name",
    why: "Compose makes them of the project's and the service's: `<project>-<service>-1` where there \
          is no `container_name`, `<project>-<service>` where `build` has no `image`",
    remedy: "change scripts, schedules and alerts that use such a name, also outside of the \
             repository; `docker compose exec SERVICE` needs none",
    run,
};

/// Uses that are named in a message.
const SHOWN: usize = 3;

fn run(view: &View<'_>) -> Vec<Finding> {
    view.renamed().iter().filter_map(|renamed| finding(view, renamed)).collect()
}

fn finding(view: &View<'_>, renamed: &Renamed<'_>) -> Option<Finding> {
    let project = project_name(&view.before, view.project);
    let project = project.as_deref().unwrap_or("<project>");
    let (old, new) = (renamed.old, renamed.new);
    let has = |key: &str| renamed.before.get(key).is_some();
    let mut changes = Vec::new();
    if has("build") && !has("image") {
        changes.push(format!("image `{project}-{old}` becomes `{project}-{new}`"));
    }
    if !has("container_name") && !has("provider") {
        changes.push(format!("container `{project}-{old}-1` becomes `{project}-{new}-1`"));
    }
    if changes.is_empty() {
        return None;
    }
    let changes = changes.join(", ");
    let mut uses = view.plan.left.iter().filter(|left| left.class == Class::DerivedName);
    let Some(first) = uses.next() else {
        let place = view.service(old)?;
        let message = format!("{changes}: what uses them outside of the repository must change");
        return Some(Finding::info(HAZARD.id, message).at(place.path, place.span));
    };
    let mut paths: Vec<&str> = vec![&first.path];
    for left in uses {
        if paths.last() != Some(&left.path.as_str()) {
            paths.push(&left.path);
        }
    }
    let rest = paths.len().saturating_sub(SHOWN);
    let mut named = paths.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if rest > 0 {
        named = format!("{named} and {rest} more");
    }
    let finding =
        Finding::warning(HAZARD.id, format!("{changes}, and {named} may use the old name"));
    let help = format!(
        "change it there by hand; `docker compose exec {new}` needs no name of a container"
    );
    Some(finding.at(&first.path, first.span).help(help))
}
