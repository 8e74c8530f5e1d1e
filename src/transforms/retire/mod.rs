//! `retire NAME`: takes a network alias away where nothing needs it any more.
//!
//! From the options to the plan: `bearers` finds who answers to the name, `removal` edits the
//! Compose files, `obstacles` weighs what still names it. Where something does, nothing is changed: a
//! client would lose its server.

mod bearers;
mod obstacles;
pub mod options;
mod removal;

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::names::Namespace;
use crate::compose::usage::Class;
use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::transforms::choose::{Number, Wish};
use crate::transforms::draft::{Draft, Progress};
use crate::transforms::intent::{Intent, RetireIntent};
use crate::transforms::plan::{Plan, PlanError, Transform};
use crate::transforms::rename::{role, select};
use crate::yaml::document::NodeId;
use crate::yaml::patch::Refusal;

use bearers::Bearing;
use options::Retire;
use removal::Word;

impl Transform for Retire {
    fn names(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        let workspace = Workspace::new(repo, &self.files);
        let mut draft = Draft::new(repo, &workspace, format!("retire {}", self.name));
        let candidates = self.candidates(&workspace)?;
        let chosen = self.bearers(&candidates, repo, &workspace)?;
        if chosen.is_empty() {
            let projects = self.done(&candidates, repo, &workspace, &mut draft)?;
            return Ok(draft.finish(&projects, Progress::Made));
        }
        for bearer in &chosen {
            draft.plan.intents.push(Intent::Retire(RetireIntent {
                projects: vec![bearer.project.clone()],
                service: bearer.service.clone(),
                alias: self.name.clone(),
            }));
            self.remove(bearer, &workspace, &mut draft);
        }
        self.tell_of_the_date(&mut draft);
        obstacles::find(self, &chosen, repo, &workspace, &mut draft)?;
        let projects: Vec<Project> = chosen.into_iter().map(|one| one.project).collect();
        Ok(draft.finish(&projects, Progress::Open))
    }
}

/// A project's service that answers to the alias.
struct Bearer {
    project: Project,
    /// The models of the project and its variants.
    models: Vec<Effective>,
    service: String,
    bearings: Vec<Bearing>,
}

impl Retire {
    fn wish(&self) -> Wish<'_> {
        Wish {
            files: &self.files,
            project: self.project.as_deref(),
            number: if self.all_projects { Number::All } else { Number::One },
        }
    }

    fn candidates(&self, workspace: &Workspace) -> Result<Vec<Project>, PlanError> {
        self.wish().check(workspace)?;
        self.wish().candidates(&workspace.projects)
    }

    /// Finds the one service of each project meant that answers to the alias.
    fn bearers(
        &self,
        candidates: &[Project],
        repo: &Repo,
        workspace: &Workspace,
    ) -> Result<Vec<Bearer>, PlanError> {
        let tree = Tree::before(repo, workspace);
        let services: BTreeSet<String> = workspace
            .projects
            .iter()
            .flat_map(|project| bearers::bearings(&tree, project, &self.name))
            .map(|bearing| bearing.service)
            .collect();
        let mut found: Vec<Bearer> = Vec::new();
        for mut project in candidates.iter().cloned() {
            for service in &services {
                if is_whole(&project, service, workspace) {
                    role::adopt_overlays(std::slice::from_mut(&mut project), service, workspace);
                }
            }
            let bearings = bearers::bearings(&tree, &project, &self.name);
            let Some(first) = bearings.first() else { continue };
            let service = first.service.clone();
            let models = bearers::models(&tree, &project);
            found.push(Bearer { project, models, service, bearings });
        }
        // A project that only lays something over the service is part of the one that defines it.
        let defines = |one: &Bearer| is_whole(&one.project, &one.service, workspace);
        if found.iter().any(defines) {
            found.retain(defines);
        }
        let projects = found.iter().map(|one| one.project.clone()).collect();
        self.wish().one_or_all(&self.name, projects)?;
        for one in &found {
            let services: BTreeSet<&String> = one.bearings.iter().map(|at| &at.service).collect();
            if services.len() > 1 {
                return Err(PlanError::SeveralBearers {
                    name: self.name.clone(),
                    services: services.into_iter().cloned().collect(),
                });
            }
        }
        Ok(found)
    }

    /// Says that nothing answers to the alias, where a declared rename shows that something did, and
    /// what names it all the same. Gives the projects of the rename.
    fn done(
        &self,
        candidates: &[Project],
        repo: &Repo,
        workspace: &Workspace,
        draft: &mut Draft<'_>,
    ) -> Result<Vec<Project>, PlanError> {
        let definition = |project: &Project, namespace, name: &str| {
            select::definition(workspace, project, namespace, name)
        };
        let bears = |namespace| {
            let mut places = candidates.iter();
            let place = places.find_map(|project| definition(project, namespace, &self.name));
            place.map(|(path, span)| {
                let (name, kind) = (self.name.clone(), namespace.word());
                PlanError::NotAnAlias { name, kind, path, span }
            })
        };
        if let Some(error) = bears(Namespace::Service) {
            return Err(error);
        }
        if let Some(declared) = &self.declared {
            let message = format!("nothing answers to the alias `{}` any more", self.name);
            let place = declared.place.clone();
            let finding = Finding::info("alias-gone", message).at(place.path, place.span);
            draft.plan.findings.push(finding.help("the rename can leave the declaration"));
            let of_service = |project: &&Project| {
                definition(project, Namespace::Service, &declared.service).is_some()
            };
            let projects: Vec<Project> = candidates.iter().filter(of_service).cloned().collect();
            if !projects.is_empty() && bears(Namespace::Container).is_none() {
                let service = &declared.service;
                obstacles::left_behind(self, service, &projects, repo, workspace, draft)?;
            }
            return Ok(projects);
        }
        Err(bears(Namespace::Container)
            .unwrap_or_else(|| self.not_found(candidates, repo, workspace)))
    }

    fn not_found(&self, candidates: &[Project], repo: &Repo, workspace: &Workspace) -> PlanError {
        let tree = Tree::before(repo, workspace);
        let models: Vec<Effective> =
            candidates.iter().flat_map(|project| bearers::models(&tree, project)).collect();
        let known: BTreeSet<&str> = models.iter().flat_map(bearers::names).collect();
        let nearest = nearest(&self.name, known);
        PlanError::NotFound {
            kind: "network alias",
            name: self.name.clone(),
            nearest: nearest.into_iter().map(str::to_owned).collect(),
            new_exists: None,
            findings: workspace.findings.clone(),
        }
    }

    /// Tells where the alias was promised for longer.
    fn tell_of_the_date(&self, draft: &mut Draft<'_>) {
        let Some(declared) = &self.declared else { return };
        let Some(day) = &declared.keep_until else { return };
        let message = format!("the alias `{}` is declared to stay until {day}", self.name);
        let finding = Finding::warning("alias-kept-by-declaration", message)
            .at(declared.place.path.clone(), declared.place.span)
            .help("retire it then, or declare another day; once it is gone the rename can leave the declaration");
        draft.plan.findings.push(finding);
    }

    /// Takes the alias out of each file that gives it.
    fn remove(&self, bearer: &Bearer, workspace: &Workspace, draft: &mut Draft<'_>) {
        let mut items: BTreeMap<&str, BTreeSet<NodeId>> = BTreeMap::new();
        for bearing in &bearer.bearings {
            let Some(file) = workspace.files.get(&bearing.path) else { continue };
            let place = file.doc.node(bearing.node).span;
            if let Some(error) = file.errors.first() {
                let reason =
                    format!("the alias stands in a file that can't be edited: {}", error.message);
                draft.refuse(&bearing.path, &Refusal { span: error.span, reason });
            } else if bearing.is_literal {
                items.entry(&bearing.path).or_default().insert(bearing.node);
            } else {
                let reason = format!(
                    "a variable gives the alias `{}`, and may give another elsewhere; take it out by hand",
                    self.name
                );
                draft.refuse(&bearing.path, &Refusal { span: place, reason });
            }
        }
        for (path, items) in items {
            let Some(file) = workspace.files.get(path) else { continue };
            let items: Vec<NodeId> = items.into_iter().collect();
            let word = word(bearer, path, workspace);
            match removal::remove(file, &bearer.service, &items, word) {
                Ok(patch) => draft.added(path, patch, Class::Alias, "the alias that is retired"),
                Err(refusal) => draft.refuse(path, &refusal),
            }
        }
    }
}

/// Whether a project defines a service wholly.
fn is_whole(project: &Project, service: &str, workspace: &Workspace) -> bool {
    let mut files = project.all_files().filter_map(|path| workspace.files.get(path));
    files.any(|file| role::is_whole_in(file, service))
}

/// Whether one file alone says which networks the service joins.
fn word(bearer: &Bearer, path: &str, workspace: &Workspace) -> Word {
    let files = bearer.project.all_files().filter_map(|path| workspace.files.get(path));
    let mut says = files.filter_map(|file| {
        let body = file.service(&bearer.service)?.body;
        let has = |key: &str| file.attribute(body, key).is_some();
        (has("extends") || (has("networks") && file.path != path)).then_some(())
    });
    if says.next().is_some() { Word::Shared } else { Word::Only }
}

#[cfg(test)]
mod tests;
