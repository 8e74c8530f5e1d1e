//! What still bears a name that is to go, whether the rename is still to be made, is made, or is so
//! long ago that nothing answers to the old name any more.

use std::collections::BTreeSet;

use crate::compose::discover::Project;
use crate::compose::names::Namespace;
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::transforms::intent::Intent;
use crate::transforms::plan::{Plan, PlanError, Transform};
use crate::transforms::rename::alias;
use crate::transforms::rename::options::Rename;
use crate::transforms::rename::uses::as_made;
use crate::yaml::patch::Patch;

/// How far a rename is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The old name is still defined.
    Pending,
    /// The new name is defined, and answers to the old one.
    Made,
    /// The new name is defined, and nothing answers to the old one.
    Retired,
    /// Neither can be told from the files.
    Unknown,
}

/// The mentions of a name that is to go.
#[derive(Clone, Debug)]
pub struct Survey {
    /// How far its rename is.
    pub state: State,
    /// What a rename would change, and what it would leave. Where the state is unknown, its edits
    /// say what is meant and are not to be made.
    pub plan: Plan,
}

/// Surveys a name that is to go in all projects.
///
/// # Errors
/// One of the names is none.
pub fn survey(rename: &Rename, repo: &Repo) -> Result<Survey, PlanError> {
    let rename = Rename { all_projects: true, ..rename.clone() };
    match rename.plan(repo) {
        Ok(plan) => {
            let is_made =
                |intent: &Intent| matches!(intent, Intent::Rename(rename) if rename.is_made);
            let state = if plan.intents.iter().any(is_made) { State::Made } else { State::Pending };
            return Ok(Survey { state, plan });
        }
        Err(PlanError::NotFound { new_exists: Some(_), .. }) => {
            let retired = Rename { keep_alias: false, ..rename.clone() };
            if let Ok(plan) = retired.plan(repo) {
                return Ok(Survey { state: State::Retired, plan });
            }
        }
        Err(error @ PlanError::InvalidName { .. }) => return Err(error),
        Err(_) => {}
    }
    let workspace = Workspace::new(repo, &rename.files);
    // A tree without a Compose file is taken for one project.
    let mut projects = workspace.projects.clone();
    if projects.is_empty() {
        projects.push(Project::default());
    }
    let plan = as_made(&rename, repo, &workspace, &projects)?;
    Ok(Survey { state: State::Unknown, plan })
}

/// Gives what a name is a name of in the Compose files: of several, a service before all others.
#[must_use]
pub fn kind_of(name: &str, workspace: &Workspace) -> Namespace {
    let references = workspace.files.values().flat_map(|file| &file.names().references);
    let named = references.filter(|reference| reference.name == name);
    let kinds: BTreeSet<Namespace> = named.map(|reference| reference.namespace).collect();
    kinds.into_iter().next().unwrap_or_default()
}

/// Gives the patch that makes a service answer to a name on each of its networks, where that takes
/// one file; nothing where it can't be done safely.
#[must_use]
pub fn alias_patch(workspace: &Workspace, service: &str, name: &str) -> Option<(String, Patch)> {
    let mut found: Option<(String, Patch)> = None;
    for project in &workspace.projects {
        let added = alias::add(&workspace.files, project, service, &[name.to_owned()]);
        if !added.refusals.is_empty() {
            return None;
        }
        for (path, patch) in added.patches.into_iter().chain(added.written_out) {
            match &mut found {
                None => found = Some((path, patch)),
                Some((known, whole)) if *known == path => whole.extend(patch),
                Some(_) => return None,
            }
        }
    }
    found
}
