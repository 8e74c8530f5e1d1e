//! Files of the first Compose format.

use crate::compose::model::has_compose_name;
use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::schema::walk::is_legacy;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A file is of the first Compose format, which has no `services`.
    ///
    /// ## What it does
    ///
    /// Finds files by a Compose file's name whose services stand at the top. Nothing else is said of
    /// them.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the file: it takes each service for an unknown top-level key.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// web:
    ///   image: nginx:1.27
    ///   ports: ["80:80"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports: ["80:80"]
    /// ```
    "legacy-format", Schema, Error, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    let sources = context.repo.files.iter().filter(|source| has_compose_name(&source.path));
    let files = sources.map(|source| context.repo.parsed.get(source));
    let legacy = files.filter(|file| file.is_sound() && is_legacy(file));
    let told = legacy.filter_map(|file| {
        let first = file.doc.roots().iter().flat_map(|root| file.doc.entries(*root)).next()?;
        let span = file.doc.node(first.key).span;
        let message = "the services stand at the top, so docker compose refuses the file";
        let help =
            "put them under `services`, and say `depends_on` or networks in place of `links`";
        Some(LINT.finding(message).at(file.path.as_str(), span).help(help))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::schema::unknown_key;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn services_at_the_top_are_told_once() {
        let text = "# old\nweb:\n  image: x\n  links: [db]\ndb:\n  build: .\n  volumes: [/x]\n";
        let refused = "the services stand at the top, so docker compose refuses the file";
        assert_eq!(found_in(&LINT, text), [format!("compose.yaml:2:1 {refused}")]);
        assert_eq!(found_in(&unknown_key::LINT, text), [""; 0]);
        assert_eq!(found(&LINT, &[("other.yaml", text)]), [""; 0]);
        for silent in [
            "services: {web: {image: x}}\n",
            "x-a: {image: x}\ninclude: [a.yaml]\n",
            "version: '3'\nweb: {image: x}\n",
            "name: x\n",
        ] {
            assert_eq!(found_in(&LINT, silent), [""; 0], "{silent}");
        }
    }
}
