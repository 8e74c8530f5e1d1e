//! Kubernetes manifests have something of the old name.

use super::Hazard;
use super::view::View;
use crate::compose::usage::Class;
use crate::diagnostics::Finding;
use crate::repo::mentions::is_of_kubernetes;

pub(super) const HAZARD: Hazard = Hazard {
    id: "kubernetes-same-name",
    what: "manifests or charts of the tree go on using the old name",
    why: "Kubernetes names its services in a namespace of its own, which a Compose project is not in",
    remedy: "rename there by hand if the two are to be called alike; nothing breaks if not",
    run,
};

fn run(view: &View<'_>) -> Vec<Finding> {
    let found = view.renamed();
    let Some(renamed) = found.first() else { return Vec::new() };
    let is_theirs = |path: &str| {
        let file = view.situation.repo.get(path);
        file.is_some_and(|file| is_of_kubernetes(path, &file.text))
    };
    let mut left = view.plan.left.iter().filter(|left| {
        left.class == Class::OtherNamespace && left.text == renamed.old && is_theirs(&left.path)
    });
    let Some(first) = left.next() else { return Vec::new() };
    let mut more: Vec<&str> =
        left.map(|left| left.path.as_str()).filter(|path| *path != first.path).collect();
    more.dedup();
    let more = match more.len() {
        0 => String::new(),
        1 => " and 1 more file".to_owned(),
        count => format!(" and {count} more files"),
    };
    let message = format!("Kubernetes has a `{}` of its own here{more}, which stays", renamed.old);
    vec![Finding::info(HAZARD.id, message).at(&first.path, first.span)]
}
