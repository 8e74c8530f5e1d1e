//! `check [PATH…]`: reads the tree, looks for findings, mends what is to be mended, and prints.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;

use crate::compose::model::{folder, has_compose_name};
use crate::diagnostics::fix::Applicability;
use crate::diagnostics::{Finding, Severity};
use crate::lints::check::{Scope, check};
use crate::lints::context::{Base, Inputs};
use crate::lints::fixes::{Fixed, fix};
use crate::lints::select::{Selection, Wanted};
use crate::lints::suppress::MARKER;
use crate::lints::{Group, Lint, find};
use crate::repo::config::FILE_NAME;
use crate::repo::history::{self, HistoryError, Since};
use crate::repo::load::{Notes, Reach, Repo, Texts};
use crate::repo::workspace::{Workspace, setting_files};
use crate::report::apply::apply;
use crate::report::baseline::Baseline;
use crate::report::findings::{self, Report};
use crate::report::{diff, human};

use super::args::{CheckArgs, Format};
use super::change::{fail, not_written};
use super::progress::during;
use super::{Exit, Globals, Io, baseline, complain, formats, paths, print};

/// The formats of findings.
const FORMATS: [Format; 9] = [
    Format::Human,
    Format::Concise,
    Format::Json,
    Format::Sarif,
    Format::Github,
    Format::Gitlab,
    Format::Junit,
    Format::Rdjson,
    Format::Markdown,
];

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
    let known = args.baseline.as_ref().map(|path| baseline::read(&io.cwd, path)).transpose();
    let known = known.map_err(|finding| plain(vec![finding]))?;
    let asked = Asked { args, globals, selection, scope, known };
    if let Some(folders) = asked.near()
        && let Some(exit) = asked.judged(&Reach::Folders(folders), io)?
    {
        return Ok(exit);
    }
    Ok(asked.judged(&Reach::Tree, io)?.unwrap_or(Exit::Clean))
}

/// What a check is asked for.
struct Asked<'a> {
    args: &'a CheckArgs,
    globals: &'a Globals,
    selection: Selection,
    scope: Scope,
    known: Option<Baseline>,
}

impl Asked<'_> {
    /// Reads the tree, looks for findings, mends and prints. Gives nothing where only a part of the
    /// tree was read and something was found of which the rest may tell that it is none.
    fn judged(&self, reach: &Reach, io: &mut Io) -> Result<Option<Exit>, Failure> {
        let Self { args, globals, .. } = self;
        let plain = |finding| (vec![finding], Box::new(Repo::default()));
        let is_part = *reach != Reach::Tree;
        let repo = during(io, "reading the tree …", || self.read(reach))?;
        let base = base(args, &repo, globals).map_err(plain)?;
        let changed = base.as_ref().map(|base| self.scope.changed(&base.changed));
        let scope = changed.as_ref().unwrap_or(&self.scope);
        let inputs = Inputs {
            files: globals.files.clone(),
            config: globals.declaration.config.clone(),
            stale: args.stale.clone(),
            today: globals.today,
            base,
        };
        let mode = Mode::of(args);
        let what = format!("checking {} files …", repo.files.len());
        let (fixed, gone) = during(io, &what, || {
            let gone = Cell::new(None);
            let look = |repo: &Repo| {
                let found = check(repo, &inputs, &self.selection, scope);
                let Some(known) = &self.known else { return found };
                // How much is gone is told of the tree as it was read: a fix takes away more.
                let is_judged = |path: &str, lint: &str| {
                    globals.files.is_empty() && scope.covers(path) && self.selection.may_run(lint)
                };
                gone.set(gone.get().or_else(|| Some(known.gone(&found, repo, is_judged))));
                known.unknown(found, repo)
            };
            let fixed = match mode {
                Mode::Tell => {
                    Fixed { left: look(&repo), repo: Cow::Borrowed(&repo), ..Fixed::default() }
                }
                Mode::Show(least) | Mode::Mend(least) => fix(&repo, &look, least),
            };
            (fixed, gone.get().unwrap_or_default())
        });
        let looks_far = |finding: &Finding| find(finding.id).is_none_or(Lint::looks_far);
        if is_part && fixed.left.iter().any(looks_far) {
            return Ok(None);
        }
        if matches!(mode, Mode::Mend(_)) && !fixed.change.is_empty() {
            // Written before anything is printed: a reader that goes away must not stop it midway.
            apply(&globals.root, &repo, &fixed.change)
                .map_err(|error| (vec![not_written(&error)], Box::new(repo.clone())))?;
        }
        if let Some(path) = &args.write_baseline {
            let baseline = Baseline::of(&fixed.left, &fixed.repo);
            baseline::write(&io.cwd, path, &baseline).map_err(plain)?;
            complain(io, &human::findings(&repo.findings, &repo, globals.look));
            tell(io, globals, &format!("{}: {} findings\n", path.display(), baseline.len()));
            return Ok(Some(Exit::Clean));
        }
        let exit = told(args, mode, &fixed, &repo, globals, io);
        if let (Some(path), 1..) = (&args.baseline, gone) {
            let path = path.display();
            let text =
                format!("{path}: {gone} of its findings are gone; --write-baseline renews it\n");
            tell(io, globals, &text);
        }
        Ok(Some(exit))
    }

    /// The folders of the files that are asked for, where a look at those and at all Compose files
    /// may do: where all that is asked for is files, as a hook does, and nothing is to be mended.
    fn near(&self) -> Option<BTreeSet<String>> {
        let Self { args, globals, scope, known, .. } = self;
        let Scope::Paths(paths) = scope else { return None };
        let is_plain = Mode::of(args) == Mode::Tell
            && known.is_none()
            && args.write_baseline.is_none()
            && args.changed_since.is_none();
        // An alias in a Compose file is of use as long as any file of the tree uses it.
        let may_have_alias =
            !self.stale_names().is_empty() && paths.iter().any(|path| is_yaml(path));
        let are_files = paths.iter().all(|path| globals.root.join(path).is_file());
        let does = is_plain && !may_have_alias && are_files;
        does.then(|| paths.iter().map(|path| folder(path).to_owned()).collect())
    }

    fn stale_names(&self) -> Vec<String> {
        let renames = self.globals.declaration.config.renames.iter();
        let declared = renames.map(|rename| rename.from.value.clone());
        declared.chain(self.args.stale.iter().map(|name| name.old.clone())).collect()
    }

    /// Reads the tree: its Compose files with all that they name, and what holds a stale name.
    fn read(&self, reach: &Reach) -> Result<Repo, Failure> {
        let Self { globals, scope, selection, .. } = self;
        let mut names = self.stale_names();
        let texts = if names.is_empty() || *reach != Reach::Tree {
            Texts::None
        } else {
            // A comment that keeps a lint of stale names silent may stand where no such name is any
            // more.
            names.push(MARKER.to_owned());
            Texts::Holding(names)
        };
        let asked: Vec<String> = match scope {
            Scope::Everything => Vec::new(),
            Scope::Paths(paths) => {
                let is_file = |path: &&String| globals.root.join(path).is_file();
                paths.iter().filter(is_file).cloned().collect()
            }
        };
        let is_near = |path: &str| match reach {
            Reach::Tree => true,
            Reach::Folders(folders) => folders.contains(folder(path)),
        };
        let mut repo = globals
            .read(texts, &asked, reach.clone())
            .map_err(|error| (error.findings, Box::new(error.repo)))?;
        repo.read_also(&Workspace::new(&repo, &globals.files).named_files(), Notes::Made);
        if selection.lints().any(|lint| lint.group == Group::References) {
            repo.read_also(&setting_files(&repo, is_near), Notes::Left);
        }
        Ok(repo)
    }
}

fn is_yaml(path: &str) -> bool {
    [".yml", ".yaml"].iter().any(|end| path.ends_with(end)) || has_compose_name(path)
}

/// Says what is good to know, unless nobody wants to.
fn tell(io: &mut Io, globals: &Globals, text: &str) {
    if globals.look.detail != human::Detail::Quiet {
        complain(io, text);
    }
}

/// Prints what was found, and gives how it ends.
fn told(
    args: &CheckArgs,
    mode: Mode,
    fixed: &Fixed<'_>,
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
        Some(Format::Sarif) => findings::sarif(&report),
        Some(Format::Github) => findings::github(&report),
        Some(Format::Gitlab) => findings::gitlab(&report),
        Some(Format::Junit) => findings::junit(&report),
        Some(Format::Rdjson) => findings::rdjson(&report),
        Some(Format::Markdown) => findings::markdown(&report),
        _ => {
            let look = human::Look { color: globals.stdout_color, ..globals.look };
            findings::human(&report, look)
        }
    };
    let printed = print(io, &text);
    complain(io, &human::findings(&fixed.refused, repo, globals.look));
    if globals.look.detail != human::Detail::Quiet {
        complain(io, &findings::summary(&report));
    }
    let fails = fixed.left.iter().any(|finding| finding.severity >= fail_on(args, globals));
    match printed {
        Exit::Clean if fails => Exit::Pending,
        exit => exit,
    }
}

fn fail_on(args: &CheckArgs, globals: &Globals) -> Severity {
    args.fail_on.or(globals.declaration.config.lint.fail_on).unwrap_or(Severity::Warning)
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

/// The tree as it was at the revision that is compared with.
fn base(args: &CheckArgs, repo: &Repo, globals: &Globals) -> Result<Option<Base>, Finding> {
    let Some(revision) = &args.changed_since else { return Ok(None) };
    match history::since(repo, revision, &globals.files) {
        Ok(Since { changed, before }) => {
            Ok(Some(Base { revision: revision.clone(), repo: before, changed }))
        }
        Err(error) => {
            let (id, help) = match &error {
                HistoryError::Git { .. } => {
                    ("git-unavailable", "--changed-since needs git and a git work tree")
                }
                HistoryError::Unknown { .. } => (
                    "unknown-revision",
                    "name a commit, branch or tag that `git log` shows; a shallow clone has to fetch it first",
                ),
            };
            Err(Finding::error(id, error.to_string()).help(help))
        }
    }
}
