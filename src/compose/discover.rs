//! Which Compose files make a project (reference: compose-spec §03 and §14, docker/compose's
//! discovery): default names with their override, `COMPOSE_FILE`, `include`, `extends` of other
//! files, and variants beside them (`docker-compose.prod.yml`).
//!
//! A project here is a set of files that name the same services. Variants in one folder share the
//! Compose project's name, its `.env` and its scripts, so they count as one project where they
//! mean the same service; [`Project::variants`] tells which they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::model::{
    ComposeFile, DEFAULT_NAMES, OVERRIDE_NAMES, file_name, folder, has_compose_name, join,
};
use crate::yaml::document::NodeId;

/// Compose files that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The folder that relative paths start from, empty for the root.
    pub folder: String,
    /// What a person chooses it by: its first file.
    pub main: String,
    /// The files that docker compose is given, in their order.
    pub loaded: Vec<String>,
    /// All of its files in the order of loading, the main one first, with those that are included
    /// and extended from. Each once.
    pub files: Vec<String>,
    /// Files in the same folder that are loaded by `-f` in its place or on top of it.
    pub variants: Vec<String>,
    /// Project files that are named but can't be read: `(named by, path)`.
    pub missing: Vec<(String, String)>,
}

impl Project {
    /// Gives the files whose services are the project's: those that are loaded or included, and the
    /// variants; not those that are only extended from.
    #[must_use]
    pub fn defining_files(&self, files: &BTreeMap<String, ComposeFile>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<String> = self.loaded.iter().chain(&self.variants).cloned().collect();
        while let Some(path) = open.pop() {
            if !found.contains(&path) {
                open.extend(files.get(&path).map(included_files).unwrap_or_default());
                found.insert(path);
            }
        }
        found
    }

    /// Gives all files, variants last.
    pub fn all_files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().chain(&self.variants).map(String::as_str)
    }
}

/// What discovery works on.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// Every Compose file of the tree by path.
    pub compose: &'a BTreeMap<String, ComposeFile>,
    /// The text of each `.env` by path.
    pub env: &'a BTreeMap<String, std::sync::Arc<str>>,
}

/// Makes one project of files given by a person, in their order (`-f`).
#[must_use]
pub fn from_files(named: &[String], files: Files<'_>) -> Project {
    let main = named.first().cloned().unwrap_or_default();
    let mut project =
        Project { folder: folder(&main).to_owned(), main: main.clone(), ..Project::default() };
    project.loaded = named.to_vec();
    for path in named {
        add_with_references(&mut project, path, &main, files);
    }
    project
}

/// Finds every project of a tree: those that a person declares by their files, then those that the
/// other files make, in order of their folders.
#[must_use]
pub fn discover(declared: &[Vec<String>], files: Files<'_>) -> Vec<Project> {
    let taken: BTreeSet<&str> = declared.iter().flatten().map(String::as_str).collect();
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in files.compose.keys().filter(|path| !taken.contains(path.as_str())) {
        folders.entry(folder(path)).or_default().push(path);
    }
    let mut projects: Vec<Project> =
        declared.iter().map(|named| from_files(named, files)).collect();
    for (folder, paths) in &folders {
        let mut configured = configured(folder, files);
        configured.retain(|path| !taken.contains(path.as_str()));
        projects.extend(in_folder(folder, paths, configured, files));
    }
    without_included(projects, &taken)
}

/// Projects of one folder: the default one with its variants, then each other file on its own.
fn in_folder(
    folder: &str,
    paths: &[&str],
    configured: Vec<String>,
    files: Files<'_>,
) -> Vec<Project> {
    // Windows and macOS take `Docker-Compose.yml` for `docker-compose.yml`.
    let named = |name: &str| {
        let is_alike = |path: &&&str| file_name(path).eq_ignore_ascii_case(name);
        let exact = paths.iter().find(|path| file_name(path) == name);
        exact.or_else(|| paths.iter().find(is_alike))
    };
    let mut initial = configured;
    if initial.is_empty() {
        let base = DEFAULT_NAMES.iter().find_map(|name| named(name));
        let over = OVERRIDE_NAMES.iter().find_map(|name| named(name));
        // An override alone is loaded by `-f` with a base elsewhere: still the folder's project.
        initial = base.into_iter().chain(over).map(|path| (*path).to_owned()).collect();
    }
    let mut projects = Vec::new();
    let (mut variants, others): (Vec<&str>, Vec<&str>) = paths
        .iter()
        .filter(|path| !initial.iter().any(|taken| taken == **path))
        .partition(|path| has_compose_name(path));
    if initial.is_empty() && !variants.is_empty() {
        initial.push(variants.remove(0).to_owned());
    }
    if let Some(main) = initial.first().cloned() {
        let mut project =
            Project { folder: folder.to_owned(), main: main.clone(), ..Project::default() };
        for path in &initial {
            add_with_references(&mut project, path, &main, files);
        }
        project.loaded = initial;
        for path in variants {
            if !project.files.iter().any(|taken| taken == path) {
                project.variants.push(path.to_owned());
            }
        }
        projects.push(project);
    }
    projects.extend(others.iter().map(|path| from_files(&[(*path).to_owned()], files)));
    projects
}

/// Files that `COMPOSE_FILE` in the folder's `.env` names and that are Compose files.
fn configured(folder: &str, files: Files<'_>) -> Vec<String> {
    let env_path = join(folder, ".env").unwrap_or_default();
    let Some(env) = files.env.get(&env_path) else { return Vec::new() };
    let named = configured_files(folder, env).into_iter();
    named.filter(|path| files.compose.contains_key(path)).collect()
}

/// Paths from the root of the files that `COMPOSE_FILE` names in the text of a folder's `.env`.
#[must_use]
pub fn configured_files(folder: &str, env: &str) -> Vec<String> {
    let Some(value) = env_value(env, "COMPOSE_FILE") else { return Vec::new() };
    let separator = env_value(env, "COMPOSE_PATH_SEPARATOR");
    let parts: Vec<&str> = match separator.as_deref() {
        Some(separator) if !separator.is_empty() => value.split(separator).collect(),
        // A drive letter's colon never stands in a repository's relative path.
        _ if value.contains(';') => value.split(';').collect(),
        _ => value.split(':').collect(),
    };
    parts.into_iter().filter_map(|part| join(folder, part.trim())).collect()
}

/// Reads one variable of an env file: the last one wins, quotes are taken off.
#[must_use]
pub fn env_value(env: &str, key: &str) -> Option<String> {
    env.lines().rev().find_map(|line| {
        let line = line.trim_start().trim_start_matches("export ");
        let (name, value) = line.split_once('=')?;
        if name.trim() != key {
            return None;
        }
        let value = value.trim();
        let bare = value.split(" #").next().unwrap_or(value).trim();
        Some(bare.trim_matches(['"', '\'']).to_owned())
    })
}

/// Adds a file with what it includes and extends, each once, at any depth.
fn add_with_references(project: &mut Project, path: &str, named_by: &str, files: Files<'_>) {
    let mut stack = vec![(path.to_owned(), named_by.to_owned())];
    while let Some((path, named_by)) = stack.pop() {
        if project.files.contains(&path) {
            continue;
        }
        let Some(file) = files.compose.get(&path) else {
            project.missing.push((named_by, path));
            continue;
        };
        project.files.push(path.clone());
        let mut next: Vec<(String, String)> =
            referenced_files(file).iter().map(|found| (found.clone(), path.clone())).collect();
        next.reverse();
        stack.extend(next);
    }
}

/// Paths of the files that a file includes or extends from, from the root. Paths that leave the
/// root or hold variables are left out.
#[must_use]
pub fn referenced_files(file: &ComposeFile) -> &[String] {
    file.paths.get_or_init(|| find_referenced(file))
}

fn find_referenced(file: &ComposeFile) -> Vec<String> {
    let here = folder(&file.path);
    let mut paths = included_files(file);
    for service in file.services() {
        if let Some((base, _)) = extends(file, service.body)
            && let Some(path) = base.and_then(|path| join(here, &path))
        {
            paths.insert(path);
        }
    }
    paths.into_iter().collect()
}

fn included_files(file: &ComposeFile) -> BTreeSet<String> {
    let doc = &file.doc;
    let here = folder(&file.path);
    let mut paths = BTreeSet::new();
    for &root in doc.roots() {
        let Some(include) = doc.get(root, "include") else { continue };
        for item in doc.items(include.value) {
            match doc.value(item.value) {
                Some(path) => paths.extend(join(here, &path)),
                None => paths.extend(include_paths(file, item.value, here)),
            }
        }
    }
    paths
}

/// `include: - path: x` or `path: [x, y]`.
fn include_paths(file: &ComposeFile, item: NodeId, here: &str) -> Vec<String> {
    let doc = &file.doc;
    let Some(entry) = doc.get(item, "path") else { return Vec::new() };
    match doc.value(entry.value) {
        Some(path) => join(here, &path).into_iter().collect(),
        None => doc
            .items(entry.value)
            .iter()
            .filter_map(|item| join(here, &doc.value(item.value)?))
            .collect(),
    }
}

/// Reads a service's `extends`: the other file's path as it is written, and the service's name.
#[must_use]
pub fn extends(file: &ComposeFile, body: NodeId) -> Option<(Option<String>, String)> {
    let (_, entry) = file.attribute(body, "extends")?;
    if let Some(name) = file.doc.value(entry.value) {
        return Some((None, name.into_owned()));
    }
    Some((file.text_of(entry.value, "file"), file.text_of(entry.value, "service")?))
}

/// Drops projects whose main file another project includes or extends from, unless it is declared.
/// Of projects that lead to each other, one stays.
fn without_included(projects: Vec<Project>, declared: &BTreeSet<&str>) -> Vec<Project> {
    let mut users: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, project) in projects.iter().enumerate() {
        for path in project.files.iter().filter(|path| **path != project.main) {
            users.entry(path).or_default().push(at);
        }
    }
    // What docker compose finds by itself goes before what is named to it.
    let rank = |at: usize| (!DEFAULT_NAMES.contains(&file_name(&projects[at].main)), at);
    let is_part = |at: usize| {
        let project = &projects[at];
        let mut users = users.get(project.main.as_str()).into_iter().flatten();
        users.any(|&user| rank(user) < rank(at) || !project.files.contains(&projects[user].main))
    };
    let is_kept = |at: usize| declared.contains(projects[at].main.as_str()) || !is_part(at);
    let kept: Vec<bool> = (0..projects.len()).map(is_kept).collect();
    projects
        .into_iter()
        .zip(kept)
        .filter(|(_, is_kept)| *is_kept)
        .map(|(project, _)| project)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::{Files, discover, env_value, from_files};
    use crate::compose::model::ComposeFile;
    use crate::text::source::SourceFile;

    const WHOLE: &str = "services: {db: {image: postgres}}\n";

    /// Projects of a tree as `files | variants`.
    fn projects(tree: &[(&str, &str)]) -> Vec<String> {
        projects_with(&[], tree)
    }

    fn projects_with(declared: &[&[&str]], tree: &[(&str, &str)]) -> Vec<String> {
        let owned = |files: &&[&str]| files.iter().map(|&path| path.to_owned()).collect();
        let declared: Vec<Vec<String>> = declared.iter().map(owned).collect();
        let is_env = |path: &str| path.ends_with(".env");
        let compose: BTreeMap<String, ComposeFile> = tree
            .iter()
            .filter(|(path, _)| !is_env(path))
            .map(|&(path, text)| {
                (path.to_owned(), ComposeFile::parse(&SourceFile::new(path, text)))
            })
            .collect();
        let env: BTreeMap<String, Arc<str>> = tree
            .iter()
            .filter(|(path, _)| is_env(path))
            .map(|&(path, text)| (path.to_owned(), Arc::from(text)))
            .collect();
        discover(&declared, Files { compose: &compose, env: &env })
            .into_iter()
            .map(|project| format!("{} | {}", project.files.join(" "), project.variants.join(" ")))
            .collect()
    }

    #[test]
    fn default_names_and_overrides_make_a_project() {
        for (tree, expected) in [
            (vec!["compose.yaml"], "compose.yaml | "),
            (
                vec!["docker-compose.yml", "docker-compose.override.yml"],
                "docker-compose.yml docker-compose.override.yml | ",
            ),
            (vec!["compose.yaml", "docker-compose.yml"], "compose.yaml | docker-compose.yml"),
            (
                vec!["compose.yml", "compose.deploy.yml", "compose.override.yml"],
                "compose.yml compose.override.yml | compose.deploy.yml",
            ),
            (vec!["docker-compose.unified.yml"], "docker-compose.unified.yml | "),
        ] {
            let tree: Vec<(&str, &str)> = tree.into_iter().map(|path| (path, WHOLE)).collect();
            assert_eq!(projects(&tree), [expected]);
        }
    }

    #[test]
    fn declared_projects_stand_beside_those_that_are_found() {
        let tree = [
            ("compose.yaml", WHOLE),
            ("compose.prod.yaml", WHOLE),
            ("compose.unified.yaml", "include: [common.yaml]\n"),
            ("common.yaml", WHOLE),
            ("a/base.yaml", WHOLE),
            ("a/one.yaml", WHOLE),
            ("a/two.yaml", WHOLE),
        ];
        let declared: [&[&str]; 3] = [
            &["compose.unified.yaml"],
            &["a/base.yaml", "a/one.yaml"],
            &["a/base.yaml", "a/two.yaml"],
        ];
        assert_eq!(
            projects_with(&declared, &tree),
            [
                "compose.unified.yaml common.yaml | ",
                "a/base.yaml a/one.yaml | ",
                "a/base.yaml a/two.yaml | ",
                "compose.yaml | compose.prod.yaml",
            ]
        );
    }

    #[test]
    fn compose_file_in_env_chooses_the_files() {
        let tree = [
            ("a/.env", "COMPOSE_FILE=one.yml:two.yml\n"),
            ("a/one.yml", WHOLE),
            ("a/two.yml", WHOLE),
            ("a/compose.yaml", WHOLE),
        ];
        assert_eq!(projects(&tree), ["a/one.yml a/two.yml | a/compose.yaml"]);
        let tree = [
            ("a/.env", "COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=\"one.yml,two.yml\" # both\n"),
            ("a/one.yml", WHOLE),
            ("a/two.yml", WHOLE),
        ];
        assert_eq!(projects(&tree), ["a/one.yml a/two.yml | "]);
    }

    #[test]
    fn of_projects_that_lead_to_each_other_one_stays() {
        let one = "include: [b/compose.yaml]\nservices: {a: {image: x}}\n";
        let other = "include: [../compose.yaml]\nservices: {b: {image: x}}\n";
        assert_eq!(
            projects(&[("compose.yaml", one), ("b/compose.yaml", other)]),
            ["compose.yaml b/compose.yaml | "]
        );
        let other = "include: [compose.yaml]\nservices: {b: {image: x}}\n";
        let one = "include: [a.yaml]\nservices: {a: {image: x}}\n";
        assert_eq!(
            projects(&[("compose.yaml", one), ("a.yaml", other)]),
            ["compose.yaml a.yaml | "]
        );
    }

    #[test]
    fn included_and_extended_files_belong_to_the_project() {
        let tree = [
            (
                "compose.yaml",
                "include: [db/compose.yaml, {path: [x.yml]}]\nservices: {a: {extends: {file: common.yml, service: b}}}\n",
            ),
            ("db/compose.yaml", WHOLE),
            ("x.yml", WHOLE),
            ("common.yml", WHOLE),
        ];
        assert_eq!(projects(&tree), ["compose.yaml common.yml db/compose.yaml x.yml | "]);
    }

    #[test]
    fn folders_and_other_names_are_projects_of_their_own() {
        let tree =
            [("a/compose.yaml", WHOLE), ("b/compose.yaml", WHOLE), ("stacks/nextcloud.yml", WHOLE)];
        assert_eq!(
            projects(&tree),
            ["a/compose.yaml | ", "b/compose.yaml | ", "stacks/nextcloud.yml | "]
        );
    }

    #[test]
    fn circles_and_missing_files_end() {
        let circle = "include: [compose.yaml, gone.yaml]\nservices: {db: {image: x}}\n";
        let compose = BTreeMap::from([(
            "compose.yaml".to_owned(),
            ComposeFile::parse(&SourceFile::new("compose.yaml", circle)),
        )]);
        let env = BTreeMap::new();
        let project =
            from_files(&["compose.yaml".to_owned()], Files { compose: &compose, env: &env });
        assert_eq!(project.files, ["compose.yaml"]);
        assert_eq!(project.missing, [("compose.yaml".to_owned(), "gone.yaml".to_owned())]);
    }

    #[test]
    fn env_values_are_bare() {
        let env = "# A=0\nA=1\nexport B = \"x y\" # why\nA='2'\n";
        assert_eq!(env_value(env, "A").as_deref(), Some("2"));
        assert_eq!(env_value(env, "B").as_deref(), Some("x y"));
        assert_eq!(env_value(env, "C"), None);
    }
}
