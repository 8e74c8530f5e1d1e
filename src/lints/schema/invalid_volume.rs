//! Volumes in their short form that docker compose can't read.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::reading::Reading;
use crate::lints::schema::tell::report_unreadable;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A volume is none that docker compose can read, or has an option that it drops.
    ///
    /// ## What it does
    ///
    /// Reads volumes in their short form as docker compose does: `SOURCE:TARGET:OPTIONS`, with
    /// Windows' drives. An option that neither it nor another engine knows is a warning. Values with
    /// variables are left alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file. Options that it does not know it drops without a word:
    /// with `:readonly`, where `:ro` was meant, the container may write.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     volumes:
    ///       - ./site:/usr/share/nginx/html:readonly
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     volumes:
    ///       - ./site:/usr/share/nginx/html:ro
    /// ```
    "invalid-volume", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let is_mine = |reading| reading == Reading::Volume;
    let help = "write `SOURCE:TARGET` or `SOURCE:TARGET:ro`";
    report_unreadable(&LINT, view, is_mine, "volume", help)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn volumes_are_read_as_docker_compose_does() {
        let text = |item: &str| format!("services:\n  a:\n    image: x\n    volumes: [{item}]\n");
        let found = |item: &str| found_in(&LINT, &text(item));
        let at = "compose.yaml:4:15 `services.a.volumes[0]` is no volume:";
        assert_eq!(
            found("./a::ro"),
            [format!(
                "{at} `./a::ro` has nothing on one side of a colon, so docker compose refuses the file"
            )]
        );
        assert_eq!(
            found("./a:/b:r0"),
            [format!("{at} `./a:/b:r0` has the option `r0`, which docker compose lets pass")]
        );
        for item in ["./a:/b", "/b", "C:\\a:/b:ro", "${A}:/b:${M}", "a:/b:ro,Z", "./a:/b:cached"] {
            assert_eq!(found(item), [""; 0], "{item}");
        }
    }
}
