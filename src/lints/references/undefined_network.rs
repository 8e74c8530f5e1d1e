//! A network that is named and not defined.

use super::undefined;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A network is named that no file of the project defines.
    ///
    /// ## What it does
    ///
    /// Finds networks of services that no top-level `networks:` defines. Names are looked up in all files that are loaded together, with what they include and extend. A
    /// file whose services do not all say what they run is part of something larger and is left alone,
    /// and so is a name that a variable makes or that a file beside this one defines.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses the whole project. A network that another project makes must be defined
    /// here too, with `external: true`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     networks: [proxy]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     networks: [proxy]
    /// networks:
    ///   proxy:
    ///     external: true
    /// ```
    "undefined-network", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    undefined::find(&LINT, Namespace::Network, loading)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn networks_that_no_file_defines_are_found() {
        for (text, places) in [
            ("services: {a: {image: x, networks: [n]}}", 1),
            ("services: {a: {image: x, networks: {n: {aliases: [b]}}}}", 1),
            ("services: {a: {image: x, networks: [n, m]}}\nnetworks: {n: }", 1),
            (
                "x-n: &n [front]\nservices: {a: {image: x, networks: *n}, b: {image: x, networks: *n}}",
                1,
            ),
            ("services: {a: {image: x, networks: [default]}}", 0),
            ("services: {a: {image: x, network_mode: n}}", 0),
            ("services: {a: {image: x, networks: ['${N}']}}", 0),
            ("services: {a: {image: x, networks: [n]}}\nnetworks: {n: {external: true}}", 0),
            ("services: {a: {networks: [n]}}", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_network_of_another_project_is_none_of_this_one() {
        let user = ("a/compose.yaml", "services: {a: {image: x, networks: [n]}}");
        let other = "services: {a: {image: x, networks: [n]}}\nnetworks: {n: }";
        assert_eq!(found(&LINT, &[user, ("compose.yaml", other)]).len(), 1);
        assert_eq!(found(&LINT, &[user, ("a/compose.prod.yaml", other)]).len(), 0);
    }

    #[test]
    fn the_network_that_was_meant_takes_its_place() {
        let text = "services:\n  a:\n    image: x\n    networks:\n      fronted:\n        aliases: [b]\nnetworks:\n  frontend:\n";
        assert_eq!(mended(&LINT, text), text.replace("fronted:", "frontend:"));
    }

    #[test]
    fn a_catalogue_is_completed_by_its_platform() {
        let app = "services:\n  web:\n    image: x:1\n    networks: [platform]\n";
        let two = [("a/compose.yaml", app), ("b/compose.yaml", app)];
        assert_eq!(found(&LINT, &two).len(), 2);
        let three = [two[0], two[1], ("c/compose.yaml", app)];
        assert_eq!(found(&LINT, &three), [""; 0]);
    }
}
