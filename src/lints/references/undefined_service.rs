//! A service that is named and not defined.

use super::undefined;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service is named that no file of the project defines.
    ///
    /// ## What it does
    ///
    /// Finds `depends_on`, `links`, `volumes_from`, `network_mode`, `ipc`, `pid`, `extends` and
    /// `additional_contexts` that name a service which is not there. Names are looked up in all files that are loaded together, with what they include and extend. A
    /// file whose services do not all say what they run is part of something larger and is left alone,
    /// and so is a name that a variable makes or that a file beside this one defines.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses the whole project. A name like this is left over from a rename, or mistyped.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on: [postgrs]
    ///   postgres:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on: [postgres]
    ///   postgres:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Fix
    ///
    /// Names the one service that is very near. It is unsafe: it may be another one that was meant.
    "undefined-service", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    undefined::find(&LINT, Namespace::Service, loading)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn names_that_no_file_defines_are_found() {
        for (text, places) in [
            ("services: {a: {image: x, depends_on: [b]}}", 1),
            ("services: {a: {image: x, depends_on: {b: {condition: service_started}}}}", 1),
            ("services: {a: {image: x, links: ['b:c', a1]}, a1: {image: x}}", 1),
            ("services: {a: {image: x, volumes_from: ['b:ro']}}", 1),
            ("services: {a: {image: x, network_mode: 'service:b', pid: 'service:c'}}", 2),
            ("services: {a: {image: x, extends: b}}", 1),
            ("services: {a: {image: x, extends: {service: b}}}", 1),
            ("services: {a: {build: {context: ., additional_contexts: {b: 'service:b'}}}}", 1),
            ("services: {a: {image: x, depends_on: [b], profiles: [p]}}", 1),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
        assert_eq!(
            found_in(&LINT, "services:\n  a: {image: x, depends_on: [b]}\n"),
            [
                "compose.yaml:2:30 `depends_on` names the service `b`, which no file defines: docker compose refuses the project"
            ]
        );
    }

    #[test]
    fn what_may_be_defined_is_let_be() {
        for text in [
            "services: {a: {image: x, depends_on: [b]}, b: {image: x}}",
            "services: {a: {image: x, depends_on: [b]}, b: {image: x, profiles: [p]}}",
            "services: {a: {depends_on: [b]}}",
            "services: {a: {image: x, links: ['${B}'], network_mode: 'service:${B:-b}'}}",
            "services: {a: {image: x, volumes_from: ['container:b'], network_mode: 'container:b'}}",
            "services: {a: {image: x}}\nx-old: {image: x, depends_on: [gone]}",
            "include: [gone.yaml]\nservices: {a: {image: x, depends_on: [b]}}",
            "include: ['${X}.yaml']\nservices: {a: {image: x, depends_on: [b]}}",
            "services: {a: {depends_on: [b], extends: {file: '../../o.yaml', service: a}, image: x}}",
        ] {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn all_files_of_a_loading_count() {
        let user = "services: {a: {image: x, depends_on: [b]}}";
        let other = "services: {b: {image: x}}";
        for (files, expected) in [
            (vec![("compose.yaml", user), ("compose.override.yaml", other)], 0),
            (vec![("compose.yaml", user), ("compose.prod.yaml", other)], 0),
            (vec![("compose.prod.yaml", user), ("compose.yaml", other)], 0),
            (vec![("compose.yaml", user), ("a/compose.yaml", other)], 1),
            (vec![(".devcontainer/compose.yaml", user), ("compose.yaml", other)], 0),
            (
                vec![
                    ("compose.prod.yaml", "include: [a/compose.yaml]"),
                    ("compose.yaml", other),
                    ("a/compose.yaml", user),
                ],
                0,
            ),
            (vec![("stacks/web.yml", user), ("stacks/b.yml", other)], 0),
            (
                vec![
                    ("compose.yaml", user),
                    ("compose.override.yaml", "services: {a: {depends_on: !reset []}}"),
                ],
                0,
            ),
            (
                vec![
                    ("compose.yaml", "include: [a/compose.yaml]\nservices: {b: {image: x}}"),
                    ("a/compose.yaml", user),
                ],
                0,
            ),
            (
                vec![
                    ("compose.yaml", "services: {c: {extends: {file: base.yml, service: a}}}"),
                    ("base.yml", "services: {a: {image: x, depends_on: [b]}, b: {image: x}}"),
                ],
                1,
            ),
        ] {
            assert_eq!(found(&LINT, &files).len(), expected, "{files:?}");
        }
    }

    #[test]
    fn the_name_that_was_meant_takes_its_place() {
        let text = "services:\n  web:\n    image: x\n    links:\n      - postgrs:db # c\n  postgres:\n    image: x\n";
        assert_eq!(mended(&LINT, text), text.replace("postgrs", "postgres"));
    }
}
