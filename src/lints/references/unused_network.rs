//! A network that no service uses.

use super::unused;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A network is defined that no service uses.
    ///
    /// ## What it does
    ///
    /// Finds entries of the top-level `networks:` that no service names: neither in the same file, nor in
    /// one that may be loaded together with it, nor in a fragment under `x-…`. Where a variable may
    /// name any network nothing is said. The fix is safe.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose does not make it. Either the service that it was meant for is not in it, or it is
    /// left over and misleads.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// networks:
    ///   frontend:
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     networks: [frontend]
    /// networks:
    ///   frontend:
    /// ```
    ///
    /// ## Fix
    ///
    /// Removes the entry, and the section with it where nothing else is in it. It is safe.
    "unused-network", References, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    unused::find(&LINT, Namespace::Network, view)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn what_no_service_uses_is_found() {
        for (text, places) in [
            ("services: {a: {image: x}}\nnetworks: {n: }", 1),
            (
                "services: {a: {image: x, networks: [n]}}\nnetworks: {n: , m: , o: {external: true}}",
                2,
            ),
            ("services: {a: {image: x, networks: {n: {aliases: [m]}}}}\nnetworks: {n: , m: }", 1),
            ("services: {a: {image: x}}\nnetworks: {default: {name: n}}", 0),
            ("networks: {n: }", 0),
            ("# networks: [n] where n is wanted\nservices: {a: {image: x}}\nnetworks: {n: }", 0),
            ("x-a: &a {networks: [n]}\nservices: {a: {image: x, <<: *a}}\nnetworks: {n: }", 0),
            ("x-n: &n [n]\nservices: {a: {image: x, networks: *n}}\nnetworks: {n: }", 0),
            ("services: {a: {image: x, networks: ['${N}']}}\nnetworks: {n: }", 0),
            ("services: {a: {image: x, network_mode: web}}\nnetworks: {n: {name: web}}", 0),
            ("include: [gone.yaml]\nservices: {a: {image: x}}\nnetworks: {n: }", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_file_beside_may_use_it() {
        let base = ("compose.yaml", "services: {a: {image: x}}\nnetworks: {one: {}}");
        let user = "services: {b: {image: x, networks: [one]}}";
        assert_eq!(found(&LINT, &[base]).len(), 1);
        for (path, text, expected) in [
            ("compose.override.yaml", user, 0),
            ("compose.dev.yaml", user, 0),
            ("dev/compose.yaml", user, 0),
            ("dev/compose.yaml", &format!("{user}\nnetworks: {{one: }}"), 1),
            ("compose.dev.yaml", "services: {b: {image: x}}", 1),
        ] {
            assert_eq!(found(&LINT, &[base, (path, text)]).len(), expected, "{path}: {text}");
        }
    }

    #[test]
    fn it_goes_and_its_section_with_it() {
        let two = "services:\n  a:\n    image: x\n    networks: [one]\nnetworks:\n  one: {}\n  two: {} # c\n";
        assert_eq!(mended(&LINT, two), two.replace("  two: {} # c\n", ""));
        let one = "services:\n  a:\n    image: x\nnetworks:\n  one: {}\n";
        assert_eq!(mended(&LINT, one), "services:\n  a:\n    image: x\n");
    }
}
