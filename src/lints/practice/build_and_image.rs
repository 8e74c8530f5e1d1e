//! `build` and `image` in one service.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service has both `build` and `image`, and does not say which comes first.
    ///
    /// ## What it does
    ///
    /// Finds services with `build`, `image` and no `pull_policy`. It is off unless selected: to
    /// name what is built is what `image` beside `build` is for.
    ///
    /// ## Why is this bad
    ///
    /// The specification has Compose try to pull the image before it builds it. Where a registry
    /// has another image of that name, that one may run in place of the one that the folder makes.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     build: .
    ///     image: example/web:1.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     build: .
    ///     image: example/web:1.4
    ///     pull_policy: build
    /// ```
    "build-and-image", Practice, Warning, Off, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let has = |body, key| view.file.attribute(body, key).is_some();
    let found = view.services().filter_map(|service| {
        let (_, build) = view.file.attribute(service.body, "build")?;
        let says_both = has(service.body, "image") && !has(service.body, "pull_policy");
        says_both.then(|| {
            let help = "add `pull_policy: build`, or leave out the one that does not count";
            let message = "both `build` and `image` say what runs, and nothing says which is first";
            LINT.finding(message).at(view.path(), view.span(build.key)).help(help)
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn services_that_say_both() {
        for (service, count) in [
            ("{build: ., image: x}", 1),
            ("{build: {context: .}, image: 'x:${TAG:-1}'}", 1),
            ("{build: ., image: x, pull_policy: never}", 0),
            ("{build: .}", 0),
            ("{image: x}", 0),
        ] {
            let text = format!("services: {{a: {service}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{service}");
        }
        let merged =
            "x-b: &b\n  build: .\n  restart: always\nservices:\n  a:\n    <<: *b\n    image: x\n";
        assert_eq!(found_in(&LINT, merged).len(), 1);
    }
}
