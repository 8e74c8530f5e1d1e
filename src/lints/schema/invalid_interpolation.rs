//! Variables that can't be read.

use crate::compose::interpolate::pieces;
use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::Kind;

declare_lint! {
    /// A `${` is none that docker compose can read.
    ///
    /// ## What it does
    ///
    /// Reads the variables of each value as docker compose does. A name is of letters, digits and
    /// `_`; after it may stand one of `:-`, `-`, `:?`, `?`, `:+` and `+`.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file. It reads what is meant for a shell too: the shell gets
    /// `${NAME%%.*}` only where the file says `$${NAME%%.*}`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     command: sh -c "echo ${HOSTNAME%%.*}"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     command: sh -c "echo $${HOSTNAME%%.*}"
    /// ```
    "invalid-interpolation", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let doc = &view.file.doc;
    let is_key = |id, parent| doc.entries(parent).iter().any(|entry| entry.key == id);
    let scalars = doc.nodes().filter(|(id, node)| {
        matches!(node.kind, Kind::Scalar(_))
            && node.tag.as_ref().is_none_or(|tag| &*tag.name != "reset")
            && doc.text().get(node.span.range()).is_some_and(|text| text.contains("${"))
            && !node.parent.is_some_and(|parent| is_key(*id, parent))
    });
    let told = scalars.filter_map(|(id, node)| {
        let error = pieces(&doc.value(id)?).err()?;
        let span = doc.value_span(id, error.range).unwrap_or(node.span);
        let message = format!("{}, so docker compose refuses the file", error.reason);
        let help = "write `$${` where the text is not docker compose's to read";
        Some(LINT.finding(message).at(view.path(), span).help(help))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn variables_are_read_as_docker_compose_does() {
        let text = |value: &str| format!("services:\n  a:\n    image: x\n    command: {value}\n");
        for value in ["echo ${1}", "echo ${A", "'${A B}'", "${A%%x}", "['${A#x}']", "${}"] {
            let found = found_in(&LINT, &text(value));
            assert_eq!(found.len(), 1, "{value}: {found:?}");
        }
        for value in
            ["echo $1", "echo $", "$${A%%x}", "${A:-b}", "${A:?needed}", "${A-${B}}", "'a $$ b'"]
        {
            assert_eq!(found_in(&LINT, &text(value)), [""; 0], "{value}");
        }
    }
}
