//! A name that two services answer to on one network.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::{Answerer, Directory, Scene, Scenes};
use crate::compose::default_host::repository;
use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::network::{Ground, answers, is_external, presences};
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Place};
use crate::lints::context::LoadingKind;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// Two services answer to one name on one network.
    ///
    /// ## What it does
    ///
    /// Finds names (of services, containers and aliases) that two services of one project bear on a
    /// network that both are on. Services of one image are taken for copies that share their work,
    /// and services of different profiles for alternatives.
    ///
    /// Between projects of the tree it finds names on a shared external network that a service of
    /// one of them uses. Projects that can't run at once, as they have a container's name or a
    /// published port in common, are left alone.
    ///
    /// ## Why is this bad
    ///
    /// The engine gives the addresses of all that bear the name, in turn: of two connections one
    /// goes to the wrong server.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   old-db:
    ///     image: postgres:16.4
    ///     networks:
    ///       default:
    ///         aliases: [db]
    ///   db:
    ///     image: mariadb:11.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   old-db:
    ///     image: postgres:16.4
    ///   db:
    ///     image: mariadb:11.4
    /// ```
    "alias-collision", References, Warning, On, Run::Scenes(run),
}

fn run(scenes: &Scenes<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<Place, Finding> = BTreeMap::new();
    for scene in &scenes.all {
        for finding in within(scene) {
            if let Some(place) = finding.place.clone() {
                found.entry(place).or_insert(finding);
            }
        }
    }
    for scene in &scenes.all {
        for finding in between(scene, scenes, &scenes.directory) {
            if let Some(place) = finding.place.clone() {
                found.entry(place).or_insert(finding);
            }
        }
    }
    found.into_values().collect()
}

/// Names that several services of one way of loading bear.
fn within(scene: &Scene<'_>) -> Vec<Finding> {
    let loading = &scene.loading;
    let mut bearers: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
    for (name, service) in loading.services() {
        for (network, names) in answers(loading.model, loading.project, name, service) {
            for bearer in names {
                bearers.entry((network.clone(), bearer)).or_default().insert(name);
            }
        }
    }
    // A name may collide on several networks: that is one thing to know.
    let mut told: BTreeSet<(&str, BTreeSet<&str>)> = BTreeSet::new();
    let mut found = Vec::new();
    for ((network, name), services) in bearers {
        let pair = pairs(&services).find(|(one, other)| collide(scene, one, other));
        let Some((one, other)) = pair else { continue };
        if !told.insert((name, services.clone())) {
            continue;
        }
        let place = |service: &str| bearing(scene, service, name);
        let (Some((rank, at)), Some((other_rank, other_at))) = (place(one), place(other)) else {
            continue;
        };
        let message = format!(
            "on the network `{}`, `{name}` is a name of `{one}` and of `{other}`: answers come from both in turn",
            shown(&network)
        );
        let help = "take the name off one of them, or one of them off the network";
        let (at, related) = if rank >= other_rank { (at, other_at) } else { (other_at, at) };
        found.push(
            LINT.finding(message)
                .at(at.path, at.span)
                .help(help)
                .related(related, "the other one".to_owned()),
        );
    }
    found
}

fn pairs<'s>(services: &'s BTreeSet<&'s str>) -> impl Iterator<Item = (&'s str, &'s str)> {
    let each = services.iter().enumerate();
    each.flat_map(move |(at, one)| services.iter().skip(at + 1).map(move |other| (*one, *other)))
}

/// Tells whether two services of one name are no copies of each other, and may run at once.
fn collide(scene: &Scene<'_>, one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (scene.service(one), scene.service(other)) else { return false };
    !is_copy(one, other) && !are_alternatives(one, other) && !is_off(one) && !is_off(other)
}

fn is_copy(one: &Value, other: &Value) -> bool {
    let image = |service: &Value| {
        let image = service.text_of("image").map(|image| repository(image).to_owned());
        let build = service.get("build").cloned();
        (image.is_some() || build.is_some()).then_some((image, build))
    };
    let (one, other) = (image(one), image(other));
    match (&one, &other) {
        (Some((Some(one), _)), Some((Some(other), _))) => one == other,
        _ => one.is_some() && one == other,
    }
}

fn are_alternatives(one: &Value, other: &Value) -> bool {
    let profiles = |service: &Value| -> BTreeSet<String> {
        let profiles = service.get("profiles").map(Value::items).unwrap_or_default();
        profiles.iter().filter_map(Value::text).map(str::to_owned).collect()
    };
    let (one, other) = (profiles(one), profiles(other));
    !one.is_empty() && !other.is_empty() && one.is_disjoint(&other)
}

/// Tells a service that does not run: it has no copies, or is only there to be extended.
fn is_off(service: &Value) -> bool {
    if ["image", "build", "provider"].iter().all(|key| service.get(key).is_none()) {
        return true;
    }
    let replicas = service.at(&["deploy", "replicas"]).or_else(|| service.get("scale"));
    replicas.and_then(Value::text) == Some("0")
}

/// Where a service is given a name, and how much of a choice it was: its key the least.
fn bearing(scene: &Scene<'_>, service: &str, name: &str) -> Option<(u8, Place)> {
    let value = scene.service(service)?;
    let networks = value.get("networks").into_iter().flat_map(Value::entries);
    let aliases = networks.filter_map(|(_, settings)| settings.get("aliases"));
    let mut aliases = aliases.flat_map(Value::items);
    if let Some(alias) = aliases.find(|alias| alias.text() == Some(name)) {
        return Some((2, scene.loading.place(alias)?));
    }
    match value.get("container_name").filter(|container| container.text() == Some(name)) {
        Some(container) => Some((1, scene.loading.place(container)?)),
        None => Some((0, scene.loading.service(service)?)),
    }
}

/// Names that a service of the project uses and that another project's service bears too, on an
/// external network that all of them are on.
fn between(scene: &Scene<'_>, scenes: &Scenes<'_>, directory: &Directory<'_>) -> Vec<Finding> {
    let loading = &scene.loading;
    if loading.kind != LoadingKind::Own || !loading.model.networks.values().any(is_external) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for reach in &scene.reaches {
        let Ground::Networks(own) = scene.ground(reach.service) else { continue };
        let shared = own
            .iter()
            .filter(|presence| loading.model.networks.get(presence.key).is_some_and(is_external));
        for presence in shared {
            let Some(bearers) = directory.get(&(presence.id.clone(), reach.host.as_str())) else {
                continue;
            };
            let is_ours =
                |one: &&Answerer<'_>| scenes.projects[one.project].0.main == loading.project.main;
            let Some(ours) = bearers.iter().find(is_ours) else { continue };
            let theirs = bearers.iter().find(|one| {
                let (project, model) = &scenes.projects[one.project];
                project.folder != loading.project.folder
                    && can_run_beside((loading.project, loading.model), (project, model))
            });
            let (Some(theirs), Some((_, place))) =
                (theirs, bearing(scene, ours.service, &reach.host))
            else {
                continue;
            };
            let message = format!(
                "on the network `{}`, `{}` is also a name of `{}` ({}): `{}` gets answers from both in turn",
                shown(&presence.id),
                reach.host,
                theirs.service,
                scenes.projects[theirs.project].0.main,
                reach.service
            );
            let help = format!(
                "take `{}` off the network `{}`, or use a name that is its own",
                ours.service, presence.key
            );
            found.push(LINT.finding(message).at(place.path, place.span).help(help));
        }
    }
    found
}

/// Tells whether two projects can run at once: they share no container's name, no published port
/// and no name.
fn can_run_beside(one: (&Project, &Effective), other: (&Project, &Effective)) -> bool {
    let containers = |model: &Effective| -> BTreeSet<String> {
        let names = model.services.values().filter_map(|service| service.text_of("container_name"));
        names.map(str::to_owned).collect()
    };
    let ports = |model: &Effective| -> BTreeSet<String> {
        let ports = model.services.values().filter_map(|service| service.get("ports"));
        ports.flat_map(Value::items).filter_map(published).collect()
    };
    let network_of = |(project, model): (&Project, &Effective)| {
        presences(model, project, &Value::default()).into_iter().map(|one| one.id).next()
    };
    containers(one.1).is_disjoint(&containers(other.1))
        && ports(one.1).is_disjoint(&ports(other.1))
        && network_of(one) != network_of(other)
}

/// The host's port of a published one.
fn published(port: &Value) -> Option<String> {
    if let Some(port) = port.text_of("published") {
        return Some(port.to_owned());
    }
    let mut parts = port.text()?.rsplit(':');
    let container = parts.next()?;
    parts.next().filter(|_| !container.is_empty()).map(str::to_owned)
}

/// A network's identity as people know it.
fn shown(id: &str) -> &str {
    id.rsplit('#').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    fn project(a: &str, b: &str) -> String {
        format!("services:\n  a:\n{a}  b:\n{b}networks:\n  n:\n")
    }

    #[test]
    fn names_of_two_services_collide() {
        let alias = "    networks: {n: {aliases: [x]}}\n";
        for (a, b) in [
            (format!("    image: one:1\n{alias}"), format!("    image: two:1\n{alias}")),
            (
                "    image: one:1\n    container_name: b\n".to_owned(),
                "    image: two:1\n".to_owned(),
            ),
            (
                format!("    image: one:1\n    profiles: [p]\n{alias}"),
                format!("    image: two:1\n    profiles: [p]\n{alias}"),
            ),
        ] {
            let text = project(&a, &b);
            assert_eq!(found_in(&LINT, &text).len(), 1, "{text}");
        }
    }

    #[test]
    fn copies_and_alternatives_do_not() {
        let alias = "    networks: {n: {aliases: [x]}}\n";
        for (a, b) in [
            // Copies that share their work.
            (format!("    image: one:1\n{alias}"), format!("    image: one:2\n{alias}")),
            (format!("    build: .\n{alias}"), format!("    build: .\n{alias}")),
            (
                format!("    image: one:1\n    profiles: [cpu]\n{alias}"),
                format!("    image: two:1\n    profiles: [gpu]\n{alias}"),
            ),
            (format!("    image: one:1\n{alias}"), "    image: two:1\n".to_owned()),
            (
                format!("    image: one:1\n{alias}"),
                format!("    image: two:1\n    scale: 0\n{alias}"),
            ),
            (format!("    image: one:1\n{alias}"), alias.to_owned()),
            (
                "    image: o:1\n    container_name: ''\n".to_owned(),
                "    image: t:1\n    container_name: ''\n".to_owned(),
            ),
        ] {
            let text = project(&a, &b);
            assert_eq!(found_in(&LINT, &text), [""; 0], "{text}");
        }
    }

    #[test]
    fn projects_collide_on_a_shared_network_where_the_name_is_used() {
        let project = |db: &str, more: &str| {
            format!(
                "services:\n  app: {{image: a, environment: [DB_HOST=db], networks: [proxy]}}\n  db: {{image: {db}, networks: [proxy]{more}}}\nnetworks: {{proxy: {{external: true}}}}\n"
            )
        };
        let one = project("postgres", "");
        let collided = |other: &str| {
            found(&LINT, &[("one/compose.yaml", one.as_str()), ("two/compose.yaml", other)]).len()
        };
        assert_eq!(collided(&project("mariadb", "")), 2);
        assert_eq!(collided("services:\n  db: {image: x}\n"), 0);
        assert_eq!(collided(&one.replace("DB_HOST=db", "A=b")), 1);
        let bound = project("postgres", ", ports: ['5432:5432']");
        let files = [("one/compose.yaml", bound.as_str()), ("two/compose.yaml", bound.as_str())];
        assert_eq!(found(&LINT, &files), [""; 0]);
    }
}
