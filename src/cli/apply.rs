//! `apply`: arguments and what is declared to one change.

use crate::diagnostics::Finding;
use crate::repo::config::FILE_NAME;
use crate::transforms::apply::Apply;
use crate::transforms::sequence::Sequence;

use super::Globals;
use super::args::ChangeArgs;

/// Gives the change that is declared.
///
/// # Errors
/// Nothing is declared.
pub(super) fn sequence(args: &ChangeArgs, globals: &Globals) -> Result<Sequence, Finding> {
    let declaration = &globals.declaration;
    let Some(source) = &declaration.source else {
        let message = format!("there is no {FILE_NAME} at the root, so nothing is declared");
        let help = "write one (`composemod init` gives a first one), or name it with --config";
        return Err(Finding::error("config-missing", message).help(help));
    };
    let apply = Apply {
        config: &declaration.config,
        path: &source.path,
        today: globals.today,
        only: (!args.only.is_empty()).then(|| args.only.iter().copied().collect()),
        only_certain: args.only_certain,
        files: globals.files.clone(),
        project: globals.project.clone(),
        all_projects: globals.all_projects,
    };
    Ok(apply.sequence())
}
