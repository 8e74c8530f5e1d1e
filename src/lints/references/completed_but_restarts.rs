//! Waiting for the end of a service that is always started again.

use std::sync::Arc;

use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};
use crate::yaml::patch::set_scalar;

declare_lint! {
    /// A service waits for the end of one that is always restarted.
    ///
    /// ## What it does
    ///
    /// Finds `condition: service_completed_successfully` on services with `restart: always` or
    /// `restart: unless-stopped`. The fix is unsafe: it sets `restart: on-failure`.
    ///
    /// ## Why is this bad
    ///
    /// The engine starts the container again whenever it ends, so it does its work over and over, and
    /// who waits for it may wait forever.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on:
    ///       migrate:
    ///         condition: service_completed_successfully
    ///   migrate:
    ///     image: example/web:1.4
    ///     command: [migrate]
    ///     restart: always
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on:
    ///       migrate:
    ///         condition: service_completed_successfully
    ///   migrate:
    ///     image: example/web:1.4
    ///     command: [migrate]
    ///     restart: on-failure
    /// ```
    ///
    /// ## Fix
    ///
    /// Writes `restart: on-failure`. It is unsafe: what runs after a stop is another thing.
    "completed-but-restarts", References, Warning, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, service) in loading.services() {
        for (other, dependency) in service.get("depends_on").into_iter().flat_map(Value::entries) {
            if dependency.text_of("condition") != Some("service_completed_successfully") {
                continue;
            }
            let restarting = loading.model.services.get(other).and_then(restarts);
            let Some((value, policy)) = restarting else { continue };
            let Some(place) = loading.place(value) else { continue };
            let message = format!(
                "`{other}` is started again whenever it ends (`{policy}`), and `{name}` waits for its end"
            );
            let finding = LINT.finding(message).at(place.path, place.span);
            let finding =
                finding.help("restart it `on-failure` or not at all").fix(mended(loading, value));
            let condition = dependency.get("condition").and_then(|value| loading.place(value));
            found.push(match condition {
                Some(place) => finding.related(place, format!("`{name}` waits here")),
                None => finding,
            });
        }
    }
    found
}

/// Gives the policy by which a service starts again whatever its end, and where it stands.
fn restarts(service: &Value) -> Option<(&Value, &str)> {
    let own = service.get("restart");
    // Without `restart` docker compose takes the swarm's policy.
    let value = own.or_else(|| service.at(&["deploy", "restart_policy", "condition"]))?;
    let policy = value.text()?;
    let always: &[&str] = if own.is_some() { &["always", "unless-stopped"] } else { &["any"] };
    always.contains(&policy).then_some((value, policy))
}

fn mended(loading: &Loading<'_>, value: &Value) -> Option<Arc<Fix>> {
    let Origin::Compose { path, node, raw, .. } = value.origin.as_ref()? else { return None };
    let file = loading.context.workspace.files.get(&**path)?;
    // A fragment's policy is that of other services too.
    let is_alone = file.services().any(|service| {
        let holders = file.merged(service.body);
        holders.first().is_some_and(|own| {
            file.doc.get(*own, "restart").is_some_and(|entry| entry.value == *node)
                && !file.doc.is_shared(*own)
        })
    });
    if raw.contains('$') || !is_alone || file.doc.is_shared(*node) {
        return None;
    }
    let patch = set_scalar(&file.doc, *node, "on-failure").ok()?;
    Fix::patch("restart it on failure only", Applicability::Unsafe, path, patch)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    fn waiting(condition: &str, other: &str) -> String {
        format!(
            "services:\n  a: {{image: x, depends_on: {{b: {{condition: {condition}}}}}}}\n  b: {{image: x{other}}}\n"
        )
    }

    #[test]
    fn ends_that_never_come_are_found() {
        let ends = "service_completed_successfully";
        for (condition, other, expected) in [
            (ends, ", restart: always", 1),
            (ends, ", restart: unless-stopped", 1),
            (ends, ", deploy: {restart_policy: {condition: any}}", 1),
            (ends, ", restart: on-failure", 0),
            (ends, ", restart: 'no', deploy: {restart_policy: {condition: any}}", 0),
            (ends, ", restart: '${R}'", 0),
            (ends, "", 0),
            ("service_started", ", restart: always", 0),
            ("service_healthy", ", restart: always", 0),
        ] {
            let text = waiting(condition, other);
            assert_eq!(found_in(&LINT, &text).len(), expected, "{text}");
        }
    }

    #[test]
    fn fragments_and_overrides_count() {
        let ends = "service_completed_successfully";
        let text = format!("x-r: &r {{restart: always}}\n{}", waiting(ends, ", <<: *r"));
        assert_eq!(found_in(&LINT, &text).len(), 1);
        assert_eq!(mended(&LINT, &text), text);
        let base = waiting(ends, ", restart: always");
        let over = "services: {b: {restart: 'no'}}";
        assert_eq!(
            found(&LINT, &[("compose.yaml", &base), ("compose.override.yaml", over)]),
            [""; 0]
        );
    }

    #[test]
    fn it_restarts_on_failure_instead() {
        let text = waiting("service_completed_successfully", ", restart: always");
        assert_eq!(mended(&LINT, &text), text.replace("always", "on-failure"));
    }
}
