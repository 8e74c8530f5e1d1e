//! What loaded files lead to by `include` and `extends`, and whether it is all there: only then can
//! it be told that a name is defined nowhere.

use std::collections::BTreeSet;
use std::fmt;

use crate::compose::model::{ComposeFile, DEFAULT_NAMES, Service, file_name, folder, join};
use crate::diagnostics::Place;
use crate::lints::context::{Context, Loading, LoadingKind};
use crate::yaml::document::NodeId;

/// What the files of one loading lead to.
pub(super) struct Reach<'a> {
    /// The files whose services make the project: the loaded ones and those that they include.
    pub(super) files: Vec<&'a ComposeFile>,
    /// The files that services of those extend from.
    pub(super) extended: Vec<&'a ComposeFile>,
    /// What is named and is not there.
    pub(super) missing: Vec<Missing>,
    /// Whether every file that is named could be read.
    pub(super) is_whole: bool,
    /// Which file includes which, and which service extends which.
    pub(super) steps: Vec<Step>,
}

/// A file, or a service of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Definition {
    /// Path from the root.
    pub(super) path: String,
    /// Which of its services.
    pub(super) service: Option<String>,
    /// Whether the file is the first that is loaded, which goes without saying.
    is_main: bool,
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(service) if self.is_main => write!(f, "`{service}`"),
            Some(service) => write!(f, "`{service}` in `{}`", self.path),
            None => write!(f, "`{}`", self.path),
        }
    }
}

/// A definition that leads to another one.
pub(super) struct Step {
    pub(super) from: Definition,
    pub(super) to: Definition,
    /// Where it does.
    pub(super) place: Place,
}

/// A file, or a service of a file, that is named and is not there.
pub(super) struct Missing {
    /// Where it is named.
    pub(super) place: Place,
    /// Which it is.
    pub(super) what: What,
}

/// What is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A file that is included, by path from the root.
    Included(String),
    /// A file that a service extends from, by path from the root.
    Extended(String),
    /// A service of another file that is there.
    ServiceOf { path: String, name: String, known: Vec<String> },
    /// A service of the very file that extends it.
    ServiceOfSame { name: String, known: Vec<String> },
}

/// Follows the files of a loading.
pub(super) fn reach<'a>(loading: &Loading<'a>) -> Reach<'a> {
    let found = Reach {
        files: Vec::new(),
        extended: Vec::new(),
        missing: Vec::new(),
        is_whole: true,
        steps: Vec::new(),
    };
    let main = loading.files.first().map(String::as_str);
    let mut walk =
        Walk { context: loading.context, main, found, seen: BTreeSet::new(), bases: Vec::new() };
    let mut paths: Vec<(String, String)> =
        loading.files.iter().map(|path| (path.clone(), loading.project.folder.clone())).collect();
    while let Some((path, here)) = paths.pop() {
        if !walk.seen.insert((path.clone(), None)) {
            continue;
        }
        let Some(file) = walk.readable(&path) else { continue };
        walk.found.files.push(file);
        paths.extend(walk.includes(file, &here));
        for service in file.services() {
            walk.extends(file, &service);
        }
    }
    while let Some((file, service)) = walk.bases.pop() {
        if walk.seen.insert((file.path.clone(), Some(service.name.clone()))) {
            walk.found.extended.push(file);
            walk.extends(file, &service);
        }
    }
    walk.found
}

/// Tells whether docker compose, or the person, takes these files for a project by themselves. Of
/// other files it is not known what they are loaded with.
pub(super) fn is_loaded_by_itself(loading: &Loading<'_>) -> bool {
    if loading.kind != LoadingKind::Own {
        return false;
    }
    let context = loading.context;
    let is_default = loading.files.first().is_some_and(|path| {
        // A folder of some tool's own, as `.devcontainer`: the tool loads further files with it.
        DEFAULT_NAMES.contains(&file_name(path)) && !folder(path).split('/').any(is_hidden)
    });
    let is_named = !context.inputs.files.is_empty()
        || context.repo.declared.iter().any(|files| files == loading.files);
    let is_sure = is_default || is_named || loading.model.env.contains_key("COMPOSE_FILE");
    is_sure && (is_named || !is_part(loading))
}

/// Whether another file includes a loaded one, or extends from it: it is loaded from there.
pub(super) fn is_part(loading: &Loading<'_>) -> bool {
    let workspace = loading.context.workspace;
    let mut referrers = loading.files.iter().flat_map(|path| workspace.referrers(path));
    referrers.any(|by| !loading.files.contains(by))
}

fn is_hidden(folder: &str) -> bool {
    folder.starts_with('.')
}

/// Tells whether every service says what it runs. One that does not is part of a project whose
/// other files are loaded with these, so that nothing can be said of what is not here.
pub(super) fn is_complete(loading: &Loading<'_>) -> bool {
    loading
        .model
        .services
        .values()
        .all(|service| ["image", "build", "provider"].iter().any(|key| service.get(key).is_some()))
}

struct Walk<'a> {
    context: &'a Context<'a>,
    /// The first file that is loaded.
    main: Option<&'a str>,
    found: Reach<'a>,
    /// Files, and services that are extended from.
    seen: BTreeSet<(String, Option<String>)>,
    bases: Vec<(&'a ComposeFile, Service)>,
}

/// A path that a file names.
enum Target<'a> {
    File(&'a ComposeFile),
    Missing(String),
    /// It can't be told: no Compose file, a variable, a URL, a path out of the tree.
    Unknown,
}

impl<'a> Walk<'a> {
    fn readable(&mut self, path: &str) -> Option<&'a ComposeFile> {
        let file = self.context.workspace.files.get(path);
        let file = file.filter(|file| file.malformed().is_none());
        self.found.is_whole &= file.is_some();
        file
    }

    /// Gives the files that are included, each with the folder that its own paths start from.
    fn includes(&mut self, file: &'a ComposeFile, here: &str) -> Vec<(String, String)> {
        let doc = &file.doc;
        let sections = doc.roots().iter().filter_map(|&root| doc.get(root, "include"));
        let items = sections.flat_map(|entry| doc.items(entry.value)).map(|item| item.value);
        let mut found = Vec::new();
        for item in items {
            let directory = doc.get(item, "project_directory").map(|entry| doc.value(entry.value));
            let directory = directory.map(|text| text.and_then(|path| join(here, &path)));
            for node in paths_of(file, item) {
                match self.target(file, node, &[here, folder(&file.path)]) {
                    Target::File(other) => {
                        let own = directory.clone().flatten();
                        let own = own.unwrap_or_else(|| folder(&other.path).to_owned());
                        found.push((other.path.clone(), own));
                        self.step(file, node, (file, None), (other, None));
                    }
                    Target::Missing(path) => self.miss(file, node, What::Included(path)),
                    Target::Unknown => self.found.is_whole = false,
                }
            }
        }
        found
    }

    fn extends(&mut self, file: &'a ComposeFile, service: &Service) {
        let Some((_, entry)) = file.attribute(service.body, "extends") else { return };
        let named = |key: &str| file.attribute(entry.value, key).map(|(_, entry)| entry.value);
        let is_short = file.doc.value(entry.value).is_some();
        let node = if is_short { Some(entry.value) } else { named("service") };
        let Some((node, name)) = node.and_then(|node| Some((node, file.doc.value(node)?))) else {
            return;
        };
        let path = if is_short { None } else { named("file") };
        let other = match path {
            None => file,
            Some(path) => match self.target(file, path, &[folder(&file.path)]) {
                Target::File(other) => other,
                Target::Missing(missing) => return self.miss(file, path, What::Extended(missing)),
                Target::Unknown => return self.found.is_whole = false,
            },
        };
        if let Some(base) = other.service(&name) {
            self.step(file, node, (file, Some(&service.name)), (other, Some(&name)));
            return self.bases.push((other, base));
        }
        if name.contains('$') {
            return self.found.is_whole = false;
        }
        let name = name.into_owned();
        let known = other.services().map(|service| service.name).collect();
        let what = match path {
            Some(_) => What::ServiceOf { path: other.path.clone(), name, known },
            None => What::ServiceOfSame { name, known },
        };
        self.miss(file, node, what);
    }

    /// Finds what a path leads to from one of some folders.
    fn target(&mut self, file: &ComposeFile, node: NodeId, folders: &[&str]) -> Target<'a> {
        let Some(text) = file.doc.value(node) else { return Target::Unknown };
        if text.is_empty() || text.contains(['$', '@', '#', '*']) || text.ends_with(".git") {
            return Target::Unknown;
        }
        let paths = || folders.iter().filter_map(|folder| join(folder, &text));
        for path in paths() {
            if self.context.workspace.files.contains_key(&path) {
                return self.readable(&path).map_or(Target::Unknown, Target::File);
            }
        }
        // Compose may be told of another folder to start from (`--project-directory`).
        let above = std::iter::successors(Some(file.path.as_str()), |path| {
            Some(folder(path)).filter(|_| !path.is_empty())
        });
        let is_there = |path: &String| self.context.repo.all_paths.contains(path);
        let mut anywhere = paths().chain(above.filter_map(|folder| join(folder, &text)));
        match paths().next() {
            Some(first) if !anywhere.any(|path| is_there(&path)) => Target::Missing(first),
            _ => Target::Unknown,
        }
    }

    fn step(
        &mut self,
        file: &ComposeFile,
        node: NodeId,
        from: (&ComposeFile, Option<&str>),
        to: (&ComposeFile, Option<&str>),
    ) {
        let main = self.main;
        let definition = |(file, service): (&ComposeFile, Option<&str>)| Definition {
            path: file.path.clone(),
            service: service.map(str::to_owned),
            is_main: main == Some(file.path.as_str()),
        };
        let place = Place { path: file.path.clone(), span: file.doc.node(node).span };
        self.found.steps.push(Step { from: definition(from), to: definition(to), place });
    }

    fn miss(&mut self, file: &ComposeFile, node: NodeId, what: What) {
        self.found.is_whole &= matches!(what, What::ServiceOfSame { .. });
        let place = Place { path: file.path.clone(), span: file.doc.node(node).span };
        self.found.missing.push(Missing { place, what });
    }
}

/// Gives the nodes of the paths of one item of `include`.
fn paths_of(file: &ComposeFile, item: NodeId) -> Vec<NodeId> {
    let doc = &file.doc;
    if doc.value(item).is_some() {
        return vec![item];
    }
    let Some(entry) = doc.get(item, "path") else { return Vec::new() };
    match doc.value(entry.value) {
        Some(_) => vec![entry.value],
        None => doc.items(entry.value).iter().map(|item| item.value).collect(),
    }
}
