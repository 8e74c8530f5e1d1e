//! `scaffold dashboard`: a Python class by which a dashboard has databases made, and the service
//! that it calls, which alone has the superuser's password.
//!
//! From the options to the plan: `server` finds the Postgres server, `dashboard` the service that runs
//! the file, `python` has the class, `service` the provisioner as a Compose service, `step` adds each
//! thing to its file, `obstacle` says where that can't be done, and `advice` which secrets are to be
//! made by hand.
//!
//! Invariants: a secret is never made up, nor written to a file; no file that is not ours is written
//! over; a service of the provisioner's name that is there already stays as it is.

mod advice;
mod dashboard;
mod obstacle;
pub mod options;
mod python;
mod server;
mod service;
mod step;

use crate::compose::model::ComposeFile;
use crate::compose::value::Value as Loaded;
use crate::diagnostics::{Finding, Place};
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::change::ChangeSet;
use crate::text::span::Span;
use crate::transforms::intent::{Intent, ScaffoldIntent};
use crate::transforms::plan::{Outcome, Plan, PlanError, Transform};
use crate::transforms::sequence::Sequence;
use crate::yaml::patch::Value;

use options::{Scaffold, TOKEN_FILE, URL};
use server::Server;
use service::{Secrets, map, string};
use step::{Put, Step};

impl Transform for Scaffold {
    fn names(&self) -> Vec<String> {
        // What stands at the path of the class is read whatever it holds.
        Vec::new()
    }

    fn plan(&self, repo: &Repo) -> Result<Plan, PlanError> {
        self.check()?;
        let workspace = Workspace::new(repo, &self.files);
        let server = Server::find(self, repo, &workspace)?;
        let mut making = Making::new(self, repo, &workspace, &server);
        making.python();
        making.compose();
        making.finish()
    }
}

/// A scaffold in the making.
struct Making<'a> {
    scaffold: &'a Scaffold,
    repo: &'a Repo,
    workspace: &'a Workspace,
    server: &'a Server,
    steps: Vec<Step>,
    findings: Vec<Finding>,
    /// Whether a finding is in the way of all of it.
    is_refused: bool,
    intent: Option<ScaffoldIntent>,
}

impl<'a> Making<'a> {
    fn new(
        scaffold: &'a Scaffold,
        repo: &'a Repo,
        workspace: &'a Workspace,
        server: &'a Server,
    ) -> Self {
        Self {
            scaffold,
            repo,
            workspace,
            server,
            steps: Vec::new(),
            findings: Vec::new(),
            is_refused: false,
            intent: None,
        }
    }

    fn block(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.is_refused = true;
    }

    fn step(&mut self, path: &str, put: Put, reason: impl Into<String>) {
        let first = self.steps.is_empty();
        self.steps.push(Step {
            path: path.to_owned(),
            put,
            reason: reason.into(),
            files: self.scaffold.files.clone(),
            project: first.then(|| self.server.project.clone()),
        });
    }

    /// The class's file.
    fn python(&mut self) {
        let path = &self.scaffold.path;
        match python::state(path, self.repo) {
            python::State::Missing => {
                let text = Put::Text(python::TEXT.to_owned());
                self.step(path, text, "the class that calls the provisioner");
            }
            python::State::Older(text) => {
                self.step(
                    path,
                    Put::Text(text),
                    "this version's class in the place of an older one",
                );
            }
            python::State::Current => {}
            python::State::Newer(finding) => self.findings.push(finding),
            python::State::Foreign(finding) => self.block(finding),
        }
    }

    /// The provisioner's service, its secrets, and what the dashboard needs to call it.
    fn compose(&mut self) {
        let (scaffold, server) = (self.scaffold, self.server);
        if let Some(there) = server.model.services.get(&scaffold.service) {
            return self.there_already(there);
        }
        if self.is_refused {
            return;
        }
        let found = dashboard::find(scaffold, &server.project, &server.model);
        let dashboard = match found {
            Ok(dashboard) => dashboard,
            Err(finding) => return self.block(finding),
        };
        let Some(body) = server.model.services.get(&dashboard) else { return };
        let file = match self.home() {
            Ok(file) => file,
            Err(finding) => return self.block(finding),
        };
        let secrets = Secrets {
            password: server
                .password
                .clone()
                .unwrap_or_else(|| scaffold.secret("superuser_password")),
            tokens: scaffold.secret("tokens"),
        };
        let token = scaffold.secret("token");
        let new = service::service(scaffold, server, body, &secrets, file);
        self.step(
            &file.path,
            Put::Service(scaffold.service.clone(), new),
            "the provisioner's service",
        );
        let files = advice::files(scaffold, server, &secrets, &token, &dashboard);
        let definitions: Vec<(String, Value)> = files
            .iter()
            .map(|file| (file.secret.clone(), map([("file", string(file.written.as_str()))])))
            .collect();
        let names: Vec<String> = definitions.iter().map(|(name, _)| name.clone()).collect();
        if !definitions.is_empty() {
            self.step(&file.path, Put::Secrets(definitions), "the secrets' files");
        }
        self.findings.extend(advice::findings(scaffold, server, &files, self.repo));
        self.dashboard(&dashboard, body, &token);
        self.intent = Some(ScaffoldIntent {
            projects: vec![server.project.clone()],
            service: scaffold.service.clone(),
            server: server.name.clone(),
            dashboard,
            secrets: names.into_iter().chain([token]).collect(),
            variables: [URL, TOKEN_FILE].map(str::to_owned).to_vec(),
        });
    }

    /// A service of the provisioner's name that is there stays as it is, if it is one.
    fn there_already(&mut self, there: &Loaded) {
        let name = &self.scaffold.service;
        let main = &*self.server.project.main;
        let image = there.text_of("image").unwrap_or_default();
        if there.get("build").is_some() || image.contains("composemod") || runs_serve(there) {
            let message = format!("the service `{name}` is there already, and stays as it is");
            self.findings.push(Finding::info("provisioner-exists", message).in_file(main));
            return;
        }
        let message = format!(
            "a service `{name}` is there already, and its image `{image}` is not the provisioner's"
        );
        let help = "choose another name with --service-name";
        self.block(Finding::error("provisioner-exists", message).in_file(main).help(help));
    }

    /// The file that the provisioner's service goes to: the one that defines the server, where it is
    /// one that is loaded for itself.
    fn home(&self) -> Result<&'a ComposeFile, Finding> {
        let project = &self.server.project;
        let files = || project.loaded.iter().filter_map(|path| self.workspace.files.get(path));
        let defining = files().find(|file| file.service(&self.server.name).is_some());
        let Some(file) = defining.or_else(|| files().next()) else {
            let message = format!("{} can't be read as a Compose file", project.main);
            return Err(Finding::error("unsafe-change", message));
        };
        obstacle::of_file(file).map_or(Ok(file), Err)
    }

    /// What the dashboard is given: the service's address and a token.
    fn dashboard(&mut self, name: &str, body: &Loaded, token: &str) {
        let variables = [(URL, self.scaffold.url()), (TOKEN_FILE, format!("/run/secrets/{token}"))];
        let has = |variable: &str| self.server.model.variable(name, variable).is_some();
        let missing: Vec<(&'static str, String)> =
            variables.iter().filter(|(variable, _)| !has(variable)).cloned().collect();
        let items = body.get("secrets").map(Loaded::items).unwrap_or_default();
        let has_secret = items.iter().any(|item| item.text_of("source") == Some(token));
        let project = &self.server.project;
        match obstacle::of_dashboard(name, body, project, self.workspace) {
            Ok(file) => {
                if !missing.is_empty() {
                    self.step(
                        &file.path,
                        Put::Variables(name.to_owned(), missing),
                        "where the dashboard calls the provisioner",
                    );
                }
                if !has_secret {
                    self.step(
                        &file.path,
                        Put::Secret(name.to_owned(), token.to_owned()),
                        "the dashboard's token",
                    );
                }
            }
            Err(finding) => {
                let pairs: Vec<String> =
                    variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let help = format!(
                    "give `{name}` by hand the secret `{token}` and the variables {}",
                    pairs.join(" and ")
                );
                // Some know better what to do.
                let finding = if finding.help.is_some() { finding } else { finding.help(help) };
                self.findings.push(finding);
            }
        }
    }

    fn finish(self) -> Result<Plan, PlanError> {
        let Self { scaffold, server, .. } = self;
        let title = format!("scaffold {} on {}", scaffold.path, server.name);
        let place = Place { path: server.project.main.clone(), span: Span::empty(0) };
        let steps = self
            .steps
            .into_iter()
            .map(|step| (Box::new(step) as Box<dyn Transform>, place.clone()));
        let sequence = Sequence { title: title.clone(), steps: steps.collect() };
        let mut plan = sequence.plan(self.repo)?;
        plan.title = title;
        plan.findings.extend(self.findings);
        plan.intents.extend(self.intent.map(Intent::Scaffold));
        if self.is_refused {
            plan.outcome = Outcome::Refused;
            plan.change = ChangeSet::default();
        }
        plan.sort();
        Ok(plan)
    }
}

/// Tells whether a service's command is the provisioner's.
fn runs_serve(service: &Loaded) -> bool {
    let words = |value: &Loaded| match value.text() {
        Some(text) => text.to_owned(),
        None => value.items().iter().filter_map(Loaded::text).collect::<Vec<_>>().join(" "),
    };
    ["entrypoint", "command"]
        .iter()
        .filter_map(|key| service.get(key))
        .any(|value| words(value).contains("composemod"))
}
