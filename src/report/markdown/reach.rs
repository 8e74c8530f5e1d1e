//! Who reaches what a plan changes, before and after it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::compose::discover::Project;
use crate::compose::effective::{Effective, Files};
use crate::compose::graph::{AnswerKind, Graph, Means, Node, NodeKind, Part, graph};
use crate::compose::names::Namespace;
use crate::report::graph::mermaid;
use crate::transforms::intent::Intent;
use crate::transforms::plan::Plan;
use crate::transforms::situation::{Models, Situation};

/// Neighbours that are drawn: more can't be read.
const NEIGHBOURS: usize = 24;

/// Who reaches what is changed.
#[derive(Debug, Default)]
pub(super) struct Reach {
    before: Graph,
    after: Graph,
    /// What is changed, in each.
    focus_before: BTreeSet<usize>,
    focus_after: BTreeSet<usize>,
}

impl Reach {
    /// Makes the graphs of a plan's projects.
    pub(super) fn of(plan: &Plan, situation: &Situation<'_>) -> Self {
        let own: Vec<&Models> =
            situation.models.iter().filter(|models| models.variant.is_none()).collect();
        let made = |model: fn(&Models) -> &Effective, files: &dyn Files| {
            let part = |models: &&'_ Models| -> Project { models.project.clone() };
            let projects: Vec<Project> = own.iter().map(part).collect();
            let parts: Vec<Part<'_>> = projects
                .iter()
                .zip(&own)
                .map(|(project, models)| Part { project, model: model(models) })
                .collect();
            graph(&parts, files)
        };
        let before = made(|models| &models.before, &situation.before);
        let after = made(|models| &models.after, &situation.after);
        let (focus_before, focus_after) = (focus(plan, &before), focus(plan, &after));
        Self { before, after, focus_before, focus_after }
    }

    /// Gives the services that reach what is changed, as it is before the change.
    pub(super) fn dependents(&self) -> Vec<&str> {
        let into = self.before.edges.iter().filter(|edge| {
            self.focus_before.contains(&edge.to)
                && !self.focus_before.contains(&edge.from)
                && edge.evidence.iter().any(|evidence| evidence.means != Means::Volume)
        });
        let from: BTreeSet<usize> = into.map(|edge| edge.from).collect();
        from.iter().filter_map(|at| Some(self.before.nodes.get(*at)?.name.as_str())).collect()
    }

    /// Writes the section with the drawings.
    pub(super) fn write(&self, out: &mut String) {
        let (before, left_out) = self.before.around(&self.focus_before, NEIGHBOURS);
        let (after, _) = self.after.around(&self.focus_after, NEIGHBOURS);
        let drawings = if before == after {
            vec![("", before)]
        } else {
            vec![("Before:", before), ("After:", after)]
        };
        let has_edges = |(_, graph): &(&str, Graph)| !graph.edges.is_empty();
        if !drawings.iter().any(has_edges) {
            return;
        }
        out.push_str("\n## Who reaches it\n");
        for (title, graph) in &drawings {
            if !title.is_empty() {
                let _ = write!(out, "\n{title}\n");
            }
            let _ = write!(out, "\n```mermaid\n{}```\n", mermaid(graph));
        }
        out.push_str(
            "\nA line says which setting names the other. A dashed one only waits for it \
             (`depends_on`); a thick one uses an alias, and needs it as long as it does.\n",
        );
        if left_out > 0 {
            let _ = write!(
                out,
                "\n{left_out} more are left out; `composemod graph --format svg` draws all.\n"
            );
        }
    }
}

/// Finds what a plan changes.
fn focus(plan: &Plan, graph: &Graph) -> BTreeSet<usize> {
    let nodes = graph.nodes.iter().enumerate();
    let changed = nodes.filter(|(_, node)| {
        let main = node.project.and_then(|project| graph.projects.get(project));
        let is_of = |intent: &&Intent| {
            let mut projects = intent.projects().iter();
            projects.any(|project| main.is_some_and(|label| label.main == project.main))
        };
        plan.intents.iter().filter(is_of).any(|intent| is_changed(intent, node))
    });
    changed.map(|(at, _)| at).collect()
}

fn is_changed(intent: &Intent, node: &Node) -> bool {
    let is_service = node.kind == NodeKind::Service;
    match intent {
        Intent::Rename(rename) => {
            let is_named = [&rename.old, &rename.new].contains(&&node.name);
            let mut answers = node.answers.iter();
            match rename.namespace {
                Namespace::Service => is_service && is_named,
                Namespace::Container => answers.any(|answer| {
                    let is_renamed =
                        |(old, new): &(String, String)| [old, new].contains(&&answer.name);
                    answer.kind != AnswerKind::Alias && rename.containers.iter().any(is_renamed)
                }),
                Namespace::Volume => node.kind == NodeKind::Volume && is_named,
                _ => false,
            }
        }
        Intent::Superuser(superuser) => is_service && node.name == superuser.service,
        Intent::Retire(retire) => is_service && node.name == retire.service,
        Intent::Scaffold(scaffold) => is_service && node.name == scaffold.service,
    }
}
