//! What is special to a Postgres server: its roles, its dump, its passwords, its tables.

use crate::transforms::intent::SuperuserIntent;

use super::doc::{Doc, code, ident, literal, word};
use super::facts::{Job, Move};
use super::opening::{Time, container};
use super::server::{Input, Password, Postgres, Program};
use super::{Book, sql};

/// The role that plan B works as: nobody can be logged in as the role that is renamed.
const HELPER: &str = "composemod_swap";

/// The database that every server has.
const MAINTENANCE: &str = "postgres";

impl Book<'_> {
    pub(super) fn look_at_postgres(
        &self,
        doc: &mut Doc,
        one: &Move,
        server: &Postgres,
        container: &str,
    ) {
        let psql = server.client(container, Program::Psql, Input::None);
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
            let ask = server.client(container, Program::Psql, Input::Given);
            lines.extend(heredoc(&format!("{ask} -At"), &sql::state(names(superuser, &[]))));
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
        let mut lines = in_each_database(server, container, &sql::owned());
        lines.push("done".to_owned());
        doc.sh(&lines);
        let database = server.database.as_deref().unwrap_or_default();
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
            format!("{} > {dump}", server.client(&container, Program::DumpAll, Input::None)),
            format!("tail -n 10 {dump} | grep -e '-- PostgreSQL database cluster dump complete'"),
            format!("ls -l {dump}"),
        ]);
        doc.para("Expected: the line `-- PostgreSQL database cluster dump complete`, and a file that only you can read: the roles' password hashes are in it.");
        let psql = server.client(&container, Program::Psql, Input::None);
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

    /// Writes the step that makes the new superuser.
    pub(super) fn role(&self, doc: &mut Doc) {
        let with_role = self.facts.moves().filter(|(_, one)| one.superuser.is_some());
        for (number, (job, one)) in with_role.enumerate() {
            if number == 0 {
                doc.heading(2, "3. Make the new superuser");
            }
            let (Some(superuser), Some(server)) = (&one.superuser, one.server.postgres()) else {
                continue;
            };
            let container = container(job, one, Time::Before);
            let role =
                Role { job, server, superuser, container, tables: databases(one, superuser) };
            if self.is_swap() { swap_role(doc, &role) } else { second_role(doc, &role) }
        }
    }

    /// Writes what shows that a replaced server is the old one under its new names.
    pub(super) fn check_postgres(&self, doc: &mut Doc, job: &Job, one: &Move, server: &Postgres) {
        let container = container(job, one, Time::After);
        let after = after(server, one);
        let psql = after.client(&container, Program::Psql, Input::None);
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

/// What the new superuser's step is written from.
struct Role<'a> {
    job: &'a Job,
    server: &'a Postgres,
    superuser: &'a SuperuserIntent,
    container: String,
    tables: Vec<&'a str>,
}

impl Role<'_> {
    fn names(&self) -> sql::Names<'_> {
        names(self.superuser, &self.tables)
    }

    /// Gives the call of psql as a role.
    fn psql(&self, user: &str, input: Input) -> String {
        self.server.seen_by(user).client(&self.container, Program::Psql, input)
    }

    /// Gives what runs SQL as a role, up to the first error.
    fn run(&self, user: &str, sql: &[String]) -> Vec<String> {
        heredoc(&format!("{} -v ON_ERROR_STOP=1", self.psql(user, Input::Given)), sql)
    }
}

/// Writes plan A.
fn second_role(doc: &mut Doc, role: &Role) {
    let (old, new) = (&role.superuser.from, &role.superuser.to);
    doc.para(&format!(
        "{} becomes a second superuser. {} stays what it is, so nothing breaks, and nothing is locked for long. This may be run twice.",
        code(new), code(old)
    ));
    doc.sh(&role.run(old, &sql::second_superuser(role.names())));
    doc.para("Expected: `CREATE ROLE`, or nothing where it was there; `CREATE DATABASE` only where a database was missing.");
    set_password(doc, role, old, IfSet::Kept);
    log_in(doc, role, new);
}

/// Writes plan B.
fn swap_role(doc: &mut Doc, role: &Role) {
    let (old, new) = (&role.superuser.from, &role.superuser.to);
    doc.para(&format!(
        "Plan B: the role that the cluster was made with becomes {}, and {} is made anew as an ordinary role with the same password, which owns what the app has. A session can't rename its own role, so a third superuser does it and goes again; it has no password, and gets in only by the socket.",
        code(new), code(old)
    ));
    doc.sh(&[format!("{} -c 'CREATE ROLE {HELPER} LOGIN SUPERUSER'", role.psql(old, Input::None))]);
    doc.para("Expected: `CREATE ROLE`. Then all of it in one transaction: it is made whole, or not at all.");
    doc.sh(&role.run(HELPER, &sql::swap(role.names())));
    doc.para("Expected: `DO` and `COMMIT`. An `ERROR` says what stands in the way; nothing was changed then: run `DROP ROLE` from step 5 and use plan A.");
    doc.para(&format!("Sessions that are open are superusers until they end. This ends them; clients connect again as the ordinary {}:", code(old)));
    doc.sh(&[
        format!("{} -Atc 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usesysid = 10'", role.psql(HELPER, Input::None)),
        format!("{} -c 'DROP ROLE {HELPER}'", role.psql(new, Input::None)),
    ]);
    doc.para("Expected: a number, and `DROP ROLE`.");
    if !role.tables.is_empty() {
        doc.sh(&role.run(new, &sql::second_superuser(role.names())));
        doc.para("Expected: nothing, or `CREATE DATABASE` where one was missing.");
    }
    if role.superuser.split_password.is_some() {
        set_password(doc, role, new, IfSet::Replaced);
    }
    log_in(doc, role, new);
}

/// What becomes of a password that a role has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfSet {
    Kept,
    Replaced,
}

fn set_password(doc: &mut Doc, role: &Role, by: &str, if_set: IfSet) {
    let Some(password) = password(role) else {
        doc.para("The server is set up without a password, so the new role gets none.");
        return;
    };
    let new = &role.superuser.to;
    if let Some(variable) = &role.superuser.split_password {
        let env = word(&role.job.compose.path(".env"));
        doc.para(&format!(
            "The new files take the server's password from {}. It must be set before any container is started with them, so it is made now, unless it is there:",
            code(variable)
        ));
        doc.sh(&[
            format!("git check-ignore -q {env} || echo 'git does not ignore it: do not commit the password'"),
            format!("grep -q '^{variable}=.' {env} || (umask 077; printf '\\n{variable}=%s\\n' \"$(openssl rand -hex 24)\" >> {env})"),
            format!("grep -c '^{variable}=.' {env}"),
        ]);
        doc.para("Expected: `1`. Where the variables come from elsewhere (`--env-file`, a deployment's settings), set it there too.");
    }
    let set = format!(
        "printf '%s\\n%s\\n' \"$PASSWORD\" \"$PASSWORD\" | {} -c '\\password {}'",
        role.psql(by, Input::Given),
        ident(new).replace('\'', r"'\''")
    );
    let ask = format!("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = {}", literal(new));
    let set = match if_set {
        IfSet::Kept => format!(
            "if test \"$({} -Atc {})\" = t; then {set}; else echo 'it has a password already'; fi",
            role.psql(by, Input::None),
            word(&ask)
        ),
        IfSet::Replaced => set,
    };
    doc.para(
        "`\\password` makes the SCRAM verifier in the client, so that the password is in no log:",
    );
    doc.sh(&[password, "test -n \"$PASSWORD\" && ".to_owned() + &set]);
    doc.para(match if_set {
        IfSet::Kept => "Expected: the two prompts, answered, or `it has a password already`: then what the files give the server must be that one.",
        IfSet::Replaced => "Expected: the two prompts, answered.",
    });
}

fn log_in(doc: &mut Doc, role: &Role, user: &str) {
    let Some(password) = password(role) else { return };
    let database = role.server.database.as_deref().unwrap_or(MAINTENANCE);
    doc.para("A login over the network, by the container's own address: the socket and 127.0.0.1 are trusted in the image, and would prove nothing.");
    doc.sh(&[
        password,
        format!(
            "PGPASSWORD=\"$PASSWORD\" docker exec -e PGPASSWORD {} sh -c 'exec psql -X -h \"$(hostname -i | cut -d\" \" -f1)\" \"$@\"' psql -U {} -d {} -Atc 'SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user'",
            role.container, word(user), word(database)
        ),
    ]);
    doc.para(&format!("Expected: {}. Do not go on without it.", code(&format!("{user}|t"))));
}

/// Gives the line that reads the password that the new superuser is to have.
fn password(role: &Role) -> Option<String> {
    if let Some(variable) = &role.superuser.split_password {
        let env = word(&role.job.compose.path(".env"));
        return Some(format!(
            "PASSWORD=$(sed -n 's/^{variable}=//p' {env} | tail -n 1 | sed -e 's/^\"\\(.*\\)\"$/\\1/' -e \"s/^'\\(.*\\)'$/\\1/\")"
        ));
    }
    in_container(role.server.password, &role.container)
}

/// Gives the line that reads the password that a container was started with.
fn in_container(password: Password, container: &str) -> Option<String> {
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
    let database = server.database.as_deref().unwrap_or(MAINTENANCE);
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
            Postgres { database: Some(superuser.database.clone()), ..server.seen_by(&superuser.to) }
        }
        None => server.clone(),
    }
}

/// Gives the databases that the new superuser is to find.
fn databases<'a>(one: &'a Move, superuser: &'a SuperuserIntent) -> Vec<&'a str> {
    let before = one.server.postgres().and_then(|server| server.database.as_deref());
    let mut wanted = vec![MAINTENANCE];
    if before != Some(&superuser.database) && superuser.database != MAINTENANCE {
        wanted.push(&superuser.database);
    }
    wanted
}

/// Gives the names that a superuser's SQL is made with.
pub(super) fn names<'a>(
    superuser: &'a SuperuserIntent,
    databases: &'a [&'a str],
) -> sql::Names<'a> {
    sql::Names { old: &superuser.from, new: &superuser.to, databases }
}

/// Gives a command with its input. `SQL` alone on a line is in none of ours.
pub(super) fn heredoc(command: &str, input: &[String]) -> Vec<String> {
    let first = format!("{command} <<'SQL'");
    std::iter::once(first).chain(input.iter().cloned()).chain(["SQL".to_owned()]).collect()
}

/// Gives a loop over all databases that asks each of them, up to its `done`.
fn in_each_database(server: &Postgres, container: &str, sql: &[String]) -> Vec<String> {
    let list = server.client(container, Program::Psql, Input::None);
    let ask = server.client(container, Program::Psql, Input::Given);
    let head = format!(
        "for database in $({list} -Atc 'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1'); do"
    );
    let body = heredoc(&format!("  {ask} -At -d \"$database\""), sql);
    std::iter::once(head).chain(body).collect()
}

fn count_rows(server: &Postgres, container: &str, file: &str) -> Vec<String> {
    let mut lines = in_each_database(server, container, &sql::rows());
    lines.push(format!("done > {file}"));
    lines
}
