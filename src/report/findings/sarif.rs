//! SARIF 2.1.0, as code scanning reads it: every lint as a rule, every finding as a result.
//!
//! Lines and columns count from 1, columns in characters; a region ends before its end column.
//! Braces in a message stand as they are: no message has arguments, and what shows messages does
//! not turn doubled braces back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::fingerprint::numbered;
use super::fixes::{Part, Shown, parts};
use super::{Report, printed, told};
use crate::diagnostics::{Finding, Place, Severity};
use crate::lints::doc::Doc;
use crate::lints::{self, Default, Lint};
use crate::report::pages;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// The name of the folder that all paths count from.
const ROOT: &str = "SRCROOT";

/// Gives the findings as a SARIF log of one run.
#[must_use]
pub fn sarif(report: &Report<'_>) -> String {
    let rules: BTreeMap<&str, usize> =
        lints::all().enumerate().map(|(number, lint)| (lint.id, number)).collect();
    let prints = numbered(report.findings, report.repo);
    let all = report.findings.iter().zip(prints).zip(parts(report));
    let results = all.map(|((finding, print), part)| {
        let rule = rules.get(finding.id).copied();
        result(report, finding, rule, &print, &part)
    });
    printed(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "composemod",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": lints::all().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                ROOT: {"description": {"text": "The root of the tree that was checked."}},
            },
            "results": results.collect::<Vec<_>>(),
        }],
    }))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn rule(lint: &Lint) -> Value {
    let doc = Doc::parse(lint.doc);
    let section = |heading: &str| doc.section(heading).unwrap_or_default();
    json!({
        "id": lint.id,
        "shortDescription": {"text": doc.summary},
        "fullDescription": {"text": section("What it does")},
        "help": {"text": section("Why is this bad"), "markdown": pages::lint(lint)},
        "defaultConfiguration": {
            "level": level(lint.severity),
            "enabled": lint.default == Default::On,
        },
        "properties": {"tags": [lint.group.name()]},
    })
}

fn result(
    report: &Report<'_>,
    finding: &Finding,
    rule: Option<usize>,
    print: &str,
    part: &Part<'_>,
) -> Value {
    let mut result = Map::new();
    let mut add = |key: &str, value: Value| result.insert(key.to_owned(), value);
    add("ruleId", json!(finding.id));
    if let Some(rule) = rule {
        add("ruleIndex", json!(rule));
    }
    add("level", json!(level(finding.severity)));
    add("message", json!({"text": told(finding)}));
    if let Some(place) = &finding.place {
        add("locations", json!([{"physicalLocation": physical(report, place)}]));
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().map(|(place, message)| {
            json!({"physicalLocation": physical(report, place), "message": {"text": message}})
        });
        add("relatedLocations", related.collect());
    }
    add("partialFingerprints", json!({"composemod/v1": print}));
    if let Part::Whole(Shown { fix, edits: Some(edits) }) = part {
        let changes = changes(report, edits);
        add("fixes", json!([{"description": {"text": fix.title}, "artifactChanges": changes}]));
    }
    Value::Object(result)
}

/// Gives a fix's edits by file.
fn changes(report: &Report<'_>, edits: &[(&str, &Edit)]) -> Vec<Value> {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (path, edit) in edits {
        let replacement = json!({
            "deletedRegion": region(report, path, edit.span),
            "insertedContent": {"text": edit.insert},
        });
        files.entry(path).or_default().push(replacement);
    }
    let changes = files.into_iter().map(|(path, replacements)| {
        json!({"artifactLocation": artifact(path), "replacements": replacements})
    });
    changes.collect()
}

fn physical(report: &Report<'_>, place: &Place) -> Value {
    json!({
        "artifactLocation": artifact(&place.path),
        "region": region(report, &place.path, place.span),
    })
}

fn artifact(path: &str) -> Value {
    json!({"uri": encoded(path), "uriBaseId": ROOT})
}

fn region(report: &Report<'_>, path: &str, span: Span) -> Value {
    let (start, end) = report.range(path, span);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// Gives a path as a relative reference (RFC 3986).
fn encoded(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
