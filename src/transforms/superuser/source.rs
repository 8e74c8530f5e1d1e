//! Whether the superuser's name is changed where its variable is set, or at the server alone.
//!
//! Invariant: a variable's value changes only where nothing but the server reads it; else an app
//! would be promoted along. In doubt the server gets a value of its own, which is always right.

use crate::compose::command::{Context, clients};
use crate::compose::model::{ComposeFile, join};
use crate::compose::usage::occurrences;
use crate::compose::value::Value;
use crate::repo::kind::{FileKind, kind};
use crate::transforms::rename::elsewhere::is_in_reach;
use crate::transforms::rename::options::Phase;

use super::backups::is_cluster_backup;
use super::family::Family;
use super::purpose::{Purpose, purpose};
use super::server::Server;
use super::setting::Site;
use super::variable::{Use, uses};

/// How the server comes to its new superuser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The variable's value changes where it is set.
    Variable,
    /// The server gets the name itself; why the variable stays.
    Literal(String),
}

/// Tells how a server whose superuser comes from a variable gets another one.
pub(super) fn source(server: &Server<'_>, variable: &str) -> Source {
    let reason = other_compose_use(server, variable)
        .or_else(|| passed_on(server, variable))
        .or_else(|| read_elsewhere(server, variable))
        .or_else(|| not_set_here(server, variable));
    reason.map_or(Source::Variable, Source::Literal)
}

/// Tells what else reads a variable of an env file that the server is given, if anything does.
pub(super) fn other_reader(server: &Server<'_>, path: &str, variable: &str) -> Option<String> {
    let is_interpolated = join(&server.project.folder, ".env").as_deref() == Some(path);
    let in_compose = || other_compose_use(server, variable).filter(|_| is_interpolated);
    passed_on(server, variable).or_else(in_compose).or_else(|| read_elsewhere(server, variable))
}

/// The uses of a variable in the Compose files that share the project's env file.
pub(super) fn compose_uses(server: &Server<'_>, variable: &str) -> Vec<Use> {
    let folder = &server.project.folder;
    let beside = server.all_projects.iter().filter(|project| project.folder == *folder);
    let mut paths: Vec<&str> = beside.flat_map(|project| project.all_files()).collect();
    paths.extend(server.project.all_files());
    paths.sort_unstable();
    paths.dedup();
    let files: Vec<&ComposeFile> =
        paths.into_iter().filter_map(|path| server.workspace.files.get(path)).collect();
    uses(files, variable, &server.users)
}

/// Tells whether a use is the server's own.
pub(super) fn is_servers(server: &Server<'_>, one: &Use) -> bool {
    let service = server.service();
    if one.users.is_empty() {
        let file = server.workspace.files.get(&one.path);
        let site = file.and_then(|file| Site::find(file, service));
        return site.is_some_and(|site| site.holds(one.node));
    }
    one.users.iter().all(|user| user.service == service)
}

fn other_compose_use(server: &Server<'_>, variable: &str) -> Option<String> {
    let database = server.family.database_key();
    let found = compose_uses(server, variable).into_iter().find(|one| {
        let fits = one.users.iter().all(|user| {
            let keys: Vec<&str> = user.keys.iter().map(String::as_str).collect();
            match keys.as_slice() {
                ["environment", key] if is_cluster_backup_of(server, &user.service) => {
                    key.ends_with("USER")
                }
                ["environment", key] => {
                    *key == Family::USER || *key == database || *key == "PGUSER"
                }
                ["healthcheck", ..] => true,
                _ => false,
            }
        });
        let is_admins = one.users.iter().all(|user| {
            user.service == server.service() || is_cluster_backup_of(server, &user.service)
        });
        !(fits && (is_servers(server, one) || !one.users.is_empty() && is_admins))
    })?;
    let users = found.users.iter().find(|user| user.service != server.service());
    Some(match users {
        Some(user) => format!("service `{}` takes it too, and keeps the old user", user.service),
        None => format!("{} uses it for something else too", found.path),
    })
}

fn is_cluster_backup_of(server: &Server<'_>, service: &str) -> bool {
    server.groups.iter().any(|group| is_cluster_backup(server, &group.model, service))
}

/// Services that get the variable with a whole env file.
fn passed_on(server: &Server<'_>, variable: &str) -> Option<String> {
    let others = server.groups.iter().flat_map(|group| {
        let services = group.model.services.iter();
        services.map(|(service, body)| (service, body, group.model.environments.get(service)))
    });
    let mut others = others.filter(|(service, ..)| service.as_str() != server.service());
    let (service, ..) = others.find(|(service, body, environment)| {
        let is_given = environment.is_some_and(|known| known.contains_key(variable))
            || server.is_to_be_given(body, variable);
        is_given && !is_cluster_backup_of(server, service)
    })?;
    Some(format!("service `{service}` is given it too, and keeps the old user"))
}

fn read_elsewhere(server: &Server<'_>, variable: &str) -> Option<String> {
    let chosen = std::slice::from_ref(server.project);
    let found = server.repo.files.iter().find(|file| {
        if server.workspace.files.contains_key(&file.path)
            || !file.text.contains(variable)
            || !is_in_reach(&file.path, chosen, server.all_projects)
            || server.is_mounted(&file.path)
        {
            return false;
        }
        let is_named = |at: &(std::ops::Range<usize>, bool)| at.1;
        let all: Vec<_> = occurrences(&file.text, variable).filter(is_named).collect();
        match kind(&file.path, &file.text) {
            FileKind::Env
            | FileKind::Docs
            | FileKind::History
            | FileKind::Generated
            | FileKind::Ci => false,
            FileKind::Shell | FileKind::Make => {
                let calls = clients(&file.text, &Context::default());
                let users: Vec<_> = calls
                    .iter()
                    .filter(|call| purpose(call) == Purpose::Cluster)
                    .filter_map(|call| call.user.as_ref()?.range.clone())
                    .collect();
                let is_user = |at: &std::ops::Range<usize>| {
                    users.iter().any(|user| user.start <= at.start && at.end <= user.end)
                };
                !all.iter().all(|(at, _)| is_user(at))
            }
            _ => !all.is_empty(),
        }
    })?;
    Some(format!("{} reads it too", found.path))
}

fn not_set_here(server: &Server<'_>, variable: &str) -> Option<String> {
    let Some(old) = &server.old.name else {
        return Some("no file here sets it".to_owned());
    };
    let env_path = join(&server.project.folder, ".env")?;
    let files = &server.env_files;
    let env = files.iter().find(|file| file.file.path == env_path);
    let set = env.and_then(|file| file.value(variable));
    let mut defaults = Vec::new();
    for one in compose_uses(server, variable) {
        let Some(file) = server.workspace.files.get(&one.path) else { continue };
        let raw = file.doc.value(one.node).unwrap_or_default();
        defaults
            .extend(one.reference.default().and_then(|at| raw.get(at.clone())).map(str::to_owned));
    }
    let is_mirrored = files.iter().any(|file| file.value(variable).as_ref() == Some(old));
    if is_mirrored && !server.superuser.covers(Phase::Config) {
        return Some("env files are not to be changed".to_owned());
    }
    match set {
        Some(set) if set != *old => Some("its value is put together".to_owned()),
        _ if defaults.iter().any(|default| default != old) => {
            Some("its defaults differ from each other".to_owned())
        }
        None if defaults.is_empty() => Some("no file here sets it".to_owned()),
        _ => None,
    }
}

impl Server<'_> {
    /// Tells whether a file is mounted into the server's container, and so reads its variables.
    pub(super) fn is_mounted(&self, path: &str) -> bool {
        self.mounts().any(|(source, _)| {
            let rest = path.strip_prefix(source.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Tells whether a file is one of the scripts that make a new data directory.
    pub(super) fn is_init_script(&self, path: &str) -> bool {
        self.mounts().filter(|(_, target)| target.starts_with("/docker-entrypoint-initdb.d")).any(
            |(source, _)| {
                let rest = path.strip_prefix(source.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            },
        )
    }

    /// Paths from the root that are mounted into the server, with their targets.
    fn mounts(&self) -> impl Iterator<Item = (String, String)> {
        let volumes = self.groups.iter().filter_map(|group| {
            Some(group.model.services.get(self.service())?.get("volumes")?.items())
        });
        volumes.flatten().filter_map(|volume: &Value| {
            let source = volume.text_of("source").filter(|source| source.starts_with('.'))?;
            let source = join(&self.project.folder, source).filter(|path| !path.is_empty())?;
            Some((source, volume.text_of("target")?.to_owned()))
        })
    }
}
