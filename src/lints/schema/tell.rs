//! How faults are told: paths, and what values are.

use crate::diagnostics::Finding;
use crate::lints::Lint;
use crate::lints::context::FileView;
use crate::lints::schema::spec::Kind;
use crate::lints::schema::walk::{Fault, FaultKind};
use crate::yaml::document::{self, Document, NodeId};

/// Reports the faults that a lint is about: `tell` gives message and help.
pub(super) fn report(
    lint: &Lint,
    view: &FileView<'_>,
    tell: impl Fn(&Fault<'_>, &str) -> Option<Finding>,
) -> Vec<Finding> {
    let doc = &view.file.doc;
    let found = view.context.faults(view.file);
    let told = found.iter().filter_map(|fault| {
        let finding = tell(fault, &path(doc, fault.node))?;
        Some(Finding { id: lint.id, ..finding }.at(view.path(), view.span(fault.node)))
    });
    told.collect()
}

/// Reports texts that can't be read. `is_mine` says of which readings; `what` calls what they should
/// be, and `help` says how it is written.
pub(super) fn report_unreadable(
    lint: &Lint,
    view: &FileView<'_>,
    is_mine: impl Fn(super::reading::Reading) -> bool,
    what: &str,
    help: &str,
) -> Vec<Finding> {
    report(lint, view, |fault, path| {
        let FaultKind::Unreadable(reading, error) = &fault.kind else { return None };
        if !is_mine(*reading) {
            return None;
        }
        let text = view.text(fault.node).unwrap_or_default();
        let reason = &error.reason;
        let finding = if error.is_refused {
            lint.finding(format!(
                "`{path}` is no {what}: `{text}` {reason}, so docker compose refuses the file"
            ))
        } else {
            let severity = lint.severity.min(crate::diagnostics::Severity::Warning);
            let message =
                format!("`{path}` is no {what}: `{text}` {reason}, which docker compose lets pass");
            Finding::new(lint.id, severity, message)
        };
        Some(finding.help(help))
    })
}

/// Gives the way to a node: `services.web.ports[0]`. A key's is that of its value.
pub(super) fn path(doc: &Document, node: NodeId) -> String {
    let mut steps = Vec::new();
    let mut at = node;
    while let Some(parent) = doc.node(at).parent {
        match &doc.node(parent).kind {
            document::Kind::Mapping { entries, .. } => {
                let entry = entries.iter().find(|entry| entry.key == at || entry.value == at);
                let key = entry.and_then(|entry| doc.value(entry.key)).unwrap_or_default();
                steps.push(format!(".{key}"));
            }
            document::Kind::Sequence { items, .. } => {
                let index = items.iter().position(|item| item.value == at).unwrap_or_default();
                steps.push(format!("[{index}]"));
            }
            _ => {}
        }
        at = parent;
    }
    let path: String = steps.into_iter().rev().collect();
    path.strip_prefix('.').unwrap_or(&path).to_owned()
}

/// Gives the path of what holds what a path leads to; empty at the top.
pub(super) fn holder(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(holder, _)| holder)
}

/// Lists types: `text, a list or a mapping`.
pub(super) fn listed(kinds: &[Kind]) -> String {
    let has_number = kinds.contains(&Kind::Number);
    let only = kinds.len() == 1;
    let is_said =
        |kind: &&Kind| (only || **kind != Kind::Null) && !(has_number && **kind == Kind::Integer);
    let words: Vec<&str> = kinds.iter().filter(is_said).map(|kind| kind.word()).collect();
    one_of(&words)
}

/// Lists words: `a, b or c`.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{listed, path};
    use crate::lints::schema::spec::Kind;
    use crate::yaml::document::Document;

    #[test]
    fn paths_are_those_of_docker_compose() {
        let (doc, _) = Document::parse(&Arc::from("services: {a: {ports: [1, {target: 80}]}}"));
        let paths: Vec<String> = doc.nodes().map(|(node, _)| path(&doc, node)).collect();
        assert!(paths.contains(&"services.a.ports[1].target".to_owned()), "{paths:?}");
        assert_eq!(paths.first().map(String::as_str), Some(""));
    }

    #[test]
    fn types_are_listed() {
        assert_eq!(listed(&[Kind::Null, Kind::String, Kind::Array]), "text or a list");
        assert_eq!(listed(&[Kind::Integer, Kind::Number]), "a number");
    }
}
