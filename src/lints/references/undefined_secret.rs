//! A secret that is named and not defined.

use super::undefined;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A secret is named that no file of the project defines.
    ///
    /// ## What it does
    ///
    /// Finds secrets of services and builds, in short and long form, that no top-level `secrets:` defines. Names are looked up in all files that are loaded together, with what they include and extend. A
    /// file whose services do not all say what they run is part of something larger and is left alone,
    /// and so is a name that a variable makes or that a file beside this one defines.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses the whole project.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     secrets: [token]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     secrets: [token]
    /// secrets:
    ///   token:
    ///     file: ./token.txt
    /// ```
    "undefined-secret", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    undefined::find(&LINT, Namespace::Secret, loading)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn secrets_that_no_file_defines_are_found() {
        for (text, places) in [
            ("services: {a: {image: x, secrets: [s]}}", 1),
            ("services: {a: {image: x, secrets: [{source: s, target: /t}]}}", 1),
            ("services: {a: {build: {context: ., secrets: [s]}}}", 1),
            ("services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {file: ./s}}", 0),
            ("services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {external: true}}", 0),
            ("services: {a: {image: x, secrets: ['${S}']}}", 0),
            ("services: {a: {secrets: [s]}}", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_file_beside_may_define_it() {
        let user = ("compose.yaml", "services: {a: {image: x, secrets: [s]}}");
        let other = "services: {b: {image: x}}\nsecrets: {s: {file: ./s}}";
        assert_eq!(found(&LINT, &[user, ("compose.prod.yaml", other)]).len(), 0);
    }

    #[test]
    fn the_name_that_was_meant_takes_its_place() {
        let text = "services:\n  a:\n    image: x\n    secrets: [tokn]\nsecrets:\n  token:\n    file: ./t\n";
        assert_eq!(mended(&LINT, text), text.replace("tokn", "token"));
    }
}
