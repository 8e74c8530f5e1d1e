//! `check [PATH…]`: reads the tree, looks for findings, mends what is to be mended, and prints.

use std::collections::BTreeSet;

use crate::diagnostics::fix::Applicability;
use crate::diagnostics::{Finding, Severity};
use crate::lints::check::{Scope, check};
use crate::lints::context::{Inputs, StaleName};
use crate::lints::fixes::{Fixed, fix};
use crate::lints::select::{Selection, Wanted};
use crate::lints::suppress::MARKER;
use crate::repo::config::FILE_NAME;
use crate::repo::load::{Repo, Texts};
use crate::repo::workspace::Workspace;
use crate::report::apply::apply;
use crate::report::findings::{self, Report};
use crate::report::{diff, human};

use super::args::{CheckArgs, Format};
use super::change::{fail, not_written};
use super::{Exit, Globals, Io, complain, formats, paths, print};

/// The formats of findings.
const FORMATS: [Format; 3] = [Format::Human, Format::Concise, Format::Json];

/// What is done with fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Findings are told.
    Tell,
    /// Fixes are shown as a diff, and nothing is written.
    Show(Applicability),
    /// Fixes are made, and what is left is told.
    Mend(Applicability),
}

impl Mode {
    fn of(args: &CheckArgs) -> Self {
        let least = if args.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
        match (args.diff, args.fix || args.unsafe_fixes) {
            (true, _) => Self::Show(least),
            (_, true) => Self::Mend(least),
            _ => Self::Tell,
        }
    }
}

/// Runs the check.
pub(super) fn run(args: &CheckArgs, globals: &Globals, io: &mut Io) -> Exit {
    match checked(args, globals, io) {
        Ok(exit) => exit,
        Err((findings, repo)) => fail(&findings, &repo, globals, io),
    }
}

type Failure = (Vec<Finding>, Box<Repo>);

fn checked(args: &CheckArgs, globals: &Globals, io: &mut Io) -> Result<Exit, Failure> {
    let plain = |findings| (findings, Box::new(Repo::default()));
    formats::check(globals.format, &FORMATS).map_err(|finding| plain(vec![finding]))?;
    let selection = selection(args, globals).map_err(|findings| {
        let config = globals.declaration.source.clone();
        (findings, Box::new(Repo { config, ..Repo::default() }))
    })?;
    let scope = scope(args, globals, io).map_err(|finding| plain(vec![finding]))?;
    let stale = args.stale.clone();
    let repo = read(&stale, &scope, globals)?;
    let inputs = Inputs {
        files: globals.files.clone(),
        config: globals.declaration.config.clone(),
        stale,
        today: globals.today,
        base: None,
    };
    let look = |repo: &Repo| check(repo, &inputs, &selection, &scope);
    let mode = Mode::of(args);
    let fixed = match mode {
        Mode::Tell => Fixed { left: look(&repo), repo: repo.clone(), ..Fixed::default() },
        Mode::Show(least) | Mode::Mend(least) => fix(&repo, &look, least),
    };
    if matches!(mode, Mode::Mend(_)) && !fixed.change.is_empty() {
        // Written before anything is printed: a reader that goes away must not stop it midway.
        apply(&globals.root, &repo, &fixed.change)
            .map_err(|error| (vec![not_written(&error)], Box::new(repo.clone())))?;
    }
    Ok(told(args, mode, &fixed, &repo, globals, io))
}

/// Prints what was found, and gives how it ends.
fn told(
    args: &CheckArgs,
    mode: Mode,
    fixed: &Fixed,
    repo: &Repo,
    globals: &Globals,
    io: &mut Io,
) -> Exit {
    complain(io, &human::findings(&repo.findings, repo, globals.look));
    if let Mode::Show(_) = mode {
        let text = diff::of(&fixed.change, repo);
        let text = if globals.stdout_color { diff::colored(&text) } else { text };
        let printed = print(io, &text);
        complain(io, &human::findings(&fixed.refused, repo, globals.look));
        return match printed {
            Exit::Clean if !fixed.change.is_empty() => Exit::Pending,
            exit => exit,
        };
    }
    let report = Report { findings: &fixed.left, repo: &fixed.repo, mended: fixed.mended };
    let text = match globals.format {
        Some(Format::Concise) => findings::concise(&report),
        Some(Format::Json) => findings::json(&report),
        _ => findings::human(&report, globals.look.detail, globals.stdout_color),
    };
    let printed = print(io, &text);
    complain(io, &human::findings(&fixed.refused, repo, globals.look));
    if globals.look.detail != human::Detail::Quiet {
        complain(io, &findings::summary(&report));
    }
    let fails = fixed.left.iter().any(|finding| finding.severity >= fail_on(args));
    match printed {
        Exit::Clean if fails => Exit::Pending,
        exit => exit,
    }
}

fn fail_on(args: &CheckArgs) -> Severity {
    args.fail_on.unwrap_or(Severity::Warning)
}

fn selection(args: &CheckArgs, globals: &Globals) -> Result<Selection, Vec<Finding>> {
    let wanted = Wanted {
        select: args.select.clone(),
        extend_select: args.extend_select.clone(),
        ignore: args.ignore.clone(),
    };
    let path = globals.declaration.source.as_ref().map_or(FILE_NAME, |source| &source.path);
    Selection::new(&globals.declaration.config.lint, path, &wanted)
}

/// The files that are checked.
fn scope(args: &CheckArgs, globals: &Globals, io: &Io) -> Result<Scope, Finding> {
    if args.paths.is_empty() {
        return Ok(Scope::Everything);
    }
    let paths = args.paths.iter().map(|path| paths::target(&io.cwd, &globals.root, path));
    Ok(Scope::Paths(paths.collect::<Result<BTreeSet<String>, Finding>>()?))
}

/// Reads the tree: its Compose files with all that they name, and what holds a stale name.
fn read(stale: &[StaleName], scope: &Scope, globals: &Globals) -> Result<Repo, Failure> {
    let renames = globals.declaration.config.renames.iter();
    let mut names: Vec<String> = renames.map(|rename| rename.from.value.clone()).collect();
    names.extend(stale.iter().map(|name| name.old.clone()));
    // A comment that keeps a lint of stale names silent may stand where no such name is any more.
    if !names.is_empty() {
        names.push(MARKER.to_owned());
    }
    let extra: Vec<String> = match scope {
        Scope::Everything => Vec::new(),
        Scope::Paths(paths) => {
            let is_file = |path: &&String| globals.root.join(path).is_file();
            paths.iter().filter(is_file).cloned().collect()
        }
    };
    let mut repo = globals
        .read(Texts::Holding(names), &extra)
        .map_err(|error| (error.findings, Box::new(error.repo)))?;
    let named = Workspace::new(&repo, &globals.files).named_files(&repo);
    repo.read_also(&named);
    Ok(repo)
}
