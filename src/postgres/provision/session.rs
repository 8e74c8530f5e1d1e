//! A superuser's session that does the work of one call.

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Transaction;

use crate::postgres::connection::Connection;
use crate::postgres::dsn::Dsn;
use crate::postgres::error::{Doing, Error};
use crate::postgres::quote::{identifier, literal};

use super::mark::Mark;

/// Opens a session that waits neither for ever nor for what it should not.
pub(super) async fn open(admin: &Dsn) -> Result<Connection, Error> {
    let connection = Connection::open(admin).await?;
    // Objects of an app, in its database, must not stand before the server's own.
    let settings = "SET lock_timeout = '30s'; SET statement_timeout = '120s'; \
        SET idle_in_transaction_session_timeout = '60s'; SET search_path = pg_catalog, pg_temp; \
        SET client_min_messages = warning";
    connection.batch_execute(settings).await.doing("preparing the session")?;
    Ok(connection)
}

/// Keeps the statements of a transaction out of the server's log: they hold verifiers.
pub(super) async fn keep_from_log(transaction: &Transaction<'_>) -> Result<(), Error> {
    let settings = "SET LOCAL log_statement = 'none'; SET LOCAL log_min_error_statement = 'panic'; \
        SET LOCAL log_min_duration_statement = -1; SET LOCAL log_min_duration_sample = -1; \
        SET LOCAL log_transaction_sample_rate = 0; SET LOCAL log_duration = off";
    transaction.batch_execute(settings).await.doing("keeping verifiers out of the log")
}

/// Makes a role that can log in, or gives one that is there this password.
pub(super) fn login_statement(
    name: &str,
    verifier: &SecretString,
    limit: u32,
    is_there: bool,
) -> String {
    let verb = if is_there { "ALTER" } else { "CREATE" };
    format!(
        "{verb} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS \
         CONNECTION LIMIT {limit} PASSWORD {}",
        identifier(name),
        literal(verifier.expose_secret()),
    )
}

/// Gives a login another password.
pub(super) fn password_statement(name: &str, verifier: &SecretString) -> String {
    format!("ALTER ROLE {} PASSWORD {}", identifier(name), literal(verifier.expose_secret()))
}

/// Gives the statement that marks a role.
pub(super) fn mark_role(name: &str, mark: &Mark) -> String {
    format!("COMMENT ON ROLE {} IS {}", identifier(name), literal(&mark.text()))
}

/// Gives the statement that marks a database.
pub(super) fn mark_database(name: &str, mark: &Mark) -> String {
    format!("COMMENT ON DATABASE {} IS {}", identifier(name), literal(&mark.text()))
}
