//! A project as docker compose sees it: its files merged, extended, included and interpolated with
//! the project's own env files (compose-spec §03, §11 to §14; compose-go, `loader/`).
//!
//! The caller's environment does not count, so that the model is a function of the files. A
//! variable that no file gives stays as it is written. What can't be followed is left out of the
//! model without an error: other modules report missing files and broken YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::compose::discover::{Project, extends};
use crate::compose::env_file::{self, Quote};
use crate::compose::interpolate::{Piece, interpolate, pieces};
use crate::compose::merge::{merge, merge_all};
use crate::compose::model::{ComposeFile, folder, join};
use crate::compose::normal;
use crate::compose::value::{Join, Origin, Value, ValueKind};
use crate::text::span::Span;
use crate::yaml::document::{Entry, Kind, NodeId};

/// Files by path from the root.
pub trait Files {
    /// Gives a Compose file with its tree.
    fn compose(&self, path: &str) -> Option<&ComposeFile>;

    /// Gives the text of any other file.
    fn text(&self, path: &str) -> Option<&str>;
}

/// A project's model. All keys are names as Compose knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// The project's name, where a file says it.
    pub name: Option<String>,
    /// Services in normal form: mappings where Compose takes a mapping or a list, long forms.
    pub services: BTreeMap<String, Value>,
    /// Networks.
    pub networks: BTreeMap<String, Value>,
    /// Volumes.
    pub volumes: BTreeMap<String, Value>,
    /// Secrets.
    pub secrets: BTreeMap<String, Value>,
    /// Configs.
    pub configs: BTreeMap<String, Value>,
    /// Models.
    pub models: BTreeMap<String, Value>,
    /// What each service's container gets as environment: `env_file` under `environment`. A
    /// variable that is passed through from the caller has no text.
    pub environments: BTreeMap<String, BTreeMap<String, Value>>,
    /// The variables of interpolation: the project's `.env`.
    pub env: BTreeMap<String, Value>,
}

/// Sections whose things are merged by name.
const SECTIONS: [&str; 5] = ["networks", "volumes", "secrets", "configs", "models"];

/// What `extends` may nest; a file that nests deeper, or in a circle, is no file of people's.
const MAX_DEPTH: usize = 32;

impl Effective {
    /// Loads the files that docker compose is given for a project, variants left out.
    #[must_use]
    pub fn of(project: &Project, files: &dyn Files) -> Self {
        Self::load(&project.loaded, &project.folder, files)
    }

    /// Loads files in the order of `-f`, with the env file of `folder`.
    #[must_use]
    pub fn load(paths: &[String], folder: &str, files: &dyn Files) -> Self {
        let env_path = join(folder, ".env");
        let env = env_path.map(|path| env_of(&[path], files, &BTreeMap::new())).unwrap_or_default();
        let mut loader = Loader { files, env, model: Self::default() };
        loader.load(paths, folder, &mut BTreeSet::new());
        loader.finish()
    }

    /// Gives a section of things by the name that files use for it: `volumes`.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&BTreeMap<String, Value>> {
        match name {
            "services" => Some(&self.services),
            "networks" => Some(&self.networks),
            "volumes" => Some(&self.volumes),
            "secrets" => Some(&self.secrets),
            "configs" => Some(&self.configs),
            "models" => Some(&self.models),
            _ => None,
        }
    }

    /// Gives the variable of a service's environment, wherever it is set.
    #[must_use]
    pub fn variable(&self, service: &str, name: &str) -> Option<&Value> {
        self.environments.get(service)?.get(name)
    }

    fn section_mut(&mut self, name: &str) -> Option<&mut BTreeMap<String, Value>> {
        match name {
            "networks" => Some(&mut self.networks),
            "volumes" => Some(&mut self.volumes),
            "secrets" => Some(&mut self.secrets),
            "configs" => Some(&mut self.configs),
            "models" => Some(&mut self.models),
            _ => None,
        }
    }
}

/// A model in the making, with the variables of its interpolation.
struct Loader<'a> {
    files: &'a dyn Files,
    env: BTreeMap<String, Value>,
    model: Effective,
}

impl Loader<'_> {
    /// Loads files; each counts once as an included one, so that a circle ends.
    fn load(&mut self, paths: &[String], folder: &str, seen: &mut BTreeSet<String>) {
        seen.extend(paths.iter().cloned());
        let found: Vec<&ComposeFile> =
            paths.iter().filter_map(|path| self.files.compose(path)).collect();
        for file in &found {
            self.include(file, folder, seen);
        }
        for file in found {
            self.file(file);
        }
    }

    fn file(&mut self, file: &ComposeFile) {
        for &root in file.doc.roots() {
            if let Some(name) =
                file.doc.get(root, "name").and_then(|name| file.doc.value(name.value))
            {
                self.model.name = Some(self.interpolated(&name));
            }
        }
        // One by one: a later document of the file is laid over an earlier one.
        for service in file.services() {
            let value = self.service(file, service.body, MAX_DEPTH);
            merge_all(&mut self.model.services, BTreeMap::from([(service.name, value)]));
        }
        for section in SECTIONS {
            let things: BTreeMap<String, Value> = file
                .section(section)
                .filter_map(|entry| {
                    let name = file.doc.value(entry.key)?.into_owned();
                    Some((name, self.value(file, entry.value)))
                })
                .collect();
            if let Some(known) = self.model.section_mut(section) {
                merge_all(known, things);
            }
        }
    }

    /// A service of one file, with what it extends under it.
    fn service(&self, file: &ComposeFile, body: NodeId, depth: usize) -> Value {
        let mut own = self.value(file, body);
        normal::service(&mut own);
        if let Some(entries) = own.map_mut() {
            entries.remove("extends");
        }
        let Some((path, base)) = extends(file, body).filter(|_| depth > 0) else { return own };
        let other = match &path {
            Some(path) => join(folder(&file.path), path).and_then(|path| self.files.compose(&path)),
            None => Some(file),
        };
        let base = other.and_then(|other| Some((other, other.service(&base)?.body)));
        match base {
            Some((other, base)) => merge(self.service(other, base, depth - 1), own),
            None => own,
        }
    }

    /// Loads what a file includes, each with its own folder and env file.
    fn include(&mut self, file: &ComposeFile, here: &str, seen: &mut BTreeSet<String>) {
        let doc = &file.doc;
        let includes: Vec<NodeId> = doc
            .roots()
            .iter()
            .filter_map(|&root| doc.get(root, "include"))
            .flat_map(|include| doc.items(include.value))
            .map(|item| item.value)
            .collect();
        for item in includes {
            let texts = |key: &str| -> Vec<String> {
                let Some(entry) = doc.get(item, key) else { return Vec::new() };
                match doc.value(entry.value) {
                    Some(text) => vec![text.into_owned()],
                    None => {
                        let items = doc.items(entry.value).iter();
                        items.filter_map(|item| Some(doc.value(item.value)?.into_owned())).collect()
                    }
                }
            };
            let named = match doc.value(item) {
                Some(path) => vec![path.into_owned()],
                None => texts("path"),
            };
            let paths: Vec<String> = named.iter().filter_map(|path| join(here, path)).collect();
            let Some(first) = paths.first().filter(|first| !seen.contains(*first)) else {
                continue;
            };
            let own_folder = texts("project_directory").first().and_then(|path| join(here, path));
            let own_folder = own_folder.unwrap_or_else(|| folder(first).to_owned());
            let mut env_paths: Vec<String> =
                texts("env_file").iter().filter_map(|path| join(here, path)).collect();
            if env_paths.is_empty() {
                env_paths.extend(join(&own_folder, ".env"));
            }
            let mut env = env_of(&env_paths, self.files, &self.env);
            // The including project's variables win (compose-spec §14).
            env.extend(self.env.clone());
            let mut inner = Loader { files: self.files, env, model: Effective::default() };
            inner.load(&paths, &own_folder, seen);
            inner.environments();
            for section in SECTIONS {
                let found = inner.model.section_mut(section).map(std::mem::take);
                if let Some(known) = self.model.section_mut(section) {
                    known.extend(found.unwrap_or_default());
                }
            }
            self.model.services.extend(inner.model.services);
            self.model.environments.extend(inner.model.environments);
        }
    }

    fn finish(mut self) -> Effective {
        self.environments();
        let name = self.env.get("COMPOSE_PROJECT_NAME").and_then(Value::text);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            self.model.name = Some(name.to_owned());
        }
        self.model.env = self.env;
        self.model
    }

    /// Works out each service's environment that is not known yet.
    fn environments(&mut self) {
        for (name, service) in &self.model.services {
            let own = service.get("environment");
            // An included service has its own by its own project's env files; what an override
            // adds comes on top.
            let mut environment = self.model.environments.remove(name).unwrap_or_default();
            for item in service.get("env_file").map(Value::items).unwrap_or_default() {
                let Some(path) = item.get("path") else { continue };
                let Some(text) = path.text() else { continue };
                let here = path.origin.as_ref().map_or("", |origin| folder(origin.path()));
                let Some(path) = join(here, text) else { continue };
                environment.extend(env_of(&[path], self.files, &self.env));
            }
            for (key, value) in own.into_iter().flat_map(Value::entries) {
                let passed = if value.kind == ValueKind::Null { self.env.get(key) } else { None };
                environment.insert(key.to_owned(), passed.unwrap_or(value).clone());
            }
            self.model.environments.insert(name.clone(), environment);
        }
    }

    /// A node as a value: aliases and merges followed, scalars interpolated.
    fn value(&self, file: &ComposeFile, node: NodeId) -> Value {
        self.value_of(file, &Arc::from(file.path.as_str()), node)
    }

    fn value_of(&self, file: &ComposeFile, path: &Arc<str>, node: NodeId) -> Value {
        let join = join_of(file, node);
        let resolved = file.doc.resolve(node);
        let (kind, raw): (ValueKind, Box<str>) = match &file.doc.node(resolved).kind {
            Kind::Mapping { .. } => {
                (ValueKind::Map(self.entries(file, path, resolved)), Box::default())
            }
            Kind::Sequence { items, .. } => {
                let items =
                    items.iter().map(|item| self.value_of(file, path, item.value)).collect();
                (ValueKind::List(items), Box::default())
            }
            Kind::Scalar(_) => {
                let raw = file.doc.value(resolved).unwrap_or_default();
                let is_null = file.doc.is_null(resolved);
                let text = || ValueKind::Scalar(self.interpolated(&raw));
                (if is_null { ValueKind::Null } else { text() }, raw.as_ref().into())
            }
            Kind::Alias { .. } => (ValueKind::Null, Box::default()),
        };
        let range = 0..raw.len();
        let path = Arc::clone(path);
        Value { kind, join, origin: Some(Origin::Compose { path, node: resolved, range, raw }) }
    }

    fn entries(
        &self,
        file: &ComposeFile,
        path: &Arc<str>,
        mapping: NodeId,
    ) -> BTreeMap<String, Value> {
        let entries: Vec<Entry> = file.effective_entries(mapping);
        entries
            .into_iter()
            .filter_map(|entry| {
                let key = file.doc.value(entry.key)?.into_owned();
                Some((key, self.value_of(file, path, entry.value)))
            })
            .collect()
    }

    fn interpolated(&self, raw: &str) -> String {
        interpolated(raw, &|name| Some(self.env.get(name)?.text()?.to_owned()))
    }
}

fn join_of(file: &ComposeFile, node: NodeId) -> Join {
    match file.doc.node(node).tag.as_deref().map(|tag| tag.name.as_ref()) {
        Some("reset") => Join::Remove,
        Some("override") => Join::Replace,
        _ => Join::Merge,
    }
}

/// The variables of env files, later ones over earlier ones.
fn env_of(
    paths: &[String],
    files: &dyn Files,
    outer: &BTreeMap<String, Value>,
) -> BTreeMap<String, Value> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for path in paths {
        let Some(text) = files.text(path) else { continue };
        let shared: Arc<str> = Arc::from(path.as_str());
        for entry in env_file::entries(text) {
            let Some(name) = text.get(entry.name.clone()) else { continue };
            let Some(range) = entry.value.clone() else { continue };
            let decoded = entry.decoded(text);
            let value = match entry.quote {
                Quote::Single => decoded,
                Quote::Bare | Quote::Double => interpolated(&decoded, &|name| {
                    Some(found.get(name).or_else(|| outer.get(name))?.text()?.to_owned())
                }),
            };
            let raw = text.get(range.clone()).unwrap_or_default().into();
            let span = Span::new(range.start, range.end);
            let origin = Origin::EnvFile { path: Arc::clone(&shared), span, raw };
            let value = Value { origin: Some(origin), ..Value::scalar(value) };
            found.insert(name.to_owned(), value);
        }
    }
    found
}

/// Interpolates text; a variable that is unknown and has no default stays as it is written.
fn interpolated(raw: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    if !raw.contains('$') {
        return raw.to_owned();
    }
    let Ok(pieces) = pieces(raw) else { return raw.to_owned() };
    let mut out = String::with_capacity(raw.len());
    for piece in pieces {
        let range = match &piece {
            Piece::Literal(range) | Piece::Dollar(range) => range,
            Piece::Variable(variable) => &variable.span,
        };
        let text = raw.get(range.clone()).unwrap_or_default();
        let is_unknown = match &piece {
            Piece::Variable(variable) if variable.operator.is_none() => {
                raw.get(variable.name.clone()).and_then(lookup).is_none()
            }
            _ => false,
        };
        match interpolate(text, lookup) {
            Ok(value) if !is_unknown => out.push_str(&value),
            _ => out.push_str(text),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Effective, Files};
    use crate::compose::model::ComposeFile;
    use crate::compose::value::{Value, ValueKind};
    use crate::text::source::SourceFile;

    struct Tree {
        compose: BTreeMap<String, ComposeFile>,
        texts: BTreeMap<String, String>,
    }

    impl Files for Tree {
        fn compose(&self, path: &str) -> Option<&ComposeFile> {
            self.compose.get(path)
        }

        fn text(&self, path: &str) -> Option<&str> {
            self.texts.get(path).map(String::as_str)
        }
    }

    /// The model of a tree whose first files are given with `-f`.
    fn model(tree: &[(&str, &str)], given: usize) -> Effective {
        let texts = tree.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let compose = tree
            .iter()
            .map(|(path, _)| (*path).to_owned())
            .zip(tree)
            .map(|(path, file)| (path, ComposeFile::parse(&SourceFile::new(file.0, file.1))));
        let files = Tree { compose: compose.collect(), texts: texts.collect() };
        let given: Vec<String> =
            tree.iter().take(given).map(|(path, _)| (*path).to_owned()).collect();
        Effective::load(&given, "", &files)
    }

    /// A value as text: `{k: v}`, `[v]`, `~`.
    fn shown(value: &Value) -> String {
        match &value.kind {
            ValueKind::Null => "~".to_owned(),
            ValueKind::Scalar(text) => text.clone(),
            ValueKind::List(items) => {
                format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            ValueKind::Map(entries) => {
                let pairs = entries.iter().map(|(key, value)| format!("{key}: {}", shown(value)));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn service(model: &Effective, name: &str) -> String {
        model.services.get(name).map(shown).unwrap_or_default()
    }

    #[test]
    fn short_forms_become_long_ones() {
        for (short, long) in [
            ("{environment: [A=1, B]}", "{environment: {A: 1, B: ~}}"),
            ("{depends_on: [x]}", "{depends_on: {x: {condition: service_started}}}"),
            ("{networks: [n]}", "{networks: {n: ~}}"),
            (
                "{volumes: ['data:/d:ro', './x:/y', /anon]}",
                "{volumes: [{mode: ro, read_only: true, source: data, target: /d, type: volume}, {source: ./x, target: /y, type: bind}, {target: /anon, type: volume}]}",
            ),
            ("{secrets: [s]}", "{secrets: [{source: s}]}"),
            ("{env_file: a.env}", "{env_file: [{path: a.env}]}"),
            ("{build: .}", "{build: {context: .}}"),
        ] {
            let found = model(&[("c.yaml", &format!("services: {{db: {short}}}"))], 1);
            assert_eq!(service(&found, "db"), long, "{short}");
        }
    }

    #[test]
    fn later_files_join_earlier_ones() {
        let base = "services: {db: {image: x, command: [a, b], environment: [A=1], ports: ['1:1'], volumes: ['d:/x'], healthcheck: {test: [CMD, a], timeout: 1s}}}";
        for (over, expected) in [
            ("{image: y}", "image: y"),
            ("{command: [c]}", "command: [c]"),
            ("{environment: {B: 2}}", "environment: {A: 1, B: 2}"),
            ("{ports: ['2:2', '1:1']}", "ports: [1:1, 2:2]"),
            ("{volumes: ['e:/x']}", "volumes: [{source: e, target: /x, type: volume}]"),
            ("{healthcheck: {test: [CMD, b]}}", "healthcheck: {test: [CMD, b], timeout: 1s}"),
            ("{ports: !override ['3:3']}", "ports: [3:3]"),
        ] {
            let text = format!("services: {{db: {over}}}");
            let found = service(&model(&[("a.yaml", base), ("b.yaml", &text)], 2), "db");
            assert!(found.contains(expected), "{over}: {found}");
        }
        let reset = "services: {db: !reset null}";
        assert_eq!(service(&model(&[("a.yaml", base), ("b.yaml", reset)], 2), "db"), "");
    }

    #[test]
    fn extended_and_included_services_are_whole() {
        let tree = [
            (
                "c.yaml",
                "include: [sub/c.yaml]\nservices: {a: {extends: {file: sub/base.yaml, service: b}, image: y}, b: {extends: a, command: c}}",
            ),
            ("sub/c.yaml", "services: {inc: {image: '${TAG}', env_file: e.env}}"),
            ("sub/base.yaml", "services: {b: {image: x, environment: [A=1]}}"),
            ("sub/.env", "TAG=inner\n"),
            ("sub/e.env", "E=1\n"),
        ];
        let found = model(&tree, 1);
        assert_eq!(service(&found, "a"), "{environment: {A: 1}, image: y}");
        assert_eq!(service(&found, "b"), "{command: c, environment: {A: 1}, image: y}");
        assert_eq!(found.services["inc"].text_of("image"), Some("inner"));
        assert_eq!(found.variable("inc", "E").and_then(Value::text), Some("1"));
        let circle =
            model(&[("c.yaml", "include: [c.yaml]\nservices: {a: {extends: a, image: x}}")], 1);
        assert_eq!(service(&circle, "a"), "{image: x}");
    }

    #[test]
    fn variables_come_from_the_env_files() {
        let tree = [
            (
                "c.yaml",
                "name: shop\nservices: {db: {image: 'pg:${TAG:-1}', environment: {U: '${USER_NAME}', N: , X: '$UNKNOWN', Y: '${UNKNOWN:-d}', Z: $$A}, env_file: [a.env]}}",
            ),
            (".env", "TAG=16\nUSER_NAME=\"${TAG}-u\"\nN=passed\n"),
            ("a.env", "U=low\nV='$TAG'\n"),
        ];
        let found = model(&tree, 1);
        assert_eq!(found.name.as_deref(), Some("shop"));
        assert_eq!(found.services["db"].text_of("image"), Some("pg:16"));
        let environment = &found.environments["db"];
        let text = |name: &str| environment.get(name).and_then(Value::text);
        assert_eq!(text("U"), Some("16-u"));
        assert_eq!(text("N"), Some("passed"));
        assert_eq!(text("V"), Some("$TAG"));
        assert_eq!(text("X"), Some("$UNKNOWN"));
        assert_eq!(text("Y"), Some("d"));
        assert_eq!(text("Z"), Some("$A"));
        let raw = environment["U"].origin.as_ref().map(super::Origin::raw);
        assert_eq!(raw, Some("${USER_NAME}"));
    }

    #[test]
    fn merges_and_origins() {
        let text = "x-e: &e {A: 1}\nservices:\n  db:\n    environment:\n      <<: *e\n      B: 2\n  web:\n    environment:\n      - C=x=y\n";
        let found = model(&[("c.yaml", text)], 1);
        assert_eq!(service(&found, "db"), "{environment: {A: 1, B: 2}}");
        let origin = found.variable("web", "C").and_then(|value| value.origin.clone()).unwrap();
        let super::Origin::Compose { range, raw, .. } = origin else { panic!("no node") };
        assert_eq!((range, &*raw), (2..5, "x=y"));
    }
}
