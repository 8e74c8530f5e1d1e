//! The steps of a migration, in order.

use serde::{Deserialize, Serialize};

/// A step, after what is looked at beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    /// Everything that could be lost is dumped.
    Backup,
    /// The new superuser is made beside the old one.
    Role,
    /// The Compose files are written.
    Files,
    /// The new container is made, and not started.
    Create,
    /// The old container is stopped and removed.
    Stop,
    /// The new container is started.
    Start,
    /// The server is the same one, by all its names.
    Verify,
    /// Those that use it are well.
    Dependents,
}

impl Step {
    pub(super) const ALL: [Self; 8] = [
        Self::Backup,
        Self::Role,
        Self::Files,
        Self::Create,
        Self::Stop,
        Self::Start,
        Self::Verify,
        Self::Dependents,
    ];

    /// Gives the word that people know it by.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Role => "role",
            Self::Files => "files",
            Self::Create => "create",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Verify => "verify",
            Self::Dependents => "dependents",
        }
    }
}
