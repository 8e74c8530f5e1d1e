//! Aliases that expand without measure.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::syntax::report;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// Aliases expand to more than anyone can read.
    ///
    /// ## What it does
    ///
    /// Finds aliases within the node that they stand for, and aliases that expand to more than a million
    /// nodes.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the file, or whoever reads it runs out of memory.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     environment: &all
    ///       SELF: *all
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     environment: &all
    ///       SELF: "1"
    /// ```
    "yaml-alias-bomb", Schema, Error, On, Run::Syntax(run),
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
            ("services: {a: &a {image: x, labels: *a}}\n", "compose.yaml:1:37 "),
            ("x: &x [*x]\nservices: {a: {image: x}}\n", "compose.yaml:1:8 "),
        ] {
            let found = found_in(&LINT, text);
            assert!(found.len() == 1 && found[0].starts_with(place), "{text}: {found:?}");
        }
        let text = "x: &x [a]\nservices: {a: {image: x, command: *x, entrypoint: *x}}\n";
        assert_eq!(found_in(&LINT, text), [""; 0]);
    }
}
