//! The three uses of a plan: the diff, `--check` and `--write`.

use crate::diagnostics::{self, Finding, Severity};
use crate::repo::load::Repo;
use crate::report::apply::{ApplyError, apply};
use crate::report::{diff, human, json, markdown, summary};
use crate::transforms::plan::{Outcome, Plan, PlanError, Transform};
use crate::transforms::review::review;

use super::args::{Format, UsageArgs};
use super::progress::during;
use super::verify::verify;
use super::{Exit, Globals, Io, Unplanned, complain, formats, print};

/// The formats of a change.
const FORMATS: [Format; 4] = [Format::Diff, Format::Json, Format::Markdown, Format::Summary];

/// What becomes of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It is shown.
    Show,
    /// It decides the exit code.
    Check,
    /// It is written.
    Write,
}

impl Mode {
    fn of(args: &UsageArgs) -> Self {
        match (args.write, args.check) {
            (true, _) => Self::Write,
            (_, true) => Self::Check,
            _ => Self::Show,
        }
    }
}

/// How a plan is used.
#[derive(Clone, Debug)]
pub(super) struct Usage {
    mode: Mode,
    /// The docker compose that is asked for a second opinion.
    verify_with: Option<String>,
}

impl Usage {
    pub(super) fn of(args: &UsageArgs) -> Self {
        Self { mode: Mode::of(args), verify_with: args.verify_with.clone() }
    }
}

/// Reads the tree, plans a change, and shows, checks or writes it.
pub(super) fn run(
    transform: &dyn Transform,
    globals: &Globals,
    usage: &Usage,
    io: &mut Io,
) -> Exit {
    if let Err(finding) = formats::check(globals.format, &FORMATS) {
        return fail(&[finding], &Repo::default(), globals, io);
    }
    let mode = usage.mode;
    let planned = during(io, "planning the change …", || planned(transform, globals));
    let (repo, mut plan) = match planned {
        Ok(planned) => planned,
        Err(why) => return fail(&why.findings, &why.repo, globals, io),
    };
    if let Some(program) = &usage.verify_with {
        verify(&mut plan, &repo, program);
    }
    let is_pending = plan.outcome == Outcome::Changes && !plan.change.is_empty();
    if mode == Mode::Write && is_pending {
        // Written before anything is printed: a reader that goes away must not stop it midway.
        if let Err(error) = apply(&globals.root, &repo, &plan.change) {
            return fail(&[not_written(&error)], &repo, globals, io);
        }
    }
    let printed = print(io, &output(&plan, &repo, globals, mode));
    complain(io, &human::report(&plan, &repo, globals.look));
    match (printed, plan.outcome, mode) {
        (Exit::Failed, ..) => Exit::Failed,
        (_, Outcome::Refused, _) => Exit::Pending,
        (_, _, Mode::Check) if is_pending => Exit::Pending,
        _ => Exit::Clean,
    }
}

/// Reads the tree, plans a change and reviews it.
///
/// # Errors
/// The tree can't be read, or what was asked for can't be understood there.
pub(super) fn planned(
    transform: &dyn Transform,
    globals: &Globals,
) -> Result<(Repo, Plan), Box<Unplanned>> {
    let repo = globals.load(transform.names())?;
    match transform.plan(&repo) {
        Ok(mut plan) => {
            review(&mut plan, &repo);
            Ok((repo, plan))
        }
        Err(error) => Err(Box::new(Unplanned { findings: told(&error, &repo), repo })),
    }
}

/// Gives what goes to stdout.
fn output(plan: &Plan, repo: &Repo, globals: &Globals, mode: Mode) -> String {
    let is_quiet = globals.look.detail == human::Detail::Quiet;
    match (globals.format, mode) {
        (Some(Format::Json), _) => json::json(plan, repo),
        (Some(Format::Markdown), _) => markdown::markdown(plan, repo),
        (Some(Format::Summary), _) => summary::summary(plan),
        (None, Mode::Check | Mode::Write) if is_quiet => String::new(),
        (None, Mode::Check | Mode::Write) => summary::summary(plan),
        _ => {
            let diff = diff::diff(plan, repo);
            if globals.stdout_color { diff::colored(&diff) } else { diff }
        }
    }
}

pub(super) fn fail(findings: &[Finding], repo: &Repo, globals: &Globals, io: &mut Io) -> Exit {
    complain(io, &human::findings(findings, repo, globals.look));
    Exit::Failed
}

/// Gives a planning error with what may be behind it: files that could not be read.
pub(super) fn told(error: &PlanError, repo: &Repo) -> Vec<Finding> {
    let mut main = Finding::error("request-impossible", error.to_string());
    if let Some((path, span)) = error.place() {
        main = main.at(path, span);
    }
    let mut behind = error.findings().to_vec();
    if let PlanError::Declared { place, declared, .. } = error {
        if let PlanError::NotFound { new_exists: Some(_), .. } = error.cause() {
            main = main.help("where the old name is retired, declare `keep-alias: false` for it");
        }
        let asked = Finding::info("declared-here", "it is asked for here");
        let is_elsewhere = place.is_some();
        behind.extend(is_elsewhere.then(|| asked.at(declared.path.as_str(), declared.span)));
    }
    let is_behind = |found: &&Finding| match (error.cause(), &found.place) {
        (PlanError::UnreadableFile { path }, Some(place)) => place.path == *path,
        _ => found.severity > Severity::Info,
    };
    behind.extend(repo.findings.iter().filter(is_behind).cloned());
    diagnostics::sort(&mut behind);
    std::iter::once(main).chain(behind).collect()
}

pub(super) fn not_written(error: &ApplyError) -> Finding {
    let (id, help) = match error {
        ApplyError::Torn { .. } => (
            "half-written",
            "see to what is in the way: `composemod recover --write` finishes the change or its undoing",
        ),
        ApplyError::JournalLeft { .. } => {
            ("journal-left", "see to it, and run `composemod recover --write`")
        }
        ApplyError::Changed { .. } => ("not-written", "nothing was written; run the command again"),
        ApplyError::Busy => ("not-written", "run the command again when the other is done"),
        ApplyError::HardLinked { .. } => (
            "not-written",
            "nothing was written; make it a file of its own (`cp -p FILE COPY && mv COPY FILE`) and run the command again",
        ),
        _ => ("not-written", "nothing was written; remove what is in the way and run it again"),
    };
    Finding::error(id, error.to_string()).help(help)
}
