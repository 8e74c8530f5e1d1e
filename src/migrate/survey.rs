//! What is looked at before anything is changed: the engine, the project's containers, the server and the
//! tree. All of it only reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::engine::compose::{Compose, Program};
use crate::engine::docker::{Container, Docker};
use crate::engine::program::{Call, CallError, World};
use crate::postgres::password::generate;
use crate::postgres::sql::literal;
use crate::repo::load::Repo;
use crate::transforms::deployment::{Facts, Job, MAINTENANCE, Move};
use crate::transforms::plan::Plan;

use super::files::Texts;
use super::journal::{FILE_NAME, Named, Role, RoleWas, Server, Session, Side, Site};
use super::passwords;
use super::probe::{Login, Probe, can_be_asked};
use super::psql::Psql;

/// What a survey looks at.
pub(crate) struct Request<'a> {
    pub(crate) root: &'a Path,
    pub(crate) repo: &'a Repo,
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    pub(crate) world: &'a World,
    /// The Docker Compose that is asked for.
    pub(crate) compose: Option<&'a str>,
    /// The folder for the backup.
    pub(crate) backup: PathBuf,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(super) site: Site,
    pub(super) texts: Vec<Texts>,
    /// What was looked at and is well, a line each.
    pub(super) passed: Vec<String>,
    /// What a person should know.
    pub(super) notes: Vec<String>,
    /// Why it is not to be done.
    pub(crate) refusals: Vec<Finding>,
}

/// Why there is nothing to tell.
#[derive(Debug)]
pub(crate) enum Unsurveyed {
    /// Something could not be asked: exit code 2.
    Impossible(Finding),
    /// The change is not one for this command, or what runs is not what the files say.
    Refused(Vec<Finding>),
}

impl From<CallError> for Unsurveyed {
    fn from(error: CallError) -> Self {
        Self::Impossible(asked(&error))
    }
}

/// Tells that a program was of no help.
pub(super) fn asked(error: &CallError) -> Finding {
    let help = match error {
        CallError::Missing(_) => "install it, or put it on the path",
        CallError::Failed { said, .. } if said.contains("Cannot connect to the Docker daemon") => {
            "start the engine, or let DOCKER_HOST lead to it"
        }
        _ => "see what it says, and run it again",
    };
    Finding::error("engine-unusable", error.to_string()).help(help)
}

fn refused(id: &'static str, message: String, help: &str) -> Unsurveyed {
    Unsurveyed::Refused(vec![Finding::error(id, message).help(help)])
}

const BY_RUNBOOK: &str = "`composemod runbook` says how to do it by hand";

/// Gives the one service that is moved.
fn the_move(facts: &Facts) -> Result<(&Job, &Move), Unsurveyed> {
    if facts.compose_paths.is_empty() {
        let message =
            "the Compose files say all that is declared already: there is nothing to migrate";
        let help = "`composemod apply --check` tells what is pending in other files";
        return Err(refused("migrate-nothing", message.to_owned(), help));
    }
    let moves: Vec<(&Job, &Move)> = facts.moves().collect();
    let [(job, one)] = moves.as_slice() else {
        let message = format!(
            "the change replaces {} containers, and this command replaces one, a Postgres server's",
            moves.len()
        );
        return Err(refused("migrate-several", message, BY_RUNBOOK));
    };
    if facts.jobs.len() > 1 {
        let message = format!("the change is about {} projects", facts.jobs.len());
        return Err(refused("migrate-several", message, BY_RUNBOOK));
    }
    if let Some(thing) = job.things.first() {
        let message =
            format!("the change renames the {} `{}` too", thing.namespace.word(), thing.old);
        let why = match thing.namespace {
            Namespace::Network => ": another network is made, which all its services go to at once",
            _ => "",
        };
        return Err(refused("migrate-several", message + why, BY_RUNBOOK));
    }
    if one.server.postgres().is_none() {
        let message = format!("`{}` is not known to run Postgres", one.before.service);
        return Err(refused("migrate-not-postgres", message, BY_RUNBOOK));
    }
    Ok((job, one))
}

/// Looks at everything.
///
/// # Errors
/// The engine or the server can't be asked, or what runs is not what the files say.
pub(crate) fn survey(request: &Request<'_>) -> Result<Survey, Unsurveyed> {
    let (job, one) = the_move(request.facts)?;
    let docker = Docker::new(request.world.clone());
    let engine = docker.version()?;
    let (compose, container) = old_container(request, job, one, &docker)?;
    let mut passed =
        vec![format!("engine {engine}, {} {}", compose.program.name(), compose.program.version)];
    passed.push(format!(
        "`{}` runs as {} ({})",
        one.before.service,
        container.name(),
        short(&container.id)
    ));
    let all = docker.all(&[])?;
    let look = Look { request, job, one, docker: &docker, container: &container, all: &all };
    let mut refusals = Vec::new();
    let mut notes = Vec::new();

    let data = look.data(&mut refusals);
    let sharers = look.holders(&data, &mut refusals, &mut passed);
    look.names(&mut refusals, &mut passed, &mut notes);
    look.image(&mut refusals)?;
    let network = look.network(&mut refusals);
    let secret = passwords::of_container(&docker, &container)?;
    let server = look.server(secret.as_ref(), network.as_deref(), &mut refusals, &mut passed)?;
    let (server, sessions) = server.unwrap_or_default();
    let mut texts = look.texts();
    let role = look.role(&server, secret.as_ref(), &mut texts, &mut refusals, &mut notes);
    look.room(server.bytes, &mut refusals, &mut passed);
    let commit = look.tree(&mut refusals, &mut passed, &mut notes);

    let mut dependents: BTreeSet<Named> = BTreeSet::new();
    let is_used_by = |other: &&Container| {
        let is_own = other.project() == container.project();
        let depends =
            other.service().is_some_and(|name| one.dependents.iter().any(|it| it == name));
        let is_connected = sessions.iter().any(|session| session.from == other.name());
        other.state.running && other.id != container.id && ((is_own && depends) || is_connected)
    };
    dependents.extend(all.iter().filter(is_used_by).map(named));
    let site = Site {
        project: container.project().unwrap_or_default().to_owned(),
        folder: job.compose.folder.clone(),
        compose_files: job.compose.files.clone(),
        compose: compose.program.words.clone(),
        old: Side { service: one.before.service.clone(), container: one.before.container.clone() },
        new: Side { service: one.after.service.clone(), container: one.after.container.clone() },
        container: container.id.clone(),
        image: container.image.clone(),
        is_probed: container.health().is_some(),
        data,
        networks: container.networks().map(|(name, _)| name.to_owned()).collect(),
        hosts: one.hosts.clone(),
        server,
        role,
        sharers,
        dependents: dependents.into_iter().collect(),
        changed: job.changed.clone(),
        connected: sessions,
        files: texts.iter().map(Texts::change).collect(),
        backup: request.backup.clone(),
        commit,
        rows: Default::default(),
    };
    Ok(Survey { site, texts, passed, notes, refusals })
}

/// Gives Docker Compose for the project, and the service's container.
fn old_container(
    request: &Request<'_>,
    job: &Job,
    one: &Move,
    docker: &Docker,
) -> Result<(Compose, Container), Unsurveyed> {
    let world = request.world;
    let programs = match request.compose {
        Some(words) => {
            let words: Vec<&str> = words.split_whitespace().collect();
            Program::of(&words, world).into_iter().collect()
        }
        None => Program::installed(world),
    };
    let Some(first) = programs.first() else {
        let what = request.compose.unwrap_or("`docker compose` or `docker-compose`");
        let message = format!("there is no Docker Compose: {what} does not run");
        let help = "install the plugin docker-compose-v2, or name a program with --compose";
        return Err(Unsurveyed::Impossible(Finding::error("engine-unusable", message).help(help)));
    };
    let mut compose = Compose {
        program: first.clone(),
        folder: request.root.join(&job.compose.folder),
        files: job.compose.files.clone(),
        project: None,
        world: world.clone(),
    };
    let service = &one.before.service;
    let ids = compose.containers(service)?;
    let [id] = ids.as_slice() else {
        let (id, message) = match ids.len() {
            0 => ("container-missing", format!("Compose knows no container of `{service}` here")),
            number => ("container-several", format!("`{service}` has {number} containers")),
        };
        let help = "this command replaces one container that runs: bring the project up with the files as they are, or only write the files with `composemod apply --write`";
        return Err(refused(id, message, help));
    };
    let Some(container) = docker.container(id)? else {
        let message = format!("the container of `{service}` went away meanwhile");
        return Err(refused("container-missing", message, "run it again"));
    };
    if !container.state.running {
        let message = format!(
            "{}, the container of `{service}`, does not run: it is {}",
            container.name(),
            container.state.status
        );
        return Err(refused("container-stopped", message, "start it, and see that it is well"));
    }
    // A container that another version made is best replaced by that one: it knows its labels.
    let made_by = container.label("com.docker.compose.version").unwrap_or_default();
    let fitting =
        programs.iter().find(|program| made_by.starts_with(&format!("{}.", program.major())));
    if let Some(program) = fitting.filter(|_| request.compose.is_none()) {
        compose.program = program.clone();
    }
    compose.project = container.project().map(str::to_owned);
    from_here(&compose, &container)?;
    Ok((compose, container))
}

/// Checks that the container was made from the folder that Compose is called in.
fn from_here(compose: &Compose, container: &Container) -> Result<(), Unsurveyed> {
    let made_in = container.label("com.docker.compose.project.working_dir").map(Path::new);
    let here = compose.folder.canonicalize().unwrap_or_else(|_| compose.folder.clone());
    let is_here = |folder: &Path| folder.canonicalize().is_ok_and(|folder| folder == here);
    match made_in {
        Some(folder) if !is_here(folder) => {
            let message = format!(
                "{} was made from {}, not from here ({}): its paths and variables may be others",
                container.name(),
                folder.display(),
                here.display()
            );
            Err(refused(
                "project-elsewhere",
                message,
                "run this command in that folder's repository",
            ))
        }
        _ => Ok(()),
    }
}

/// What is looked at.
struct Look<'a> {
    request: &'a Request<'a>,
    job: &'a Job,
    one: &'a Move,
    docker: &'a Docker,
    container: &'a Container,
    /// All containers of the engine.
    all: &'a [Container],
}

impl Look<'_> {
    /// Gives what holds the data: volumes by name, or paths of the host.
    fn data(&self, refusals: &mut Vec<Finding>) -> Vec<String> {
        let mut data = Vec::new();
        for declared in self.one.server.data() {
            let target = declared.target.trim_end_matches('/');
            let mounted = self
                .container
                .mounts
                .iter()
                .find(|mount| mount.destination.trim_end_matches('/') == target);
            match mounted {
                Some(mount) if !mount.name.is_empty() => data.push(mount.name.clone()),
                Some(mount) => data.push(mount.source.clone()),
                None => refusals.push(
                    Finding::error(
                        "data-elsewhere",
                        format!(
                            "{} mounts nothing at {target}, where its files have the data",
                            self.container.name()
                        ),
                    )
                    .help("bring the project up with the files as they are first"),
                ),
            }
        }
        if data.is_empty() && refusals.is_empty() {
            let message = format!(
                "the data of `{}` lie in no volume that its files name: a container of another service starts without them",
                self.one.before.service
            );
            let help = "mount a named volume at its data folder, move the data there, and deploy that first";
            refusals.push(Finding::error("data-unnamed", message).help(help));
        }
        data
    }

    /// Checks who else holds the data, and gives the containers that may.
    fn holders(
        &self,
        data: &[String],
        refusals: &mut Vec<Finding>,
        passed: &mut Vec<String>,
    ) -> Vec<Named> {
        let holds = |container: &&Container| {
            container.id != self.container.id && data.iter().any(|data| container.mounts_data(data))
        };
        let is_sharer = |other: &Container| {
            let is_own = other.project() == self.container.project();
            is_own
                && other
                    .service()
                    .is_some_and(|name| self.one.sharers.iter().any(|(before, _)| before == name))
        };
        let others: Vec<&Container> =
            self.all.iter().filter(|other| other.state.running).filter(holds).collect();
        for other in others.iter().filter(|other| !is_sharer(other)) {
            let message = format!(
                "{} holds the data of `{}` too ({})",
                whose(other),
                self.one.before.service,
                data.join(", ")
            );
            let help = "stop it first: two servers on one data folder destroy it";
            refusals.push(Finding::error("data-held", message).help(help));
        }
        if refusals.is_empty() {
            passed.push(format!("{}: held by {} alone", data.join(", "), self.container.name()));
        }
        others.into_iter().filter(|other| is_sharer(other)).map(named).collect()
    }

    /// Checks that the new names are free.
    fn names(
        &self,
        refusals: &mut Vec<Finding>,
        passed: &mut Vec<String>,
        notes: &mut Vec<String>,
    ) {
        let others = || self.all.iter().filter(|other| other.id != self.container.id);
        let before = refusals.len();
        if let Some(name) = &self.one.after.container
            && let Some(other) = others().find(|other| other.name() == name)
        {
            let message = format!("the container name `{name}` is taken by {}", whose(other));
            let help = "remove or rename that container, or declare another `container-name`";
            refusals.push(Finding::error("container-name-in-use", message).help(help));
        }
        let mut users: BTreeSet<String> = BTreeSet::new();
        for (network, _) in self.container.networks() {
            for other in others().filter(|other| other.is_on(network)) {
                for host in self.one.hosts.iter().filter(|host| other.answers_to(network, host)) {
                    let message = format!(
                        "on the network {network}, {} answers to `{host}` too: clients would reach both in turn",
                        whose(other)
                    );
                    let help = "take the name from it, or give the server another";
                    refusals.push(Finding::error("name-in-use", message).help(help));
                }
                let is_foreign = other.project() != self.container.project();
                let names = [Some(&self.one.before.service), self.one.before.container.as_ref()];
                let uses = other
                    .variables()
                    .any(|(_, value)| names.iter().flatten().any(|name| is_word_in(name, value)));
                if is_foreign && other.state.running && uses {
                    users.insert(whose(other));
                }
            }
        }
        for user in users {
            notes.push(format!("{user} uses the old name from outside the project: the alias serves it, until it is retired"));
        }
        if refusals.len() == before {
            passed.push(format!("the names {} are free", self.one.hosts.join(", ")));
        }
        if let Some(host) = self.one.hosts.iter().find(|host| !can_be_asked(host)) {
            let message = format!("the name `{host}` can't be asked for a login");
            refusals.push(Finding::error("name-unusable", message).help(BY_RUNBOOK));
        }
    }

    /// Checks that the image's tag still leads to the image that runs.
    fn image(&self, refusals: &mut Vec<Finding>) -> Result<(), CallError> {
        let image = &self.container.config.image;
        let tagged = self.docker.image_id(image)?;
        if tagged.as_ref().is_some_and(|id| *id != self.container.image) {
            let message = format!(
                "`{image}` is another image by now than the one that {} runs: the new container would run that one on the data",
                self.container.name()
            );
            let help = format!(
                "upgrade first, by itself, or give the tag back: `docker tag {} {image}`",
                short(&self.container.image)
            );
            refusals.push(Finding::error("image-moved", message).help(help));
        }
        Ok(())
    }

    /// Gives the network that logins are tried on.
    fn network(&self, refusals: &mut Vec<Finding>) -> Option<String> {
        let name = self.container.networks().map(|(name, _)| name.to_owned()).next();
        if name.as_deref().is_none_or(|name| matches!(name, "host" | "none" | "bridge")) {
            let message = format!(
                "{} is on no network of its project, so that it has no name there to keep",
                self.container.name()
            );
            refusals.push(Finding::error("network-missing", message).help(BY_RUNBOOK));
            return None;
        }
        name
    }

    /// Asks the server who it is and who is connected, and logs in as clients do.
    fn server(
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
    fn sessions(&self, psql: &Psql<'_>) -> Result<Vec<Session>, CallError> {
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

    /// Gives the Compose files' texts before and after.
    fn texts(&self) -> Vec<Texts> {
        let change = &self.request.plan.change;
        let paths = self.request.facts.compose_paths.iter();
        let texts = paths.filter_map(|path| {
            let edit = change.get(path)?;
            let before = self.request.repo.get(path).filter(|_| !change.creates(path));
            let before = before.map(|file| file.text.to_string());
            let after = edit.apply(before.as_deref().unwrap_or_default());
            Some(Texts { path: path.clone(), before, after })
        });
        texts.collect()
    }

    /// Gives the new superuser, with a password for it where it needs one of its own.
    fn role(
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
    fn split_password(
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
        use secrecy::ExposeSecret as _;
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

    /// Checks that there is room for the backup.
    fn room(&self, bytes: u64, refusals: &mut Vec<Finding>, passed: &mut Vec<String>) {
        let backup = &self.request.backup;
        let there = backup.ancestors().find(|folder| folder.is_dir()).unwrap_or(backup);
        match free_bytes(there) {
            Some(free) if free < bytes => {
                let message = format!(
                    "the databases have {}, and there are only {} free in {}, where the backup is to go",
                    size(bytes),
                    size(free),
                    there.display()
                );
                let help = "make room, or name another place with --backup";
                refusals.push(Finding::error("disk-full", message).help(help));
            }
            Some(free) => passed.push(format!(
                "the databases have {}, and {} are free in {}",
                size(bytes),
                size(free),
                there.display()
            )),
            None => {}
        }
    }

    /// Checks that the tree is clean, and gives its commit.
    fn tree(
        &self,
        refusals: &mut Vec<Finding>,
        passed: &mut Vec<String>,
        notes: &mut Vec<String>,
    ) -> Option<String> {
        let git = |args: &[&str]| {
            Call::new(&["git".to_owned()], args).folder(self.request.root).text(self.request.world)
        };
        let Ok(commit) = git(&["rev-parse", "HEAD"]) else {
            notes.push(
                "there is no commit here: the copies in the backup's folder are the way back"
                    .to_owned(),
            );
            return None;
        };
        let status = git(&["status", "--porcelain", "--", "."]).unwrap_or_default();
        let changed: Vec<&str> = status.lines().filter(|line| !line.ends_with(FILE_NAME)).collect();
        match changed.first() {
            None => passed.push("the git tree is clean".to_owned()),
            Some(first) => {
                let more = match changed.len() {
                    1 => String::new(),
                    number => format!(" and {} more", number - 1),
                };
                let message = format!("the git tree is not clean: {}{more}", first.trim());
                let help =
                    "commit or stash it, so that what this command changes can be told from it";
                refusals.push(Finding::error("tree-unclean", message).help(help));
            }
        }
        Some(commit.trim().to_owned())
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

pub(super) fn named(container: &Container) -> Named {
    Named {
        id: container.id.clone(),
        name: container.name().to_owned(),
        is_healthy: container.health() == Some("healthy"),
    }
}

/// Says which container it is, and of which project.
pub(super) fn whose(container: &Container) -> String {
    match container.project() {
        Some(project) => format!("the container {} of the project {project}", container.name()),
        None => format!("the container {}", container.name()),
    }
}

/// Gives an id as people write it.
pub(super) fn short(id: &str) -> &str {
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    id.get(..12).unwrap_or(id)
}

/// Tells whether a name stands in a value, with nothing of a name on either side.
fn is_word_in(name: &str, value: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    value.match_indices(name).any(|(at, _)| {
        let (before, after) = (&value[..at], &value[at + name.len()..]);
        !before.ends_with(of_name) && !after.starts_with(of_name)
    })
}

/// Gives bytes as people read them.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut rest = bytes;
    while rest >= 10_000 && unit + 1 < UNITS.len() {
        rest /= 1000;
        unit += 1;
    }
    format!("{rest} {}", UNITS.get(unit).copied().unwrap_or("B"))
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_are_read_as_people_do() {
        for (name, value, expected) in [
            ("db", "postgres://db:5432/x", true),
            ("db", "my-db", false),
            ("db", "db.internal", false),
            ("db", "a db b", true),
        ] {
            assert_eq!(is_word_in(name, value), expected, "{value}");
        }
        for (bytes, expected) in
            [(0, "0 B"), (9_999, "9999 B"), (12_345, "12 kB"), (12_345_678, "12 MB")]
        {
            assert_eq!(size(bytes), expected);
        }
        assert_eq!(short("sha256:0123456789abcdef"), "0123456789ab");
    }
}
