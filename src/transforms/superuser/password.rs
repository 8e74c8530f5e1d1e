//! The server's password: where its variable is an app's too, that is in the way until it is split.
//!
//! On a volume with data the variable does nothing; on a fresh one it would give the superuser the
//! app's password, and rotating the one would rotate the other.

use std::collections::BTreeSet;

use crate::compose::interpolate::Operator;
use crate::compose::model::join;
use crate::compose::usage::{Class, occurrences};
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;
use crate::transforms::rename::options::Phase;

use super::Change;
use super::backups::is_cluster_backup;
use super::edits::Why;
use super::family::is_of_postgres;
use super::server::{Group, Server};
use super::setting::Form;
use super::source::compose_uses;
use super::variable::{Reference, references};

impl Change<'_, '_, '_> {
    /// Keeps the server's password apart from the apps', or says what to do for it.
    pub(super) fn password(&mut self) {
        let server = self.server;
        let Some(variable) = secret(server) else {
            if let Some(wanted) = &server.superuser.split_password {
                self.split(None, wanted);
            }
            return;
        };
        let apps = apps(server, &variable);
        match &server.superuser.split_password {
            Some(wanted) if *wanted != variable => {
                let taken = apps_in_compose(server, wanted);
                if let Some(app) = taken.first() {
                    let message = format!(
                        "`{wanted}` can't be the superuser's password: service `{app}` takes it too"
                    );
                    let finding =
                        self.at_password(Finding::error("shared-secret-variable", message));
                    return self
                        .draft
                        .block(finding.help("choose a variable that nothing uses yet"));
                }
                if apps.is_empty() && own_env_file(server).is_some() {
                    let message = format!(
                        "`{variable}` is the server's alone already: there is nothing to split"
                    );
                    let finding = self.at_password(Finding::info("nothing-to-split", message));
                    return self.draft.plan.findings.push(finding);
                }
                self.split(Some(&variable), wanted);
            }
            Some(wanted) if apps.is_empty() => {
                self.is_split = true;
                self.late_secret(wanted);
            }
            _ if !apps.is_empty() && !server.old.is_new => self.shared(&variable, &apps),
            _ => {}
        }
    }

    /// Says that a secret is the superuser's and an app's at once.
    fn shared(&mut self, variable: &str, apps: &BTreeSet<String>) {
        let names: Vec<String> = apps.iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "`{variable}` is the password of the server's superuser and of {}: whoever has the app's password would be the new superuser too",
            names.join(", ")
        );
        let usual = self.server.family.password_key();
        let is_free = usual != variable
            && compose_uses(self.server, usual).is_empty()
            && self.server.env_files.iter().all(|file| file.entry(usual).is_none());
        let free = if is_free { usual } else { "POSTGRES_SUPERUSER_PASSWORD" };
        let finding = self.at_password(Finding::error("shared-secret-variable", message)).help(format!(
            "ask for --split-password {free}, or declare `split-password: {free}`: the server takes its password from `${{{free}}}` then, and the apps keep `{variable}`"
        ));
        self.draft.block(finding);
    }

    fn at_password(&self, finding: Finding) -> Finding {
        let server = self.server;
        let key = server.family.password_key();
        let sites = server.postgres_groups().flat_map(|group| &group.sites);
        let found =
            sites.into_iter().find_map(|site| Some((site, site.name_of(&site.variable(key)?))));
        let first = || {
            let site = server.groups.first()?.sites.first()?;
            Some((site, site.file.doc.node(site.service.key).span))
        };
        match found.or_else(first) {
            Some((site, span)) => finding.at(&site.file.path, span),
            None => finding,
        }
    }

    /// Takes the server's password from another variable.
    fn split(&mut self, old: Option<&str>, new: &str) {
        let server = self.server;
        let key = server.family.password_key();
        if !server.superuser.covers(Phase::Compose) {
            // Compose files come in another phase, before or after this one.
            return self.place_secret(old.unwrap_or(key), new);
        }
        let file_key = format!("{key}_FILE");
        let mut is_split = false;
        for group in server.postgres_groups() {
            let filed = group.sites.iter().find_map(|site| Some((site, site.variable(&file_key)?)));
            if let Some((site, setting)) = filed {
                let message = format!(
                    "the password comes from a file ({file_key}), so there is no variable to split"
                );
                let finding = Finding::warning("password-in-a-file", message)
                    .at(&site.file.path, site.file.doc.node(setting.node).span)
                    .help("mount a secret of the superuser's own there");
                self.draft.plan.findings.push(finding);
                continue;
            }
            is_split |= self.split_group(group, key, old, new);
        }
        self.is_split |= is_split;
        if is_split {
            self.place_secret(old.unwrap_or(key), new);
        }
    }

    /// Sets the new variable where the old one is set, or says that somebody must.
    fn place_secret(&mut self, old: &str, new: &str) {
        let superuser = self.server.superuser;
        let is_concerned = superuser.covers(Phase::Compose) || superuser.covers(Phase::Config);
        match own_env_file(self.server).filter(|_| is_concerned) {
            Some(path) => self.add_secret_apart(&path, new),
            None if superuser.covers(Phase::Config) => self.add_secret(old, new),
            None if superuser.covers(Phase::Compose) => self.secret_to_come(old, new),
            None => {}
        }
    }

    /// Sets the new variable where Compose files take it already, and an env file that came to be
    /// left out has the old user's password alone.
    fn late_secret(&mut self, new: &str) {
        let mut known = old_users_passwords(self.server).into_iter();
        if let (Some(old), None) = (known.next(), known.next())
            && self.server.env_files_without(&old, new).next().is_some()
        {
            self.place_secret(&old, new);
        }
    }

    /// Tells whether anything changes.
    fn split_group(&mut self, group: &Group<'_>, key: &str, old: Option<&str>, new: &str) -> bool {
        let mut is_set = false;
        let mut is_split = false;
        for site in &group.sites {
            let Some(setting) = site.variable(key) else { continue };
            is_set = true;
            let value = split_value(&setting.raw, old, new);
            if value == setting.raw {
                continue;
            }
            is_split = true;
            if setting.is_own {
                let insert = if setting.form == Form::Bare { format!("={value}") } else { value };
                let why = Why::certain(
                    Class::Identifier,
                    "the superuser's password, apart from the apps'",
                );
                self.edits.replace(&site.file.path, setting.node, setting.range, insert, why);
            } else {
                self.give(site, key, value);
            }
        }
        let Some(site) = group.sites.first().filter(|_| !is_set) else { return is_split };
        let is_given = group.model.variable(self.server.service(), key).is_some();
        // What is in an env file that is not here is set over.
        if is_given || self.server.is_told_by_templates(group) {
            self.give(site, key, format!("${{{new}}}"));
            is_split = true;
        }
        is_split
    }
}

/// Gives a password's value with another variable in it; a default would be a secret that is
/// shared again, so that it goes.
pub(super) fn split_value(raw: &str, old: Option<&str>, new: &str) -> String {
    let Some(reference) = references(raw).into_iter().next() else { return format!("${{{new}}}") };
    if raw.get(reference.name.clone()) == Some(new) {
        return raw.to_owned();
    }
    let mut value = raw.to_owned();
    value.replace_range(reference.span.clone(), &renamed(raw, &reference, old, new));
    value
}

fn renamed(raw: &str, reference: &Reference, old: Option<&str>, new: &str) -> String {
    let Some((operator, rest)) = &reference.operator else { return format!("${{{new}}}") };
    let sign = match operator {
        Operator::ErrorIfEmpty => ":?",
        Operator::ErrorIfUnset => "?",
        _ => return format!("${{{new}}}"),
    };
    let message = raw.get(rest.clone()).unwrap_or_default();
    let message = old.map_or_else(|| message.to_owned(), |old| message.replace(old, new));
    format!("${{{new}{sign}{message}}}")
}

/// The variable that the server's password comes from.
pub(super) fn secret(server: &Server<'_>) -> Option<String> {
    let key = server.family.password_key();
    let value =
        server.postgres_groups().find_map(|group| group.model.variable(server.service(), key))?;
    match value.origin.as_ref()? {
        Origin::EnvFile { .. } if value.text().is_some() => Some(key.to_owned()),
        origin if value.text().is_none() && origin.raw().is_empty() => Some(key.to_owned()),
        origin => {
            let raw = origin.raw();
            let first = references(raw).into_iter().next()?;
            raw.get(first.name).map(str::to_owned)
        }
    }
}

/// The env file that gives the server its password, where Compose itself does not read it.
fn own_env_file(server: &Server<'_>) -> Option<String> {
    let key = server.family.password_key();
    let value =
        server.postgres_groups().find_map(|group| group.model.variable(server.service(), key))?;
    let Some(Origin::EnvFile { path, .. }) = &value.origin else { return None };
    let read = join(&server.project.folder, ".env");
    (read.as_deref() != Some(path)).then(|| path.to_string())
}

/// The variables that other services log in with as the old user.
fn old_users_passwords(server: &Server<'_>) -> BTreeSet<String> {
    let Some(user) = &server.old.name else { return BTreeSet::new() };
    let others = server.groups.iter().flat_map(|group| &group.model.environments);
    let others = others.filter(|(service, _)| service.as_str() != server.service());
    let mut found = BTreeSet::new();
    for (_, environment) in others {
        let is_user = |(key, value): (&String, &Value)| {
            key.to_ascii_uppercase().ends_with("USER") && value.text() == Some(user)
        };
        let is_told = environment.iter().any(is_user);
        for (key, value) in environment {
            let raw = value.origin.as_ref().map_or("", Origin::raw);
            let is_password = key.to_ascii_uppercase().ends_with("PASSWORD");
            for reference in references(raw) {
                let before = raw.get(..reference.span.start).unwrap_or_default();
                let is_in_url = before.ends_with(&format!("//{user}:"));
                if is_in_url || is_told && is_password && before.is_empty() {
                    found.extend(raw.get(reference.name).map(str::to_owned));
                }
            }
        }
    }
    found
}

/// Services that are given a secret and keep the old user.
fn apps(server: &Server<'_>, variable: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = apps_in_compose(server, variable).into_iter().collect();
    for group in &server.groups {
        for (service, environment) in &group.model.environments {
            let body = group.model.services.get(service);
            let is_given = environment.contains_key(variable)
                || body.is_some_and(|body| server.is_to_be_given(body, variable));
            let connects = body.is_some_and(|body| connects(server, body, environment.values()));
            if is_given && connects && is_app(server, group, service) {
                found.insert(service.clone());
            }
        }
    }
    found
}

/// Services whose Compose block takes a secret.
fn apps_in_compose(server: &Server<'_>, variable: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for one in compose_uses(server, variable) {
        for user in &one.users {
            let group =
                server.groups.iter().find(|group| group.model.services.contains_key(&user.service));
            if group.is_some_and(|group| is_app(server, group, &user.service)) {
                found.insert(user.service.clone());
            }
        }
    }
    found.into_iter().collect()
}

/// Tells whether a service is one that keeps the old user: neither a server itself nor a backup of
/// the whole cluster.
fn is_app(server: &Server<'_>, group: &Group<'_>, service: &str) -> bool {
    if service == server.service() {
        return false;
    }
    let Some(body) = group.model.services.get(service) else { return false };
    let has = |name: &str| group.model.variable(service, name).is_some();
    !is_of_postgres(body, &has) && !is_cluster_backup(server, &group.model, service)
}

/// Tells whether a service has to do with the server: it waits for it, or names it.
fn connects<'v>(
    server: &Server<'_>,
    body: &Value,
    mut environment: impl Iterator<Item = &'v Value>,
) -> bool {
    let waits = body.get("depends_on").is_some_and(|all| all.get(server.service()).is_some());
    waits
        || environment.any(|value| {
            let text = value.text().unwrap_or_default();
            server.names.iter().any(|name| occurrences(text, name).any(|(_, is_whole)| is_whole))
        })
}

#[cfg(test)]
mod tests {
    use super::split_value;

    #[test]
    fn the_variable_of_a_password_is_replaced() {
        for (raw, expected) in [
            ("${APP_PASSWORD}", "${PG}"),
            ("$APP_PASSWORD", "${PG}"),
            ("${APP_PASSWORD:-changeme}", "${PG}"),
            ("${APP_PASSWORD:?set APP_PASSWORD in .env}", "${PG:?set PG in .env}"),
            ("${PG:?x}", "${PG:?x}"),
            ("literal", "${PG}"),
        ] {
            assert_eq!(split_value(raw, Some("APP_PASSWORD"), "PG"), expected);
        }
    }
}
