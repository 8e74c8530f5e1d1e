//! One port of the host for two containers.

use super::ports::{Published, raw};
use super::profiles::run_together;
use super::replicas::replicas;
use crate::compose::value::Value;
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A port of the host is published twice.
    ///
    /// ## What it does
    ///
    /// Finds ports of the host that two services of one project publish, or one service for
    /// different ports of its own, or one that has several containers. Addresses, protocols and
    /// ranges are told apart. Services that no common profile starts are left alone, and so are three
    /// or more with one port, of which one is started, catalogs of more than 40 services, and swarm
    /// files, where a port is published once for all replicas.
    ///
    /// ## Why is this bad
    ///
    /// The second container does not start: `port is already allocated`.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     ports: ["8080:80"]
    ///   admin:
    ///     image: example/admin:1.4
    ///     ports: ["8080:3000"]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     ports: ["8080:80"]
    ///   admin:
    ///     image: example/admin:1.4
    ///     ports: ["8081:3000"]
    /// ```
    "port-published-twice", References, Warning, On, Run::Project(run),
}

/// Of more services than these people start some, and not all.
const MOST_SERVICES: usize = 40;

/// A port with the service that publishes it.
struct Taken<'a> {
    name: &'a str,
    service: &'a Value,
    port: &'a Value,
    published: Published,
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    if loading.model.services.len() > MOST_SERVICES {
        return Vec::new();
    }
    let taken: Vec<Taken<'_>> = loading.services().flat_map(taken).collect();
    let mut found = Vec::new();
    for (at, one) in taken.iter().enumerate() {
        let mut others = taken.iter().filter(|other| collide(one, other));
        let earlier = taken.iter().take(at).find(|other| collide(one, other));
        if let Some(other) = earlier {
            // Of three on one port somebody chooses.
            if others.all(|third| third.name == other.name || third.name == one.name) {
                found.extend(twice(loading, one, other));
            }
        } else if one.published.is_for_one() && !is_of_swarm(loading) {
            found.extend(replicated(loading, one));
        }
    }
    found
}

fn taken<'a>((name, service): (&'a str, &'a Value)) -> Vec<Taken<'a>> {
    // On the host's network, or another container's, nothing is published.
    if service.get("network_mode").is_some_and(|mode| mode.text() != Some("bridge")) {
        return Vec::new();
    }
    let ports = service.get("ports").map(Value::items).unwrap_or_default().iter();
    let read = |port| Some(Taken { name, service, port, published: Published::read(port)? });
    ports.filter_map(read).collect()
}

fn collide(one: &Taken<'_>, other: &Taken<'_>) -> bool {
    if !one.published.meets(&other.published) {
        return false;
    }
    // Two variables may hold two ports although their defaults are the same.
    let (a, b) = (raw(one.port), raw(other.port));
    if (a.contains('$') || b.contains('$')) && host_part(a) != host_part(b) {
        return false;
    }
    if one.name == other.name {
        return one.published.container != other.published.container;
    }
    run_together(one.service, other.service) && containers(one) > 0 && containers(other) > 0
}

/// What stands before the container's port.
fn host_part(raw: &str) -> &str {
    raw.rsplit_once(':').map_or(raw, |(host, _)| host)
}

fn containers(taken: &Taken<'_>) -> u64 {
    replicas(taken.service).map_or(1, |(count, _)| count)
}

fn twice(loading: &Loading<'_>, one: &Taken<'_>, other: &Taken<'_>) -> Option<Finding> {
    let port = one.published.host.start().max(other.published.host.start());
    let message = match one.name == other.name {
        true => format!("`{}` publishes the host's port {port} for two of its own", one.name),
        false => format!(
            "`{}` and `{}` publish the host's port {port}: the second one does not start",
            other.name, one.name
        ),
    };
    let place = loading.place(one.port)?;
    let finding = LINT.finding(message).at(place.path, place.span);
    let finding = finding.help("publish another port of the host for one of them");
    Some(match loading.place(other.port) {
        Some(place) => finding.related(place, format!("`{}` publishes it here", other.name)),
        None => finding,
    })
}

fn replicated(loading: &Loading<'_>, one: &Taken<'_>) -> Option<Finding> {
    let (count, value) = replicas(one.service).filter(|(count, _)| *count > 1)?;
    let message = format!(
        "`{}` has {count} containers and one port {} of the host: only the first one starts",
        one.name,
        one.published.host.start()
    );
    let place = loading.place(one.port)?;
    let finding = LINT.finding(message).at(place.path, place.span);
    let finding = finding.help("publish a range of ports, or put a proxy in front of them");
    Some(match loading.place(value) {
        Some(place) => finding.related(place, format!("{count} containers")),
        None => finding,
    })
}

/// Tells whether a project is a swarm's: there a port is the service's, however many containers it
/// has.
fn is_of_swarm(loading: &Loading<'_>) -> bool {
    let keys = [
        "mode",
        "placement",
        "update_config",
        "rollback_config",
        "endpoint_mode",
        "restart_policy",
    ];
    let is_swarm = |service: &Value| {
        let deploy = service.get("deploy").into_iter().flat_map(Value::entries);
        deploy.into_iter().any(|(key, _)| keys.contains(&key))
    };
    let mut networks = loading.model.networks.values();
    loading.model.services.values().any(is_swarm)
        || networks.any(|network| network.text_of("driver") == Some("overlay"))
        || loading.files.iter().any(|path| path.contains("swarm") || path.contains("stack"))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn one_port_for_two_is_found() {
        let a = "a: {image: x, ports: ['80:80']}";
        for (b, expected) in [
            ("b: {image: x, ports: ['80:81']}", 1),
            ("b: {image: x, ports: ['127.0.0.1:80:81']}", 1),
            ("b: {image: x, ports: [{target: 81, published: '80'}]}", 1),
            ("b: {image: x, ports: ['70-90:70-90']}", 1),
            ("b: {image: x, ports: ['80:80/udp']}", 0),
            ("b: {image: x, ports: ['81:80', '80']}", 0),
            ("b: {image: x, ports: ['80:81'], profiles: [p]}", 0),
            ("b: {image: x, ports: ['${P:-80}:81']}", 0),
            ("b: {image: x, ports: ['80:81'], network_mode: host}", 0),
            ("b: {image: x, ports: ['80:81'], deploy: {replicas: 0}}", 0),
        ] {
            let text = format!("services: {{{a}, {b}}}");
            assert_eq!(found_in(&LINT, &text).len(), expected, "{text}");
        }
        for (text, expected) in [
            ("services: {a: {image: x, ports: ['80:80', '80:81']}}", 1),
            ("services: {a: {image: x, ports: ['80:80', '80:80/udp']}}", 0),
            (
                "services: {a: {image: x, ports: ['80:80']}, b: {image: x, ports: ['80:80']}, c: {image: x, ports: ['80:80']}}",
                0,
            ),
            ("services: {a: {image: x, ports: ['80:80'], scale: 2}}", 1),
            ("services: {a: {image: x, ports: ['80:80'], deploy: {replicas: 2}}}", 1),
            ("services: {a: {image: x, ports: ['80-81:80'], scale: 2}}", 0),
            ("services: {a: {image: x, ports: ['80'], scale: 2}}", 0),
            (
                "services: {a: {image: x, ports: ['80:80'], deploy: {replicas: 2, placement: {}}}}",
                0,
            ),
            (
                "services: {a: {image: x, ports: ['80:80'], profiles: [p]}, b: {image: x, ports: ['80:80'], profiles: [q, p]}}",
                1,
            ),
            (
                "services: {a: {image: x, ports: ['80:80'], profiles: [p]}, b: {image: x, ports: ['80:80'], profiles: [q]}}",
                0,
            ),
        ] {
            assert_eq!(found_in(&LINT, text).len(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_loaded_in_its_place_does_not_count() {
        let one = "services: {a: {image: x, ports: ['80:80']}}";
        let other = "services: {b: {image: x, ports: ['80:80']}}";
        let base = ("compose.yaml", one);
        assert_eq!(found(&LINT, &[base, ("compose.prod.yaml", other)]), [""; 0]);
        assert_eq!(found(&LINT, &[base, ("compose.override.yaml", other)]).len(), 1);
        let moved = "services: {a: {ports: !override ['81:80']}, b: {image: x, ports: ['80:80']}}";
        assert_eq!(found(&LINT, &[base, ("compose.override.yaml", moved)]), [""; 0]);
    }
}
