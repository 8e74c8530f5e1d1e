//! The runbook of a declared change: what to do on the machine, in order, with a way back from
//! each step.
//!
//! Invariants: it is a function of the plan, the models and the options; every `sh` block parses
//! and, run in order from the repository's root, works as it is printed; no secret is in it.
//! Deliberately absent: doing any of it.

mod backup;
mod compose;
mod doc;
mod later;
mod opening;
mod postgres;
mod role;
mod rollback;
mod server;
mod swap;

use std::collections::BTreeMap;

use crate::diagnostics::Finding;
use crate::transforms::plan::Plan;
use crate::transforms::situation::Situation;

use crate::transforms::deployment::{Facts, Move};
use doc::Doc;

/// What a runbook is asked to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunbookOptions {
    /// How a superuser is changed.
    pub sql: SqlPlan,
    /// Flags that the declared change was read with, for the commands that are printed: `-f x`.
    pub flags: Vec<String>,
    /// The day until which an old name is kept, by name.
    pub keep_until: BTreeMap<String, String>,
}

/// How a superuser is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SqlPlan {
    /// A second superuser beside the first: nothing is taken away.
    #[default]
    A,
    /// The first role takes the new name, and the old name becomes an ordinary role.
    B,
}

/// Gives the runbook of a plan as Markdown.
///
/// # Errors
/// Why there is no safe way through, with what to do first.
pub fn runbook(
    plan: &Plan,
    situation: &Situation<'_>,
    options: &RunbookOptions,
) -> Result<String, Vec<Finding>> {
    let facts = Facts::of(plan, situation);
    let has_superuser = facts.moves().any(|(_, one)| one.superuser.is_some());
    if options.sql == SqlPlan::B && !has_superuser {
        let message = "plan B is a way to change a superuser, and no change of one is pending";
        let help = "declare it under `superusers`, or leave out --plan";
        return Err(vec![Finding::error("runbook-no-superuser", message).help(help)]);
    }
    let refusals: Vec<Finding> =
        facts.moves().filter_map(|(job, one)| refusal(&job.main, one)).collect();
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let book = Book { plan, options, facts };
    let mut doc = Doc::default();
    book.opening(&mut doc);
    if !book.facts.compose_paths.is_empty() {
        book.look(&mut doc);
        book.back_up(&mut doc);
        book.role(&mut doc);
        book.swap(&mut doc);
        book.roll_back(&mut doc);
    }
    book.later(&mut doc);
    Ok(doc.finish())
}

/// What a runbook is written from.
struct Book<'a> {
    plan: &'a Plan,
    options: &'a RunbookOptions,
    facts: Facts,
}

impl Book<'_> {
    /// Gives a command of ours, with the flags that the change was read with.
    fn composemod(&self, args: &str) -> String {
        let flags: String =
            self.options.flags.iter().map(|flag| format!(" {}", doc::word(flag))).collect();
        format!("composemod {args}{flags}")
    }

    /// Gives the tag that the tree is marked with before the change.
    fn tag(&self) -> String {
        doc::word(&format!("before-{}", self.facts.slug()))
    }

    /// Gives the folder that backups go to, as a word of the shell.
    fn backup(&self) -> String {
        format!("\"$HOME/composemod/{}\"", self.facts.slug())
    }

    /// Gives a file in that folder.
    fn backup_file(&self, name: &str) -> String {
        format!("\"$HOME/composemod/{}/{name}\"", self.facts.slug())
    }
}

/// Says why a service can't be moved as this runbook would.
fn refusal(main: &str, one: &Move) -> Option<Finding> {
    let service = &one.before.service;
    let is_postgres = one.server.postgres().is_some();
    if is_postgres && one.is_rekeyed() && one.server.data().next().is_none() {
        let message = format!(
            "the data of `{service}` lie in no volume that its files name: a service of another key starts without them"
        );
        let help =
            "mount a named volume at its data folder, move the data there, and deploy that first";
        return Some(Finding::error("runbook-unnamed-data", message).in_file(main).help(help));
    }
    let superuser = one.superuser.as_ref()?;
    if !is_postgres || [&superuser.from, &superuser.to].iter().any(|name| !is_plain(name)) {
        let message = format!(
            "`{service}` can't be given another superuser by a runbook: its image or its user is not one that is known here"
        );
        let help =
            "use the image's own way, or set POSTGRES_USER where the project's files tell it";
        return Some(Finding::error("runbook-unknown-server", message).in_file(main).help(help));
    }
    None
}

/// Tells whether a role's name is known here and can stand in a line.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '$' || c.is_control())
}
