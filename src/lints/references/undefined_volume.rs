//! A volume that is named and not defined.

use super::undefined;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A volume is named that no file of the project defines.
    ///
    /// ## What it does
    ///
    /// Finds volumes of services, in short and long form, that no top-level `volumes:` defines. Names are looked up in all files that are loaded together, with what they include and extend. A
    /// file whose services do not all say what they run is part of something larger and is left alone,
    /// and so is a name that a variable makes or that a file beside this one defines.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses the whole project. Where a folder of the host was meant its path must
    /// start with `./`, `../`, `~/` or `/`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes:
    ///       - data:/var/lib/postgresql/data
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes:
    ///       - data:/var/lib/postgresql/data
    /// volumes:
    ///   data:
    /// ```
    ///
    /// ## Fix
    ///
    /// Names the one volume that is very near, or defines the volume. It is unsafe: another volume holds other data.
    "undefined-volume", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    undefined::find(&LINT, Namespace::Volume, loading)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn volumes_that_no_file_defines_are_found() {
        for (text, places) in [
            ("services: {a: {image: x, volumes: ['data:/x']}}", 1),
            ("services: {a: {image: x, volumes: ['data:/x/${Y}']}}", 1),
            ("services: {a: {image: x, volumes: ['conf/x:/x:ro']}}", 1),
            ("services: {a: {image: x, volumes: [{type: volume, source: data, target: /x}]}}", 1),
            ("services: {a: {image: x, volumes: ['data:/x']}}\nvolumes: {data: }", 0),
            (
                "services: {a: {image: x, volumes: ['./d:/x', '~/d:/x', /x, 'c:/x:/y', 'C:\\x:/y']}}",
                0,
            ),
            ("services: {a: {image: x, volumes: ['${D}:/x', '${D:-data}:/x', '$D/y:/x']}}", 0),
            ("services: {a: {image: x, volumes: [{type: bind, source: data, target: /x}]}}", 0),
            ("services: {a: {volumes: ['data:/x']}}", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_file_beside_may_define_it() {
        let user = ("compose.yaml", "services: {a: {image: x, volumes: ['data:/x']}}");
        assert_eq!(
            found(
                &LINT,
                &[user, ("compose.prod.yaml", "services: {b: {image: x}}\nvolumes: {data: }")]
            )
            .len(),
            0
        );
    }

    #[test]
    fn templates_of_another_tool_are_let_be() {
        let user = "services: {a: {image: x, volumes: ['data:/x']}}";
        let partly = "services: {a: {image: x, volumes: ['data:/x']}}\nvolumes: {logs: }";
        assert_eq!(found(&LINT, &[("templates/a.yaml", user)]), [""; 0]);
        assert_eq!(found(&LINT, &[("templates/a.yaml", partly)]).len(), 1);
        assert_eq!(
            found(&LINT, &[("templates/a.yaml", partly), ("templates/b.yaml", user)]),
            [""; 0]
        );
    }

    #[test]
    fn the_volume_gets_its_definition() {
        let text =
            "services:\n  a:\n    image: x\n    volumes:\n      - data:/x\n      - logs:/y\n";
        assert_eq!(mended(&LINT, text), format!("{text}volumes:\n  data:\n  logs:\n"));
        let near =
            "services:\n  a:\n    image: x\n    volumes:\n      - pgdta:/x\nvolumes:\n  pgdata:\n";
        assert_eq!(mended(&LINT, near), near.replace("pgdta", "pgdata"));
    }
}
