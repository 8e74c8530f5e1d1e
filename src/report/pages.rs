//! What there is to say of lints and hazards: a list, and a page for each.

use std::fmt::Write as _;

use crate::lints::doc::Doc;
use crate::lints::{self, Default, Lint};
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

/// What a lint is, in one line.
fn facts(lint: &Lint) -> String {
    let state = match lint.default {
        Default::On => "on by default",
        Default::Off => "off unless it is selected",
    };
    format!("Group `{}`, severity {}, {state}.", lint.group.name(), lint.severity.word())
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
