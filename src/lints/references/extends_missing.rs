//! `extends` of a file or a service that is not there.

use super::missing::{self, Named};
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service extends one that is not there.
    ///
    /// ## What it does
    ///
    /// Finds `extends` whose `file` does not exist, and those whose `service` that file does not
    /// have. Files outside the tree, files that git ignores and paths with variables are left alone.
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
    ///     extends:
    ///       file: common.yaml
    ///       service: bse
    /// ```
    ///
    /// ```yaml common.yaml
    /// services:
    ///   base:
    ///     image: example/web:1.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     extends:
    ///       file: common.yaml
    ///       service: base
    /// ```
    "extends-missing", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    missing::find(&LINT, loading, Named::ByExtends)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found;

    #[test]
    fn what_is_not_there_is_found() {
        let base = "services: {base: {image: x}}";
        for (extends, expected) in [
            ("{file: common.yaml, service: base}", 0),
            ("{file: ./common.yaml, service: base}", 0),
            ("{file: common.yaml, service: bse}", 1),
            ("{file: comon.yaml, service: base}", 1),
            ("{file: '${F}.yaml', service: base}", 0),
            ("{file: common.yaml, service: '${S}'}", 0),
            ("{file: ../out.yaml, service: base}", 0),
            ("{file: /etc/out.yaml, service: base}", 0),
            ("{file: notes.txt, service: base}", 0),
            ("{file: ignored/x.yaml, service: base}", 0),
            ("base", 0),
        ] {
            let text = format!("services: {{a: {{extends: {extends}}}}}");
            let files = [
                ("compose.yaml", text.as_str()),
                ("common.yaml", base),
                ("notes.txt", "no Compose file"),
                (".gitignore", "ignored/\n"),
            ];
            assert_eq!(found(&LINT, &files).len(), expected, "{extends}");
        }
    }

    #[test]
    fn what_bases_extend_counts_too() {
        let files = [
            ("compose.yaml", "services: {a: {extends: {file: b/base.yaml, service: b}}}"),
            ("b/base.yaml", "services: {b: {extends: {file: deep.yaml, service: c}, image: x}}"),
        ];
        assert_eq!(
            found(&LINT, &files),
            ["b/base.yaml:1:32 `b/deep.yaml` is not there, so docker compose refuses the project"]
        );
    }
}
