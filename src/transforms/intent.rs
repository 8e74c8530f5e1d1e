//! What a change is to do to the projects' models: what hazards are computed from, and what a
//! model's difference is held against.

use crate::compose::discover::Project;
use crate::compose::names::Namespace;

/// One declared step, with the projects that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A name becomes another.
    Rename(RenameIntent),
    /// A database server gets another superuser.
    Superuser(SuperuserIntent),
    /// A network alias goes.
    Retire(RetireIntent),
    /// A service is added, with what those that call it need.
    Scaffold(ScaffoldIntent),
}

impl Intent {
    /// Gives the projects that are changed.
    #[must_use]
    pub fn projects(&self) -> &[Project] {
        match self {
            Self::Rename(rename) => &rename.projects,
            Self::Superuser(superuser) => &superuser.projects,
            Self::Retire(retire) => &retire.projects,
            Self::Scaffold(scaffold) => &scaffold.projects,
        }
    }
}

/// A name that becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameIntent {
    /// The projects that are changed.
    pub projects: Vec<Project>,
    /// Which set of names it is of.
    pub namespace: Namespace,
    /// The name as it was.
    pub old: String,
    /// The name to be.
    pub new: String,
    /// Container names that change, `(old, new)`.
    pub containers: Vec<(String, String)>,
    /// Names that the service answers to besides the new ones: the kept old ones, and those asked
    /// for.
    pub aliases: Vec<String>,
    /// Whether the rename was made before, so that only mentions may be pending.
    pub is_made: bool,
}

/// A database server's new superuser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuperuserIntent {
    /// The projects that are changed.
    pub projects: Vec<Project>,
    /// The server's service.
    pub service: String,
    /// The superuser as it was.
    pub from: String,
    /// The superuser to be.
    pub to: String,
    /// The default database before, as the files come to it.
    pub database_before: Option<String>,
    /// The default database afterwards.
    pub database: String,
    /// The variable that the server's password is taken from afterwards, where it was split off.
    pub split_password: Option<String>,
}

/// A network alias that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetireIntent {
    /// The projects that are changed.
    pub projects: Vec<Project>,
    /// The service that bears it.
    pub service: String,
    /// The alias.
    pub alias: String,
}

/// A service that makes databases on a server, and a dashboard that calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaffoldIntent {
    /// The projects that are changed.
    pub projects: Vec<Project>,
    /// The service that is added.
    pub service: String,
    /// The Postgres server's service.
    pub server: String,
    /// The service that calls it.
    pub dashboard: String,
    /// Secrets that may come, to the project and to the dashboard.
    pub secrets: Vec<String>,
    /// Variables that may come to the dashboard.
    pub variables: Vec<String>,
}
