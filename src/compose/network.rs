//! Who is on which network under which names, within a project and over projects.
//!
//! A network is told from others by the engine's name for it, where the files give one, so that two
//! projects that join one external network are seen to meet there.

use std::collections::BTreeMap;

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::model::file_name;
use crate::compose::value::Value;

/// A service on one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence<'v> {
    /// The network's key in its project.
    pub key: &'v str,
    /// What tells the network from others, over all projects: the engine's name where it is known.
    pub id: String,
    /// Names that the service answers to besides its own and its container's.
    pub aliases: Vec<&'v str>,
}

/// Gives the networks that a service is on; none where it has a `network_mode`.
#[must_use]
pub fn presences<'v>(
    model: &'v Effective,
    project: &Project,
    service: &'v Value,
) -> Vec<Presence<'v>> {
    if service.get("network_mode").is_some() {
        return Vec::new();
    }
    let id = |key: &str| {
        // A name that a variable gives is the same for all keys that have it.
        let given = model.networks.get(key).and_then(|network| network.text_of("name"));
        let own = || format!("{}#{}", project.main, given.unwrap_or(key));
        engine_name(model, project, "networks", key).unwrap_or_else(own)
    };
    let mut found: Vec<Presence<'v>> = service
        .get("networks")
        .into_iter()
        .flat_map(Value::entries)
        .map(|(key, settings)| {
            let aliases = settings.get("aliases").map(Value::items).unwrap_or_default();
            let aliases = aliases.iter().filter_map(Value::text).collect();
            Presence { key, id: id(key), aliases }
        })
        .collect();
    if found.is_empty() {
        found.push(Presence { key: "default", id: id("default"), aliases: Vec::new() });
    }
    found
}

/// Where a service looks names up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground<'v> {
    /// On networks whose engine answers.
    Networks(Vec<Presence<'v>>),
    /// On the host, which knows containers by no name.
    Host,
    /// On the engine's own bridge, where only links are names.
    Bridge,
    /// Nowhere: it has no network.
    Nowhere,
    /// The files don't tell: another container's namespace, a variable, a network of the engine's.
    Unknown,
}

/// What `network_mode: service:` may chain; a longer chain, or a circle, runs nowhere.
const MAX_CHAIN: usize = 16;

/// Gives where a service looks names up: in another service's namespace that is where the other
/// one does.
#[must_use]
pub fn ground<'v>(model: &'v Effective, project: &Project, name: &str) -> Ground<'v> {
    let mut at = model.services.get(name);
    for _ in 0..MAX_CHAIN {
        let Some(service) = at else { break };
        let mode = match service.get("network_mode") {
            None => return Ground::Networks(presences(model, project, service)),
            Some(mode) => mode.text().unwrap_or_default(),
        };
        match mode.strip_prefix("service:") {
            Some(other) => at = model.services.get(other),
            None => {
                return match mode {
                    "host" => Ground::Host,
                    "bridge" => Ground::Bridge,
                    "none" => Ground::Nowhere,
                    _ => Ground::Unknown,
                };
            }
        }
    }
    Ground::Unknown
}

/// Gives the names that a service answers to, by network.
#[must_use]
pub fn answers<'v>(
    model: &'v Effective,
    project: &Project,
    name: &'v str,
    service: &'v Value,
) -> BTreeMap<String, Vec<&'v str>> {
    let own = [Some(name), service.text_of("container_name")];
    presences(model, project, service)
        .into_iter()
        .map(|presence| {
            let names = own.iter().flatten().copied().chain(presence.aliases);
            // `container_name: ""` is none.
            (presence.id, names.filter(|name| !name.is_empty()).collect())
        })
        .collect()
}

/// The name by which the engine knows a volume or network of a project, where the files tell it.
#[must_use]
pub fn engine_name(
    model: &Effective,
    project: &Project,
    section: &str,
    key: &str,
) -> Option<String> {
    let settings = model.section(section)?.get(key);
    let own = settings.and_then(|settings| {
        settings.text_of("name").or_else(|| settings.get("external")?.text_of("name"))
    });
    let name = match own {
        Some(name) => name.to_owned(),
        None if settings.is_some_and(is_external) => key.to_owned(),
        None => format!("{}_{key}", project_name(model, project)?),
    };
    (!name.contains('$')).then_some(name)
}

/// Tells whether a volume or network is made outside of the project.
#[must_use]
pub fn is_external(settings: &Value) -> bool {
    settings
        .get("external")
        .is_some_and(|external| external.is_true() || external.text_of("name").is_some())
}

/// A project's name: what its files say, else its folder's. The root's own name is not known.
#[must_use]
pub fn project_name(model: &Effective, project: &Project) -> Option<String> {
    let name = model.name.as_deref().unwrap_or_else(|| file_name(&project.folder));
    let name: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let name = name.trim_start_matches(['_', '-']);
    (!name.is_empty() && !name.contains('$')).then(|| name.to_owned())
}
