//! Who answers to a name: as a network alias, by a name of its own, or for one client by a link.
//!
//! All of it is read from the effective models, so that an alias counts wherever it is written: in
//! an override, behind an anchor, in a base that is extended.

use std::collections::BTreeSet;

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::value::{Origin, Value};
use crate::repo::models::Tree;
use crate::yaml::document::NodeId;

/// A network alias, where it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bearing {
    /// The service that answers to it.
    pub(super) service: String,
    /// The network on which it does, by its key.
    pub(super) network: String,
    /// The file, from the root.
    pub(super) path: String,
    /// The item of the list.
    pub(super) node: NodeId,
    /// Whether the file has the name itself there, and not a variable.
    pub(super) is_literal: bool,
}

/// Gives the models of a project and of each of its variants.
pub(super) fn models(tree: &Tree<'_>, project: &Project) -> Vec<Effective> {
    let variants = project.variants.iter().map(|path| tree.variant(project, path));
    std::iter::once(tree.model(project)).chain(variants).collect()
}

/// Finds every place that gives a service a name as its alias, in order, each once. Each file is
/// looked at alone: of an alias that two of them give, the merged model has one place.
pub(super) fn bearings(tree: &Tree<'_>, project: &Project, name: &str) -> Vec<Bearing> {
    let mut found = BTreeSet::new();
    let models: Vec<Effective> =
        project.all_files().map(|path| tree.variant(project, path)).collect();
    for (service, network, item) in models.iter().flat_map(aliases) {
        let Some(Origin::Compose { path, node, raw, .. }) = &item.origin else { continue };
        if item.text() == Some(name) {
            found.insert(Bearing {
                service: service.to_owned(),
                network: network.to_owned(),
                path: path.to_string(),
                node: *node,
                is_literal: **raw == *name,
            });
        }
    }
    found.into_iter().collect()
}

/// Gives every alias of a model.
pub(super) fn names(model: &Effective) -> impl Iterator<Item = &str> {
    aliases(model).filter_map(|(_, _, item)| item.text())
}

/// Service, network and alias.
fn aliases(model: &Effective) -> impl Iterator<Item = (&str, &str, &Value)> {
    model.services.iter().flat_map(|(service, body)| {
        let networks = body.get("networks").into_iter().flat_map(Value::entries);
        networks.flat_map(move |(network, settings)| {
            let items = settings.get("aliases").map(Value::items).unwrap_or_default();
            items.iter().map(move |item| (service.as_str(), network, item))
        })
    })
}

/// Who else answers to a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Nobody.
    Nobody,
    /// A service, by its own name or its container's, wherever the alias does.
    Everywhere(String),
    /// A service, but not on all of the networks.
    Partly(String),
}

/// Tells who answers to a name on the networks of an alias, once the alias is gone.
pub(super) fn stand_in(models: &[Effective], bearings: &[Bearing], name: &str) -> Stand {
    let mut found = Stand::Nobody;
    for model in models {
        for (service, body) in &model.services {
            if service != name && body.text_of("container_name") != Some(name) {
                continue;
            }
            let joined = networks(body);
            let is_everywhere = bearings.iter().all(|one| joined.contains(one.network.as_str()));
            if is_everywhere {
                return Stand::Everywhere(service.clone());
            }
            found = Stand::Partly(service.clone());
        }
    }
    found
}

/// Gives the keys of the networks that a service joins.
pub(super) fn networks(service: &Value) -> BTreeSet<&str> {
    let named: BTreeSet<&str> = match service.get("networks") {
        Some(networks) => networks.entries().map(|(network, _)| network).collect(),
        None => BTreeSet::new(),
    };
    match (named.is_empty(), service.get("network_mode")) {
        (true, None) => BTreeSet::from(["default"]),
        _ => named,
    }
}

/// Gives the services for which a name is what they themselves say it is: another end of a link, or
/// an address in `extra_hosts`.
pub(super) fn own_meanings<'m>(models: &'m [Effective], name: &str) -> BTreeSet<&'m str> {
    let says_so = |body: &Value| {
        let links = ["links", "external_links"].iter().filter_map(|key| body.get(key));
        let mut links = links.flat_map(Value::items).filter_map(Value::text);
        let hosts = body.get("extra_hosts");
        let listed = hosts.map(Value::items).unwrap_or_default().iter().filter_map(Value::text);
        let keyed = hosts.into_iter().flat_map(Value::entries).map(|(host, _)| host);
        links.any(|link| link.split_once(':').is_some_and(|(_, alias)| alias == name))
            || listed.chain(keyed).any(|host| host.split([':', '=']).next() == Some(name))
    };
    let services = models.iter().flat_map(|model| &model.services);
    services.filter(|(_, body)| says_so(body)).map(|(service, _)| service.as_str()).collect()
}
