//! `recover`, and what every other command does with a change that was interrupted.

use std::fmt::Write as _;
use std::path::Path;

use crate::diagnostics::Finding;
use crate::report::apply::{ApplyError, Interrupted, interrupted};

use super::args::RecoverArgs;
use super::change::{fail, not_written};
use super::{Exit, Globals, Io, complain, print};
use crate::repo::load::Repo;

/// Whether a command writes files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    Reads,
    Writes,
    /// The command is about the interrupted change itself.
    Recovers,
}

/// Lets no command see a tree that is half changed: one that writes finishes what was interrupted,
/// one that reads is refused.
///
/// # Errors
/// The change is there still.
pub(super) fn settle(root: &Path, intent: Intent, io: &mut Io) -> Result<(), Finding> {
    if intent == Intent::Recovers {
        return Ok(());
    }
    let Some(change) = interrupted(root).map_err(|error| not_finished(&error))? else {
        return Ok(());
    };
    if intent == Intent::Reads {
        let error = ApplyError::Interrupted { files: change.paths().count() };
        return Err(not_finished(&error));
    }
    change.finish().map_err(|error| not_finished(&error))?;
    complain(io, &finished(&change));
    Ok(())
}

/// Shows the interrupted change, or finishes it.
pub(super) fn run(args: &RecoverArgs, globals: &Globals, io: &mut Io) -> Exit {
    let shown = match interrupted(&globals.root) {
        Ok(None) => return print(io, "no change was interrupted here\n"),
        Ok(Some(change)) if args.write => change.finish().map(|()| finished(&change)),
        Ok(Some(change)) => Ok(pending(&change)),
        Err(error) => Err(error),
    };
    match shown {
        Ok(text) => match print(io, &text) {
            Exit::Clean if !args.write => Exit::Pending,
            exit => exit,
        },
        Err(error) => fail(&[not_finished(&error)], &Repo::default(), globals, io),
    }
}

fn finished(change: &Interrupted) -> String {
    format!("finished a change of {} files that was interrupted\n", change.paths().count())
}

fn pending(change: &Interrupted) -> String {
    let mut text =
        "a change of these files was interrupted; `composemod recover --write` finishes it\n"
            .to_owned();
    for path in change.paths() {
        let _ = writeln!(text, "  {path}");
    }
    text
}

fn not_finished(error: &ApplyError) -> Finding {
    let help = match error {
        ApplyError::Interrupted { .. } => {
            "`composemod recover` shows the files, and finishes the change with --write"
        }
        ApplyError::Edited { .. } => {
            "put the file's old or new text back, or remove .composemod-journal where the tree is to stay as it is"
        }
        ApplyError::NoJournal { .. } => "remove the file, and look with git at what has changed",
        ApplyError::Busy => return not_written(error),
        _ => "see to it, and run `composemod recover --write`",
    };
    Finding::error("change-interrupted", error.to_string()).help(help)
}
