//! Files that are no YAML.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::syntax::report;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A file is no YAML.
    ///
    /// ## What it does
    ///
    /// Finds Compose files that a YAML parser can't read to their end, and where it gives up. Nothing else
    /// is said of such a file. One that looks like a template is `yaml-template`.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: "nginx:1.27
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: "nginx:1.27"
    /// ```
    "yaml-malformed", Schema, Error, On, Run::Syntax(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    report(&LINT, view)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn it_is_said_where_it_stands() {
        for (text, place) in [
            ("services:\n  a: [x\n", "compose.yaml:"),
            ("services:\n  a:\n    image: @x\n", "compose.yaml:3:12 "),
            ("services:\n  a:\n\timage: x\n", "compose.yaml:3:"),
        ] {
            let found = found_in(&LINT, text);
            assert!(found.len() == 1 && found[0].starts_with(place), "{text}: {found:?}");
        }
        for text in [
            "services: {a: {image: x}}\n",
            "services:\n  a:\n    image: {{ x }}:{{ y }}\n",
            "services: {a: {image: x, image: y}}\n",
        ] {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
    }
}
