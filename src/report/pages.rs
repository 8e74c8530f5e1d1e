//! What there is to say of lints and hazards: a list, and a page for each.

use std::fmt::Write as _;

use crate::lints::doc::Doc;
use crate::lints::{self, Default, Group, Lint};
use crate::transforms::hazards::Hazard;

/// Gives every lint in one line each, its id first.
#[must_use]
pub fn list() -> String {
    let width = lints::all().map(|lint| lint.id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for lint in lints::all() {
        let doc = Doc::parse(lint.doc);
        let summary = doc.summary.replace('\n', " ");
        let state = match lint.default {
            Default::On => lint.severity.word(),
            Default::Off => "off",
        };
        let _ = writeln!(out, "{:width$}  {state:7}  {summary}", lint.id);
    }
    out
}

/// Gives a lint's page as Markdown.
#[must_use]
pub fn lint(lint: &Lint) -> String {
    let doc = Doc::parse(lint.doc);
    let mut out = format!("# {}\n\n{}\n\n{}\n", lint.id, doc.summary, facts(lint));
    for (heading, text) in &doc.sections {
        let _ = write!(out, "\n## {heading}\n\n{text}\n");
    }
    out
}

/// Gives the pages of all lints as one Markdown document, each group with a table before them.
#[must_use]
pub fn rules() -> String {
    let mut out = "# Lints\n\n\
        What `composemod check` looks for. `composemod explain LINT` prints one page, and\n\
        `composemod explain --all` this document. `--select`, `--ignore` and composemod.yaml take a lint's id, a\n\
        group's name, `DEFAULT` or `ALL`.\n"
        .to_owned();
    for group in Group::ALL.into_iter().filter(|group| !group.lints().is_empty()) {
        let _ = write!(out, "\n## {}\n\n{}.\n\n", group.name(), group.title());
        out.push_str("| Lint | Default | Severity | Fix | What it finds |\n");
        out.push_str("| --- | --- | --- | --- | --- |\n");
        for lint in group.lints() {
            let summary = Doc::parse(lint.doc).summary.replace('|', "\\|");
            let state = if lint.default == Default::On { "on" } else { "off" };
            let fix = if lint.has_fix() { "yes" } else { "" };
            let (id, severity) = (lint.id, lint.severity.word());
            let _ = writeln!(out, "| [{id}](#{id}) | {state} | {severity} | {fix} | {summary} |");
        }
        for lint in group.lints() {
            let doc = Doc::parse(lint.doc);
            let _ = write!(out, "\n### {}\n\n{}\n\n{}\n", lint.id, doc.summary, facts(lint));
            for (heading, text) in &doc.sections {
                let _ = write!(out, "\n#### {heading}\n\n{text}\n");
            }
        }
    }
    out
}

/// What a lint is, in one line.
fn facts(lint: &Lint) -> String {
    let state = match lint.default {
        Default::On => "on by default",
        Default::Off => "off unless it is selected",
    };
    let fix = if lint.has_fix() { ", with a fix" } else { "" };
    format!("Group `{}`, severity {}, {state}{fix}.", lint.group.name(), lint.severity.word())
}

/// Gives a hazard's page as Markdown.
#[must_use]
pub fn hazard(hazard: &Hazard) -> String {
    let Hazard { id, what, why, remedy, .. } = hazard;
    format!(
        "# {id}\n\nA hazard of changes that are planned: `rename`, `superuser`, `retire`, `apply`.\n\n\
         ## What happens\n\n{what}\n\n## Why\n\n{why}\n\n## What to do\n\n{remedy}\n"
    )
}
