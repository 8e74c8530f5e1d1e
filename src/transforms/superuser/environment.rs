//! The server's own variables: its superuser, the default database that must stay, and the user of
//! its own clients.

use crate::compose::usage::Class;
use crate::compose::value::Origin;
use crate::diagnostics::Finding;
use crate::transforms::rename::options::Phase;

use super::Change;
use super::edits::Why;
use super::family::Family;
use super::server::{Group, before};
use super::setting::{Form, Setting, Site};
use super::source::{Source, other_reader};
use super::variable::{references_to, sole};

impl Change<'_, '_, '_> {
    /// Edits the server's variables in each way that its files are loaded.
    pub(super) fn environment(&mut self) {
        let server = self.server;
        if !server.superuser.covers(Phase::Compose) {
            return;
        }
        for group in server.postgres_groups() {
            self.group(group);
        }
        if self.source == Source::Variable
            && let Some(variable) = &server.old.variable
        {
            self.change_variable(variable);
        }
    }

    fn group(&mut self, group: &Group<'_>) {
        let server = self.server;
        let (mut old, mut database) = before(server.superuser, server.family, &group.model);
        if server.is_told_by_templates(group) {
            (old, database) = (server.old.clone(), server.database.clone());
        }
        if let Some(name) = &old.name
            && Some(name) != server.old.name.as_ref()
            && !old.is_new
        {
            return self.other_superuser(group, name);
        }
        let home = group.sites.iter().find(|site| site.is_whole()).or(group.sites.first());
        let Some(home) = home else { return };
        if !old.is_new {
            self.user(group, home);
        }
        self.database(group, home, database.raw.is_none() && !old.is_new);
        if !old.is_new {
            self.own_clients(group, home);
        }
    }

    /// A variant with a server of its own stays as it is.
    fn other_superuser(&mut self, group: &Group<'_>, name: &str) {
        let Some(site) = group.sites.first() else { return };
        let message = format!(
            "{} gives the server another superuser, `{name}`; it stays as it is",
            site.file.path
        );
        let finding = Finding::warning("other-superuser", message)
            .at(&site.file.path, site.file.doc.node(site.service.key).span)
            .help(format!(
                "name the file with -f and the user with --from {name} to change it too"
            ));
        self.draft.plan.findings.push(finding);
    }

    /// `POSTGRES_USER`, wherever it is set.
    fn user(&mut self, group: &Group<'_>, home: &Site<'_>) {
        let server = self.server;
        let new = server.superuser.to.as_str();
        let mut is_set = false;
        for site in &group.sites {
            if let Some(file) = site.variable("POSTGRES_USER_FILE") {
                self.user_file(site, &file);
                is_set = true;
            }
            let Some(setting) = site.variable(Family::USER) else { continue };
            is_set = true;
            if setting.raw == new {
                continue;
            }
            let is_literal = !setting.raw.contains('$') && setting.form != Form::Bare;
            if is_literal
                && !setting.raw.is_empty()
                && Some(&setting.raw) != server.old.name.as_ref()
            {
                self.other_value(site, &setting);
                continue;
            }
            if !is_literal && self.source == Source::Variable {
                self.defaults(site, &setting);
                continue;
            }
            let reason = match &self.source {
                Source::Literal(why) if !is_literal && !why.is_empty() => {
                    format!("the server's superuser; the variable stays: {why}")
                }
                _ => "the server's superuser".to_owned(),
            };
            if let (Source::Literal(why), Some(variable)) = (&self.source, &server.old.variable)
                && !is_literal
            {
                let message = format!(
                    "`{variable}` stays as it is: {why}. The server gets its superuser's name itself"
                );
                let span = site.file.doc.node(setting.node).span;
                let finding = Finding::info("variable-kept", message).at(&site.file.path, span);
                self.draft.plan.findings.push(finding);
            }
            if setting.is_own {
                let insert =
                    if setting.form == Form::Bare { format!("={new}") } else { new.to_owned() };
                let why = Why::certain(Class::User, reason);
                self.edits.replace(&site.file.path, setting.node, setting.range, insert, why);
            } else {
                self.give(site, Family::USER, new);
            }
        }
        if !is_set && !self.user_in_env_file(group) {
            self.give(home, Family::USER, new);
        }
    }

    /// The defaults of the variable that the superuser is taken from.
    pub(super) fn defaults(&mut self, site: &Site<'_>, setting: &Setting) {
        let server = self.server;
        let (Some(variable), Some(old)) = (&server.old.variable, &server.old.name) else { return };
        for reference in references_to(&setting.raw, variable) {
            let Some(default) = reference.default() else { continue };
            if setting.raw.get(default.clone()) == Some(old) {
                let range = setting.range.start + default.start..setting.range.start + default.end;
                let why = Why::certain(Class::User, "the superuser's default");
                let new = server.superuser.to.clone();
                self.edits.replace(&site.file.path, setting.node, range, new, why);
            }
        }
    }

    /// The superuser of an env file that nobody else reads changes there. Tells whether it does.
    fn user_in_env_file(&mut self, group: &Group<'_>) -> bool {
        let server = self.server;
        let Some(value) = group.model.variable(server.service(), Family::USER) else {
            return false;
        };
        let Some(Origin::EnvFile { path, span, raw }) = &value.origin else { return false };
        let is_read = other_reader(server, path, Family::USER).is_some()
            || Some(&**raw) != server.old.name.as_deref()
            || !server.superuser.covers(Phase::Config);
        let Some(file) = server.repo.get(path).filter(|_| !is_read) else { return false };
        self.env_value(&file.path, &file.text, *span, "the server's superuser");
        self.mirror(Family::USER);
        true
    }

    /// The name of the superuser is in a secret: its text is not ours to read.
    fn user_file(&mut self, site: &Site<'_>, setting: &Setting) {
        let finding = Finding::error(
            "superuser-in-a-file",
            "the superuser's name comes from a file (POSTGRES_USER_FILE), which is mounted and not read here",
        )
        .at(&site.file.path, site.file.doc.node(setting.node).span)
        .help("take POSTGRES_USER_FILE out, set POSTGRES_USER to the name as it is, and run this again");
        self.draft.block(finding);
    }

    /// One of several files gives another user.
    fn other_value(&mut self, site: &Site<'_>, setting: &Setting) {
        let message =
            format!("another superuser is set here, `{}`; it stays as it is", setting.raw);
        let finding = Finding::warning("other-superuser", message)
            .at(&site.file.path, site.file.doc.node(setting.node).span);
        self.draft.plan.findings.push(finding);
    }

    /// The default database: it stays what it was, or becomes what was asked for.
    fn database(&mut self, group: &Group<'_>, home: &Site<'_>, follows_user: bool) {
        let server = self.server;
        let key = server.family.database_key();
        let wanted = server.superuser.default_database.as_ref();
        let mut is_set = false;
        for site in &group.sites {
            let Some(setting) = site.variable(key) else { continue };
            if setting.raw.is_empty() && setting.form != Form::Bare {
                continue;
            }
            is_set = true;
            let new = match wanted {
                Some(wanted) => wanted.clone(),
                None => self.without_variable(&setting.raw),
            };
            if new == setting.raw {
                continue;
            }
            if setting.is_own {
                let insert = if setting.form == Form::Bare { format!("={new}") } else { new };
                let why = Why::certain(Class::Database, pinned(wanted));
                self.edits.replace(&site.file.path, setting.node, setting.range, insert, why);
            } else {
                self.give(site, key, new);
            }
        }
        let is_filed = group.sites.iter().any(|site| site.variable("POSTGRES_DB_FILE").is_some());
        let in_env_file =
            group.model.variable(server.service(), key).and_then(|value| value.text());
        let is_there = match (wanted, in_env_file) {
            (Some(wanted), Some(found)) => wanted == found,
            (None, _) => !follows_user || server.family.default_database().is_some(),
            (Some(_), None) => false,
        };
        if is_set || is_filed || is_there {
            return;
        }
        let new = wanted.cloned().unwrap_or_else(|| self.old_name());
        self.give(home, key, new);
    }

    /// `PGUSER`, with which clients in the container connect.
    fn own_clients(&mut self, group: &Group<'_>, home: &Site<'_>) {
        let server = self.server;
        let mut is_changed = false;
        for site in &group.sites {
            let Some(setting) = site.variable("PGUSER") else { continue };
            if !self.means_old(&setting.raw) {
                continue;
            }
            is_changed = true;
            if setting.raw.contains('$') && self.source == Source::Variable {
                self.defaults(site, &setting);
            } else if setting.is_own {
                let why =
                    Why::certain(Class::User, "the user of clients in the server's container");
                let new = server.superuser.to.clone();
                self.edits.replace(&site.file.path, setting.node, setting.range, new, why);
            } else {
                let new = server.superuser.to.clone();
                self.give(site, "PGUSER", new);
            }
        }
        let has_database = group.model.variable(server.service(), "PGDATABASE").is_some();
        if is_changed && !has_database {
            self.give(home, "PGDATABASE", self.old_name());
        }
    }

    /// Gives the server a variable of its own in a file.
    pub(super) fn give(&mut self, site: &Site<'_>, name: &str, value: impl Into<String>) {
        let given = self.given.entry(site.file.path.clone()).or_default();
        given.push((name.to_owned(), value.into()));
    }

    /// Edits what the server is given.
    pub(super) fn give_all(&mut self) {
        let server = self.server;
        for (path, variables) in std::mem::take(&mut self.given) {
            let file = server.workspace.files.get(&path);
            let Some(site) = file.and_then(|file| Site::find(file, server.service())) else {
                continue;
            };
            match site.give(&variables) {
                Ok(patch) => {
                    let names: Vec<&str> =
                        variables.iter().map(|(name, _)| name.as_str()).collect();
                    let is_user = names.contains(&Family::USER);
                    let class = if is_user { Class::User } else { Class::Database };
                    let mut reason = format!("{}: set for the server alone", names.join(", "));
                    if let Source::Literal(why) = &self.source
                        && is_user
                        && !why.is_empty()
                    {
                        reason = format!("{reason}; {why}");
                    }
                    self.draft.added(&path, patch, class, &reason);
                }
                Err(refusal) => self.draft.refuse(&path, &refusal),
            }
        }
    }

    /// How the files come to the old superuser's name, after the change too.
    pub(super) fn old_name(&self) -> String {
        let old = &self.server.old;
        match (&self.source, &old.name) {
            (Source::Variable, Some(name)) => name.clone(),
            // The variable goes on holding the old name, whatever that is elsewhere.
            _ if old.raw.contains('$') => old.raw.clone(),
            (_, Some(name)) => name.clone(),
            (_, None) => old.raw.clone(),
        }
    }

    /// How the files come to the default database after the change.
    pub(super) fn database_name(&self) -> String {
        if let Some(wanted) = &self.server.superuser.default_database {
            return wanted.clone();
        }
        match &self.server.database.raw {
            Some(raw) => self.without_variable(raw),
            None => match self.server.family.default_database() {
                Some(name) => name.to_owned(),
                None => self.old_name(),
            },
        }
    }

    /// A value in which the superuser's variable, where it changes, has its old value.
    pub(super) fn without_variable(&self, raw: &str) -> String {
        let (Some(variable), Some(old)) = (&self.server.old.variable, &self.server.old.name) else {
            return raw.to_owned();
        };
        if self.source != Source::Variable {
            return raw.to_owned();
        }
        let mut new = raw.to_owned();
        for reference in references_to(raw, variable).into_iter().rev() {
            if new.is_char_boundary(reference.span.end) {
                new.replace_range(reference.span, old);
            }
        }
        new
    }

    /// Tells whether a value comes to the old superuser.
    pub(super) fn means_old(&self, raw: &str) -> bool {
        let old = &self.server.old;
        if raw.is_empty() {
            return false;
        }
        if Some(raw) == old.name.as_deref() {
            return true;
        }
        if old.is_new {
            return false;
        }
        let variable = sole(raw).map(|(name, _)| name);
        variable.is_some() && variable == old.variable
    }
}

fn pinned(wanted: Option<&String>) -> &'static str {
    match wanted {
        Some(_) => "the default database that was asked for",
        None => "the default database stays what it was",
    }
}
