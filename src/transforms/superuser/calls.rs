//! Calls of Postgres clients in Compose files: the server's health check, commands of services.
//!
//! Invariant: a call that gets the new user goes on connecting to the database that it connected
//! to before, which without a word is the one named like its user.

use std::ops::Range;

use crate::compose::command::{Argument, Client, Context, clients, clients_of_words};
use crate::compose::model::ComposeFile;
use crate::compose::usage::{Class, Confidence};
use crate::compose::value::Origin;
use crate::compose::values::{Text, TextKind};
use crate::diagnostics::Finding;
use crate::transforms::rename::options::Phase;
use crate::yaml::document::NodeId;

use super::Change;
use super::edits::Why;
use super::password::secret;
use super::purpose::{Purpose, lists_databases, purpose};
use super::setting::Site;
use super::source::Source;
use super::variable::{references_to, sole, without_messages};

/// Whom a call connects as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// The old superuser, by its name.
    Old,
    /// The old superuser, by the variable that Compose fills in.
    Variable,
    /// Whoever the container's own `POSTGRES_USER` names.
    Container,
    /// Somebody else, or nobody that can be told.
    Other,
}

/// Which server a call reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Ours(Confidence),
    Other,
}

/// A text with calls in it, whose bytes lead back to nodes.
struct Calls {
    found: Vec<Client>,
    /// The words' nodes with the bytes that they have in the calls; one for a whole text.
    words: Vec<(NodeId, Range<usize>)>,
}

impl Calls {
    fn of(file: &ComposeFile, text: &Text) -> Self {
        let value = |node: NodeId| file.doc.value(node).unwrap_or_default().into_owned();
        let whole = value(text.node);
        let context = Context::default();
        match &text.kind {
            TextKind::Words(nodes) => {
                let mut at = 0;
                let mut words = Vec::new();
                let mut placed = Vec::new();
                for &node in nodes {
                    let word = value(node);
                    let range = at..at + word.len();
                    at = range.end + 1;
                    words.push((node, range.clone()));
                    placed.push((word, range));
                }
                Self { found: clients_of_words(&placed, &context), words }
            }
            TextKind::Pinned { .. } => Self { found: Vec::new(), words: Vec::new() },
            TextKind::Setting { key, .. } if !key.contains('.') => {
                Self { found: Vec::new(), words: Vec::new() }
            }
            TextKind::Setting { range, .. } => {
                let part = whole.get(range.clone()).unwrap_or_default();
                // Moved to their place in the whole value.
                let padded = format!("{}{part}", " ".repeat(range.start));
                Self { found: clients(&padded, &context), words: vec![(text.node, 0..whole.len())] }
            }
            TextKind::Command | TextKind::Content => {
                let range = 0..whole.len();
                Self { found: clients(&whole, &context), words: vec![(text.node, range)] }
            }
        }
    }

    /// The node that holds some bytes, and where in its value.
    fn spot(&self, range: &Range<usize>) -> Option<(NodeId, Range<usize>)> {
        let (node, word) = self
            .words
            .iter()
            .find(|(_, word)| word.start <= range.start && range.end <= word.end)?;
        Some((*node, range.start - word.start..range.end - word.start))
    }
}

impl Change<'_, '_, '_> {
    /// Looks at all commands in the project's Compose files.
    pub(super) fn compose_calls(&mut self) {
        let server = self.server;
        if !server.superuser.covers(Phase::Compose) {
            return;
        }
        for file in server.files() {
            for text in &file.names().texts {
                let calls = Calls::of(file, text);
                for call in &calls.found {
                    self.compose_call(file, &calls, call);
                }
            }
        }
    }

    fn compose_call(&mut self, file: &ComposeFile, calls: &Calls, call: &Client) {
        let server = self.server;
        let Some(argument) = user_of(call) else { return };
        let Some((node, range)) = argument.range.as_ref().and_then(|range| calls.spot(range))
        else {
            return;
        };
        let value = file.doc.value(node).unwrap_or_default();
        let raw = value.get(range.clone()).unwrap_or_default();
        let who = self.who(raw);
        if who == Who::Other {
            return;
        }
        let own = Site::find(file, server.service());
        let is_own = own.as_ref().is_some_and(|site| site.owns(node) && site.holds_or_merges(node));
        let owner = file
            .services()
            .find(|service| Site::find(file, &service.name).is_some_and(|site| site.holds(node)));
        let is_health = is_own && own.as_ref().is_some_and(|site| site.is_health_check(node));
        let place = file.doc.node(node).span;
        if !is_own && owner.is_none() {
            let message = "a command in a fragment that several services share connects as the old superuser; it stays";
            let finding = Finding::warning("shared-user", message).at(&file.path, place);
            return self.draft.plan.findings.push(finding);
        }
        let aim = match self.aim(call) {
            Aim::Other if is_own && is_local(call) => Aim::Ours(Confidence::Certain),
            aim => aim,
        };
        let given = owner.as_ref().and_then(|service| {
            server.model()?.variable(&service.name, "PGPASSWORD")?.origin.as_ref().map(Origin::raw)
        });
        let purpose =
            if self.keeps_password(call, given) { Purpose::Unknown } else { purpose(call) };
        let is_admins = is_health && (purpose == Purpose::Probe || call.program == "psql");
        match aim {
            Aim::Ours(sure)
                if (is_admins || purpose == Purpose::Cluster) && sure >= self.lowest =>
            {
                self.edit_compose_call(file, calls, call, (node, range), who);
            }
            Aim::Ours(_) if who != Who::Container => {
                let name =
                    owner.map_or(String::new(), |service| format!("service `{}`: ", service.name));
                let message = format!("{name}{}; it keeps the old user", told(call, purpose));
                let finding =
                    Finding::info("single-database-client", message).at(&file.path, place);
                self.draft.plan.findings.push(finding);
            }
            Aim::Ours(_) | Aim::Other => {}
        }
    }

    /// Gives a call in a Compose file the new user and the database that it had.
    fn edit_compose_call(
        &mut self,
        file: &ComposeFile,
        calls: &Calls,
        call: &Client,
        (node, range): (NodeId, Range<usize>),
        who: Who,
    ) {
        let server = self.server;
        let path = file.path.as_str();
        let value = file.doc.value(node).unwrap_or_default().into_owned();
        let raw = value.get(range.clone()).unwrap_or_default();
        let is_followed = who == Who::Variable && self.source == Source::Variable;
        let why = || Why::certain(Class::User, "the superuser, for an admin's command");
        let mut replaced = None;
        if is_followed {
            let (Some(variable), Some(old)) = (&server.old.variable, &server.old.name) else {
                return;
            };
            for reference in references_to(raw, variable) {
                let Some(default) = reference.default() else { continue };
                if raw.get(default.clone()) == Some(old) {
                    let at = range.start + default.start..range.start + default.end;
                    self.edits.replace(path, node, at, server.superuser.to.clone(), why());
                }
            }
        } else if who != Who::Container {
            replaced = Some(server.superuser.to.clone());
        }
        let pin = self.pin(call, raw, who);
        let is_word = is_argument_list(calls, &value);
        match (pin, is_word) {
            (Some(database), true) => {
                if let Some(list) = file.doc.node(node).parent {
                    let why = || {
                        Why::certain(Class::Database, "the database that it connected to before")
                    };
                    self.edits.append(path, list, "-d", why());
                    self.edits.append(path, list, database, why());
                }
                if let Some(new) = replaced {
                    self.edits.replace(path, node, range, new, why());
                }
            }
            (Some(database), false) if call.user.is_none() => {
                if let Some(new) = replaced {
                    self.edits.replace(path, node, range, new, why());
                }
                let program = call.at.as_ref().and_then(|at| calls.spot(at));
                if let Some((node, program)) = program {
                    let why =
                        Why::certain(Class::Database, "the database that it connected to before");
                    self.edits.replace(
                        path,
                        node,
                        program.end..program.end,
                        format!(" -d {database}"),
                        why,
                    );
                }
            }
            (Some(database), false) => {
                let end = behind_quote(&value, &range);
                let user = replaced.unwrap_or_else(|| raw.to_owned());
                let tail = value.get(range.end..end).unwrap_or_default();
                let insert = format!("{user}{tail} -d {database}");
                self.edits.replace(path, node, range.start..end, insert, why());
            }
            (None, _) => {
                if let Some(new) = replaced {
                    self.edits.replace(path, node, range, new, why());
                }
            }
        }
        self.keep_database(file, calls, call);
    }

    /// A database that is given by the superuser's variable keeps its name where that changes.
    fn keep_database(&mut self, file: &ComposeFile, calls: &Calls, call: &Client) {
        let Some(range) = call.database.as_ref().and_then(|database| database.range.clone()) else {
            return;
        };
        let Some((node, range)) = calls.spot(&range) else { return };
        let value = file.doc.value(node).unwrap_or_default();
        let raw = value.get(range.clone()).unwrap_or_default();
        let new = self.without_variable(raw);
        if new != raw {
            let why = Why::certain(Class::Database, "the database stays what it was");
            self.edits.replace(&file.path, node, range, new, why);
        }
    }

    /// Whom a user's spelling in a Compose file means.
    fn who(&self, raw: &str) -> Who {
        match raw {
            "$$POSTGRES_USER" | "$${POSTGRES_USER}" => Who::Container,
            _ if raw.starts_with("$${POSTGRES_USER:-") => Who::Container,
            _ if Some(raw) == self.server.old.name.as_deref() => Who::Old,
            _ if self.means_old(raw) => Who::Variable,
            _ => Who::Other,
        }
    }

    /// The database that a call must name from now on, if it names none.
    fn pin(&self, call: &Client, raw: &str, who: Who) -> Option<String> {
        if names_database(call) {
            return None;
        }
        let server = self.server;
        let inside = server
            .model()
            .is_some_and(|model| model.variable(server.service(), "PGDATABASE").is_some());
        if inside && call.host.is_none() {
            return None;
        }
        if call.program == "pg_isready" {
            let database = without_messages(&self.database_name());
            return match who {
                Who::Container if database == server.superuser.to => None,
                Who::Container => Some(raw.replace("POSTGRES_USER", "POSTGRES_DB")),
                _ => Some(database),
            };
        }
        Some(without_messages(&self.old_name()))
    }

    /// Which server a call reaches.
    pub(super) fn aim(&self, call: &Client) -> Aim {
        let names = &self.server.names;
        let is_ours = |argument: &Argument| {
            let known = !argument.values.is_empty();
            known
                && argument.values.iter().all(|name| names.contains(name) || self.is_derived(name))
        };
        let host = call.host.as_ref().or_else(|| {
            call.settings.iter().find(|(name, _)| name == "PGHOST").map(|(_, value)| value)
        });
        match (host, &call.runs_in) {
            (Some(host), _) if is_ours(host) => Aim::Ours(Confidence::Certain),
            (Some(_), Some(container)) if is_local_host(call) && is_ours(container) => {
                Aim::Ours(Confidence::Certain)
            }
            (None, Some(container)) if is_ours(container) => Aim::Ours(Confidence::Certain),
            (None, Some(container)) if container.values.is_empty() => Aim::Ours(Confidence::Unsure),
            _ => Aim::Other,
        }
    }

    /// Tells whether a call logs in over the network with a password that is not the server's, and
    /// so the old user's. `given` is what its container has as `PGPASSWORD`.
    pub(super) fn keeps_password(&self, call: &Client, given: Option<&str>) -> bool {
        let own = call.settings.iter().find(|(name, _)| name == "PGPASSWORD");
        let raw = own.map(|(_, value)| value.text.as_str()).or(given);
        let is_remote = call.host.is_some() && !is_local_host(call);
        let Some(raw) = raw.filter(|_| is_remote && call.program != "pg_isready") else {
            return false;
        };
        let after = self.server.superuser.split_password.clone();
        let after = after.or_else(|| secret(self.server));
        let variable = sole(raw).map(|(name, _)| name);
        variable.is_none() || variable != after
    }

    /// Tells whether a container's name is the one that Compose derives from the service's.
    fn is_derived(&self, name: &str) -> bool {
        let service = self.server.service();
        let ends = [format!("-{service}-1"), format!("_{service}_1")];
        ends.iter().any(|end| name.ends_with(end))
    }
}

/// The user that a call is given: by its own flag, or by the setting before it.
pub(super) fn user_of(call: &Client) -> Option<&Argument> {
    let setting = || call.settings.iter().rev().find(|(name, _)| name == "PGUSER");
    call.user.as_ref().or_else(|| setting().map(|(_, value)| value))
}

/// Tells whether a call says which database it connects to, or needs none of its user's name.
pub(super) fn names_database(call: &Client) -> bool {
    let is_set = call.settings.iter().any(|(name, _)| name == "PGDATABASE");
    let follows_user = match call.program.as_str() {
        // Lists are read from `postgres`.
        "psql" => !lists_databases(call),
        "pg_isready" => true,
        _ => false,
    };
    call.database.is_some() || is_set || !follows_user
}

/// Tells whether a call stays on the machine that it runs on.
pub(super) fn is_local(call: &Client) -> bool {
    call.runs_in.is_none() && (call.host.is_none() || is_local_host(call))
}

/// Tells whether a call names its own machine, or a socket on it.
fn is_local_host(call: &Client) -> bool {
    let host = call.host.as_ref().map(|host| host.text.as_str()).unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1" | "::1") || host.starts_with('/')
}

/// What a call is, for people.
pub(super) fn told(call: &Client, purpose: Purpose) -> String {
    match purpose {
        Purpose::Probe => format!("{} waits for the server without logging in", call.program),
        Purpose::Database => format!("{} works on one database", call.program),
        Purpose::Unknown => {
            format!("{} has a database or password that is not for the new user", call.program)
        }
        Purpose::Cluster => format!("{} may be for the whole cluster", call.program),
    }
}

/// Tells whether a call's words are items of a list, so that what is added is an item too.
fn is_argument_list(calls: &Calls, value: &str) -> bool {
    calls.words.len() > 1 && !value.trim().contains([' ', '\n', ';'])
}

/// The end of an argument with the quote that closes it.
pub(super) fn behind_quote(text: &str, range: &Range<usize>) -> usize {
    let bytes = text.as_bytes();
    let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
    let quote = before.filter(|byte| matches!(byte, b'"' | b'\''));
    let closes = quote.is_some() && bytes.get(range.end) == quote;
    // An escaped quote is two bytes long.
    let escaped = bytes.get(range.end) == Some(&b'\\') && bytes.get(range.end + 1) == quote;
    range.end
        + if closes {
            1
        } else if escaped && quote.is_some() {
            2
        } else {
            0
        }
}

impl Site<'_> {
    /// Tells whether a node is in the service's health check.
    pub(super) fn is_health_check(&self, node: NodeId) -> bool {
        let doc = &self.file.doc;
        let check = self.file.attribute(self.service.body, "healthcheck");
        let test = check.and_then(|(_, check)| self.file.attribute(check.value, "test"));
        test.is_some_and(|(_, test)| {
            let test = doc.resolve(test.value);
            std::iter::successors(Some(node), |&at| doc.node(at).parent).any(|at| at == test)
        })
    }

    /// Tells whether a node is among what the service has, in its own block or merged into it.
    pub(super) fn holds_or_merges(&self, node: NodeId) -> bool {
        let doc = &self.file.doc;
        let keys = ["healthcheck", "command", "entrypoint", "labels", "environment"];
        let within = |outer: NodeId| {
            std::iter::successors(Some(node), |&at| doc.node(at).parent).any(|at| at == outer)
        };
        self.holds(node)
            || keys.iter().any(|key| {
                let found = self.file.attribute(self.service.body, key);
                found.is_some_and(|(_, entry)| within(doc.resolve(entry.value)))
            })
    }
}
