//! What is there of a database that was, or is to be, made here.

use tokio_postgres::Client;

use super::mark::{Mark, Slot};
use super::{Database, Login, State};
use crate::postgres::error::{Doing, Error};
use crate::postgres::name::Name;

/// A role with its mark.
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) can_log_in: bool,
    pub(super) mark: Option<Mark>,
}

impl Role {
    /// Whether it is a login of a database that is in use, or that waits under this name.
    pub(super) fn is_login_of(&self, database: &str, quarantine: Option<&str>) -> bool {
        self.mark.as_ref().is_some_and(|mark| {
            matches!(mark, Mark::Login { .. })
                && mark.database() == database
                && mark.quarantine() == quarantine
        })
    }
}

/// What of a database is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// The role called as the owner would be.
    pub(super) owner: Option<Role>,
    /// The logins that are marked as the database's.
    pub(super) logins: Vec<Role>,
    /// The role that owns the database of this name, where there is one.
    pub(super) database_owner: Option<String>,
}

/// Gives the name of a database's owner.
pub(super) fn owner_of(database: &str) -> String {
    format!("{database}_owner")
}

impl Parts {
    /// Looks what is there.
    pub(super) async fn look(client: &Client, database: &Name) -> Result<Self, Error> {
        let mut logins = marked_roles(client).await?;
        logins.retain(|role| role.is_login_of(database.as_str(), None));
        Ok(Self {
            owner: role(client, &owner_of(database.as_str())).await?,
            logins,
            database_owner: database_owner(client, database.as_str()).await?,
        })
    }

    /// Gives how far the database is; none where its owner is not there or not ours.
    pub(super) fn state(&self, database: &Name) -> Option<State> {
        match self.owner.as_ref()?.mark.as_ref()? {
            Mark::Owner { database: of, state, .. } if of == database.as_str() => Some(*state),
            _ => None,
        }
    }

    /// Gives the login that the newest URL names, with its slot.
    pub(super) fn current(&self) -> Option<(&Role, Slot)> {
        self.logins.iter().find_map(|role| match role.mark {
            Some(Mark::Login { slot, is_current: true, .. }) => Some((role, slot)),
            _ => None,
        })
    }
}

/// Gives a role by its name.
pub(super) async fn role(client: &Client, name: &str) -> Result<Option<Role>, Error> {
    let sql =
        "SELECT rolcanlogin, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $1";
    let row = client.query_opt(sql, &[&name]).await.doing(format!("looking for role {name}"))?;
    Ok(row.map(|row| Role {
        name: name.to_owned(),
        can_log_in: row.get(0),
        mark: row.get::<_, Option<&str>>(1).and_then(Mark::read),
    }))
}

/// Gives the role that owns a database; none where there is no such database.
pub(super) async fn database_owner(client: &Client, name: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = $1";
    let row =
        client.query_opt(sql, &[&name]).await.doing(format!("looking for database {name}"))?;
    Ok(row.map(|row| row.get(0)))
}

/// Gives all roles that were made here, by name.
pub(super) async fn marked_roles(client: &Client) -> Result<Vec<Role>, Error> {
    let sql = "SELECT rolname::text, rolcanlogin, description FROM pg_roles \
        JOIN pg_shdescription ON objoid = pg_roles.oid AND classoid = 'pg_authid'::regclass \
        WHERE description LIKE 'composemod database=%' ORDER BY rolname";
    let rows = client.query(sql, &[]).await.doing("looking for roles that were made here")?;
    let roles = rows.iter().map(|row| Role {
        name: row.get(0),
        can_log_in: row.get(1),
        mark: Mark::read(row.get(2)),
    });
    Ok(roles.filter(|role| role.mark.is_some()).collect())
}

/// Gives all databases that were made here, by name.
pub(super) async fn databases(client: &Client) -> Result<Vec<Database>, Error> {
    let mut found = of_roles(&marked_roles(client).await?);
    measure(client, &mut found).await?;
    Ok(found)
}

/// Gives the database that has this name, or that waits under it.
pub(super) async fn database(client: &Client, name: &str) -> Result<Option<Database>, Error> {
    let mut found = of_roles(&marked_roles(client).await?);
    // One that waits has left its own name, which may be used again.
    found.retain(|database| database.quarantine.as_ref().unwrap_or(&database.name) == name);
    found.truncate(1);
    measure(client, &mut found).await?;
    Ok(found.pop())
}

/// Gives what the marks of roles tell, by name.
fn of_roles(roles: &[Role]) -> Vec<Database> {
    let mut found: Vec<Database> = roles
        .iter()
        .filter_map(|role| {
            let Some(Mark::Owner { database, state, quarantine }) = &role.mark else { return None };
            let is_its = |login: &&Role| login.is_login_of(database, quarantine.as_deref());
            Some(Database {
                name: database.clone(),
                state: *state,
                quarantine: quarantine.clone(),
                owner: role.name.clone(),
                logins: roles.iter().filter(is_its).map(login).collect(),
                bytes: None,
                connections: 0,
            })
        })
        .collect();
    found.sort_by(|a, b| (&a.name, &a.quarantine).cmp(&(&b.name, &b.quarantine)));
    found
}

/// Adds sizes and sessions. A size takes a look at each file of a database.
async fn measure(client: &Client, databases: &mut [Database]) -> Result<(), Error> {
    let owners: Vec<&str> = databases.iter().map(|database| database.owner.as_str()).collect();
    let sql = "SELECT rolname::text, pg_database_size(pg_database.oid), \
        (SELECT count(*) FROM pg_stat_activity WHERE datid = pg_database.oid) \
        FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = ANY ($1)";
    let rows = client.query(sql, &[&owners]).await.doing("measuring databases")?;
    for database in databases {
        let row = rows.iter().find(|row| row.get::<_, &str>(0) == database.owner);
        // No size: it was dropped just now.
        let bytes = row.and_then(|row| row.get::<_, Option<i64>>(1));
        database.bytes = bytes.and_then(|bytes| u64::try_from(bytes).ok());
        let connections = row.map_or(0, |row| row.get::<_, i64>(2));
        database.connections = u32::try_from(connections).unwrap_or(u32::MAX);
    }
    Ok(())
}

fn login(role: &Role) -> Login {
    Login {
        name: role.name.clone(),
        is_current: matches!(role.mark, Some(Mark::Login { is_current: true, .. })),
        can_log_in: role.can_log_in,
    }
}
