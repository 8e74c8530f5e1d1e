//! Which names a service answers to on which network, within its project and over projects.

use rayon::prelude::*;

use super::view::View;
use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::network::{answers, presences};
use crate::compose::value::Value;
use crate::diagnostics::Place;
use crate::transforms::situation::Situation;

/// Another project of the tree.
pub(super) struct Other<'a> {
    pub(super) project: &'a Project,
    /// As it stands after the plan.
    pub(super) model: Effective,
}

/// Loads the projects of the tree that are foreign to one of the plan's, after the plan.
pub(super) fn others<'a>(situation: &'a Situation<'a>) -> Vec<Other<'a>> {
    let is_foreign = |project: &&Project| {
        situation.models.iter().any(|models| models.project.folder != project.folder)
    };
    let projects = situation.workspace.projects.par_iter().filter(is_foreign);
    projects.map(|project| Other { project, model: situation.after.model(project) }).collect()
}

/// A service that answers to a name on a network.
pub(super) struct Answering<'v> {
    pub(super) service: &'v str,
    /// The main file of its project, where that is another one.
    pub(super) elsewhere: Option<&'v str>,
    /// Where it is told.
    pub(super) place: Option<Place>,
}

impl View<'_> {
    /// Finds the services besides one that answer to a name on a network after the plan. Those of
    /// other projects that can't run beside it, as they bear its container's name, are left out: they
    /// are copies of its project.
    pub(super) fn answering(
        &self,
        (service, value): (&str, &Value),
        network: &str,
        name: &str,
    ) -> Vec<Answering<'_>> {
        let own_container = value.text_of("container_name");
        let answers_to = |model: &Effective, project: &Project, other: (&str, &Value)| {
            answers(model, project, other.0, other.1)
                .get(network)
                .is_some_and(|names| names.contains(&name))
        };
        let own = self.after.services.iter().filter(|(other, value)| {
            *other != service && answers_to(&self.after, self.project, (other, value))
        });
        let own = own.map(|(other, _)| Answering {
            service: other,
            elsewhere: None,
            place: self.service(other),
        });
        let foreign = self.foreign().flat_map(|other| {
            let services = other.model.services.iter().filter(move |(name, value)| {
                let container = value.text_of("container_name");
                (own_container.is_none() || container != own_container)
                    && answers_to(&other.model, other.project, (name, value))
            });
            services.map(|(service, _)| Answering {
                service,
                elsewhere: Some(&other.project.main),
                place: None,
            })
        });
        own.chain(foreign).collect()
    }

    /// The main files of other projects with a service on a network.
    pub(super) fn sharing(&self, network: &str) -> Vec<&str> {
        let is_on = |other: &&Other<'_>| {
            other.model.services.values().any(|service| {
                let found = presences(&other.model, other.project, service);
                found.iter().any(|presence| presence.id == network)
            })
        };
        self.foreign().filter(is_on).map(|other| other.project.main.as_str()).collect()
    }

    /// Projects in other folders: one folder's files are one project to the engine.
    pub(super) fn foreign(&self) -> impl Iterator<Item = &Other<'_>> {
        self.others.iter().filter(|other| other.project.folder != self.project.folder)
    }
}
