//! `superuser SERVICE NEW`: arguments to options.

use crate::transforms::superuser::options::Superuser;

use super::Globals;
use super::args::SuperuserArgs;

/// Gives the change that the arguments ask for.
pub(super) fn options(args: SuperuserArgs, globals: &Globals) -> Superuser {
    let only = args.change.only;
    Superuser {
        service: args.service,
        from: args.from,
        to: args.new,
        default_database: args.default_database,
        split_password: args.split_password,
        only: (!only.is_empty()).then(|| only.into_iter().collect()),
        only_certain: args.change.only_certain,
        files: globals.files.clone(),
        project: globals.project.clone(),
        all_projects: globals.all_projects,
    }
}
