//! Container names of another form than is asked for.

use std::sync::Arc;

use regex::Regex;

use crate::diagnostics::Finding;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::NodeId;
use crate::yaml::patch::set_scalar;

declare_lint! {
    /// A container's name is not of the form that names are to have.
    ///
    /// ## What it does
    ///
    /// Finds `container_name` that does not match a pattern: what docker takes (a letter or digit, then
    /// letters, digits, `_`, `.` and `-`), or what composemod.yaml asks for:
    ///
    /// ```yaml
    /// lint:
    ///   options:
    ///     container-name-pattern:
    ///       pattern: '^shop-[a-z-]+$'
    /// ```
    ///
    /// A name that holds a variable is left alone. The fix, which is unsafe, puts `-` for what docker
    /// does not take.
    ///
    /// ## Why is this bad
    ///
    /// Docker refuses to make the container, and it does so only when the project starts.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     container_name: my web
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     container_name: my-web
    /// ```
    ///
    /// ## Fix
    ///
    /// Replaces what docker does not take by `-`. It is unsafe: commands name the container.
    "container-name-pattern", Style, Warning, Off, Run::File(run),
}

/// What docker takes.
const DOCKER: &str = "^[a-zA-Z0-9][a-zA-Z0-9_.-]+$";

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let option = &view.context.inputs.config.lint.options.container_name_pattern.pattern;
    let declared = option.as_ref().map(|pattern| pattern.value.as_str());
    let pattern = declared.unwrap_or(DOCKER);
    // The declaration was checked when it was read.
    let Ok(regex) = Regex::new(pattern) else { return Vec::new() };
    let bodies = view.service_bodies().into_iter();
    let found = bodies.filter_map(|body| view.get(body, "container_name")).filter_map(|entry| {
        let name = view.text(entry.value).filter(|name| !name.contains('$'))?;
        if view.file.doc.is_null(entry.value) || regex.is_match(&name) {
            return None;
        }
        let finding = match declared {
            Some(_) => LINT
                .finding(format!("`{name}` does not match `{pattern}`, as container names are to"))
                .help("give it a name that does"),
            None => LINT
                .finding(format!("docker takes no container name like `{name}`"))
                .help("write letters, digits, `_`, `.` and `-`, two at least")
                .fix(fix(view, entry.value, &name)),
        };
        Some(finding.at(view.path(), view.span(entry.value)))
    });
    found.collect()
}

/// Puts `-` for each character that docker does not take.
fn fix(view: &FileView<'_>, node: NodeId, name: &str) -> Option<Arc<Fix>> {
    let is_taken = |ch: char| ch.is_ascii_alphanumeric() || "_.-".contains(ch);
    let name: String = name.chars().map(|ch| if is_taken(ch) { ch } else { '-' }).collect();
    let name = name.trim_matches(['_', '.', '-']);
    if name.len() < 2 {
        return None;
    }
    let patch = set_scalar(&view.file.doc, node, name).ok()?;
    Fix::patch("write what docker takes", Applicability::Unsafe, view.path(), patch)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn names_that_docker_takes() {
        for (name, count) in [
            ("my web", 1),
            ("-web", 1),
            ("web@1", 1),
            ("w", 1),
            ("Web_1.a-b", 0),
            ("'12'", 0),
            ("12", 0),
            ("${NAME}-web", 0),
            ("", 0),
        ] {
            let text = format!("services:\n  x:\n    container_name: {name}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{text}");
        }
        let pattern = "lint: {options: {container-name-pattern: {pattern: '^shop-'}}}";
        let text = "services: {a: {container_name: shop-a}, b: {container_name: b-b}}\n";
        let files = [("compose.yaml", text), ("composemod.yaml", pattern)];
        assert_eq!(found(&LINT, &files).len(), 1);
    }

    #[test]
    fn what_docker_does_not_take_becomes_a_dash() {
        let text = |name: &str| format!("services: {{x: {{container_name: {name}}}}}\n");
        assert_eq!(mended(&LINT, &text("my web!")), text("my-web"));
        assert_eq!(mended(&LINT, &text("w")), text("w"));
    }
}
