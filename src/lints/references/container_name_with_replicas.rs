//! `container_name` of a service that has several containers.

use super::reach::is_loaded_by_itself;
use super::replicas::replicas;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service with several replicas has a `container_name`.
    ///
    /// ## What it does
    ///
    /// Finds services with a `container_name` and more than one container by `scale` or
    /// `deploy.replicas`.
    ///
    /// ## Why is this bad
    ///
    /// A name is one container's. Docker compose refuses the whole project.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   worker:
    ///     image: example/worker:1.4
    ///     container_name: worker
    ///     deploy:
    ///       replicas: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   worker:
    ///     image: example/worker:1.4
    ///     deploy:
    ///       replicas: 3
    /// ```
    "container-name-with-replicas", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let found = loading.services().filter_map(|(name, service)| {
        let container = service.get("container_name")?;
        let is_named = container.text().is_some_and(|text| !text.is_empty() && !text.contains('$'));
        let (count, value) = replicas(service).filter(|(count, _)| *count > 1 && is_named)?;
        let place = loading.place(container)?;
        let message = format!(
            "`{name}` has {count} containers, which can't all have one name: docker compose refuses the project"
        );
        let severity = if is_loaded_by_itself(loading) { LINT.severity } else { Severity::Warning };
        let finding = Finding { severity, ..LINT.finding(message) };
        let finding = finding
            .at(place.path, place.span)
            .help("leave `container_name` out, or have one container");
        Some(match loading.place(value) {
            Some(place) => finding.related(place, format!("{count} containers")),
            None => finding,
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn a_name_for_several_is_found() {
        for (service, expected) in [
            ("container_name: n, deploy: {replicas: 2}", 1),
            ("container_name: n, scale: 2", 1),
            ("container_name: n, deploy: {replicas: '3'}", 1),
            ("container_name: n, deploy: {replicas: 1}", 0),
            ("container_name: n, scale: 1", 0),
            ("container_name: n, deploy: {replicas: 0}", 0),
            ("container_name: n, deploy: {replicas: '${R:-2}'}", 0),
            ("container_name: '${N}', scale: 2", 0),
            ("scale: 2", 0),
        ] {
            let text = format!("services: {{a: {{image: x, {service}}}}}");
            assert_eq!(found_in(&LINT, &text).len(), expected, "{service}");
        }
    }

    #[test]
    fn files_are_seen_together() {
        let base = ("compose.yaml", "services: {a: {image: x, container_name: n}}");
        let over = ("compose.override.yaml", "services: {a: {deploy: {replicas: 2}}}");
        let reset =
            ("compose.override.yaml", "services: {a: {container_name: !reset null, scale: 2}}");
        assert_eq!(found(&LINT, &[base, over]).len(), 1);
        assert_eq!(found(&LINT, &[base, reset]).len(), 0);
    }
}
