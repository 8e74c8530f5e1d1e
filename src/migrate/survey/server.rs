//! The server in the container, its roles, and who is connected.

use secrecy::{ExposeSecret as _, SecretString};

use crate::diagnostics::Finding;
use crate::engine::docker::Container;
use crate::engine::program::{Call, CallError};
use crate::migrate::files::Texts;
use crate::migrate::journal::{Role, RoleWas, Server, Session};
use crate::migrate::passwords;
use crate::migrate::probe::{Login, Probe};
use crate::migrate::psql::Psql;
use crate::postgres::password::generate;
use crate::postgres::sql::literal;
use crate::transforms::deployment::MAINTENANCE;

use super::{Look, Unsurveyed};

impl Look<'_> {
    /// Asks the server who it is and who is connected, and logs in as clients do.
    pub(super) fn server(
        &self,
        password: Option<&SecretString>,
        network: Option<&str>,
        refusals: &mut Vec<Finding>,
        passed: &mut Vec<String>,
    ) -> Result<Option<(Server, Vec<Session>)>, Unsurveyed> {
        let declared = self.one.superuser.as_ref().map(|superuser| superuser.from.as_str());
        let user = declared.or_else(|| self.container.variable("POSTGRES_USER"));
        let user = user.filter(|user| !user.is_empty()).unwrap_or("postgres");
        let psql = Psql {
            docker: self.docker,
            container: &self.container.id,
            user,
            database: MAINTENANCE,
            password,
        };
        let facts = match psql.rows(FACTS) {
            Ok(rows) => rows.into_iter().next().unwrap_or_default(),
            Err(error) => {
                let message = format!(
                    "no login as `{user}` over the socket in {}: {error}",
                    self.container.name()
                );
                let help =
                    "declare the superuser that the server has, under `superusers` as `from`";
                refusals.push(Finding::error("login-failed", message).help(help));
                return Ok(None);
            }
        };
        let mut facts = facts.into_iter();
        let mut next = || facts.next().unwrap_or_default();
        let (version, identifier, bytes, is_super) = (next(), next(), next(), next());
        let named = self.container.variable("POSTGRES_DB").filter(|name| !name.is_empty());
        let server = Server {
            user: user.to_owned(),
            database: named.unwrap_or(user).to_owned(),
            version,
            identifier,
            bytes: bytes.parse().unwrap_or_default(),
        };
        if is_super != "t" {
            let message = format!("`{user}` is no superuser of the server");
            let help = "declare the superuser that it has, under `superusers` as `from`";
            refusals.push(Finding::error("login-failed", message).help(help));
        }
        let known = psql.value(&format!(
            "SELECT count(*) FROM pg_database WHERE datname = {}",
            literal(&server.database)
        ))?;
        let server = match known.as_str() {
            "0" => Server { database: MAINTENANCE.to_owned(), ..server },
            _ => server,
        };
        if let Some(network) = network {
            let login = Login {
                network,
                image: &self.container.image,
                role: user,
                database: &server.database,
                password,
            };
            let host = self.one.before.name();
            match Probe::start(self.docker, &login)?.login(host) {
                Ok(_) => {
                    passed.push(format!("a login as `{user}` over the network, by `{host}`, works"))
                }
                Err((_, said)) => {
                    let message =
                        format!("a login as `{user}` over the network, by `{host}`, fails: {said}");
                    let help = "the password that the container was started with is not the server's (a volume keeps its first one): set it with `ALTER ROLE`, or mend the variable and bring the project up with it first";
                    refusals.push(Finding::error("login-failed", message).help(help));
                }
            }
        }
        let sessions = self.sessions(&psql)?;
        Ok(Some((server, sessions)))
    }

    /// Gives who is connected, by containers.
    pub(super) fn sessions(&self, psql: &Psql<'_>) -> Result<Vec<Session>, CallError> {
        let container_at = |address: &str| {
            let mut running = self.all.iter().filter(|other| other.state.running);
            running.find(|other| {
                other
                    .networks()
                    .any(|(_, place)| place.address == address || place.address6 == address)
            })
        };
        let sessions = psql.rows(SESSIONS)?.into_iter().map(|row| {
            let mut row = row.into_iter();
            let mut next = || row.next().unwrap_or_default();
            let (role, database, address, number) = (next(), next(), next(), next());
            let from = match address.as_str() {
                "" => "inside the container".to_owned(),
                address => container_at(address).map_or(address, Container::name).to_owned(),
            };
            Session { from, role, database, number: number.parse().unwrap_or_default() }
        });
        let mut sessions: Vec<Session> = sessions.collect();
        sessions.sort();
        Ok(sessions)
    }

    /// Gives the new superuser, with a password for it where it needs one of its own.
    pub(super) fn role(
        &self,
        server: &Server,
        password: Option<&SecretString>,
        texts: &mut Vec<Texts>,
        refusals: &mut Vec<Finding>,
        notes: &mut Vec<String>,
    ) -> Option<Role> {
        let superuser = self.one.superuser.as_ref()?;
        if server.user.is_empty() {
            return None;
        }
        let psql = Psql {
            docker: self.docker,
            container: &self.container.id,
            user: &server.user,
            database: &server.database,
            password,
        };
        let query =
            format!("SELECT rolsuper FROM pg_roles WHERE rolname = {}", literal(&superuser.to));
        let was = match psql.value(&query).as_deref() {
            Ok("t") => RoleWas::Superuser,
            Ok("f") => RoleWas::Ordinary,
            _ => RoleWas::Missing,
        };
        if was != RoleWas::Missing {
            notes.push(format!(
                "there is a role `{}` already: it keeps its password, which must be the one that the files give",
                superuser.to
            ));
        }
        if let Some(variable) = &superuser.split_password {
            self.split_password(variable, texts, refusals, notes);
        }
        let mut databases = vec![MAINTENANCE.to_owned()];
        databases.extend((superuser.database != MAINTENANCE).then(|| superuser.database.clone()));
        Some(Role {
            name: superuser.to.clone(),
            was,
            databases,
            database: superuser.database.clone(),
            variable: superuser.split_password.clone(),
        })
    }

    /// Sees to the variable that the server's password is taken from afterwards.
    pub(super) fn split_password(
        &self,
        variable: &str,
        texts: &mut Vec<Texts>,
        refusals: &mut Vec<Finding>,
        notes: &mut Vec<String>,
    ) {
        let path = self.job.compose.path(".env");
        let file = self.request.repo.get(&path).map(|file| file.text.to_string());
        let is_given =
            passwords::of_variable(self.request.world, file.as_deref(), variable).is_some();
        if is_given {
            return;
        }
        let root = self.request.root.to_owned();
        let git = |args: &[&str]| {
            Call::new(&["git".to_owned()], args).folder(&root).text(self.request.world).is_ok()
        };
        let is_repository = git(&["rev-parse", "--git-dir"]);
        if is_repository && !git(&["check-ignore", "-q", &path]) {
            let message = format!(
                "the new files take the server's password from {variable}, which is not set, and git does not ignore {path}, where it would be written"
            );
            let help = format!(
                "set {variable} where the project's variables come from, or let git ignore {path}"
            );
            refusals.push(Finding::error("password-unset", message).help(help));
            return;
        }
        let line = format!("{variable}={}\n", generate().expose_secret());
        let known = texts.iter().position(|one| one.path == path);
        let text = match known.and_then(|at| texts.get(at)) {
            Some(one) => one.after.clone(),
            None => file.clone().unwrap_or_default(),
        };
        let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let after = format!("{text}{separator}{line}");
        match known.and_then(|at| texts.get_mut(at)) {
            Some(one) => one.after = after,
            None => texts.push(Texts { path: path.clone(), before: file, after }),
        }
        notes.push(format!(
            "{variable} is not set: a new password for it is written to {path}, which git ignores"
        ));
    }
}

/// Who the server is: its version, its cluster's identifier, the bytes of all databases, and whether the
/// role is a superuser.
const FACTS: &str = "SELECT current_setting('server_version'), (SELECT system_identifier FROM pg_control_system()), \
    (SELECT sum(pg_database_size(oid)) FROM pg_database), \
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);";

/// Who is connected: role, database, address, number of sessions.
const SESSIONS: &str = "SELECT coalesce(usename, ''), coalesce(datname, ''), coalesce(host(client_addr), ''), count(*) \
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() GROUP BY 1, 2, 3;";
