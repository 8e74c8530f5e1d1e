//! Who stands on which network under which names, in each way of loading and over all projects.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::compose::discover::{Project, extends};
use crate::compose::effective::Effective;
use crate::compose::graph::{Reach, private_names, reaches};
use crate::compose::model::{ComposeFile, Service, folder, join};
use crate::compose::network::{Ground, answers, ground};
use crate::compose::value::Value;
use crate::lints::context::{Context, Loading};

/// All ways of loading, and who answers where.
pub(in crate::lints) struct Scenes<'a> {
    pub(super) context: &'a Context<'a>,
    /// Each way of loading that could be read whole.
    pub(super) all: Vec<Scene<'a>>,
    /// Each project of the tree as docker compose loads it by itself.
    pub(super) projects: Vec<(&'a Project, &'a Effective)>,
    /// Who answers to what, over all projects.
    pub(super) directory: Directory<'a>,
}

/// One way of loading.
pub(super) struct Scene<'a> {
    pub(super) loading: Loading<'a>,
    /// The services that answer to each name, with the networks on which they do.
    names: BTreeMap<&'a str, BTreeMap<&'a str, BTreeSet<String>>>,
    /// Services of which not all can be known.
    unknown: BTreeSet<String>,
    /// The host names that services use, but for those that mean something to them alone.
    pub(super) reaches: Vec<Reach<'a>>,
}

/// A service of the tree that answers to a name on a network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Answerer<'s> {
    /// The project's place among all.
    pub(super) project: usize,
    pub(super) service: &'s str,
}

/// The services of the tree by network and name.
pub(super) type Directory<'s> = BTreeMap<(String, &'s str), BTreeSet<Answerer<'s>>>;

impl<'a> Scenes<'a> {
    pub(in crate::lints) fn of(context: &'a Context<'a>) -> Self {
        let whole: Vec<Loading<'a>> = context.loadings().filter(Loading::is_whole).collect();
        let projects = context.models();
        let (all, directory) =
            rayon::join(|| whole.into_par_iter().map(Scene::of).collect(), || directory(&projects));
        Self { context, all, projects, directory }
    }
}

/// Gives who answers to what, over all projects.
fn directory<'a>(projects: &[(&'a Project, &'a Effective)]) -> Directory<'a> {
    let mut found = Directory::new();
    for (at, (project, model)) in projects.iter().enumerate() {
        for (name, service) in &model.services {
            for (network, names) in answers(model, project, name, service) {
                for bearer in names {
                    let answerer = Answerer { project: at, service: name };
                    found.entry((network.clone(), bearer)).or_default().insert(answerer);
                }
            }
        }
    }
    found
}

impl<'a> Scene<'a> {
    fn of(loading: Loading<'a>) -> Self {
        let mut names: BTreeMap<&str, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
        for (name, service) in loading.services() {
            let mut add = |bearer: &'a str, network: Option<&String>| {
                let services = names.entry(bearer).or_default();
                services.entry(name).or_default().extend(network.cloned());
            };
            // Who uses such a name means the service, also where it does not answer.
            for bearer in [Some(name), service.text_of("container_name")].into_iter().flatten() {
                add(bearer, None);
            }
            for (network, bearers) in answers(loading.model, loading.project, name, service) {
                for bearer in bearers {
                    add(bearer, Some(&network));
                }
            }
        }
        let reaches = reaches_of(&loading, &names);
        Self { loading, names, unknown: half_known(&loading), reaches }
    }

    /// Gives the services that a name is one of, each with the networks on which it answers to it.
    pub(super) fn bearers(&self, name: &str) -> Option<&BTreeMap<&'a str, BTreeSet<String>>> {
        self.names.get(name)
    }

    /// Gives all names of services.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.names.keys().copied()
    }

    /// Gives where a service looks names up.
    pub(super) fn ground(&self, service: &str) -> Ground<'a> {
        match self.unknown.contains(service) {
            true => Ground::Unknown,
            false => ground(self.loading.model, self.loading.project, service),
        }
    }

    /// Gives a service.
    pub(super) fn service(&self, name: &str) -> Option<&'a Value> {
        self.loading.model.services.get(name)
    }
}

fn reaches_of<'a, T>(loading: &Loading<'a>, names: &BTreeMap<&'a str, T>) -> Vec<Reach<'a>> {
    let known: BTreeSet<&str> = names.keys().copied().filter(|name| !name.is_empty()).collect();
    let mut found = reaches(loading.model, &known);
    found.retain(|reach| {
        let service = loading.model.services.get(reach.service);
        let own = service.map(private_names).unwrap_or_default();
        !own.contains(reach.host.as_str()) && !names_no_target(&reach.by)
    });
    found
}

/// Finds the services that extend what is not in the tree: their networks may come from there.
fn half_known(loading: &Loading<'_>) -> BTreeSet<String> {
    let workspace = loading.context.workspace;
    let paths: BTreeSet<&str> =
        loading.project.files.iter().chain(loading.files).map(String::as_str).collect();
    let files = paths.into_iter().filter_map(|path| workspace.files.get(path));
    let services = files.flat_map(|file| file.services().map(move |service| (file, service)));
    let is_half = |(file, service): &(&ComposeFile, Service)| {
        let Some((path, base)) = extends(file, service.body) else { return false };
        let other = match path {
            Some(path) => {
                join(folder(&file.path), &path).and_then(|path| workspace.files.get(&path))
            }
            None => Some(*file),
        };
        other.and_then(|other| other.service(&base)).is_none()
    };
    services.filter(is_half).map(|(_, service)| service.name).collect()
}

/// Tells a setting whose hosts are not those that its service connects to: whom it lets in, under
/// which name it is known itself, what a browser is told.
fn names_no_target(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let mut words = key.split(|c: char| !c.is_ascii_alphanumeric());
    BROWSERS.iter().any(|start| key.starts_with(start))
        || key.contains("no_proxy")
        || words.any(|word| NO_TARGET.iter().any(|known| word.starts_with(known)))
}

/// Starts of the variables that bundlers write into pages.
const BROWSERS: [&str; 6] =
    ["expo_public_", "gatsby_", "next_public_", "react_app_", "vite_", "vue_app_"];

/// Starts of words of such settings.
const NO_TARGET: [&str; 22] = [
    "accept",
    "advertise",
    "alias",
    "allow",
    "audience",
    "bypass",
    "callback",
    "cors",
    "csrf",
    "domain",
    "exclude",
    "ignore",
    "issuer",
    "noproxy",
    "origin",
    "permit",
    "public",
    "redirect",
    "referer",
    "trust",
    "vhost",
    "whitelist",
];
