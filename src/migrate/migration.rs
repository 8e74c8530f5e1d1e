//! The steps, done one after the other; each looks first, so that it can be done again after a crash.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};

use crate::diagnostics::Finding;
use crate::engine::compose::{Compose, Program};
use crate::engine::docker::{Container, Docker};
use crate::engine::program::World;
use crate::postgres::password::verifier;
use crate::postgres::psql::{self, Names};
use crate::postgres::sql::{ident, literal};
use crate::repo::load::read_named;

use super::backup;
use super::files::{self, Side};
use super::journal::{FILE_NAME, Journal, Named, Role, RoleWas, Site, State};
use super::observe::{Observer, Outage};
use super::passwords;
use super::probe::{Login, Probe};
use super::psql::Psql;
use super::rows;
use super::show;
use super::step::Step;
use super::survey::{Survey, asked, size, whose};

/// How the steps are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// All that are left.
    All,
    /// The next one.
    One,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// All is done; what is left to do afterwards.
    Done(String),
    /// Steps are left.
    Paused,
    /// A step failed, and all was taken back.
    TakenBack(Finding),
    /// A step failed, and taking it back did too.
    Stuck(Finding, Finding),
}

/// What a run is given.
pub(crate) struct Going<'a> {
    pub(crate) root: &'a Path,
    pub(crate) world: World,
    pub(crate) out: &'a mut dyn Write,
    /// How long a container may take until it is well.
    pub(crate) patience: Duration,
    pub(crate) is_observed: bool,
}

/// Begins a migration that was surveyed, and takes its steps.
///
/// # Errors
/// Nothing was begun.
pub(crate) fn execute(
    survey: Survey,
    title: &str,
    pace: Pace,
    going: Going<'_>,
) -> Result<Ended, Finding> {
    let root = going.root;
    if let Some(journal) = Journal::read(root)? {
        if journal.is_open() {
            return Err(under_way(&journal));
        }
        drop(std::fs::remove_file(root.join(FILE_NAME)));
    }
    files::make_folder(&survey.site.backup)?;
    files::keep(&survey.site.backup, &survey.texts)?;
    let journal = Journal::new(title, survey.site);
    journal.begin(root)?;
    Migration::new(going, journal)?.go(pace)
}

/// Goes on with a migration.
///
/// # Errors
/// There is none, or it can't be gone on with.
pub(crate) fn resume(pace: Pace, going: Going<'_>) -> Result<Ended, Finding> {
    let journal = begun(going.root)?;
    match journal.state {
        State::Done => return Ok(Ended::Done(show::afterwards(&journal.title, &journal.site))),
        State::RollingBack => {
            let message = "this migration is being taken back";
            return Err(
                Finding::error("migrate-rolling-back", message).help("go on with --rollback")
            );
        }
        State::RolledBack => {
            let message = "this migration was taken back";
            let help = "begin anew with --execute";
            return Err(Finding::error("migrate-rolled-back", message).help(help));
        }
        State::UnderWay => {}
    }
    Migration::new(going, journal)?.go(pace)
}

/// Takes a migration back, from wherever it is.
///
/// # Errors
/// There is none, or it can't be taken back.
pub(crate) fn roll_back(going: Going<'_>) -> Result<(), Finding> {
    let journal = begun(going.root)?;
    Migration::new(going, journal)?.roll_back()
}

/// Says how far a migration has come; nothing where there is none that is open.
///
/// # Errors
/// The journal can't be read.
pub(crate) fn status(root: &Path) -> Result<Option<Finding>, Finding> {
    let journal = Journal::read(root)?;
    Ok(journal.filter(Journal::is_open).map(|journal| under_way(&journal)))
}

fn under_way(journal: &Journal) -> Finding {
    let done: Vec<&str> = journal.done.iter().map(|step| step.word()).collect();
    let message = format!(
        "a migration is under way: {}; done: {}",
        journal.title,
        if done.is_empty() { "nothing yet".to_owned() } else { done.join(", ") }
    );
    let help = match journal.state {
        State::RollingBack => "go on with --rollback",
        _ => "go on with --resume, or take it back with --rollback",
    };
    Finding::error("migrate-under-way", message).help(help)
}

fn begun(root: &Path) -> Result<Journal, Finding> {
    Journal::read(root)?.ok_or_else(|| {
        let message = format!("there is no {FILE_NAME} here: no migration was begun");
        Finding::error("migrate-not-begun", message).help("`composemod migrate` shows the plan")
    })
}

/// A migration at work.
pub(super) struct Migration<'a> {
    pub(super) root: &'a Path,
    pub(super) docker: Docker,
    pub(super) compose: Compose,
    pub(super) journal: Journal,
    pub(super) out: &'a mut dyn Write,
    pub(super) patience: Duration,
    world: World,
    is_observed: bool,
    observer: Option<Observer>,
    /// The password of the superuser as it was, where a container still tells it.
    pub(super) password: Option<SecretString>,
}

impl<'a> Migration<'a> {
    fn new(going: Going<'a>, journal: Journal) -> Result<Self, Finding> {
        let Going { root, mut world, out, patience, is_observed } = going;
        world.lock = Some(lock(&journal.site.backup, out)?);
        let site = &journal.site;
        let compose = Compose {
            program: Program { words: site.compose.clone(), version: String::new() },
            folder: root.join(&site.folder),
            files: site.compose_files.clone(),
            project: Some(site.project.clone()),
            world: world.clone(),
        };
        let docker = Docker::new(world.clone());
        // What was done since, by another process that the lock was waited for.
        let journal = Journal::read(root)?.unwrap_or(journal);
        files::sweep(root, &journal.site);
        let mut migration = Self {
            root,
            docker,
            compose,
            journal,
            out,
            patience,
            world,
            is_observed,
            observer: None,
            password: None,
        };
        migration.password = migration.old_password()?;
        Ok(migration)
    }

    pub(super) fn site(&self) -> &Site {
        &self.journal.site
    }

    fn go(mut self, pace: Pace) -> Result<Ended, Finding> {
        let steps: Vec<Step> =
            Step::ALL.into_iter().filter(|step| self.journal.site.has(*step)).collect();
        let number = steps.len();
        for (at, step) in (1..).zip(steps) {
            if self.journal.is_done(step) {
                continue;
            }
            self.say(&format!("[{at}/{number}] {}", step.word()));
            if let Err(finding) = self.take(step) {
                self.say(&format!("        failed: {}", finding.message));
                self.say("taking it back");
                let outcome = match self.roll_back() {
                    Ok(()) => Ended::TakenBack(finding),
                    Err(second) => Ended::Stuck(finding, second),
                };
                self.observed();
                return Ok(outcome);
            }
            self.journal.done.push(step);
            let is_last = at == number;
            if is_last {
                self.journal.state = State::Done;
            }
            self.journal.write(self.root)?;
            if pace == Pace::One && !is_last {
                return Ok(Ended::Paused);
            }
        }
        Ok(Ended::Done(show::afterwards(&self.journal.title, self.site())))
    }

    fn take(&mut self, step: Step) -> Result<(), Finding> {
        match step {
            Step::Backup => self.back_up(),
            Step::Role => self.role(),
            Step::Files => self.write_files(),
            Step::Create => self.create(),
            Step::Stop => self.stop(),
            Step::Start => self.start(),
            Step::Verify => self.verify(),
            Step::Dependents => self.dependents(),
        }
    }

    fn back_up(&mut self) -> Result<(), Finding> {
        let bytes = backup::dump(&self.docker, self.site(), self.password.as_ref())?;
        let path = backup::path(self.site());
        self.ok(&format!("{}, {}, whole to its end", path.display(), size(bytes)));
        Ok(())
    }

    fn role(&mut self) -> Result<(), Finding> {
        let Some(role) = self.site().role.clone() else {
            self.ok("no superuser changes");
            return Ok(());
        };
        let container = self.site().container.clone();
        let databases: Vec<&str> = role.databases.iter().map(String::as_str).collect();
        let names = Names { old: &self.site().server.user, new: &role.name, databases: &databases };
        let script = psql::second_superuser(names).join("\n") + "\n";
        let password = self.new_password(&role)?;
        let psql = self.psql(&container);
        psql.rows(&script).map_err(|error| asked(&error))?;
        if role.was == RoleWas::Missing
            && let Some(password) = &password
        {
            psql.rows(&set_password(&role.name, password)).map_err(|error| asked(&error))?;
        }
        let host = self.old_host();
        let cluster =
            self.log_in(&role.name, &role.database, password.as_ref(), &[host.as_str()])?;
        if !cluster {
            let message = format!("`{}` is no superuser after all", role.name);
            return Err(Finding::error("role-failed", message).help("see the server's log"));
        }
        self.ok(&format!("`{}` logs in over the network as a superuser", role.name));
        Ok(())
    }

    fn write_files(&mut self) -> Result<(), Finding> {
        let number = files::write(self.root, self.site(), Side::After)?;
        self.compose.check().map_err(|error| asked(&error))?;
        self.ok(&format!("{number} written, and read by {}", self.compose.program.name()));
        Ok(())
    }

    fn create(&mut self) -> Result<(), Finding> {
        let service = self.site().new.service.clone();
        self.compose.create(&service).map_err(|error| asked(&error))?;
        match self.new_container()? {
            Some(container) => {
                self.ok(&format!("{} is made and does not run", container.name()));
                Ok(())
            }
            None => {
                let message =
                    format!("{} made no container of `{service}`", self.compose.program.name());
                Err(Finding::error("create-failed", message).help("see what `config` says"))
            }
        }
    }

    fn stop(&mut self) -> Result<(), Finding> {
        let id = self.site().container.clone();
        let old = self.docker.container(&id).map_err(|error| asked(&error))?;
        let Some(old) = old else {
            self.ok("the old container is gone");
            return Ok(());
        };
        if old.state.running {
            let counted = rows::count(&self.psql(&id)).map_err(|error| asked(&error))?;
            self.journal.site.rows = counted;
            self.journal.write(self.root)?;
            self.observe()?;
            for sharer in self.site().sharers.clone() {
                self.docker.stop(&sharer.id, 120).map_err(|error| asked(&error))?;
            }
            // What is written to the disk now is not written while clients wait. It is no more than that.
            drop(self.psql(&id).rows("CHECKPOINT;"));
            self.say(&format!("        stopping {}: the outage begins", old.name()));
            self.docker.stop(&id, 120).map_err(|error| asked(&error))?;
        }
        self.docker.remove(&id).map_err(|error| asked(&error))?;
        self.ok(&format!("{} is stopped and removed; its data stay", old.name()));
        Ok(())
    }

    fn start(&mut self) -> Result<(), Finding> {
        let service = self.site().new.service.clone();
        if self.site().is_rekeyed() {
            let holders = self.holders()?;
            let others = holders.iter().filter(|one| one.service() != Some(service.as_str()));
            if let Some(other) = others.into_iter().next() {
                return Err(held(self.site(), other));
            }
        } else {
            self.journal.site.rows =
                rows::count(&self.psql(&self.site().container)).unwrap_or_default();
            self.journal.write(self.root)?;
            self.observe()?;
        }
        // docker-compose 1.29 connects a container to its second network only when it starts it.
        let is_whole = |one: &Container| self.site().networks.iter().all(|name| one.is_on(name));
        let made = if self.site().is_made_ahead() { self.new_container()? } else { None };
        match made {
            Some(container) if is_whole(&container) => self.docker.start(&container.id),
            Some(_) => self.compose.start(&service),
            None => self.compose.up(&service),
        }
        .map_err(|error| asked(&error))?;
        let container = self.wait_for(&service)?;
        for sharer in self.site().sharers.clone() {
            self.docker.start(&sharer.id).map_err(|error| asked(&error))?;
        }
        self.ok(&format!("{} runs and takes logins", container.name()));
        self.observed();
        Ok(())
    }

    fn verify(&mut self) -> Result<(), Finding> {
        let Some(container) = self.new_container()? else {
            let message = format!("`{}` has no container", self.site().new.service);
            return Err(Finding::error("container-missing", message).help("see the engine's log"));
        };
        let holders = self.holders()?;
        let sharers = &self.site().sharers;
        let is_meant = |one: &&Container| {
            one.id == container.id || sharers.iter().any(|sharer| sharer.id == one.id)
        };
        if let Some(other) = holders.iter().find(|one| !is_meant(one)) {
            return Err(held(self.site(), other));
        }
        self.wait_until_well(&container.id)?;
        self.same_cluster(&container)?;
        let site = self.site().clone();
        let hosts: Vec<&str> = site.hosts.iter().map(String::as_str).collect();
        // The new container may have another password than the old one had.
        match self.password.clone() {
            None if site.role.as_ref().is_some_and(|role| role.variable.is_some()) => self.say(&format!(
                "        note: the password of `{}` is at hand no more, so its login by name is not tried",
                site.server.user
            )),
            password => {
                let server = &site.server;
                self.log_in(&server.user, &server.database, password.as_ref(), &hosts)?;
                self.ok(&format!("`{}` logs in by {}", server.user, hosts.join(", ")));
            }
        }
        if let Some(role) = &site.role {
            let password = self.new_password(role)?;
            self.log_in(&role.name, &role.database, password.as_ref(), &hosts)?;
            self.ok(&format!("`{}` logs in by {}", role.name, hosts.join(", ")));
        }
        self.same_rows(&container)
    }

    fn same_rows(&mut self, container: &Container) -> Result<(), Finding> {
        let after = rows::count(&self.psql(&container.id)).map_err(|error| asked(&error))?;
        let difference = rows::compare(&self.site().rows, &after);
        if let Some(lost) = difference.lost.first() {
            let message = format!("rows are missing: {lost}");
            let help = "compare with the backup before anything else is written";
            return Err(Finding::error("rows-missing", message).help(help));
        }
        for fewer in &difference.fewer {
            self.say(&format!(
                "        note: fewer rows, as clients may have removed some: {fewer}"
            ));
        }
        let number = self.site().rows.len();
        self.ok(&format!("the same cluster, with the rows of its {number} largest tables"));
        Ok(())
    }

    fn dependents(&mut self) -> Result<(), Finding> {
        let dependents = self.site().dependents.clone();
        for one in &dependents {
            self.well_again(one)?;
        }
        let names: Vec<&str> = dependents.iter().map(|one| one.name.as_str()).collect();
        self.ok(&match names.is_empty() {
            true => "nobody is known to use it".to_owned(),
            false => format!("{} run as before", names.join(", ")),
        });
        Ok(())
    }

    /// Waits until a container that was well before is well again. One that ended without its server is
    /// started, once.
    fn well_again(&mut self, before: &Named) -> Result<(), Finding> {
        let end = Instant::now() + self.patience;
        let mut is_started = false;
        loop {
            let now = self.docker.container(&before.id).map_err(|error| asked(&error))?;
            // One that was replaced meanwhile is somebody else's doing.
            let Some(now) = now else { return Ok(()) };
            if has_ended(&now) && !is_started {
                is_started = true;
                self.docker.start(&now.id).map_err(|error| asked(&error))?;
                self.say(&format!("        note: {} had ended and is started again", before.name));
                continue;
            }
            let is_well = now.state.running
                && !now.state.restarting
                && (!before.is_healthy || now.health() == Some("healthy"));
            if is_well {
                return Ok(());
            }
            if Instant::now() > end {
                let message = format!(
                    "{} ran before and is {} now{}",
                    before.name,
                    now.state.status,
                    now.health().map(|health| format!(" ({health})")).unwrap_or_default()
                );
                let help =
                    "see its log: does it keep the server's address, or a session, for ever?";
                return Err(Finding::error("dependent-lost", message).help(help));
            }
            std::thread::sleep(SECOND);
        }
    }

    /// Begins to observe, where that is asked for.
    fn observe(&mut self) -> Result<(), Finding> {
        if !self.is_observed || self.observer.is_some() {
            return Ok(());
        }
        let site = self.site();
        let Some(network) = site.networks.first() else { return Ok(()) };
        let login = Login {
            network,
            image: &site.image,
            role: &site.server.user,
            database: &site.server.database,
            password: self.password.as_ref(),
        };
        let observer = Observer::start(&self.docker, &login, &self.old_host()).map_err(|said| {
            let message = format!("the observer can't log in: {said}");
            Finding::error("observe-failed", message).help("leave --observe out")
        })?;
        self.observer = Some(observer);
        Ok(())
    }

    /// Tells what was observed.
    fn observed(&mut self) {
        let Some(observer) = self.observer.take() else { return };
        let Outage { time, failed, logins, is_over } = observer.finish();
        let end = if is_over { "" } else { ", and it goes on" };
        self.say(&format!(
            "        outage: {} ms as clients see it by `{}` ({failed} of {logins} logins failed{end})",
            time.as_millis(),
            self.old_host()
        ));
    }

    /// Logs in by each name on each network, and tells whether the role is a superuser.
    pub(super) fn log_in(
        &self,
        role: &str,
        database: &str,
        password: Option<&SecretString>,
        hosts: &[&str],
    ) -> Result<bool, Finding> {
        let site = self.site();
        let mut is_super = true;
        for network in &site.networks {
            let login = Login { network, image: &site.image, role, database, password };
            let mut probe = Probe::start(&self.docker, &login).map_err(|error| asked(&error))?;
            for host in hosts {
                let cluster = probe.login(host).map_err(|(_, said)| {
                    let message = format!("`{role}` can't log in by `{host}` on {network}: {said}");
                    let help = "does its password on the server differ from the one in the files?";
                    Finding::error("login-failed", message).help(help)
                })?;
                let (_, cluster) = cluster;
                if cluster.identifier != site.server.identifier {
                    return Err(other_cluster(site, &cluster.identifier, host));
                }
                is_super &= cluster.is_super;
            }
        }
        Ok(is_super)
    }

    /// Checks that a container serves the cluster that it is all about.
    pub(super) fn same_cluster(&self, container: &Container) -> Result<(), Finding> {
        let query = "SELECT system_identifier FROM pg_control_system();";
        let identifier = self.psql(&container.id).value(query).map_err(|error| asked(&error))?;
        match identifier == self.site().server.identifier {
            true => Ok(()),
            false => Err(other_cluster(self.site(), &identifier, container.name())),
        }
    }

    /// Waits until a service's container takes logins on its socket.
    pub(super) fn wait_for(&self, service: &str) -> Result<Container, Finding> {
        let end = Instant::now() + self.patience;
        loop {
            let container = self.container_of(service)?;
            if let Some(container) = &container {
                let said = match self.psql(&container.id).value("SELECT 1;") {
                    Ok(_) => return Ok(container.clone()),
                    Err(error) => error.to_string(),
                };
                if Instant::now() > end || (!container.state.running && has_ended(container)) {
                    return Err(unwell(container, &said));
                }
            }
            if container.is_none() && Instant::now() > end {
                let message = format!("no container of `{service}` came");
                return Err(
                    Finding::error("container-missing", message).help("see the engine's log")
                );
            }
            std::thread::sleep(TICK);
        }
    }

    /// Waits until a container is healthy, where it has a check.
    pub(super) fn wait_until_well(&self, id: &str) -> Result<(), Finding> {
        if !self.site().is_probed {
            return Ok(());
        }
        let end = Instant::now() + self.patience;
        loop {
            let container = self.docker.container(id).map_err(|error| asked(&error))?;
            match container {
                Some(container) if container.health() == Some("healthy") => return Ok(()),
                Some(container)
                    if container.health() == Some("unhealthy")
                        || !container.state.running
                        || Instant::now() > end =>
                {
                    return Err(unwell(&container, "its health check fails"));
                }
                Some(_) => std::thread::sleep(TICK * 5),
                None => {
                    let message = "the container went away while it was waited for";
                    return Err(
                        Finding::error("container-missing", message).help("see the engine's log")
                    );
                }
            }
        }
    }

    /// Gives running containers that hold the data.
    pub(super) fn holders(&self) -> Result<Vec<Container>, Finding> {
        let running = self.docker.running().map_err(|error| asked(&error))?;
        let data = &self.site().data;
        let holds = |one: &Container| data.iter().any(|data| one.mounts_data(data));
        Ok(running.into_iter().filter(holds).collect())
    }

    /// Gives the project's container of a service.
    pub(super) fn container_of(&self, service: &str) -> Result<Option<Container>, Finding> {
        let filters = [
            format!("label=com.docker.compose.project={}", self.site().project),
            format!("label=com.docker.compose.service={service}"),
        ];
        let found = self.docker.all(&filters).map_err(|error| asked(&error))?;
        let is_one_off = |one: &Container| {
            one.label("com.docker.compose.oneoff").is_some_and(|it| it.eq_ignore_ascii_case("true"))
        };
        Ok(found.into_iter().find(|one| !is_one_off(one)))
    }

    fn new_container(&self) -> Result<Option<Container>, Finding> {
        self.container_of(&self.site().new.service)
    }

    /// Gives psql in a container, as the superuser as it was.
    pub(super) fn psql<'b>(&'b self, container: &'b str) -> Psql<'b> {
        let server = &self.journal.site.server;
        Psql {
            docker: &self.docker,
            container,
            user: &server.user,
            database: &server.database,
            password: self.password.as_ref(),
        }
    }

    /// Gives the name by which clients know the server before.
    pub(super) fn old_host(&self) -> String {
        let old = &self.site().old;
        old.container.clone().unwrap_or_else(|| old.service.clone())
    }

    /// Gives the password of the superuser as it was, from the container that has it.
    fn old_password(&self) -> Result<Option<SecretString>, Finding> {
        let site = self.site();
        let old = self.docker.container(&site.container).map_err(|error| asked(&error))?;
        let is_split = site.role.as_ref().is_some_and(|role| role.variable.is_some());
        let container = match old {
            Some(container) => Some(container),
            None if is_split => None,
            None => self.new_container()?,
        };
        let Some(container) = container.filter(|one| one.state.running) else { return Ok(None) };
        passwords::of_container(&self.docker, &container).map_err(|error| asked(&error))
    }

    /// Gives the password that the new superuser is to have.
    fn new_password(&self, role: &Role) -> Result<Option<SecretString>, Finding> {
        let Some(variable) = &role.variable else { return Ok(self.password.clone()) };
        let folder = &self.site().folder;
        let path = if folder.is_empty() { ".env".to_owned() } else { format!("{folder}/.env") };
        let kept = files::kept(self.site(), Side::After, &path);
        let there = || read_named(&self.root.join(&path), &path).ok();
        let text = kept.or_else(|| there().map(|file| file.text.to_string()));
        let password = passwords::of_variable(&self.world, text.as_deref(), variable);
        password.map(Some).ok_or_else(|| {
            let message = format!("{variable}, which the server's password comes from, is not set");
            Finding::error("password-unset", message).help("set it where it was set, or in .env")
        })
    }

    pub(super) fn ok(&mut self, text: &str) {
        self.say(&format!("        ok: {text}"));
    }

    /// Says something at once: whoever reads along must know where it stands.
    pub(super) fn say(&mut self, text: &str) {
        // A reader that went away must not stop it midway.
        drop(writeln!(self.out, "{text}").and_then(|()| self.out.flush()));
    }
}

impl Site {
    /// Tells whether Compose takes it for another service.
    pub(super) fn is_rekeyed(&self) -> bool {
        self.old.service != self.new.service
    }

    /// Tells whether the new container can be made while the old one runs: their names differ.
    pub(super) fn is_made_ahead(&self) -> bool {
        let same = self.new.container.is_some() && self.new.container == self.old.container;
        self.is_rekeyed() && !same
    }

    /// Tells whether a step is one of this migration.
    fn has(&self, step: Step) -> bool {
        match step {
            Step::Create => self.is_made_ahead(),
            Step::Stop => self.is_rekeyed(),
            _ => true,
        }
    }
}

/// How often a container is looked at that a service's outage hangs on.
const TICK: Duration = Duration::from_millis(40);

const SECOND: Duration = Duration::from_secs(1);

/// How long another process's work is waited for.
const PATIENCE_FOR_OTHERS: Duration = Duration::from_secs(180);

/// Waits for whoever is at work on the same migration: another of us, or a program that one of us
/// started and did not outlive.
fn lock(folder: &Path, out: &mut dyn Write) -> Result<Arc<File>, Finding> {
    let path = folder.join("lock");
    let failed = |reason: String| {
        let message = format!("{} can't be locked: {reason}", path.display());
        Finding::error("migrate-locked", message)
            .help("see what else works on it, and run it again")
    };
    let open = File::options().create(true).read(true).write(true).truncate(false).open(&path);
    let file = open.map_err(|error| failed(error.to_string()))?;
    let end = Instant::now() + PATIENCE_FOR_OTHERS;
    let mut is_told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Arc::new(file)),
            Err(std::fs::TryLockError::WouldBlock) if Instant::now() < end => {
                if !is_told {
                    drop(writeln!(out, "waiting for a program that is still at work on it"));
                    is_told = true;
                }
                std::thread::sleep(TICK);
            }
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(failed("something else is at work on it".to_owned()));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error.to_string())),
        }
    }
}

/// Gives the statements that set a password that is in no log: the server gets a verifier.
fn set_password(role: &str, password: &SecretString) -> String {
    let verifier = verifier(password);
    format!(
        "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';\n\
         ALTER ROLE {} PASSWORD {};\n",
        ident(role),
        literal(verifier.expose_secret())
    )
}

fn has_ended(container: &Container) -> bool {
    matches!(container.state.status.as_str(), "exited" | "dead")
}

fn unwell(container: &Container, said: &str) -> Finding {
    let message = format!(
        "{} is {}{}: {said}",
        container.name(),
        container.state.status,
        container.health().map(|health| format!(" and {health}")).unwrap_or_default()
    );
    let help = format!("`docker logs {}`, while it is there, tells why", container.name());
    Finding::error("container-unwell", message).help(help)
}

pub(super) fn held(site: &Site, other: &Container) -> Finding {
    let message = format!("{} runs and holds {}", whose(other), site.data.join(", "));
    let help = "stop it: two servers on one data folder destroy it; then go on";
    Finding::error("data-held", message).help(help)
}

fn other_cluster(site: &Site, found: &str, by: &str) -> Finding {
    let message =
        format!("another cluster answers by `{by}`: {found}, and not {}", site.server.identifier);
    let help = "the new container mounts other data, or another server answers to the name";
    Finding::error("other-cluster", message).help(help)
}
