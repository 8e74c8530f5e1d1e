//! The graph of projects, from their models.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::command::Context;
use crate::compose::discover::Project;
use crate::compose::effective::{Effective, Files};
use crate::compose::graph::names::{Names, answers, thing_name};
use crate::compose::graph::outside::hosts;
use crate::compose::graph::texts::{Searcher, TextKind, texts, uses};
use crate::compose::graph::{Edge, Evidence, Graph, Means, Node, NodeKind, ProjectLabel};
use crate::compose::value::{Origin, Value};
use crate::text::span::Span;

/// One project of a graph.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its model.
    pub model: &'a Effective,
}

/// Makes the graph of some projects; `files` says where values stand.
///
/// A name that no service of the same project answers to is looked for in the other projects, on
/// the networks that both are on.
#[must_use]
pub fn graph(parts: &[Part<'_>], files: &dyn Files) -> Graph {
    let labels: Vec<String> = parts.iter().map(label).collect();
    let names: Vec<Names> =
        parts.iter().zip(&labels).map(|(part, label)| Names::of(part.model, label)).collect();
    let mut build = Build { parts, files, labels, names, edges: BTreeMap::new() };
    for project in 0..parts.len() {
        build.project(project);
    }
    build.volumes();
    build.finish()
}

/// What tells a node from all others; ordered as the graph is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// One more than any project's place for what is of none.
    project: usize,
    kind: NodeKind,
    name: String,
}

struct Build<'a> {
    parts: &'a [Part<'a>],
    files: &'a dyn Files,
    labels: Vec<String>,
    names: Vec<Names>,
    edges: BTreeMap<(Key, Key), BTreeSet<Evidence>>,
}

/// A service while its edges are looked for.
struct Reacher<'m> {
    project: usize,
    name: &'m str,
    service: &'m Value,
    /// The engine's names of its networks.
    networks: BTreeSet<String>,
    /// Names that are its own: what `links` gives, and addresses in `extra_hosts`.
    own: BTreeMap<String, Option<String>>,
}

impl<'a> Build<'a> {
    fn project(&mut self, project: usize) {
        let Some(&Part { model, .. }) = self.parts.get(project) else { return };
        let reachers: Vec<Reacher<'a>> = model
            .services
            .iter()
            .map(|(name, service)| self.reacher(project, name, service))
            .collect();
        let known = self.names.iter().flat_map(Names::all);
        let linked = reachers.iter().flat_map(|reacher| reacher.own.keys().map(String::as_str));
        let known: BTreeSet<&str> = known.chain(linked).filter(|name| !name.is_empty()).collect();
        // What is too much for an automaton is no project of people's.
        let Ok(searcher) = Searcher::new(&known) else { return };
        let services = model.services.keys().cloned().collect();
        let context = Context { services, ..Context::default() };
        for reacher in &reachers {
            self.structure(reacher);
            for text in texts(model, reacher.name, reacher.service) {
                let place = self.place(text.value);
                for (name, means) in uses(&text, &searcher, &context) {
                    self.reach(reacher, &name, means, &text.by, place.as_ref());
                }
                let value = text.value.text().filter(|_| text.kind == TextKind::Setting);
                for host in value.map(|value| hosts(&text.by, value)).unwrap_or_default() {
                    // A host that is known was found above, if it is one there.
                    if self.targets(reacher, host).is_none() {
                        self.reach(reacher, host, Means::Host, &text.by, place.as_ref());
                    }
                }
            }
        }
    }

    fn reacher(&self, project: usize, name: &'a str, service: &'a Value) -> Reacher<'a> {
        let mut own = BTreeMap::new();
        for link in service.get("links").map(Value::items).unwrap_or_default() {
            if let Some((target, alias)) = link.text().and_then(|link| link.split_once(':')) {
                own.insert(alias.to_owned(), Some(target.to_owned()));
            }
        }
        own.extend(extra_hosts(service).map(|host| (host.to_owned(), None)));
        let networks = self.names.get(project).map(|names| names.networks(name));
        Reacher { project, name, service, networks: networks.unwrap_or_default(), own }
    }

    /// Attributes by which Compose makes one service reach another.
    fn structure(&mut self, reacher: &Reacher<'_>) {
        let service = reacher.service;
        for (name, value) in service.get("depends_on").into_iter().flat_map(Value::entries) {
            self.by_key(reacher, name, Means::DependsOn, "depends_on", value);
        }
        for value in service.get("links").map(Value::items).unwrap_or_default() {
            let name = value.text().and_then(|link| link.split(':').next());
            self.by_key(reacher, name.unwrap_or_default(), Means::Link, "links", value);
        }
        for value in service.get("external_links").map(Value::items).unwrap_or_default() {
            let name = value.text().and_then(|link| link.split(':').next());
            self.by_container(
                reacher,
                name.unwrap_or_default(),
                Means::Link,
                "external_links",
                value,
            );
        }
        for by in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
            let Some(value) = service.get(by) else { continue };
            let mode = value.text().unwrap_or_default();
            if let Some(name) = mode.strip_prefix("service:") {
                self.by_key(reacher, name, Means::Namespace, by, value);
            } else if let Some(name) = mode.strip_prefix("container:") {
                self.by_container(reacher, name, Means::Namespace, by, value);
            }
        }
        for value in service.get("volumes_from").map(Value::items).unwrap_or_default() {
            let text = value.text().unwrap_or_default();
            let (name, by) = match text.strip_prefix("container:") {
                Some(name) => (name, "container"),
                None => (text, "service"),
            };
            let name = name.split(':').next().unwrap_or(name);
            match by {
                "container" => {
                    self.by_container(reacher, name, Means::VolumesFrom, "volumes_from", value)
                }
                _ => self.by_key(reacher, name, Means::VolumesFrom, "volumes_from", value),
            }
        }
    }

    /// A reach by the service's key, of the same project.
    fn by_key(&mut self, reacher: &Reacher<'_>, name: &str, means: Means, by: &str, value: &Value) {
        let model = self.parts.get(reacher.project).map(|part| part.model);
        if model.is_some_and(|model| model.services.contains_key(name)) {
            let to = service_key(reacher.project, name);
            let place = self.place(value);
            self.add(
                reacher,
                to,
                Evidence { means, name: name.to_owned(), by: by.to_owned(), place },
            );
        }
    }

    /// A reach by the container's name, whosever it is.
    fn by_container(
        &mut self,
        reacher: &Reacher<'_>,
        name: &str,
        means: Means,
        by: &str,
        value: &Value,
    ) {
        if name.is_empty() || name.contains('$') {
            return;
        }
        let bearer = self.parts.iter().enumerate().find_map(|(project, part)| {
            let mut services = part.model.services.iter();
            let found =
                services.find(|(_, service)| service.text_of("container_name") == Some(name));
            found.map(|(service, _)| service_key(project, service))
        });
        let to = bearer.unwrap_or_else(|| self.outside(name));
        let place = self.place(value);
        self.add(reacher, to, Evidence { means, name: name.to_owned(), by: by.to_owned(), place });
    }

    /// A reach by a host name.
    fn reach(
        &mut self,
        reacher: &Reacher<'_>,
        name: &str,
        means: Means,
        by: &str,
        place: Option<&(String, Span)>,
    ) {
        let targets = self.targets(reacher, name).unwrap_or_else(|| vec![self.outside(name)]);
        for to in targets {
            let evidence =
                Evidence { means, name: name.to_owned(), by: by.to_owned(), place: place.cloned() };
            self.add(reacher, to, evidence);
        }
    }

    /// Finds who answers to a name where a service looks it up; nothing where nobody here does.
    fn targets(&self, reacher: &Reacher<'_>, name: &str) -> Option<Vec<Key>> {
        match reacher.own.get(name) {
            Some(Some(linked)) => return Some(vec![service_key(reacher.project, linked)]),
            Some(None) => return None,
            None => {}
        }
        let own = self.names.get(reacher.project)?.resolve(name, &reacher.networks);
        if !own.is_empty() {
            return Some(
                own.into_iter().map(|found| service_key(reacher.project, found)).collect(),
            );
        }
        let others =
            self.names.iter().enumerate().filter(|(project, _)| *project != reacher.project);
        let found: Vec<Key> = others
            .flat_map(|(project, names)| {
                let near = names.near(name, &reacher.networks).into_iter();
                near.map(move |found| service_key(project, found)).collect::<Vec<_>>()
            })
            .collect();
        (!found.is_empty()).then_some(found)
    }

    fn add(&mut self, reacher: &Reacher<'_>, to: Key, evidence: Evidence) {
        let from = service_key(reacher.project, reacher.name);
        if from != to {
            self.edges.entry((from, to)).or_default().insert(evidence);
        }
    }

    /// Named volumes that more than one service mounts.
    fn volumes(&mut self) {
        let mut mounts: BTreeMap<String, Vec<(Key, Evidence)>> = BTreeMap::new();
        let mut homes: BTreeMap<String, Key> = BTreeMap::new();
        for (project, (part, label)) in self.parts.iter().zip(&self.labels).enumerate() {
            for (name, service) in &part.model.services {
                for mount in service.get("volumes").map(Value::items).unwrap_or_default() {
                    let is_volume = mount.text_of("type").is_none_or(|kind| kind == "volume");
                    let Some(source) = mount.get("source").filter(|_| is_volume) else { continue };
                    let Some(key) = source.text() else { continue };
                    let engine = thing_name(part.model.volumes.get(key), label, key);
                    let home = Key { project, kind: NodeKind::Volume, name: key.to_owned() };
                    homes.entry(engine.clone()).or_insert(home);
                    let evidence = Evidence {
                        means: Means::Volume,
                        name: key.to_owned(),
                        by: mount.text_of("target").unwrap_or_default().to_owned(),
                        place: self.place(source),
                    };
                    mounts.entry(engine).or_default().push((service_key(project, name), evidence));
                }
            }
        }
        for (engine, mounts) in mounts {
            let services: BTreeSet<&Key> = mounts.iter().map(|(service, _)| service).collect();
            let Some(home) = homes.get(&engine).filter(|_| services.len() > 1) else { continue };
            for (service, evidence) in mounts {
                self.edges.entry((service, home.clone())).or_default().insert(evidence);
            }
        }
    }

    fn outside(&self, name: &str) -> Key {
        Key { project: self.parts.len(), kind: NodeKind::External, name: name.to_owned() }
    }

    fn place(&self, value: &Value) -> Option<(String, Span)> {
        match value.origin.as_ref()? {
            Origin::Compose { path, node, .. } => {
                let file = self.files.compose(path)?;
                Some((path.to_string(), file.doc.node(*node).span))
            }
            Origin::EnvFile { path, span, .. } => Some((path.to_string(), *span)),
        }
    }

    fn finish(self) -> Graph {
        let services = self.parts.iter().enumerate().flat_map(|(project, part)| {
            part.model.services.keys().map(move |name| service_key(project, name))
        });
        let mut keys: BTreeSet<Key> = services.collect();
        keys.extend(self.edges.keys().flat_map(|(from, to)| [from, to]).cloned());
        let places: BTreeMap<&Key, usize> = keys.iter().zip(0..).collect();
        let edges = self.edges.iter().filter_map(|((from, to), evidence)| {
            let (from, to) = (*places.get(from)?, *places.get(to)?);
            Some(Edge { from, to, evidence: evidence.iter().cloned().collect() })
        });
        let edges = edges.collect();
        let nodes = keys.iter().map(|key| {
            let model = self.parts.get(key.project).map(|part| part.model);
            let service = model.and_then(|model| model.services.get(&key.name));
            let service = service.filter(|_| key.kind == NodeKind::Service);
            Node {
                project: model.map(|_| key.project),
                kind: key.kind,
                name: key.name.clone(),
                answers: service.map(|service| answers(&key.name, service)).unwrap_or_default(),
            }
        });
        let nodes = nodes.collect();
        let projects = self
            .parts
            .iter()
            .map(|part| ProjectLabel { name: name(part), main: part.project.main.clone() });
        Graph { projects: projects.collect(), nodes, edges }
    }
}

/// Gives the names that a service has addresses for.
pub(super) fn extra_hosts(service: &Value) -> impl Iterator<Item = &str> {
    let hosts = service.get("extra_hosts");
    let items = hosts.map(Value::items).unwrap_or_default().iter().filter_map(Value::text);
    let items = items.filter_map(|item| item.split(['=', ':']).next());
    hosts.into_iter().flat_map(Value::entries).map(|(host, _)| host).chain(items)
}

fn service_key(project: usize, name: &str) -> Key {
    Key { project, kind: NodeKind::Service, name: name.to_owned() }
}

/// The project's name: what a file says, else its folder's.
fn name(part: &Part<'_>) -> Option<String> {
    let folder = part.project.folder.rsplit('/').next().filter(|folder| !folder.is_empty());
    part.model.name.clone().or_else(|| folder.map(str::to_owned))
}

/// What a project's networks and volumes are told from others' by: projects of one name share them.
fn label(part: &Part<'_>) -> String {
    name(part).unwrap_or_else(|| format!("{}/", part.project.main))
}
