//! Keys of a file out of order.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::style::order::{Sequence, by_place, declared, keys};
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// The keys of a file are not in the usual order.
    ///
    /// ## What it does
    ///
    /// Finds files whose top-level keys are in another order than this one: all keys `x-…` by the
    /// alphabet, `version`, `name`, `include`, `services`, `networks`, `volumes`, `secrets`, `configs`,
    /// then all others by the alphabet. A key that holds an alias may stand behind the one that bears
    /// the anchor, where it must.
    ///
    /// composemod.yaml may give another order, in which `x-` stands for all keys that begin so:
    ///
    /// ```yaml
    /// lint:
    ///   options:
    ///     top-level-unsorted:
    ///       order: [name, x-, services, volumes, networks]
    /// ```
    ///
    /// The fix moves each key with its value and its comments. The comment that opens the file stays
    /// at its top.
    ///
    /// ## Why is this bad
    ///
    /// What a file is about stands in its first lines, where it can be found without a search.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// volumes:
    ///   data: {}
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes: [data:/var/lib/postgresql/data]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes: [data:/var/lib/postgresql/data]
    /// volumes:
    ///   data: {}
    /// ```
    ///
    /// ## Fix
    ///
    /// Sorts the keys, each with its comments. It is safe: no value changes.
    "top-level-unsorted", Style, Warning, Off, Run::File(run),
}

/// The usual order.
const ORDER: [&str; 9] =
    ["x-", "version", "name", "include", "services", "networks", "volumes", "secrets", "configs"];

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let options = &view.context.inputs.config.lint.options;
    let order = declared(&options.top_level_unsorted, &ORDER);
    let found = view.file.doc.roots().iter().filter_map(|&collection| {
        let sequence = Sequence {
            lint: &LINT,
            view,
            collection,
            at: None,
            what: "keys of a file",
            by: "by what they are about",
        };
        sequence.finding(&keys(view, collection), |a, b| by_place(&order, a, b))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn keys_are_compared_by_their_places() {
        for (text, count) in [
            ("services: {a: }\nversion: '3'\n", 1),
            ("services: {a: }\nx-a: 1\n", 1),
            ("x-b: 1\nx-a: 1\nservices: {a: }\n", 1),
            ("services: {a: }\nmodels: {}\nvolumes: {}\n", 1),
            ("x-a: 1\nversion: '3'\nname: a\nservices: {a: }\nvolumes: {}\nmodels: {}\n", 0),
            ("x-b: &b 1\nx-a: *b\nservices: {a: }\n", 0),
            ("services: &s {a: {image: x}}\nx-a: *s\n", 0),
            ("---\nservices: {a: }\n---\nvolumes: {}\n", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), count, "{text}");
        }
        let order = "lint: {options: {top-level-unsorted: {order: [services, x-]}}}";
        let files = [("compose.yaml", "services: {a: }\nx-a: 1\n"), ("composemod.yaml", order)];
        assert_eq!(found(&LINT, &files), [""; 0]);
    }

    #[test]
    fn each_moves_with_what_belongs_to_it() {
        for (before, after) in [
            (
                "# dclint disable x\nvolumes:\n  a:\n\n# what runs\nservices:\n  b:\n# end\n",
                "# dclint disable x\n# what runs\nservices:\n  b:\n\nvolumes:\n  a:\n# end\n",
            ),
            (
                "# license\n\n# disks\nvolumes: {}\nservices: {a: {image: x}}",
                "# license\n\nservices: {a: {image: x}}\n# disks\nvolumes: {}",
            ),
            (
                "\u{feff}services: {a: {image: x}}\nname: é\n",
                "\u{feff}name: é\nservices: {a: {image: x}}\n",
            ),
            (
                "---\n# head\nservices: {a: }\nname: a\n...\n",
                "---\n# head\nname: a\nservices: {a: }\n...\n",
            ),
        ] {
            assert_eq!(mended(&LINT, before), after);
        }
    }

    #[test]
    fn what_is_not_sure_is_not_moved() {
        for text in [
            "services:\n  a:\n    command: |+\n      x\n\nname: a\n",
            "services: {a: }\nname: a\nname: b\n",
            "x-a: &a 1\nx-d: *a\nx-b: &a 2\nservices: {y: }\n",
            "? services\n: a:\n? name\n: a\n",
            "{services: {a: }, # c\n name: a}\n",
            "services: {y: }\nx-a: |\n  b",
        ] {
            assert_eq!(mended(&LINT, text), text);
            assert_eq!(found_in(&LINT, text).len(), 1, "{text}");
        }
    }
}
