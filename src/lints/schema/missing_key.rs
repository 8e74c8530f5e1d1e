//! Keys that a mapping must have.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::tell::report;
use crate::lints::schema::walk::FaultKind;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A key is missing that docker compose needs.
    ///
    /// ## What it does
    ///
    /// Finds mappings without a key that the Compose specification asks for: the `condition` of a
    /// dependency, the `type` and `target` of a volume in its long form, the `target` of a port. A
    /// file that is laid over another one, which may have the key, is left alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.2
    ///     depends_on:
    ///       db: {restart: true}
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.2
    ///     depends_on:
    ///       db: {condition: service_started, restart: true}
    ///   db:
    ///     image: postgres:16.4
    /// ```
    "missing-key", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    report(&LINT, view, |fault, path| {
        let FaultKind::MissingKey(key) = fault.kind else { return None };
        let message = format!("`{path}` lacks `{key}`, so docker compose refuses the file");
        let help = match key {
            "condition" => {
                "say `condition: service_started`, or what else is waited for".to_owned()
            }
            key => format!("add `{key}`"),
        };
        Some(LINT.finding(message).help(help))
    })
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    fn service(body: &str) -> String {
        format!("services:\n  a:\n    image: x\n    {body}\n  b:\n    image: x\n")
    }

    #[test]
    fn what_is_needed_is_asked_for() {
        for (body, expected) in [
            ("depends_on: {b: {}}", "4:18 `services.a.depends_on.b` lacks `condition`"),
            ("ports: [{published: 80}]", "4:13 `services.a.ports[0]` lacks `target`"),
            ("volumes: [{target: /x}]", "4:15 `services.a.volumes[0]` lacks `type`"),
            ("volumes: [{type: bind, source: .}]", "4:15 `services.a.volumes[0]` lacks `target`"),
            ("ulimits: {nofile: {soft: 1}}", "4:15 `services.a.ulimits.nofile` lacks `hard`"),
            ("extends: {file: b}", "4:5 `services.a.extends` lacks `service`"),
        ] {
            let found = found_in(&LINT, &service(body));
            let refused = ", so docker compose refuses the file";
            assert_eq!(found, [format!("compose.yaml:{expected}{refused}")]);
        }
    }

    #[test]
    fn what_may_stand_elsewhere_is_not() {
        for body in [
            "depends_on: {b: {condition: service_healthy}}",
            "depends_on: [b]",
            "ports: [{target: 80}, '80']",
            "deploy: {}",
            "volumes: [{type: tmpfs, target: /x}]",
        ] {
            assert_eq!(found_in(&LINT, &service(body)), [""; 0], "{body}");
        }
        let merged = "x-d: &d {condition: service_started}\nservices:\n  a:\n    image: x\n    depends_on: {b: {<<: *d, restart: true}}\n  b: {image: x}\n";
        assert_eq!(found_in(&LINT, merged), [""; 0]);
        let over = "services:\n  a:\n    depends_on: {b: {restart: true}}\n";
        let base = service("depends_on: [b]");
        let files = [("compose.yaml", base.as_str()), ("compose.override.yaml", over)];
        assert_eq!(found(&LINT, &files), [""; 0]);
        assert_eq!(found_in(&LINT, over), [""; 0]);
    }
}
