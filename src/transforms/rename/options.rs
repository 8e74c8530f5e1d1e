//! What a rename is asked to do, ready to use.

use std::collections::BTreeSet;

/// A rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The name as it is.
    pub old: String,
    /// The name to be.
    pub new: String,
    /// What bears it.
    pub kind: NameKind,
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

/// Kinds of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum NameKind {
    /// A service, and a container named like it.
    #[default]
    Service,
    /// A `container_name` alone.
    Container,
    /// A volume's key.
    Volume,
    /// A network's key.
    Network,
    /// A secret's key.
    Secret,
    /// A config's key.
    Config,
    /// A model's key.
    Model,
}

impl NameKind {
    /// Gives the word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Container => "container",
            Self::Volume => "volume",
            Self::Network => "network",
            Self::Secret => "secret",
            Self::Config => "config",
            Self::Model => "model",
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
