//! The syntax of `db`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::secrets::PasswordSource;

/// Looks at, and changes, a live Postgres server, which DATABASE_URL or the PG* variables name.
///
/// A secret may be in a file: DATABASE_URL_FILE, PGPASSWORD_FILE. What changes what is there prints
/// its plan, and does it with --execute only.
#[derive(Debug, Args)]
pub(in crate::cli) struct DbArgs {
    /// The Compose service of the server, reached by its published port, instead of DATABASE_URL.
    #[arg(long, value_name = "SERVICE", global = true)]
    pub(super) service: Option<String>,
    #[command(subcommand)]
    pub(super) command: DbCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum DbCommand {
    Inspect(InspectArgs),
    Superuser(SuperuserArgs),
    DropTables(DropTablesArgs),
    Create(CreateArgs),
    /// Lists the databases that were made here, and those that every role can connect to.
    List,
    Rotate(RotateArgs),
    Drop(DropArgs),
    Harden(HardenArgs),
}

/// Makes a database with an owner and a login for its app; prints its URL.
///
/// Nobody but the app can connect to it. Repeated, it goes on where an earlier call ended, and gives
/// the same URL. What was not made here is never touched.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The database's name.
    pub(super) name: String,
    /// The app's login.
    #[arg(long, value_name = "USER")]
    pub(super) user: String,
    #[command(flatten)]
    pub(super) password: PasswordArgs,
    /// An extension that the database is to have; may be repeated or a list with commas.
    #[arg(long = "extension", value_name = "NAME", value_delimiter = ',')]
    pub(super) extensions: Vec<String>,
    /// How many connections the login may have [default: 20].
    #[arg(long, value_name = "NUMBER")]
    pub(super) connection_limit: Option<u32>,
    /// The encoding [default: UTF8].
    #[arg(long, value_name = "NAME")]
    pub(super) encoding: Option<String>,
    /// The locale [default: the server's].
    #[arg(long, value_name = "NAME")]
    pub(super) locale: Option<String>,
    #[command(flatten)]
    pub(super) public: PublicArgs,
}

/// Gives a database's app another password, while the old one goes on working.
///
/// Two logins take turns: USER and USER_b. When the app uses the new URL, --release ends the old one.
#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// The database's name.
    pub(super) name: String,
    /// Takes the old login away, and ends its sessions.
    #[arg(long, conflicts_with_all = ["password_stdin", "password_file"])]
    pub(super) release: bool,
    /// Gives the new login another password, where its URL was lost before the app had it.
    #[arg(long, conflicts_with = "release")]
    pub(super) again: bool,
    #[command(flatten)]
    pub(super) password: PasswordArgs,
    #[command(flatten)]
    pub(super) public: PublicArgs,
}

/// Drops a database that was made here: out of use first, then dumped, then gone with its roles.
#[derive(Debug, Args)]
pub(super) struct DropArgs {
    /// The database's name, or the one under which it waits.
    pub(super) name: String,
    /// Does it; without this, the plan is printed only.
    #[arg(long)]
    pub(super) execute: bool,
    /// Takes it out of use, and leaves it waiting under another name.
    #[arg(long, conflicts_with_all = ["backup_dir", "no_backup"])]
    pub(super) keep: bool,
    /// Where the dump goes [default: the current folder].
    #[arg(long, value_name = "DIR")]
    pub(super) backup_dir: Option<PathBuf>,
    /// Drops it without a dump.
    #[arg(long, conflicts_with = "backup_dir")]
    pub(super) no_backup: bool,
    /// The program that dumps, of the server's version or newer.
    #[arg(long, value_name = "PROGRAM", default_value = "pg_dump")]
    pub(super) pg_dump: PathBuf,
}

/// Closes databases that every role can connect to; who is there today can still connect.
///
/// The logins of apps that were made here are the ones that can't any more.
#[derive(Debug, Args)]
pub(super) struct HardenArgs {
    /// The databases [default: all that are open].
    #[arg(value_name = "DATABASE")]
    pub(super) names: Vec<String>,
    /// Does it; without this, the plan is printed only.
    #[arg(long)]
    pub(super) execute: bool,
}

/// Says what the server is like: its superusers, who is connected, what is open to every role, and
/// what would keep its superuser from being changed. Changes nothing.
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// The superuser as it was, to tell how far a change of it is.
    #[arg(long, value_name = "OLD", requires = "to")]
    pub(super) from: Option<String>,
    /// The superuser to be.
    #[arg(long, value_name = "NEW", requires = "from")]
    pub(super) to: Option<String>,
}

/// Gives the live server another superuser; without --execute it only shows how.
///
/// May be run again: what is done is not done twice. The new role's password comes by
/// --password-stdin, --password-file or the variable COMPOSEMOD_NEW_PASSWORD.
#[derive(Debug, Args)]
pub(super) struct SuperuserArgs {
    /// The superuser as it is.
    #[arg(long, value_name = "OLD")]
    pub(super) from: String,
    /// The superuser to be.
    #[arg(long, value_name = "NEW")]
    pub(super) to: String,
    /// How.
    #[arg(long, value_name = "PLAN", default_value = "additive")]
    pub(super) plan: SuperuserPlan,
    /// The app's database, whose things `swap` hands over [default: the one that OLD has things in].
    #[arg(long, value_name = "NAME")]
    pub(super) database: Option<String>,
    #[command(flatten)]
    pub(super) password: PasswordArgs,
    /// Takes back what this command made; a password is then OLD's, to try its login.
    #[arg(long)]
    pub(super) rollback: bool,
    /// Does it.
    #[arg(long)]
    pub(super) execute: bool,
}

/// How a superuser is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SuperuserPlan {
    /// A second superuser beside the first; nobody notices (plan A).
    Additive,
    /// The first one takes the new name, and the old name becomes an ordinary role (plan B).
    Swap,
}

/// Drops tables that a failed migration left, after a dump of them; without --execute it only shows
/// what depends on them.
#[derive(Debug, Args)]
pub(super) struct DropTablesArgs {
    /// The tables, as the catalog has their names, with a schema where it matters.
    #[arg(value_name = "TABLE", required_unless_present = "like")]
    pub(super) tables: Vec<String>,
    /// The database.
    #[arg(long, value_name = "NAME")]
    pub(super) database: String,
    /// The role that owns the tables and is to drop them.
    #[arg(long = "as", value_name = "ROLE")]
    pub(super) role: String,
    /// All tables of this pattern of SQL's LIKE (`%` is any text, `_` any letter).
    #[arg(long, value_name = "PATTERN")]
    pub(super) like: Option<String>,
    /// Drops what depends on them too.
    #[arg(long)]
    pub(super) cascade: bool,
    /// The folder of the dump [default: the current one].
    #[arg(long, value_name = "DIR")]
    pub(super) backup_dir: Option<PathBuf>,
    /// The pg_dump to take, not older than the server [default: the one on the PATH].
    #[arg(long, value_name = "PATH")]
    pub(super) pg_dump: Option<PathBuf>,
    /// Takes no dump.
    #[arg(long, conflicts_with_all = ["backup_dir", "pg_dump"])]
    pub(super) no_backup: bool,
    /// Does it.
    #[arg(long)]
    pub(super) execute: bool,
}

/// Where a password comes from, else from a variable. Never an argument: those can be seen by
/// everybody on the machine.
#[derive(Debug, Args)]
pub(super) struct PasswordArgs {
    /// Takes the password from stdin.
    #[arg(long)]
    pub(super) password_stdin: bool,
    /// Takes the password from a file.
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    pub(super) password_file: Option<PathBuf>,
}

/// How apps reach the server, where that is not how it is reached from here.
#[derive(Debug, Args)]
pub(super) struct PublicArgs {
    /// The host in the URL [default: the one that is connected to].
    #[arg(long, value_name = "HOST")]
    pub(super) public_host: Option<String>,
    /// The port in the URL [default: the one that is connected to].
    #[arg(long, value_name = "PORT")]
    pub(super) public_port: Option<u16>,
}

impl PasswordArgs {
    /// Gives where it comes from, if not from a variable.
    pub(super) fn source(&self, variable: &'static str) -> PasswordSource {
        match (&self.password_file, self.password_stdin) {
            (Some(path), _) => PasswordSource::File(path.clone()),
            (None, true) => PasswordSource::Stdin,
            (None, false) => PasswordSource::Variable(variable),
        }
    }
}
