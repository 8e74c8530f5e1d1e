//! The server in its container: SQL over its own socket, which needs no published port, and no password
//! where the image trusts it.

use std::time::Duration;

use secrecy::SecretString;

use crate::engine::docker::{Docker, Exec};
use crate::engine::program::CallError;

/// What psql puts between fields and between rows: in no name that people give.
const FIELD: char = '\u{1f}';
const ROW: char = '\u{1e}';

/// psql in a container, as a role.
#[derive(Clone, Copy, Debug)]
pub(super) struct Psql<'a> {
    pub(super) docker: &'a Docker,
    /// The container's id or name.
    pub(super) container: &'a str,
    pub(super) user: &'a str,
    pub(super) database: &'a str,
    /// For servers that ask for one on their socket too.
    pub(super) password: Option<&'a SecretString>,
}

impl Psql<'_> {
    /// Runs a script, up to its first error, and gives the rows that it prints.
    pub(super) fn rows(&self, script: &str) -> Result<Vec<Vec<String>>, CallError> {
        let (field, row) = (FIELD.to_string(), ROW.to_string());
        let mut words = vec!["psql", "-X", "-q", "-A", "-t", "-w", "-F", &field, "-R", &row];
        words.extend(["-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse"]);
        words.extend(["-U", self.user, "-d", self.database, "-f", "-"]);
        let exec = Exec {
            words: &words,
            input: Some(script),
            password: self.password,
            limit: Duration::from_secs(600),
        };
        let text = self.docker.exec(self.container, &exec)?;
        // Each result ends with a line feed.
        let results = text.split(['\n', ROW]).filter(|row| !row.is_empty());
        Ok(results.map(|row| row.split(FIELD).map(str::to_owned).collect()).collect())
    }

    /// Gives the one value that a query has.
    pub(super) fn value(&self, query: &str) -> Result<String, CallError> {
        let rows = self.rows(query)?;
        Ok(rows.into_iter().flatten().next().unwrap_or_default())
    }

    /// Gives the same on another database.
    pub(super) fn on<'a>(&'a self, database: &'a str) -> Psql<'a> {
        Psql { database, ..*self }
    }
}
