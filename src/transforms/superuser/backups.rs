//! Services that back up the server: those that dump the whole cluster become the new superuser,
//! those that dump one database stay.
//!
//! Sources: the READMEs of prodrigestivill/postgres-backup-local, tiredofit/db-backup,
//! schickling and eeshugerman/postgres-backup-s3, kartoza/pg-backup.

use crate::compose::effective::Effective;
use crate::compose::usage::{Class, Confidence};
use crate::compose::value::Value;
use crate::diagnostics::Finding;
use crate::transforms::draft::Meaning;
use crate::transforms::rename::options::Phase;

use super::Change;
use super::edits::Why;
use super::password::{secret, split_value};
use super::server::Server;
use super::setting::{Form, Setting, Site};
use super::source::Source;
use super::variable::sole;

/// Variables of a backup's image.
struct Backup {
    /// What its image's name holds.
    image: &'static str,
    host: &'static [&'static str],
    user: &'static [&'static str],
    password: &'static [&'static str],
    /// A variable with the value that makes it dump all there is; empty for any value.
    all: &'static [(&'static str, &'static str)],
}

const BACKUPS: [Backup; 4] = [
    Backup {
        image: "postgres-backup-local",
        host: &["POSTGRES_HOST"],
        user: &["POSTGRES_USER"],
        password: &["POSTGRES_PASSWORD"],
        all: &[("POSTGRES_CLUSTER", "true")],
    },
    Backup {
        image: "db-backup",
        host: &["DB01_HOST", "DB_HOST"],
        user: &["DB01_USER", "DB_USER"],
        password: &["DB01_PASS", "DB_PASS"],
        all: &[("DB01_NAME", "all"), ("DB_NAME", "all")],
    },
    Backup {
        image: "postgres-backup-s3",
        host: &["POSTGRES_HOST"],
        user: &["POSTGRES_USER"],
        password: &["POSTGRES_PASSWORD"],
        all: &[("POSTGRES_DATABASE", "all"), ("POSTGRES_BACKUP_ALL", "true")],
    },
    Backup {
        image: "postgres-backup",
        host: &["POSTGRES_HOST"],
        user: &["POSTGRES_USER"],
        password: &["POSTGRES_PASSWORD"],
        all: &[("POSTGRES_BACKUP_ALL", "true"), ("POSTGRES_DATABASE", "all")],
    },
];

/// Finds what backup a service is, by its image.
fn backup(body: &Value) -> Option<&'static Backup> {
    let image = body.text_of("image")?.to_ascii_lowercase();
    let name = image.rsplit('/').next().unwrap_or(&image);
    BACKUPS.iter().find(|backup| name.starts_with(backup.image))
}

/// Tells whether a backup is of this server.
fn reaches(server: &Server<'_>, model: &Effective, service: &str, backup: &Backup) -> bool {
    let text = |name: &str| model.variable(service, name).and_then(Value::text).unwrap_or_default();
    backup.host.iter().any(|host| server.names.contains(text(host)))
}

/// Tells whether a service dumps all databases and roles of the server.
pub(super) fn is_cluster_backup(server: &Server<'_>, model: &Effective, service: &str) -> bool {
    let Some(backup) = model.services.get(service).and_then(backup) else { return false };
    let text = |name: &str| model.variable(service, name).and_then(Value::text).unwrap_or_default();
    reaches(server, model, service, backup)
        && backup.all.iter().any(|(name, value)| text(name).eq_ignore_ascii_case(value))
}

impl Change<'_, '_, '_> {
    /// Makes the new superuser the user of cluster-wide backups, and reports the others.
    pub(super) fn backups(&mut self) {
        let server = self.server;
        for group in &server.groups {
            for (service, body) in &group.model.services {
                let Some(backup) = backup(body).filter(|_| service != server.service()) else {
                    continue;
                };
                if !reaches(server, &group.model, service, backup) {
                    continue;
                }
                let is_cluster = is_cluster_backup(server, &group.model, service);
                for file in server.files() {
                    let Some(site) = Site::find(file, service) else { continue };
                    for key in backup.user {
                        let Some(setting) = site.variable(key) else { continue };
                        self.backup_user(&site, &setting, is_cluster.then_some(backup));
                    }
                }
            }
        }
    }

    fn backup_user(&mut self, site: &Site<'_>, setting: &Setting, cluster: Option<&Backup>) {
        let server = self.server;
        let path = site.file.path.as_str();
        if !self.means_old(&setting.raw) {
            return;
        }
        self.told.insert((path.to_owned(), setting.node));
        let Some(backup) = cluster else {
            let message = format!(
                "service `{}` backs up single databases: it keeps `{}`, whose databases they are",
                site.service.name, setting.raw
            );
            let span = site.file.doc.node(setting.node).span;
            let meaning = Meaning {
                span: site.file.doc.value_span(setting.node, setting.range.clone()).unwrap_or(span),
                class: Class::User,
                confidence: Confidence::Certain,
                reason: "a backup of single databases, which keeps its user".to_owned(),
            };
            self.draft.left(path, site.file.doc.text(), meaning);
            let finding = Finding::info("single-database-client", message).at(path, span);
            return self.draft.plan.findings.push(finding);
        };
        if !setting.is_own || setting.form == Form::Bare {
            let message = format!(
                "service `{}` backs up the whole cluster, but shares its user with others through an anchor or the caller: give it `{}` by hand",
                site.service.name, server.superuser.to
            );
            let span = site.file.doc.node(setting.node).span;
            let finding = Finding::warning("shared-user", message).at(path, span);
            return self.draft.plan.findings.push(finding);
        }
        if self.lowest > Confidence::Certain || !server.superuser.covers(Phase::Compose) {
            return;
        }
        if setting.raw.contains('$') && self.source == Source::Variable {
            self.defaults(site, setting);
        } else {
            let why = Why::certain(Class::User, "a backup of the whole cluster");
            let new = server.superuser.to.clone();
            self.edits.replace(path, setting.node, setting.range.clone(), new, why);
        }
        let Some(wanted) = &server.superuser.split_password else { return };
        for key in backup.password {
            let Some(password) = site.variable(key) else { continue };
            let old = secret(server);
            let is_servers = sole(&password.raw).map(|(name, _)| name) == old;
            if is_servers && old.is_some() && password.is_own {
                let value = split_value(&password.raw, old.as_deref(), wanted);
                let why =
                    Why::certain(Class::Identifier, "the superuser's password, for its backup");
                self.edits.replace(path, password.node, password.range, value, why);
            }
        }
    }
}
