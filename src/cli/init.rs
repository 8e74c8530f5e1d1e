//! `init`: a first composemod.yaml, printed or written.

use std::path::Path;

use crate::diagnostics::Finding;
use crate::repo::config::FILE_NAME;
use crate::repo::workspace::Workspace;
use crate::report::apply::{ApplyError, create};
use crate::transforms::init::{Init, InitError};

use super::args::InitArgs;
use super::change::{fail, told};
use super::{Exit, Globals, Io, complain, paths, print};

/// Reads the tree and gives its first declaration.
pub(super) fn run(args: InitArgs, target: Option<&Path>, globals: &Globals, io: &mut Io) -> Exit {
    let repo = match globals.load(Vec::new()) {
        Ok(repo) => repo,
        Err(error) => return fail(&error.findings, &error.repo, globals, io),
    };
    let workspace = Workspace::new(&repo, &globals.files);
    let is_written = args.write;
    let text = match options(args).text(&repo, &workspace, globals.wish()) {
        Ok(text) => text,
        Err(InitError::Plan(error)) => return fail(&told(&error, &repo), &repo, globals, io),
        Err(InitError::Wrong(findings)) => return fail(&findings, &repo, globals, io),
    };
    if !is_written {
        return print(io, &text);
    }
    let (path, shown) = paths::new_config(&io.cwd, &globals.root, target);
    match create(&path, &shown, &text) {
        Ok(()) => {
            complain(io, &format!("{shown}: written; `composemod apply` shows what it declares\n"));
            Exit::Clean
        }
        Err(error) => {
            let help = match &error {
                ApplyError::Exists { .. } => {
                    format!(
                        "edit it, or name another file with --config; `{FILE_NAME}` is what is read without it"
                    )
                }
                _ => "nothing was written; name a file in a folder that is there".to_owned(),
            };
            let finding = Finding::error("not-written", error.to_string()).help(help);
            fail(&[finding], &repo, globals, io)
        }
    }
}

fn options(args: InitArgs) -> Init {
    Init {
        from: args.from,
        to: args.to,
        aliases: args.aliases,
        keep_alias_until: args.keep_alias_until,
        superusers: args.superusers,
    }
}
