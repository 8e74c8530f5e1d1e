//! `env_file` that is not there.

use std::collections::BTreeSet;

use super::missing::is_explained;
use super::templates::is_template_beside;
use crate::compose::model::{file_name, folder, join};
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// An `env_file` is not there.
    ///
    /// ## What it does
    ///
    /// Finds env files that services require and that do not exist. A file that git ignores, one
    /// that has a template beside it (`.env.example`), and Portainer's `stack.env` are left alone:
    /// those are made where the project runs.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose refuses to start the project until the file is there, and nothing in the
    /// repository says what it should hold.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     env_file: [web.env]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     env_file:
    ///       - path: web.env
    ///         required: false
    /// ```
    "env-file-missing", References, Info, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let repo = loading.context.repo;
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (name, service) in loading.services() {
        for item in service.get("env_file").map(Value::items).unwrap_or_default() {
            let Some(value) = item.get("path") else { continue };
            let is_optional = item.text_of("required").is_some_and(|text| text == "false");
            let Some((path, also)) = paths(loading, value).filter(|_| !is_optional) else {
                continue;
            };
            let is_there = |path: &String| repo.all_paths.contains(path);
            if is_there(&path) || also.iter().any(is_there) {
                continue;
            }
            let by = value.origin.as_ref().map_or("", Origin::path);
            let is_made = is_explained(loading, by, &path)
                || loading.context.ignored().covers(&path)
                || file_name(&path) == "stack.env"
                || is_template_beside(repo, &path);
            if is_made {
                continue;
            }
            // A list that several services have by an alias is said once.
            let place = loading.place(value).filter(|place| told.insert(place.clone()));
            let Some(place) = place else { continue };
            let message = format!(
                "`{path}` is not there, and docker compose does not start `{name}` without it"
            );
            let beside = repo.all_paths.within(folder(&path));
            let beside = beside.filter(|other| folder(other) == folder(&path));
            let beside = beside.filter(|other| other.contains("env"));
            let help = match nearest(&path, beside).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => "add a template of it, or mark it `required: false`".to_owned(),
            };
            found.push(LINT.finding(message).at(place.path, place.span).help(help));
        }
    }
    found
}

/// Gives the file that a path means, from the file that names it, and those that it may mean where
/// Compose starts from another folder.
fn paths(loading: &Loading<'_>, value: &Value) -> Option<(String, Vec<String>)> {
    let text = value.text().filter(|text| !text.contains('$'))?;
    let origin = value.origin.as_ref()?;
    if Origin::raw(origin).contains('$') {
        return None;
    }
    let here = folder(origin.path());
    let path = join(here, text)?;
    let folders = [loading.project.folder.as_str(), ""];
    let above =
        std::iter::successors(Some(here), |path| Some(folder(path)).filter(|_| !path.is_empty()));
    let also = folders.into_iter().chain(above).filter_map(|folder| join(folder, text)).collect();
    Some((path, also))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn files_that_are_not_there_are_found() {
        for (env_file, expected) in [
            ("gone.env", 1),
            ("[there.env, gone.env, ./also.env]", 2),
            ("[{path: gone.env}]", 1),
            ("[{path: gone.env, required: true}]", 1),
            ("[{path: gone.env, required: false}]", 0),
            ("there.env", 0),
            ("'${X}.env'", 0),
            ("../gone.env", 0),
            ("/etc/gone.env", 0),
            ("stack.env", 0),
            ("secret/gone.env", 0),
            ("a.env", 0),
            ("db.env", 0),
        ] {
            let text = format!("services: {{a: {{image: x, env_file: {env_file}}}}}");
            let files = [
                ("compose.yaml", text.as_str()),
                ("there.env", ""),
                (".gitignore", "secret/\n"),
                ("a.env.example", ""),
                ("db.env.sample", ""),
            ];
            assert_eq!(found(&LINT, &files).len(), expected, "{env_file}");
        }
    }

    #[test]
    fn one_place_is_said_once() {
        let text = "x-e: &e [gone.env]\nservices: {a: {image: x, env_file: *e}, b: {image: x, env_file: *e}}";
        assert_eq!(
            found_in(&LINT, text),
            [
                "compose.yaml:1:10 `gone.env` is not there, and docker compose does not start `a` without it"
            ]
        );
    }
}
