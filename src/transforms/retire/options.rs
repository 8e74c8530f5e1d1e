//! What a retirement is asked to do, ready to use.

use crate::diagnostics::Place;

/// A retirement of a network alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retire {
    /// The alias.
    pub name: String,
    /// What is in the way of it.
    pub heed: Heed,
    /// The Compose files of the one project meant, from the root, in order (`-f`).
    pub files: Vec<String>,
    /// The folder of the project meant, from the root.
    pub project: Option<String>,
    /// Whether every project that bears the alias is meant.
    pub all_projects: bool,
    /// The declared rename that left the alias, if one is.
    pub declared: Option<Declared>,
}

/// What is declared of the alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The service that bears it.
    pub service: String,
    /// The day up to which it is to be kept, where that is still to come, as it is written.
    pub keep_until: Option<String>,
    /// Where that is declared.
    pub place: Place,
}

/// Which mentions of the name are in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heed {
    /// Those that may mean the service, too.
    #[default]
    Possible,
    /// Those alone that mean it for certain or in all likelihood.
    Sure,
}
