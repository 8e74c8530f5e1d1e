//! What keeps the old user, by class: apps, exporters, pools, init scripts; and text that may be
//! about it.
//!
//! Invariant: nothing here is edited.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::compose::command::Context;
use crate::compose::model::{ComposeFile, file_name};
use crate::compose::usage::{Class, Confidence, occurrences};
use crate::compose::value::Value;
use crate::compose::values::{self, TextKind};
use crate::diagnostics::Finding;
use crate::repo::kind::{FileKind, kind};
use crate::repo::mentions::{Mention, Subject, mentions};
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::transforms::draft::Meaning;
use crate::transforms::hazards::mount;
use crate::transforms::rename::elsewhere::{is_in_reach, wrappers};
use crate::yaml::document::NodeId;

use super::Change;
use super::family::family;
use super::pgadmin::is_server_list;
use super::setting::Site;

/// Who keeps the old user, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeper {
    App,
    Client,
    Exporter,
    Dashboard,
    Pool,
    PasswordFile,
}

impl Keeper {
    fn id(self) -> &'static str {
        match self {
            Self::App => "app-keeps-user",
            Self::Client => "client-keeps-user",
            Self::Exporter => "exporter-keeps-user",
            Self::Dashboard => "dashboard-keeps-user",
            Self::Pool => "pool-keeps-user",
            Self::PasswordFile => "password-file-keeps-user",
        }
    }

    fn says(self, old: &str) -> String {
        match self {
            Self::App => format!("an app connects as `{old}`; it keeps its user"),
            Self::Client => format!("a Postgres client connects as `{old}`; it keeps its user"),
            Self::Exporter => {
                format!("an exporter connects as `{old}`; it is never made a superuser")
            }
            Self::Dashboard => {
                format!("a data source connects as `{old}`; it is never made a superuser")
            }
            Self::Pool => format!("a pool lets `{old}` in; it stays for the apps"),
            Self::PasswordFile => format!("a password of `{old}` is kept here; it stays"),
        }
    }

    fn help(self, new: &str) -> Option<String> {
        match self {
            Self::App | Self::PasswordFile => None,
            Self::Client => Some(format!(
                "where it works on the whole cluster, give it `{new}` with its password and the database by hand"
            )),
            Self::Exporter => {
                Some("give it a role of its own with GRANT pg_monitor TO it".to_owned())
            }
            Self::Dashboard => Some("give it a role of its own that may only read".to_owned()),
            Self::Pool => Some(format!("add `{new}` only where admins connect through the pool")),
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::App => "an app's user, which stays",
            Self::Client => "a client's user, which stays",
            Self::Exporter => "an exporter's user, which stays",
            Self::Dashboard => "a data source's user, which stays",
            Self::Pool => "a pool's user, which stays for the apps",
            Self::PasswordFile => "a user with a password of its own, which stays",
        }
    }
}

/// Why a role in an init script stays; what that does on a fresh volume is a hazard.
const INIT_ROLE: &str = "an init script's role: on a fresh volume it must be made first";

/// A file that holds the old superuser's name.
struct Read {
    kind: FileKind,
    mentions: Vec<Mention>,
}

impl Read {
    fn new(file: &SourceFile, subject: &Subject) -> Option<Self> {
        file.text.contains(&subject.name).then(|| {
            let kind = kind(&file.path, &file.text);
            Self { kind, mentions: mentions(&file.path, &file.text, kind, subject) }
        })
    }
}

impl Change<'_, '_, '_> {
    /// Edits admins' commands in other files, and says what else names the old superuser.
    pub(super) fn other_files(&mut self) {
        let server = self.server;
        let chosen = std::slice::from_ref(server.project);
        let definers: Vec<_> = server
            .all_projects
            .iter()
            .filter(|project| {
                project.folder == server.project.folder || {
                    let mut files =
                        project.all_files().filter_map(|path| server.workspace.files.get(path));
                    files.any(|file| file.service(server.service()).is_some())
                }
            })
            .cloned()
            .collect();
        let context = Context { wrappers: wrappers(server.repo), services: Vec::new() };
        let subject = server.old.name.as_ref().map(|old| Subject {
            name: old.clone(),
            wrappers: context.wrappers.clone(),
            new: Some(server.superuser.to.clone()),
            ..Subject::default()
        });
        let files: Vec<(&SourceFile, Option<Read>)> = server
            .repo
            .files
            .par_iter()
            .filter(|file| {
                !server.workspace.files.contains_key(&file.path)
                    && is_in_reach(&file.path, chosen, &definers)
            })
            .map(|file| (file, subject.as_ref().and_then(|subject| Read::new(file, subject))))
            .collect();
        for (file, read) in files {
            let from = self.draft.plan.left.len();
            self.script_calls(file, &context);
            self.pgadmin(file);
            if let Some(read) = read {
                self.mentions(file, read, from);
            }
        }
        for file in server.files() {
            self.compose_mentions(file);
        }
    }

    /// What stays in a file that is no Compose file. Calls in it were told of `from` there on.
    fn mentions(&mut self, file: &SourceFile, read: Read, from: usize) {
        let server = self.server;
        let Some(old) = server.old.name.clone() else { return };
        let kind = read.kind;
        let is_settings = matches!(
            kind,
            FileKind::Env
                | FileKind::Config(_)
                | FileKind::Yaml
                | FileKind::History
                | FileKind::Other
        );
        let keeper = keeper_of_file(file).filter(|_| is_settings);
        let is_init = server.is_init_script(&file.path);
        let mut told = BTreeSet::new();
        let plan = &self.draft.plan;
        let known: BTreeSet<Span> = plan.left.iter().skip(from).map(|left| left.span).collect();
        let edited = plan.edits.iter().filter(|edit| edit.path == file.path);
        let edited: Vec<Span> = edited.map(|edit| edit.edit.span).collect();
        for mention in read.mentions {
            let line = file.line_at(mention.span.start as usize);
            let span = mention.span;
            let is_user = mention.class == Class::User
                || (keeper.is_some()
                    && mention.class != Class::LongerName
                    && mention.class != Class::Comment);
            // What is named `postgres` is mostly the program.
            let is_text = || {
                old != server.family.default_user()
                    && is_about_users(line)
                    && may_be_user(mention.class)
            };
            let is_value = mention.class == Class::Unknown || mention.class == Class::Literal;
            let is_foreign = is_of_another_product(line) || is_of_another_tool(&file.path);
            if is_foreign || !is_user && (is_value && is_settings || !is_text()) {
                continue;
            }
            let is_setting = matches!(kind, FileKind::Env | FileKind::Config(_) | FileKind::Yaml);
            let keeper = match keeper {
                Some(keeper) => Some(keeper),
                // A word of a text, as in a translation, is nobody's login.
                None if is_user
                    && is_setting
                    && mention.confidence >= Confidence::Likely
                    && !is_server_list(file)
                    && !self.is_superusers(file, span) =>
                {
                    Some(keeper_of_line(line))
                }
                None => None,
            };
            let reason = match (keeper, is_user) {
                (Some(keeper), _) => keeper.reason().to_owned(),
                (None, true) if is_init => INIT_ROLE.to_owned(),
                (None, true) => mention.reason.to_owned(),
                (None, false) => format!("{}; it may mean the superuser", mention.reason),
            };
            let class = match mention.class {
                class if class.refers() && class < Class::Prose => Class::User,
                class => class,
            };
            let confidence = if is_user { mention.confidence } else { Confidence::Unsure };
            let meaning = Meaning { span, class, confidence, reason };
            let is_known =
                known.contains(&span) || edited.iter().any(|edited| edited.contains(span));
            if is_known {
                continue;
            }
            self.draft.left(&file.path, &file.text, meaning);
            if let Some(keeper) = keeper
                && told.insert(keeper.id())
            {
                self.tell_keeper(keeper, &old, &file.path, span, "");
            }
        }
    }

    /// Tells whether a mention is the superuser's own variable in an env file.
    fn is_superusers(&self, file: &SourceFile, span: Span) -> bool {
        let line = file.line_at(span.start as usize);
        let name = line.trim_start().trim_start_matches("export ").split(['=', ':']).next();
        let name = name.unwrap_or_default().trim();
        name == super::family::Family::USER || Some(name) == self.server.old.variable.as_deref()
    }

    fn tell_keeper(&mut self, keeper: Keeper, old: &str, path: &str, span: Span, who: &str) {
        let message = format!("{who}{}", keeper.says(old));
        let finding = Finding::info(keeper.id(), message).at(path, span);
        let finding = match keeper.help(&self.server.superuser.to) {
            Some(help) => finding.help(help),
            None => finding,
        };
        self.draft.plan.findings.push(finding);
    }

    /// What stays in a Compose file.
    fn compose_mentions(&mut self, file: &ComposeFile) {
        let server = self.server;
        let Some(old) = server.old.name.clone() else { return };
        if file.doc.text().contains(&old) {
            let names = file.names();
            for found in values::usages(file, &names.texts, &old, &[]) {
                if found.usage.class != Class::User {
                    continue;
                }
                let Some(span) = file.doc.value_span(found.node, found.usage.range.clone()) else {
                    continue;
                };
                self.compose_user(file, found.node, span, &old);
            }
        }
        let Some(variable) = server.old.variable.clone() else { return };
        for one in super::variable::uses([file], &variable, &server.users) {
            let Some(span) = file.doc.value_span(one.node, one.reference.span.clone()) else {
                continue;
            };
            let names_user = one.users.iter().any(|user| {
                user.service != server.service()
                    && user.keys.first().is_some_and(|key| key == "environment")
            });
            if names_user {
                self.compose_user(file, one.node, span, &old);
            }
        }
    }

    fn compose_user(&mut self, file: &ComposeFile, node: NodeId, span: Span, old: &str) {
        let server = self.server;
        if self.edits.is_edited(&file.path, node) || !self.told.insert((file.path.clone(), node)) {
            return;
        }
        // A variant's own services are in no model.
        let here = file
            .services()
            .find(|service| Site::find(file, &service.name).is_some_and(|site| site.holds(node)));
        let mut users: Vec<String> =
            server.users.at(&file.path, node).iter().map(|user| user.service.clone()).collect();
        users.extend(here.map(|service| service.name).filter(|_| users.is_empty()));
        let Some(service) = users.into_iter().find(|name| name != server.service()) else { return };
        let body = server.groups.iter().find_map(|group| {
            let body = group.model.services.get(&service)?;
            let has = |name: &str| group.model.variable(&service, name).is_some();
            Some((body, family(body, &has).is_some()))
        });
        if body.is_some_and(|(_, is_server)| is_server) {
            return;
        }
        let key = file.names().texts.iter().find(|text| text.node == node);
        let key = key.and_then(|text| match &text.kind {
            TextKind::Setting { key, .. } => Some(key.as_str()),
            _ => None,
        });
        if key.is_none_or(is_of_another_product) {
            // Commands are told of where they are judged.
            return;
        }
        let keeper = keeper_of_service(body.map(|(body, _)| body), key.unwrap_or_default());
        let reason = keeper.reason().to_owned();
        let meaning = Meaning { span, class: Class::User, confidence: Confidence::Certain, reason };
        self.draft.left(&file.path, file.doc.text(), meaning);
        self.tell_keeper(keeper, old, &file.path, span, &format!("service `{service}`: "));
    }
}

fn keeper_of_service(body: Option<&Value>, key: &str) -> Keeper {
    let image = body.and_then(|body| body.text_of("image")).unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or(image).to_ascii_lowercase();
    if key.starts_with("DATA_SOURCE_") || name.contains("exporter") {
        Keeper::Exporter
    } else if name.contains("pgbouncer") || name.contains("pgpool") || name.contains("pgcat") {
        Keeper::Pool
    } else if body.is_some_and(mount::is_client) {
        Keeper::Client
    } else {
        Keeper::App
    }
}

/// Who a file as a whole is of, where its place and name tell.
fn keeper_of_file(file: &SourceFile) -> Option<Keeper> {
    let path = file.path.to_ascii_lowercase();
    let name = file_name(&path);
    if name.contains("userlist") || name.contains("pgbouncer") {
        Some(Keeper::Pool)
    } else if name.contains("pgpass") {
        Some(Keeper::PasswordFile)
    } else if path.contains("datasources/") && path.contains("grafana")
        || name.starts_with("datasource")
    {
        Some(Keeper::Dashboard)
    } else {
        None
    }
}

fn keeper_of_line(line: &str) -> Keeper {
    if line.contains("DATA_SOURCE_") || line.to_ascii_lowercase().contains("exporter") {
        Keeper::Exporter
    } else {
        Keeper::App
    }
}

/// Tells whether a mention of this class can mean a user at all.
fn may_be_user(class: Class) -> bool {
    matches!(
        class,
        Class::Literal
            | Class::Prose
            | Class::Comment
            | Class::Message
            | Class::Output
            | Class::History
            | Class::Unknown
    )
}

/// Tells whether a line is a setting of a product that is no Postgres.
pub(crate) fn is_of_another_product(line: &str) -> bool {
    let name = line.split(['=', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let products = [
        "rabbitmq",
        "redis",
        "mongo",
        "mysql",
        "mariadb",
        "smtp",
        "email",
        "mail",
        "minio",
        "amqp",
        "s3_",
        "aws",
        "ldap",
        "github",
        "docker",
        "clickhouse",
        "elastic",
        "kafka",
        "mqtt",
    ];
    products.iter().any(|product| name.contains(product))
}

/// Tells whether a file's users are no roles of a server: CI, systemd.
fn is_of_another_tool(path: &str) -> bool {
    path.starts_with(".github/") || path.ends_with(".service") || path.ends_with(".timer")
}

/// Tells whether a line speaks of users.
fn is_about_users(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let words = ["user", "superuser", "role", "owner", "login", "username", "pguser", "grant"];
    words.iter().any(|word| occurrences(&lower, word).any(|(_, is_whole)| is_whole))
        || lower.contains("_user")
}
