//! Files that include one another in a circle, and services that extend one another so.

use std::collections::{BTreeMap, BTreeSet};

use super::circle::circles;
use super::reach::{Definition, is_loaded_by_itself, reach};
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// Files include, or services extend, one another in a circle.
    ///
    /// ## What it does
    ///
    /// Follows `include` and `extends`, through all files, and finds circles.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses the whole project: there is no end to what it would read.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     extends: worker
    ///     image: example/web:1.4
    ///   worker:
    ///     extends: web
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///   worker:
    ///     extends: web
    /// ```
    "definition-cycle", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let steps = reach(loading).steps;
    let mut needs: BTreeMap<&Definition, BTreeSet<&Definition>> = BTreeMap::new();
    for step in &steps {
        needs.entry(&step.from).or_default().insert(&step.to);
        needs.entry(&step.to).or_default();
    }
    let is_sure = is_loaded_by_itself(loading);
    let severity = if is_sure { LINT.severity } else { Severity::Warning };
    let finding = |circle: &Vec<&Definition>| {
        let first = *circle.first()?;
        let next = |at: usize| circle.get(at + 1).copied().unwrap_or(first);
        let place = |from: &Definition, to: &Definition| {
            let step = steps.iter().find(|step| step.from == *from && step.to == *to)?;
            Some(step.place.clone())
        };
        let way: Vec<String> =
            circle.iter().chain([&first]).map(|definition| definition.to_string()).collect();
        let verb = if first.service.is_some() { "services extend" } else { "files include" };
        let way = way.join(" → ");
        let message =
            format!("{verb} one another in a circle, {way}: docker compose refuses the project");
        let finding = Finding { severity, ..LINT.finding(message) };
        let start = place(first, next(0))?;
        let mut finding = finding.at(start.path, start.span).help("take one of these away");
        for (at, definition) in circle.iter().enumerate().skip(1) {
            if let Some(place) = place(definition, next(at)) {
                finding = finding.related(place, format!("{definition} leads to {}", next(at)));
            }
        }
        Some(finding)
    };
    circles(needs).iter().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found;

    #[test]
    fn circles_of_definitions_are_found() {
        let cases: [(&str, &str, &[&str]); 6] = [
            ("services: {a: {extends: b}, b: {image: x}}", "", &[]),
            (
                "services: {a: {extends: b}, b: {extends: a}}",
                "",
                &[
                    "compose.yaml:1:25 services extend one another in a circle, `a` → `b` → `a`: docker compose refuses the project",
                ],
            ),
            (
                "services: {a: {extends: a}}",
                "",
                &[
                    "compose.yaml:1:25 services extend one another in a circle, `a` → `a`: docker compose refuses the project",
                ],
            ),
            (
                "services: {a: {extends: {file: other.yaml, service: b}}}",
                "services: {b: {extends: {file: compose.yaml, service: a}}}",
                &[
                    "compose.yaml:1:53 services extend one another in a circle, `a` → `b` in `other.yaml` → `a`: docker compose refuses the project",
                ],
            ),
            (
                "include: [other.yaml]\nservices: {a: {image: x}}",
                "include: [compose.yaml]\nservices: {b: {image: x}}",
                &[
                    "compose.yaml:1:11 files include one another in a circle, `compose.yaml` → `other.yaml` → `compose.yaml`: docker compose refuses the project",
                ],
            ),
            // The same file twice is no circle.
            (
                "include: [other.yaml, ./other.yaml]\nservices: {a: {extends: {file: other.yaml, service: b}}}",
                "services: {b: {image: x}}",
                &[],
            ),
        ];
        for (text, other, expected) in cases {
            let files = [("compose.yaml", text), ("other.yaml", other)];
            assert_eq!(found(&LINT, &files), expected, "{text}");
        }
    }
}
