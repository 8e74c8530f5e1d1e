//! What still names a service by a name that it only keeps as an alias.
//!
//! A use is what a rename that is made already would still edit; what it would only report may be
//! one. So a name that has no use left is one whose rename is complete.

use crate::compose::discover::Project;
use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::{Finding, Severity};
use crate::repo::kind::kind;
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::transforms::draft::Draft;
use crate::transforms::plan::{LeftMention, Plan, PlanError};
use crate::transforms::rename::options::{Phase, Rename};
use crate::transforms::rename::role::{self, Role};
use crate::transforms::rename::select::owner;
use crate::transforms::rename::{Renaming, structure};

/// The mentions of a name, and what keeps them from being known.
#[derive(Debug, Default)]
pub(in crate::transforms) struct Uses {
    /// Every mention, with how it stands to the service.
    pub(in crate::transforms) mentions: Vec<(LeftMention, Standing)>,
    /// Files and places that name it and can't be read for sure.
    pub(in crate::transforms) errors: Vec<Finding>,
}

/// How a mention stands to the service that bears the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transforms) enum Standing {
    /// It means the service.
    Use,
    /// It may mean the service, in a file that something runs by.
    Possible,
    /// It means something else, or only a person reads it.
    Harmless,
}

/// Finds what names `service` of the projects by the name `old`, which is an alias of it now.
///
/// # Errors
/// As of a rename from the one to the other.
pub(in crate::transforms) fn uses(
    old: &str,
    service: &str,
    repo: &Repo,
    workspace: &Workspace,
    projects: &[Project],
) -> Result<Uses, PlanError> {
    let rename = Rename { all_projects: true, ..Rename::new(old, service) };
    let (plan, definers) = planned(&rename, repo, workspace, projects)?;
    let judge = Judge { old, repo, workspace, projects, definers: &definers };
    let edits = plan.edits.into_iter().map(|edit| {
        let standing = if is_for_people(edit.class) { Standing::Harmless } else { Standing::Use };
        let mention = LeftMention {
            path: edit.path,
            span: edit.edit.span,
            text: edit.old,
            class: edit.class,
            confidence: edit.confidence,
            reason: edit.reason,
        };
        (mention, standing)
    });
    let left = plan.left.into_iter().map(|mention| {
        let standing =
            if judge.may_be_a_use(&mention) { Standing::Possible } else { Standing::Harmless };
        (mention, standing)
    });
    let is_error = |finding: &Finding| finding.severity == Severity::Error;
    Ok(Uses {
        mentions: edits.chain(left).collect(),
        errors: plan.findings.into_iter().filter(is_error).collect(),
    })
}

/// Plans a rename as one that is made already in some projects, whatever they define.
///
/// # Errors
/// As of the rename.
pub(super) fn as_made(
    rename: &Rename,
    repo: &Repo,
    workspace: &Workspace,
    projects: &[Project],
) -> Result<Plan, PlanError> {
    let (mut plan, _) = planned(rename, repo, workspace, projects)?;
    plan.sort();
    Ok(plan)
}

/// The plan, and the projects that define the old name.
fn planned(
    rename: &Rename,
    repo: &Repo,
    workspace: &Workspace,
    projects: &[Project],
) -> Result<(Plan, Vec<Project>), PlanError> {
    let mut renaming = Renaming {
        rename,
        repo,
        workspace,
        projects,
        is_proven: true,
        draft: Draft::new(repo, workspace, String::new()),
    };
    let targets = renaming.targets(rename.kind, true)?;
    renaming.compose_files(&targets);
    renaming.other_files(&targets);
    let definers = renaming.definers(&targets);
    Ok((renaming.draft.plan, definers))
}

fn is_for_people(class: Class) -> bool {
    matches!(class, Class::Prose | Class::Comment | Class::Message | Class::Output | Class::History)
}

/// What tells whether a mention that a rename leaves alone may be a use all the same.
struct Judge<'a> {
    old: &'a str,
    repo: &'a Repo,
    workspace: &'a Workspace,
    projects: &'a [Project],
    definers: &'a [Project],
}

impl Judge<'_> {
    /// Whether what resolves names may come to the alias by a mention. Commands do not: no engine
    /// takes an alias for a container or a service.
    fn may_be_a_use(&self, mention: &LeftMention) -> bool {
        let may_resolve = matches!(
            mention.class,
            Class::Host
                | Class::HostSetting
                | Class::NameList
                | Class::Literal
                | Class::Snippet
                | Class::Unknown
        );
        may_resolve
            && mention.confidence == Confidence::Unsure
            && match self.workspace.files.get(&mention.path) {
                Some(file) => {
                    let role = role::role(file, self.old, self.workspace, self.projects);
                    role != Role::Foreign { defines_old: true }
                        && !structure::is_own_host_name(file, mention.span)
                }
                None => self.is_run_by(&mention.path) && !self.is_of_another(&mention.path),
            }
    }

    /// Whether something runs by the file: all but documentation.
    fn is_run_by(&self, path: &str) -> bool {
        let file = self.repo.get(path);
        file.is_none_or(|file| Phase::of(kind(&file.path, &file.text)) != Phase::Docs)
    }

    /// Whether a file lies with another project that has something of this name itself.
    fn is_of_another(&self, path: &str) -> bool {
        let is_chosen = |project: &Project| {
            self.projects.iter().any(|own| own.folder == project.folder && own.main == project.main)
        };
        owner(path, self.definers).is_some_and(|project| !is_chosen(project))
    }
}
