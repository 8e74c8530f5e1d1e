//! Templates of Compose files.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::syntax::report;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A file is a template that is no YAML before it is rendered.
    ///
    /// ## What it does
    ///
    /// Finds Compose files that a YAML parser can't read and that hold `{{`. Nothing else is said of them.
    ///
    /// ## Why is this bad
    ///
    /// It is none, but no lint sees such a file: check the one that it renders to.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: {{ registry }}/nginx:{{ version }}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: "{{ registry }}/nginx:1.27"
    /// ```
    "yaml-template", Schema, Info, On, Run::Syntax(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    report(&LINT, view)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn it_is_said_where_it_stands() {
        for (text, place) in [
            ("services:\n  a:\n    image: {{ x }}:{{ y }}\n", "compose.yaml:3:"),
            ("services:\n{% for a in b %}\n  {{ a }}: {}\n", "compose.yaml:2:"),
        ] {
            let found = found_in(&LINT, text);
            assert!(found.len() == 1 && found[0].starts_with(place), "{text}: {found:?}");
        }
        for text in ["services:\n  a:\n    image: '{{ x }}'\n", "services:\n  a:\n    image: @x\n"]
        {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
    }
}
