//! `init`: a first composemod.yaml, from what a person asks for and from what the tree shows.
//!
//! What is asked for is declared; what is found only is proposed, in comments, with its reason: the
//! new name is a person's to choose. Invariant: the text reads as a declaration without an error.

mod found;
#[cfg(test)]
mod tests;
mod text;

use crate::compose::model::ComposeFile;
use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::repo::config::{Config, Date, FILE_NAME};
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::source::SourceFile;
use crate::transforms::choose::Wish;
use crate::transforms::plan::PlanError;

use found::{Found, Misnamed};

/// What a first declaration is asked to hold.
#[derive(Clone, Debug, Default)]
pub struct Init {
    /// The service to rename; where there is none, the one that is found.
    pub from: Option<String>,
    /// Its name to be.
    pub to: Option<String>,
    /// Its further aliases.
    pub aliases: Vec<String>,
    /// The day by which its old name is to go.
    pub keep_alias_until: Option<Date>,
    /// Superusers to be, by the server's service.
    pub superusers: Vec<(String, String)>,
}

/// Why no declaration can be written.
#[derive(Debug)]
pub enum InitError {
    /// The flags fit no project.
    Plan(PlanError),
    /// What is asked for makes no sense here.
    Wrong(Vec<Finding>),
}

impl Init {
    /// Gives the text of a first declaration.
    ///
    /// # Errors
    /// What is asked for can't be declared.
    pub fn text(
        &self,
        repo: &Repo,
        workspace: &Workspace,
        wish: Wish<'_>,
    ) -> Result<String, InitError> {
        wish.check(workspace).map_err(InitError::Plan)?;
        let projects = wish.candidates(&workspace.projects).map_err(InitError::Plan)?;
        let found = found::find(repo, workspace, &projects);
        self.check_services(workspace)?;
        let from = self.renamed(&found)?;
        let text = text::text(self, from.as_deref(), &found);
        match Config::parse(&SourceFile::new(FILE_NAME, text.as_str())) {
            Ok(_) => Ok(text),
            // The places are of a text that is not there.
            Err(findings) => Err(InitError::Wrong(
                findings.into_iter().map(|finding| Finding { place: None, ..finding }).collect(),
            )),
        }
    }

    /// Refuses names of services that there are not.
    fn check_services(&self, workspace: &Workspace) -> Result<(), InitError> {
        let services: Vec<String> = workspace
            .files
            .values()
            .flat_map(ComposeFile::services)
            .map(|service| service.name)
            .collect();
        let asked = self.from.iter().chain(self.superusers.iter().map(|(service, _)| service));
        let is_unknown =
            |name: &&String| !services.contains(name) && self.to.as_ref() != Some(*name);
        let unknown: Vec<Finding> = asked
            .filter(is_unknown)
            .map(|name| {
                let near = nearest(name, services.iter().map(String::as_str));
                let help = match near.first() {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a service of a Compose file".to_owned(),
                };
                let message = format!("no service `{name}` in any Compose file");
                Finding::error("request-impossible", message).help(help)
            })
            .collect();
        if unknown.is_empty() { Ok(()) } else { Err(InitError::Wrong(unknown)) }
    }

    /// Gives the service that is to be renamed, if any.
    fn renamed(&self, found: &Found) -> Result<Option<String>, InitError> {
        if self.to.is_none() || self.from.is_some() {
            return Ok(self.from.clone());
        }
        let choices: Vec<&str> = found.misnamed.iter().map(Misnamed::service).collect();
        if let [only] = *choices {
            return Ok(Some(only.to_owned()));
        }
        let message = match *choices {
            [] => "--to gives a new name, but no service is found that is named after one app and used by others".to_owned(),
            _ => format!("--to gives a new name, but several services may get it: {}", choices.join(", ")),
        };
        let finding = Finding::error("request-impossible", message);
        Err(InitError::Wrong(vec![finding.help("say which service gets it with --from")]))
    }
}
