//! A migration at work: how it begins, goes on, and is left.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::diagnostics::Finding;
use crate::engine::compose::{Compose, Program};
use crate::engine::docker::Docker;
use crate::engine::program::World;

use super::files;
use super::journal::{FILE_NAME, Journal, Site, State};
use super::observe::Observer;
use super::show;
use super::step::Step;
use super::survey::Survey;

/// How the steps are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// All that are left.
    All,
    /// The next one.
    One,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// All is done; what is left to do afterwards.
    Done(String),
    /// Steps are left.
    Paused,
    /// A step failed, and all was taken back.
    TakenBack(Finding),
    /// A step failed, and taking it back did too.
    Stuck(Finding, Finding),
}

/// What a run is given.
pub(crate) struct Going<'a> {
    pub(crate) root: &'a Path,
    pub(crate) world: World,
    pub(crate) out: &'a mut dyn Write,
    /// How long a container may take until it is well.
    pub(crate) patience: Duration,
    pub(crate) is_observed: bool,
}

/// Begins a migration that was surveyed, and takes its steps.
///
/// # Errors
/// Nothing was begun.
pub(crate) fn execute(
    survey: Survey,
    title: &str,
    pace: Pace,
    going: Going<'_>,
) -> Result<Ended, Finding> {
    let root = going.root;
    if let Some(journal) = Journal::read(root)? {
        if journal.is_open() {
            return Err(under_way(&journal));
        }
        drop(std::fs::remove_file(root.join(FILE_NAME)));
    }
    files::make_folder(&survey.site.backup)?;
    files::keep(&survey.site.backup, &survey.texts)?;
    let journal = Journal::new(title, survey.site);
    journal.begin(root)?;
    Migration::new(going, journal)?.go(pace)
}

/// Goes on with a migration.
///
/// # Errors
/// There is none, or it can't be gone on with.
pub(crate) fn resume(pace: Pace, going: Going<'_>) -> Result<Ended, Finding> {
    let journal = begun(going.root)?;
    match journal.state {
        State::Done => return Ok(Ended::Done(show::afterwards(&journal.title, &journal.site))),
        State::RollingBack => {
            let message = "this migration is being taken back";
            return Err(
                Finding::error("migrate-rolling-back", message).help("go on with --rollback")
            );
        }
        State::RolledBack => {
            let message = "this migration was taken back";
            let help = "begin anew with --execute";
            return Err(Finding::error("migrate-rolled-back", message).help(help));
        }
        State::UnderWay => {}
    }
    Migration::new(going, journal)?.go(pace)
}

/// Takes a migration back, from wherever it is.
///
/// # Errors
/// There is none, or it can't be taken back.
pub(crate) fn roll_back(going: Going<'_>) -> Result<(), Finding> {
    let journal = begun(going.root)?;
    Migration::new(going, journal)?.roll_back()
}

/// Says how far a migration has come; nothing where there is none that is open.
///
/// # Errors
/// The journal can't be read.
pub(crate) fn status(root: &Path) -> Result<Option<Finding>, Finding> {
    let journal = Journal::read(root)?;
    Ok(journal.filter(Journal::is_open).map(|journal| under_way(&journal)))
}

fn under_way(journal: &Journal) -> Finding {
    let done: Vec<&str> = journal.done.iter().map(|step| step.word()).collect();
    let message = format!(
        "a migration is under way: {}; done: {}",
        journal.title,
        if done.is_empty() { "nothing yet".to_owned() } else { done.join(", ") }
    );
    let help = match journal.state {
        State::RollingBack => "go on with --rollback",
        _ => "go on with --resume, or take it back with --rollback",
    };
    Finding::error("migrate-under-way", message).help(help)
}

fn begun(root: &Path) -> Result<Journal, Finding> {
    Journal::read(root)?.ok_or_else(|| {
        let message = format!("there is no {FILE_NAME} here: no migration was begun");
        Finding::error("migrate-not-begun", message).help("`composemod migrate` shows the plan")
    })
}

/// A migration at work.
pub(super) struct Migration<'a> {
    pub(super) root: &'a Path,
    pub(super) docker: Docker,
    pub(super) compose: Compose,
    pub(super) journal: Journal,
    pub(super) out: &'a mut dyn Write,
    pub(super) patience: Duration,
    pub(super) world: World,
    pub(super) is_observed: bool,
    pub(super) observer: Option<Observer>,
    /// The password of the superuser as it was, where a container still tells it.
    pub(super) password: Option<SecretString>,
}

impl<'a> Migration<'a> {
    fn new(going: Going<'a>, journal: Journal) -> Result<Self, Finding> {
        let Going { root, mut world, out, patience, is_observed } = going;
        world.lock = Some(lock(&journal.site.backup, out)?);
        let site = &journal.site;
        let compose = Compose {
            program: Program { words: site.compose.clone(), version: String::new() },
            folder: root.join(&site.folder),
            files: site.compose_files.clone(),
            project: Some(site.project.clone()),
            world: world.clone(),
        };
        let docker = Docker::new(world.clone());
        // What was done since, by another process that the lock was waited for.
        let journal = Journal::read(root)?.unwrap_or(journal);
        files::sweep(root, &journal.site);
        let mut migration = Self {
            root,
            docker,
            compose,
            journal,
            out,
            patience,
            world,
            is_observed,
            observer: None,
            password: None,
        };
        migration.password = migration.old_password()?;
        Ok(migration)
    }

    pub(super) fn site(&self) -> &Site {
        &self.journal.site
    }

    fn go(mut self, pace: Pace) -> Result<Ended, Finding> {
        let steps: Vec<Step> =
            Step::ALL.into_iter().filter(|step| self.journal.site.has(*step)).collect();
        let number = steps.len();
        for (at, step) in (1..).zip(steps) {
            if self.journal.is_done(step) {
                continue;
            }
            self.say(&format!("[{at}/{number}] {}", step.word()));
            if let Err(finding) = self.take(step) {
                self.say(&format!("        failed: {}", finding.message));
                self.say("taking it back");
                let outcome = match self.roll_back() {
                    Ok(()) => Ended::TakenBack(finding),
                    Err(second) => Ended::Stuck(finding, second),
                };
                self.observed();
                return Ok(outcome);
            }
            self.journal.done.push(step);
            let is_last = at == number;
            if is_last {
                self.journal.state = State::Done;
            }
            self.journal.write(self.root)?;
            if pace == Pace::One && !is_last {
                return Ok(Ended::Paused);
            }
        }
        Ok(Ended::Done(show::afterwards(&self.journal.title, self.site())))
    }

    pub(super) fn ok(&mut self, text: &str) {
        self.say(&format!("        ok: {text}"));
    }

    /// Says something at once: whoever reads along must know where it stands.
    pub(super) fn say(&mut self, text: &str) {
        // A reader that went away must not stop it midway.
        drop(writeln!(self.out, "{text}").and_then(|()| self.out.flush()));
    }
}

impl Site {
    /// Tells whether Compose takes it for another service.
    pub(super) fn is_rekeyed(&self) -> bool {
        self.old.service != self.new.service
    }

    /// Tells whether the new container can be made while the old one runs: their names differ.
    pub(super) fn is_made_ahead(&self) -> bool {
        let same = self.new.container.is_some() && self.new.container == self.old.container;
        self.is_rekeyed() && !same
    }

    /// Tells whether a step is one of this migration.
    fn has(&self, step: Step) -> bool {
        match step {
            Step::Create => self.is_made_ahead(),
            Step::Stop => self.is_rekeyed(),
            _ => true,
        }
    }
}

/// How long another process's work is waited for.
const PATIENCE_FOR_OTHERS: Duration = Duration::from_secs(180);

/// Waits for whoever is at work on the same migration: another of us, or a program that one of us
/// started and did not outlive.
fn lock(folder: &Path, out: &mut dyn Write) -> Result<Arc<File>, Finding> {
    let path = folder.join("lock");
    let failed = |reason: String| {
        let message = format!("{} can't be locked: {reason}", path.display());
        Finding::error("migrate-locked", message)
            .help("see what else works on it, and run it again")
    };
    let open = File::options().create(true).read(true).write(true).truncate(false).open(&path);
    let file = open.map_err(|error| failed(error.to_string()))?;
    let end = Instant::now() + PATIENCE_FOR_OTHERS;
    let mut is_told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Arc::new(file)),
            Err(std::fs::TryLockError::WouldBlock) if Instant::now() < end => {
                if !is_told {
                    drop(writeln!(out, "waiting for a program that is still at work on it"));
                    is_told = true;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(failed("something else is at work on it".to_owned()));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error.to_string())),
        }
    }
}
