//! What a tree shows of names and superusers that mislead: a store that is named after one app and
//! used by others, a Postgres superuser that is an app's user.

use std::collections::BTreeSet;

use crate::compose::default_host::repository;
use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::endpoint::endpoints;
use crate::compose::graph::{Graph, NodeKind, Part, graph};
use crate::compose::store;
use crate::compose::value::Value;
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;

/// What was found. Each service once, in order of projects and names.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) misnamed: Vec<Misnamed>,
    pub(super) shared: Vec<SharedSuperuser>,
}

/// A store that is named after one app and used by others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misnamed {
    pub(super) service: String,
    /// The app's service.
    pub(super) app: String,
    /// The services that use it, the app's own left out.
    pub(super) users: Vec<String>,
}

impl Misnamed {
    pub(super) fn service(&self) -> &str {
        &self.service
    }
}

/// A Postgres superuser that apps log in as.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SharedSuperuser {
    /// The server's service.
    pub(super) service: String,
    /// The superuser.
    pub(super) user: String,
    /// Apps with the setting that says so.
    pub(super) apps: Vec<(String, String)>,
}

/// Looks at some projects.
pub(super) fn find(repo: &Repo, workspace: &Workspace, projects: &[Project]) -> Found {
    let tree = Tree::before(repo, workspace);
    let models: Vec<Effective> = projects.iter().map(|project| tree.model(project)).collect();
    let parts: Vec<Part<'_>> =
        projects.iter().zip(&models).map(|(project, model)| Part { project, model }).collect();
    let graph = graph(&parts, &tree);
    let mut found = Found::default();
    for (project, model) in models.iter().enumerate() {
        for (service, body) in &model.services {
            let image = body.text_of("image").unwrap_or_default();
            let Some(store) = store::of_image(image) else { continue };
            let view = View { graph: &graph, project, model };
            let known = |name: &str| name == service;
            if !found.misnamed.iter().any(|one| known(&one.service)) {
                found.misnamed.extend(view.misnamed(service));
            }
            if store.name == "Postgres" && !found.shared.iter().any(|one| known(&one.service)) {
                found.shared.extend(view.shared_superuser(service));
            }
        }
    }
    found
}

/// One project.
struct View<'a> {
    graph: &'a Graph,
    project: usize,
    model: &'a Effective,
}

impl View<'_> {
    fn misnamed(&self, service: &str) -> Option<Misnamed> {
        let others = self.model.services.keys().filter(|other| *other != service);
        let app =
            others.filter(|other| is_named_after(service, other)).max_by_key(|app| app.len())?;
        let users = self.users(service);
        let users: Vec<String> = users
            .into_iter()
            // What bears the same name goes with it: its backup, the app's worker.
            .filter(|user| user != app && !is_named_after(user, app) && !self.is_tool(user))
            .collect();
        (!users.is_empty()).then(|| Misnamed {
            service: service.to_owned(),
            app: app.clone(),
            users,
        })
    }

    fn shared_superuser(&self, service: &str) -> Option<SharedSuperuser> {
        let user = self.model.variable(service, "POSTGRES_USER").and_then(Value::text)?;
        if matches!(user, "" | "postgres") || user.contains('$') {
            return None;
        }
        let apps = self.users(service).into_iter().filter(|app| !self.is_tool(app));
        let apps: Vec<(String, String)> = apps
            .filter_map(|app| {
                let mut variables = self.model.environments.get(&app)?.iter();
                let (key, _) = variables.find(|(key, value)| {
                    value.text().is_some_and(|text| logs_in(key, text, user))
                })?;
                Some((app.clone(), key.clone()))
            })
            .collect();
        let (service, user) = (service.to_owned(), user.to_owned());
        (!apps.is_empty()).then_some(SharedSuperuser { service, user, apps })
    }

    /// Services of the project that reach one, and do not only wait for it.
    fn users(&self, service: &str) -> BTreeSet<String> {
        let Some(node) = self.graph.find(self.project, NodeKind::Service, service) else {
            return BTreeSet::new();
        };
        let edges = self.graph.edges.iter().filter(|edge| edge.to == node && !edge.only_waits());
        let users = edges.filter_map(|edge| self.graph.nodes.get(edge.from));
        let own = users
            .filter(|user| user.project == Some(self.project) && user.kind == NodeKind::Service);
        own.map(|user| user.name.clone()).collect()
    }

    /// Whether a service only looks at stores, or saves them: it is no app with data there.
    fn is_tool(&self, service: &str) -> bool {
        let body = self.model.services.get(service);
        let Some(image) = body.and_then(|body| body.text_of("image")) else { return false };
        let name = repository(image).to_ascii_lowercase();
        store::of_image(image).is_some()
            || name.split(['/', '-', '_', '.']).any(|word| TOOLS.contains(&word))
    }
}

/// Words of the images of programs that look at stores, save or pool them.
const TOOLS: [&str; 15] = [
    "adminer",
    "backup",
    "backups",
    "bouncer",
    "cloudbeaver",
    "commander",
    "dbgate",
    "exporter",
    "pgadmin",
    "pgadmin4",
    "pgbouncer",
    "pgweb",
    "phpmyadmin",
    "phppgadmin",
    "redisinsight",
];

/// Whether a name is another one with something behind it: `shop-db` after `shop`.
fn is_named_after(name: &str, app: &str) -> bool {
    name.strip_prefix(app).is_some_and(|rest| rest.starts_with(['-', '_']) && rest.len() > 1)
}

/// Whether a variable says that its service logs in as a role.
fn logs_in(key: &str, text: &str, role: &str) -> bool {
    let key = key.to_ascii_uppercase();
    let is_user = ["USER", "USERNAME", "ROLE"].iter().any(|end| key.ends_with(end));
    let mut users = endpoints(text).into_iter().filter_map(|endpoint| endpoint.user);
    (is_user && text == role) || users.any(|user| text.get(user) == Some(role))
}
