//! What all plans need of a session: the lock that only one run has, statements that leave nothing in
//! the server's log, and logins that are tried.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::{Change, MAINTENANCE};
use crate::postgres::connection::Connection;
use crate::postgres::dsn::{Dsn, Host};
use crate::postgres::error::{Doing, Error};
use crate::postgres::password::generate;

/// Keeps a transaction's statements, which carry verifiers, out of the server's log.
pub(super) const QUIET: &str = "SET LOCAL log_statement = 'none'; SET LOCAL log_duration = off; \
    SET LOCAL log_min_duration_statement = -1; SET LOCAL log_min_duration_sample = -1; \
    SET LOCAL log_min_error_statement = 'panic'; SET LOCAL log_error_verbosity = 'terse'";

/// How long another run is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often sessions are told to end, 50 ms apart.
const ROUNDS: u32 = 200;

/// Opens a session in the database that tools expect, where there is one: locks are a database's own,
/// and all runs must meet in the same.
pub(in crate::postgres) async fn open(dsn: &Dsn) -> Result<Connection, Error> {
    let connection = match Connection::open(&dsn.with_database(MAINTENANCE)).await {
        Err(error) if is_missing(&error) => Connection::open(dsn).await?,
        opened => opened?,
    };
    connection.batch_execute("SET lock_timeout = '5s'").await.doing("opening a session")?;
    Ok(connection)
}

fn is_missing(error: &Error) -> bool {
    let codes = [
        SqlState::INVALID_CATALOG_NAME,
        SqlState::INSUFFICIENT_PRIVILEGE,
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
    ];
    error.code().is_some_and(|code| codes.contains(code))
}

/// Opens a session that has the lock, which only one run has, for as long as it lasts.
///
/// # Errors
/// `Refused`: another run has it and does not end. Else as of [`open`].
pub(super) async fn open_alone(dsn: &Dsn) -> Result<Connection, Error> {
    let start = Instant::now();
    loop {
        let connection = open(dsn).await?;
        match lock(&connection, start).await {
            Ok(()) => return Ok(connection),
            // The run that has it was a swap, and ends the sessions of the old name.
            Err(error) if is_ended(&error) && start.elapsed() < PATIENCE => {}
            Err(error) => return Err(error),
        }
    }
}

async fn lock(client: &Client, start: Instant) -> Result<(), Error> {
    let doing = "waiting for other runs";
    loop {
        let sql = "SELECT pg_try_advisory_lock(hashtext('composemod'), hashtext('superuser'))";
        if client.query_one(sql, &[]).await.doing(doing)?.get(0) {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err(Error::Refused(
                "another run is changing the superuser of this server and does not end: wait for it, and run this again".to_owned(),
            ));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn is_ended(error: &Error) -> bool {
    matches!(error, Error::Lost { .. }) || error.code() == Some(&SqlState::ADMIN_SHUTDOWN)
}

/// Runs a query whose answers are statements; gives them.
pub(super) async fn statements(client: &Client, query: &[String]) -> Result<Vec<String>, Error> {
    let rows = client.query(&query.join("\n"), &[]).await.doing("making the plan")?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Logs in over TCP, and tells whether the role is a superuser.
///
/// # Errors
/// The login fails.
pub(super) async fn log_in(
    dsn: &Dsn,
    admin: &Client,
    user: &str,
    password: &SecretString,
) -> Result<bool, Error> {
    let dsn = over_tcp(dsn, admin).await?.with_login(user, password.clone());
    let connection = Connection::open(&dsn).await?;
    let sql = "SELECT rolsuper FROM pg_roles WHERE rolname = session_user";
    let row = connection.query_one(sql, &[]).await.doing("looking at the new session")?;
    let is_superuser = row.get(0);
    connection.close().await;
    Ok(is_superuser)
}

/// Logs in over TCP as a role that must be able to; gives the line that says so.
///
/// # Errors
/// The login fails, or the role has other rights than expected.
pub(super) async fn verify(
    dsn: &Dsn,
    admin: &Client,
    user: &str,
    password: &SecretString,
    is_superuser: bool,
) -> Result<String, Error> {
    let kind = |is: bool| if is { "a superuser" } else { "an ordinary role" };
    let found = log_in(dsn, admin, user, password).await?;
    if found != is_superuser {
        return Err(Error::Conflict(format!("{user} logs in, but is {}", kind(found))));
    }
    let mut line = format!("{user} logs in over TCP and is {}", kind(found));
    if lets_anyone_in(dsn, admin, user).await {
        line.push_str(" (pg_hba.conf trusts this address: that proves nothing of the password)");
    }
    Ok(line)
}

/// Whether a login as the role works with any password.
pub(super) async fn lets_anyone_in(dsn: &Dsn, admin: &Client, user: &str) -> bool {
    log_in(dsn, admin, user, &generate()).await.is_ok()
}

/// Whether a login failed because the password is another one.
pub(super) fn is_wrong_password(error: &Error) -> bool {
    error.code() == Some(&SqlState::INVALID_PASSWORD)
}

/// Gives the server's TCP address: a socket may let in whom the network does not.
async fn over_tcp(dsn: &Dsn, admin: &Client) -> Result<Dsn, Error> {
    let Host::Socket(_) = dsn.host else { return Ok(dsn.clone()) };
    let sql = "SELECT current_setting('listen_addresses'), current_setting('port')::int";
    let row = admin.query_one(sql, &[]).await.doing("asking for the server's address")?;
    let (listens, port): (String, i32) = (row.get(0), row.get(1));
    match u16::try_from(port) {
        Ok(port) if !listens.is_empty() => {
            Ok(Dsn { host: Host::Tcp("127.0.0.1".to_owned()), port, ..dsn.clone() })
        }
        _ => Ok(dsn.clone()),
    }
}

/// Ends sessions of a role, but for some; sessions that were just logging in are met by the second
/// round. Gives how many.
///
/// # Errors
/// What the server says.
pub(super) async fn terminate(
    client: &Client,
    role: u32,
    since: Since,
    spared: &[i32],
) -> Result<usize, Error> {
    let doing = "ending old sessions";
    let until = match since {
        Since::Before(time) => format!("'{time}'::timestamptz"),
        Since::Now => "clock_timestamp()".to_owned(),
    };
    let now = client.query_one(&format!("SELECT ({until})::text"), &[]).await.doing(doing)?;
    let until: String = now.get(0);
    // Not in the WHERE itself: the server may end a session before it looks at the other conditions.
    let sql = "WITH old AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE usesysid = $1 AND backend_type = 'client backend' \
         AND pid <> ALL ($2) AND backend_start <= $3::text::timestamptz) SELECT pid FROM old WHERE pg_terminate_backend(pid)";
    let mut ended = BTreeSet::new();
    let mut quiet_rounds = 0;
    for _ in 0..ROUNDS {
        let rows = client.query(sql, &[&role, &spared, &until]).await.doing(doing)?;
        quiet_rounds = if rows.is_empty() { quiet_rounds + 1 } else { 0 };
        ended.extend(rows.iter().map(|row| row.get::<_, i32>(0)));
        if quiet_rounds == 2 {
            return Ok(ended.len());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(Error::Refused(format!(
        "sessions that are to end do not: run this again, which ends those that began before {until}"
    )))
}

/// Which sessions are old.
#[derive(Clone, Debug)]
pub(super) enum Since {
    /// Those that began before this time, as the server writes it.
    Before(String),
    /// All that are there.
    Now,
}

/// Gives the id of a session's process.
pub(super) async fn pid(client: &Client) -> Result<i32, Error> {
    let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
    Ok(row.doing("asking for the session's id")?.get(0))
}

/// Gives the password of a role where it is known: the one that is given, or the one of the login.
pub(super) fn known_password<'a>(
    dsn: &'a Dsn,
    change: &'a Change,
    user: &str,
) -> Option<&'a SecretString> {
    let own = dsn.password.as_ref().filter(|_| dsn.user == user);
    let given = change.password.as_ref().filter(|_| user == change.to);
    given.or(own)
}
