//! What a plan comes to on the machine: the containers that change, where their data lie, who reaches
//! them. The runbook is written from it, and `migrate` does it.
//!
//! All of it comes from the models before the plan, after its Compose phase and after all of it.

mod server;

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::discover::{Project, configured_files};
use crate::compose::effective::Effective;
use crate::compose::model::{DEFAULT_NAMES, OVERRIDE_NAMES, join};
use crate::compose::names::Namespace;
use crate::compose::value::Value;
use crate::repo::models::Tree;
use crate::text::change::ChangeSet;
use crate::transforms::hazards::mount;
use crate::transforms::intent::{Intent, RenameIntent, SuperuserIntent};
use crate::transforms::plan::Plan;
use crate::transforms::situation::{Models, Situation};

pub(crate) use server::{MAINTENANCE, Password, Postgres, Server};

/// Everything that a deployment is about.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The projects, in order of their main files.
    pub(crate) jobs: Vec<Job>,
    /// Compose files that change.
    pub(crate) compose_paths: Vec<String>,
    /// Other files that change.
    pub(crate) other_paths: Vec<String>,
}

/// One project.
#[derive(Debug)]
pub(crate) struct Job {
    /// How docker compose is called for it.
    pub(crate) compose: Compose,
    /// Its main file.
    pub(crate) main: String,
    /// Containers that are renamed, or whose superuser changes.
    pub(crate) moves: Vec<Move>,
    /// Other services whose definition differs after the Compose phase; their names stay.
    pub(crate) changed: Vec<String>,
    /// Services that an image is built for from files that later phases change.
    pub(crate) rebuilt: Vec<String>,
    /// Services that mount files that later phases change.
    pub(crate) restarted: Vec<String>,
    /// Services whose definition differs only after the later phases.
    pub(crate) changed_later: Vec<String>,
    /// Things besides services that are renamed.
    pub(crate) things: Vec<RenameIntent>,
    /// Files beside its own that people deploy it with.
    pub(crate) variants: Vec<String>,
}

/// How docker compose is called for a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compose {
    /// The project's folder from the root, empty for the root. Compose must be called in it: it
    /// reads the `.env` of the folder that it is called in.
    pub(crate) folder: String,
    /// The files to be named, from the folder; none where Compose finds them by itself.
    pub(crate) files: Vec<String>,
}

/// One service whose container is replaced.
#[derive(Debug)]
pub(crate) struct Move {
    /// The service as it is.
    pub(crate) before: Side,
    /// The service to be.
    pub(crate) after: Side,
    /// What runs in it.
    pub(crate) server: Server,
    /// The names that it answers to afterwards, on any network.
    pub(crate) hosts: Vec<String>,
    /// Services that reach it, by their names afterwards.
    pub(crate) dependents: Vec<String>,
    /// Services that mount its data too, by their names before and afterwards.
    pub(crate) sharers: Vec<(String, String)>,
    /// Services that log in as the superuser that was, by their names afterwards.
    pub(crate) logins: Vec<String>,
    /// Whether the container has a health check.
    pub(crate) is_probed: bool,
    /// Its new superuser.
    pub(crate) superuser: Option<SuperuserIntent>,
}

/// A service's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    /// Its key.
    pub(crate) service: String,
    /// Its `container_name`, where that can be told.
    pub(crate) container: Option<String>,
}

impl Compose {
    /// Gives a path of the project's folder from the root.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.folder.is_empty() { name.to_owned() } else { format!("{}/{name}", self.folder) }
    }
}

impl Job {
    /// Tells whether a network gets another key, which makes another network of it.
    pub(crate) fn changes_network(&self) -> bool {
        self.things.iter().any(|thing| thing.namespace == Namespace::Network)
    }

    /// Tells whether a volume gets another key.
    pub(crate) fn changes_volume(&self) -> bool {
        self.things.iter().any(|thing| thing.namespace == Namespace::Volume)
    }

    /// Tells whether what changes besides its moves can't wait: they make another network, or
    /// there are no moves that they could come after.
    pub(crate) fn goes_at_once(&self) -> bool {
        self.changes_network() || self.moves.is_empty()
    }
}

impl Move {
    /// Tells whether Compose takes it for another service, which leaves the old container running.
    pub(crate) fn is_rekeyed(&self) -> bool {
        self.before.service != self.after.service
    }

    /// Tells whether its data are copied while it is stopped: there is no dump of them.
    pub(crate) fn is_copied(&self) -> bool {
        self.is_rekeyed() && self.server.postgres().is_none() && self.server.data().next().is_some()
    }
}

impl Side {
    fn of(service: &str, model: &Effective) -> Self {
        let body = model.services.get(service);
        let container = body.and_then(|body| body.text_of("container_name"));
        let container = container.filter(|name| !name.contains('$')).map(str::to_owned);
        Self { service: service.to_owned(), container }
    }

    /// Gives the name that people know it by.
    pub(crate) fn name(&self) -> &str {
        self.container.as_ref().unwrap_or(&self.service)
    }
}

impl Facts {
    /// Gathers the facts of a plan.
    pub(crate) fn of(plan: &Plan, situation: &Situation<'_>) -> Self {
        let is_compose = |path: &str| situation.workspace.files.contains_key(path);
        let paths = plan.change.iter().map(|(path, _)| path.to_owned());
        let (compose_paths, other_paths) = paths.partition(|path| is_compose(path));
        let edits =
            plan.change.iter().filter(|(path, _)| is_compose(path)).flat_map(|(path, edit)| {
                edit.edits().iter().map(|edit| (path.to_owned(), edit.clone()))
            });
        // A part of a change whose edits are disjoint has disjoint edits.
        let first = ChangeSet::new(edits).unwrap_or_default();
        let first = Tree::after(situation.repo, situation.workspace, &first);
        let mut facts = Self { jobs: Vec::new(), compose_paths, other_paths };
        for models in situation.models.iter().filter(|models| models.variant.is_none()) {
            let job = JobMaker { plan, situation, models, middle: &first.model(&models.project) };
            let job = job.make(&facts.other_paths);
            facts.jobs.push(job);
        }
        facts
    }

    /// Gives what the change is called in the names of folders and tags.
    pub(crate) fn slug(&self) -> String {
        let named = |one: &Move| match one.is_rekeyed() {
            true => one.after.service.clone(),
            false => one.after.name().to_owned(),
        };
        let name = self.moves().map(|(_, one)| named(one)).next();
        let things = self.jobs.iter().flat_map(|job| &job.things);
        name.or_else(|| things.map(|thing| thing.new.clone()).next())
            .unwrap_or_else(|| "change".to_owned())
    }

    /// Gives all moves with their projects.
    pub(crate) fn moves(&self) -> impl Iterator<Item = (&Job, &Move)> {
        self.jobs.iter().flat_map(|job| job.moves.iter().map(move |one| (job, one)))
    }
}

/// What one project's facts are made from.
struct JobMaker<'a> {
    plan: &'a Plan,
    situation: &'a Situation<'a>,
    models: &'a Models,
    /// The model after the Compose phase.
    middle: &'a Effective,
}

impl JobMaker<'_> {
    fn make(&self, other_paths: &[String]) -> Job {
        let project = &self.models.project;
        let names = self.names();
        let changed: BTreeSet<&String> = names
            .iter()
            .filter(|(before, after)| differs(&self.models.before, before, self.middle, after))
            .map(|(_, after)| after)
            .collect();
        let moves: Vec<Move> = names
            .iter()
            .filter_map(|(before, after)| self.change(before, after, &changed))
            .collect();
        let is_moved = |name: &str| moves.iter().any(|one| one.after.service == name);
        let others = |name: &&String| !is_moved(name);
        let changed_later =
            names.values().filter(|name| differs(self.middle, name, &self.models.after, name));
        let touched = |paths: &[String]| {
            paths.iter().any(|path| other_paths.iter().any(|other| is_within(other, path)))
        };
        let by_files = |files: fn(&Project, &Value) -> Vec<String>| -> Vec<String> {
            let services = self.models.after.services.iter();
            let hit = services.filter(|(_, body)| touched(&files(project, body)));
            hit.map(|(name, _)| name.clone()).collect()
        };
        let things = self.renames().filter(|rename| {
            !matches!(rename.namespace, Namespace::Service | Namespace::Container)
        });
        Job {
            compose: Compose { folder: project.folder.clone(), files: self.named_files() },
            main: project.main.clone(),
            changed: changed.iter().copied().filter(others).cloned().collect(),
            rebuilt: by_files(build_contexts),
            restarted: by_files(mounted_files),
            changed_later: changed_later.cloned().collect(),
            things: things.cloned().collect(),
            variants: project.variants.clone(),
            moves,
        }
    }

    /// Gives the intents to rename something of this project that are still to be made.
    fn renames(&self) -> impl Iterator<Item = &RenameIntent> {
        let renames = self.plan.intents.iter().filter_map(|intent| match intent {
            Intent::Rename(rename) => Some(rename),
            _ => None,
        });
        renames.filter(|rename| !rename.is_made && self.is_of(&rename.projects))
    }

    fn is_of(&self, projects: &[Project]) -> bool {
        let own = &self.models.project;
        projects.iter().any(|other| other.folder == own.folder && other.main == own.main)
    }

    /// Gives each service's name after the plan by its name before.
    fn names(&self) -> BTreeMap<String, String> {
        let follow =
            |name: &String| {
                let renames =
                    self.renames().filter(|rename| rename.namespace == Namespace::Service);
                renames.fold(name.clone(), |name, rename| {
                    if rename.old == name { rename.new.clone() } else { name }
                })
            };
        self.models.before.services.keys().map(|name| (name.clone(), follow(name))).collect()
    }

    /// Gives what becomes of a service, where its container is renamed or its superuser changes.
    fn change(&self, before: &str, after: &str, changed: &BTreeSet<&String>) -> Option<Move> {
        let body = self.models.before.services.get(before)?;
        let (old, new) = (Side::of(before, &self.models.before), Side::of(after, self.middle));
        let superuser = self.plan.intents.iter().find_map(|intent| match intent {
            Intent::Superuser(superuser)
                if superuser.service == after && self.is_of(&superuser.projects) =>
            {
                Some(superuser.clone())
            }
            _ => None,
        });
        if old == new && superuser.is_none() {
            return None;
        }
        let server = Server::of(before, body, &self.models.before);
        let names = self.names();
        let after_name = |name: &String| names.get(name).unwrap_or(name).clone();
        let own: BTreeSet<&str> = server.data().map(|data| data.source.as_str()).collect();
        let sharers = self.models.before.services.iter().filter(|(name, body)| {
            *name != before
                && mount::mounts(body)
                    .any(|mount| mount.source.is_some_and(|source| own.contains(source)))
        });
        let sharers = sharers.map(|(name, _)| (name.clone(), after_name(name))).collect();
        let dependents = self.middle.services.iter().filter(|(name, body)| {
            let depends = body.at(&["depends_on", after]).is_some();
            *name != after && (depends || changed.contains(name))
        });
        let dependents = dependents.map(|(name, _)| name.clone()).collect();
        let is_probed = body
            .get("healthcheck")
            .is_some_and(|check| !check.get("disable").is_some_and(Value::is_true));
        let hosts = hosts(&new, self.middle);
        let logins = superuser.as_ref().map(|superuser| self.logins(after, &superuser.from));
        let logins = logins.unwrap_or_default();
        Some(Move {
            before: old,
            after: new,
            server,
            hosts,
            dependents,
            sharers,
            logins,
            is_probed,
            superuser,
        })
    }

    /// Gives the services that log in as a role, as far as their environments tell.
    fn logins(&self, server: &str, role: &str) -> Vec<String> {
        let environments = self.middle.environments.iter().filter(|(name, _)| *name != server);
        let is_login = |key: &str, value: &str| {
            let is_user = key.to_ascii_uppercase().ends_with("USER") && value == role;
            let forms = [format!("://{role}:"), format!("://{role}@"), format!("user={role} ")];
            is_user || forms.iter().any(|form| value.contains(form))
        };
        let found = environments.filter(|(_, environment)| {
            environment
                .iter()
                .any(|(key, value)| value.text().is_some_and(|text| is_login(key, text)))
        });
        found.map(|(name, _)| name.clone()).collect()
    }

    /// Gives the files that docker compose must be told, from the project's folder; none where it
    /// finds them by itself.
    fn named_files(&self) -> Vec<String> {
        let project = &self.models.project;
        let exists = |name: &&str| {
            join(&project.folder, name)
                .is_some_and(|path| self.situation.workspace.files.contains_key(&path))
        };
        let base = DEFAULT_NAMES.iter().find(|name| exists(name));
        let over = OVERRIDE_NAMES.iter().find(|name| exists(name));
        let found = base.into_iter().chain(over).filter_map(|name| join(&project.folder, name));
        let env = join(&project.folder, ".env").and_then(|path| self.situation.repo.get(&path));
        let configured = env.map(|env| configured_files(&project.folder, &env.text));
        let found: Vec<String> =
            configured.filter(|files| !files.is_empty()).unwrap_or_else(|| found.collect());
        if found == project.loaded {
            return Vec::new();
        }
        project.loaded.iter().map(|path| relative(&project.folder, path)).collect()
    }
}

/// Gives every name that a service answers to.
fn hosts(side: &Side, model: &Effective) -> Vec<String> {
    let networks = model.services.get(&side.service).and_then(|body| body.get("networks"));
    let aliases = networks
        .into_iter()
        .flat_map(Value::entries)
        .filter_map(|(_, settings)| settings.get("aliases"))
        .flat_map(Value::items)
        .filter_map(Value::text);
    let own = [Some(side.service.as_str()), side.container.as_deref()].into_iter().flatten();
    let mut hosts: Vec<String> = Vec::new();
    for host in own.chain(aliases) {
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    hosts
}

/// Tells whether Compose would recreate a service's container. What it waits for is no part of
/// the container.
fn differs(one: &Effective, name: &str, other: &Effective, other_name: &str) -> bool {
    let parts = |model: &Effective, name: &str| -> Vec<(String, Value)> {
        let body = model.services.get(name).into_iter().flat_map(Value::entries);
        let body =
            body.filter(|(key, _)| !matches!(*key, "depends_on" | "environment" | "env_file"));
        let environment = model.environments.get(name).into_iter().flatten();
        body.chain(environment.map(|(key, value)| (key.as_str(), value)))
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect()
    };
    parts(one, name) != parts(other, other_name)
}

fn build_contexts(project: &Project, body: &Value) -> Vec<String> {
    let context = body.at(&["build", "context"]).and_then(Value::text);
    context.and_then(|path| join(&project.folder, path)).into_iter().collect()
}

fn mounted_files(project: &Project, body: &Value) -> Vec<String> {
    let sources = mount::mounts(body).filter(|mount| !mount.is_volume);
    sources.filter_map(|mount| join(&project.folder, mount.source?)).collect()
}

fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Gives a path from a folder: both are from the root.
fn relative(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        return path.to_owned();
    }
    if let Some(rest) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
        return rest.to_owned();
    }
    format!("{}{path}", "../".repeat(folder.split('/').count()))
}
