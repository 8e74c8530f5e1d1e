//! The command line's syntax: what clap reads, and nothing decided yet.
//!
//! The doc comments here are the help, the man page and the completions.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::compose::names::Namespace;
use crate::diagnostics::Severity;
use crate::lints::context::StaleName;
use crate::repo::config::Date;
use crate::report::runbook::SqlPlan;
use crate::transforms::rename::options::Phase;
use crate::transforms::scaffold::options::DEFAULT_SERVICE;

/// Codemods and lints for Docker Compose projects.
#[derive(Debug, Parser)]
#[command(name = "composemod", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Rename(RenameArgs),
    Retire(RetireArgs),
    Superuser(SuperuserArgs),
    Scaffold(ScaffoldArgs),
    Apply(ApplyArgs),
    Runbook(RunbookArgs),
    Check(CheckArgs),
    Explain(ExplainArgs),
    Init(InitArgs),
    MigrateConfig(MigrateConfigArgs),
    Recover(RecoverArgs),
    /// Prints the JSON schema of composemod.yaml, for editors and other checks.
    Schema,
    /// Shows who reaches whom: services, the volumes that they share, and what they reach outside.
    ///
    /// Each edge says by which setting and by which name one service reaches the other, so that it
    /// can be seen who still uses an old name.
    Graph,
    #[cfg(feature = "postgres")]
    Migrate(super::migrate::MigrateArgs),
    #[cfg(feature = "postgres")]
    Db(super::db::args::DbArgs),
    #[cfg(feature = "postgres")]
    Serve(super::serve::ServeArgs),
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Prints the manual page.
    Man,
}

/// Flags that every command takes, before or after its name.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArgs {
    /// The folder to work on [default: the top of the git work tree, else the current folder].
    #[arg(long, value_name = "DIR", global = true)]
    pub(super) root: Option<PathBuf>,
    /// What is declared for the tree [default: composemod.yaml at the root, where there is one].
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
    /// A Compose file of the one project meant; repeat it in the order docker compose takes them.
    #[arg(short, long, value_name = "FILE", global = true, action = ArgAction::Append)]
    pub(super) file: Vec<PathBuf>,
    /// The folder of the project meant, where several define the name.
    #[arg(long, value_name = "DIR", global = true, conflicts_with = "all_projects")]
    pub(super) project: Option<PathBuf>,
    /// Takes every project that defines the name.
    #[arg(long, global = true)]
    pub(super) all_projects: bool,
    /// What to print on stdout [default: diff, summary with --check and --write; check: human;
    /// graph: mermaid].
    #[arg(long, value_name = "FORMAT", global = true)]
    pub(super) format: Option<Format>,
    /// When to print in colour.
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub(super) color: Color,
    /// Leaves out what a person may look at; errors remain.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Shows everything that a person may look at, however much it is.
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// Reads files that git ignores too.
    #[arg(long, global = true)]
    pub(super) no_ignore: bool,
}

/// What is printed on stdout. Each command takes some of them (see `formats`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people, each finding with its line.
    Human,
    /// One finding a line: path:line:column: severity[lint] message.
    Concise,
    /// A unified diff that `git apply` takes.
    Diff,
    /// All that is known: every edit and every mention left alone, or every edge, with its reason.
    Json,
    /// The body of a pull request, or a comment on it.
    Markdown,
    /// Counts by file and class.
    Summary,
    /// A flowchart that GitHub and GitLab draw in Markdown.
    Mermaid,
    /// Graphviz's language.
    Dot,
    /// A drawing.
    Svg,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, which annotate a change's files.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit's XML.
    Junit,
    /// Reviewdog's diagnostics.
    Rdjson,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Flags of every command that changes files. Without --check and --write it prints the diff and
/// writes nothing.
#[derive(Debug, Args)]
pub(super) struct UsageArgs {
    /// Writes the changes: all of them, or none.
    #[arg(long)]
    pub(super) write: bool,
    /// Writes nothing and exits with 1 where changes are pending.
    #[arg(long, conflicts_with = "write")]
    pub(super) check: bool,
    /// Asks this docker compose too what the project is before and after the change, and refuses
    /// the change where that differs by more than it says.
    #[arg(long, value_name = "COMMAND")]
    pub(super) verify_with: Option<String>,
}

/// Flags of every command that edits mentions in files of all sorts.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    #[command(flatten)]
    pub(super) usage: UsageArgs,
    /// Reports likely mentions instead of editing them.
    #[arg(long)]
    pub(super) only_certain: bool,
    /// Changes only files of this sort; may be repeated or a list with commas.
    #[arg(long, value_name = "SORT", value_delimiter = ',')]
    pub(super) only: Vec<Phase>,
}

/// Renames a service, or another named thing, with every real reference to it.
#[derive(Debug, Args)]
pub(super) struct RenameArgs {
    /// The name as it is.
    pub(super) old: String,
    /// The name as it shall be.
    pub(super) new: String,
    /// What OLD is a name of.
    #[arg(long, value_name = "KIND", default_value = "service")]
    pub(super) kind: Namespace,
    /// The service's container_name from now on, or `keep` [default: renamed where it equals OLD].
    #[arg(long, value_name = "NAME|keep")]
    pub(super) container_name: Option<String>,
    /// A further network alias that the service answers to; may be repeated.
    #[arg(long = "alias", value_name = "NAME")]
    pub(super) aliases: Vec<String>,
    /// Does not keep the old name as a network alias.
    #[arg(long)]
    pub(super) no_keep_alias: bool,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// Takes a network alias away where nothing uses the name any more.
#[derive(Debug, Args)]
pub(super) struct RetireArgs {
    /// The alias.
    pub(super) name: String,
    #[command(flatten)]
    pub(super) usage: UsageArgs,
    /// Heeds what means the service for sure, and not what may mean it.
    #[arg(long)]
    pub(super) only_certain: bool,
}

/// Gives a Postgres server another superuser; apps keep their users.
#[derive(Debug, Args)]
pub(super) struct SuperuserArgs {
    /// The server's service.
    pub(super) service: String,
    /// The superuser to be.
    pub(super) new: String,
    /// The superuser as it is [default: what the files say].
    #[arg(long, value_name = "OLD")]
    pub(super) from: Option<String>,
    /// The default database from now on [default: it stays what it is].
    #[arg(long, value_name = "NAME")]
    pub(super) default_database: Option<String>,
    /// Takes the server's password from this variable, where it was an app's too.
    #[arg(long, value_name = "VAR")]
    pub(super) split_password: Option<String>,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// Adds what a project needs to have databases made for its apps.
#[derive(Debug, Args)]
pub(super) struct ScaffoldArgs {
    #[command(subcommand)]
    pub(super) command: ScaffoldCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum ScaffoldCommand {
    Dashboard(DashboardArgs),
}

/// Adds a Python class by which a dashboard has databases made, and the Compose service that it
/// calls, so that the dashboard never holds the superuser's password.
///
/// No secret is made up: which files are to be made, and how, is told.
#[derive(Debug, Args)]
pub(super) struct DashboardArgs {
    /// The Python file to make: services/dashboard/services/database_provisioner.py.
    #[arg(long, value_name = "FILE")]
    pub(super) path: PathBuf,
    /// The Postgres server's service [default: the one there is].
    #[arg(long, value_name = "SERVICE")]
    pub(super) server: Option<String>,
    /// The server's superuser [default: what the files say].
    #[arg(long, value_name = "NAME")]
    pub(super) superuser: Option<String>,
    /// The name of the service that makes databases.
    #[arg(long, value_name = "NAME", default_value = DEFAULT_SERVICE)]
    pub(super) service_name: String,
    /// The dashboard's service [default: the one whose build context or mounted folder holds FILE].
    #[arg(long, value_name = "SERVICE")]
    pub(super) dashboard: Option<String>,
    /// The image of the service that makes databases [default: composemod, tagged with this version].
    #[arg(long, value_name = "IMAGE")]
    pub(super) image: Option<String>,
    #[command(flatten)]
    pub(super) usage: UsageArgs,
}

/// Makes all changes that composemod.yaml declares: each rename in order, then each superuser.
#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// Writes how to deploy what composemod.yaml declares: commands, checks, and the way back.
///
/// Make it before the files are changed, and keep it: its first steps are of the files as they are.
#[derive(Debug, Args)]
pub(super) struct RunbookArgs {
    /// How a superuser is changed: a second one beside the first (a), or the first one renamed, and
    /// the old name made anew as an ordinary role (b).
    #[arg(long, value_name = "PLAN", default_value = "a", ignore_case = true)]
    pub(super) plan: SqlPlan,
}

/// Checks Compose files, and stale names in all others; exit 1 where something is found.
///
/// `composemod explain` lists the lints.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Files and folders to report on [default: all of the tree]. What they belong to is read too.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Lints or groups to run: an id, a group's name, DEFAULT or ALL; a list with commas.
    #[arg(long, value_name = "LINT", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Lints or groups to run besides those that are selected.
    #[arg(long, value_name = "LINT", value_delimiter = ',')]
    pub(super) extend_select: Vec<String>,
    /// Lints or groups not to run.
    #[arg(long, value_name = "LINT", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// A name that is to go, and the one in its place; may be repeated.
    #[arg(long, value_name = "OLD[=NEW]", value_parser = stale)]
    pub(super) stale: Vec<StaleName>,
    /// A git revision: what is reported is in files that changed since, and what the change itself
    /// does to services that have data.
    #[arg(long, value_name = "REV")]
    pub(super) changed_since: Option<String>,
    /// Makes the fixes that are safe.
    #[arg(long)]
    pub(super) fix: bool,
    /// Makes the fixes that may change what runs, too.
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Shows what --fix, or with it --unsafe-fixes, would change, and writes nothing.
    #[arg(long)]
    pub(super) diff: bool,
    /// The least grave findings that make the exit code 1 [default: `fail-on` in composemod.yaml,
    /// else warning].
    #[arg(long, value_name = "SEVERITY")]
    pub(super) fail_on: Option<Severity>,
    /// Reports only what is not in this file, which --write-baseline made.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Writes what is found to a file for --baseline, instead of reporting it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "diff"])]
    pub(super) write_baseline: Option<PathBuf>,
}

/// Shows a change of files that was interrupted, or finishes it.
///
/// A process that is killed while it writes several files leaves .composemod-journal at the root.
/// Until the change is finished, commands that only read are refused; those that write finish it
/// first. Exits with 1 where one is pending.
#[derive(Debug, Args)]
pub(super) struct RecoverArgs {
    /// Finishes the change.
    #[arg(long)]
    pub(super) write: bool,
}

/// Says what a lint or hazard is about, why, and what to do; lists all lints without a name.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The lint's or hazard's id.
    pub(super) id: Option<String>,
    /// Prints the pages of all lints as one Markdown document.
    #[arg(long, conflicts_with = "id")]
    pub(super) all: bool,
}

/// Prints a first composemod.yaml: what the flags ask for, and proposals from what is found.
///
/// A store that is named after one app and used by others, and a Postgres superuser that is an
/// app's user, are proposed in comments with their reasons.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The service to rename [default: the one that is found, where --to is given].
    #[arg(long, value_name = "OLD", requires = "to")]
    pub(super) from: Option<String>,
    /// Its name to be.
    #[arg(long, value_name = "NEW")]
    pub(super) to: Option<String>,
    /// A further network alias that it answers to; may be repeated.
    #[arg(long = "alias", value_name = "NAME", requires = "to")]
    pub(super) aliases: Vec<String>,
    /// The day by which its old name is to go, YYYY-MM-DD.
    #[arg(long, value_name = "DATE", requires = "to", value_parser = date)]
    pub(super) keep_alias_until: Option<Date>,
    /// A Postgres server and its superuser to be; may be repeated.
    #[arg(long = "superuser", value_name = "SERVICE=NEW", value_parser = pair)]
    pub(super) superusers: Vec<(String, String)>,
    /// Writes the file, unless there is one.
    #[arg(long)]
    pub(super) write: bool,
}

/// Translates a configuration of dclint to the `lint` section of composemod.yaml.
///
/// What has no counterpart is told. A configuration that is a program is not run.
#[derive(Debug, Args)]
pub(super) struct MigrateConfigArgs {
    /// The configuration [default: the one that dclint finds at the root].
    #[arg(value_name = "FILE")]
    pub(super) path: Option<PathBuf>,
    /// Writes composemod.yaml, unless there is one.
    #[arg(long)]
    pub(super) write: bool,
}

fn stale(text: &str) -> Result<StaleName, String> {
    let (old, new) = match text.split_once('=') {
        Some((old, new)) => (old, Some(new)),
        None => (text, None),
    };
    if old.is_empty() || new.is_some_and(str::is_empty) {
        return Err("write OLD or OLD=NEW: main-db=app-db".to_owned());
    }
    Ok(StaleName { old: old.to_owned(), new: new.map(str::to_owned) })
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a day as YYYY-MM-DD: 2027-01-31".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => {
            Ok((service.to_owned(), name.to_owned()))
        }
        _ => Err("write SERVICE=NEW: main-db=postgres".to_owned()),
    }
}
