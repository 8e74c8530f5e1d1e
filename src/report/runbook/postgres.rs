//! What is special to a Postgres server: its roles, its dump, its passwords, its tables.

use crate::postgres::sql::owned;

use super::Book;
use super::doc::{Doc, code, heredoc, word};
use super::opening::{Time, container};
use super::server::Input;
use crate::postgres::psql;
use crate::transforms::deployment::{Job, Move};
use crate::transforms::deployment::{MAINTENANCE, Password, Postgres};

impl Book<'_> {
    pub(super) fn look_at_postgres(
        &self,
        doc: &mut Doc,
        one: &Move,
        server: &Postgres,
        container: &str,
    ) {
        let psql = server.psql(container, Input::None);
        let mut lines = vec![
            format!("{psql} -Atc 'SELECT version()'"),
            format!("{psql} -c '\\du'"),
            format!(
                "{psql} -Atc 'SELECT datname, pg_size_pretty(pg_database_size(oid)) FROM pg_database'"
            ),
            "df -h \"$HOME\"".to_owned(),
        ];
        let mut told = "the server's version; its roles; its databases with their sizes; and room for a dump of all of them at home".to_owned();
        if let Some(superuser) = &one.superuser {
            let ask = server.psql(container, Input::Given);
            lines.extend(heredoc(
                &format!("{ask} -At"),
                &psql::state(psql::Names {
                    old: &superuser.from,
                    new: &superuser.to,
                    databases: &[],
                }),
            ));
            let (from, to) = (code(&superuser.from), code(&superuser.to));
            told.push_str(&match self.is_swap() {
                true => format!("; and `S0: ready`. `S1` means that there is a role {to} already, and `S2` that the change is made: plan B is for neither"),
                false => format!("; and `S0: ready`: {from} is the role that the cluster was made with, and there is no {to} yet. With `S1` there is one: step 3 makes it a superuser and keeps its password. With `S2` go on with step 4"),
            });
        }
        doc.sh(&lines);
        doc.para(&format!("Expected: {told}."));
        if one.superuser.is_some() && self.is_swap() {
            self.look_for_swap(doc, server, container);
        }
    }

    fn look_for_swap(&self, doc: &mut Doc, server: &Postgres, container: &str) {
        doc.para("Plan B hands over what lies in one database. How much the first role owns in each of them:");
        let mut lines = in_each_database(server, container, &owned());
        lines.push("done".to_owned());
        doc.sh(&lines);
        let database = &server.database;
        doc.para(&format!(
            "Expected: a line for each database, with 0 for all but {}. Otherwise plan B can't be used. It also refuses, before it changes anything, where the first role owns operators, collations, conversions, text search objects, extended statistics, foreign servers, publications, subscriptions or event triggers, has default privileges, memberships or user mappings, is named in a policy, or was granted rights by others; and where its password is not stored as SCRAM.",
            code(database)
        ));
    }

    pub(super) fn back_up_postgres(&self, doc: &mut Doc, job: &Job, one: &Move, server: &Postgres) {
        let container = container(job, one, Time::Before);
        let dump = self.backup_file(&format!("{}.sql", one.before.service));
        doc.sh(&[
            "umask 077".to_owned(),
            format!("{} > {dump}", server.dump(&container)),
            format!("tail -n 10 {dump} | grep -e '-- PostgreSQL database cluster dump complete'"),
            format!("ls -l {dump}"),
        ]);
        doc.para("Expected: the line `-- PostgreSQL database cluster dump complete`, and a file that only you can read: the roles' password hashes are in it.");
        let psql = server.psql(&container, Input::None);
        let id = self.backup_file(&format!("{}.id", one.before.service));
        let mut lines = vec![format!(
            "{psql} -Atc 'SELECT system_identifier FROM pg_control_system()' | tee {id}"
        )];
        lines.extend(count_rows(
            server,
            &container,
            &self.backup_file(&format!("{}.before", one.before.service)),
        ));
        doc.para("What the server is, and how many rows each table has, to compare with afterwards. Where tables are so large that counting takes too long, leave the loop out.");
        doc.sh(&lines);
        doc.para("Expected: a long number, and a file with a line for each table.");
    }

    /// Writes what shows that a replaced server is the old one under its new names.
    pub(super) fn check_postgres(&self, doc: &mut Doc, job: &Job, one: &Move, server: &Postgres) {
        let container = container(job, one, Time::After);
        let after = after(server, one);
        let psql = after.psql(&container, Input::None);
        doc.sh(&[
            "for try in $(seq 60); do".to_owned(),
            format!("  {psql} -Atc 'SELECT 1' 2>/dev/null && break"),
            "  sleep 1".to_owned(),
            "done".to_owned(),
            format!("{psql} -Atc 'SELECT system_identifier FROM pg_control_system()' | diff {} - && echo same cluster", self.backup_file(&format!("{}.id", one.before.service))),
        ]);
        doc.para("Expected: `1`, then `same cluster`. `pg_isready` is no check of this: it is content with a server that does not know the role. Another number means another, empty cluster: roll back at once.");
        if one.is_probed {
            doc.sh(&[
                "for try in $(seq 60); do".to_owned(),
                format!(
                    "  health=$(docker inspect --format '{{{{.State.Health.Status}}}}' {container})"
                ),
                "  test \"$health\" != starting && break".to_owned(),
                "  sleep 1".to_owned(),
                "done".to_owned(),
                "echo \"$health\"".to_owned(),
                format!("docker logs --since 2m {container} 2>&1 | grep -E 'FATAL|PANIC'"),
            ]);
            doc.para("Expected: `healthy`, and no line from the log but of clients that came while the server was starting up.");
        }
        doc.sh(&names_check(&after, one, &container));
        let login = if one.superuser.is_some() {
            "the new superuser's name with the server's address: the new password works, by each name"
        } else {
            "`accepting connections`"
        };
        doc.para(&format!(
            "Expected: for each network and name {login}. It is asked from a container beside it, because inside the server's own container `localhost` and the socket let anyone in."
        ));
        let rows = self.backup_file(&format!("{}.after", one.before.service));
        let mut lines = count_rows(&after, &container, &rows);
        lines.push(format!(
            "diff {} {rows}",
            self.backup_file(&format!("{}.before", one.before.service))
        ));
        doc.sh(&lines);
        doc.para("Expected: no difference but rows that clients wrote or removed since the backup; no table is missing.");
    }
}

/// Gives the line that reads the password that a container was started with.
pub(super) fn in_container(password: Password, container: &str) -> Option<String> {
    match password {
        Password::Variable => {
            Some(format!("PASSWORD=$(docker exec {container} printenv POSTGRES_PASSWORD)"))
        }
        Password::File => Some(format!(
            "PASSWORD=$(docker exec {container} sh -c 'cat \"$POSTGRES_PASSWORD_FILE\"')"
        )),
        Password::None => None,
    }
}

/// Gives the check that each name leads to the server on each network.
fn names_check(server: &Postgres, one: &Move, container: &str) -> Vec<String> {
    let password = one.superuser.as_ref().and_then(|_| in_container(server.password, container));
    let user = server.user.as_deref().unwrap_or(MAINTENANCE);
    let database = &server.database;
    let ask = match &password {
        Some(_) => format!(
            "PGPASSWORD=\"$PASSWORD\" docker run --rm --network \"$network\" -e PGPASSWORD --entrypoint psql \"$image\" -X -h \"$name\" -U {} -d {} -Atc 'SELECT current_user, inet_server_addr()'",
            word(user),
            word(database)
        ),
        None => {
            "docker run --rm --network \"$network\" --entrypoint pg_isready \"$image\" -h \"$name\""
                .to_owned()
        }
    };
    let hosts: Vec<String> = one.hosts.iter().map(|host| word(host)).collect();
    let mut lines: Vec<String> = password.into_iter().collect();
    lines.extend([
        format!("image=$(docker inspect --format '{{{{.Image}}}}' {container})"),
        format!("for network in $(docker inspect --format '{{{{range $name, $_ := .NetworkSettings.Networks}}}}{{{{$name}}}} {{{{end}}}}' {container}); do"),
        format!("  for name in {}; do", hosts.join(" ")),
        "    echo \"$network $name:\"".to_owned(),
        format!("    {ask}"),
        "  done".to_owned(),
        "done".to_owned(),
    ]);
    lines
}

/// Gives the server as it is asked after the change.
pub(super) fn after(server: &Postgres, one: &Move) -> Postgres {
    match &one.superuser {
        Some(superuser) => {
            Postgres { database: superuser.database.clone(), ..server.seen_by(&superuser.to) }
        }
        None => server.clone(),
    }
}

/// Gives a loop over all databases that asks each of them, up to its `done`.
fn in_each_database(server: &Postgres, container: &str, sql: &[String]) -> Vec<String> {
    let list = server.psql(container, Input::None);
    let ask = server.psql_on("\"$database\"", container, Input::Given);
    let head = format!(
        "for database in $({list} -Atc 'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1'); do"
    );
    let body = heredoc(&format!("  {ask} -At"), sql);
    std::iter::once(head).chain(body).collect()
}

fn count_rows(server: &Postgres, container: &str, file: &str) -> Vec<String> {
    let mut lines = in_each_database(server, container, &psql::rows());
    lines.push(format!("done > {file}"));
    lines
}
