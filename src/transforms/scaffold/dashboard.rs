//! Which service runs the Python file: the one whose build context or mounted folder holds it.

use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::model::{file_name, folder, join};
use crate::compose::value::Value;
use crate::diagnostics::Finding;
use crate::transforms::superuser::family::family;

use super::options::Scaffold;

/// Finds the dashboard's service, or says why it can't be told.
pub(super) fn find(
    scaffold: &Scaffold,
    project: &Project,
    model: &Effective,
) -> Result<String, Finding> {
    let path = &scaffold.path;
    if let Some(name) = &scaffold.dashboard {
        if model.services.contains_key(name) {
            return Ok(name.clone());
        }
        let message = format!("no service `{name}` in the project of {}", project.main);
        return Err(Finding::error("dashboard-not-found", message)
            .in_file(&*project.main)
            .help("name the service that runs the dashboard with --dashboard"));
    }
    let mut holders = holders(path, project, model);
    holders.retain(|name| *name != scaffold.service);
    match holders.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            let message = format!(
                "no service's build context or mounted folder holds {path}, so which one is the dashboard can't be told"
            );
            Err(Finding::error("dashboard-not-found", message)
                .in_file(&*project.main)
                .help("name its service with --dashboard"))
        }
        several => {
            let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("{path} is in several services: {}", names.join(", "));
            Err(Finding::error("dashboard-unclear", message).in_file(&*project.main).help(
                "name the one that makes databases with --dashboard; it alone is given the token",
            ))
        }
    }
}

/// Gives the services that run a file: those with the innermost folder around it, and of these the
/// one that has that folder's name in its own, where it is one.
pub(super) fn holders(path: &str, project: &Project, model: &Effective) -> Vec<String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, body) in &model.services {
        let has = |variable: &str| model.variable(name, variable).is_some();
        if family(body, &has).is_some() {
            continue;
        }
        let holding = folders(body, project).into_iter().filter(|folder| holds(folder, path));
        if let Some(inmost) = holding.max_by_key(String::len) {
            found.push((name.clone(), inmost));
        }
    }
    let depth = found.iter().map(|(_, folder)| folder.len()).max().unwrap_or_default();
    found.retain(|(_, folder)| folder.len() == depth);
    let is_named = |(name, folder): &&(String, String)| {
        let word = file_name(folder);
        !word.is_empty() && name.split(['-', '_', '.']).any(|part| part == word)
    };
    let mut named = found.iter().filter(is_named);
    if let (Some((name, _)), None) = (named.next(), named.next()) {
        return vec![name.clone()];
    }
    found.into_iter().map(|(name, _)| name).collect()
}

/// The folders of the repository that a service is made of or mounts, by path from the root.
fn folders(body: &Value, project: &Project) -> Vec<String> {
    let resolve = |value: &Value| {
        let here = value.origin.as_ref().map_or(project.folder.as_str(), |it| folder(it.path()));
        join(here, value.text()?)
    };
    let context = body.at(&["build", "context"]).and_then(resolve);
    let volumes = body.get("volumes").map(Value::items).unwrap_or_default();
    let mounted = volumes
        .iter()
        .filter(|volume| volume.text_of("type") == Some("bind"))
        .filter_map(|volume| volume.get("source").and_then(resolve));
    context.into_iter().chain(mounted).collect()
}

fn holds(folder: &str, path: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
