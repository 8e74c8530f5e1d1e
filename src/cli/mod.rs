//! Arguments to options to a command, and its exit code.
//!
//! Invariants: no command writes to the process's own streams or reads its environment: all comes
//! with [`Io`], so that tests run in process. Deliberately absent: any decision about files.

mod apply;
mod args;
mod baseline;
mod change;
mod check;
#[cfg(feature = "postgres")]
mod db;
mod declaration;
mod explain;
mod formats;
mod generate;
mod graph;
mod init;
#[cfg(feature = "postgres")]
mod migrate;
mod migrate_config;
mod paths;
mod progress;
mod recover;
mod rename;
mod retire;
mod runbook;
mod scaffold;
#[cfg(feature = "postgres")]
mod secrets;
#[cfg(feature = "postgres")]
mod serve;
#[cfg(feature = "postgres")]
mod serve_health;
mod superuser;
mod verify;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;

use crate::diagnostics::Finding;
use crate::repo::config::Date;
use crate::repo::load::{LoadOptions, Reach, Repo, Texts};
use crate::report::human;
use crate::transforms::choose::{Number, Wish};
use args::{Cli, Color, Command, GlobalArgs};
use declaration::{Declaration, Wrong};
use recover::Intent;

/// The world that a command sees.
pub struct Io<'a> {
    /// The current folder, absolute.
    pub cwd: PathBuf,
    /// Where results go.
    pub stdout: &'a mut dyn Write,
    /// Where everything for people goes.
    pub stderr: &'a mut dyn Write,
    /// Where a password may come from.
    pub stdin: Box<dyn Read + 'a>,
    /// The variables of the environment that are text.
    pub variables: BTreeMap<String, String>,
    /// Whether stdout takes colour without being told to.
    pub stdout_color: bool,
    /// Whether stderr takes colour without being told to.
    pub stderr_color: bool,
    /// Whether stderr is a terminal, on which a line may say what takes long.
    pub progress: bool,
    /// The time, by which declared days are past or to come.
    pub now: SystemTime,
}

impl<'a> Io<'a> {
    /// Makes a world without colour, terminal, variables and anything on stdin.
    pub fn new(
        cwd: PathBuf,
        stdout: &'a mut dyn Write,
        stderr: &'a mut dyn Write,
        now: SystemTime,
    ) -> Self {
        Self {
            cwd,
            stdout,
            stderr,
            stdin: Box::new(io::empty()),
            variables: BTreeMap::new(),
            stdout_color: false,
            stderr_color: false,
            progress: false,
            now,
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done, or nothing to do.
    Clean = 0,
    /// Changes are pending, or the change was refused.
    Pending = 1,
    /// The command could not run.
    Failed = 2,
}

/// What the global flags come to.
struct Globals {
    /// The folder to work on, absolute and without symbolic links.
    root: PathBuf,
    /// Whether the folder was given.
    is_root_given: bool,
    /// As [`paths::file`] gives them.
    files: Vec<String>,
    /// As [`paths::project`] gives it.
    project: Option<String>,
    all_projects: bool,
    no_ignore: bool,
    format: Option<args::Format>,
    look: human::Look,
    stdout_color: bool,
    declaration: Declaration,
    /// The day in UTC; none beyond the calendar's end.
    today: Option<Date>,
}

/// Why nothing can be planned, and what was read.
struct Unplanned {
    findings: Vec<Finding>,
    repo: Repo,
}

impl Globals {
    /// Reads the tree: the files that hold one of `names` matter; all, without names.
    ///
    /// # Errors
    /// The tree can't be read, or a file that is declared is not there.
    fn load(&self, names: Vec<String>) -> Result<Repo, Box<Unplanned>> {
        self.read(Texts::holding_or_all(names), &[], Reach::Tree)
    }

    /// Reads the tree, with some files in any case.
    ///
    /// # Errors
    /// The tree can't be read, or a file that is declared is not there.
    fn read(&self, texts: Texts, extra: &[String], reach: Reach) -> Result<Repo, Box<Unplanned>> {
        // Files that are named here and now make the one project there is.
        let config = &self.declaration.config;
        let declared = if self.files.is_empty() { config.project_files() } else { Vec::new() };
        let options = LoadOptions {
            texts,
            no_ignore: self.no_ignore,
            extra: self.files.iter().chain(extra).cloned().collect(),
            config: self.declaration.source.clone(),
            declared,
            reach,
        };
        let unplanned = |findings, repo| Box::new(Unplanned { findings, repo });
        let repo = Repo::load(&self.root, &options).map_err(|error| {
            let finding = Finding::error("root-unreadable", error.to_string());
            unplanned(vec![finding], Repo::default())
        })?;
        match config.missing_files(&repo) {
            missing if missing.is_empty() => Ok(repo),
            missing => Err(unplanned(missing, repo)),
        }
    }

    /// Gives which projects are meant.
    fn wish(&self) -> Wish<'_> {
        Wish {
            files: &self.files,
            project: self.project.as_deref(),
            number: if self.all_projects { Number::All } else { Number::One },
        }
    }
}

/// Runs a command line, the program's name first, and gives the exit code: 0 done, 1 changes are
/// pending or refused, 2 the command could not run.
pub fn run(args: impl IntoIterator<Item = OsString>, io: &mut Io) -> u8 {
    let exit = match Cli::try_parse_from(args) {
        Ok(cli) => dispatch(cli, io),
        Err(error) => usage(&error, io),
    };
    exit as u8
}

fn dispatch(cli: Cli, io: &mut Io) -> Exit {
    let work = match cli.command {
        Command::Completions { shell } => return print(io, &generate::completions(shell)),
        Command::Man => return print(io, &generate::man()),
        Command::Schema => return print(io, &generate::schema()),
        Command::Rename(args) => Work::Rename(args),
        Command::Retire(args) => Work::Retire(args),
        Command::Superuser(args) => Work::Superuser(args),
        Command::Scaffold(args) => Work::Scaffold(args),
        Command::Apply(args) => Work::Apply(args),
        Command::Runbook(args) => Work::Runbook(args),
        Command::Init(args) => Work::Init(args, cli.global.config.clone()),
        Command::MigrateConfig(args) => Work::MigrateConfig(args, cli.global.config.clone()),
        Command::Check(args) => Work::Check(args),
        Command::Recover(args) => Work::Recover(args),
        Command::Explain(args) => return explain::run(&args, io),
        Command::Graph => Work::Graph,
        #[cfg(feature = "postgres")]
        Command::Migrate(args) => Work::Migrate(args),
        #[cfg(feature = "postgres")]
        Command::Db(args) => Work::Db(args),
        #[cfg(feature = "postgres")]
        Command::Serve(args) => return serve::run(&args, io),
    };
    let look = look(&cli.global, io);
    io.progress &= !cli.global.quiet;
    let globals = match globals(&work, cli.global, look, io) {
        Ok(globals) => globals,
        Err(Wrong { findings, source }) => {
            let repo = Repo { config: source, ..Repo::default() };
            complain(io, &human::findings(&findings, &repo, look));
            return Exit::Failed;
        }
    };
    match work {
        Work::Rename(args) => {
            let usage = change::Usage::of(&args.change.usage);
            change::run(&rename::options(args, &globals), &globals, &usage, io)
        }
        Work::Retire(args) => {
            let usage = change::Usage::of(&args.usage);
            change::run(&retire::options(args, &globals), &globals, &usage, io)
        }
        Work::Superuser(args) => {
            let usage = change::Usage::of(&args.change.usage);
            change::run(&superuser::options(args, &globals), &globals, &usage, io)
        }
        Work::Scaffold(args) => {
            let args::ScaffoldCommand::Dashboard(args) = args.command;
            let usage = change::Usage::of(&args.usage);
            match scaffold::options(args, &globals, io) {
                Ok(scaffold) => change::run(&scaffold, &globals, &usage, io),
                Err(finding) => change::fail(&[finding], &Repo::default(), &globals, io),
            }
        }
        Work::Apply(args) => match apply::sequence(&apply::Part::of(&args.change), &globals) {
            Ok(sequence) => {
                let usage = change::Usage::of(&args.change.usage);
                change::run(&sequence, &globals, &usage, io)
            }
            Err(finding) => {
                complain(io, &human::findings(&[finding], &Repo::default(), look));
                Exit::Failed
            }
        },
        Work::Runbook(args) => runbook::run(&args, &globals, io),
        Work::Init(args, target) => init::run(args, target.as_deref(), &globals, io),
        Work::MigrateConfig(args, target) => {
            migrate_config::run(&args, target.as_deref(), &globals, io)
        }
        Work::Check(args) => check::run(&args, &globals, io),
        Work::Recover(args) => recover::run(&args, &globals, io),
        Work::Graph => graph::run(&globals, io),
        #[cfg(feature = "postgres")]
        Work::Migrate(args) => migrate::run(&args, &globals, io),
        #[cfg(feature = "postgres")]
        Work::Db(args) => db::run(args, &globals, io),
    }
}

/// A command that works on a tree.
enum Work {
    Rename(args::RenameArgs),
    Retire(args::RetireArgs),
    Superuser(args::SuperuserArgs),
    Scaffold(args::ScaffoldArgs),
    Apply(args::ApplyArgs),
    Runbook(args::RunbookArgs),
    /// With the file that is to be made.
    Init(args::InitArgs, Option<PathBuf>),
    /// With the file that is to be made.
    MigrateConfig(args::MigrateConfigArgs, Option<PathBuf>),
    Check(args::CheckArgs),
    Recover(args::RecoverArgs),
    Graph,
    #[cfg(feature = "postgres")]
    Migrate(migrate::MigrateArgs),
    #[cfg(feature = "postgres")]
    Db(db::args::DbArgs),
}

impl Work {
    fn intent(&self) -> Intent {
        let is_written = match self {
            Self::Recover(_) => return Intent::Recovers,
            Self::Rename(args) => args.change.usage.write,
            Self::Retire(args) => args.usage.write,
            Self::Superuser(args) => args.change.usage.write,
            Self::Scaffold(args) => {
                let args::ScaffoldCommand::Dashboard(args) = &args.command;
                args.usage.write
            }
            Self::Apply(args) => args.change.usage.write,
            Self::Init(args, _) => args.write,
            Self::MigrateConfig(args, _) => args.write,
            Self::Check(args) => args.fix || args.unsafe_fixes,
            Self::Runbook(_) | Self::Graph => false,
            #[cfg(feature = "postgres")]
            Self::Migrate(_) | Self::Db(_) => false,
        };
        if is_written { Intent::Writes } else { Intent::Reads }
    }
}

fn globals(
    work: &Work,
    args: GlobalArgs,
    look: human::Look,
    io: &mut Io,
) -> Result<Globals, Wrong> {
    let meant = match work {
        Work::Check(check) if args.root.is_none() => paths::root_of_targets(&io.cwd, &check.paths),
        _ => None,
    };
    let root = paths::root(&io.cwd, args.root.as_deref().or(meant.as_deref()))?;
    recover::settle(&root, work.intent(), io)?;
    let files = args.file.iter().map(|path| paths::file(&io.cwd, &root, path));
    let files = files.collect::<Result<_, Finding>>()?;
    let project = args.project.map(|path| paths::project(&io.cwd, &root, &path)).transpose()?;
    let declaration = match work {
        // A first one is made where there may be none.
        Work::Init(..) | Work::MigrateConfig(..) => Declaration::default(),
        _ => declaration::read(&io.cwd, &root, args.config.as_deref())?,
    };
    Ok(Globals {
        declaration,
        today: today(io.now),
        is_root_given: args.root.is_some(),
        root,
        files,
        project,
        all_projects: args.all_projects,
        no_ignore: args.no_ignore,
        format: args.format,
        look,
        stdout_color: wants_color(args.color, io.stdout_color),
    })
}

fn today(now: SystemTime) -> Option<Date> {
    let since = now.duration_since(UNIX_EPOCH).ok()?;
    Date::of_unix(i64::try_from(since.as_secs()).ok()?)
}

fn look(args: &GlobalArgs, io: &Io) -> human::Look {
    let detail = match (args.quiet, args.verbose) {
        (true, _) => human::Detail::Quiet,
        (_, true) => human::Detail::Full,
        _ => human::Detail::Capped,
    };
    human::Look { detail, color: wants_color(args.color, io.stderr_color) }
}

fn wants_color(color: Color, auto: bool) -> bool {
    match color {
        Color::Auto => auto,
        Color::Always => true,
        Color::Never => false,
    }
}

/// Prints what clap has to say: the help that was asked for, or what is wrong with the arguments.
fn usage(error: &clap::Error, io: &mut Io) -> Exit {
    let (styled, to_stderr) = (error.render(), error.use_stderr());
    let color = if to_stderr { io.stderr_color } else { io.stdout_color };
    let text = if color { styled.ansi().to_string() } else { styled.to_string() };
    if to_stderr {
        complain(io, &text);
        return Exit::Failed;
    }
    print(io, &text)
}

/// Prints a result. A reader that went away (`| head`) is no error.
fn print(io: &mut Io, text: &str) -> Exit {
    let written = io.stdout.write_all(text.as_bytes()).and_then(|()| io.stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(io, &format!("error: can't write to stdout: {error}\n"));
            Exit::Failed
        }
        _ => Exit::Clean,
    }
}

/// Prints for people. Where stderr is gone, there is nobody left to tell.
fn complain(io: &mut Io, text: &str) {
    let _ = io.stderr.write_all(text.as_bytes()).and_then(|()| io.stderr.flush());
}
