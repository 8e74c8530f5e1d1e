//! Calls of Postgres clients in scripts and Makefiles: an admin's get the new user, with the database
//! that they had.

use std::ops::Range;

use crate::compose::command::{Client, Context, clients};
use crate::compose::usage::{Class, Confidence};
use crate::diagnostics::Finding;
use crate::repo::kind::{FileKind, kind};
use crate::text::edit::Edit;
use crate::text::source::SourceFile;
use crate::text::span::Span;
use crate::transforms::draft::Meaning;
use crate::transforms::rename::options::Phase;

use super::Change;
use super::calls::{Aim, behind_quote, is_local, names_database, told, user_of};
use super::options::is_plain;
use super::purpose::{Purpose, purpose};

impl Change<'_, '_, '_> {
    /// Looks at the calls of a script.
    pub(super) fn script_calls(&mut self, file: &SourceFile, context: &Context) {
        let server = self.server;
        let is_script = matches!(kind(&file.path, &file.text), FileKind::Shell | FileKind::Make);
        if !is_script || !server.superuser.covers(Phase::Scripts) {
            return;
        }
        let Some(old) = server.old.name.as_deref() else { return };
        let (mut single, mut unknown) = (Vec::new(), Vec::new());
        for call in clients(&file.text, context) {
            let Some(argument) = user_of(&call) else { continue };
            let Some(range) = argument.range.clone() else { continue };
            if argument.text != old {
                continue;
            }
            if server.is_init_script(&file.path) {
                continue;
            }
            let purpose = purpose(&call);
            let aim = match self.aim(&call) {
                Aim::Other if server.is_mounted(&file.path) && is_local(&call) => {
                    Aim::Ours(Confidence::Likely)
                }
                aim => aim,
            };
            let is_probe = purpose == Purpose::Probe && call.runs_in.is_some();
            let purpose = if self.keeps_password(&call, None) { Purpose::Unknown } else { purpose };
            let meaning = |reason: String, confidence| Meaning {
                span: Span::new(range.start, range.end),
                class: Class::User,
                confidence,
                reason,
            };
            match aim {
                Aim::Ours(sure)
                    if (purpose == Purpose::Cluster || is_probe) && sure >= self.lowest =>
                {
                    let pin = self.pin_in_script(&call);
                    let Some(pin) = pin else {
                        let reason =
                            "an admin's command, but its database would need quotes".to_owned();
                        self.draft.left(
                            &file.path,
                            &file.text,
                            meaning(reason, Confidence::Unsure),
                        );
                        continue;
                    };
                    let sure = sure.min(call.confidence);
                    if sure < self.lowest {
                        let reason = "an admin's command, perhaps".to_owned();
                        self.draft.left(
                            &file.path,
                            &file.text,
                            meaning(reason, Confidence::Unsure),
                        );
                        continue;
                    }
                    self.edit_script(file, &call, &range, &pin, sure);
                }
                Aim::Ours(_) => {
                    let reason = format!("{}; it keeps the old user", told(&call, purpose));
                    single.push(range.clone());
                    self.draft.left(&file.path, &file.text, meaning(reason, Confidence::Certain));
                }
                Aim::Other => {
                    let reason = "a client of a server that can't be told".to_owned();
                    unknown.push(range.clone());
                    self.draft.left(&file.path, &file.text, meaning(reason, Confidence::Unsure));
                }
            }
        }
        self.summarize(
            file,
            "single-database-client",
            &single,
            "for one database or with its own password: it stays",
            "for one database or with its own password: they stay",
        );
        self.summarize(
            file,
            "client-of-unknown-server",
            &unknown,
            "whose server can't be told: look at it",
            "whose server can't be told: look at them",
        );
    }

    /// Says in one line what calls of a script stay.
    fn summarize(
        &mut self,
        file: &SourceFile,
        id: &'static str,
        places: &[Range<usize>],
        one: &str,
        several: &str,
    ) {
        let Some(first) = places.first() else { return };
        let old = self.server.old.name.as_deref().unwrap_or_default();
        let message = match places.len() {
            1 => format!("a command connects as `{old}`, {one}"),
            number => format!("{number} commands from here on connect as `{old}`, {several}"),
        };
        let span = Span::new(first.start, first.end);
        self.draft.plan.findings.push(Finding::info(id, message).at(&file.path, span));
    }

    /// What a call in a script must add to stay in its database: nothing where it names one; no
    /// answer where that can't be written.
    fn pin_in_script(&self, call: &Client) -> Option<String> {
        if names_database(call) {
            return Some(String::new());
        }
        let server = self.server;
        let inside = call.runs_in.is_some()
            && server
                .model()
                .is_some_and(|model| model.variable(server.service(), "PGDATABASE").is_some());
        if inside {
            return Some(String::new());
        }
        let probed = server.superuser.default_database.as_ref().or(server.database.name.as_ref());
        let probed = probed.filter(|name| call.program == "pg_isready" && is_plain(name));
        let database = probed.or(server.old.name.as_ref()).filter(|name| is_plain(name))?;
        Some(format!(" -d {database}"))
    }

    fn edit_script(
        &mut self,
        file: &SourceFile,
        call: &Client,
        range: &Range<usize>,
        pin: &str,
        confidence: Confidence,
    ) {
        let span = Span::new(range.start, range.end);
        let new = self.server.superuser.to.clone();
        let edit = Edit::replace(span, new);
        let meaning = |span, class, reason: &str| Meaning {
            span,
            class,
            confidence,
            reason: reason.to_owned(),
        };
        let reason = "the superuser, for an admin's command";
        self.draft.edit(&file.path, &file.text, edit, meaning(span, Class::User, reason));
        let at = match &call.user {
            Some(_) => Some(behind_quote(&file.text, range)),
            None => call.at.as_ref().map(|at| at.end),
        };
        if let Some(at) = at.filter(|_| !pin.is_empty()) {
            let reason = "the database that it connected to before";
            let meaning = meaning(Span::empty(at), Class::Database, reason);
            self.draft.edit(&file.path, &file.text, Edit::insert(at, pin), meaning);
        }
    }
}
