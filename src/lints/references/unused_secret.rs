//! A secret that no service uses.

use super::unused;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A secret is defined that no service uses.
    ///
    /// ## What it does
    ///
    /// Finds entries of the top-level `secrets:` that no service names: neither in the same file, nor in
    /// one that may be loaded together with it, nor in a fragment under `x-…`. Where a variable may
    /// name any secret nothing is said. The fix is safe.
    ///
    /// ## Why is this bad
    ///
    /// A service that was meant to have it does not, or it is left over and misleads.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// secrets:
    ///   token:
    ///     file: ./token.txt
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     secrets: [token]
    /// secrets:
    ///   token:
    ///     file: ./token.txt
    /// ```
    ///
    /// ## Fix
    ///
    /// Removes the entry, and the section with it where nothing else is in it. It is safe.
    "unused-secret", References, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    unused::find(&LINT, Namespace::Secret, view)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn what_no_service_uses_is_found() {
        for (text, places) in [
            ("services: {a: {image: x}}\nsecrets: {n: {file: ./n}}", 1),
            (
                "services: {a: {image: x, secrets: [n, {source: m}]}}\nsecrets: {n: {file: ./n}, m: {file: ./m}, o: {external: true}}",
                1,
            ),
            ("services: {a: {build: {context: ., secrets: [n]}}}\nsecrets: {n: {file: ./n}}", 0),
            ("services: {a: {image: x, secrets: ['${S}']}}\nsecrets: {n: {file: ./n}}", 0),
            ("secrets: {n: {file: ./n}}", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_file_beside_may_use_it() {
        let base = ("compose.yaml", "services: {a: {image: x}}\nsecrets: {one: {file: ./t}}");
        let user = "services: {b: {image: x, secrets: [one]}}";
        assert_eq!(found(&LINT, &[base]).len(), 1);
        for (path, text, expected) in [
            ("compose.override.yaml", user, 0),
            ("compose.dev.yaml", user, 0),
            ("dev/compose.yaml", user, 0),
            ("dev/compose.yaml", &format!("{user}\nsecrets: {{one: }}"), 1),
            ("compose.dev.yaml", "services: {b: {image: x}}", 1),
        ] {
            assert_eq!(found(&LINT, &[base, (path, text)]).len(), expected, "{path}: {text}");
        }
    }

    #[test]
    fn it_goes_and_its_section_with_it() {
        let two = "services:\n  a:\n    image: x\n    secrets: [one]\nsecrets:\n  one: {file: ./t}\n  two: {file: ./t} # c\n";
        assert_eq!(mended(&LINT, two), two.replace("  two: {file: ./t} # c\n", ""));
        let one = "services:\n  a:\n    image: x\nsecrets:\n  one: {file: ./t}\n";
        assert_eq!(mended(&LINT, one), "services:\n  a:\n    image: x\n");
    }
}
