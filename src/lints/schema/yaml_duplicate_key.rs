//! Keys that stand twice in a mapping.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::syntax::report;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A key stands twice in one mapping.
    ///
    /// ## What it does
    ///
    /// Finds keys that a mapping has twice, however they are quoted; `<<` too.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the file. Other readers take one of the two without a word.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports: ["80:80"]
    ///     ports: ["443:443"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports: ["80:80", "443:443"]
    /// ```
    "yaml-duplicate-key", Schema, Error, On, Run::Syntax(run),
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
            ("services:\n  a: {image: x}\n  a: {image: y}\n", "compose.yaml:3:3 "),
            (
                "x: &x {image: b}\nservices:\n  a:\n    <<: *x\n    <<: *x\n    restart: no\n",
                "compose.yaml:5:5 ",
            ),
            ("services: {a: {image: x, 'image': y}}\n", "compose.yaml:1:26 "),
        ] {
            let found = found_in(&LINT, text);
            assert!(found.len() == 1 && found[0].starts_with(place), "{text}: {found:?}");
        }
        for text in [
            "x: &x {image: y}\nservices:\n  a:\n    <<: *x\n    image: z\n",
            "services: {a: {image: x}, b: {image: x}}\n",
        ] {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
    }
}
