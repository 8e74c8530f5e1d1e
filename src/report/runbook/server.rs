//! How the clients of a Postgres container are called.

use crate::transforms::deployment::Postgres;

use super::doc::word;

impl Postgres {
    /// Gives the call of psql in a container as the server's superuser, up to its further
    /// arguments: over the socket, which the image trusts.
    pub(super) fn psql(&self, container: &str, input: Input) -> String {
        self.psql_on(&word(&self.database), container, input)
    }

    /// Gives the call of psql on another database, a word of the shell.
    pub(super) fn psql_on(&self, database: &str, container: &str, input: Input) -> String {
        format!("{} -d {database}", self.client("psql -X", container, input))
    }

    /// Gives the call that dumps the whole cluster.
    pub(super) fn dump(&self, container: &str) -> String {
        self.client("pg_dumpall", container, Input::None)
    }

    fn client(&self, program: &str, container: &str, input: Input) -> String {
        // With `-i` and no input of its own, it would eat the lines pasted after it.
        let flag = match input {
            Input::None => "",
            Input::Given => " -i",
        };
        let exec = format!("docker exec{flag} {container}");
        match &self.user {
            Some(user) => format!("{exec} {program} -U {}", word(user)),
            None => {
                let user = r#""${POSTGRES_USER:-postgres}""#;
                format!("{exec} sh -c 'exec {program} -U {user} \"$@\"' sh")
            }
        }
    }
}

/// Whether a command is given something to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    None,
    Given,
}
