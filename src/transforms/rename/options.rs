//! What a rename is asked to do, ready to use.

use std::collections::BTreeSet;

use crate::compose::names::Namespace;
use crate::repo::kind::FileKind;

/// A rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The name as it is.
    pub old: String,
    /// The name to be.
    pub new: String,
    /// What bears it; a service's container goes along where it is named like it.
    pub kind: Namespace,
    /// What becomes of the service's `container_name`.
    pub container_name: ContainerName,
    /// Further aliases, in order.
    pub aliases: Vec<String>,
    /// Whether the old names live on as aliases.
    pub keep_alias: bool,
    /// The phases to make; all where there is none.
    pub only: Option<BTreeSet<Phase>>,
    /// Whether likely mentions are only reported.
    pub only_certain: bool,
    /// The Compose files of the one project meant, from the root, in order (`-f`).
    pub files: Vec<String>,
    /// The folder of the project meant, from the root.
    pub project: Option<String>,
    /// Whether every project that defines the name is meant.
    pub all_projects: bool,
}

impl Rename {
    /// Gives the rename of a service with nothing further asked for.
    pub fn new(old: impl Into<String>, new: impl Into<String>) -> Self {
        Self {
            old: old.into(),
            new: new.into(),
            kind: Namespace::Service,
            container_name: ContainerName::Follow,
            aliases: Vec::new(),
            keep_alias: true,
            only: None,
            only_certain: false,
            files: Vec::new(),
            project: None,
            all_projects: false,
        }
    }
}

/// What becomes of a service's `container_name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ContainerName {
    /// It goes along where it equals the old name.
    #[default]
    Follow,
    /// It stays.
    Keep,
    /// It becomes this.
    Set(String),
}

/// Parts of a change that can be made at different times, by sort of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Phase {
    /// Compose files.
    Compose,
    /// Env files and configuration.
    Config,
    /// Scripts, Makefiles, Dockerfiles, CI.
    Scripts,
    /// Programs.
    Code,
    /// Documentation.
    Docs,
}

impl Phase {
    /// Gives the phase that a file belongs to, unless it is a Compose file.
    #[must_use]
    pub fn of(kind: FileKind) -> Self {
        match kind {
            FileKind::Yaml | FileKind::Env | FileKind::Config(_) | FileKind::Other => Self::Config,
            FileKind::Shell | FileKind::Make | FileKind::Dockerfile | FileKind::Ci => Self::Scripts,
            FileKind::Code(_) | FileKind::Sql | FileKind::Generated => Self::Code,
            FileKind::Docs | FileKind::History => Self::Docs,
        }
    }
}
