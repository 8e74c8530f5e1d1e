//! Databases that every role can connect to, and closing them without locking anybody out.

use tokio_postgres::Client;

use crate::postgres::error::{Doing, Error};
use crate::postgres::quote::identifier;

use super::{Provisioner, session};

/// A database that every role can connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDatabase {
    /// Its name.
    pub name: String,
    /// The roles that connect to it by that alone today, and would be given the right themselves.
    pub roles: Vec<String>,
}

impl OpenDatabase {
    /// Gives the statements that close it: who can connect today, but for apps' logins, still can.
    pub fn statements(&self) -> Vec<String> {
        let database = identifier(&self.name);
        let roles: Vec<String> = self.roles.iter().map(|role| identifier(role)).collect();
        let grant = format!("GRANT CONNECT ON DATABASE {database} TO {}", roles.join(", "));
        let revoke = format!("REVOKE CONNECT ON DATABASE {database} FROM PUBLIC");
        if roles.is_empty() { vec![revoke] } else { vec![grant, revoke] }
    }
}

impl Provisioner {
    /// Gives the databases that every role can connect to, by name.
    ///
    /// # Errors
    /// What the server says.
    pub async fn open_databases(&self) -> Result<Vec<OpenDatabase>, Error> {
        look(&*self.reader().await?).await
    }

    /// Closes a database to all but those who are told in [`OpenDatabase::roles`]; gives whether it was
    /// open.
    ///
    /// # Errors
    /// What the server says.
    pub async fn harden(&self, name: &str) -> Result<bool, Error> {
        let _permit = self.permit().await?;
        let mut retries = self.retries();
        loop {
            match self.close_database(name).await {
                Err(error) => retries.after(error).await?,
                done => return done,
            }
        }
    }

    async fn close_database(&self, name: &str) -> Result<bool, Error> {
        let mut admin = session::open(&self.admin).await?;
        let doing = || format!("closing database {name} to others");
        let transaction = admin.transaction().await.doing(doing())?;
        // Looked at again: roles may have been made since the plan.
        let found = look(transaction.client()).await?;
        let Some(open) = found.into_iter().find(|open| open.name == name) else {
            return Ok(false);
        };
        for statement in open.statements() {
            transaction.batch_execute(&statement).await.doing(doing())?;
        }
        transaction.commit().await.doing(doing())?;
        admin.close().await;
        Ok(true)
    }
}

async fn look(client: &Client) -> Result<Vec<OpenDatabase>, Error> {
    let sql = "SELECT datname::text FROM pg_database WHERE datallowconn AND (datacl IS NULL OR EXISTS \
        (SELECT FROM aclexplode(datacl) AS item WHERE grantee = 0 AND privilege_type = 'CONNECT')) \
        ORDER BY datname";
    let databases = client.query(sql, &[]).await.doing("looking for open databases")?;
    // The rest can connect without PUBLIC: superusers, the owner, and who was given the right.
    let sql = "SELECT rolname::text FROM pg_roles AS role, pg_database AS database \
        WHERE datname = $1 AND NOT rolsuper AND rolname !~ '^pg_' AND role.oid <> datdba \
        AND COALESCE(shobj_description(role.oid, 'pg_authid'), '') NOT LIKE 'composemod database=%' \
        AND NOT EXISTS (SELECT FROM aclexplode(datacl) AS item \
            WHERE grantee = role.oid AND privilege_type = 'CONNECT') ORDER BY rolname";
    let mut found = Vec::new();
    for row in databases {
        let name: String = row.get(0);
        let roles = client.query(sql, &[&name]).await.doing("looking who connects to it")?;
        let roles = roles.iter().map(|row| row.get(0)).collect();
        found.push(OpenDatabase { name, roles });
    }
    Ok(found)
}
