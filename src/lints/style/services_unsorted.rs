//! Services out of alphabetical order.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::style::order::{Sequence, by_name, keys};
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// Services are not in alphabetical order.
    ///
    /// ## What it does
    ///
    /// Finds a file whose services are not in the order of their names. A service that holds an alias
    /// (`*x`, `<<: *x`) may stand behind the one that bears the anchor, where it must.
    ///
    /// The fix moves each service with its comments. A comment above a service belongs to it, and a
    /// service that is commented out to the one below it. Blank lines stay where they are.
    ///
    /// ## Why is this bad
    ///
    /// In a long file a service is found where the alphabet puts it, and two people who add one at the
    /// same time do so in two places.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///   api:
    ///     image: example/api:2.1
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     image: example/api:2.1
    ///   web:
    ///     image: nginx:1.27
    /// ```
    ///
    /// ## Fix
    ///
    /// Sorts the services, each with its comments. It is safe: no value changes.
    "services-unsorted", Style, Warning, Off, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let roots = view.file.doc.roots().iter();
    let sections = roots.filter_map(|&root| view.get(root, "services"));
    let found = sections.filter_map(|entry| {
        let sequence = Sequence {
            lint: &LINT,
            view,
            collection: entry.value,
            at: None,
            what: "services",
            by: "by the alphabet",
        };
        sequence.finding(&keys(view, entry.value), by_name)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found_in, mended};

    #[test]
    fn services_are_compared_by_name() {
        for (text, expected) in [
            ("services:\n  b:\n  a:\n", "3:3"),
            ("services:\n  a:\n  c:\n  b:\n", "4:3"),
            ("services: {b: , a: }\n", "1:17"),
            ("services:\n  a1:\n  a-b:\n", "3:3"),
            ("services:\n  a-b:\n  a1:\n  B:\n", ""),
            ("services:\n  a_b:\n  a-b:\n", ""),
            ("services:\n  web: &w {image: x}\n  api: *w\n", ""),
            ("services:\n  a:\n", ""),
            ("services:\n", ""),
            ("x: {b: 1, a: 2}\n", ""),
        ] {
            let found = found_in(&LINT, text);
            let places: Vec<_> = found
                .iter()
                .filter_map(|line| line.strip_prefix("compose.yaml:")?.split(' ').next())
                .collect();
            assert_eq!(places.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn each_moves_with_what_belongs_to_it() {
        for (before, after) in [
            (
                "services:\n  # the web\n  web:\n    image: x # pinned\n    # ports: []\n\n  # old:\n  #   image: y\n\n  # the api\n  api:\n    image: z\n\nvolumes: {}\n",
                "services:\n  # old:\n  #   image: y\n\n  # the api\n  api:\n    image: z\n\n  # the web\n  web:\n    image: x # pinned\n    # ports: []\n\nvolumes: {}\n",
            ),
            (
                "services:\n  # all of them\n\n  b:\n  a:",
                "services:\n  # all of them\n\n  a:\n  b:",
            ),
            (
                "services:\r\n  b:\r\n    image: x\r\n\r\n  a:\r\n    image: y\r\n",
                "services:\r\n  a:\r\n    image: y\r\n\r\n  b:\r\n    image: x\r\n",
            ),
            (
                "services:\n  b: {image: &i x}\n  z:\n  a: {image: *i}\n",
                "services:\n  b: {image: &i x}\n  a: {image: *i}\n  z:\n",
            ),
            (
                "services: {b: {image: x}, a: {image: y}}\n",
                "services: {a: {image: y}, b: {image: x}}\n",
            ),
        ] {
            assert_eq!(mended(&LINT, before), after);
        }
    }
}
