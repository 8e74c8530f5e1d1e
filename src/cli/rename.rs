//! `rename OLD NEW`: arguments to options.

use crate::repo::load::LoadOptions;
use crate::transforms::rename::options::{ContainerName, Rename};

use super::Globals;
use super::args::RenameArgs;

/// Gives the rename that the arguments ask for.
pub(super) fn options(args: RenameArgs, globals: &Globals) -> Rename {
    let container_name = match args.container_name {
        None => ContainerName::Follow,
        Some(keep) if keep == "keep" => ContainerName::Keep,
        Some(name) => ContainerName::Set(name),
    };
    let only = args.change.only;
    Rename {
        old: args.old,
        new: args.new,
        kind: args.kind,
        container_name,
        aliases: args.aliases,
        keep_alias: !args.no_keep_alias,
        only: (!only.is_empty()).then(|| only.into_iter().collect()),
        only_certain: args.change.only_certain,
        files: globals.files.clone(),
        project: globals.project.clone(),
        all_projects: globals.all_projects,
    }
}

/// Gives what must be read for a rename.
pub(super) fn load(rename: &Rename, globals: &Globals) -> LoadOptions {
    // The container's name as it is stands in a Compose file that is not read yet.
    let is_known = !matches!(rename.container_name, ContainerName::Set(_));
    LoadOptions {
        names: if is_known { vec![rename.old.clone()] } else { Vec::new() },
        no_ignore: globals.no_ignore,
        extra: rename.files.clone(),
    }
}
