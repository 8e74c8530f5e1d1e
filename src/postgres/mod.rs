//! Live Postgres servers: what one is like, the change of its superuser, and databases made for apps.
//!
//! Invariants: no password is in a statement (servers get verifiers), in an error, in a `{:?}` or in
//! an argument of a program; names go through `quote`; whatever changes a server can be run again.
//! Deliberately absent: reading of the process's environment and printing, which are the callers'.
//! [`sql`] is there without the feature `postgres` too, for the runbook.
//! The facts that are not in the manual are in the tests, seen on 15, 16 and 18.

#[cfg(feature = "postgres")]
pub mod connection;
#[cfg(feature = "postgres")]
pub mod dsn;
#[cfg(feature = "postgres")]
pub mod dump;
#[cfg(feature = "postgres")]
pub mod error;
#[cfg(feature = "postgres")]
pub mod inspect;
#[cfg(feature = "postgres")]
pub mod name;
#[cfg(feature = "postgres")]
pub mod password;
#[cfg(feature = "postgres")]
pub mod provision;
pub(crate) mod psql;
pub mod sql;
#[cfg(feature = "postgres")]
pub mod superuser;
#[cfg(feature = "postgres")]
pub mod tables;
#[cfg(feature = "postgres")]
mod tls;

/// Quoting for statements that take no parameters, after libpq's `PQescapeIdentifier` and
/// `PQescapeLiteral`.
#[cfg(feature = "postgres")]
pub(crate) mod quote {
    pub(crate) use postgres_protocol::escape::{
        escape_identifier as identifier, escape_literal as literal,
    };
}
