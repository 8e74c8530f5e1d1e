//! Keeps a service's old names as aliases on each of its networks, in every form in which a
//! Compose file can write them.
//!
//! An alias exists only in the map form of `networks` (compose-spec §05 networks): a list becomes
//! a map, an absent key becomes `networks: {default: {aliases: […]}}`. What is brought by a merge
//! or an alias node is copied, since a local `networks` replaces a merged one whole. A service that
//! takes its networks from this one by a merge gets them written out. Where the names would reach
//! other services all the same (a shared anchor, `extends`), the change is refused.

use std::collections::BTreeMap;

use crate::compose::discover::{Project, extends};
use crate::compose::model::{ComposeFile, Service, folder, join};
use crate::text::edit::Edit;
use crate::yaml::document::{Kind, NodeId};
use crate::yaml::patch::{self, Patch, Refusal, Value};

/// What adding the aliases to one project's files takes.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// Patches by file.
    pub(super) patches: Vec<(String, Patch)>,
    /// Patches by file that write out the networks which other services take from this one, so that
    /// the aliases don't reach them.
    pub(super) written_out: Vec<(String, Patch)>,
    /// Why an alias can't be kept, by file: the change must not be made.
    pub(super) refusals: Vec<(String, Refusal)>,
}

/// Compose files by path.
pub(super) type Files = BTreeMap<String, ComposeFile>;

/// Adds `names` as aliases of `service` in a project, on every network, wherever they are missing.
pub(super) fn add(files: &Files, project: &Project, service: &str, names: &[String]) -> Aliases {
    let mut found = Aliases::default();
    let mut defining = project.defining_files(files);
    // What it extends by its own name is told with it.
    let own_bases: Vec<String> = defining
        .iter()
        .filter_map(|path| {
            let file = files.get(path)?;
            let (base, name) = extends(file, file.service(service)?.body)?;
            base.filter(|_| name == service).and_then(|base| join(folder(path), &base))
        })
        .collect();
    defining.extend(own_bases);
    let definitions: Vec<Definition<'_>> = project
        .all_files()
        .filter(|path| defining.contains(*path))
        .filter_map(|path| {
            let file = files.get(path).filter(|file| file.is_sound())?;
            Some(Definition {
                file,
                service: file.service(service)?,
                in_project: project.files.iter().any(|own| own == path),
            })
        })
        .collect();
    let first_base = definitions.iter().position(Definition::is_base).unwrap_or(0);
    let is_outside =
        definitions.iter().any(|other| other.in_project && other.has_network_mode(files));
    for (index, definition) in definitions.iter().enumerate() {
        let has_networks = definition.networks().is_some();
        let supplies = has_networks || definition.is_base() || index == first_base;
        // A local `networks` in a base whose overlay brings networks would add `default` to them;
        // those that `extends` brings are there in any case.
        let inherits = |definition: &Definition<'_>| {
            inherited(files, definition.file, &definition.service)
                .is_ok_and(|found| !found.networks.is_empty())
        };
        let left_to_overlay = !has_networks
            && !inherits(definition)
            && definitions.iter().enumerate().any(|(other, overlay)| {
                other != index
                    && (overlay.networks().is_some() || inherits(overlay))
                    && (!overlay.is_base() || (overlay.in_project && definition.in_project))
            });
        if !supplies || left_to_overlay || definition.is_reset() {
            continue;
        }
        let path = definition.file.path.clone();
        // A service with `network_mode` joins no network that could have an alias, also where
        // another of the files that are loaded together says so.
        if definition.has_network_mode(files) || is_outside && definition.in_project {
            continue;
        }
        match definition.patch(files, project, names) {
            Ok(patch) if patch.edits.is_empty() => {}
            Ok(patch) => match definition.write_out(files, project) {
                Ok(others) => {
                    found.patches.push((path.clone(), patch));
                    found.written_out.extend(others.into_iter().map(|patch| (path.clone(), patch)));
                }
                Err(refusal) => found.refusals.push((path, refusal)),
            },
            Err(refusal) => found.refusals.push((path, refusal)),
        }
    }
    found
}

/// Tells whether a service answers to a name as an alias on some network, in some file.
pub(super) fn answers_to(files: &Files, project: &Project, service: &str, name: &str) -> bool {
    project.all_files().any(|path| {
        let Some(file) = files.get(path) else { return false };
        file.service(service).is_some_and(|service| answers_in_file(file, &service, name))
    })
}

/// Tells whether a service answers to a name as an alias by what this one file says.
pub(super) fn answers_in_file(file: &ComposeFile, service: &Service, name: &str) -> bool {
    let Some((_, networks)) = file.attribute(service.body, "networks") else { return false };
    file.effective_entries(networks.value)
        .iter()
        .any(|network| existing(file, network.value).iter().any(|alias| alias == name))
}

/// Tells whether a service joins no network at all.
pub(super) fn has_network_mode(files: &Files, project: &Project, service: &str) -> bool {
    project.all_files().filter_map(|path| files.get(path)).any(|file| {
        file.service(service)
            .is_some_and(|found| file.attribute(found.body, "network_mode").is_some())
    })
}

/// A service in one of the project's files.
struct Definition<'f> {
    file: &'f ComposeFile,
    service: Service,
    in_project: bool,
}

impl Definition<'_> {
    /// Whether the service is whole here, not an overlay of another file's.
    fn is_base(&self) -> bool {
        ["image", "build", "extends", "provider"]
            .iter()
            .any(|key| self.file.attribute(self.service.body, key).is_some())
    }

    fn is_reset(&self) -> bool {
        self.file.doc.node(self.service.body).tag.as_ref().is_some_and(|tag| &*tag.name == "reset")
    }

    fn networks(&self) -> Option<(NodeId, NodeId)> {
        let (holder, entry) = self.file.attribute(self.service.body, "networks")?;
        Some((holder, entry.value))
    }

    fn has_network_mode(&self, files: &Files) -> bool {
        self.file.attribute(self.service.body, "network_mode").is_some()
            || inherited(files, self.file, &self.service).is_ok_and(|found| found.network_mode)
    }

    fn patch(&self, files: &Files, project: &Project, names: &[String]) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        let body = self.service.body;
        if let Kind::Alias { name, .. } = &doc.node(body).kind {
            let reason = format!(
                "the service is the alias `*{name}` of another mapping, which would get the network alias too; write the service out first"
            );
            return Err(Refusal { span: doc.node(body).span, reason });
        }
        let patch = match self.networks() {
            None => self.absent(files, names)?,
            Some((holder, value)) if holder == doc.resolve(body) => {
                let mut patch = self.local(value, names)?;
                patch.extend(self.beside_local(files, value, names)?);
                joined(patch)
            }
            Some((_, value)) => {
                let mut copied = self.copied_networks(value, names)?;
                if let Value::Map(networks) = &mut copied {
                    // And those that `extends` brings on top of what is merged.
                    let inherited = inherited(files, self.file, &self.service)?.networks;
                    let is_new = |name: &String| networks.iter().all(|(known, _)| known != name);
                    let new: Vec<String> = inherited.into_iter().filter(is_new).collect();
                    networks.extend(new.into_iter().map(|name| (name, aliases_map(names))));
                }
                patch::add_entry(doc, body, "networks", &copied)?
            }
        };
        if !patch.edits.is_empty() {
            self.refuse_extended(files, project)?;
        }
        Ok(patch)
    }

    /// No `networks` here: what `extends` brings, else `default`.
    fn absent(&self, files: &Files, names: &[String]) -> Result<Patch, Refusal> {
        let inherited = inherited(files, self.file, &self.service)?;
        let mut networks: Vec<(String, Value)> =
            inherited.networks.iter().map(|name| (name.clone(), aliases_map(names))).collect();
        if networks.is_empty() {
            networks.push(("default".to_owned(), aliases_map(names)));
        }
        let doc = &self.file.doc;
        if let Some(value) = doc.value(self.service.body) {
            if !["", "~", "null"].contains(&&*value) {
                let reason =
                    "a service must be a mapping; docker compose refuses this one".to_owned();
                return Err(Refusal { span: doc.node(self.service.body).span, reason });
            }
            let value = Value::Map(vec![("networks".to_owned(), Value::Map(networks))]);
            return patch::replace_value(doc, self.service.body, &value);
        }
        patch::add_entry(doc, self.service.body, "networks", &Value::Map(networks))
    }

    /// Networks that `extends` brings on top of the service's own.
    fn beside_local(
        &self,
        files: &Files,
        value: NodeId,
        names: &[String],
    ) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        if self.file.attribute(self.service.body, "extends").is_none() {
            return Ok(Patch::default());
        }
        let items = doc.items(value).iter().map(|item| item.value);
        let keys = self.file.effective_entries(value).into_iter().map(|entry| entry.key);
        let local: Vec<_> = items.chain(keys).filter_map(|node| doc.value(node)).collect();
        let mut patch = Patch::default();
        for network in inherited(files, self.file, &self.service)?.networks {
            if local.iter().any(|known| *known == network) {
                continue;
            }
            if !matches!(doc.node(value).kind, Kind::Mapping { .. }) {
                let reason = format!(
                    "`extends` brings the network `{network}` too, which a list can't give an alias; write `networks` as a map first"
                );
                return Err(Refusal { span: doc.node(value).span, reason });
            }
            patch.extend(patch::add_entry(doc, value, &network, &aliases_map(names))?);
        }
        Ok(patch)
    }

    /// `networks` stands in the service itself.
    fn local(&self, value: NodeId, names: &[String]) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        self.refuse_shared(value, "networks")?;
        match &doc.node(value).kind {
            Kind::Sequence { items, .. } if !items.is_empty() => {
                let values = vec![aliases_map(names); items.len()];
                patch::list_to_map(doc, value, &values)
            }
            Kind::Mapping { entries, .. } if !entries.is_empty() => self.local_map(value, names),
            Kind::Alias { .. } => {
                patch::replace_value(doc, value, &self.copied_networks(value, names)?)
            }
            _ => {
                let networks = vec![("default".to_owned(), aliases_map(names))];
                patch::replace_value(doc, value, &Value::Map(networks))
            }
        }
    }

    fn local_map(&self, networks: NodeId, names: &[String]) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        let mut patch = Patch::default();
        for entry in self.file.effective_entries(networks) {
            let missing = missing(&existing(self.file, entry.value), names);
            if missing.is_empty() {
                continue;
            }
            let is_local = doc.entries(networks).contains(&entry);
            if !is_local {
                let key = doc.value(entry.key).unwrap_or_default();
                let copied = self.copied_network(entry.value, names);
                patch.extend(patch::add_entry(doc, networks, &key, &copied)?);
                continue;
            }
            self.refuse_shared(entry.value, "the network's settings")?;
            patch.extend(self.network(entry.value, &missing)?);
        }
        Ok(joined(patch))
    }

    /// Adds names to one network's settings.
    fn network(&self, value: NodeId, missing: &[String]) -> Result<Patch, Refusal> {
        let doc = &self.file.doc;
        let is_map =
            matches!(&doc.node(value).kind, Kind::Mapping { entries, .. } if !entries.is_empty());
        if !is_map {
            let copied = match doc.node(value).kind {
                Kind::Alias { .. } => self.copied_network(value, missing),
                _ => aliases_map(missing),
            };
            return patch::replace_value(doc, value, &copied);
        }
        let Some((holder, entry)) = self.file.attribute(value, "aliases") else {
            return patch::add_entry(doc, value, "aliases", &strings(missing));
        };
        let all: Vec<String> =
            existing(self.file, value).into_iter().chain(missing.iter().cloned()).collect();
        if holder != value {
            return patch::add_entry(doc, value, "aliases", &strings(&all));
        }
        self.refuse_shared(entry.value, "`aliases`")?;
        match &doc.node(entry.value).kind {
            Kind::Sequence { items, .. } if !items.is_empty() => {
                let new: Vec<Value> = missing.iter().cloned().map(Value::String).collect();
                patch::add_items(doc, entry.value, &new)
            }
            _ => patch::replace_value(doc, entry.value, &strings(&all)),
        }
    }

    fn copied_networks(&self, value: NodeId, names: &[String]) -> Result<Value, Refusal> {
        let doc = &self.file.doc;
        let mut networks = Vec::new();
        for item in doc.items(value) {
            let name = doc.value(item.value).ok_or_else(|| Refusal {
                span: doc.node(item.value).span,
                reason: "a network in a list must be a name".to_owned(),
            })?;
            networks.push((name.into_owned(), aliases_map(names)));
        }
        for entry in self.file.effective_entries(value) {
            let key = doc.value(entry.key).unwrap_or_default().into_owned();
            networks.push((key, self.copied_network(entry.value, names)));
        }
        if networks.is_empty() {
            networks.push(("default".to_owned(), aliases_map(names)));
        }
        Ok(Value::Map(networks))
    }

    fn copied_network(&self, value: NodeId, names: &[String]) -> Value {
        let doc = &self.file.doc;
        let present = existing(self.file, value);
        let all: Vec<String> = present.iter().cloned().chain(missing(&present, names)).collect();
        let mut settings = Vec::new();
        for entry in self.file.effective_entries(value) {
            let key = doc.value(entry.key).unwrap_or_default().into_owned();
            if key != "aliases" {
                settings.push((key, copy(self.file, entry.value)));
            }
        }
        settings.push(("aliases".to_owned(), strings(&all)));
        Value::Map(settings)
    }

    /// Refuses to write into a node that others read through its anchor.
    fn refuse_shared(&self, node: NodeId, what: &str) -> Result<(), Refusal> {
        let doc = &self.file.doc;
        let Some(anchor) = doc.node(node).anchor.as_ref().filter(|_| doc.is_shared(node)) else {
            return Ok(());
        };
        let reason = format!(
            "{what} is shared through the anchor `&{0}`, so the alias would reach the other users of `*{0}` too; give this service its own copy first",
            anchor.name
        );
        Err(Refusal { span: anchor.span, reason })
    }

    /// Gives the services that merge this one's mapping networks of their own, equal to those that
    /// they take from it now.
    fn write_out(&self, files: &Files, project: &Project) -> Result<Vec<Patch>, Refusal> {
        let doc = &self.file.doc;
        let body = doc.resolve(self.service.body);
        let takes_networks = |other: &Service| {
            let merged = self.file.merged(other.body);
            let mut nearer = merged.iter().take_while(|holder| **holder != body);
            merged.contains(&body) && nearer.all(|&holder| doc.get(holder, "networks").is_none())
        };
        let others = self.file.services().filter(|other| other.name != self.service.name);
        let mut patches = Vec::new();
        for other in others.filter(takes_networks) {
            let networks = match self.networks() {
                Some((_, networks)) => copy(self.file, networks),
                None => Value::List(vec![Value::String("default".to_owned())]),
            };
            let is_alias = matches!(doc.node(other.body).kind, Kind::Alias { .. });
            if is_alias || !self.stays_the_same(&other, files, project) {
                let reason = format!(
                    "service `{}` merges this service's mapping, so it would answer to the old name too; give it `networks` of its own first",
                    other.name
                );
                return Err(Refusal { span: doc.node(self.service.key).span, reason });
            }
            patches.push(patch::add_entry(doc, other.body, "networks", &networks)?);
        }
        Ok(patches)
    }

    /// Tells whether a service's networks mean the same where they are written out: with none, other
    /// files could add to `default`, or rely on its absence.
    fn stays_the_same(&self, other: &Service, files: &Files, project: &Project) -> bool {
        if self.networks().is_some() {
            return true;
        }
        project.all_files().filter_map(|path| files.get(path)).all(|file| {
            let mut extending = file.services().filter_map(|service| extends(file, service.body));
            let is_extended = extending.any(|(_, name)| name == other.name);
            let told = file.service(&other.name).is_some_and(|found| {
                ["networks", "network_mode", "extends"]
                    .iter()
                    .any(|key| file.attribute(found.body, key).is_some())
            });
            !told && !is_extended
        })
    }

    /// Refuses where another service would inherit the aliases through `extends`.
    fn refuse_extended(&self, files: &Files, project: &Project) -> Result<(), Refusal> {
        let doc = &self.file.doc;
        let own = &self.service.name;
        for path in project.all_files() {
            let Some(file) = files.get(path) else { continue };
            for other in file.services().filter(|other| other.name != *own) {
                let Some((base, name)) = extends(file, other.body) else { continue };
                let target = base.map_or(Some(path.to_owned()), |base| join(folder(path), &base));
                if name == *own && target.as_deref() == Some(&self.file.path) {
                    let reason = format!(
                        "service `{}` in {path} extends this service, so it would answer to the old name too; rename with --no-keep-alias, or end the `extends` first",
                        other.name
                    );
                    return Err(Refusal { span: doc.node(self.service.key).span, reason });
                }
            }
        }
        Ok(())
    }
}

/// What `extends` brings to a service.
#[derive(Default)]
struct Inherited {
    networks: Vec<String>,
    network_mode: bool,
}

/// Follows `extends` over files.
fn inherited(files: &Files, file: &ComposeFile, service: &Service) -> Result<Inherited, Refusal> {
    let mut found = Inherited::default();
    let mut visited = vec![(file.path.clone(), service.name.clone())];
    let (mut file, mut service) = (file, service.clone());
    while let Some((base, name)) = extends(file, service.body) {
        let span = file.doc.node(service.key).span;
        let path = match base {
            None => Some(file.path.clone()),
            Some(base) => join(folder(&file.path), &base),
        };
        let next = path.as_ref().and_then(|path| files.get(path));
        let next_service = next.and_then(|next| next.service(&name));
        let (Some(next), Some(next_service)) = (next, next_service) else {
            let reason = format!(
                "the service extends `{name}`, which can't be found, so its networks are unknown"
            );
            return Err(Refusal { span, reason });
        };
        let here = (next.path.clone(), name);
        if visited.contains(&here) {
            return Err(Refusal {
                span,
                reason: "the service extends itself in a circle".to_owned(),
            });
        }
        visited.push(here);
        found.network_mode |= next.attribute(next_service.body, "network_mode").is_some();
        if let Some((_, networks)) = next.attribute(next_service.body, "networks") {
            let items = next.doc.items(networks.value).iter().map(|item| item.value);
            let keys = next.effective_entries(networks.value).into_iter().map(|entry| entry.key);
            for name in items.chain(keys).filter_map(|node| next.doc.value(node)) {
                if !found.networks.iter().any(|known| *known == name) {
                    found.networks.push(name.into_owned());
                }
            }
        }
        (file, service) = (next, next_service);
    }
    Ok(found)
}

/// Joins insertions at one place in the order in which they were made: what goes into the last
/// network stands before the network that is added after it.
fn joined(patch: Patch) -> Patch {
    let mut edits: Vec<Edit> = Vec::new();
    for edit in patch.edits {
        let same = edits.iter_mut().find(|known| known.span.is_empty() && known.span == edit.span);
        match same {
            Some(known) => known.insert.push_str(&edit.insert),
            None => edits.push(edit),
        }
    }
    Patch { edits, changes: patch.changes }
}

/// Aliases that a network's settings hold already.
fn existing(file: &ComposeFile, network: NodeId) -> Vec<String> {
    let Some((_, entry)) = file.attribute(network, "aliases") else { return Vec::new() };
    file.doc
        .items(entry.value)
        .iter()
        .filter_map(|item| file.doc.value(item.value).map(|value| value.into_owned()))
        .collect()
}

fn missing(existing: &[String], names: &[String]) -> Vec<String> {
    names.iter().filter(|name| !existing.contains(name)).cloned().collect()
}

fn aliases_map(names: &[String]) -> Value {
    Value::Map(vec![("aliases".to_owned(), strings(names))])
}

fn strings(names: &[String]) -> Value {
    Value::List(names.iter().cloned().map(Value::String).collect())
}

/// A copy of a value with its merges and aliases resolved.
fn copy(file: &ComposeFile, node: NodeId) -> Value {
    let node = file.doc.resolve(node);
    match &file.doc.node(node).kind {
        Kind::Scalar(_) if file.doc.node(node).span.is_empty() => Value::Null,
        Kind::Scalar(_) | Kind::Alias { .. } => Value::Verbatim(node),
        Kind::Sequence { items, .. } => {
            Value::List(items.iter().map(|item| copy(file, item.value)).collect())
        }
        Kind::Mapping { .. } => Value::Map(
            file.effective_entries(node)
                .into_iter()
                .map(|entry| {
                    let key = file.doc.value(entry.key).unwrap_or_default().into_owned();
                    (key, copy(file, entry.value))
                })
                .collect(),
        ),
    }
}
