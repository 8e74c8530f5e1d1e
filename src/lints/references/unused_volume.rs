//! A volume that no service uses.

use super::unused;
use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A volume is defined that no service uses.
    ///
    /// ## What it does
    ///
    /// Finds entries of the top-level `volumes:` that no service names: neither in the same file, nor in
    /// one that may be loaded together with it, nor in a fragment under `x-…`. Where a variable may
    /// name any volume nothing is said. The fix is unsafe: `down -v` removes the
    /// data of volumes that the file names, and no others.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose does not make it. Either the data that it was meant for are in the container and
    /// are lost with it, or it is left over and misleads.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// volumes:
    ///   data:
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     volumes:
    ///       - data:/data
    /// volumes:
    ///   data:
    /// ```
    ///
    /// ## Fix
    ///
    /// Removes the entry, and the section with it where nothing else is in it. It is unsafe: the volume's data are no
    /// longer the project's.
    "unused-volume", References, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    unused::find(&LINT, Namespace::Volume, view)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn what_no_service_uses_is_found() {
        for (text, places) in [
            ("services: {a: {image: x}}\nvolumes: {nn: }", 1),
            (
                "services: {a: {image: x, volumes: ['nn:/x', './m:/y']}}\nvolumes: {nn: , m: , o: {external: true}}",
                2,
            ),
            (
                "services: {a: {image: x, volumes: [{type: volume, source: nn, target: /x}]}}\nvolumes: {nn: }",
                0,
            ),
            (
                "services: {a: {image: x, volumes: [{type: cluster, source: nn, target: /x}]}}\nvolumes: {nn: }",
                0,
            ),
            ("services: {a: {image: x, volumes: ['${V:-./data}:/x']}}\nvolumes: {nn: }", 0),
            ("x-v: &v ['nn:/x']\nservices: {a: {image: x, volumes: *v}}\nvolumes: {nn: }", 0),
            ("volumes: {nn: }", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), places, "{text}");
        }
    }

    #[test]
    fn a_file_beside_may_use_it() {
        let base = ("compose.yaml", "services: {a: {image: x}}\nvolumes: {one: {}}");
        let user = "services: {b: {image: x, volumes: ['one:/x']}}";
        assert_eq!(found(&LINT, &[base]).len(), 1);
        for (path, text, expected) in [
            ("compose.override.yaml", user, 0),
            ("compose.dev.yaml", user, 0),
            ("dev/compose.yaml", user, 0),
            ("dev/compose.yaml", &format!("{user}\nvolumes: {{one: }}"), 1),
            ("compose.dev.yaml", "services: {b: {image: x}}", 1),
        ] {
            assert_eq!(found(&LINT, &[base, (path, text)]).len(), expected, "{path}: {text}");
        }
    }

    #[test]
    fn it_goes_and_its_section_with_it() {
        let two = "services:\n  a:\n    image: x\n    volumes: ['one:/x']\nvolumes:\n  one: {}\n  two: {} # c\n";
        assert_eq!(mended(&LINT, two), two.replace("  two: {} # c\n", ""));
        let one = "services:\n  a:\n    image: x\nvolumes:\n  one: {}\n";
        assert_eq!(mended(&LINT, one), "services:\n  a:\n    image: x\n");
    }
}
