//! Dependencies of a service out of alphabetical order.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::style::order::{Sequence, by_name, keys};
use crate::lints::{Run, declare_lint};
use crate::yaml::document::Kind;

declare_lint! {
    /// What a service depends on is not in alphabetical order.
    ///
    /// ## What it does
    ///
    /// Finds `depends_on`, as a list or as a mapping, whose services are not in the order of their
    /// names. The fix moves each with its comments.
    ///
    /// ## Why is this bad
    ///
    /// The order means nothing to Compose: all of them start first. In order, they are easily
    /// compared with those of another service.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     image: example/api:2.1
    ///     depends_on:
    ///       - queue
    ///       - db
    ///   db:
    ///     image: postgres:16.4
    ///   queue:
    ///     image: rabbitmq:4.0
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   api:
    ///     image: example/api:2.1
    ///     depends_on:
    ///       - db
    ///       - queue
    ///   db:
    ///     image: postgres:16.4
    ///   queue:
    ///     image: rabbitmq:4.0
    /// ```
    ///
    /// ## Fix
    ///
    /// Sorts them, each with its comments. It is safe: no value changes.
    "dependencies-unsorted", Style, Warning, Off, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let bodies = view.service_bodies().into_iter();
    let found = bodies.filter_map(|body| view.get(body, "depends_on")).filter_map(|entry| {
        let names = match &view.file.doc.node(entry.value).kind {
            Kind::Sequence { items, .. } => {
                items.iter().map(|item| view.text(item.value)).collect::<Option<Vec<_>>>()?
            }
            _ => keys(view, entry.value),
        };
        let sequence = Sequence {
            lint: &LINT,
            view,
            collection: entry.value,
            at: Some(view.span(entry.key)),
            what: "dependencies",
            by: "by the alphabet",
        };
        sequence.finding(&names, by_name)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found_in, mended};

    #[test]
    fn lists_and_mappings() {
        for (depends, count) in [
            ("[b, a]", 1),
            ("{b: {condition: service_started}, a: {condition: service_healthy}}", 1),
            ("\n      - b\n      - a\n", 1),
            ("[a, b]", 0),
            ("[a]", 0),
            ("[]", 0),
            ("{a: {}, b: {}}", 0),
            ("", 0),
        ] {
            let text = format!("services:\n  x:\n    image: x\n    depends_on: {depends}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{text}");
        }
    }

    #[test]
    fn each_moves_with_what_belongs_to_it() {
        let before = "services:\n  x:\n    depends_on:\n      # first\n      b: # why\n        condition: service_healthy\n      a:\n        condition: service_started\n        # restart: true\n    image: x\n  y: {depends_on: [ b,a ]}\n";
        let after = "services:\n  x:\n    depends_on:\n      a:\n        condition: service_started\n        # restart: true\n      # first\n      b: # why\n        condition: service_healthy\n    image: x\n  y: {depends_on: [ a,b ]}\n";
        assert_eq!(mended(&LINT, before), after);
    }
}
