//! `privileged: true`.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A container runs with all of the host's privileges.
    ///
    /// ## What it does
    ///
    /// Finds `privileged: true` in services.
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
    let settings =
        view.service_bodies().into_iter().filter_map(|body| view.get(body, "privileged"));
    let set = settings.filter(|entry| {
        view.text(entry.value).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    });
    set.map(|entry| {
        let help = "name what it needs: `cap_add: [NET_ADMIN]`, `devices: [/dev/net/tun]`";
        LINT.finding("a privileged container has all of the host's devices and capabilities")
            .at(view.path(), view.span(entry.value))
            .help(help)
    })
    .collect()
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
