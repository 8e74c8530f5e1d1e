//! A project as it was at `--changed-since` beside what it is now: what lints of a change see.
//!
//! A service is known by its key; where that is gone, by the data that another service took over.
//! Deliberately absent: a project whose folder has another name, whose data may have moved with it.

use crate::compose::call::docker_compose;
use crate::compose::discover::Project;
use crate::compose::interpolate::{Piece, pieces};
use crate::compose::model::join;
use crate::compose::network::engine_name;
use crate::compose::store::is_within;
use crate::compose::value::{Origin, Value};
use crate::diagnostics::{Finding, Place};
use crate::lints::context::{Context, Inputs, Loading, LoadingKind};
use crate::repo::workspace::Workspace;
use crate::transforms::hazards::mount::{self, Mount, mounts};

/// One way of loading a project, at the revision and now.
pub(super) struct Change<'c> {
    pub(super) before: Loading<'c>,
    pub(super) now: Loading<'c>,
    /// How the person named the revision.
    pub(super) revision: &'c str,
}

/// A service at the revision and now.
pub(super) struct Pair<'c> {
    pub(super) old: &'c str,
    pub(super) new: &'c str,
    pub(super) before: &'c Value,
    pub(super) now: &'c Value,
}

/// Looks at each way of loading a project that the change touches. What is found at one place in
/// several is said once.
pub(super) fn changes(
    context: &Context<'_>,
    find: impl Fn(&Change<'_>) -> Vec<Finding>,
) -> Vec<Finding> {
    let Some(base) = &context.inputs.base else { return Vec::new() };
    let is_touched = |project: &Project| {
        let mut files = project.all_files();
        files.any(|path| base.changed.contains(path))
            || base.changed.iter().any(|path| is_below(path, &project.folder))
    };
    let inputs = Inputs { base: None, ..context.inputs.clone() };
    let workspace = Workspace::new(&base.repo, &inputs.files);
    let past = Context::new(&base.repo, &workspace, &inputs, is_touched);
    let befores: Vec<Loading<'_>> = past.loadings().collect();
    let mut found: Vec<Finding> = Vec::new();
    for now in context.loadings().filter(|now| is_touched(now.project)) {
        let Some(before) = counterpart(&befores, &now) else { continue };
        for finding in find(&Change { before, now, revision: &base.revision }) {
            if !found.iter().any(|known| known.place == finding.place) {
                found.push(finding);
            }
        }
    }
    found
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || is_within(path, folder)
}

/// Finds how a project was loaded before.
fn counterpart<'c>(befores: &[Loading<'c>], now: &Loading<'_>) -> Option<Loading<'c>> {
    let beside =
        || befores.iter().filter(|before| before.project.folder == now.project.folder).copied();
    let same = beside().find(|before| before.files == now.files);
    let is_own = |before: &Loading<'_>| before.kind == LoadingKind::Own;
    same.or_else(|| match now.kind {
        LoadingKind::Own => {
            let is_there = |before: &Loading<'_>| {
                now.context.workspace.files.contains_key(&before.project.main)
            };
            // The one project of a folder may have got a file of another name.
            let mut gone = beside().filter(|before| is_own(before) && !is_there(before));
            let renamed = gone.next().filter(|_| gone.next().is_none());
            beside()
                .find(|before| is_own(before) && before.project.main == now.project.main)
                .or(renamed)
        }
        LoadingKind::Variant | LoadingKind::Overlay => {
            beside().find(|before| !is_own(before) && before.files.last() == now.files.last())
        }
    })
}

impl<'c> Change<'c> {
    /// Gives the services that have the key that they had.
    pub(super) fn kept(&self) -> impl Iterator<Item = Pair<'c>> {
        let (before, now) = (&self.before.model.services, &self.now.model.services);
        before.iter().filter_map(|(name, before)| {
            Some(Pair { old: name, new: name, before, now: now.get(name)? })
        })
    }

    /// Gives the services whose key is gone, each with the new services that mount its data, and
    /// with the first mount of these.
    pub(super) fn renamed(&self) -> Vec<(Pair<'c>, Mount<'c>)> {
        let (before, now) = (&self.before.model.services, &self.now.model.services);
        let gone = before.iter().filter(|(name, _)| !now.contains_key(*name));
        let new: Vec<_> = now.iter().filter(|(name, _)| !before.contains_key(*name)).collect();
        let mut found = Vec::new();
        for (old, service) in gone.filter(|(name, _)| !is_job(&self.before, name)) {
            let is_store = mount::store(service).is_some();
            let takers = new.iter().filter_map(|(name, now)| {
                let taken = mount::data(now);
                let is_taken = |own: &Mount<'_>| {
                    taken.iter().any(|other| {
                        self.is_same_source(own, other) && (is_store || own.target == other.target)
                    })
                };
                let shared = mount::data(service)
                    .into_iter()
                    .find(|own| is_taken(own) && (is_store || self.is_sole(own)))?;
                Some((Pair { old, new: name, before: service, now }, shared))
            });
            let takers: Vec<_> = takers.collect();
            // What several services mount is handed about, and is no one's data.
            if is_store || takers.len() == 1 {
                found.extend(takers);
            }
        }
        found
    }

    /// Tells whether one service alone mounted something.
    fn is_sole(&self, own: &Mount<'_>) -> bool {
        let is_it =
            |other: &Mount<'_>| (other.is_volume, other.source) == (own.is_volume, own.source);
        let services = self.before.model.services.values();
        services.filter(|service| mounts(service).any(|mount| is_it(&mount))).count() == 1
    }

    /// Gives the services that have the data that they had, under whatever key.
    pub(super) fn with_their_data(&self) -> Vec<Pair<'c>> {
        let kept = self.kept().filter(|pair| {
            let now = mount::data(pair.now);
            mount::data(pair.before)
                .iter()
                .any(|own| now.iter().any(|other| self.is_same_source(own, other)))
        });
        kept.chain(self.renamed().into_iter().map(|(pair, _)| pair)).collect()
    }

    /// Tells whether what a service mounted is what one mounts now.
    pub(super) fn is_same_source(&self, old: &Mount<'_>, new: &Mount<'_>) -> bool {
        let (Some(before), Some(now)) = (old.source, new.source) else { return false };
        match (old.is_volume, new.is_volume) {
            (true, true) => self.is_same_volume(before, now),
            (false, false) => {
                let folder = &self.now.project.folder;
                before == now
                    || join(folder, before).is_some_and(|at| Some(at) == join(folder, now))
            }
            _ => false,
        }
    }

    /// Tells whether a volume's key before and one now lead to one volume of the engine.
    pub(super) fn is_same_volume(&self, old: &str, new: &str) -> bool {
        let name = |loading: &Loading<'_>, key: &str| {
            engine_name(loading.model, loading.project, "volumes", key)
        };
        let written = |loading: &Loading<'_>, key: &str| {
            let settings = loading.model.volumes.get(key);
            settings.and_then(|settings| settings.text_of("name")).map(str::to_owned)
        };
        let is_of_key = |name: &str, key: &str| {
            name.strip_suffix(key).is_some_and(|project| project.ends_with('_'))
        };
        match (name(&self.before, old), name(&self.now, new)) {
            (Some(before), Some(now)) => before == now,
            // What the project is called here is not known: its folder may have any name.
            (None, Some(name)) => is_of_key(&name, old),
            (Some(name), None) => is_of_key(&name, new),
            (None, None) => old == new && written(&self.before, old) == written(&self.now, new),
        }
    }

    /// Gives the start of a command on the project with its files of the revision.
    pub(super) fn compose_before(&self) -> String {
        compose(&self.before)
    }

    /// Gives the start of a command on the project with its files as they are.
    pub(super) fn compose_now(&self) -> String {
        compose(&self.now)
    }

    /// Where a value stands that is there now, else where its service does.
    pub(super) fn place(&self, value: Option<&Value>, service: &str) -> Option<Place> {
        value.and_then(|value| self.now.place(value)).or_else(|| self.now.service(service))
    }
}

fn compose(loading: &Loading<'_>) -> String {
    let files: Vec<&str> = loading.files.iter().map(String::as_str).collect();
    docker_compose(&loading.project.folder, &files)
}

/// Tells whether a service only does something once: others wait for its end.
fn is_job(loading: &Loading<'_>, service: &str) -> bool {
    loading.model.services.values().any(|other| {
        let waits = other.at(&["depends_on", service, "condition"]).and_then(Value::text);
        waits == Some("service_completed_successfully")
    })
}

/// How a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The files say it.
    Surely,
    /// It is the default of a variable that no file sets.
    ByDefault,
    /// It holds a variable that nothing says.
    Not,
}

/// Tells how a value is known in a way of loading a project.
pub(super) fn told(loading: &Loading<'_>, value: &Value) -> Told {
    let Some(origin) = &value.origin else { return Told::Surely };
    let raw = origin.raw();
    let is_set = |name: &str| loading.model.env.contains_key(name);
    if value.text().is_none_or(|text| text.contains("${")) {
        return Told::Not;
    }
    // In an env file an earlier line may set it.
    if let Origin::EnvFile { .. } = origin {
        return if raw.contains('$') { Told::ByDefault } else { Told::Surely };
    }
    let mut told = Told::Surely;
    for piece in pieces(raw).unwrap_or_default() {
        let Piece::Variable(variable) = piece else { continue };
        if raw.get(variable.name).is_some_and(is_set) {
            continue;
        }
        told = match variable.operator {
            Some(_) => Told::ByDefault,
            None => return Told::Not,
        };
    }
    told
}
