//! The tree as Compose sees it: its Compose files, parsed, and the projects they make.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::compose::discover::{self, Files, Project};
use crate::compose::model::{ComposeFile, file_name, has_compose_name, is_compose};
use crate::diagnostics::{Finding, Place, Severity};
use crate::repo::load::Repo;
use crate::text::source::SourceFile;
use crate::yaml::document::SyntaxErrorKind;

/// Compose files by path, and the projects that they make.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Every Compose file that could be read as YAML at all, unsound ones too.
    pub files: BTreeMap<String, ComposeFile>,
    /// Every project, in order of its main file; where files were named, only theirs.
    pub projects: Vec<Project>,
    /// What is wrong with files that look like Compose files.
    pub findings: Vec<Finding>,
}

impl Workspace {
    /// Parses a repository's Compose files and finds its projects. `named` files (`-f`) are taken
    /// for Compose files whatever they hold, and make the one project there is.
    #[must_use]
    pub fn new(repo: &Repo, named: &[String]) -> Self {
        let parsed: Vec<(ComposeFile, bool)> = repo
            .files
            .par_iter()
            .filter(|source| named.contains(&source.path) || may_be_compose(source))
            .map(|source| (ComposeFile::parse(source), named.contains(&source.path)))
            .collect();
        let mut workspace = Self::default();
        for (file, is_named) in parsed {
            let looks = is_named || is_compose(&file) || is_broken_compose(&file);
            if looks {
                workspace
                    .findings
                    .extend(file.errors.iter().map(|error| syntax_finding(&file, error)));
                workspace.files.insert(file.path.clone(), file);
            }
        }
        let env: BTreeMap<String, Arc<str>> = repo
            .files
            .iter()
            .filter(|source| file_name(&source.path) == ".env")
            .map(|source| (source.path.clone(), Arc::clone(&source.text)))
            .collect();
        let files = Files { compose: &workspace.files, env: &env };
        workspace.projects = if named.is_empty() {
            discover::discover(files)
        } else {
            vec![discover::from_files(named, files)]
        };
        workspace
    }

    /// Gives every project of the tree besides those that were named.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&ComposeFile> {
        self.files.get(path)
    }
}

fn may_be_compose(source: &SourceFile) -> bool {
    let is_yaml = source.path.ends_with(".yml") || source.path.ends_with(".yaml");
    let has_services =
        || source.text.starts_with("services:") || source.text.contains("\nservices:");
    has_compose_name(&source.path) || (is_yaml && has_services())
}

/// A file by a Compose file's name that broke off before it showed what it is.
fn is_broken_compose(file: &ComposeFile) -> bool {
    file.malformed().is_some() && has_compose_name(&file.path)
}

fn syntax_finding(file: &ComposeFile, error: &crate::yaml::document::SyntaxError) -> Finding {
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
    Finding {
        id,
        severity: Severity::Warning,
        message: error.message.clone(),
        place: Some(Place { path: file.path.clone(), span: error.span }),
        help: Some(help.to_owned()),
    }
}
