//! A variable that no env file sets.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::undefined::is_within;
use crate::compose::env_file;
use crate::compose::interpolate::{Piece, pieces};
use crate::compose::model::folder;
use crate::compose::usage::occurrences;
use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Finding, Place};
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};
use crate::repo::kind::{FileKind, kind};
use crate::repo::load::Repo;
use crate::text::span::Span;
use crate::yaml::document::NodeId;

declare_lint! {
    /// A variable without a default is set nowhere.
    ///
    /// ## What it does
    ///
    /// Finds `${NAME}` and `$NAME` without default in Compose files where the folder has an env file,
    /// or a template of one, that sets most of the file's other variables and not this one. It is
    /// said once for each variable and file. Variables that shells and CI set are left alone, and so
    /// is a name that a script or another env file of the project holds.
    ///
    /// ## Why is this bad
    ///
    /// Docker compose puts nothing in its place and goes on with a warning. It is left over from a
    /// rename, mistyped, or missing in the template that the next person copies.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:${WEB_TAG}
    ///     environment:
    ///       DOMAIN: ${WEB_DOMIAN}
    /// ```
    ///
    /// ```dotenv .env
    /// WEB_TAG=1.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:${WEB_TAG}
    ///     environment:
    ///       DOMAIN: ${WEB_DOMAIN}
    /// ```
    ///
    /// ```dotenv .env
    /// WEB_TAG=1.4
    /// WEB_DOMAIN=shop.example
    /// ```
    "variable-unset", References, Info, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let used = used(view);
    if used.is_empty() {
        return Vec::new();
    }
    // With an operator the author has thought of an unset one; only elsewhere it may be forgotten.
    let thought_of: BTreeSet<String> =
        used.iter().filter(|used| used.has_operator).map(|used| used.name.clone()).collect();
    let names: BTreeSet<&str> = used
        .iter()
        .map(|used| used.name.as_str())
        .filter(|name| !thought_of.contains(*name) && !is_of_the_caller(name))
        .collect();
    let here = folder(view.path());
    let own = set_in(view, &|there| there == here);
    // An env file that sets few of the variables is another one's.
    if 2 * names.iter().filter(|name| own.contains(**name)).count() < names.len().max(2) {
        return Vec::new();
    }
    let set = set_in(view, &|there| is_within(here, there) || is_within(there, here));
    let mut told = BTreeSet::new();
    let found = used.into_iter().filter_map(|used| {
        let name = used.name;
        let is_new = !thought_of.contains(&name) && told.insert(name.clone());
        if !is_new || set.contains(name.as_str()) || is_of_the_caller(&name) || is_said(view, &name)
        {
            return None;
        }
        let message =
            format!("no env file sets `{name}`, so docker compose puts nothing in its place");
        let help = match nearest(&name, set.iter().copied()).first() {
            Some(near) => {
                format!("did you mean `{near}`? Else set it in the env file, or give it a default")
            }
            None => format!("set it in the env file, or give it a default: `${{{name}:-…}}`"),
        };
        Some(LINT.finding(message).at(used.place.path, used.place.span).help(help))
    });
    found.collect()
}

/// A use of a variable.
struct Used {
    name: String,
    has_operator: bool,
    place: Place,
}

/// Gives the variables of a file's values in order; those of a default inside another one too.
fn used(view: &FileView<'_>) -> Vec<Used> {
    let doc = &view.file.doc;
    let keys: BTreeSet<NodeId> =
        doc.nodes().flat_map(|(id, _)| doc.entries(id)).map(|entry| entry.key).collect();
    let mut found = Vec::new();
    for (id, node) in doc.nodes() {
        let is_value = !keys.contains(&id) && doc.resolve(id) == id;
        let Some(text) = doc.value(id).filter(|text| is_value && text.contains('$')) else {
            continue;
        };
        let Ok(pieces) = pieces(&text) else { continue };
        for piece in pieces {
            let Piece::Variable(variable) = piece else { continue };
            let Some(name) = text.get(variable.name.clone()) else { continue };
            let span: Span = doc.value_span(id, variable.span.clone()).unwrap_or(node.span);
            found.push(Used {
                name: name.to_owned(),
                has_operator: variable.operator.is_some(),
                place: Place { path: view.path().to_owned(), span },
            });
        }
    }
    found
}

/// Gives the variables that env files, and templates of them, set in some folders.
fn set_in<'a>(view: &FileView<'a>, is_meant: &dyn Fn(&str) -> bool) -> BTreeSet<&'a str> {
    let files = view.context.env_files().iter().filter(|file| is_meant(&file.folder));
    files.flat_map(|file| file.variables.iter().map(String::as_str)).collect()
}

/// An env file, or a template of one.
#[derive(Debug)]
pub(in crate::lints) struct EnvFile {
    folder: String,
    /// The names of the variables that it sets.
    variables: BTreeSet<String>,
}

/// Reads the env files of a tree, in order of their paths.
pub(in crate::lints) fn env_files(repo: &Repo) -> Vec<EnvFile> {
    let files = repo.files.par_iter().filter(|file| kind(&file.path, "") == FileKind::Env);
    let each = files.map(|file| {
        // A line that is commented out tells of a variable all the same.
        let text: String = file.text.lines().map(uncommented).collect();
        let mut variables = BTreeSet::new();
        for text in [&*file.text, text.as_str()] {
            let entries = env_file::entries(text);
            let found = entries.into_iter().filter_map(|entry| text.get(entry.name));
            variables.extend(found.map(str::to_owned));
        }
        EnvFile { folder: folder(&file.path).to_owned(), variables }
    });
    each.collect()
}

fn uncommented(line: &str) -> String {
    format!("{}\n", line.trim_start_matches(['#', ' ']))
}

/// Whether the caller's shell, the system, a CI or docker compose itself sets a variable.
fn is_of_the_caller(name: &str) -> bool {
    let exact = [
        "APPDATA",
        "CI",
        "COMPUTERNAME",
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "EUID",
        "GID",
        "GROUPS",
        "HOME",
        "HOMEPATH",
        "HOST",
        "HOSTNAME",
        "HOST_IP",
        "LANG",
        "LOCALAPPDATA",
        "LOGNAME",
        "OLDPWD",
        "OSTYPE",
        "PATH",
        "PGID",
        "PROGRAMDATA",
        "PUID",
        "PWD",
        "SHELL",
        "SSH_AUTH_SOCK",
        "TEMP",
        "TERM",
        "TMP",
        "TMPDIR",
        "TZ",
        "UID",
        "USER",
        "USERNAME",
        "USERPROFILE",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    ];
    let starts = [
        "COMPOSE_",
        "DOCKER_",
        "GITHUB_",
        "CI_",
        "XDG_",
        "BUILDKIT_",
        "GITLAB_",
        "CIRCLE_",
        "BITBUCKET_",
        "AWS_",
        "JENKINS_",
        "VSCODE_",
    ];
    exact.contains(&name) || starts.iter().any(|start| name.starts_with(start))
}

/// Whether a script or another file that sets variables near a Compose file holds a name.
fn is_said(view: &FileView<'_>, name: &str) -> bool {
    let mut others = view.context.other_files();
    others.any(|file| occurrences(&file.text, name).any(|(_, is_whole)| is_whole))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found;

    #[test]
    fn variables_that_are_set_nowhere_are_found_once() {
        for (values, expected) in [
            ("'${TAG} ${GONE}'", 1),
            ("'$TAG $GONE $GONE ${GONE}'", 1),
            ("'${TAG} ${GONE} ${GONE2}'", 0),
            ("'${TAG} ${GONE} ${GONE:?x}'", 0),
            ("'${TAG} ${GONE:-x} ${GONE-x} ${GONE:?x} ${GONE:+x}'", 0),
            ("'${TAG} $$GONE'", 0),
            ("'${TAG} ${HOME} ${COMPOSE_PROJECT_NAME} ${UID}'", 0),
            ("'${TAG} ${OLD} ${OTHER}'", 0),
            ("'${TAG} ${BUILD_ID}'", 0),
            ("'${GONE}'", 0),
        ] {
            let text = format!("services: {{a: {{image: x, environment: {{A: {values}}}}}}}");
            let files = [
                ("compose.yaml", text.as_str()),
                (".env.example", "TAG=1\n# OLD=2\n"),
                ("prod.env", "OTHER=1\n"),
                ("deploy.sh", "BUILD_ID=1 docker compose up\n"),
            ];
            assert_eq!(found(&LINT, &files).len(), expected, "{values}");
        }
    }

    #[test]
    fn nothing_is_said_without_an_env_file() {
        let text = "services: {a: {image: 'x:${GONE}'}}";
        assert_eq!(found(&LINT, &[("compose.yaml", text)]), [""; 0]);
        assert_eq!(found(&LINT, &[("compose.yaml", text), ("b/.env", "TAG=1")]), [""; 0]);
    }

    #[test]
    fn the_place_is_the_variable() {
        let text = "services:\n  a:\n    image: x:${TAG}-${GONE}\n";
        assert_eq!(
            found(&LINT, &[("compose.yaml", text), (".env", "TAG=1")]),
            [
                "compose.yaml:3:21 no env file sets `GONE`, so docker compose puts nothing in its place"
            ]
        );
    }
}
