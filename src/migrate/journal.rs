//! The journal of a migration: what it is about, and how far it has come.
//!
//! It lies beside composemod.yaml and is all that `--resume` and `--rollback` go by, together with the
//! copies of the files in the backup's folder: once the files are changed, they do not say any more what
//! was to be done. Invariants: no secret is in it; it is replaced as a whole.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::diagnostics::Finding;
use crate::repo::load::read_named;
use crate::report::apply;

use super::step::Step;

/// The journal's name, beside composemod.yaml.
pub(crate) const FILE_NAME: &str = ".composemod-migration.json";

/// The form that this program writes and reads.
const FORMAT: u32 = 1;

/// A migration that was begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Journal {
    format: u32,
    /// What it is called.
    pub(super) title: String,
    pub(super) state: State,
    /// The steps that were done, in order.
    pub(super) done: Vec<Step>,
    pub(super) site: Site,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// Some steps are still to be done.
    UnderWay,
    /// It is being taken back.
    RollingBack,
    Done,
    RolledBack,
}

/// What is replaced, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Site {
    /// The Compose project's name at the engine.
    pub(super) project: String,
    /// The folder that Compose is called in, from the root.
    pub(super) folder: String,
    /// The files that it is to be told, from there.
    pub(super) compose_files: Vec<String>,
    /// The Docker Compose that is used.
    pub(super) compose: Vec<String>,
    pub(super) old: Side,
    pub(super) new: Side,
    /// The old container's id.
    pub(super) container: String,
    /// The image's id.
    pub(super) image: String,
    pub(super) is_probed: bool,
    /// Volumes, by their names at the engine, and paths of the host that hold the data.
    pub(super) data: Vec<String>,
    pub(super) networks: Vec<String>,
    /// All names that the server answers to afterwards.
    pub(super) hosts: Vec<String>,
    pub(super) server: Server,
    /// The new superuser.
    pub(super) role: Option<Role>,
    /// Containers that mount the data too; they are stopped meanwhile.
    pub(super) sharers: Vec<Named>,
    /// Containers that must run afterwards as they do before.
    pub(super) dependents: Vec<Named>,
    /// Services whose definition the new files change; they are not recreated.
    pub(super) changed: Vec<String>,
    pub(super) connected: Vec<Session>,
    pub(super) files: Vec<FileChange>,
    /// The folder of the backup.
    pub(super) backup: PathBuf,
    /// The commit that the tree was at.
    pub(super) commit: Option<String>,
    /// Rows of the largest tables, by `database.schema.table`, counted right before the old container
    /// is stopped.
    pub(super) rows: BTreeMap<String, u64>,
}

/// A service's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Side {
    pub(super) service: String,
    /// The container's name; none where Compose makes it.
    pub(super) container: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Server {
    pub(super) user: String,
    pub(super) database: String,
    pub(super) version: String,
    /// The number that the cluster was given when it was made.
    pub(super) identifier: String,
    /// The bytes of all databases.
    pub(super) bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) was: RoleWas,
    /// The databases that it is to find.
    pub(super) databases: Vec<String>,
    /// The database that it connects to.
    pub(super) database: String,
    /// The variable that its password comes from, where it is another one than the server's before.
    pub(super) variable: Option<String>,
}

/// What the new superuser was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RoleWas {
    Missing,
    Ordinary,
    Superuser,
}

/// A container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_healthy: bool,
}

/// Sessions with the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Session {
    /// The container's name, or the address where it is of none.
    pub(super) from: String,
    pub(super) role: String,
    pub(super) database: String,
    pub(super) number: u64,
}

/// A file before and after, by SHA-256 of its text; the texts lie in the backup's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FileChange {
    /// From the root.
    pub(super) path: String,
    /// None where it is made.
    pub(super) before: Option<String>,
    pub(super) after: String,
}

impl Journal {
    pub(super) fn new(title: &str, site: Site) -> Self {
        let title = title.to_owned();
        Self { format: FORMAT, title, state: State::UnderWay, done: Vec::new(), site }
    }

    /// Reads the journal of a tree; none where there is none.
    ///
    /// # Errors
    /// It can't be read or understood.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, Finding> {
        let path = root.join(FILE_NAME);
        let failed = |reason: String| {
            let message = format!("{FILE_NAME} can't be read: {reason}");
            let help = "it was written by another version of composemod, or changed by hand: finish with that version, or go by `composemod runbook`";
            Err(Finding::error("journal-unreadable", message).help(help))
        };
        if path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Ok(None);
        }
        let text = match read_named(&path, FILE_NAME) {
            Ok(file) => file.text,
            Err(error) => return failed(error),
        };
        match serde_json::from_str::<Self>(&text) {
            Ok(journal) if journal.format == FORMAT => Ok(Some(journal)),
            Ok(journal) => failed(format!("its format is {}", journal.format)),
            Err(error) => failed(error.to_string()),
        }
    }

    /// Writes it for the first time. Two that begin at once: one of them finds that there is one.
    ///
    /// # Errors
    /// It can't be written, or there is one.
    pub(super) fn begin(&self, root: &Path) -> Result<(), Finding> {
        apply::create(&root.join(FILE_NAME), FILE_NAME, &self.text()?)
            .map_err(|error| failed(&error))
    }

    /// Writes how far it has come.
    ///
    /// # Errors
    /// It can't be written.
    pub(super) fn write(&self, root: &Path) -> Result<(), Finding> {
        apply::replace(&root.join(FILE_NAME), FILE_NAME, &self.text()?)
            .map_err(|error| failed(&error))
    }

    fn text(&self) -> Result<String, Finding> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|error| failed(&error))
    }

    /// Tells whether there is something left to do or to take back.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::UnderWay | State::RollingBack)
    }

    pub(super) fn is_done(&self, step: Step) -> bool {
        self.done.contains(&step)
    }
}

fn failed(error: &dyn std::fmt::Display) -> Finding {
    let help = "nothing further was done; make room or give back the rights, and go on with --resume or --rollback";
    Finding::error("journal-unwritten", format!("the journal can't be written: {error}")).help(help)
}
