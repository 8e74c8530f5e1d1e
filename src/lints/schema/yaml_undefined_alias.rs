//! Aliases of anchors that are not there.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::syntax::report;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// An alias has no anchor.
    ///
    /// ## What it does
    ///
    /// Finds `*name` where no `&name` stands before it in the same file.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the file. Anchors don't reach from one file into another.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     <<: *default
    ///     image: nginx:1.27
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// x-default: &default
    ///   restart: always
    /// services:
    ///   web:
    ///     <<: *default
    ///     image: nginx:1.27
    /// ```
    "yaml-undefined-alias", Schema, Error, On, Run::Syntax(run),
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
            ("services: {b: {image: x}, a: *b}\n", "compose.yaml:1:30 "),
            ("services: {a: {image: y, <<: *b}}\nx-b: &b {image: x}\n", "compose.yaml:1:30 "),
        ] {
            let found = found_in(&LINT, text);
            assert!(found.len() == 1 && found[0].starts_with(place), "{text}: {found:?}");
        }
        for text in [
            "x-b: &b {image: x}\nservices: {a: {<<: *b}}\n",
            "services: {a: {image: x, command: '*b'}}\n",
        ] {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
    }
}
