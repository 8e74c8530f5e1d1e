//! `migrate`: what is declared, made on the machine that runs the containers.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::diagnostics::Finding;
use crate::engine::program::World;
use crate::migrate::{
    Ended, Going, Pace, Request, Survey, Unsurveyed, execute, plan, resume, roll_back, status,
    survey,
};
use crate::repo::load::Repo;
use crate::report::human;
use crate::transforms::deployment::Facts;
use crate::transforms::plan::Outcome;
use crate::transforms::review::workspace;
use crate::transforms::situation::Situation;

use super::apply::{Part, sequence};
use super::change::{fail, planned};
use super::progress::during;
use super::{Exit, Globals, Io, complain, formats, print};

/// Renames a Postgres container and changes its superuser on the machine that runs it, step by step.
///
/// Without a flag it looks at everything and prints the plan with the names that things have at the engine;
/// nothing is changed. The change is what composemod.yaml declares; the engine is the one that `docker`
/// talks to.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Take the steps. Each is checked; where one fails, all is taken back.
    #[arg(long, group = "what")]
    execute: bool,
    /// Go on with a migration that stopped midway.
    #[arg(long, group = "what")]
    resume: bool,
    /// Take a migration back, from wherever it is.
    #[arg(long, group = "what")]
    rollback: bool,
    /// With --execute or --resume: take the next step only.
    #[arg(long, conflicts_with = "rollback")]
    step: bool,
    /// With --execute or --resume: log in by the old name twenty times a second while the container is
    /// replaced, and tell how long clients were without the server.
    #[arg(long, conflicts_with = "rollback")]
    observe: bool,
    /// The folder for the dump and the old files, made anew
    /// [default: ~/composemod/NAME/TIME].
    #[arg(long, value_name = "DIR")]
    backup: Option<PathBuf>,
    /// How many seconds a container may take until it is well.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,
    /// The Docker Compose to call, as words: `docker-compose`
    /// [default: the one whose version made the container].
    #[arg(long, value_name = "PROGRAM")]
    compose: Option<String>,
}

/// Shows, makes, goes on with or takes back a migration.
pub(super) fn run(args: &MigrateArgs, globals: &Globals, io: &mut Io) -> Exit {
    if let Err(finding) = formats::check(globals.format, &[]) {
        return fail(&[finding], &Repo::default(), globals, io);
    }
    let pace = if args.step { Pace::One } else { Pace::All };
    if args.rollback {
        let rolled = roll_back(going(args, globals, io));
        return match rolled {
            Ok(()) => Exit::Clean,
            Err(finding) => fail(&[finding], &Repo::default(), globals, io),
        };
    }
    if args.resume {
        let ended = resume(pace, going(args, globals, io));
        return told(ended, globals, io);
    }
    let (survey, title) = match surveyed(args, globals, io) {
        Ok(surveyed) => surveyed,
        Err(exit) => return exit,
    };
    let printed = print(io, &plan(&survey, &title));
    if !survey.refusals.is_empty() {
        complain(io, &human::findings(&survey.refusals, &Repo::default(), globals.look));
        return Exit::Pending;
    }
    if !args.execute {
        return printed;
    }
    print(io, "\n");
    let ended = execute(survey, &title, pace, going(args, globals, io));
    told(ended, globals, io)
}

/// Looks at everything, and gives what was found with what the change is called.
fn surveyed(args: &MigrateArgs, globals: &Globals, io: &mut Io) -> Result<(Survey, String), Exit> {
    let none = Repo::default();
    match status(&globals.root) {
        Ok(None) => {}
        Ok(Some(finding)) => {
            complain(io, &human::findings(&[finding], &none, globals.look));
            return Err(Exit::Pending);
        }
        Err(finding) => return Err(fail(&[finding], &none, globals, io)),
    }
    let sequence = sequence(&Part::default(), globals)
        .map_err(|finding| fail(&[finding], &none, globals, io))?;
    let (repo, change) =
        planned(&sequence, globals).map_err(|why| fail(&why.findings, &why.repo, globals, io))?;
    if change.outcome == Outcome::Refused {
        complain(io, &human::report(&change, &repo, globals.look));
        return Err(Exit::Pending);
    }
    let workspace = workspace(&change, &repo).unwrap_or_default();
    let situation = Situation::new(&change, &repo, &workspace);
    let facts = Facts::of(&change, &situation);
    let backup = match backup(args, &facts.slug(), io) {
        Ok(backup) => backup,
        Err(finding) => return Err(fail(&[finding], &repo, globals, io)),
    };
    let world = world(io);
    let request = Request {
        root: &globals.root,
        repo: &repo,
        plan: &change,
        facts: &facts,
        world: &world,
        compose: args.compose.as_deref(),
        backup,
    };
    match during(io, "looking at the engine …", || survey(&request)) {
        Ok(survey) => Ok((survey, change.title.clone())),
        Err(Unsurveyed::Impossible(finding)) => Err(fail(&[finding], &repo, globals, io)),
        Err(Unsurveyed::Refused(findings)) => {
            complain(io, &human::findings(&findings, &repo, globals.look));
            Err(Exit::Pending)
        }
    }
}

fn going<'a>(args: &MigrateArgs, globals: &'a Globals, io: &'a mut Io) -> Going<'a> {
    Going {
        root: &globals.root,
        world: world(io),
        out: &mut *io.stdout,
        patience: Duration::from_secs(args.wait),
        is_observed: args.observe,
    }
}

fn world(io: &Io) -> World {
    World { variables: io.variables.clone(), lock: None }
}

/// Gives the folder of the backup.
fn backup(args: &MigrateArgs, slug: &str, io: &Io) -> Result<PathBuf, Finding> {
    if let Some(folder) = &args.backup {
        return Ok(io.cwd.join(folder));
    }
    let Some(home) = io.variables.get("HOME").filter(|home| !home.is_empty()) else {
        let message = "HOME is not set, so there is no place for the backup";
        return Err(Finding::error("backup-folder", message).help("name one with --backup"));
    };
    let since = io.now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
    Ok(PathBuf::from(home).join("composemod").join(slug).join(since.to_string()))
}

/// Tells how a run ended.
fn told(ended: Result<Ended, Finding>, globals: &Globals, io: &mut Io) -> Exit {
    let (findings, last, exit) = match ended {
        Ok(Ended::Done(text)) => (Vec::new(), text, Exit::Clean),
        Ok(Ended::Paused) => (Vec::new(), PAUSED.to_owned(), Exit::Pending),
        Ok(Ended::TakenBack(finding)) => (vec![finding], TAKEN_BACK.to_owned(), Exit::Failed),
        Ok(Ended::Stuck(first, second)) => (vec![first, second], STUCK.to_owned(), Exit::Failed),
        Err(finding) => (vec![finding], String::new(), Exit::Failed),
    };
    print(io, &last);
    complain(io, &human::findings(&findings, &Repo::default(), globals.look));
    exit
}

const PAUSED: &str =
    "\nthe next step: composemod migrate --resume --step; the rest: --resume; back: --rollback\n";

const TAKEN_BACK: &str = "\nall is as it was before the migration\n";

const STUCK: &str = "\nthe migration failed, and so did taking it back: see to what is told, then run composemod migrate --rollback\n";
