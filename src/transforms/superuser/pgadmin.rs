//! pgAdmin's list of servers (`servers.json`): an admin's tool, which becomes the new superuser.

use crate::compose::model::file_name;
use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::Finding;
use crate::text::edit::Edit;
use crate::text::source::SourceFile;
use crate::transforms::draft::Meaning;
use crate::transforms::rename::options::Phase;
use crate::yaml::document::{Document, NodeId};

use super::Change;

/// Tells whether a file is such a list.
pub(super) fn is_server_list(file: &SourceFile) -> bool {
    file_name(&file.path).ends_with(".json") && file.text.contains("\"MaintenanceDB\"")
}

impl Change<'_, '_, '_> {
    /// Gives pgAdmin's entry of the server the new user; its maintenance database must be named.
    pub(super) fn pgadmin(&mut self, file: &SourceFile) {
        let server = self.server;
        if !is_server_list(file) || !server.superuser.covers(Phase::Config) {
            return;
        }
        // JSON is YAML too, so that the nodes come with their places.
        let (doc, errors) = Document::parse(&file.text);
        if !errors.is_empty() {
            return;
        }
        let servers = doc.roots().iter().find_map(|&root| doc.get(root, "Servers"));
        for entry in servers.map(|servers| doc.entries(servers.value)).unwrap_or_default() {
            self.pgadmin_server(file, &doc, entry.value);
        }
    }

    fn pgadmin_server(&mut self, file: &SourceFile, doc: &Document, entry: NodeId) {
        let server = self.server;
        let text = |key: &str| doc.get(entry, key).and_then(|found| doc.value(found.value));
        let is_ours = text("Host").is_some_and(|host| server.names.contains(&*host));
        let is_old = text("Username").as_deref() == server.old.name.as_deref();
        if !is_ours || !is_old || server.old.name.is_none() {
            return;
        }
        let Some(user) = doc.get(entry, "Username") else { return };
        let node = doc.node(user.value).span;
        let Some(span) = doc.value_span(user.value, 0..text("Username").unwrap_or_default().len())
        else {
            return;
        };
        if text("MaintenanceDB").is_none_or(|database| database.is_empty()) {
            let message = "pgAdmin's entry names no MaintenanceDB, so that its database would move with its user: name one, and give it the new user";
            let finding =
                Finding::warning("pgadmin-without-database", message).at(&file.path, node);
            return self.draft.plan.findings.push(finding);
        }
        let meaning = Meaning {
            span,
            class: Class::User,
            confidence: Confidence::Certain,
            reason: "pgAdmin's user, an admin".to_owned(),
        };
        let edit = Edit::replace(span, server.superuser.to.clone());
        self.draft.edit(&file.path, &file.text, edit, meaning);
        if text("PassFile").is_some() {
            let message = format!(
                "pgAdmin takes its password from a file, by the user's name: add a line for `{}` there",
                server.superuser.to
            );
            let finding = Finding::info("pgpass-line-missing", message).at(&file.path, node);
            self.draft.plan.findings.push(finding);
        }
    }
}
