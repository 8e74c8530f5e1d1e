//! What a plan does to the projects it is about: their models before and after.

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::transforms::intent::Intent;
use crate::transforms::plan::Plan;

/// The tree before and after a plan.
#[derive(Debug)]
pub struct Situation<'a> {
    /// The tree as it was read.
    pub repo: &'a Repo,
    /// Its Compose files as they are.
    pub workspace: &'a Workspace,
    /// The files as they are.
    pub before: Tree<'a>,
    /// The files as they stand after the plan.
    pub after: Tree<'a>,
    /// The projects that the plan is about: each one's model, then each of its variants' alone.
    pub models: Vec<Models>,
}

/// One project, or one of its variants, before and after a plan.
#[derive(Debug)]
pub struct Models {
    /// The project.
    pub project: Project,
    /// The variant that the models are of; none for the project's own files.
    pub variant: Option<String>,
    /// As it is.
    pub before: Effective,
    /// As it stands after the plan.
    pub after: Effective,
}

impl<'a> Situation<'a> {
    /// Loads the models that a plan is about.
    #[must_use]
    pub fn new(plan: &Plan, repo: &'a Repo, workspace: &'a Workspace) -> Self {
        let before = Tree::before(repo, workspace);
        let after = Tree::after(repo, workspace, &plan.change);
        let mut projects: Vec<&Project> = plan.intents.iter().flat_map(Intent::projects).collect();
        projects.sort_by(|a, b| (&a.folder, &a.main).cmp(&(&b.folder, &b.main)));
        projects.dedup_by(|a, b| (&a.folder, &a.main) == (&b.folder, &b.main));
        let models = projects.into_iter().flat_map(|project| {
            let own = rayon::join(|| before.model(project), || after.model(project));
            let own =
                Models { project: project.clone(), variant: None, before: own.0, after: own.1 };
            let variants = project.variants.iter().map(|path| Models {
                project: project.clone(),
                variant: Some(path.clone()),
                before: before.variant(project, path),
                after: after.variant(project, path),
            });
            std::iter::once(own).chain(variants).collect::<Vec<_>>()
        });
        let models = models.collect();
        Self { repo, workspace, before, after, models }
    }
}

impl Models {
    /// Gives the file that a person knows the models by.
    #[must_use]
    pub fn main(&self) -> &str {
        self.variant.as_ref().unwrap_or(&self.project.main)
    }
}
