//! A model that is named and not defined.

use super::undefined;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A model is named that no file of the project defines.
    ///
    /// ## What it does
    ///
    /// Finds models of services that no top-level `models:` defines. Names are looked up in all files that are loaded together, with what they include and extend. A
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
    ///   chat:
    ///     image: example/chat:1.4
    ///     models: [llm]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   chat:
    ///     image: example/chat:1.4
    ///     models: [llm]
    /// models:
    ///   llm:
    ///     model: ai/smollm2
    /// ```
    "undefined-model", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    undefined::find(&LINT, Namespace::Model, loading)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn models_that_no_file_defines_are_found() {
        for (text, places) in [
            ("services: {a: {image: x, models: [m]}}", 1),
            ("services: {a: {image: x, models: {m: {endpoint_var: URL}}}}", 1),
            ("services: {a: {image: x, models: [m]}}\nmodels: {m: {model: ai/x}}", 0),
            ("services: {a: {models: [m]}}", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_file_beside_may_define_it() {
        let user = ("compose.yaml", "services: {a: {image: x, models: [m]}}");
        let other = "services: {b: {image: x}}\nmodels: {m: {model: ai/x}}";
        assert_eq!(found(&LINT, &[user, ("compose.prod.yaml", other)]).len(), 0);
    }

    #[test]
    fn the_name_that_was_meant_takes_its_place() {
        let text =
            "services:\n  a:\n    image: x\n    models: [lllm]\nmodels:\n  llm:\n    model: ai/x\n";
        assert_eq!(mended(&LINT, text), text.replace("lllm", "llm"));
    }
}
