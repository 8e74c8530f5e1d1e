//! One call at a time for each name: advisory locks on the connection that does the work.
//!
//! The locks end with the connection. Where it is cut, the server still ends the statement that it
//! runs, and holds the locks for as long: whoever comes next finds what that statement left.

use tokio_postgres::Client;

use crate::postgres::error::{Doing, Error};

/// Tells our locks from those of others: `cmod`.
const CLASS: i32 = i32::from_be_bytes(*b"cmod");

/// Locks names until the connection ends, always in the same order.
///
/// # Errors
/// Another call held one of them for longer than `lock_timeout`.
pub(super) async fn lock(client: &Client, names: &[&str]) -> Result<(), Error> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.dedup();
    for name in names {
        client
            .execute("SELECT pg_advisory_lock($1, hashtext($2))", &[&CLASS, &name])
            .await
            .doing(format!("waiting for another call that works on {name}"))?;
    }
    Ok(())
}
