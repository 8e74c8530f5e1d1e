//! What can go wrong when a plan is deployed, though its files are right.
//!
//! Each hazard is a pure function of a view of the plan: one file, one line in the registry. It is
//! looked for in each project of the plan, then in each file that is loaded in the project's place
//! or on top of it. Invariant: one cause is said once a project. A refused plan has none: nothing
//! of it is deployed.

mod alias_collision;
mod alias_impossible;
mod anonymous_volume_lost;
mod baked_in_host;
mod blind_healthcheck;
mod clients_drop;
mod container_name_in_use;
mod default_database_moved;
mod derived_names;
mod external_network_consumers;
mod init;
mod init_scripts_on_live_volume;
mod kubernetes_same_name;
pub(crate) mod mount;
mod network;
mod port_in_use;
mod provider_env;
mod role_missing_on_fresh_volume;
mod secret_path_moved;
mod shared_secret_variable;
pub(crate) mod stateful_rename;
pub(crate) mod superuser_on_live_volume;
#[cfg(test)]
mod tests;
mod underscore_in_host_name;
pub(crate) mod view;
mod volume_key_renamed;

use crate::diagnostics::Finding;
use crate::transforms::plan::{Outcome, Plan};
use crate::transforms::situation::Situation;

use view::View;

/// A sort of thing that can go wrong.
#[derive(Clone, Copy, Debug)]
pub struct Hazard {
    /// What findings of it are called, kebab-case.
    pub id: &'static str,
    /// What happens.
    pub what: &'static str,
    /// Why.
    pub why: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Finds it.
    run: fn(&View<'_>) -> Vec<Finding>,
}

/// Every hazard, in order of its id.
pub const HAZARDS: &[Hazard] = &[
    alias_collision::HAZARD,
    alias_impossible::HAZARD,
    anonymous_volume_lost::HAZARD,
    baked_in_host::HAZARD,
    blind_healthcheck::HAZARD,
    clients_drop::HAZARD,
    container_name_in_use::HAZARD,
    default_database_moved::HAZARD,
    derived_names::HAZARD,
    external_network_consumers::HAZARD,
    init_scripts_on_live_volume::HAZARD,
    kubernetes_same_name::HAZARD,
    port_in_use::HAZARD,
    provider_env::HAZARD,
    role_missing_on_fresh_volume::HAZARD,
    secret_path_moved::HAZARD,
    shared_secret_variable::HAZARD,
    stateful_rename::HAZARD,
    superuser_on_live_volume::HAZARD,
    underscore_in_host_name::HAZARD,
    volume_key_renamed::HAZARD,
];

/// Finds what can go wrong.
#[must_use]
pub fn hazards(plan: &Plan, situation: &Situation<'_>) -> Vec<Finding> {
    if plan.outcome == Outcome::Refused {
        return Vec::new();
    }
    let others = network::others(situation);
    let views = view::views(plan, situation, &others);
    let mut found = Vec::new();
    for views in views.chunk_by(|a, b| a.is_beside(b)) {
        for hazard in HAZARDS {
            let each = views.iter().map(|view| (view, (hazard.run)(view)));
            found.extend(once(each));
        }
    }
    // What a transform stopped at, or weighed by itself, is among its own findings.
    found.retain(|hazard| !plan.findings.iter().any(|finding| finding.id == hazard.id));
    found
}

/// Keeps one of the findings that say the same of several files of a project, and says which the
/// other files are.
fn once<'v, 'a: 'v>(
    each: impl Iterator<Item = (&'v View<'a>, Vec<Finding>)>,
) -> impl Iterator<Item = Finding> {
    let mut kept: Vec<(Finding, Vec<&str>)> = Vec::new();
    for (view, findings) in each {
        for finding in findings {
            match kept.iter_mut().find(|(known, _)| known.message == finding.message) {
                Some((known, _)) if known.place == finding.place => {}
                Some((_, also)) => also.push(view.main()),
                None => kept.push((finding, Vec::new())),
            }
        }
    }
    kept.into_iter().map(|(mut finding, also)| {
        if !also.is_empty() {
            finding.message = format!("{} (so too in {})", finding.message, also.join(", "));
        }
        finding
    })
}
