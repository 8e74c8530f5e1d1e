//! A database, cache or queue that the whole network reaches.

use crate::compose::default_host::repository;
use crate::compose::store;
use crate::compose::value::{Origin, Value};
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Loading;
use crate::lints::practice::published::{Listens, bind, published};
use crate::lints::practice::purpose::is_for_trial;
use crate::lints::practice::variables::Variables;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A database, cache or queue is published on all of the host's addresses.
    ///
    /// ## What it does
    ///
    /// Finds ports of services that keep data, such as Postgres, Redis and RabbitMQ, that are
    /// published without a host address or on `0.0.0.0`. Pages for people, such as a queue's console,
    /// are told only, and so are files for development, tests and examples. What else is published is
    /// left alone, since it serves others: `port-without-host-ip`, which is off unless selected,
    /// looks at every port.
    ///
    /// ## Why is this bad
    ///
    /// Services of one network reach each other without a published port, and people on the host need
    /// `127.0.0.1` only. What is published on all addresses the internet finds within hours, past
    /// most firewalls: the engine's own rules come before them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     ports:
    ///       - "5432:5432"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     ports:
    ///       - "127.0.0.1:5432:5432"
    /// ```
    ///
    /// ## Fix
    ///
    /// Writes `127.0.0.1:` before the port, in the port's own quotes. It is unsafe: other machines reach the port no more.
    "port-on-all-interfaces", Practice, Warning, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let variables = Variables::of(loading.model);
    let settle = |raw: &str| variables.settle(raw);
    let mut found = Vec::new();
    for (_, service) in loading.services() {
        // What it would publish is dropped there.
        if service.text_of("network_mode") == Some("host") {
            continue;
        }
        for item in service.get("ports").map(Value::items).unwrap_or_default() {
            let Some(Origin::Compose { path, node, .. }) = &item.origin else { continue };
            let Some(file) = loading.context.workspace.files.get(&**path) else { continue };
            let Some(port) = published(file, *node, &settle) else { continue };
            if !matches!(port.listens, Listens::Unsaid | Listens::Everywhere) {
                continue;
            }
            let Some(kept) = keeper(service, port.target, &settle) else { continue };
            let is_chosen = port.listens == Listens::Everywhere
                && file.doc.value(*node).is_some_and(|raw| raw.contains('$'));
            let is_told = kept.is_page || is_chosen || is_for_trial(path);
            let message = format!("{} is open to every network that the host is in", kept.name);
            let help = "services of its network reach it without a port; for the host alone \
                        write `127.0.0.1:` before it";
            let finding = LINT.finding(message).at(&**path, port.span).help(help);
            let severity = if is_told { Severity::Info } else { LINT.severity };
            found.push(finding.severity(severity).fix(bind(file, *node, port.listens)));
        }
    }
    found
}

/// What keeps data behind a port.
struct Keeper {
    name: &'static str,
    /// Whether the port is for people or for programs elsewhere, as well as for services.
    is_page: bool,
}

fn keeper(service: &Value, target: Option<u16>, settle: &dyn Fn(&str) -> String) -> Option<Keeper> {
    let image = service.text_of("image").map(settle).unwrap_or_default();
    if let Some(store) = store::of_image(&image) {
        let is_page = PAGES.iter().any(|(name, ports)| {
            *name == store.name
                && target.is_none_or(|target| ports.is_empty() || ports.contains(&target))
        });
        return Some(Keeper { name: store.name, is_page });
    }
    if repository(&image).rsplit('/').next() == Some("memcached") {
        return Some(Keeper { name: "Memcached", is_page: false });
    }
    // An image of one's own tells by its port what it is.
    service.get("build")?;
    let known = PORTS.iter().find(|(port, _)| Some(*port) == target);
    known.map(|(_, name)| Keeper { name, is_page: false })
}

/// Ports of stores that people and other hosts are meant to reach; all of them where none is named.
const PAGES: &[(&str, &[u16])] = &[
    ("CouchDB", &[]),
    ("InfluxDB", &[]),
    ("MinIO", &[]),
    ("Neo4j", &[7473, 7474]),
    ("RabbitMQ", &[15671, 15672]),
    ("Redis", &[8001]),
];

/// Ports that only one sort of server has.
const PORTS: &[(u16, &str)] = &[
    (1433, "SQL Server"),
    (3306, "MySQL"),
    (5432, "Postgres"),
    (6379, "Redis"),
    (9042, "Cassandra"),
    (11211, "Memcached"),
    (27017, "MongoDB"),
];

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn stores_that_are_published() {
        for (service, count) in [
            ("{image: postgres:16, ports: ['5432:5432']}", 1),
            ("{image: 'postgres:${TAG}', ports: ['${DB_PORT:-5432}:5432']}", 1),
            ("{image: redis, ports: ['0.0.0.0:6379:6379', '127.0.0.1:6380:6379']}", 1),
            ("{image: memcached, ports: [{target: 11211, published: 11211}]}", 1),
            ("{build: ./db, ports: ['5432:5432']}", 1),
            ("{image: postgres:16, ports: ['127.0.0.1:5432:5432']}", 0),
            ("{image: postgres:16, ports: ['${IP:-127.0.0.1}:5432:5432']}", 0),
            ("{image: postgres:16, ports: ['5432:5432'], network_mode: host}", 0),
            ("{image: postgres:16, expose: [5432]}", 0),
            ("{image: nginx, ports: ['80:80']}", 0),
            ("{build: ., ports: ['8000:8000']}", 0),
            ("{image: postgres-exporter, ports: ['9187:9187']}", 0),
        ] {
            let text = format!("services: {{a: {service}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{service}");
        }
    }

    #[test]
    fn the_image_may_stand_in_another_file() {
        let base = "services:\n  db:\n    image: postgres:16\n";
        let over = "services:\n  db:\n    ports:\n      - 5432:5432\n";
        let files = [("compose.yaml", base), ("compose.override.yaml", over)];
        assert_eq!(
            found(&LINT, &files),
            ["compose.override.yaml:4:9 Postgres is open to every network that the host is in"]
        );
    }

    #[test]
    fn a_fix_binds_it() {
        let text = |port: &str| {
            format!("services:\n  db:\n    image: mysql:8.4\n    ports:\n      - {port}\n")
        };
        for (port, expected) in
            [("'3306:3306'", "'127.0.0.1:3306:3306'"), ("0.0.0.0:3306:3306", "127.0.0.1:3306:3306")]
        {
            assert_eq!(mended(&LINT, &text(port)), text(expected));
        }
    }
}
