//! Ports without the quotes that are asked for.

use std::sync::Arc;

use crate::diagnostics::Finding;
use crate::diagnostics::fix::Fix;
use crate::lints::context::FileView;
use crate::lints::style::quotes::requoted;
use crate::lints::{Run, declare_lint};
use crate::repo::config::Quotes;
use crate::yaml::document::{Kind, NodeId, ScalarStyle};
use crate::yaml::scalar_type::ScalarType;

declare_lint! {
    /// A port stands without quotes, or in other ones than are asked for.
    ///
    /// ## What it does
    ///
    /// Finds ports in `ports` and `expose` that are not in single quotes, or in double quotes where
    /// composemod.yaml asks for these:
    ///
    /// ```yaml
    /// lint:
    ///   options:
    ///     ports-unquoted:
    ///       quotes: double
    /// ```
    ///
    /// ## Why is this bad
    ///
    /// A reader of YAML 1.1 takes `22:22` for a number to the base of sixty, 1342. Compose itself reads
    /// it right, but other tools that read the file may not.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   git:
    ///     image: gitea/gitea:1.22
    ///     ports:
    ///       - 22:22
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   git:
    ///     image: gitea/gitea:1.22
    ///     ports:
    ///       - '22:22'
    /// ```
    ///
    /// ## Fix
    ///
    /// Puts the port in quotes. It is safe: Compose reads the same.
    "ports-unquoted", Style, Warning, Off, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let wanted = match view.context.inputs.config.lint.options.ports_unquoted.quotes {
        Quotes::Single => ScalarStyle::Single,
        Quotes::Double => ScalarStyle::Double,
    };
    let mut found = Vec::new();
    for body in view.service_bodies() {
        for entry in ["ports", "expose"].into_iter().filter_map(|key| view.get(body, key)) {
            let Kind::Sequence { items, .. } = &view.file.doc.node(entry.value).kind else {
                continue;
            };
            found.extend(items.iter().filter_map(|item| unquoted(view, item.value, wanted)));
        }
    }
    found
}

fn unquoted(view: &FileView<'_>, port: NodeId, wanted: ScalarStyle) -> Option<Finding> {
    let doc = &view.file.doc;
    let Kind::Scalar(style) = doc.node(port).kind else { return None };
    if style == wanted || doc.is_null(port) {
        return None;
    }
    let words = if wanted == ScalarStyle::Single { "single quotes" } else { "double quotes" };
    let text = view.text(port)?;
    let message = match style {
        ScalarStyle::Plain => {
            format!("`{text}` has no quotes, and a reader of YAML 1.1 may take it for a number")
        }
        _ => format!("`{text}` is not in {words}, as all ports are to be"),
    };
    let finding = LINT.finding(message).at(view.path(), view.span(port));
    let finding = finding.help(format!("put it in {words}"));
    Some(finding.fix(fix(view, port, wanted, words)))
}

fn fix(view: &FileView<'_>, port: NodeId, wanted: ScalarStyle, words: &str) -> Option<Arc<Fix>> {
    let text = view.text(port)?;
    // Of a number in another spelling it is not sure that it is what its digits say.
    let is_sure = match view.file.doc.scalar_type(port)? {
        // To some readers `8_080` is a number.
        ScalarType::Text => {
            !text.contains('_') || text.contains(|ch: char| !ch.is_ascii_digit() && ch != '_')
        }
        ScalarType::Number => {
            text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
        }
        ScalarType::Bool | ScalarType::Null => false,
    };
    let edit = requoted(&view.file.doc, port, wanted).filter(|_| is_sure)?;
    Fix::same_values(format!("put the port in {words}"), view.path(), [edit])
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn quotes_of_ports() {
        for (ports, count) in [
            ("['80:80', 81, 82:82]", 2),
            ("[\"80:80\"]", 1),
            ("\n      - >-\n        80\n", 1),
            ("['80:80', {target: 80}]", 0),
            ("[]", 0),
            ("", 0),
        ] {
            let text = format!("services:\n  x:\n    image: x\n    expose: {ports}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{text}");
        }
        let double = "lint: {options: {ports-unquoted: {quotes: double}}}";
        let text = "services: {x: {ports: [\"80\", '81']}}\n";
        let files = [("compose.yaml", text), ("composemod.yaml", double)];
        assert_eq!(found(&LINT, &files).len(), 1);
    }

    #[test]
    fn quotes_are_put_and_changed() {
        let before = "services:\n  x:\n    expose: [80, \"81\"]\n    ports:\n      - 80:80 # a\n      - ${P_A:-81}:81\n      - 0x50\n      - !!str 82\n      - 083\n      - 8_4\n";
        let after = "services:\n  x:\n    expose: ['80', '81']\n    ports:\n      - '80:80' # a\n      - '${P_A:-81}:81'\n      - 0x50\n      - !!str 82\n      - 083\n      - 8_4\n";
        assert_eq!(mended(&LINT, before), after);
    }
}
