//! `external: {name: x}`.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A thing's name stands under `external`, which Compose warns of.
    ///
    /// ## What it does
    ///
    /// Finds `external` with a `name` inside of it in networks, volumes, secrets and configs.
    ///
    /// ## Why is this bad
    ///
    /// It is the form of an old version of the file. Compose still reads it, warns of it at each
    /// command, and refuses the file where another `name` stands beside it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// networks:
    ///   proxy:
    ///     external:
    ///       name: proxy-net
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// networks:
    ///   proxy:
    ///     external: true
    ///     name: proxy-net
    /// ```
    "obsolete-external-name", Practice, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let sections = ["networks", "volumes", "secrets", "configs"];
    let things = sections.iter().flat_map(|section| view.file.section(section));
    let found = things.filter_map(|thing| {
        let external = view.get(thing.value, "external")?;
        let name = view.get(external.value, "name")?;
        let name = view.text(name.value)?;
        let message = "`name` under `external` is an old form, which Compose warns of";
        let help = format!("write `external: true`, and `name: {name}` beside it");
        Some(LINT.finding(message).at(view.path(), view.span(external.key)).help(help))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn names_under_external() {
        for (section, count) in [
            ("networks: {a: {external: {name: b}}, c: {external: {name: d}}}", 2),
            ("volumes: {a: {external: {name: b}}}", 1),
            ("secrets: {a: {external: {name: b}}}", 1),
            ("networks: {a: {external: true, name: b}}", 0),
            ("networks: {a: {name: b}}", 0),
            ("networks: {a: }", 0),
        ] {
            let text = format!("services: {{a: {{image: x}}}}\n{section}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{section}");
        }
    }
}
