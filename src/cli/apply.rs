//! `apply`: arguments and what is declared to one change.

use std::collections::BTreeSet;

use crate::diagnostics::Finding;
use crate::repo::config::FILE_NAME;
use crate::transforms::apply::Apply;
use crate::transforms::rename::options::Phase;
use crate::transforms::sequence::Sequence;

use super::Globals;
use super::args::ChangeArgs;

/// What of a declared change is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    only: Option<BTreeSet<Phase>>,
    only_certain: bool,
}

impl Part {
    pub(super) fn of(args: &ChangeArgs) -> Self {
        let only = (!args.only.is_empty()).then(|| args.only.iter().copied().collect());
        Self { only, only_certain: args.only_certain }
    }
}

/// Gives the change that is declared.
///
/// # Errors
/// Nothing is declared.
pub(super) fn sequence(part: &Part, globals: &Globals) -> Result<Sequence, Finding> {
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
        only: part.only.clone(),
        only_certain: part.only_certain,
        files: globals.files.clone(),
        project: globals.project.clone(),
        all_projects: globals.all_projects,
    };
    Ok(apply.sequence())
}
