//! `superuser SERVICE NEW`: another superuser for a Postgres server, and nobody promoted with it.
//!
//! From the options to the plan: `server` reads what the files say, `source` decides where the name
//! is changed, `environment` edits the server's variables, `password` keeps its secret from the
//! apps, `calls`, `scripts` and `backups` look at who connects, `pgadmin` at its list of servers, and
//! `report` says what keeps the old user.
//!
//! Invariants: an app's user never changes; a default database stays unless another is asked for; a
//! secret is never made up and never copied.

mod backups;
mod calls;
mod edits;
mod env_files;
mod environment;
pub(crate) mod family;
pub mod options;
mod password;
mod pgadmin;
mod purpose;
pub(crate) mod report;
mod scripts;
mod server;
mod setting;
mod source;
pub(super) mod variable;

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::discover::Project;
use crate::compose::usage::Confidence;
use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::transforms::choose::{Number, Wish};
use crate::transforms::draft::{Draft, Progress};
use crate::transforms::intent::{Intent, SuperuserIntent};
use crate::transforms::plan::{Plan, PlanError, Transform};
use crate::transforms::rename::role;
use crate::yaml::document::NodeId;

use edits::Edits;
use family::Family;
use options::Superuser;
use server::Server;
use setting::Site;
use source::Source;
use variable::without_messages;

impl Transform for Superuser {
    fn names(&self) -> Vec<String> {
        // The superuser as it is stands in a file that is not read yet.
        Vec::new()
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        if let Some((name, problem)) = self.problem() {
            return Err(PlanError::InvalidName { name, problem });
        }
        let workspace = Workspace::new(repo, &self.files);
        let projects = self.projects(&workspace)?;
        let everywhere = match self.files.as_slice() {
            [] => workspace.projects.clone(),
            _ => Workspace::new(repo, &[]).projects,
        };
        let title = format!("superuser of {} to {}", self.service, self.to);
        let mut draft = Draft::new(repo, &workspace, title);
        let mut progress = Progress::Made;
        for project in &projects {
            let server = Server::read(self, repo, &workspace, project, &everywhere)?;
            if Change::new(&server, &mut draft).make() == Progress::Open {
                progress = Progress::Open;
            }
        }
        Ok(draft.finish(&projects, progress))
    }
}

impl Superuser {
    /// Chooses the projects that have the service.
    fn projects(&self, workspace: &Workspace) -> Result<Vec<Project>, PlanError> {
        let number = if self.all_projects { Number::All } else { Number::One };
        let wish = Wish { files: &self.files, project: self.project.as_deref(), number };
        wish.check(workspace)?;
        let candidates = wish.candidates(&workspace.projects)?;
        let sites = |project: &Project| -> Vec<bool> {
            let files = project.all_files().filter_map(|path| workspace.files.get(path));
            files.filter_map(|file| Some(Site::find(file, &self.service)?.is_whole())).collect()
        };
        let (mut having, mut laid_over) = (Vec::new(), Vec::new());
        for project in candidates.iter().cloned() {
            match sites(&project).as_slice() {
                [] => {}
                found if found.contains(&true) => having.push(project),
                _ => laid_over.push(project),
            }
        }
        if having.is_empty() {
            having = laid_over;
        }
        if having.is_empty() {
            return Err(self.not_found(workspace, &candidates));
        }
        let mut projects = wish.one_or_all(&self.service, having)?;
        role::adopt_overlays(&mut projects, &self.service, workspace);
        Ok(projects)
    }

    fn not_found(&self, workspace: &Workspace, candidates: &[Project]) -> PlanError {
        let files = candidates.iter().flat_map(Project::all_files);
        let known: BTreeSet<String> = files
            .filter_map(|path| workspace.files.get(path))
            .flat_map(|file| file.services().map(|service| service.name))
            .collect();
        PlanError::NotFound {
            kind: "service",
            name: self.service.clone(),
            nearest: nearest(&self.service, known.iter().map(String::as_str))
                .into_iter()
                .map(str::to_owned)
                .collect(),
            new_exists: None,
            findings: workspace.findings.clone(),
        }
    }
}

/// The change of one project in the making.
struct Change<'a, 'd, 'r> {
    server: &'a Server<'r>,
    draft: &'a mut Draft<'d>,
    edits: Edits,
    /// Variables that the server is given in a file, by its path.
    given: BTreeMap<String, Vec<(String, String)>>,
    /// Where the name is changed.
    source: Source,
    /// The least confidence that is edited.
    lowest: Confidence,
    /// Whether the server's password comes from the variable that was asked for.
    is_split: bool,
    /// Values of other services that were told of.
    told: BTreeSet<(String, NodeId)>,
}

impl<'a, 'd, 'r> Change<'a, 'd, 'r> {
    fn new(server: &'a Server<'r>, draft: &'a mut Draft<'d>) -> Self {
        let source = match &server.old.variable {
            Some(variable) if !server.old.is_new => source::source(server, variable),
            _ => Source::Literal(String::new()),
        };
        let only_certain = server.superuser.only_certain;
        let lowest = if only_certain { Confidence::Certain } else { Confidence::Likely };
        Self {
            server,
            draft,
            edits: Edits::default(),
            given: BTreeMap::new(),
            source,
            lowest,
            is_split: false,
            told: BTreeSet::new(),
        }
    }

    fn make(mut self) -> Progress {
        if let Family::AlwaysPostgres(variable) = self.server.family {
            return self.fixed(variable);
        }
        if let Some(finding) = self.supabase() {
            self.draft.block(finding);
            return Progress::Open;
        }
        self.environment();
        self.password();
        self.compose_calls();
        self.backups();
        self.other_files();
        self.intend();
        self.give_all();
        let server = self.server;
        self.edits.flush(server.workspace, self.draft);
        if server.old.is_new { Progress::Made } else { Progress::Open }
    }

    /// An image whose superuser no variable changes.
    fn fixed(self, variable: &str) -> Progress {
        let server = self.server;
        let site = server.groups.first().and_then(|group| group.sites.first());
        let place = |finding: Finding| match site {
            Some(site) => finding.at(&site.file.path, site.file.doc.node(site.service.key).span),
            None => finding,
        };
        if server.superuser.to == "postgres" {
            let message = format!(
                "this image's superuser is `postgres` already; `{variable}` names an ordinary role, which stays"
            );
            let help = "give `postgres` a password (bitnami: POSTGRESQL_POSTGRES_PASSWORD) where admins connect over the network";
            self.draft
                .plan
                .findings
                .push(place(Finding::info("superuser-is-fixed", message)).help(help));
            return Progress::Made;
        }
        let message = format!(
            "this image's superuser is always `postgres`: `{variable}` only names an ordinary role, so `{}` can't be made the superuser by a variable",
            server.superuser.to
        );
        let help = "make the role with CREATE ROLE … SUPERUSER on the running server, or use the official image";
        self.draft.block(place(Finding::error("superuser-is-fixed", message)).help(help));
        Progress::Open
    }

    /// What is in the way where the scripts of supabase/postgres rely on the superuser.
    fn supabase(&self) -> Option<Finding> {
        let server = self.server;
        let mut groups = server.groups.iter();
        let is_set =
            groups.any(|group| group.model.variable(server.service(), Family::USER).is_some());
        if server.family != Family::Supabase || is_set {
            return None;
        }
        let message = "this image's own scripts connect as `supabase_admin`, which it makes the superuser; with another POSTGRES_USER they fail on a fresh volume";
        let finding = Finding::error("superuser-is-fixed", message)
            .help("leave the superuser, and make the admins' role with CREATE ROLE … SUPERUSER");
        let site = server.groups.first().and_then(|group| group.sites.first());
        Some(match site {
            Some(site) => finding.at(&site.file.path, site.file.doc.node(site.service.key).span),
            None => finding,
        })
    }

    /// Says what is to become of the project's model.
    fn intend(&mut self) {
        let server = self.server;
        let superuser = server.superuser;
        let before = &server.database;
        let raw = before.raw.clone().unwrap_or_else(|| server.old.raw.clone());
        let shown = before.name.clone().unwrap_or_else(|| without_messages(&raw));
        self.draft.plan.intents.push(Intent::Superuser(SuperuserIntent {
            projects: vec![server.project.clone()],
            service: superuser.service.clone(),
            from: server.old.name.clone().unwrap_or_else(|| without_messages(&server.old.raw)),
            to: superuser.to.clone(),
            database: superuser.default_database.clone().unwrap_or_else(|| shown.clone()),
            database_before: Some(shown),
            split_password: superuser.split_password.clone().filter(|_| self.is_split),
        }));
    }
}
