//! Which of a tree's projects a person means: by the flags, or because there is only one.

use std::collections::BTreeSet;

use crate::compose::discover::Project;
use crate::diagnostics::{Finding, Severity};
use crate::repo::workspace::Workspace;
use crate::transforms::plan::{Outcome, Plan, PlanError};

/// What the flags say of the projects meant.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The Compose files of the one project meant (`-f`).
    pub files: &'a [String],
    /// The folder, or main file, of the project meant (`--project`).
    pub project: Option<&'a str>,
    /// How many projects are meant.
    pub number: Number,
}

/// How many projects are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// One; where several fit, the person must say which.
    One,
    /// All that fit (`--all-projects`).
    All,
}

impl Wish<'_> {
    /// Checks that there are projects, and that the files named can be read.
    ///
    /// # Errors
    /// There are none, or one can't.
    pub fn check(&self, workspace: &Workspace) -> Result<(), PlanError> {
        if let Some(path) = self.files.iter().find(|path| !workspace.files.contains_key(*path)) {
            return Err(PlanError::UnreadableFile { path: path.clone() });
        }
        if workspace.projects.is_empty() {
            return Err(PlanError::NoComposeFile);
        }
        Ok(())
    }

    /// Gives the projects meant where no name says which fit.
    ///
    /// # Errors
    /// There is none, the flags name none, or there are several and one is meant.
    pub fn projects(&self, workspace: &Workspace) -> Result<Vec<Project>, PlanError> {
        self.check(workspace)?;
        let found = self.candidates(&workspace.projects)?;
        if found.len() > 1 && self.number == Number::One {
            return Err(PlanError::ManyProjects { choices: found.iter().map(choice).collect() });
        }
        Ok(found)
    }

    /// Gives the projects that the flags allow.
    ///
    /// # Errors
    /// They allow none.
    pub fn candidates(&self, all: &[Project]) -> Result<Vec<Project>, PlanError> {
        let found: Vec<Project> =
            all.iter().filter(|project| self.allows(project)).cloned().collect();
        if found.is_empty() {
            let known = all.iter().map(choice).collect();
            let wanted = self.project.unwrap_or_default().to_owned();
            return Err(PlanError::UnknownProject { wanted, known });
        }
        Ok(found)
    }

    /// Gives the projects that define a name, unless there are several and one is meant.
    ///
    /// # Errors
    /// There are several, and one is meant.
    pub fn one_or_all(
        &self,
        name: &str,
        projects: Vec<Project>,
    ) -> Result<Vec<Project>, PlanError> {
        if projects.len() > 1 && self.number == Number::One {
            let choices = projects.iter().map(choice).collect();
            return Err(PlanError::SeveralProjects { name: name.to_owned(), choices });
        }
        Ok(projects)
    }

    /// Checks that no more than one project fits.
    ///
    /// # Errors
    /// There are several.
    pub fn one(&self, projects: &[&Project]) -> Result<(), PlanError> {
        if projects.len() > 1 {
            let choices = projects.iter().map(|project| choice(project)).collect();
            return Err(PlanError::ManyProjects { choices });
        }
        Ok(())
    }

    fn allows(&self, project: &Project) -> bool {
        self.project.is_none_or(|wanted| {
            let wanted = wanted.trim_end_matches('/');
            let wanted = if wanted == "." { "" } else { wanted };
            project.folder == wanted || project.main == wanted
        })
    }
}

/// A project's folder and main file, by which a person chooses it.
fn choice(project: &Project) -> (String, String) {
    let folder = if project.folder.is_empty() { "." } else { &project.folder };
    (folder.to_owned(), project.main.clone())
}

/// Says of each of several projects that a change is refused in, and by which flags it can be made
/// in the others.
pub(super) fn say_which_can_go(plan: &mut Plan, projects: &[Project]) {
    if plan.outcome != Outcome::Refused || projects.len() < 2 {
        return;
    }
    let errors = plan.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let places: BTreeSet<&str> = errors
        .filter_map(|finding| finding.place.as_ref().map(|place| place.path.as_str()))
        .collect();
    let (refused, free): (Vec<&Project>, Vec<&Project>) =
        projects.iter().partition(|project| project.all_files().any(|path| places.contains(path)));
    let flags: Vec<String> = free.iter().map(|project| flag(project, projects)).collect();
    let said = refused.iter().map(|project| {
        let message = format!(
            "the change can't be made in this project, one of {}, so it is made in none",
            projects.len()
        );
        let finding = Finding::error("project-refused", message).in_file(&project.main);
        match flags.is_empty() {
            true => finding,
            false => finding.help(format!("for the others: {}", flags.join("; "))),
        }
    });
    let said: Vec<Finding> = said.collect();
    plan.findings.extend(said);
    plan.sort();
}

/// Gives the flag that chooses a project: by its folder, or its main file where others lie there.
fn flag(project: &Project, all: &[Project]) -> String {
    let (folder, main) = choice(project);
    let shared = all.iter().filter(|other| other.folder == project.folder).count() > 1;
    format!("--project {}", if shared { main } else { folder })
}
