//! The change of a server's superuser.
//!
//! Plan A, additive: a second superuser beside the first; nobody's session notices. Plan B, swap: the
//! first role takes the new name, and the old name becomes an ordinary role that owns what is the
//! app's. Each plan is made from what the server says, is shown first, and made again under a lock
//! before it is done, so that a second run finds nothing to do. What is made here bears a mark in its
//! comment, and only what bears it is taken back.

mod additive;
pub mod facts;
mod helper;
pub(super) mod session;
pub(super) mod survey;
mod swap;
mod swap_back;

use secrecy::SecretString;

use self::facts::State;
use super::connection::Connection;
use super::dsn::Dsn;
use super::error::Error;

/// The role that plan B works as for a moment: nobody can rename the role that he is logged in as.
pub(super) const HELPER: &str = "composemod_swap";

/// The database that tools expect.
const MAINTENANCE: &str = "postgres";

/// Who is to be superuser instead of, or beside, whom.
#[derive(Clone, Debug)]
pub struct Change {
    /// The superuser as it was.
    pub from: String,
    /// The superuser to be.
    pub to: String,
    /// The app's database, for plan B [default: the one in which the first role owns things].
    pub database: Option<String>,
    /// The new superuser's password.
    pub password: Option<SecretString>,
}

/// Which plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Plan A.
    Additive,
    /// Plan B.
    Swap,
}

/// There, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The change is made.
    Forward,
    /// What this tool made of it is taken back.
    Back,
}

/// What is to be done, from what the server says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How far plan B is.
    pub state: State,
    /// Each step: a statement with `…` in the place of a verifier, or a comment. None: all is done.
    pub steps: Vec<String>,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Each thing that was done or verified.
    pub lines: Vec<String>,
}

impl Done {
    fn tell(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }
}

/// Makes the plan; changes nothing.
///
/// # Errors
/// `Refused`: it can't be made; each reason and what to do. `Conflict`: a role that is there is in the
/// way. `Invalid`: what is asked for is none, or lacks a password. `Missing`: there is no such role.
/// Else what the server says.
pub async fn plan(
    dsn: &Dsn,
    change: &Change,
    method: Method,
    direction: Direction,
) -> Result<Plan, Error> {
    check(change)?;
    let admin = session::open(dsn).await?;
    let plan = planned(&admin, dsn, change, method, direction).await;
    admin.close().await;
    plan
}

async fn planned(
    admin: &Connection,
    dsn: &Dsn,
    change: &Change,
    method: Method,
    direction: Direction,
) -> Result<Plan, Error> {
    match (method, direction) {
        (Method::Additive, Direction::Forward) => additive::plan(admin, dsn, change).await,
        (Method::Additive, Direction::Back) => additive::plan_back(admin, dsn, change).await,
        (Method::Swap, Direction::Forward) => swap::plan(admin, dsn, change).await,
        (Method::Swap, Direction::Back) => swap_back::plan(admin, dsn, change).await,
    }
}

/// Makes the plan once more, with everyone else who does this locked out, and does it.
///
/// # Errors
/// As of [`plan`]; and where another run is at work, a lock is not to be had, or a login fails that
/// must work. What was not done then is done by running it again.
pub async fn execute(
    dsn: &Dsn,
    change: &Change,
    method: Method,
    direction: Direction,
) -> Result<Done, Error> {
    check(change)?;
    let mut admin = session::open_alone(dsn).await?;
    let done = match (method, direction) {
        (Method::Additive, Direction::Forward) => additive::execute(&mut admin, dsn, change).await,
        (Method::Additive, Direction::Back) => additive::take_back(&mut admin, dsn, change).await,
        (Method::Swap, Direction::Forward) => swap::execute(&mut admin, dsn, change).await,
        (Method::Swap, Direction::Back) => swap_back::execute(&mut admin, dsn, change).await,
    };
    admin.close().await;
    done
}

fn check(change: &Change) -> Result<(), Error> {
    for (flag, name) in [("--from", &change.from), ("--to", &change.to)] {
        let reason = match name.len() {
            0 => "it is empty",
            64.. => "it has more than the 63 bytes that Postgres keeps of a name",
            _ if name.contains('\0') => "it holds a NUL",
            _ if name == HELPER => "it is the name of the temporary role of this change",
            _ if flag == "--to" && name.starts_with("pg_") => "names in pg_ are the server's own",
            _ if ["public", "none"].contains(&name.as_str()) => {
                "it means something else to Postgres"
            }
            _ => continue,
        };
        return Err(Error::Invalid(format!("{flag} {name:?} can't be a role: {reason}")));
    }
    if change.from == change.to {
        return Err(Error::Invalid(format!(
            "--from and --to are both {}: name the superuser as it is and as it is to be",
            change.from
        )));
    }
    match &change.password {
        Some(password) => super::password::check(password).map_err(Error::Invalid),
        None => Ok(()),
    }
}

/// Gives a name as a statement that is shown has it: with quotes where it needs them.
fn shown(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    super::quote::identifier(name)
}
