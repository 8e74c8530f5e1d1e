//! The Postgres server that the provisioner makes databases on, and the project that it is in.

use std::collections::BTreeMap;

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::model::{folder, join};
use crate::compose::value::{Origin, Value, ValueKind};
use crate::diagnostics::nearest::nearest;
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::transforms::choose::{Number, Wish};
use crate::transforms::plan::PlanError;
use crate::transforms::superuser::family::{Family, family};

use super::dashboard;
use super::options::Scaffold;

/// A server with what the files say of it.
pub(super) struct Server {
    pub(super) project: Project,
    /// What the project's files come to.
    pub(super) model: Effective,
    /// The service.
    pub(super) name: String,
    /// Its settings.
    pub(super) body: Value,
    /// The superuser, as it is to be written: a name, or the variable that has it.
    pub(super) superuser: String,
    /// The secret with the superuser's password, where the server is given it as a file.
    pub(super) password: Option<String>,
}

impl Server {
    /// Finds the server that is meant.
    ///
    /// # Errors
    /// There is none, there are several, or its superuser can't be told.
    pub(super) fn find(
        scaffold: &Scaffold,
        repo: &Repo,
        workspace: &Workspace,
    ) -> Result<Self, PlanError> {
        let wish = Wish {
            files: &scaffold.files,
            project: scaffold.project.as_deref(),
            number: Number::One,
        };
        wish.check(workspace)?;
        let tree = Tree::before(repo, workspace);
        let candidates = wish.candidates(&workspace.projects)?;
        let loaded: Vec<(Project, Effective)> = candidates
            .into_iter()
            .map(|project| {
                let model = tree.model(&project);
                (project, model)
            })
            .collect();
        let (project, model, name) = match &scaffold.server {
            Some(name) => named(name, loaded, wish, workspace)?,
            None => only(scaffold, loaded, wish)?,
        };
        let place = tree.definition(project.files.iter().map(String::as_str), "services", &name);
        let unsuited = |problem: &str| PlanError::Unsuited {
            service: name.clone(),
            problem: problem.to_owned(),
            place: place.clone().map(|place| (place.path, place.span)),
        };
        let Some(body) = model.services.get(&name).cloned() else {
            return Err(PlanError::NoServer);
        };
        let Some(family) = family_of(&name, &body, &model) else {
            return Err(unsuited(
                "runs no Postgres server that is known here: neither its image nor its variables and volumes say so",
            ));
        };
        if let Some(mode) = body.text_of("network_mode") {
            let problem = format!(
                "has the network_mode `{mode}`, so no other container reaches it by a name: run `composemod serve` where the server is reached, or give both a network"
            );
            return Err(unsuited(&problem));
        }
        let superuser = match &scaffold.superuser {
            Some(name) => name.clone(),
            None => superuser(&name, &body, family, &model, repo).map_err(unsuited)?,
        };
        let password = password(&name, &body, family, &model);
        Ok(Self { project, model, name, body, superuser, password })
    }
}

fn family_of(name: &str, body: &Value, model: &Effective) -> Option<Family> {
    family(body, &|variable: &str| model.variable(name, variable).is_some())
}

/// The project that has a service of the name asked for.
fn named(
    name: &str,
    loaded: Vec<(Project, Effective)>,
    wish: Wish<'_>,
    workspace: &Workspace,
) -> Result<(Project, Effective, String), PlanError> {
    let known: Vec<String> =
        loaded.iter().flat_map(|(_, model)| model.services.keys().cloned()).collect();
    let mut having: Vec<(Project, Effective)> =
        loaded.into_iter().filter(|(_, model)| model.services.contains_key(name)).collect();
    wish.one_or_all(name, having.iter().map(|(project, _)| project.clone()).collect())?;
    match having.pop() {
        Some((project, model)) => Ok((project, model, name.to_owned())),
        None => Err(PlanError::NotFound {
            kind: "service",
            name: name.to_owned(),
            nearest: nearest(name, known.iter().map(String::as_str))
                .into_iter()
                .map(str::to_owned)
                .collect(),
            new_exists: None,
            findings: workspace.findings.clone(),
        }),
    }
}

/// The one server there is. Of several projects that have one, the one with the dashboard is meant.
fn only(
    scaffold: &Scaffold,
    loaded: Vec<(Project, Effective)>,
    wish: Wish<'_>,
) -> Result<(Project, Effective, String), PlanError> {
    let servers = |model: &Effective| -> Vec<String> {
        let is_server = |(name, body): &(&String, &Value)| family_of(name, body, model).is_some();
        model.services.iter().filter(is_server).map(|(name, _)| name.clone()).collect()
    };
    let mut having: Vec<(Project, Effective)> =
        loaded.into_iter().filter(|(_, model)| !servers(model).is_empty()).collect();
    if having.len() > 1 {
        let has_dashboard = |(project, model): &(Project, Effective)| match &scaffold.dashboard {
            Some(name) => model.services.contains_key(name),
            None => !dashboard::holders(&scaffold.path, project, model).is_empty(),
        };
        if having.iter().filter(|one| has_dashboard(one)).count() == 1 {
            having.retain(has_dashboard);
        }
    }
    wish.one(&having.iter().map(|(project, _)| project).collect::<Vec<_>>())?;
    let Some((project, model)) = having.pop() else { return Err(PlanError::NoServer) };
    let mut names = servers(&model);
    match (names.pop(), names.is_empty()) {
        (Some(name), true) => Ok((project, model, name)),
        (last, _) => {
            names.extend(last);
            Err(PlanError::SeveralServers { services: names })
        }
    }
}

/// The superuser as it is to be written, or why it can't be told.
fn superuser(
    name: &str,
    body: &Value,
    family: Family,
    model: &Effective,
    repo: &Repo,
) -> Result<String, &'static str> {
    if let Family::AlwaysPostgres(_) = family {
        return Ok("postgres".to_owned());
    }
    if model.variable(name, "POSTGRES_USER_FILE").is_some() {
        return Err("reads its superuser's name from a file: name it with --superuser");
    }
    let Some(value) = model.variable(name, Family::USER) else {
        let items = body.get("env_file").map(Value::items).unwrap_or_default();
        let is_missing = |item: &Value| {
            let path = item.get("path");
            let here =
                path.and_then(|path| path.origin.as_ref()).map_or("", |it| folder(it.path()));
            let file = path.and_then(Value::text).and_then(|path| join(here, path));
            file.is_none_or(|file| repo.get(&file).is_none())
        };
        if items.iter().any(is_missing) {
            return Err(
                "takes its variables from a file that is not here, so its superuser can't be told: name it with --superuser",
            );
        }
        return Ok(family.default_user().to_owned());
    };
    let own = body.at(&["environment", Family::USER]);
    match (&value.origin, value.text()) {
        // Passed through from the caller or the project's env file.
        _ if own.is_some_and(|own| own.kind == ValueKind::Null) => {
            Ok(format!("${{{}}}", Family::USER))
        }
        (Some(Origin::Compose { raw, .. }), _) if !raw.is_empty() => Ok(raw.to_string()),
        // Compose reads `$` in our file, not in theirs.
        (_, Some(text)) if !text.is_empty() => Ok(text.replace('$', "$$")),
        _ => Ok(family.default_user().to_owned()),
    }
}

/// The secret that the server takes its superuser's password from.
fn password(name: &str, body: &Value, family: Family, model: &Effective) -> Option<String> {
    if let Family::AlwaysPostgres(_) = family {
        return None;
    }
    let variable = format!("{}_FILE", family.password_key());
    let file = model.variable(name, &variable)?.text()?.strip_prefix("/run/secrets/")?;
    let secrets = body.get("secrets").map(Value::items).unwrap_or_default();
    let sources: BTreeMap<&str, &str> = secrets
        .iter()
        .filter_map(|secret| {
            let source = secret.text_of("source")?;
            Some((secret.text_of("target").unwrap_or(source), source))
        })
        .collect();
    sources.get(file).map(|source| (*source).to_owned())
}
