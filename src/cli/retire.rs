//! `retire NAME`: arguments to options.

use crate::compose::names::Namespace;
use crate::diagnostics::Place;
use crate::transforms::retire::options::{Declared, Heed, Retire};

use super::Globals;
use super::args::RetireArgs;

/// Gives the retirement that the arguments ask for.
pub(super) fn options(args: RetireArgs, globals: &Globals) -> Retire {
    Retire {
        heed: if args.only_certain { Heed::Sure } else { Heed::Possible },
        files: globals.files.clone(),
        project: globals.project.clone(),
        all_projects: globals.all_projects,
        declared: declared(&args.name, globals),
        name: args.name,
    }
}

/// Finds the declared rename that leaves an alias.
fn declared(name: &str, globals: &Globals) -> Option<Declared> {
    let path = globals.declaration.source.as_ref()?.path.clone();
    let mut renames = globals.declaration.config.renames.iter();
    let rename =
        renames.find(|rename| rename.kind == Namespace::Service && rename.from.value == name)?;
    let until = rename.keep_alias_until.as_ref();
    let until = until.filter(|until| globals.today.is_some_and(|today| today < until.value));
    Some(Declared {
        service: rename.to.value.clone(),
        keep_until: until.map(|until| until.value.to_string()),
        place: Place { path, span: until.map_or(rename.from.span, |until| until.span) },
    })
}
