//! `include` of a file that is not there.

use super::missing::{self, Named};
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A file is included that is not there.
    ///
    /// ## What it does
    ///
    /// Finds paths of `include` that lead to no file. URLs, files outside the tree, files that git
    /// ignores and paths with variables are left alone.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses the whole project.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// include:
    ///   - db/compose.yml
    /// ```
    ///
    /// ```yaml db/compose.yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// include:
    ///   - db/compose.yaml
    /// ```
    "include-missing", References, Error, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    missing::find(&LINT, loading, Named::ByInclude)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found;

    #[test]
    fn what_is_not_there_is_found() {
        for (include, expected) in [
            ("[db/compose.yaml]", 0),
            ("[db/compose.yml]", 1),
            ("[{path: db/compose.yml}, {path: [./db/compose.yaml, gone.yaml]}]", 2),
            ("['${DB}/compose.yml']", 0),
            (
                "['../out.yaml', '/etc/out.yaml', 'https://example.org/a.git', 'git@example.org:a/b']",
                0,
            ),
            ("['oci://example.org/a:1']", 0),
            ("[local.yaml]", 0),
        ] {
            let text = format!("include: {include}");
            let files = [
                ("compose.yaml", text.as_str()),
                ("db/compose.yaml", "services: {db: {image: x}}"),
                (".gitignore", "/local.*\n"),
            ];
            assert_eq!(found(&LINT, &files).len(), expected, "{include}");
        }
    }

    #[test]
    fn what_something_makes_is_let_be() {
        let text = "include: [vendor.yaml]";
        let told = format!("# vendor.yaml comes from upstream: see README.md\n{text}");
        assert_eq!(found(&LINT, &[("compose.yaml", text)]).len(), 1);
        assert_eq!(found(&LINT, &[("compose.yaml", &told)]), [""; 0]);
        let script = ("prepare.sh", "curl -o vendor.yaml https://example.org/vendor.yaml\n");
        assert_eq!(found(&LINT, &[("compose.yaml", text), script]), [""; 0]);
    }

    #[test]
    fn included_files_include_from_their_own_folder() {
        let files = [
            ("compose.yaml", "include: [a/compose.yaml]"),
            ("a/compose.yaml", "include: [b.yaml, c.yaml]\nservices: {a: {image: x}}"),
            ("a/b.yaml", "services: {db: {image: x}}"),
        ];
        assert_eq!(
            found(&LINT, &files),
            ["a/compose.yaml:1:19 `a/c.yaml` is not there, so docker compose refuses the project"]
        );
    }
}
