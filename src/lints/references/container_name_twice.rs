//! One `container_name` for two services.

use std::collections::BTreeMap;

use super::profiles::{may_run_together, run_together};
use super::reach::is_loaded_by_itself;
use crate::compose::value::{Origin, Value};
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// Two services have one `container_name`.
    ///
    /// ## What it does
    ///
    /// Finds services of one project with the same `container_name`. Services whose profiles have
    /// nothing in common are left alone: one may stand in for the other.
    ///
    /// ## Why is this bad
    ///
    /// A name is one container's. Docker compose refuses the whole project.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     container_name: shop
    ///   worker:
    ///     image: example/worker:1.4
    ///     container_name: shop
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     container_name: shop
    ///   worker:
    ///     image: example/worker:1.4
    ///     container_name: shop-worker
    /// ```
    "container-name-twice", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let mut known: BTreeMap<&str, Vec<(&str, &Value, &Value)>> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, service) in loading.services() {
        let Some(value) = service.get("container_name") else { continue };
        let Some(text) = value.text().filter(|text| !text.is_empty()) else { continue };
        let earlier = known.entry(text).or_default();
        let same = earlier
            .iter()
            .find(|(_, other, their)| may_run_together(service, other) && are_alike(value, their));
        if let Some((other, _, their)) = same {
            let by_default = loading.model.services.get(*other).is_none_or(|other| {
                run_together(service, other) && service.get("profiles").is_none()
            });
            let finding = finding(loading, (name, value), (*other, *their), text);
            // Where a profile brings one of them in, Compose refuses only that.
            found.extend(finding.map(|finding| match by_default {
                true => finding,
                false => Finding { severity: finding.severity.min(Severity::Warning), ..finding },
            }));
        }
        earlier.push((name, service, value));
    }
    found
}

/// Whether two names are the same whatever their variables hold.
fn are_alike(a: &Value, b: &Value) -> bool {
    let raw = |value: &Value| value.origin.as_ref().map(|origin| Origin::raw(origin).to_owned());
    let (a, b) = (raw(a), raw(b));
    let has_variable = [&a, &b].into_iter().flatten().any(|raw| raw.contains('$'));
    !has_variable || a == b
}

fn finding(
    loading: &Loading<'_>,
    (name, value): (&str, &Value),
    (other, theirs): (&str, &Value),
    container: &str,
) -> Option<Finding> {
    let place = loading.place(value)?;
    let their_place = loading.place(theirs)?;
    // One that both got from a fragment, or from a base that they extend.
    let what = if place == their_place { "both have it from here" } else { "it is here too" };
    let message = format!(
        "`{name}` and `{other}` have the container name `{container}`: docker compose refuses the project"
    );
    // An unset variable leaves no name at all, which Compose takes.
    let is_sure = is_loaded_by_itself(loading) && !container.contains('$');
    let severity = if is_sure { LINT.severity } else { Severity::Warning };
    let finding = Finding { severity, ..LINT.finding(message) };
    let finding = finding.at(place.path, place.span);
    let help = "give each a name of its own, or leave `container_name` out";
    Some(finding.help(help).related(their_place, format!("`{other}`: {what}")))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn one_name_for_two_is_found() {
        let a = "a: {image: x, container_name: n}";
        for (b, expected) in [
            ("b: {image: x, container_name: n}", 1),
            ("b: {image: x, container_name: n, profiles: [p]}", 1),
            ("b: {image: x, container_name: m}", 0),
            ("b: {image: x, container_name: '${N:-n}'}", 0),
            ("b: {image: x}", 0),
            ("b: {extends: a}", 1),
            ("b: {extends: a, container_name: b}", 0),
        ] {
            let text = format!("services: {{{a}, {b}}}");
            assert_eq!(found_in(&LINT, &text).len(), expected, "{text}");
        }
        for (text, expected) in [
            (
                "services: {a: {image: x, container_name: '${N}', profiles: [p]}, b: {image: x, container_name: '${N}', profiles: [p]}}",
                1,
            ),
            (
                "services: {a: {image: x, container_name: n, profiles: [p]}, b: {image: x, container_name: n, profiles: [q]}}",
                0,
            ),
            (
                "services: {a: {image: x, container_name: '${N}'}, b: {image: x, container_name: '${M}'}}",
                0,
            ),
        ] {
            assert_eq!(found_in(&LINT, text).len(), expected, "{text}");
        }
    }

    #[test]
    fn another_loading_is_another_matter() {
        let one = "services: {a: {image: x, container_name: n}}";
        let other = "services: {b: {image: x, container_name: n}}";
        let base = ("compose.yaml", one);
        assert_eq!(found(&LINT, &[base, ("compose.prod.yaml", other)]), [""; 0]);
        assert_eq!(found(&LINT, &[base, ("b/compose.yaml", other)]), [""; 0]);
        assert_eq!(found(&LINT, &[base, ("compose.override.yaml", other)]).len(), 1);
    }
}
