//! Looks at a plan as a whole, after it is made: the projects' models before and after, what
//! differs in words, and what can go wrong when it is deployed.
//!
//! Invariant: a plan whose models differ beyond its intents is refused, with nothing to write.

use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::change::ChangeSet;
use crate::transforms::hazards::hazards;
use crate::transforms::intent::Intent;
use crate::transforms::plan::{Outcome, Plan};
use crate::transforms::semantic::{effects, objections};
use crate::transforms::situation::Situation;

/// Adds the effects and the hazards of a plan, and refuses it where it does more than it says.
pub fn review(plan: &mut Plan, repo: &Repo) {
    let Some(workspace) = workspace(plan, repo) else { return };
    let situation = Situation::new(plan, repo, &workspace);
    let judged =
        |plan: &Plan| rayon::join(|| hazards(plan, &situation), || effects(plan, &situation));
    let (objections, (mut found, mut effects)) =
        rayon::join(|| objections(plan, &situation), || judged(plan));
    if !objections.is_empty() && plan.outcome != Outcome::Refused {
        plan.outcome = Outcome::Refused;
        plan.change = ChangeSet::default();
        (found, effects) = judged(plan);
    }
    plan.findings.extend(objections);
    plan.hazards.extend(found);
    plan.effects.extend(effects);
    plan.sort();
}

/// Parses the Compose files of the projects that a plan is about; nothing where it is about none.
#[must_use]
pub fn workspace(plan: &Plan, repo: &Repo) -> Option<Workspace> {
    let files = plan.intents.iter().flat_map(Intent::projects).flat_map(|project| &project.loaded);
    let files: Vec<String> = files.cloned().collect();
    if files.is_empty() {
        return None;
    }
    let workspace = Workspace::new(repo, &[]);
    let is_whole = files.iter().all(|path| workspace.files.contains_key(path));
    Some(if is_whole { workspace } else { Workspace::new(repo, &files) })
}
