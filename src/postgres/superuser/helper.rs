//! The superuser that plan B works as: made for a run, and gone after it, also when it fails.
//!
//! A run that is cut off leaves one; its mark tells, its password ends by itself, and the next run
//! takes it away.

use secrecy::{ExposeSecret, SecretString};

use super::HELPER;
use super::facts::Role;
use super::session::{QUIET, Since, terminate};
use crate::postgres::connection::Connection;
use crate::postgres::error::{Doing, Error};
use crate::postgres::password::{generate, verifier};
use crate::postgres::quote;

const MARK: &str = "composemod: temporary, for a superuser's swap";

/// Gives the statements as they are shown.
pub(super) fn shown() -> [String; 2] {
    [
        format!("CREATE ROLE {HELPER} LOGIN SUPERUSER PASSWORD '…' VALID UNTIL '…'"),
        format!("DROP ROLE {HELPER}"),
    ]
}

/// Refuses a role of the name that is not from here.
///
/// # Errors
/// `Conflict`: it lacks the mark.
pub(super) fn check(role: Option<&Role>) -> Result<(), Error> {
    match role {
        Some(role) if role.comment != MARK => Err(Error::Conflict(format!(
            "there is a role {HELPER} that is not from here (its comment does not say so), and this is the name of the temporary role of the swap: rename it first"
        ))),
        _ => Ok(()),
    }
}

/// Makes the role, with a password that lasts for an hour; gives the password.
///
/// # Errors
/// What the server says.
pub(super) async fn create(admin: &mut Connection) -> Result<SecretString, Error> {
    let doing = format!("making the temporary role {HELPER}");
    let password = generate();
    let verifier = verifier(&password);
    let transaction = admin.transaction().await.doing(&doing)?;
    transaction.batch_execute(QUIET).await.doing(&doing)?;
    let sql = "SELECT (clock_timestamp() + interval '1 hour')::text";
    let until: String = transaction.query_one(sql, &[]).await.doing(&doing)?.get(0);
    let create = format!(
        "CREATE ROLE {HELPER} LOGIN SUPERUSER PASSWORD {} VALID UNTIL {}",
        quote::literal(verifier.expose_secret()),
        quote::literal(&until),
    );
    transaction.batch_execute(&create).await.doing(&doing)?;
    let mark = format!("COMMENT ON ROLE {HELPER} IS {}", quote::literal(MARK));
    transaction.batch_execute(&mark).await.doing(&doing)?;
    transaction.commit().await.doing(&doing)?;
    Ok(password)
}

/// Takes the role away where there is one, its sessions first.
///
/// # Errors
/// What the server says.
pub(super) async fn remove(admin: &Connection) -> Result<bool, Error> {
    let doing = format!("taking the temporary role {HELPER} away");
    let sql =
        "SELECT oid FROM pg_roles WHERE rolname = $1 AND shobj_description(oid, 'pg_authid') = $2";
    let Some(row) = admin.query_opt(sql, &[&HELPER, &MARK]).await.doing(&doing)? else {
        return Ok(false);
    };
    terminate(admin, row.get(0), Since::Now, &[]).await?;
    admin.batch_execute(&format!("DROP ROLE {HELPER}")).await.doing(&doing)?;
    Ok(true)
}
