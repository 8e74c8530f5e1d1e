//! `links`.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service has `links`, which services of one network don't need.
    ///
    /// ## What it does
    ///
    /// Finds `links` in services, except in those on the engine's own bridge
    /// (`network_mode: bridge`), where nothing else gives names.
    ///
    /// ## Why is this bad
    ///
    /// Services of one network reach each other by name without it. What is left of `links` is that
    /// it starts one service after another, which `depends_on` says better, and that it gives other
    /// names, which only the linking service sees.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     links: [db]
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on: [db]
    ///   db:
    ///     image: postgres:16.4
    /// ```
    "obsolete-links", Practice, Info, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let is_bridged = |body| view.file.text_of(body, "network_mode").as_deref() == Some("bridge");
    let bodies = view.service_bodies().into_iter().filter(|body| !is_bridged(*body));
    let found = bodies.filter_map(|body| {
        let entry = view.get(body, "links")?;
        let links: Vec<String> = view
            .file
            .doc
            .items(entry.value)
            .iter()
            .filter_map(|item| view.text(item.value))
            .collect();
        let renamed = links.iter().find_map(|link| {
            let (service, alias) = link.split_once(':')?;
            (service != alias && !link.contains('$')).then_some((service, alias))
        });
        let help = match renamed {
            Some((service, alias)) => format!(
                "use `depends_on` for the order, and give `{service}` the alias `{alias}` in a \
                 network that both are in"
            ),
            None => "use `depends_on` for the order; the names are there without it".to_owned(),
        };
        let message =
            "`links` is left over from before networks: services reach each other by name";
        (!links.is_empty())
            .then(|| LINT.finding(message).at(view.path(), view.span(entry.key)).help(help))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn links_that_are_not_needed() {
        for (keys, count) in [
            ("links: [b]", 1),
            ("links: ['b:db', b]", 1),
            ("links: []", 0),
            ("links: [b], network_mode: bridge", 0),
            ("external_links: [b]", 0),
        ] {
            let text = format!("services: {{a: {{image: x, {keys}}}, b: {{image: y}}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{keys}");
        }
    }
}
