//! Which services answer to a host name, and for whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::effective::Effective;
use crate::compose::graph::{Answer, AnswerKind};
use crate::compose::value::Value;

/// What `network_mode: service:` may chain; a longer chain, or a circle, runs nowhere.
const MAX_CHAIN: usize = 16;

/// The host names of one project's services.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Services by the names they answer to, each with the networks on which it does.
    services: BTreeMap<String, Vec<(String, BTreeSet<String>)>>,
    /// The engine's names of the networks that a service is on.
    networks: BTreeMap<String, BTreeSet<String>>,
}

/// Gives the host names that a service answers to on its own networks.
pub(super) fn answers(name: &str, service: &Value) -> Vec<Answer> {
    let networks = own_networks(service);
    if networks.is_empty() {
        return Vec::new();
    }
    let keys: BTreeSet<String> = networks.iter().map(|(key, _)| (*key).to_owned()).collect();
    let mut found =
        vec![Answer { name: name.to_owned(), kind: AnswerKind::Service, networks: keys.clone() }];
    if let Some(container) = service.text_of("container_name").filter(|own| *own != name) {
        found.push(Answer {
            name: container.to_owned(),
            kind: AnswerKind::Container,
            networks: keys,
        });
    }
    let mut aliases: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (key, settings) in networks {
        let listed = settings.and_then(|settings| settings.get("aliases"));
        for alias in listed.map(Value::items).unwrap_or_default().iter().filter_map(Value::text) {
            aliases.entry(alias).or_default().insert(key.to_owned());
        }
    }
    let taken: Vec<String> = found.iter().map(|answer| answer.name.clone()).collect();
    let aliases = aliases.into_iter().filter(|(alias, _)| !taken.iter().any(|name| name == alias));
    found.extend(aliases.map(|(alias, networks)| Answer {
        name: alias.to_owned(),
        kind: AnswerKind::Alias,
        networks,
    }));
    found
}

impl Names {
    /// Reads a project's names; `label` tells its networks from other projects' of the same key.
    pub(super) fn of(model: &Effective, label: &str) -> Self {
        let mut names = Self::default();
        for (name, service) in &model.services {
            let mut add = |bearer: &str, networks: BTreeSet<String>| {
                let services = names.services.entry(bearer.to_owned()).or_default();
                services.push((name.clone(), networks));
            };
            let own = answers(name, service);
            if own.is_empty() {
                // It joins no network of its own; who uses its name means it all the same.
                add(name, BTreeSet::new());
                if let Some(container) = service.text_of("container_name") {
                    add(container, BTreeSet::new());
                }
            }
            for answer in own {
                let networks = answer.networks.iter();
                add(&answer.name, networks.map(|key| engine_name(model, label, key)).collect());
            }
            let networks = joined_networks(model, name);
            let networks = networks.iter().map(|key| engine_name(model, label, key)).collect();
            names.networks.insert(name.clone(), networks);
        }
        names
    }

    /// Gives all names that services answer to.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// Gives the engine's names of the networks that a service is on.
    pub(super) fn networks(&self, service: &str) -> BTreeSet<String> {
        self.networks.get(service).cloned().unwrap_or_default()
    }

    /// Finds the services that answer to a name on one of some networks; where none does, those
    /// that answer to it elsewhere, for that is who is meant.
    pub(super) fn resolve(&self, name: &str, networks: &BTreeSet<String>) -> Vec<&str> {
        let near = self.near(name, networks);
        if !near.is_empty() {
            return near;
        }
        let all = self.services.get(name).into_iter().flatten();
        all.map(|(service, _)| service.as_str()).collect()
    }

    /// Finds the services that answer to a name on one of some networks.
    pub(super) fn near(&self, name: &str, networks: &BTreeSet<String>) -> Vec<&str> {
        let all = self.services.get(name).into_iter().flatten();
        let near = all.filter(|(_, own)| !own.is_disjoint(networks));
        near.map(|(service, _)| service.as_str()).collect()
    }
}

/// The networks that a service joins by itself, with its settings there.
fn own_networks(service: &Value) -> Vec<(&str, Option<&Value>)> {
    if service.text_of("network_mode").is_some() {
        return Vec::new();
    }
    let listed: Vec<(&str, Option<&Value>)> = service
        .get("networks")
        .into_iter()
        .flat_map(Value::entries)
        .map(|(key, settings)| (key, Some(settings)))
        .collect();
    if listed.is_empty() { vec![("default", None)] } else { listed }
}

/// Keys of the networks that a service is on, by itself or in another's namespace.
fn joined_networks(model: &Effective, name: &str) -> Vec<String> {
    let mut name = name.to_owned();
    for _ in 0..MAX_CHAIN {
        let Some(service) = model.services.get(&name) else { break };
        let mode = service.text_of("network_mode").and_then(|mode| mode.strip_prefix("service:"));
        let Some(other) = mode else {
            return own_networks(service).iter().map(|(key, _)| (*key).to_owned()).collect();
        };
        name = other.to_owned();
    }
    Vec::new()
}

/// The engine's name of a network or volume: what is given, or the key under the project's label.
fn engine_name(model: &Effective, label: &str, key: &str) -> String {
    thing_name(model.networks.get(key), label, key)
}

/// Gives the engine's name of a network or volume by its definition.
pub(super) fn thing_name(definition: Option<&Value>, label: &str, key: &str) -> String {
    let named = definition.and_then(|definition| {
        let external = definition.get("external");
        // `external: {name: x}` is the old form.
        let given = definition.text_of("name").or_else(|| external?.text_of("name"));
        let is_external = external.is_some_and(|external| external.is_true());
        given.or_else(|| is_external.then_some(key))
    });
    named.map_or_else(|| format!("{label}_{key}"), str::to_owned)
}
