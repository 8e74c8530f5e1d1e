//! A config that is named and not defined.

use super::undefined;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A config is named that no file of the project defines.
    ///
    /// ## What it does
    ///
    /// Finds configs of services, in short and long form, that no top-level `configs:` defines. Names are looked up in all files that are loaded together, with what they include and extend. A
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
    ///     configs: [token]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     configs: [token]
    /// configs:
    ///   token:
    ///     file: ./token.txt
    /// ```
    "undefined-config", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    undefined::find(&LINT, Namespace::Config, loading)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn configs_that_no_file_defines_are_found() {
        for (text, places) in [
            ("services: {a: {image: x, configs: [s]}}", 1),
            ("services: {a: {image: x, configs: [{source: s, target: /t}]}}", 1),
            ("services: {a: {image: x, configs: [s]}}\nconfigs: {s: {file: ./s}}", 0),
            ("services: {a: {image: x, configs: [s]}}\nconfigs: {s: {external: true}}", 0),
            ("services: {a: {image: x, configs: ['${S}']}}", 0),
            ("services: {a: {configs: [s]}}", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_file_beside_may_define_it() {
        let user = ("compose.yaml", "services: {a: {image: x, configs: [s]}}");
        let other = "services: {b: {image: x}}\nconfigs: {s: {file: ./s}}";
        assert_eq!(found(&LINT, &[user, ("compose.prod.yaml", other)]).len(), 0);
    }

    #[test]
    fn the_name_that_was_meant_takes_its_place() {
        let text = "services:\n  a:\n    image: x\n    configs: [tokn]\nconfigs:\n  token:\n    file: ./t\n";
        assert_eq!(mended(&LINT, text), text.replace("tokn", "token"));
    }
}
