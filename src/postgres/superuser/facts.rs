//! The roles that a change is about, and its state.

use std::fmt;

use tokio_postgres::Client;

use super::Change;
use crate::postgres::error::{Doing, Error};

/// The oid of the role that initdb made (`BOOTSTRAP_SUPERUSERID` in pg_authid.dat).
pub const FIRST: u32 = 10;

/// A role, as far as the change asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its number, which a renaming leaves.
    pub oid: u32,
    /// Its name.
    pub name: String,
    /// Whether it is a superuser.
    pub is_superuser: bool,
    /// Whether it can log in.
    pub can_log_in: bool,
    /// How its password is stored.
    pub password: Stored,
    /// Its comment: what is made here bears a mark in it.
    pub comment: String,
}

/// How a password is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stored {
    /// Only superusers see it.
    Unknown,
    /// There is none.
    Missing,
    /// MD5, which a renaming clears.
    Md5,
    /// SCRAM-SHA-256.
    Scram,
}

/// How far plan B is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum State {
    /// The first role has the old name, and nobody has the new one.
    #[serde(rename = "S0")]
    Ready,
    /// The first role has the old name, and another role has the new one: plan A ran.
    #[serde(rename = "S1")]
    Both,
    /// The first role has the new name.
    #[serde(rename = "S2")]
    Done,
    /// The first role has neither.
    #[serde(rename = "other")]
    Other,
}

impl State {
    /// Gives the state by the first role's name, and whether there is a role of the new name.
    pub(crate) fn of(first: &str, from: &str, to: &str, has_new: bool) -> Self {
        match () {
            () if first == to => Self::Done,
            () if first != from => Self::Other,
            () if has_new => Self::Both,
            () => Self::Ready,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "S0",
            Self::Both => "S1",
            Self::Done => "S2",
            Self::Other => "other",
        })
    }
}

/// What a server says of the roles.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// Who asks.
    pub(super) me: Role,
    /// The first role.
    pub(super) first: Role,
    pub(super) from: Option<Role>,
    pub(super) to: Option<Role>,
    /// A temporary superuser that a run left behind, or that is at work.
    pub(super) helper: Option<Role>,
}

impl Facts {
    /// Asks.
    ///
    /// # Errors
    /// What the server says.
    pub(super) async fn read(client: &Client, change: &Change) -> Result<Self, Error> {
        let doing = "looking at the roles";
        let me = client.query_one("SELECT session_user::text", &[]).await.doing(doing)?;
        let me: String = me.get(0);
        let names = [me.as_str(), &change.from, &change.to, super::HELPER];
        let roles = roles(client, "oid = 10 OR rolname = ANY ($1)", &names).await?;
        let named = |name: &str| roles.iter().find(|role| role.name == name).cloned();
        let gone = || {
            Error::Missing(
                "the server has lost a role while it was looked at: run it again".to_owned(),
            )
        };
        Ok(Self {
            me: named(&me).ok_or_else(gone)?,
            first: roles.iter().find(|role| role.oid == FIRST).cloned().ok_or_else(gone)?,
            from: named(&change.from),
            to: named(&change.to),
            helper: named(super::HELPER),
        })
    }

    /// Gives the state of plan B.
    pub(super) fn state(&self, change: &Change) -> State {
        State::of(&self.first.name, &change.from, &change.to, self.to.is_some())
    }

    /// Refuses to go on as an ordinary role.
    ///
    /// # Errors
    /// `Refused`: who asks is no superuser.
    pub(super) fn as_superuser(&self) -> Result<(), Error> {
        if self.me.is_superuser {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "{} is no superuser, and only one can change the superuser: log in as {}",
            self.me.name, self.first.name
        )))
    }
}

/// Gives roles: all that `condition` takes, which may ask for names by `$1`.
pub(crate) async fn roles(
    client: &Client,
    condition: &str,
    names: &[&str],
) -> Result<Vec<Role>, Error> {
    let doing = "looking at the roles";
    let see = client.query_one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", &[]);
    let sees_passwords: bool = see.await.doing(doing)?.get(0);
    let (table, password) = match sees_passwords {
        true => (
            "pg_authid",
            "CASE WHEN rolpassword IS NULL THEN 'none' WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram' ELSE 'md5' END",
        ),
        false => ("pg_roles", "''"),
    };
    let sql = format!(
        "SELECT oid, rolname::text, rolsuper, rolcanlogin, {password}, coalesce(shobj_description(oid, 'pg_authid'), '') FROM {table} WHERE {condition} ORDER BY 2"
    );
    let rows = match condition.contains("$1") {
        true => client.query(&sql, &[&names]).await,
        false => client.query(&sql, &[]).await,
    };
    let role = |row: &tokio_postgres::Row| Role {
        oid: row.get(0),
        name: row.get(1),
        is_superuser: row.get(2),
        can_log_in: row.get(3),
        password: match row.get::<_, &str>(4) {
            "none" => Stored::Missing,
            "scram" => Stored::Scram,
            "md5" => Stored::Md5,
            _ => Stored::Unknown,
        },
        comment: row.get(5),
    };
    Ok(rows.doing(doing)?.iter().map(role).collect())
}
