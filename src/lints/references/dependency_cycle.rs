//! Services that wait for one another in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::circle::circles;
use super::reach::is_loaded_by_itself;
use super::undefined::named;
use crate::compose::names::{Form, Namespace};
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Place, Severity};
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// Services depend on one another in a circle.
    ///
    /// ## What it does
    ///
    /// Follows `depends_on`, `links`, `volumes_from`, and `service:…` in `network_mode`, `ipc` and
    /// `pid`, and finds circles.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses the whole project: there is no service that it could start first.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on: [worker]
    ///   worker:
    ///     image: example/worker:1.4
    ///     depends_on: [web]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on: [worker]
    ///   worker:
    ///     image: example/worker:1.4
    /// ```
    "dependency-cycle", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let services: BTreeMap<&str, &Value> = loading.services().collect();
    let needs: BTreeMap<&str, BTreeSet<&str>> =
        services.iter().map(|(name, service)| (*name, depends_on(service))).collect();
    circles(needs).iter().filter_map(|circle| finding(loading, circle)).collect()
}

fn depends_on(service: &Value) -> BTreeSet<&str> {
    let built = service.at(&["build", "additional_contexts"]).into_iter();
    let built: BTreeSet<&str> = built
        .flat_map(Value::entries)
        .filter_map(|(_, context)| context.text()?.strip_prefix("service:"))
        .collect();
    let waits = |name: &&str| !built.contains(name) || service.at(&["depends_on", name]).is_some();
    named(service, Namespace::Service).into_iter().filter(waits).collect()
}

fn finding(loading: &Loading<'_>, circle: &[&str]) -> Option<Finding> {
    let first = *circle.first()?;
    let next = |at: usize| circle.get(at + 1).copied().unwrap_or(first);
    let mut way = circle.join(" → ");
    way.push_str(&format!(" → {first}"));
    let message = format!(
        "services depend on one another in a circle, {way}: docker compose refuses the project"
    );
    let place = edge(loading, first, next(0))?;
    let severity = if is_loaded_by_itself(loading) { LINT.severity } else { Severity::Warning };
    let finding = Finding { severity, ..LINT.finding(message) };
    let mut finding = finding
        .at(place.path, place.span)
        .help("take one of these dependencies away: a service that only connects later can retry");
    for (at, service) in circle.iter().enumerate().skip(1) {
        if let Some(place) = edge(loading, service, next(at)) {
            finding = finding.related(place, format!("`{service}` depends on `{}`", next(at)));
        }
    }
    Some(finding)
}

/// Finds where a service names another one, or else where it stands.
fn edge(loading: &Loading<'_>, from: &str, to: &str) -> Option<Place> {
    let paths = loading.files.iter().rev().chain(&loading.project.files);
    let files = paths.filter_map(|path| loading.context.workspace.files.get(path));
    let named = files.filter_map(|file| {
        let body = file.service(from)?.body;
        let spans: Vec<_> = file
            .merged(body)
            .into_iter()
            .flat_map(|holder| file.doc.entries(holder))
            .map(|entry| file.doc.node(file.doc.resolve(entry.value)).span)
            .collect();
        let is_in = |at: u32| spans.iter().any(|span| span.start <= at && at < span.end);
        let mut references = file.names().references.iter();
        let reference = references.find(|found| {
            found.namespace == Namespace::Service
                && found.name == to
                && !matches!(found.form, Form::Definition | Form::InFile(_))
                && is_in(file.doc.node(found.node).span.start)
        })?;
        let part = file.doc.value_span(reference.node, reference.range.clone());
        let span = part.unwrap_or(file.doc.node(reference.node).span);
        Some(Place { path: file.path.clone(), span })
    });
    named.into_iter().next().or_else(|| loading.service(from))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn circles_are_found_once() {
        for (text, way) in [
            ("services: {a: {image: x, depends_on: [a]}}", "a → a"),
            (
                "services: {a: {image: x, links: ['b:c']}, b: {image: x, depends_on: {a: {condition: service_started}}}}",
                "a → b → a",
            ),
            (
                "services: {a: {image: x, network_mode: 'service:b'}, b: {image: x, volumes_from: ['a:ro']}}",
                "a → b → a",
            ),
            (
                "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [c]}, c: {image: x, depends_on: [b]}}",
                "b → c → b",
            ),
            (
                "services: {a: {image: x, pid: 'service:b'}, b: {image: x, ipc: 'service:c'}, c: {image: x, depends_on: [a]}}",
                "a → b → c → a",
            ),
        ] {
            let found = found_in(&LINT, text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].contains(&format!("circle, {way}:")), "{found:?}");
        }
        assert_eq!(
            found_in(
                &LINT,
                "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n"
            ),
            [
                "compose.yaml:2:30 services depend on one another in a circle, a → b → a: docker compose refuses the project"
            ]
        );
    }

    #[test]
    fn what_ends_is_no_circle() {
        for text in [
            "services: {a: {image: x, depends_on: [b, c]}, b: {image: x, depends_on: [c]}, c: {image: x}}",
            "services: {a: {image: x, depends_on: [b]}, b: {image: x, external_links: [a]}}",
            "services: {a: {image: x, depends_on: [b]}, b: {image: x, network_mode: 'container:a'}}",
            "services: {a: {build: {context: ., additional_contexts: {b: 'service:b'}}}, b: {build: ., depends_on: [a]}}",
        ] {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
        let files = [
            (
                "compose.yaml",
                "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}",
            ),
            ("compose.override.yaml", "services: {b: {depends_on: !reset []}}"),
        ];
        assert_eq!(found(&LINT, &files), [""; 0]);
    }
}
