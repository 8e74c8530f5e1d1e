//! What is looked at before anything is changed: the engine, the project's containers, the server and the
//! tree. All of it only reads.

mod around;
mod container;
mod server;
mod tree;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::compose::names::Namespace;
use crate::diagnostics::Finding;
use crate::engine::docker::{Container, Docker};
use crate::engine::program::{CallError, World};
use crate::repo::load::Repo;
use crate::transforms::deployment::{Facts, Job, Move};
use crate::transforms::plan::Plan;

use super::files::Texts;
use super::journal::{Named, Side, Site};
use super::passwords;
use super::words::{asked, short};

use container::old_container;

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

pub(super) fn named(container: &Container) -> Named {
    Named {
        id: container.id.clone(),
        name: container.name().to_owned(),
        is_healthy: container.health() == Some("healthy"),
    }
}
