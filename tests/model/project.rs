//! A Compose project as a structure: things refer to each other by what they are, and their names
//! stand in one table. A rename is another table; what the project comes to follows from that alone.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Service,
    Container,
    Volume,
    Network,
    Secret,
    Config,
    /// A service of a file that is only extended from: no part of the project.
    Template,
}

/// One thing of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) kind: Kind,
    pub(crate) index: usize,
}

/// The names of all things.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(pub(crate) BTreeMap<Id, String>);

impl Names {
    pub(crate) fn of(&self, id: Id) -> &str {
        &self.0[&id]
    }

    /// Gives the names after a rename: a container, or a service that is extended from, that is
    /// named like its service goes along with it.
    pub(crate) fn renamed(&self, id: Id, new: &str) -> Self {
        let mut names = self.clone();
        let goes_along = |kind: Kind| match id.kind {
            Kind::Service => matches!(kind, Kind::Container | Kind::Template),
            _ => false,
        };
        for (other, name) in &mut names.0 {
            if *other == id || goes_along(other.kind) && name == self.of(id) {
                new.clone_into(name);
            }
        }
        names
    }
}

/// A part of a text: letters as they are, or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Name(Id),
}

pub(crate) type Text = Vec<Piece>;

pub(crate) fn text(text: impl Into<String>) -> Text {
    vec![Piece::Text(text.into())]
}

/// Puts names in the places of `{}`.
pub(crate) fn template(pattern: &str, names: &[Id]) -> Text {
    let mut names = names.iter();
    let mut found = Text::new();
    for (at, part) in pattern.split("{}").enumerate() {
        if at > 0 {
            found.extend(names.next().map(|id| Piece::Name(*id)));
        }
        if !part.is_empty() {
            found.push(Piece::Text(part.to_owned()));
        }
    }
    found
}

pub(crate) fn spelled(text: &[Piece], names: &Names) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Name(id) => names.of(*id).to_owned(),
    };
    text.iter().map(piece).collect()
}

/// A value of a service, whatever its spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// `image`, `container_name`, `network_mode` …
    Scalar(Text),
    /// `environment`, `labels`: a mapping, or a list of `key=value`.
    Pairs(Vec<(String, Option<Text>)>),
    /// `depends_on`, with whether the service must be healthy.
    Depends(Vec<(Id, bool)>),
    /// `networks`
    Networks(Vec<(Text, Membership)>),
    /// Lists of texts without another form.
    Items(Vec<Text>),
    /// `volumes`
    Mounts(Vec<Mount>),
    /// `secrets` and `configs`, with their targets.
    Files(Vec<(Id, Option<String>)>),
    Command(Command),
    /// `healthcheck`, with its interval.
    Health(Option<Command>, Option<String>),
    /// `build`: arguments, and contexts that are other services.
    Build(Vec<(String, Option<Text>)>, Vec<(String, Id)>),
}

/// How a service is on a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Membership {
    pub(crate) aliases: Vec<String>,
    pub(crate) address: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// A path, or a volume; none where the volume has no name.
    pub(crate) source: Option<Text>,
    pub(crate) target: String,
    pub(crate) read_only: bool,
}

/// Shell text, or words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Shell(Text),
    Words(Vec<Text>),
}

pub(crate) type Attributes = Vec<(&'static str, Value)>;

/// What a service extends, and where that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// A service of the same file, by its place.
    Service(usize),
    /// A service of the file that is only extended from.
    Template(usize),
}

/// What one file says of a service.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) file: usize,
    pub(crate) extends: Option<Base>,
    pub(crate) attributes: Attributes,
}

#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) id: Id,
    /// In order of the files.
    pub(crate) layers: Vec<Layer>,
}

/// A volume, network, secret or config, as one file defines it.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) id: Id,
    pub(crate) file: usize,
    pub(crate) settings: Vec<(&'static str, Text)>,
}

impl Definition {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.settings.iter().any(|(known, _)| *known == key)
    }
}

/// How the files belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Main,
    Override,
    Included,
    ExtendedFrom,
}

#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) names: Names,
    /// Paths with what they are; the order is that of loading.
    pub(crate) files: Vec<(String, Role)>,
    pub(crate) services: Vec<Service>,
    pub(crate) templates: Vec<Attributes>,
    pub(crate) definitions: Vec<Definition>,
    /// Env files by path.
    pub(crate) env_files: Vec<(String, Vec<(String, Text)>)>,
    /// Whether `.env` names the files that are loaded.
    pub(crate) has_compose_file: bool,
}

/// A rename, with whether the old name goes on as an alias.
#[derive(Clone, Debug)]
pub(crate) struct Rename {
    pub(crate) id: Id,
    pub(crate) new: String,
    pub(crate) keeps_alias: bool,
}

impl Project {
    pub(crate) fn file(&self, role: Role) -> Option<usize> {
        self.files.iter().position(|(_, known)| *known == role)
    }

    /// The files that docker compose is given.
    pub(crate) fn loaded(&self) -> Vec<String> {
        let is_loaded = |role: &Role| matches!(role, Role::Main | Role::Override);
        let loaded = self.files.iter().filter(|(_, role)| is_loaded(role));
        loaded.map(|(path, _)| path.clone()).collect()
    }

    /// What a layer says of a service, with what it extends.
    pub(crate) fn resolved(&self, layer: &Layer) -> Attributes {
        let mut found = match layer.extends {
            None => Attributes::new(),
            Some(Base::Template(at)) => self.templates[at].clone(),
            Some(Base::Service(at)) => {
                let base = self.services[at].layers.iter().find(|base| base.file == layer.file);
                base.map(|base| self.resolved(base)).unwrap_or_default()
            }
        };
        lay(&mut found, &layer.attributes);
        found
    }

    /// What all files say of a service.
    pub(crate) fn attributes(&self, service: &Service) -> Attributes {
        let mut found = Attributes::new();
        for layer in &service.layers {
            lay(&mut found, &self.resolved(layer));
        }
        found
    }

    /// The things that a rename gives another name.
    pub(crate) fn is_renamed(&self, rename: &Rename, id: Id) -> bool {
        self.names.renamed(rename.id, "\0").of(id) == "\0"
    }

    /// What docker compose makes of the project, in the form of `reading`.
    pub(crate) fn effective(&self) -> Json {
        self.effective_with(&self.names, None)
    }

    /// What it makes of the project after a rename.
    pub(crate) fn effective_after(&self, rename: &Rename) -> Json {
        let names = self.names.renamed(rename.id, &rename.new);
        self.effective_with(&names, Some(rename))
    }

    fn effective_with(&self, names: &Names, rename: Option<&Rename>) -> Json {
        let keeping = rename.filter(|rename| rename.keeps_alias);
        let mut services = Map::new();
        for service in &self.services {
            let attributes = self.attributes(service);
            let mut body = Map::new();
            for (key, value) in &attributes {
                let bare = |text: &Text| match (keeping, text.as_slice()) {
                    (Some(rename), [Piece::Name(id)]) if self.is_renamed(rename, *id) => {
                        format!("{}:{}", names.of(*id), self.names.of(*id))
                    }
                    _ => spelled(text, names),
                };
                let value = match value {
                    // A bare link is also the host name that the container gets.
                    Value::Items(items) if key.ends_with("links") => {
                        Json::from(items.iter().map(bare).collect::<Vec<_>>())
                    }
                    value => json_of(value, names),
                };
                body.insert((*key).to_owned(), value);
            }
            let container = attributes.iter().find_map(|(key, value)| match value {
                Value::Scalar(name) if *key == "container_name" => Some(name),
                _ => None,
            });
            if let Some(rename) = keeping
                && (rename.id == service.id || container == Some(&vec![Piece::Name(rename.id)]))
            {
                answer_to(&mut body, self.names.of(rename.id));
            }
            services.insert(names.of(service.id).to_owned(), Json::Object(body));
        }
        let mut whole = Map::from_iter([("services".to_owned(), Json::Object(services))]);
        for (section, kind) in SECTIONS {
            let found = self.definitions.iter().filter(|definition| definition.id.kind == kind);
            let mut things = Map::new();
            for definition in found {
                let name = names.of(definition.id).to_owned();
                let known = things.entry(name).or_insert_with(|| json!({}));
                for (key, value) in &definition.settings {
                    known[*key] = Json::from(spelled(value, names));
                }
            }
            if let Some((rename, pinned)) = rename.and_then(|one| Some((one, self.pinned(one.id)?)))
                && rename.id.kind == kind
            {
                things[names.of(rename.id)]["name"] = Json::from(pinned);
            }
            whole.insert(section.to_owned(), Json::Object(things));
        }
        Json::Object(whole)
    }

    /// The engine name that a thing must be given so that it stays the same under another key.
    pub(crate) fn pinned(&self, id: Id) -> Option<String> {
        let mut all = self.definitions.iter().filter(|definition| definition.id == id);
        let is_external = all.clone().any(|definition| definition.has("external"));
        if all.any(|definition| definition.has("name")) {
            return None;
        }
        match id.kind {
            Kind::Service | Kind::Container | Kind::Template => None,
            _ if is_external => Some(self.names.of(id).to_owned()),
            Kind::Volume => Some(format!("${{COMPOSE_PROJECT_NAME}}_{}", self.names.of(id))),
            _ => None,
        }
    }
}

pub(crate) const SECTIONS: [(&str, Kind); 4] = [
    ("networks", Kind::Network),
    ("volumes", Kind::Volume),
    ("secrets", Kind::Secret),
    ("configs", Kind::Config),
];

/// Adds an alias on each network that a service is on.
fn answer_to(body: &mut Map<String, Json>, name: &str) {
    if body.contains_key("network_mode") {
        return;
    }
    let networks = body.entry("networks").or_insert_with(|| json!({}));
    let Some(networks) = networks.as_object_mut() else { return };
    if networks.is_empty() {
        networks.insert("default".to_owned(), json!({}));
    }
    for network in networks.values_mut().filter_map(Json::as_object_mut) {
        let aliases = network.entry("aliases").or_insert_with(|| json!([]));
        if let Some(aliases) = aliases.as_array_mut()
            && !aliases.iter().any(|alias| alias == name)
        {
            aliases.push(Json::from(name));
        }
    }
}

/// Lays what a later file says over what an earlier one says (compose-spec, 13-merge).
pub(crate) fn lay(base: &mut Attributes, over: &Attributes) {
    for (key, value) in over {
        let Some((_, known)) = base.iter_mut().find(|(known, _)| known == key) else {
            base.push((key, value.clone()));
            continue;
        };
        match (known, value) {
            (Value::Pairs(known), Value::Pairs(new)) => put_all(known, new),
            (Value::Depends(known), Value::Depends(new)) => put_all(known, new),
            (Value::Networks(known), Value::Networks(new)) => {
                for (name, new) in new {
                    match known.iter_mut().find(|(known, _)| known == name) {
                        Some((_, known)) => {
                            known.aliases.extend(new.aliases.iter().cloned());
                            known.address = new.address.clone().or(known.address.take());
                        }
                        None => known.push((name.clone(), new.clone())),
                    }
                }
            }
            (Value::Items(known), Value::Items(new)) => known.extend(new.iter().cloned()),
            (Value::Mounts(known), Value::Mounts(new)) => known.extend(new.iter().cloned()),
            (Value::Files(known), Value::Files(new)) => known.extend(new.iter().cloned()),
            (Value::Health(test, interval), Value::Health(new, other)) => {
                *test = new.clone().or(test.take());
                *interval = other.clone().or(interval.take());
            }
            (Value::Build(args, contexts), Value::Build(more, others)) => {
                put_all(args, more);
                put_all(contexts, others);
            }
            (known, new) => *known = new.clone(),
        }
    }
}

fn put_all<K: Clone + PartialEq, V: Clone>(known: &mut Vec<(K, V)>, new: &[(K, V)]) {
    for (key, value) in new {
        match known.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value.clone(),
            None => known.push((key.clone(), value.clone())),
        }
    }
}

fn json_of(value: &Value, names: &Names) -> Json {
    let pairs = |pairs: &[(String, Option<Text>)]| -> Map<String, Json> {
        let pair = |(key, value): &(String, Option<Text>)| {
            (key.clone(), value.as_ref().map_or(Json::Null, |value| spelled(value, names).into()))
        };
        pairs.iter().map(pair).collect()
    };
    match value {
        Value::Scalar(text) => spelled(text, names).into(),
        Value::Pairs(all) => pairs(all).into(),
        Value::Depends(all) => {
            let condition = |is_healthy: bool| match is_healthy {
                true => json!({"condition": "service_healthy"}),
                false => json!({"condition": "service_started"}),
            };
            let pair = |(id, healthy): &(Id, bool)| (names.of(*id).to_owned(), condition(*healthy));
            all.iter().map(pair).collect::<Map<_, _>>().into()
        }
        Value::Networks(all) => {
            let membership = |one: &Membership| {
                let mut found = Map::new();
                if !one.aliases.is_empty() {
                    found.insert("aliases".to_owned(), one.aliases.clone().into());
                }
                if let Some(address) = &one.address {
                    found.insert("ipv4_address".to_owned(), address.clone().into());
                }
                Json::from(found)
            };
            all.iter()
                .map(|(name, one)| (spelled(name, names), membership(one)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Items(items) => {
            items.iter().map(|item| spelled(item, names)).collect::<Vec<_>>().into()
        }
        Value::Mounts(mounts) => {
            let mount = |mount: &Mount| {
                let source = mount.source.as_ref().map(|source| spelled(source, names));
                let is_path = source.as_ref().is_some_and(|source| source.starts_with(['.', '/']));
                let mut found = json!({
                    "type": if is_path { "bind" } else { "volume" },
                    "target": mount.target,
                });
                if let Some(source) = source {
                    found["source"] = source.into();
                }
                if mount.read_only {
                    found["read_only"] = "true".into();
                }
                found
            };
            mounts.iter().map(mount).collect::<Vec<_>>().into()
        }
        Value::Files(files) => {
            let file = |(id, target): &(Id, Option<String>)| match target {
                Some(target) => json!({"source": names.of(*id), "target": target}),
                None => json!({"source": names.of(*id)}),
            };
            files.iter().map(file).collect::<Vec<_>>().into()
        }
        Value::Command(command) => command_json(command, names),
        Value::Health(test, interval) => {
            let mut found = Map::new();
            if let Some(test) = test {
                found.insert("test".to_owned(), command_json(test, names));
            }
            if let Some(interval) = interval {
                found.insert("interval".to_owned(), interval.clone().into());
            }
            found.into()
        }
        Value::Build(args, contexts) => {
            let mut found = json!({"context": "."});
            if !args.is_empty() {
                found["args"] = pairs(args).into();
            }
            for (key, id) in contexts {
                found["additional_contexts"][key] = format!("service:{}", names.of(*id)).into();
            }
            found
        }
    }
}

fn command_json(command: &Command, names: &Names) -> Json {
    match command {
        Command::Shell(text) => spelled(text, names).into(),
        Command::Words(words) => {
            words.iter().map(|word| spelled(word, names)).collect::<Vec<_>>().into()
        }
    }
}
