//! `apply`: all that composemod.yaml declares, as one change: each rename in order, then each
//! server's superuser.

use std::collections::BTreeSet;

use crate::compose::names::Namespace;
use crate::diagnostics::{Finding, Place};
use crate::repo::config::{At, Config, Date, RenameDeclaration, SuperuserDeclaration};
use crate::repo::load::Repo;
use crate::transforms::intent::Intent;
use crate::transforms::plan::{Plan, PlanError, Transform};
use crate::transforms::rename::options::{ContainerName, Phase, Rename};
use crate::transforms::sequence::Sequence;
use crate::transforms::superuser::options::Superuser;

/// How what is declared is applied, the same for each step.
#[derive(Clone, Debug)]
pub struct Apply<'a> {
    /// What is declared.
    pub config: &'a Config,
    /// The file that declares it, as it is shown.
    pub path: &'a str,
    /// The day on which this runs; where there is none, nothing is overdue.
    pub today: Option<Date>,
    /// The phases to make; all where there is none.
    pub only: Option<BTreeSet<Phase>>,
    /// Whether likely mentions are only reported.
    pub only_certain: bool,
    /// The Compose files of the one project meant, from the root, in order (`-f`).
    pub files: Vec<String>,
    /// The folder of the project meant, from the root.
    pub project: Option<String>,
    /// Whether every project that defines a name is meant.
    pub all_projects: bool,
}

impl Apply<'_> {
    /// Gives the declared changes in the order in which they are made.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        let renames = self.config.renames.iter().map(|declared| {
            let rename =
                Declared { rename: self.rename(declared), overdue: self.overdue(declared) };
            (Box::new(rename) as Box<dyn Transform>, self.place(&declared.from))
        });
        let superusers = self.config.superusers.iter().map(|declared| {
            let renamed = self.config.renames.iter().find(|rename| {
                rename.kind == Namespace::Service && rename.to.value == declared.service.value
            });
            let step = AfterRenames {
                superuser: self.superuser(declared),
                before: renamed.map(|rename| rename.from.value.clone()),
            };
            (Box::new(step) as Box<dyn Transform>, self.place(&declared.service))
        });
        let steps: Vec<_> = renames.chain(superusers).collect();
        let nothing = if steps.is_empty() { ", which declares no change" } else { "" };
        Sequence { title: format!("apply {}{nothing}", self.path), steps }
    }

    fn place(&self, at: &At<String>) -> Place {
        Place { path: self.path.to_owned(), span: at.span }
    }

    fn rename(&self, declared: &RenameDeclaration) -> Rename {
        Rename {
            old: declared.from.value.clone(),
            new: declared.to.value.clone(),
            kind: declared.kind,
            container_name: match declared.container_name.as_ref().map(|name| &*name.value) {
                None => ContainerName::Follow,
                Some("keep") => ContainerName::Keep,
                Some(name) => ContainerName::Set(name.to_owned()),
            },
            aliases: declared.aliases.iter().map(|alias| alias.value.clone()).collect(),
            keep_alias: declared.keep_alias,
            only: self.only.clone(),
            only_certain: self.only_certain,
            files: self.files.clone(),
            project: self.project.clone(),
            all_projects: self.all_projects,
        }
    }

    fn superuser(&self, declared: &SuperuserDeclaration) -> Superuser {
        let text = |at: &Option<At<String>>| at.as_ref().map(|at| at.value.clone());
        Superuser {
            service: declared.service.value.clone(),
            from: text(&declared.from),
            to: declared.to.value.clone(),
            default_database: text(&declared.default_database),
            split_password: text(&declared.split_password),
            only: self.only.clone(),
            only_certain: self.only_certain,
            files: self.files.clone(),
            project: self.project.clone(),
            all_projects: self.all_projects,
        }
    }

    /// Says that an alias is kept for longer than was meant.
    fn overdue(&self, declared: &RenameDeclaration) -> Option<Finding> {
        let until = declared.keep_alias_until.as_ref()?;
        self.today.filter(|today| until.value < *today)?;
        let message = format!("the alias `{}` was to go by {}", declared.from.value, until.value);
        Some(Finding::warning("alias-overdue", message).at(self.path, until.span))
    }
}

/// A declared rename, which stays declared when its alias is gone.
struct Declared {
    rename: Rename,
    /// What to say where the old name still answers although its time is over.
    overdue: Option<Finding>,
}

impl Transform for Declared {
    fn names(&self) -> Vec<String> {
        self.rename.names()
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        let planned = self.rename.plan(repo);
        let Some(overdue) = &self.overdue else { return planned };
        match planned {
            // The alias went when its time was over, and must not come back.
            Err(PlanError::NotFound { new_exists: Some(_), .. }) => {
                Rename { keep_alias: false, ..self.rename.clone() }.plan(repo)
            }
            Err(error) => Err(error),
            Ok(mut plan) => {
                let is_made = plan
                    .intents
                    .iter()
                    .any(|intent| matches!(intent, Intent::Rename(rename) if rename.is_made));
                plan.findings.push(overdue.clone().help(if is_made {
                    format!(
                        "run `composemod retire {}`, or give it more time here",
                        self.rename.old
                    )
                } else {
                    "the rename is not made yet: give its alias more time here".to_owned()
                }));
                Ok(plan)
            }
        }
    }
}

/// A declared superuser, whose service may bear its old name still: the phases that are made may
/// leave it out.
struct AfterRenames {
    superuser: Superuser,
    /// The service's name before it is renamed.
    before: Option<String>,
}

impl Transform for AfterRenames {
    fn names(&self) -> Vec<String> {
        self.superuser.names()
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        match (self.superuser.plan(repo), &self.before) {
            (Err(PlanError::NotFound { .. }), Some(before)) => {
                Superuser { service: before.clone(), ..self.superuser.clone() }.plan(repo)
            }
            (planned, _) => planned,
        }
    }
}
