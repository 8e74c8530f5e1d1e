//! Ports of a service out of order.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::style::collate::numeric;
use crate::lints::style::order::Sequence;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::{Kind, NodeId};

declare_lint! {
    /// The published ports of a service are not in order.
    ///
    /// ## What it does
    ///
    /// Finds `ports` that are not in the order of their published ports, `80` before `443`, whatever
    /// address they are bound to. The fix moves each with its comments.
    ///
    /// ## Why is this bad
    ///
    /// The order means nothing to Compose. In order, a port is found at once, and one that is there
    /// twice is seen.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports:
    ///       - '127.0.0.1:443:443'
    ///       - '127.0.0.1:80:80'
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     ports:
    ///       - '127.0.0.1:80:80'
    ///       - '127.0.0.1:443:443'
    /// ```
    ///
    /// ## Fix
    ///
    /// Sorts them, each with its comments. It is safe: no value changes.
    "ports-unsorted", Style, Warning, Off, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let bodies = view.service_bodies().into_iter();
    let found = bodies.filter_map(|body| view.get(body, "ports")).filter_map(|entry| {
        let Kind::Sequence { items, .. } = &view.file.doc.node(entry.value).kind else {
            return None;
        };
        let ports: Vec<String> = items.iter().map(|item| published(view, item.value)).collect();
        let sequence = Sequence {
            lint: &LINT,
            view,
            collection: entry.value,
            at: Some(view.span(entry.key)),
            what: "ports",
            by: "by their numbers",
        };
        sequence.finding(&ports, numeric)
    });
    found.collect()
}

/// Gives the port of the host: `[IP:][PUBLISHED:]TARGET[/PROTOCOL]`, or `published` of a mapping.
/// One that is not published counts by the container's port.
fn published(view: &FileView<'_>, port: NodeId) -> String {
    match view.text(port) {
        Some(text) => of_text(&text).to_owned(),
        None => view
            .get(port, "published")
            .and_then(|published| view.text(published.value))
            .unwrap_or_default(),
    }
}

fn of_text(port: &str) -> &str {
    let parts = parts(port);
    match parts.as_slice() {
        [.., published, _] => published,
        [target] => target,
        [] => port,
    }
}

/// Splits a port at its colons, save those in `${…}` and in an address in brackets; the protocol is
/// left out.
fn parts(port: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    let mut end = port.len();
    for (at, ch) in port.char_indices() {
        match ch {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.extend(port.get(start..at));
                start = at + 1;
            }
            '/' if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    parts.extend(port.get(start..end));
    parts
}

#[cfg(test)]
mod tests {
    use super::{LINT, of_text};
    use crate::lints::testing::{found_in, mended};

    #[test]
    fn the_port_of_the_host_counts() {
        for (port, expected) in [
            ("80", "80"),
            ("80/udp", "80"),
            ("8080:80", "8080"),
            ("8000-8010:80-90/tcp", "8000-8010"),
            ("127.0.0.1:8080:80", "8080"),
            ("[::1]:8080:80", "8080"),
            ("::1:8080:80", "8080"),
            ("127.0.0.1::80", ""),
            ("${PORT:-8080}:80", "${PORT:-8080}"),
            ("${IP:-127.0.0.1}:${PORT}:80", "${PORT}"),
            ("", ""),
        ] {
            assert_eq!(of_text(port), expected, "{port}");
        }
    }

    #[test]
    fn lists_of_ports() {
        for (ports, count) in [
            ("['443:443', '80:80']", 1),
            ("[443, 80]", 1),
            ("[{target: 1, published: '90'}, '80:80']", 1),
            ("['80:80', '443:443']", 0),
            ("['127.0.0.1:80:80', '10.0.0.1:81:80']", 0),
            ("['53:53/udp', '53:53/tcp']", 0),
            ("['80:80']", 0),
            ("!reset []", 0),
            ("", 0),
        ] {
            let text = format!("services:\n  x:\n    image: x\n    ports: {ports}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{text}");
        }
    }

    #[test]
    fn each_moves_with_what_belongs_to_it() {
        let before = "services:\n  x:\n    ports:\n      # tls\n      - 443:443\n      # - 444:444\n\n      - 80:80 # plain\n      - target: 1\n        # here\n        published: 70\n    # after\n    image: x\n";
        let after = "services:\n  x:\n    ports:\n      - target: 1\n        # here\n        published: 70\n\n      - 80:80 # plain\n      # tls\n      - 443:443\n      # - 444:444\n    # after\n    image: x\n";
        assert_eq!(mended(&LINT, before), after);
        assert_eq!(
            mended(&LINT, "services: {x: {ports: ['2:2', \"1:1\", 0]}}\n"),
            "services: {x: {ports: [0, \"1:1\", '2:2']}}\n"
        );
    }
}
