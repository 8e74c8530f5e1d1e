//! Tags that docker compose does not know.

use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A tag is none that docker compose knows.
    ///
    /// ## What it does
    ///
    /// Finds tags other than `!reset`, `!override` and those of YAML itself (`!!str`).
    ///
    /// ## Why is this bad
    ///
    /// docker compose drops the tag without a word and takes the value as text, or as the list or
    /// mapping that it is: with `!overide` the list is added to, not replaced.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports: !overide ["8080:80"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports: !override ["8080:80"]
    /// ```
    "unknown-tag", Schema, Warning, On, Run::File(run),
}

/// Tags that docker compose gives a meaning (compose-spec §13).
const KNOWN: [&str; 2] = ["reset", "override"];

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let doc = &view.file.doc;
    let tags = doc.nodes().filter_map(|(_, node)| Some((node, node.tag.as_ref()?)));
    // `!!str` and `!<tag:yaml.org,2002:str>` are YAML's, and `!` alone is text.
    let is_yamls = |name: &str| name.is_empty() || name.starts_with('!') || name.starts_with('<');
    let unknown = tags.filter(|(_, tag)| !is_yamls(&tag.name) && !KNOWN.contains(&&*tag.name));
    let told = unknown.map(|(node, tag)| {
        let help = match nearest(&tag.name, KNOWN).first() {
            Some(near) => format!("did you mean `!{near}`?"),
            // It may be a password that begins with the sign.
            None if node.span.range().is_empty() => {
                let message = "docker compose drops a tag that has no value, without a word";
                let help = "remove the tag, or put quotes around a value that begins with `!`";
                return LINT.finding(message).at(view.path(), tag.span).help(help).secret();
            }
            None => "remove the tag: docker compose knows `!reset` and `!override`".to_owned(),
        };
        LINT.finding(format!("docker compose drops the tag `!{}` without a word", tag.name))
            .at(view.path(), tag.span)
            .help(help)
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn a_password_with_the_sign_is_not_told() {
        let text = "services:\n  a:\n    image: x\n    environment:\n      A: !hunter2\n";
        let found = found_in(&LINT, text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(!found[0].contains("hunter2"), "{found:?}");
    }

    #[test]
    fn tags() {
        let text = |value: &str| format!("services:\n  a:\n    image: x\n    ports: {value}\n");
        for (value, fires) in [
            ("!rest null", true),
            ("!Ref [80]", true),
            ("[!vault 80]", true),
            ("!reset []", false),
            ("!override [80]", false),
            ("[!!str 80]", false),
            ("['!foo']", false),
        ] {
            let found = found_in(&LINT, &text(value));
            assert_eq!(found.len(), usize::from(fires), "{value}: {found:?}");
        }
    }
}
