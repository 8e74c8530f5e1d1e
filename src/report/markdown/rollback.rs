//! How to take a change back: commands that work as they are printed, from the root.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::compose::call::{docker_compose, quoted};
use crate::compose::names::Namespace;
use crate::transforms::intent::{Intent, RenameIntent};
use crate::transforms::plan::Plan;
use crate::transforms::situation::{Models, Situation};

const REVERT: &str = "git revert --no-edit HEAD";

/// Writes the section.
pub(super) fn write(out: &mut String, plan: &Plan, situation: Option<&Situation<'_>>) {
    out.push_str("\n## How to roll back\n\n");
    let _ = write!(
        out,
        "Files that are written and not committed, where nothing else is changed:\n\n\
         ```sh\ngit diff | git apply -R\n```\n\n\
         Once it is the last commit (for a merge commit, `git revert --no-edit -m 1 HEAD`):\n\n\
         ```sh\n{REVERT}\n```\n"
    );
    let models = situation.map(|situation| situation.models.as_slice()).unwrap_or_default();
    let deployed = models.iter().filter(|models| models.variant.is_none());
    let steps: Vec<Vec<String>> = deployed.filter_map(|models| steps(plan, models)).collect();
    if !steps.is_empty() {
        out.push_str(
            "\nWhere the new containers run already, the files alone are not enough; instead, and \
             with the same `-f` and `--project-name` as they were started with:\n",
        );
        // One commit is reverted once, however many projects run from it.
        let before = steps.iter().filter_map(|steps| steps.first().filter(|step| !step.is_empty()));
        let after = steps.iter().filter_map(|steps| steps.get(1));
        let lines: Vec<&str> =
            before.map(String::as_str).chain([REVERT]).chain(after.map(String::as_str)).collect();
        let _ = write!(out, "\n```sh\n{}\n```\n", lines.join("\n"));
    }
    if plan.intents.iter().any(|intent| matches!(intent, Intent::Superuser(_))) {
        out.push_str(
            "\nThat brings back files and containers. Roles and databases are in the server's \
             data: `composemod runbook` has the way back for those.\n",
        );
    }
}

/// The commands on a project's containers before and after the files are taken back; nothing where
/// no container differs.
fn steps(plan: &Plan, models: &Models) -> Option<Vec<String>> {
    let renames = plan.intents.iter().filter_map(|intent| match intent {
        Intent::Rename(rename) if is_moved(rename, models) => Some(rename),
        _ => None,
    });
    let renames: Vec<&RenameIntent> = renames.collect();
    let loaded: Vec<&str> = models.project.loaded.iter().map(String::as_str).collect();
    let compose = docker_compose(&models.project.folder, &loaded);
    let new: Vec<String> = renames.iter().map(|rename| quoted(&rename.new).into_owned()).collect();
    let stop = if new.is_empty() {
        String::new()
    } else {
        let new = new.join(" ");
        format!("{compose} stop -t 120 {new} && {compose} rm -f {new}")
    };
    let differs = models.before.services.iter().filter(|(name, service)| {
        models.after.services.get(*name) != Some(service)
            || models.after.environments.get(*name) != models.before.environments.get(*name)
    });
    let old: BTreeSet<String> = differs.map(|(name, _)| quoted(name).into_owned()).collect();
    if old.is_empty() {
        return None;
    }
    let old: Vec<String> = old.into_iter().collect();
    Some(vec![stop, format!("{compose} up -d {}", old.join(" "))])
}

/// Tells whether a rename gives a project's service another container beside the old one.
fn is_moved(rename: &RenameIntent, models: &Models) -> bool {
    rename.namespace == Namespace::Service
        && rename.projects.iter().any(|project| project.main == models.project.main)
        && models.before.services.contains_key(&rename.old)
        && models.after.services.contains_key(&rename.new)
}
