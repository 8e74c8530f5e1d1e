//! One generated project as files, and what a rename in it should give.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value as Json;

use crate::choices::Choices;
use crate::common;
use crate::generate::{self, Profile};
use crate::project::{Names, Project, Rename, Text, spelled};
use crate::reading::{self, Tree};
use crate::render;
use crate::spell::{Node, Speller};

/// A project with its spelling.
pub(crate) struct Case {
    pub(crate) project: Project,
    /// Each file's text, with the names apart.
    pub(crate) files: Vec<(String, Text)>,
    /// The Compose files as trees.
    pub(crate) nodes: Vec<Node>,
    pub(crate) choices: Choices,
}

/// What a case is made of.
pub(crate) fn numbers() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 0..1200)
}

impl Case {
    pub(crate) fn new(numbers: Vec<u16>, profile: Profile) -> Self {
        let mut choices = Choices::new(numbers);
        let project = generate::project(&mut choices, profile);
        let nodes = Speller { choices: &mut choices, profile }.files(&project);
        let mut files = Vec::new();
        for ((path, _), node) in project.files.iter().zip(&nodes) {
            files.push((path.clone(), render::file(node, &project.names, &mut choices)));
        }
        for (path, lines) in &project.env_files {
            let mut text = Text::new();
            for (key, value) in lines {
                text.extend(crate::project::text(format!("{key}=")));
                text.extend(value.iter().cloned());
                text.extend(crate::project::text("\n"));
            }
            files.push((path.clone(), text));
        }
        if project.has_compose_file {
            let line = format!("COMPOSE_FILE={}\n", project.loaded().join(":"));
            files.push((".env".to_owned(), crate::project::text(line)));
        }
        Self { project, files, nodes, choices }
    }

    pub(crate) fn rename(&mut self, keeps_alias: bool) -> Rename {
        generate::rename(&mut self.choices, &self.project, keeps_alias)
    }

    /// The files with other names.
    pub(crate) fn tree(&self, names: &Names) -> Tree {
        let file = |(path, text): &(String, Text)| (path.clone(), spelled(text, names));
        self.files.iter().map(file).collect()
    }

    /// Whether a name can't stand without quotes.
    pub(crate) fn is_odd(new: &str) -> bool {
        !new.starts_with(|ch: char| ch.is_ascii_alphabetic()) || ["on", "null"].contains(&new)
    }

    /// Reads files as docker compose does.
    pub(crate) fn read(&self, tree: &Tree) -> Result<Json, String> {
        reading::read(tree, &self.project.loaded())
    }
}

/// The model's project in the order of a reading.
pub(crate) fn ordered(mut project: Json) -> Json {
    reading::sort(&mut project, "");
    project
}

pub(crate) fn write(tree: &Tree, root: &Path) {
    for (path, text) in tree {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("made");
        fs::write(path, text).expect("written");
    }
}

pub(crate) fn tree_of(root: &Path) -> Tree {
    let file = |path: std::path::PathBuf| {
        let name = path.strip_prefix(root).expect("below the root").to_str().expect("UTF-8");
        (name.to_owned(), fs::read_to_string(&path).expect("read"))
    };
    common::files(root).into_iter().map(file).collect()
}

/// The command line of a rename.
pub(crate) fn arguments(project: &Project, rename: &Rename) -> Vec<String> {
    let kind = format!("{:?}", rename.id.kind).to_lowercase();
    let old = project.names.of(rename.id);
    let mut found: Vec<String> =
        ["rename", old, &rename.new, "--kind", &kind].map(str::to_owned).to_vec();
    if !rename.keeps_alias {
        found.push("--no-keep-alias".to_owned());
    }
    found
}

/// Runs a rename in a folder.
pub(crate) fn run(root: &Path, arguments: &[String], more: &[&str]) -> (u8, String, String) {
    let arguments = arguments.iter().map(String::as_str).chain(more.iter().copied());
    common::run(root, &arguments.collect::<Vec<_>>())
}
