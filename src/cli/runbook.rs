//! `runbook`: how to deploy what is declared, as Markdown.

use crate::repo::config::FILE_NAME;
use crate::repo::load::Repo;
use crate::report::human;
use crate::report::runbook::{RunbookOptions, runbook};
use crate::transforms::plan::Outcome;
use crate::transforms::review::workspace;
use crate::transforms::situation::Situation;

use super::apply::{Part, sequence};
use super::args::{Format, RunbookArgs};
use super::change::{fail, planned};
use super::{Exit, Globals, Io, complain, formats, print};

/// Plans what is declared and prints how to deploy it.
pub(super) fn run(args: &RunbookArgs, globals: &Globals, io: &mut Io) -> Exit {
    let declared = formats::check(globals.format, &[Format::Markdown])
        .and_then(|()| sequence(&Part::default(), globals));
    let sequence = match declared {
        Ok(sequence) => sequence,
        Err(finding) => return fail(&[finding], &Repo::default(), globals, io),
    };
    let (repo, plan) = match planned(&sequence, globals) {
        Ok(planned) => planned,
        Err(why) => return fail(&why.findings, &why.repo, globals, io),
    };
    if plan.outcome == Outcome::Refused {
        complain(io, &human::report(&plan, &repo, globals.look));
        return Exit::Pending;
    }
    let workspace = workspace(&plan, &repo).unwrap_or_default();
    let situation = Situation::new(&plan, &repo, &workspace);
    match runbook(&plan, &situation, &options(args, globals)) {
        Ok(text) => print(io, &text),
        Err(findings) => {
            complain(io, &human::findings(&findings, &repo, globals.look));
            Exit::Pending
        }
    }
}

fn options(args: &RunbookArgs, globals: &Globals) -> RunbookOptions {
    let renames = globals.declaration.config.renames.iter();
    let keep_until = renames.filter_map(|rename| {
        let day = rename.keep_alias_until.as_ref()?;
        Some((rename.from.value.clone(), day.value.to_string()))
    });
    RunbookOptions { sql: args.plan, flags: flags(globals), keep_until: keep_until.collect() }
}

/// Gives the flags that make other commands see the same tree, when they are run at its root.
fn flags(globals: &Globals) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    let mut add = |flag: &str, value: &str| flags.extend([flag.to_owned(), value.to_owned()]);
    if globals.is_root_given {
        add("--root", ".");
    }
    let source = globals.declaration.source.as_ref().map(|source| source.path.as_str());
    if let Some(path) = source.filter(|path| *path != FILE_NAME) {
        add("--config", path);
    }
    for file in &globals.files {
        add("-f", file);
    }
    if let Some(project) = &globals.project {
        add("--project", if project.is_empty() { "." } else { project });
    }
    if globals.all_projects {
        flags.push("--all-projects".to_owned());
    }
    if globals.no_ignore {
        flags.push("--no-ignore".to_owned());
    }
    flags
}
