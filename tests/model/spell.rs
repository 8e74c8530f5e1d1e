//! The files of a project as trees: each value in one of its forms, and what stands twice behind an
//! anchor or a merge key now and then.

use crate::choices::Choices;
use crate::generate::Profile;
use crate::project::{
    Attributes, Base, Command, Kind, Membership, Mount, Piece, Project, Role, SECTIONS, Text,
    Value, text,
};

/// A node of YAML before it is spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Scalar(Text),
    List(Vec<Self>),
    Map(Vec<(Text, Self)>),
    /// A node with an anchor.
    Anchor(String, Box<Self>),
    Alias(String),
}

impl Node {
    /// Whether the value of a top-level key has an anchor that is used.
    fn has_used(&self, key: &Text) -> bool {
        let Self::Map(entries) = self else { return false };
        let named = entries.iter().find(|(known, _)| known == key);
        matches!(named, Some((_, Self::Anchor(name, _))) if self.uses(name))
    }

    fn uses(&self, anchor: &str) -> bool {
        match self {
            Self::Null | Self::Scalar(_) => false,
            Self::List(items) => items.iter().any(|item| item.uses(anchor)),
            Self::Map(entries) => entries.iter().any(|(_, value)| value.uses(anchor)),
            Self::Anchor(_, inner) => inner.uses(anchor),
            Self::Alias(name) => name == anchor,
        }
    }
}

/// What is made of a project's structure.
pub(crate) struct Speller<'c> {
    pub(crate) choices: &'c mut Choices,
    pub(crate) profile: Profile,
}

impl Speller<'_> {
    /// Gives each Compose file as a tree, in the project's order.
    pub(crate) fn files(&mut self, project: &Project) -> Vec<Node> {
        (0..project.files.len()).map(|at| self.file(project, at)).collect()
    }

    fn file(&mut self, project: &Project, at: usize) -> Node {
        let (path, role) = &project.files[at];
        let mut bodies: Vec<(Text, Node)> = Vec::new();
        let mut attributes: Vec<&Attributes> = Vec::new();
        for service in &project.services {
            for layer in service.layers.iter().filter(|layer| layer.file == at) {
                let mut body = self.body(&layer.attributes);
                if let Some(base) = layer.extends {
                    let extends = self.extends(project, base);
                    body.push((text("extends"), extends));
                }
                self.choices.shuffle(&mut body);
                let body = if body.is_empty() { Node::Null } else { Node::Map(body) };
                bodies.push((vec![Piece::Name(service.id)], body));
                attributes.push(&layer.attributes);
            }
        }
        if *role == Role::ExtendedFrom {
            for (index, template) in project.templates.iter().enumerate() {
                let id = crate::project::Id { kind: Kind::Template, index };
                bodies.push((vec![Piece::Name(id)], Node::Map(self.body(template))));
            }
        }
        self.choices.shuffle(&mut bodies);
        let fragment = self.fragment(&bodies);
        let mut top = Vec::new();
        if !bodies.is_empty() {
            top.push((text("services"), Node::Map(bodies)));
        }
        for (section, kind) in SECTIONS {
            let found =
                project.definitions.iter().filter(|one| one.file == at && one.id.kind == kind);
            let mut things = Vec::new();
            for definition in found {
                let scalar = |text: &Text| Node::Scalar(text.clone());
                let settings = definition.settings.iter();
                let settings: Vec<_> =
                    settings.map(|(key, value)| (text(*key), scalar(value))).collect();
                let body = match settings.is_empty() && self.choices.chance(60) {
                    true => Node::Null,
                    false => Node::Map(settings),
                };
                things.push((vec![Piece::Name(definition.id)], body));
            }
            if !things.is_empty() {
                top.push((text(section), Node::Map(things)));
            }
        }
        if *role == Role::Main
            && let Some(included) = project.file(Role::Included)
        {
            let path = Node::Scalar(text(&*project.files[included].0));
            let item = match self.choices.below(3) {
                0 => path,
                1 => Node::Map(vec![(text("path"), path)]),
                _ => Node::Map(vec![(text("path"), Node::List(vec![path]))]),
            };
            top.push((text("include"), Node::List(vec![item])));
        }
        self.choices.shuffle(&mut top);
        if *role == Role::Main && self.profile == Profile::Specification && self.choices.chance(20)
        {
            top.push((text("name"), Node::Scalar(text("stack"))));
        }
        let is_first = !path.is_empty() && self.choices.chance(50);
        if self.profile == Profile::DockerCompose {
            let version = (text("version"), Node::Scalar(text("3.7")));
            top.insert(if is_first { 0 } else { top.len() }, version);
        }
        if let Some(fragment) = fragment {
            let name = fragment.0.clone();
            let with = std::iter::once(fragment).chain(top.iter().cloned());
            let mut root = Node::Map(with.collect());
            self.share(&mut root, &mut Vec::new(), 0);
            // What no service uses has no meaning that could be held against anything.
            if root.has_used(&name) {
                return root;
            }
        }
        let mut root = Node::Map(top);
        self.share(&mut root, &mut Vec::new(), 0);
        root
    }

    fn extends(&mut self, project: &Project, base: Base) -> Node {
        match base {
            Base::Service(at) => {
                let name = Node::Scalar(vec![Piece::Name(project.services[at].id)]);
                match self.profile == Profile::Specification && self.choices.chance(40) {
                    true => name,
                    false => Node::Map(vec![(text("service"), name)]),
                }
            }
            Base::Template(index) => {
                let id = crate::project::Id { kind: Kind::Template, index };
                let file = project.file(Role::ExtendedFrom).unwrap_or_default();
                let prefix = *self.choices.pick(&["", "./"]);
                let path = format!("{prefix}{}", project.files[file].0);
                let mut entries = vec![
                    (text("file"), Node::Scalar(text(path))),
                    (text("service"), Node::Scalar(vec![Piece::Name(id)])),
                ];
                self.choices.shuffle(&mut entries);
                Node::Map(entries)
            }
        }
    }

    fn body(&mut self, attributes: &Attributes) -> Vec<(Text, Node)> {
        attributes.iter().map(|(key, value)| (text(*key), self.value(key, value))).collect()
    }

    /// A fragment that repeats a part of a service, so that this can be taken from there.
    fn fragment(&mut self, bodies: &[(Text, Node)]) -> Option<(Text, Node)> {
        let name = *self.choices.pick(&["", "x-base", "x-db", "x-common"]);
        let maps: Vec<&Vec<(Text, Node)>> = bodies
            .iter()
            .filter_map(
                |(_, body)| if let Node::Map(entries) = body { Some(entries) } else { None },
            )
            .collect();
        if name.is_empty() || maps.is_empty() {
            return None;
        }
        let mut entries = (*self.choices.pick(&maps)).clone();
        // A fragment is no service that could be extended from, and a container is one service's.
        entries.retain(|(key, _)| *key != text("extends") && *key != text("container_name"));
        let mut kept = Vec::new();
        for entry in entries {
            if self.choices.chance(60) {
                kept.push(entry);
            }
        }
        (!kept.is_empty()).then(|| (text(name), Node::Map(kept)))
    }

    fn value(&mut self, key: &str, value: &Value) -> Node {
        match value {
            Value::Scalar(value) => Node::Scalar(value.clone()),
            Value::Pairs(pairs) => self.pairs(pairs),
            Value::Depends(all) => {
                let name = |id| vec![Piece::Name(id)];
                let is_listed = all.iter().all(|(_, healthy)| !healthy) && self.choices.chance(60);
                if is_listed {
                    return Node::List(all.iter().map(|(id, _)| Node::Scalar(name(*id))).collect());
                }
                let condition = |healthy| match healthy {
                    true => text("service_healthy"),
                    false => text("service_started"),
                };
                let body = |healthy| {
                    Node::Map(vec![(text("condition"), Node::Scalar(condition(healthy)))])
                };
                Node::Map(all.iter().map(|(id, healthy)| (name(*id), body(*healthy))).collect())
            }
            Value::Networks(all) => self.networks(all),
            Value::Items(items) => {
                let is_one = key == "env_file" && items.len() == 1 && self.choices.chance(50);
                let mut items = items.iter().cloned().map(Node::Scalar);
                match items.next() {
                    Some(only) if is_one => only,
                    first => Node::List(first.into_iter().chain(items).collect()),
                }
            }
            Value::Mounts(mounts) => {
                Node::List(mounts.iter().map(|mount| self.mount(mount)).collect())
            }
            Value::Files(files) => {
                let mut items = Vec::new();
                for (id, target) in files {
                    let name = Node::Scalar(vec![Piece::Name(*id)]);
                    if target.is_none() && self.choices.chance(70) {
                        items.push(name);
                        continue;
                    }
                    let mut entries = vec![(text("source"), name)];
                    let target = target.iter();
                    entries.extend(
                        target.map(|path| (text("target"), Node::Scalar(text(path.clone())))),
                    );
                    items.push(Node::Map(entries));
                }
                Node::List(items)
            }
            Value::Command(value) => command(value),
            Value::Health(test, interval) => {
                let test = test.iter().map(|test| (text("test"), command(test)));
                let interval = interval.iter();
                let interval =
                    interval.map(|value| (text("interval"), Node::Scalar(text(value.clone()))));
                Node::Map(test.chain(interval).collect())
            }
            Value::Build(args, contexts) => {
                let mut entries = vec![(text("context"), Node::Scalar(text(".")))];
                entries.push((text("args"), self.pairs(args)));
                if !contexts.is_empty() {
                    let pair = |(key, id): &(String, _)| {
                        let value = vec![Piece::Text("service:".to_owned()), Piece::Name(*id)];
                        (key.clone(), Some(value))
                    };
                    let pairs: Vec<_> = contexts.iter().map(pair).collect();
                    entries.push((text("additional_contexts"), self.pairs(&pairs)));
                }
                Node::Map(entries)
            }
        }
    }

    fn pairs(&mut self, pairs: &[(String, Option<Text>)]) -> Node {
        if self.choices.chance(40) {
            let item = |(key, value): &(String, Option<Text>)| {
                let mut item = text(key.clone());
                if let Some(value) = value {
                    item.extend(text("=").into_iter().chain(value.iter().cloned()));
                }
                Node::Scalar(item)
            };
            return Node::List(pairs.iter().map(item).collect());
        }
        let pair = |(key, value): &(String, Option<Text>)| {
            (text(key.clone()), value.clone().map_or(Node::Null, Node::Scalar))
        };
        Node::Map(pairs.iter().map(pair).collect())
    }

    fn networks(&mut self, all: &[(Text, Membership)]) -> Node {
        let is_plain = |one: &Membership| *one == Membership::default();
        if all.iter().all(|(_, one)| is_plain(one)) && self.choices.chance(50) {
            return Node::List(all.iter().map(|(name, _)| Node::Scalar(name.clone())).collect());
        }
        let mut entries = Vec::new();
        for (name, one) in all {
            if is_plain(one) {
                let empty = match self.choices.chance(70) {
                    true => Node::Null,
                    false => Node::Map(Vec::new()),
                };
                entries.push((name.clone(), empty));
                continue;
            }
            let mut settings = Vec::new();
            let scalar = |value: &String| Node::Scalar(text(value.clone()));
            if !one.aliases.is_empty() {
                let aliases = one.aliases.iter().map(scalar).collect();
                settings.push((text("aliases"), Node::List(aliases)));
            }
            settings.extend(one.address.iter().map(|value| (text("ipv4_address"), scalar(value))));
            self.choices.shuffle(&mut settings);
            entries.push((name.clone(), Node::Map(settings)));
        }
        Node::Map(entries)
    }

    fn mount(&mut self, mount: &Mount) -> Node {
        let source = mount.source.clone().unwrap_or_default();
        if self.choices.chance(60) {
            let mut short = source;
            short.push(Piece::Text(format!(":{}", mount.target)));
            if mount.read_only {
                short.push(Piece::Text(":ro".to_owned()));
            }
            return Node::Scalar(short);
        }
        let is_path = matches!(source.first(), Some(Piece::Text(path)) if path.starts_with('.'));
        let kind = if is_path { "bind" } else { "volume" };
        let mut entries = vec![
            (text("type"), Node::Scalar(text(kind))),
            (text("source"), Node::Scalar(source)),
            (text("target"), Node::Scalar(text(mount.target.clone()))),
        ];
        if mount.read_only {
            entries.push((text("read_only"), Node::Scalar(text("true"))));
        }
        self.choices.shuffle(&mut entries);
        Node::Map(entries)
    }

    /// Puts anchors on nodes, and aliases and merge keys in the place of what comes again.
    fn share(&mut self, node: &mut Node, known: &mut Vec<(Node, String)>, depth: usize) {
        if matches!(node, Node::Null) || matches!(node, Node::Map(all) if all.is_empty()) {
            return;
        }
        let is_deep = depth >= 2;
        if is_deep
            && let Some((_, anchor)) = known.iter().find(|(other, _)| other == node)
            && self.choices.chance(60)
        {
            *node = Node::Alias(anchor.clone());
            return;
        }
        let original = node.clone();
        match node {
            Node::Map(entries) => {
                let merge = if is_deep { self.merge(entries, known) } else { None };
                for (_, value) in entries.iter_mut() {
                    self.share(value, known, depth + 1);
                }
                if let Some(anchor) = merge {
                    let at = if self.choices.chance(20) { entries.len() } else { 0 };
                    entries.insert(at, (text("<<"), anchor));
                }
            }
            Node::List(items) => {
                for item in items {
                    self.share(item, known, depth + 1);
                }
            }
            _ => {}
        }
        let is_fragment = depth == 1 && !is_section(&original);
        let may = (is_deep || is_fragment) && !matches!(node, Node::Map(all) if all.is_empty());
        let often = if is_fragment {
            95
        } else if depth == 2 {
            35
        } else {
            12
        };
        if may && self.choices.chance(often) {
            let word = *self.choices.pick(&["db", "base", "app", "my_db"]);
            let is_taken = |name: &str| known.iter().any(|(_, known)| known == name);
            let numbered = (2..).map(|number| format!("{word}{number}"));
            let mut names = std::iter::once(word.to_owned()).chain(numbered);
            let Some(name) = names.find(|name| !is_taken(name)) else { return };
            known.push((original, name.clone()));
            *node = Node::Anchor(name, Box::new(std::mem::replace(node, Node::Null)));
        }
    }

    /// Takes those entries out that a mapping gets by a merge, and gives what to merge.
    fn merge(&mut self, entries: &mut Vec<(Text, Node)>, known: &[(Node, String)]) -> Option<Node> {
        let fits = |other: &Node| match other {
            Node::Map(others) => {
                let has = |key: &Text| entries.iter().any(|(known, _)| known == key);
                others.iter().all(|(key, _)| has(key))
                    && others.iter().any(|entry| entries.contains(entry))
            }
            _ => false,
        };
        let fitting: Vec<&(Node, String)> = known.iter().filter(|(node, _)| fits(node)).collect();
        if fitting.is_empty() || !self.choices.chance(70) {
            return None;
        }
        let (other, anchor) = *self.choices.pick(&fitting);
        let Node::Map(others) = other else { return None };
        entries.retain(|entry| !others.contains(entry));
        let alias = Node::Alias(anchor.clone());
        Some(if self.choices.chance(25) { Node::List(vec![alias]) } else { alias })
    }
}

/// Whether a top-level value is a section, whose own anchor nothing could use.
fn is_section(node: &Node) -> bool {
    let is_body = |value: &Node| matches!(value, Node::Map(_) | Node::Null);
    match node {
        Node::Map(entries) => entries
            .iter()
            .all(|(key, value)| is_body(value) && matches!(key.as_slice(), [Piece::Name(_)])),
        _ => true,
    }
}

fn command(command: &Command) -> Node {
    match command {
        Command::Shell(text) => Node::Scalar(text.clone()),
        Command::Words(words) => Node::List(words.iter().cloned().map(Node::Scalar).collect()),
    }
}
