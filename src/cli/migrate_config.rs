//! `migrate-config [FILE]`: a configuration of dclint as the `lint` section of composemod.yaml,
//! printed or written.

use std::path::Path;

use crate::diagnostics::Finding;
use crate::lints::dclint::config::{FILE_NAMES, Translation, translate};
use crate::repo::config::FILE_NAME;
use crate::repo::load::{Repo, read_config};
use crate::report::apply::{ApplyError, create};
use crate::report::human;
use crate::text::source::SourceFile;

use super::args::MigrateConfigArgs;
use super::change::fail;
use super::{Exit, Globals, Io, complain, paths, print};

/// Translates the configuration that is named, or found.
pub(super) fn run(
    args: &MigrateConfigArgs,
    target: Option<&Path>,
    globals: &Globals,
    io: &mut Io,
) -> Exit {
    let (source, translation) = match translated(args, globals, io) {
        Ok(translated) => translated,
        Err((finding, source)) => {
            let repo = Repo { config: source, ..Repo::default() };
            return fail(&[finding], &repo, globals, io);
        }
    };
    let repo = Repo { config: Some(source), ..Repo::default() };
    complain(io, &human::findings(&translation.findings, &repo, globals.look));
    if !args.write {
        return print(io, &translation.text);
    }
    let (path, shown) = paths::new_config(&io.cwd, &globals.root, target);
    match create(&path, &shown, &translation.text) {
        Ok(()) => {
            complain(io, &format!("{shown}: written; `composemod check` goes by it\n"));
            Exit::Clean
        }
        Err(error) => {
            let help = match &error {
                ApplyError::Exists { .. } => {
                    format!("print it without --write, and put it into {FILE_NAME} by hand")
                }
                _ => "nothing was written; name a file in a folder that is there".to_owned(),
            };
            let finding = Finding::error("not-written", error.to_string()).help(help);
            fail(&[finding], &repo, globals, io)
        }
    }
}

type Failure = (Finding, Option<SourceFile>);

/// Reads and translates the configuration that is named, else the first that dclint would find.
fn translated(
    args: &MigrateConfigArgs,
    globals: &Globals,
    io: &Io,
) -> Result<(SourceFile, Translation), Failure> {
    let read = |path: &Path, shown: &str| {
        let source =
            read_config(&globals.root, Some((path, shown))).map_err(|error| (error, None))?;
        let Some(source) = source else { return Ok(None) };
        match translate(&source) {
            Ok(translation) => Ok(translation.map(|translation| (source, translation))),
            Err(finding) => Err((finding, Some(source))),
        }
    };
    let nothing = |message: String| {
        let help = "name the file: `composemod migrate-config .dclintrc`";
        (Finding::error("config-unreadable", message).help(help), None)
    };
    if let Some(asked) = &args.path {
        let (path, shown) =
            paths::config(&io.cwd, &globals.root, asked).map_err(|error| (error, None))?;
        let found = read(&path, &shown)?;
        return found.ok_or_else(|| nothing(format!("{shown} says nothing to dclint")));
    }
    for name in FILE_NAMES {
        let path = globals.root.join(name);
        if path.is_file()
            && let Some(found) = read(&path, name)?
        {
            return Ok(found);
        }
    }
    Err(nothing("there is no configuration of dclint at the root".to_owned()))
}
