//! `explain [ID]`: a lint's or hazard's page, or the list of all lints.

use crate::diagnostics::Finding;
use crate::diagnostics::nearest::nearest;
use crate::lints;
use crate::repo::load::Repo;
use crate::report::{human, pages};
use crate::transforms::hazards::HAZARDS;

use super::args::ExplainArgs;
use super::{Exit, Io, complain, print};

/// Prints a page, or the list.
pub(super) fn run(args: &ExplainArgs, io: &mut Io) -> Exit {
    if args.all {
        return print(io, &pages::rules());
    }
    let Some(id) = &args.id else { return print(io, &pages::list()) };
    if let Some(lint) = lints::find(id) {
        return print(io, &pages::lint(lint));
    }
    if let Some(hazard) = HAZARDS.iter().find(|hazard| hazard.id == id) {
        return print(io, &pages::hazard(hazard));
    }
    let known = lints::all().map(|lint| lint.id).chain(HAZARDS.iter().map(|hazard| hazard.id));
    let help = match nearest(id, known).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`composemod explain` lists all lints".to_owned(),
    };
    let finding =
        Finding::error("unknown-lint", format!("there is no lint and no hazard called `{id}`"));
    let look = human::Look { detail: human::Detail::Full, color: io.stderr_color };
    complain(io, &human::findings(&[finding.help(help)], &Repo::default(), look));
    Exit::Failed
}
