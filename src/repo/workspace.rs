//! The tree as Compose sees it: its Compose files, parsed, and the projects they make.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::compose::discover::{self, Files, Project, configured_files, referenced_files};
use crate::compose::model::{
    ComposeFile, above, file_name, folder, has_compose_name, is_compose, join, may_be_part,
    may_have_sections, may_have_services,
};
use crate::diagnostics::Finding;
use crate::repo::kind::sets_variables;
use crate::repo::load::Repo;
use crate::text::source::SourceFile;
use crate::yaml::document::{SyntaxError, SyntaxErrorKind};

/// Compose files by path, and the projects that they make.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Every Compose file that could be read as YAML at all, unsound ones too.
    pub files: BTreeMap<String, ComposeFile>,
    /// Every project, in order of its main file; where files were named, only theirs.
    pub projects: Vec<Project>,
    /// What is wrong with files that look like Compose files.
    pub findings: Vec<Finding>,
    /// Made when it is first asked for.
    index: OnceLock<Index>,
}

/// What of a workspace has to do with a path, so that it takes no look at every file.
#[derive(Debug, Default)]
struct Index {
    /// Compose files by their folder.
    by_folder: BTreeMap<String, Vec<String>>,
    /// The places of the projects that a file is one of.
    projects: HashMap<String, Vec<usize>>,
    /// The files that include a file or extend from it.
    referrers: HashMap<String, Vec<String>>,
}

impl Workspace {
    /// Parses a repository's Compose files and finds its projects. `named` files (`-f`) are taken
    /// for Compose files whatever they hold, and make the one project there is. Files of declared
    /// projects are taken so too.
    #[must_use]
    pub fn new(repo: &Repo, named: &[String]) -> Self {
        let is_named = |path: &String| {
            named.contains(path) || repo.declared.iter().any(|project| project.contains(path))
        };
        let parsed: Vec<(ComposeFile, bool)> = repo
            .files
            .par_iter()
            .filter(|source| is_named(&source.path) || may_be_compose(source))
            .map(|source| (repo.parsed.get(source), is_named(&source.path)))
            .collect();
        let env: BTreeMap<String, Arc<str>> = repo
            .files
            .iter()
            .filter(|source| file_name(&source.path) == ".env")
            .map(|source| (source.path.clone(), Arc::clone(&source.text)))
            .collect();
        let mut workspace = Self::default();
        let mut parts = BTreeMap::new();
        for (file, is_named) in parsed {
            if is_named || is_compose(&file) || is_broken_compose(&file) {
                workspace.take(file);
            } else if may_be_part(&file) {
                parts.insert(file.path.clone(), file);
            }
        }
        workspace.take_named_parts(repo, parts, &env);
        let files = Files { compose: &workspace.files, env: &env };
        workspace.projects = if named.is_empty() {
            discover::discover(&repo.declared, files)
        } else {
            vec![discover::from_files(named, files)]
        };
        workspace
    }

    /// Gives the files that the Compose files name, by path from the root, whether they are there or
    /// not: env files, what is included and extended from, Dockerfiles; and the `.gitignore` files
    /// that tell why one may be missing. What a variable names is left out.
    #[must_use]
    pub fn named_files(&self) -> BTreeSet<String> {
        let each = self.files.values().flat_map(|file| {
            let mut named = env_files_of(file);
            named.extend(referenced_files(file).iter().cloned());
            named.extend(dockerfiles_of(file));
            named.extend(above(folder(&file.path)).filter_map(|folder| join(folder, ".gitignore")));
            named
        });
        each.collect()
    }

    /// Gives the projects that a file is one of, in order.
    pub fn projects_of(&self, path: &str) -> impl Iterator<Item = &Project> {
        let places = self.index().projects.get(path).into_iter().flatten();
        places.filter_map(|&at| self.projects.get(at))
    }

    /// Gives the Compose files in a folder, in order.
    pub fn files_in(&self, folder: &str) -> impl Iterator<Item = &ComposeFile> {
        let paths = self.index().by_folder.get(folder).into_iter().flatten();
        paths.filter_map(|path| self.files.get(path))
    }

    /// Gives the Compose files in a folder and all below it.
    pub fn files_within<'w>(&'w self, folder: &'w str) -> impl Iterator<Item = &'w ComposeFile> {
        let below = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let inner = self.index().by_folder.range::<String, _>(&below..);
        let inner = inner.take_while(move |(folder, _)| folder.starts_with(&below));
        let inner = inner.flat_map(|(_, paths)| paths).filter_map(|path| self.files.get(path));
        let own = if folder.is_empty() { None } else { Some(self.files_in(folder)) };
        own.into_iter().flatten().chain(inner)
    }

    /// Gives the Compose files in the folders above one, itself left out.
    pub fn files_above<'w>(&'w self, folder: &'w str) -> impl Iterator<Item = &'w ComposeFile> {
        above(folder).skip(1).flat_map(|folder| self.files_in(folder))
    }

    /// Gives the Compose files that include a file or extend from it, by path.
    #[must_use]
    pub fn referrers(&self, path: &str) -> &[String] {
        self.index().referrers.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            for (path, file) in &self.files {
                let here = index.by_folder.entry(folder(path).to_owned()).or_default();
                here.push(path.clone());
                for named in referenced_files(file) {
                    index.referrers.entry(named.clone()).or_default().push(path.clone());
                }
            }
            for (at, project) in self.projects.iter().enumerate() {
                for path in project.all_files() {
                    let places = index.projects.entry(path.to_owned()).or_default();
                    if places.last() != Some(&at) {
                        places.push(at);
                    }
                }
            }
            index
        })
    }

    fn take(&mut self, file: ComposeFile) {
        self.findings.extend(file.errors.iter().map(|error| syntax_finding(&file, error)));
        self.files.insert(file.path.clone(), file);
    }

    /// Takes the files that are Compose files only by what the others say.
    fn take_named_parts(
        &mut self,
        repo: &Repo,
        mut parts: BTreeMap<String, ComposeFile>,
        env: &BTreeMap<String, Arc<str>>,
    ) {
        let configured = env.iter().flat_map(|(path, env)| configured_files(folder(path), env));
        let mut named: Vec<String> =
            configured.chain(self.files.values().flat_map(referenced_files).cloned()).collect();
        while let Some(path) = named.pop() {
            // One without services may be included too, for its networks or volumes.
            let whatever = || {
                let at = repo.files.binary_search_by(|source| source.path.cmp(&path)).ok()?;
                let source = &repo.files[at];
                let is_new = !self.files.contains_key(&path);
                let is_one = is_new && may_have_sections(source.text.as_bytes());
                is_one.then(|| repo.parsed.get(source))
            };
            if let Some(file) = parts.remove(&path).or_else(whatever) {
                named.extend(referenced_files(&file).iter().cloned());
                self.take(file);
            }
        }
        // Nor can one be anything else all of whose services another file defines.
        let defined: BTreeSet<String> = self
            .files
            .values()
            .flat_map(ComposeFile::services)
            .map(|service| service.name)
            .collect();
        for file in parts.into_values() {
            if file.services().all(|service| defined.contains(&service.name)) {
                self.take(file);
            }
        }
    }
}

/// The env files that one Compose file names: those of services and of what it includes.
fn env_files_of(file: &ComposeFile) -> BTreeSet<String> {
    let doc = &file.doc;
    let services = file.services().map(|service| service.body);
    let includes = doc.roots().iter().filter_map(|&root| doc.get(root, "include"));
    let includes = includes.flat_map(|entry| doc.items(entry.value)).map(|item| item.value);
    let named = services.chain(includes).filter_map(|body| file.attribute(body, "env_file"));
    let mut found = BTreeSet::new();
    for (_, entry) in named {
        let items = doc.items(entry.value).iter().map(|item| item.value);
        for node in items.chain([entry.value]) {
            let path = doc.get(node, "path").map_or(node, |path| path.value);
            let text = doc.value(path);
            found.extend(text.and_then(|path| join(folder(&file.path), &path)));
        }
    }
    found
}

/// The Dockerfiles of a file's services.
fn dockerfiles_of(file: &ComposeFile) -> BTreeSet<String> {
    let builds = file.services().filter_map(|service| file.attribute(service.body, "build"));
    let paths = builds.filter_map(|(_, build)| {
        let short = file.doc.value(build.value).map(|context| context.into_owned());
        let context = short.or_else(|| file.text_of(build.value, "context"))?;
        let context = join(folder(&file.path), &context)?;
        let name = file.text_of(build.value, "dockerfile");
        join(&context, name.as_deref().unwrap_or("Dockerfile"))
    });
    paths.collect()
}

/// Gives the files of a tree that may set variables for docker compose, by their names, of those
/// that are meant.
#[must_use]
pub fn setting_files(repo: &Repo, is_meant: impl Fn(&str) -> bool + Sync) -> BTreeSet<String> {
    let paths = repo.all_paths.par_iter().with_min_len(1024);
    paths.filter(|path| is_meant(path) && sets_variables(path)).map(str::to_owned).collect()
}

fn may_be_compose(source: &SourceFile) -> bool {
    let is_yaml = source.path.ends_with(".yml") || source.path.ends_with(".yaml");
    has_compose_name(&source.path) || (is_yaml && may_have_services(source.text.as_bytes()))
}

/// A file by a Compose file's name that broke off before it showed what it is.
fn is_broken_compose(file: &ComposeFile) -> bool {
    file.malformed().is_some() && has_compose_name(&file.path)
}

/// Tells what is wrong with a file as YAML.
#[must_use]
pub fn syntax_finding(file: &ComposeFile, error: &SyntaxError) -> Finding {
    let (id, help) = match error.kind {
        SyntaxErrorKind::Malformed if file.doc.text().contains("{{") => (
            "yaml-template",
            "this looks like a template: run composemod on the file that it renders to",
        ),
        SyntaxErrorKind::Malformed => {
            ("yaml-malformed", "mend the YAML here; the file is left alone until then")
        }
        SyntaxErrorKind::DuplicateKey => {
            ("yaml-duplicate-key", "keep one of the two; docker compose refuses the file as it is")
        }
        SyntaxErrorKind::UndefinedAlias => {
            ("yaml-undefined-alias", "define the anchor before it is used")
        }
        SyntaxErrorKind::AliasBomb => {
            ("yaml-alias-bomb", "write out what the aliases stand for; the file is left alone")
        }
    };
    Finding::warning(id, error.message.as_str()).at(file.path.as_str(), error.span).help(help)
}
