//! `retire NAME`: arguments to options.

use crate::transforms::retire::options::{Heed, Retire};

use super::Globals;
use super::args::RetireArgs;

/// Gives the retirement that the arguments ask for.
pub(super) fn options(args: RetireArgs, globals: &Globals) -> Retire {
    Retire {
        name: args.name,
        heed: if args.only_certain { Heed::Sure } else { Heed::Possible },
        files: globals.files.clone(),
        project: globals.project.clone(),
        all_projects: globals.all_projects,
        declared: None,
    }
}
