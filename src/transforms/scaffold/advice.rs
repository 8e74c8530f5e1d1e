//! The secrets' files, which a person makes: what each holds, who reads it, and whether git would
//! take it along.

use std::collections::BTreeMap;

use crate::compose::model::{folder, join};
use crate::diagnostics::Finding;
use crate::repo::ignored::Ignored;
use crate::repo::load::Repo;

use super::options::{Scaffold, default_image};
use super::server::Server;
use super::service::Secrets;

/// A secret that is to be defined, and the file that it is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretFile {
    /// The secret's name.
    pub(super) secret: String,
    /// The file as it is written, from the project's folder.
    pub(super) written: String,
    /// What is to be in it and how it is made, for people.
    pub(super) content: String,
}

/// Gives the secrets that are not defined yet.
pub(super) fn files(
    scaffold: &Scaffold,
    server: &Server,
    secrets: &Secrets,
    token: &str,
    dashboard: &str,
) -> Vec<SecretFile> {
    let (before, after) = place(server);
    let scopes = "composemod serve token --scopes create,read";
    let all = [
        (
            &*secrets.password,
            format!(
                "holds the password of the superuser of `{}`, and nothing else; `{}` alone reads it",
                server.name, scaffold.service
            ),
        ),
        (
            &*secrets.tokens,
            format!(
                "holds the line with the token's hash that `{scopes} --name {dashboard}` prints; `{}` reads it",
                scaffold.service
            ),
        ),
        (
            token,
            format!(
                "holds the token that `{scopes} --name {dashboard}` prints once; `{dashboard}` reads it"
            ),
        ),
    ];
    let is_new = |(name, _): &(&str, String)| !server.model.secrets.contains_key(*name);
    all.into_iter()
        .filter(is_new)
        .map(|(name, content)| SecretFile {
            secret: name.to_owned(),
            written: format!("{before}{name}{after}"),
            content,
        })
        .collect()
}

/// Where the project keeps its secrets' files: what stands before and after their names.
fn place(server: &Server) -> (String, String) {
    let mut known = server.model.secrets.values().filter_map(|secret| secret.text_of("file"));
    let known = known.find(|file| !file.contains('$') && file.contains('/'));
    let (folder, name) =
        known.and_then(|file| file.rsplit_once('/')).unwrap_or(("./secrets", ".txt"));
    let ending = name.rfind('.').and_then(|at| name.get(at..)).unwrap_or_default();
    (format!("{folder}/"), ending.to_owned())
}

/// Says what is to be made by hand.
pub(super) fn findings(
    scaffold: &Scaffold,
    server: &Server,
    files: &[SecretFile],
    repo: &Repo,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let ignored = Ignored::of(repo);
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for SecretFile { secret, written, content } in files {
        let path = join(&server.project.folder, written);
        let message = format!(
            "to be made before `docker compose up`, readable by its container's user alone (mode 0400 or 0600): {content}"
        );
        // One outside the tree has no path there.
        let shown = path.clone().unwrap_or_else(|| written.clone());
        found.push(Finding::info("secret-to-make", message).in_file(shown));
        if let Some(path) = path.filter(|path| !ignored.covers(path)) {
            seen.entry(folder(&path).to_owned()).or_default().push(secret.clone());
        }
    }
    if let Some(secret) = &server.password {
        let message = format!(
            "`{}` reads the secret `{secret}` too, which `{}` has already: the user of its container must be able to read the file",
            scaffold.service, server.name
        );
        found.push(Finding::info("secret-shared", message));
    }
    for (folder, secrets) in seen {
        let secrets: Vec<String> = secrets.iter().map(|name| format!("`{name}`")).collect();
        let place = if folder.is_empty() { "the root" } else { &folder };
        let message = format!(
            "git would take along the files in {place} for the secrets {}: no .gitignore names them",
            secrets.join(", ")
        );
        let line =
            if folder.is_empty() { "each of them".to_owned() } else { format!("`/{folder}/`") };
        let help = format!("add {line} to .gitignore before you make them");
        found.push(Finding::warning("secret-not-ignored", message).help(help));
    }
    if scaffold.image.is_none() {
        let image = default_image();
        let message = format!(
            "the image `{image}` is this version's: `docker build -t {image} .` in composemod's own repository makes it, and it runs as user 1000; name another with --image"
        );
        found.push(Finding::info("image-to-make", message));
    }
    found
}
