//! Volumes in quotes that they don't need.

use crate::diagnostics::Finding;
use crate::diagnostics::fix::Fix;
use crate::lints::context::FileView;
use crate::lints::style::quotes::requoted;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::{Kind, ScalarStyle};

declare_lint! {
    /// A volume stands in quotes that it does not need.
    ///
    /// ## What it does
    ///
    /// Finds items of a service's `volumes` in quotes. One that would be read otherwise without them
    /// is left alone: `"${DATA:-data}:/data"` between brackets, `"a: b"`.
    ///
    /// ## Why is this bad
    ///
    /// Quotes say that a text would be taken for something else. Where they mean nothing, those that do
    /// are not seen.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes:
    ///       - "./init:/docker-entrypoint-initdb.d"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     volumes:
    ///       - ./init:/docker-entrypoint-initdb.d
    /// ```
    ///
    /// ## Fix
    ///
    /// Takes the quotes away where the value is read the same without them. It is safe.
    "volumes-quoted", Style, Warning, Off, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let doc = &view.file.doc;
    let bodies = view.service_bodies().into_iter();
    let lists = bodies.filter_map(|body| view.get(body, "volumes"));
    let items = lists.flat_map(|entry| match &doc.node(entry.value).kind {
        Kind::Sequence { items, .. } => items.to_vec(),
        _ => Vec::new(),
    });
    let found = items.filter_map(|item| {
        let edit = requoted(doc, item.value, ScalarStyle::Plain)?;
        let message = format!("`{}` needs no quotes", view.text(item.value)?);
        let fix = Fix::same_values("take the quotes away", view.path(), [edit]);
        let finding = LINT.finding(message).at(view.path(), view.span(item.value));
        Some(finding.help("take the quotes away").fix(fix))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found_in, mended};

    #[test]
    fn quotes_of_volumes() {
        for (volumes, count) in [
            ("['data:/data', \"./a:/b:ro\"]", 2),
            ("\n      - \"${DATA:-data}:/data\"\n", 1),
            ("[\"${DATA:-data}:/data\"]", 0),
            ("['a: b', '*a', ' a', '#a', '1', '', \"a\\tb\"]", 0),
            ("[data:/data, {type: volume, source: 'data'}]", 0),
            ("", 0),
        ] {
            let text = format!("services:\n  x:\n    image: x\n    volumes: {volumes}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{text}");
        }
    }

    #[test]
    fn quotes_are_taken_away() {
        let before = "services:\n  x:\n    volumes:\n      - 'a:/b' # c\n      - \"a: b\"\n      - &d \"d:/d\"\n";
        let after =
            "services:\n  x:\n    volumes:\n      - a:/b # c\n      - \"a: b\"\n      - &d d:/d\n";
        assert_eq!(mended(&LINT, before), after);
    }
}
