//! `privileged: true`.

use crate::diagnostics::{Finding, Severity};
use crate::lints::context::FileView;
use crate::lints::practice::purpose::program;
use crate::lints::practice::variables::Variables;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A container runs with all of the host's privileges.
    ///
    /// ## What it does
    ///
    /// Finds `privileged: true` in services. An engine in a container (`docker:dind`) needs it and is
    /// told only, and so is a variable that is `true` by default.
    ///
    /// ## Why is this bad
    ///
    /// Whoever breaks into such a container has the host: every device, every kernel capability, no
    /// seccomp or AppArmor profile.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   vpn:
    ///     image: example/vpn:1.4
    ///     restart: unless-stopped
    ///     privileged: true
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   vpn:
    ///     image: example/vpn:1.4
    ///     restart: unless-stopped
    ///     cap_add: [NET_ADMIN]
    ///     devices: [/dev/net/tun]
    /// ```
    "privileged-container", Practice, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let variables = Variables::beside(view);
    let found = view.service_bodies().into_iter().filter_map(|body| {
        let entry = view.get(body, "privileged")?;
        let raw = view.text(entry.value)?;
        if !variables.settle(&raw).eq_ignore_ascii_case("true") {
            return None;
        }
        let image = view.file.text_of(body, "image").unwrap_or_default();
        let is_engine = program(&image, &["docker", "k3s"])
            .is_some_and(|name| name == "k3s" || image.contains("dind"));
        let severity = if is_engine || raw.contains('$') { Severity::Info } else { LINT.severity };
        let help = "name what it needs: `cap_add: [NET_ADMIN]`, `devices: [/dev/net/tun]`";
        let message = "a privileged container has all of the host's devices and capabilities";
        let finding = LINT.finding(message).severity(severity);
        Some(finding.at(view.path(), view.span(entry.value)).help(help))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn it_is_said_where_it_stands() {
        let fires = "x-a: &a\n  privileged: true\n  restart: always\nservices:\n  a:\n    image: x\n    <<: *a\n  b:\n    image: x\n    <<: *a\n";
        assert_eq!(found_in(&LINT, fires).len(), 1);
        let silent =
            "services:\n  a:\n    privileged: false\n  b:\n    privileged: ${PRIVILEGED}\n";
        assert_eq!(found_in(&LINT, silent), [""; 0]);
    }
}
