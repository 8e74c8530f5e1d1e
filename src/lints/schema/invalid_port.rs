//! Ports that docker compose can't read.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::reading::Reading;
use crate::lints::schema::tell::report_unreadable;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A port is none that docker compose or the engine can read.
    ///
    /// ## What it does
    ///
    /// Reads `ports` in both forms, and `expose`, as docker compose does: addresses of both
    /// families, ranges and their lengths, protocols. What docker compose itself lets pass and the
    /// engine then refuses is a warning. Values with variables are left alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file, or the container does not start.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports:
    ///       - "localhost:8080:80"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports:
    ///       - "127.0.0.1:8080:80"
    /// ```
    "invalid-port", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let is_mine = |reading| {
        matches!(
            reading,
            Reading::Port
                | Reading::Exposed
                | Reading::Target
                | Reading::Published
                | Reading::Address
        )
    };
    let help = "write `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, with ports from 1 to 65535";
    report_unreadable(&LINT, view, is_mine, "port", help)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn ports_are_read_as_docker_compose_does() {
        let text = |body: &str| format!("services:\n  a:\n    image: x\n    {body}\n");
        let (refused, passes) =
            (", so docker compose refuses the file", ", which docker compose lets pass");
        for (body, expected, end) in [
            (
                "ports: ['80:http']",
                "4:13 `services.a.ports[0]` is no port: `80:http` has `http` for a port",
                refused,
            ),
            (
                "ports: [80.5]",
                "4:13 `services.a.ports[0]` is no port: `80.5` has `80.5` for a port",
                refused,
            ),
            (
                "ports: [{target: http}]",
                "4:22 `services.a.ports[0].target` is no port: `http` is no whole number",
                refused,
            ),
            (
                "ports: [{target: 80, host_ip: a}]",
                "4:35 `services.a.ports[0].host_ip` is no port: `a` has no IP address before the ports",
                refused,
            ),
            (
                "expose: [http]",
                "4:14 `services.a.expose[0]` is no port: `http` has `http` for a port",
                passes,
            ),
        ] {
            let found = found_in(&LINT, &text(body));
            assert_eq!(found, [format!("compose.yaml:{expected}{end}")]);
        }
        for body in [
            "ports: ['${P}:80', '[::1]:80:80', 8080, '80-82:80-82/udp', {target: 80, published: ''}]",
            "expose: [80, '81/udp', '90-92']",
        ] {
            assert_eq!(found_in(&LINT, &text(body)), [""; 0], "{body}");
        }
    }
}
