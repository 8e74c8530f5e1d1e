//! Values of another type than the key takes.

use std::sync::Arc;

use crate::compose::model::ComposeFile;
use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::lints::context::FileView;
use crate::lints::schema::scalar::has_variable;
use crate::lints::schema::spec::Kind;
use crate::lints::schema::tell::{listed, report};
use crate::lints::schema::walk::FaultKind;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::{self, NodeId};
use crate::yaml::patch::{Value, replace_value};

declare_lint! {
    /// A value is of another type than its key takes.
    ///
    /// ## What it does
    ///
    /// Finds a number where text is wanted, a list where a mapping is, and keys with nothing behind
    /// them, as the Compose specification's own schema has it. What docker compose casts is no
    /// fault: `privileged: "true"`, `replicas: ${REPLICAS}`. Nothing at all is no fault in a file
    /// that is laid over another one.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file. What is quoted in one file and not in another is text
    /// in the one and a number in the other, whatever it looks like.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.2
    ///     user: 1000
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.2
    ///     user: "1000"
    /// ```
    ///
    /// ## Fix
    ///
    /// Puts the value in quotes, where text is wanted and a number or truth value stands there. It is safe.
    "wrong-type", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    report(&LINT, view, |fault, path| match &fault.kind {
        FaultKind::BadKey(found) => {
            let message =
                format!("the key `{path}` {}, and docker compose takes only text", is(*found));
            Some(LINT.finding(message).help("put the key in quotes"))
        }
        FaultKind::BadMerge(found) => {
            let message = format!("what `{path}` merges {}, and only mappings merge", is(*found));
            Some(LINT.finding(message).help("write the items out, or make a mapping of both"))
        }
        FaultKind::WrongType { wanted, found } => {
            let path = if path.is_empty() { "the file" } else { &format!("`{path}`") };
            let message = format!(
                "{path} must be {}, and {}, so docker compose refuses the file",
                listed(wanted),
                is(*found)
            );
            let finding = LINT.finding(message).help(help(view, fault.node, wanted, *found));
            Some(finding.fix(quotes(view.file, fault.node, wanted, *found)))
        }
        _ => None,
    })
}

/// Says what a value is.
fn is(found: Kind) -> &'static str {
    match found {
        Kind::Null => "is empty",
        Kind::Boolean => "is a boolean",
        Kind::Integer | Kind::Number => "is a number",
        Kind::String => "is text",
        Kind::Array => "is a list",
        Kind::Object => "is a mapping",
        Kind::Date => "is a date to YAML",
    }
}

fn help(view: &FileView<'_>, node: NodeId, wanted: &[Kind], found: Kind) -> String {
    let is_item = view.file.doc.node(node).parent.is_some_and(|parent| {
        matches!(view.file.doc.node(parent).kind, document::Kind::Sequence { .. })
    });
    let text = view.text(node).unwrap_or_default();
    let help = match found {
        Kind::Null => "give it a value, or remove the key",
        _ if is_quotable(wanted, found) => "put it in quotes",
        Kind::Object if is_item && wanted.contains(&Kind::String) => {
            "put the item in quotes, or write `KEY=value`: `: ` makes a mapping of it"
        }
        Kind::Array if wanted.contains(&Kind::Object) => "write `key: value` without the dashes",
        Kind::String if has_variable(&text) => {
            "write the value out: docker compose puts a variable in as text here"
        }
        Kind::String if wanted.contains(&Kind::Array) => "make it a list: put `- ` before it",
        Kind::String if !wanted.contains(&Kind::Object) => "leave out the quotes",
        _ => return format!("write {} here", listed(wanted)),
    };
    help.to_owned()
}

fn is_quotable(wanted: &[Kind], found: Kind) -> bool {
    let is_typed = matches!(found, Kind::Boolean | Kind::Integer | Kind::Number | Kind::Date);
    is_typed && wanted.contains(&Kind::String)
}

fn quotes(file: &ComposeFile, node: NodeId, wanted: &[Kind], found: Kind) -> Option<Arc<Fix>> {
    // Behind an alias stands what is right elsewhere.
    let is_scalar = matches!(file.doc.node(node).kind, document::Kind::Scalar(_));
    if !is_scalar || !is_quotable(wanted, found) {
        return None;
    }
    let text = file.doc.value(node)?.into_owned();
    let patch = replace_value(&file.doc, node, &Value::String(text)).ok()?;
    Fix::patch("put it in quotes", Applicability::Safe, &file.path, patch)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    fn service(body: &str) -> String {
        format!("services:\n  a:\n    image: x\n    {body}\n")
    }

    /// Each is refused by docker compose 2.40.3.
    #[test]
    fn other_types_are_told() {
        for (body, expected) in [
            (
                "environment:",
                "4:5 `services.a.environment` must be a mapping or a list, and is empty",
            ),
            (
                "environment: ${E}",
                "4:18 `services.a.environment` must be a mapping or a list, and is text",
            ),
            ("user: 1000", "4:11 `services.a.user` must be text, and is a number"),
            ("restart: false", "4:14 `services.a.restart` must be text, and is a boolean"),
            (
                "privileged: 1",
                "4:17 `services.a.privileged` must be a boolean or text, and is a number",
            ),
            (
                "command: {a: b}",
                "4:14 `services.a.command` must be text or a list, and is a mapping",
            ),
            ("command: [1]", "4:15 `services.a.command[0]` must be text, and is a number"),
            ("profiles: x", "4:15 `services.a.profiles` must be a list, and is text"),
            (
                "environment: [{A: b}]",
                "4:19 `services.a.environment[0]` must be text, and is a mapping",
            ),
            (
                "environment: {D: 2024-01-31}",
                "4:22 `services.a.environment.D` must be text, a number or a boolean, and is a date to YAML",
            ),
            (
                "deploy: {replicas: 1.5}",
                "4:24 `services.a.deploy.replicas` must be a whole number or text, and is a number",
            ),
            (
                "use_api_socket: ${X}",
                "4:21 `services.a.use_api_socket` must be a boolean, and is text",
            ),
        ] {
            let found = found_in(&LINT, &service(body));
            let refused = ", so docker compose refuses the file";
            assert_eq!(found, [format!("compose.yaml:{expected}{refused}")], "{body}");
        }
        let keys = found_in(&LINT, &service("environment: {1: x}"));
        assert_eq!(keys.len(), 1, "{keys:?}");
        let merged =
            "x-e: &e [A=b]\nservices:\n  a:\n    image: x\n    environment: {<<: *e, C: d}\n";
        assert_eq!(
            found_in(&LINT, merged),
            [
                "compose.yaml:5:23 what `services.a.environment.<<` merges is a list, and only mappings merge"
            ]
        );
        assert_eq!(found_in(&LINT, "version: 3.8\nservices: {a: {image: x}}\n").len(), 1);
        assert_eq!(found_in(&LINT, "services: {a: }\nvolumes: {a: , b: {}}\n").len(), 1);
    }

    /// Each is taken by docker compose 2.40.3.
    #[test]
    fn what_is_cast_is_left_alone() {
        for body in [
            "privileged: 'yes'",
            "privileged: ${P}",
            "ports: ['80', 80, {target: '80', published: 8080}]",
            "environment: {A: 1, B: true, C: , D: 1.5, E: on}",
            "deploy: {replicas: ${N:-2}}",
            "deploy:",
            "command:",
            "healthcheck: {retries: 1.5, disable: ${D}}",
            "depends_on: {b: {condition: service_started, required: 'true'}}",
            "networks: {default: , other: {}}",
            "user: !!str 1000",
            "mem_limit: 1e9",
            "environment: !reset",
            "user: !other 1000",
        ] {
            assert_eq!(found_in(&LINT, &service(body)), [""; 0], "{body}");
        }
        let files = [
            ("compose.yaml", service("environment: {}")),
            ("compose.override.yaml", "services:\n  a:\n    environment:\n".to_owned()),
        ];
        let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
        assert_eq!(found(&LINT, &files), [""; 0]);
    }

    #[test]
    fn what_lacks_quotes_gets_them() {
        let mend = |body: &str| mended(&LINT, &service(body));
        assert_eq!(mend("user: 1000 # me"), service("user: \"1000\" # me"));
        assert_eq!(mend("command: [1, a]"), service("command: [\"1\", a]"));
        assert_eq!(mend("environment:"), service("environment:"));
    }
}
