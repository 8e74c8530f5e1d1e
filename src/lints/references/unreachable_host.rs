//! A host that is a service on networks that the one who asks for it is not on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::scene::{Directory, Scene, Scenes};
use super::spot::spot;
use crate::compose::graph::{Reach, Reader};
use crate::compose::network::{Ground, Presence};
use crate::diagnostics::fix::{Applicability, Fix};
use crate::diagnostics::{Finding, Place};
use crate::lints::context::LoadingKind;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::Kind;
use crate::yaml::patch::{Value as NewValue, add_entry, add_items};

declare_lint! {
    /// A service names another one with which it shares no network.
    ///
    /// ## What it does
    ///
    /// Finds hosts in environment variables (also those of env files), commands, health checks and
    /// inline configs that are a service, a container or an alias of the project, where that name
    /// does not resolve: the two share no network, the name is an alias on another network only, or
    /// one of them has no network of its own (`network_mode`). Networks are told apart by the
    /// engine's names for them, so that an external network with two keys is one.
    ///
    /// Settings that name whom the service lets in, or what a browser is told, are left alone, and so
    /// are values that several services share, where it is reached from one of them.
    ///
    /// ## Why is this bad
    ///
    /// The engine gives a name's address only to containers on the network where it is known. The
    /// service starts, and fails at its first connection.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     environment:
    ///       DATABASE_URL: postgres://app@db:5432/app
    ///     networks: [front]
    ///   db:
    ///     image: postgres:16.4
    ///     networks: [back]
    /// networks:
    ///   front:
    ///   back:
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     environment:
    ///       DATABASE_URL: postgres://app@db:5432/app
    ///     networks: [front, back]
    ///   db:
    ///     image: postgres:16.4
    ///     networks: [back]
    /// networks:
    ///   front:
    ///   back:
    /// ```
    ///
    /// ## Fix
    ///
    /// Puts the service on the network of the one that it names, where that is on just one. It is
    /// unsafe, as the two may be kept apart on purpose.
    "unreachable-host", References, Warning, On, Run::Scenes(run),
}

fn run(scenes: &Scenes<'_>) -> Vec<Finding> {
    let mut reached: BTreeSet<(Place, String)> = BTreeSet::new();
    let mut lost: BTreeMap<(Place, String), Finding> = BTreeMap::new();
    for scene in &scenes.all {
        for reach in &scene.reaches {
            if reach.form.is_some() || reach.reader != Reader::Service {
                continue;
            }
            let spot = spot(scene.loading.model, reach.value, &reach.host);
            let Some(place) = spot.and_then(|spot| spot.place(scenes.context)) else { continue };
            let key = (place, reach.host.clone());
            match problem(scene, &scenes.directory, reach) {
                None => {
                    reached.insert(key);
                }
                Some(problem) if !lost.contains_key(&key) => {
                    let finding = problem.finding(scene, reach, &key.0);
                    lost.insert(key, finding);
                }
                Some(_) => {}
            }
        }
    }
    // What several services read is right where it is right for one: the others may not use it.
    lost.into_iter().filter(|(key, _)| !reached.contains(key)).map(|(_, finding)| finding).collect()
}

/// Why a name does not resolve.
enum Problem<'a> {
    /// The one who asks has no network where names are known.
    Asking(&'static str),
    /// The service that is meant has no name of its own.
    Nameless { target: &'a str, why: Nameless<'a> },
    /// It answers to another name where both are.
    OtherName { target: &'a str, on: Vec<&'a str> },
    /// They share no network.
    Apart { target: &'a str, own: Vec<&'a str>, theirs: Vec<&'a str> },
}

/// Why a service has no name.
enum Nameless<'a> {
    Host,
    Bridge,
    Nowhere,
    Within(&'a str),
}

fn problem<'a>(
    scene: &Scene<'a>,
    directory: &Directory<'_>,
    reach: &Reach<'a>,
) -> Option<Problem<'a>> {
    let bearers = scene.bearers(&reach.host)?;
    if bearers.contains_key(reach.service) || is_overlaid(scene, reach.service, bearers.keys()) {
        return None;
    }
    let own = match scene.ground(reach.service) {
        Ground::Networks(own) => own,
        Ground::Host => return Some(Problem::Asking("runs on the host's network")),
        Ground::Bridge => return Some(Problem::Asking("runs on the engine's own bridge")),
        Ground::Nowhere => return Some(Problem::Asking("has no network")),
        Ground::Unknown => return None,
    };
    let is_known_on = |presence: &Presence<'_>| {
        directory.contains_key(&(presence.id.clone(), reach.host.as_str()))
            || bearers.values().any(|networks| networks.contains(&presence.id))
    };
    if own.iter().any(is_known_on) {
        return None;
    }
    let mut problems = bearers.keys().map(|target| apart(scene, reach, &own, target));
    // Where one of those that are meant may be reached after all, nothing is said.
    let first = problems.next()??;
    problems.all(|problem| problem.is_some()).then_some(first)
}

fn apart<'a>(
    scene: &Scene<'a>,
    reach: &Reach<'_>,
    own: &[Presence<'a>],
    target: &'a str,
) -> Option<Problem<'a>> {
    let nameless = |why| Some(Problem::Nameless { target, why });
    let mode = scene.service(target)?.text_of("network_mode").unwrap_or_default();
    if let Some(holder) = mode.strip_prefix("service:") {
        return nameless(Nameless::Within(holder));
    }
    let theirs = match scene.ground(target) {
        Ground::Networks(theirs) => theirs,
        Ground::Host => return nameless(Nameless::Host),
        Ground::Bridge => return nameless(Nameless::Bridge),
        Ground::Nowhere => return nameless(Nameless::Nowhere),
        Ground::Unknown => return None,
    };
    if own.iter().any(|mine| theirs.iter().any(|their| their.id == mine.id)) {
        let bears = |presence: &&Presence<'a>| presence.aliases.contains(&reach.host.as_str());
        let on = theirs.iter().filter(bears).map(|presence| presence.key).collect();
        return Some(Problem::OtherName { target, on });
    }
    let keys = |presences: &[Presence<'a>]| presences.iter().map(|one| one.key).collect();
    Some(Problem::Apart { target, own: keys(own), theirs: keys(&theirs) })
}

/// Tells whether a file that says what runs may be loaded on top of the project's own all the same:
/// they define one of the services too, and perhaps its networks.
fn is_overlaid<'s>(
    scene: &Scene<'_>,
    service: &'s str,
    mut targets: impl Iterator<Item = &'s &'s str>,
) -> bool {
    let paths = || scene.loading.project.files.iter().map(String::as_str);
    let is_there =
        |name: &str| scene.loading.context.tree.definition(paths(), "services", name).is_some();
    scene.loading.kind == LoadingKind::Variant
        && (is_there(service) || targets.any(|target| is_there(target)))
}

impl Problem<'_> {
    fn finding(&self, scene: &Scene<'_>, reach: &Reach<'_>, place: &Place) -> Finding {
        let (asking, host, by) = (reach.service, &reach.host, &reach.by);
        let (message, help) = match self {
            Self::Asking(why) => (
                format!("`{asking}` {why}, where `{host}` ({by}) does not resolve"),
                format!(
                    "put `{asking}` on a network of `{host}`, or publish a port of it and use `localhost`"
                ),
            ),
            Self::Nameless { target, why } => {
                let (why, help) = match why {
                    Nameless::Host => (
                        "runs on the host's network".to_owned(),
                        "use `host.docker.internal` with `extra_hosts: [\"host.docker.internal:host-gateway\"]`".to_owned(),
                    ),
                    Nameless::Bridge => (
                        "runs on the engine's own bridge".to_owned(),
                        format!("put `{target}` on a network of `{asking}`"),
                    ),
                    Nameless::Nowhere => (
                        "has no network".to_owned(),
                        format!("put `{target}` on a network of `{asking}`"),
                    ),
                    Nameless::Within(holder) => (
                        format!("runs in the network of `{holder}`"),
                        format!("use `{holder}`, whose ports are those of `{target}` too"),
                    ),
                };
                let message = format!(
                    "`{asking}` does not find `{host}` ({by}): `{target}` {why} and has no name of its own"
                );
                (message, help)
            }
            Self::OtherName { target, on } => (
                format!(
                    "`{asking}` does not find `{host}` ({by}): `{target}` answers to that name only on {}, where `{asking}` is not",
                    named(on)
                ),
                format!("use `{target}`, or give it the alias on a network of `{asking}` too"),
            ),
            Self::Apart { target, own, theirs } => (
                format!(
                    "`{asking}` does not find `{host}` ({by}): it is on {}, and `{target}` only on {}",
                    named(own),
                    named(theirs)
                ),
                match theirs.as_slice() {
                    [network] => format!("add `{network}` to the networks of `{asking}`"),
                    _ => format!("add one of {} to the networks of `{asking}`", named(theirs)),
                },
            ),
        };
        let finding = LINT.finding(message).at(place.path.as_str(), place.span).help(help);
        let related = self.target().and_then(|target| scene.loading.service(target));
        let finding = match related {
            Some(place) => finding.related(place, "the service that is meant".to_owned()),
            None => finding,
        };
        finding.fix(self.fix(scene, reach))
    }

    fn target(&self) -> Option<&str> {
        match self {
            Self::Asking(_) => None,
            Self::Nameless { target, .. }
            | Self::OtherName { target, .. }
            | Self::Apart { target, .. } => Some(target),
        }
    }

    /// Puts the service on the one network that the other is on.
    fn fix(&self, scene: &Scene<'_>, reach: &Reach<'_>) -> Option<Arc<Fix>> {
        let Self::Apart { theirs, .. } = self else { return None };
        let &[network] = theirs.as_slice() else { return None };
        let service = scene.service(reach.service)?;
        if service.get("network_mode").is_some() {
            return None;
        }
        let title = format!("put `{}` on the network `{network}`", reach.service);
        let files = scene.loading.files.iter().rev();
        files.filter_map(|path| scene.loading.context.workspace.files.get(path)).find_map(|file| {
            let body = file.service(reach.service)?.body;
            let written = file.doc.get(body, "networks");
            let patch = match written.map(|entry| (entry.value, &file.doc.node(entry.value).kind)) {
                Some((list, Kind::Sequence { .. })) => {
                    add_items(&file.doc, list, &[NewValue::String(network.to_owned())])
                }
                Some((map, Kind::Mapping { .. })) => {
                    add_entry(&file.doc, map, network, &NewValue::Null)
                }
                None if service.get("networks").is_none() => {
                    let both = ["default", network].map(|key| NewValue::String(key.to_owned()));
                    add_entry(&file.doc, body, "networks", &NewValue::List(both.to_vec()))
                }
                _ => return None,
            };
            Fix::patch(title.as_str(), Applicability::Unsafe, &file.path, patch.ok()?)
        })
    }
}

/// `a`, `b`.
fn named(networks: &[&str]) -> String {
    let named: Vec<String> = networks.iter().map(|key| format!("`{key}`")).collect();
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    /// A project of `web`, which uses `db`, and of `db`.
    fn project(web: &str, db: &str, rest: &str) -> String {
        format!(
            "services:\n  web:\n    image: web:1\n    environment: [DB_HOST=db]\n{web}  db:\n    image: postgres:16\n{db}{rest}"
        )
    }

    #[test]
    fn services_that_share_no_network_are_apart() {
        let nets = "networks:\n  a:\n  b:\n";
        for (web, db, rest) in [
            ("    networks: [a]\n", "    networks: [b]\n", nets),
            ("    networks: [a]\n", "", nets),
            ("", "    networks: {b: {aliases: [pg]}}\n", nets),
            ("    network_mode: host\n", "", ""),
            ("    network_mode: none\n", "", ""),
            ("    network_mode: bridge\n", "", ""),
            ("", "    network_mode: host\n", ""),
            ("", "    network_mode: service:vpn\n", "  vpn:\n    image: vpn:1\n"),
            (
                "    networks: [a]\n",
                "    networks: [b]\n",
                "networks: {a: {external: true}, b: {}}\n",
            ),
        ] {
            let text = project(web, db, rest);
            assert_eq!(found_in(&LINT, &text).len(), 1, "{text}");
        }
    }

    #[test]
    fn services_that_meet_are_not() {
        let nets = "networks:\n  a:\n  b:\n";
        for (web, db, rest) in [
            ("", "", ""),
            ("    networks: [a, b]\n", "    networks: [b]\n", nets),
            ("    networks: [a]\n", "    networks: {a: }\n", nets),
            // Two keys for one network.
            (
                "    networks: [a]\n",
                "    networks: [b]\n",
                "networks: {a: {name: x}, b: {name: x, external: true}}\n",
            ),
            (
                "    networks: [a]\n",
                "    networks: [b]\n",
                "networks: {a: {name: '${NET}'}, b: {name: '${NET}'}}\n",
            ),
            // What only the engine knows.
            ("    network_mode: container:vpn\n", "", ""),
            ("    network_mode: ${MODE}\n", "", ""),
            ("    networks: [a]\n", "    network_mode: proxy\n", nets),
            // Names of its own.
            ("    networks: [a]\n    extra_hosts: ['db:10.0.0.2']\n", "    networks: [b]\n", nets),
            ("    networks: [a]\n    links: [db]\n", "    networks: [b]\n", nets),
            // The vpn's network is the one that web is on.
            ("    network_mode: service:vpn\n", "", "  vpn:\n    image: vpn:1\n"),
            ("    networks: [a]\n    extends: {file: gone.yaml, service: x}\n", "", nets),
            // Another service answers to the name there.
            (
                "    networks: [a]\n",
                "    networks: [b]\n",
                "  pg:\n    image: x\n    networks: {a: {aliases: [db]}}\nnetworks: {a: {}, b: {}}\n",
            ),
        ] {
            let text = project(web, db, rest);
            assert_eq!(found_in(&LINT, &text), [""; 0], "{text}");
        }
    }

    #[test]
    fn not_every_setting_is_a_connection() {
        for setting in [
            "NO_PROXY=db,localhost",
            "ALLOWED_HOSTS=db",
            "CORS_ORIGIN=http://db:3000",
            "NEXT_PUBLIC_API_URL=http://db:3000",
            "POSTGRES_DB=db",
            "NAME=db",
        ] {
            let web = format!("    environment: [{setting}]\n    networks: [a]\n");
            let text = format!(
                "services:\n  web:\n    image: w:1\n{web}  db:\n    image: d:1\nnetworks: {{a: {{}}}}\n"
            );
            assert_eq!(found_in(&LINT, &text), [""; 0], "{text}");
        }
    }

    #[test]
    fn commands_and_health_checks_reach_too() {
        for line in [
            "command: [wait-for-it, 'db:5432']",
            "command: --source=postgres://db:5432/x",
            "healthcheck: {test: [CMD, pg_isready, -h, db]}",
        ] {
            let text = format!(
                "services:\n  web:\n    image: w:1\n    {line}\n    networks: [a]\n  db:\n    image: d:1\nnetworks: {{a: {{}}}}\n"
            );
            assert_eq!(found_in(&LINT, &text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_shared_value_is_right_where_one_service_reaches_it() {
        let text = "x-env: &env\n  DB_HOST: db\nservices:\n  web:\n    image: w:1\n    environment: *env\n    networks: [a]\n  job:\n    image: j:1\n    environment: *env\n  db:\n    image: d:1\nnetworks: {a: {}}\n";
        assert_eq!(found_in(&LINT, text), [""; 0]);
        let env_file = [
            (
                "compose.yaml",
                "services:\n  web: {image: w, env_file: app.env, networks: [a]}\n  db: {image: d}\nnetworks: {a: {}}\n",
            ),
            ("app.env", "DB_HOST=db\n"),
        ];
        assert_eq!(
            found(&LINT, &env_file),
            [
                "app.env:1:9 `web` does not find `db` (DB_HOST): it is on `a`, and `db` only on `default`"
            ]
        );
    }

    #[test]
    fn another_project_may_answer_on_a_shared_network() {
        let app = "services:\n  web: {image: w, environment: [DB_HOST=db], networks: [proxy]}\n  db: {image: d}\nnetworks: {proxy: {external: true}}\n";
        let other =
            "services:\n  db: {image: d, networks: [proxy]}\nnetworks: {proxy: {name: proxy}}\n";
        assert_eq!(found(&LINT, &[("a/compose.yaml", app)]).len(), 1);
        assert_eq!(found(&LINT, &[("a/compose.yaml", app), ("b/compose.yaml", other)]), [""; 0]);
    }

    #[test]
    fn the_fix_puts_it_on_the_network() {
        let nets = "networks:\n  a:\n  b:\n";
        for (web, fixed) in [
            ("    networks: [a]\n", "    networks: [a, b]\n"),
            ("    networks:\n      - a\n", "    networks:\n      - a\n      - b\n"),
            ("    networks:\n      a:\n", "    networks:\n      a:\n      b:\n"),
            ("", "    networks:\n      - default\n      - b\n"),
        ] {
            let text = project(web, "    networks: [b]\n", nets);
            assert_eq!(mended(&LINT, &text), project(fixed, "    networks: [b]\n", nets));
        }
    }
}
