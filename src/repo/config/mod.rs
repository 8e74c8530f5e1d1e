//! `composemod.yaml`: what is declared for a repository, typed.
//!
//! The types are the format: the JSON schema is derived from them, their doc comments are its
//! descriptions, and `read` reads the same keys (a test holds the two together). Paths are from
//! the root. Deliberately absent: reading the file, which [`crate::repo::load`] does.

mod check;
mod date;
mod options;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::compose::names::Namespace;
use crate::diagnostics::{Finding, Severity};
use crate::repo::load::Repo;
use crate::text::source::SourceFile;
use crate::text::span::Span;

pub use date::Date;
pub use options::{KeyOrder, LintOptions, NamePattern, QuoteStyle, Quotes};

/// Where the declaration stands when no other file is named.
pub const FILE_NAME: &str = "composemod.yaml";

/// What composemod is to know about this repository.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(title = "composemod.yaml", rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Renames, made in this order by `composemod apply`.
    #[schemars(default)]
    pub renames: Vec<RenameDeclaration>,
    /// Changes of database servers' superusers, made after all renames.
    #[schemars(default)]
    pub superusers: Vec<SuperuserDeclaration>,
    /// Compose projects that can't be found by their files' names.
    #[schemars(default)]
    pub projects: Vec<ProjectDeclaration>,
    /// What `composemod check` reports.
    #[schemars(default)]
    pub lint: LintSettings,
}

/// One name that becomes another, with every reference to it.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RenameDeclaration {
    /// The name as it was.
    #[schemars(regex(pattern = NAME))]
    pub from: At<String>,
    /// The name to be.
    #[schemars(regex(pattern = NAME))]
    pub to: At<String>,
    /// What bears the name. A service's container goes along where it has the same one.
    #[schemars(default)]
    pub kind: Namespace,
    /// The service's `container_name` to be, or `keep`; without it, one equal to `from` follows.
    #[schemars(default, with = "String", regex(pattern = NAME))]
    pub container_name: Option<At<String>>,
    /// Further network aliases that the service answers to.
    #[schemars(default, inner(regex(pattern = NAME)), extend("uniqueItems" = true))]
    pub aliases: Vec<At<String>>,
    /// Whether the old name stays a network alias.
    #[schemars(default = "yes")]
    pub keep_alias: bool,
    /// The day by which the old name's alias is to go, `YYYY-MM-DD`. After it, it is overdue.
    #[schemars(default, with = "String", regex(pattern = date::PATTERN), extend("format" = "date"))]
    pub keep_alias_until: Option<At<Date>>,
}

/// One database server that gets another superuser.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SuperuserDeclaration {
    /// The server's service, by its name after all renames.
    #[schemars(regex(pattern = NAME))]
    pub service: At<String>,
    /// The superuser as it is. Where it is given, a server with another one is left alone.
    #[schemars(default, with = "String", length(min = 1))]
    pub from: Option<At<String>>,
    /// The superuser to be.
    #[schemars(length(min = 1))]
    pub to: At<String>,
    /// The server's default database from now on. Without it, the old one is kept by name.
    #[schemars(default, with = "String", length(min = 1))]
    pub default_database: Option<At<String>>,
    /// The variable that gets the server's password, where it shares one with an application.
    #[schemars(default, with = "String", regex(pattern = VARIABLE))]
    pub split_password: Option<At<String>>,
}

/// Compose files that make one project, in the order in which docker compose takes them.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProjectDeclaration {
    /// Paths from the root.
    #[schemars(length(min = 1), inner(length(min = 1)), extend("uniqueItems" = true))]
    pub files: Vec<At<String>>,
}

/// What `composemod check` reports, and how gravely.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LintSettings {
    /// Lints to run, or `ALL`. Without it, those that are on by default.
    #[schemars(default, inner(length(min = 1)))]
    pub select: Vec<At<String>>,
    /// Lints not to run, although they are selected.
    #[schemars(default, inner(length(min = 1)))]
    pub ignore: Vec<At<String>>,
    /// How grave a lint's findings are, by lint.
    #[schemars(default)]
    pub severity: BTreeMap<String, At<Severity>>,
    /// The least grave findings that make `composemod check` exit with 1.
    #[schemars(default, with = "Severity")]
    pub fail_on: Option<Severity>,
    /// Files in which nothing is reported, as patterns of paths.
    #[schemars(default, inner(length(min = 1)))]
    pub exclude: Vec<At<String>>,
    /// Lints that may fire in some files.
    #[schemars(default)]
    pub allow: Vec<Allowance>,
    /// What single lints are told, by lint.
    #[schemars(default)]
    pub options: LintOptions,
}

/// Lints that may fire in some files.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allowance {
    /// The files, as patterns of paths.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub paths: Vec<At<String>>,
    /// The lints.
    #[schemars(length(min = 1), inner(length(min = 1)))]
    pub lints: Vec<At<String>>,
    /// Why they may.
    #[schemars(default, with = "String")]
    pub reason: Option<At<String>>,
}

/// What compose-spec's schema allows in a name.
const NAME: &str = "^[a-zA-Z0-9._-]+$";

/// What a shell, and Compose, take for a variable's name.
const VARIABLE: &str = "^[a-zA-Z_][a-zA-Z0-9_]*$";

/// A value with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its bytes; in a mapping of free keys, those of its key.
    pub span: Span,
}

/// The place is no part of the format.
impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl Config {
    /// Reads a declaration.
    ///
    /// # Errors
    /// Everything that is wrong with it, in order of place.
    pub fn parse(source: &SourceFile) -> Result<Self, Vec<Finding>> {
        let (config, mut findings) = read::read(source);
        let config = config.unwrap_or_default();
        findings.extend(check::check(&config, source));
        crate::diagnostics::sort(&mut findings);
        if findings.is_empty() { Ok(config) } else { Err(findings) }
    }

    /// Gives the JSON schema of the format, draft 2020-12.
    #[must_use]
    pub fn schema() -> Schema {
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Self>()
    }

    /// Gives the files of each declared project.
    #[must_use]
    pub fn project_files(&self) -> Vec<Vec<String>> {
        let files = |project: &ProjectDeclaration| {
            project.files.iter().filter_map(|file| check::from_root(&file.value)).collect()
        };
        self.projects.iter().map(files).collect()
    }

    /// Says which files of the declared projects that a tree was read with it does not have.
    #[must_use]
    pub fn missing_files(&self, repo: &Repo) -> Vec<Finding> {
        let Some(source) = repo.config.as_ref().filter(|_| !repo.declared.is_empty()) else {
            return Vec::new();
        };
        let files = self.projects.iter().flat_map(|project| &project.files);
        let is_missing = |file: &&At<String>| {
            check::from_root(&file.value).is_none_or(|file| repo.get(&file).is_none())
        };
        let missing = files.filter(is_missing);
        missing.map(|file| check::missing_file(file, &repo.files, &source.path)).collect()
    }
}

fn yes() -> bool {
    true
}
