//! A published port that does not say on which of the host's addresses.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::practice::published::{Listens, bind, published};
use crate::lints::practice::variables::Variables;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A published port does not say on which of the host's addresses it listens.
    ///
    /// ## What it does
    ///
    /// Finds every published port without a host address. One that says `0.0.0.0` has said it. It is
    /// off unless selected: what serves others must listen; `port-on-all-interfaces` looks at
    /// databases and their like.
    ///
    /// ## Why is this bad
    ///
    /// Without an address a port is open on all of the host's, the public ones too, and past most
    /// firewalls: the engine's own rules come before them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   admin:
    ///     image: example/admin:1.4
    ///     ports:
    ///       - "8080:80"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   admin:
    ///     image: example/admin:1.4
    ///     ports:
    ///       - "127.0.0.1:8080:80"
    /// ```
    ///
    /// ## Fix
    ///
    /// Writes `127.0.0.1:` before the port, in the port's own quotes. It is unsafe: other machines reach the port no more.
    "port-without-host-ip", Practice, Warning, Off, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let variables = Variables::beside(view);
    let settle = |raw: &str| variables.settle(raw);
    let lists = view.service_bodies().into_iter().filter_map(|body| view.get(body, "ports"));
    let items = lists.flat_map(|entry| view.file.doc.items(entry.value));
    let found = items.filter_map(|item| {
        let port = published(view.file, item.value, &settle)?;
        let message = "the port is open on every address of the host, since none is given";
        let help = "write the address before it: `127.0.0.1:8080:80`";
        (port.listens == Listens::Unsaid).then(|| {
            let finding = LINT.finding(message).at(view.path(), port.span).help(help);
            finding.fix(bind(view.file, item.value, port.listens))
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found_in, mended};

    #[test]
    fn an_address_is_put_before_the_port() {
        for (port, expected) in [
            ("\"80:80\"", "\"127.0.0.1:80:80\""),
            ("'80-81:80-81/udp'", "'127.0.0.1:80-81:80-81/udp'"),
            ("80:80 # web", "127.0.0.1:80:80 # web"),
            ("80", "127.0.0.1::80"),
            ("${WEB_PORT:-80}:80", "127.0.0.1:${WEB_PORT:-80}:80"),
            (
                "target: 80\n        published: 8080",
                "target: 80\n        published: 8080\n        host_ip: \"127.0.0.1\"",
            ),
        ] {
            let text =
                |port: &str| format!("services:\n  a:\n    image: x\n    ports:\n      - {port}\n");
            assert_eq!(mended(&LINT, &text(port)), text(expected), "{port}");
        }
    }

    #[test]
    fn addresses_that_are_said() {
        for port in [
            "127.0.0.1:80:80",
            "0.0.0.0:80:80",
            "${IP}:80:80",
            "${BIND}:80",
            "{target: 80, host_ip: 127.0.0.1}",
        ] {
            let text = format!("services:\n  a:\n    image: x\n    ports:\n      - {port}\n");
            assert_eq!(found_in(&LINT, &text), [""; 0], "{port}");
        }
    }
}
