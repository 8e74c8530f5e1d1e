//! The step that makes the new superuser, by plan A or B, and the way back from it.

use crate::transforms::intent::SuperuserIntent;

use super::Book;
use super::doc::{Doc, code, codes, heredoc, ident, literal, word};
use super::opening::{Time, container};
use super::postgres::in_container;
use super::server::Input;
use crate::postgres::psql;
use crate::transforms::deployment::{Job, Move};
use crate::transforms::deployment::{MAINTENANCE, Postgres};

/// The role that plan B works as: nobody can be logged in as the role that is renamed.
const HELPER: &str = "composemod_swap";

impl Book<'_> {
    /// Writes the step that makes the new superuser.
    pub(super) fn role(&self, doc: &mut Doc) {
        let roles: Vec<Role> =
            self.facts.moves().filter_map(|(job, one)| Role::of(job, one)).collect();
        doc.heading(2, "3. Make the new superuser");
        if roles.is_empty() {
            doc.para("Nothing to do: no superuser changes.");
        }
        for role in &roles {
            if self.is_swap() { swap(doc, role) } else { second(doc, role) }
        }
    }

    /// Writes the way back from it.
    pub(super) fn take_role_back(&self, doc: &mut Doc) {
        for role in self.facts.moves().filter_map(|(job, one)| Role::of(job, one)) {
            doc.heading(3, "From step 3");
            if self.is_swap() { swap_back(doc, &role) } else { drop_second(doc, &role) }
        }
    }
}

/// What the new superuser's step is written from.
struct Role<'a> {
    job: &'a Job,
    server: &'a Postgres,
    superuser: &'a SuperuserIntent,
    /// The container with the old files, as a word of the shell.
    container: String,
    /// The databases that the new superuser is to find.
    databases: Vec<&'a str>,
    /// Services that log in as the old superuser.
    logins: &'a [String],
}

impl<'a> Role<'a> {
    fn of(job: &'a Job, one: &'a Move) -> Option<Self> {
        let (superuser, server) = (one.superuser.as_ref()?, one.server.postgres()?);
        let mut databases = vec![MAINTENANCE];
        if ![MAINTENANCE, &server.database].contains(&superuser.database.as_str()) {
            databases.push(&superuser.database);
        }
        let container = container(job, one, Time::Before);
        Some(Self { job, server, superuser, container, databases, logins: &one.logins })
    }

    fn names(&self) -> psql::Names<'_> {
        psql::Names {
            old: &self.superuser.from,
            new: &self.superuser.to,
            databases: &self.databases,
        }
    }

    /// Gives the call of psql as a role.
    fn psql(&self, user: &str, input: Input) -> String {
        self.server.seen_by(user).psql(&self.container, input)
    }

    /// Gives what runs SQL as a role, up to the first error.
    fn run(&self, user: &str, sql: &[String]) -> Vec<String> {
        heredoc(&format!("{} -v ON_ERROR_STOP=1", self.psql(user, Input::Given)), sql)
    }
}

/// Writes plan A.
fn second(doc: &mut Doc, role: &Role) {
    let (old, new) = (&role.superuser.from, &role.superuser.to);
    doc.para(&format!(
        "{} becomes a second superuser. {} stays what it is, so nothing breaks, and nothing is locked for long. This may be run twice.",
        code(new), code(old)
    ));
    doc.sh(&role.run(old, &psql::second_superuser(role.names())));
    doc.para("Expected: `CREATE ROLE`, or nothing where it was there; `CREATE DATABASE` only where a database was missing.");
    set_password(doc, role, old, IfSet::Kept);
    log_in(doc, role, new);
}

/// Writes plan B.
fn swap(doc: &mut Doc, role: &Role) {
    let (old, new) = (&role.superuser.from, &role.superuser.to);
    doc.para(&format!(
        "Plan B: the role that the cluster was made with becomes {}, and {} is made anew as an ordinary role with the same password, which owns what the app has. A session can't rename its own role, so a third superuser does it and goes again; it has no password, and gets in only by the socket.",
        code(new), code(old)
    ));
    if !role.logins.is_empty() {
        doc.para(&format!(
            "{} log in as {}: what they can do only as a superuser (dump the whole cluster, make extensions and roles, read files of the server) they can do no more. Give those that must the new role first.",
            codes(role.logins), code(old)
        ));
    }
    doc.sh(&[format!("{} -c 'CREATE ROLE {HELPER} LOGIN SUPERUSER'", role.psql(old, Input::None))]);
    doc.para("Expected: `CREATE ROLE`. Then all of it in one transaction: it is made whole, or not at all.");
    doc.sh(&role.run(HELPER, &psql::swap(role.names())));
    doc.para("Expected: `DO` and `COMMIT`. An `ERROR` says what stands in the way; nothing was changed then. Take the helper away as step 5 says, and use plan A.");
    doc.para(&format!("Sessions that are open are superusers until they end. This ends them; clients connect again as the ordinary {}:", code(old)));
    doc.sh(&[
        format!("{} -Atc 'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usesysid = 10'", role.psql(HELPER, Input::None)),
        format!("{} -c 'DROP ROLE {HELPER}'", role.psql(new, Input::None)),
    ]);
    doc.para("Expected: a number, and `DROP ROLE`.");
    doc.sh(&role.run(new, &psql::databases(role.names())));
    doc.para("Expected: nothing, or `CREATE DATABASE` where one was missing.");
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
            format!("grep -qs '^{variable}=.' {env} || (umask 077; printf '\\n{variable}=%s\\n' \"$(openssl rand -hex 24)\" >> {env})"),
            format!("grep -c '^{variable}=.' {env}"),
        ]);
        doc.para("Expected: `1`. Where the variables come from elsewhere (`--env-file`, a deployment's settings), set it there too.");
    }
    let set = format!(
        "printf '%s\\n%s\\n' \"$PASSWORD\" \"$PASSWORD\" | {} -c '\\password {}'",
        role.psql(by, Input::Given),
        ident(new).replace('\'', r"'\''")
    );
    let mut lines = vec![password];
    match if_set {
        IfSet::Kept => {
            let name = literal(new);
            let ask = format!("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = {name}");
            let ask = format!("{} -Atc {}", role.psql(by, Input::None), word(&ask));
            lines.push(format!("if test -n \"$PASSWORD\" && test \"$({ask})\" = t; then"));
            lines.push(format!("  {set}"));
            lines.push("else".to_owned());
            lines.push("  echo 'no password was set'".to_owned());
            lines.push("fi".to_owned());
        }
        IfSet::Replaced => lines.push(format!("test -n \"$PASSWORD\" && {set}")),
    }
    doc.para("`\\password` makes the SCRAM verifier in the client, so that the password itself is in no log:");
    doc.sh(&lines);
    doc.para(match if_set {
        IfSet::Kept => "Expected: two prompts, already answered. `no password was set` means that the role has one (then it must be what the files give the server), or that there is none to set.",
        IfSet::Replaced => "Expected: two prompts, already answered.",
    });
}

fn log_in(doc: &mut Doc, role: &Role, user: &str) {
    let Some(password) = password(role) else { return };
    let database = &role.server.database;
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

fn drop_second(doc: &mut Doc, role: &Role) {
    let (old, new) = (&role.superuser.from, &role.superuser.to);
    doc.para(&format!(
        "With the old container running, and only where step 1 said `S0`: {} was not there before.",
        code(new)
    ));
    doc.sh(&role.run(old, &psql::drop_second(role.names())));
    doc.para("Expected: `DROP ROLE`. `ERROR: role … cannot be dropped because some objects depend on it` (2BP01) means that it owns something by now; the message says in which database. There, `REASSIGN OWNED BY` gives it away, and then it can be dropped; or leave the role, it is in nobody's way.");
}

fn swap_back(doc: &mut Doc, role: &Role) {
    let (old, new) = (&role.superuser.from, &role.superuser.to);
    doc.para(&format!(
        "With the old container running. A third superuser takes the names back in one transaction; {} gets the password that it has now.",
        code(old)
    ));
    doc.sh(&[format!("{} -c 'CREATE ROLE {HELPER} LOGIN SUPERUSER'", role.psql(new, Input::None))]);
    doc.sh(&role.run(HELPER, &psql::swap_back(role.names())));
    doc.para("Expected: `COMMIT`. Then the helper goes; where step 3 failed, this alone is what is left to do:");
    doc.sh(&[format!("{} -c 'DROP ROLE {HELPER}'", role.psql(old, Input::None))]);
    doc.para("Expected: `DROP ROLE`.");
}
