//! Taking a database away, in steps that lose nothing before the last: out of use, then for good.

use tokio_postgres::Client;

use crate::postgres::error::{Doing, Error};
use crate::postgres::name::Name;
use crate::postgres::quote::identifier;

use super::catalog::{self, Parts, Role, owner_of};
use super::lock::lock;
use super::mark::Mark;
use super::{Database, Provisioner, State, session};

/// What became of a database that was dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The name under which it waits.
    pub quarantine: String,
    /// Whether this call, or an earlier one, took it out of use.
    pub was_in_use: bool,
}

impl Provisioner {
    /// Takes a database out of use: no login, no session, another name. Nothing is lost yet.
    ///
    /// `day` (`20270131`) becomes part of that name.
    ///
    /// # Errors
    /// `Missing`: there is no such database, or it is not ours.
    pub async fn quarantine(&self, name: &str, day: &str) -> Result<Dropped, Error> {
        let name = Name::new(name).map_err(Error::Invalid)?;
        let _permit = self.permit().await?;
        let mut retries = self.retries();
        loop {
            match self.set_aside(&name, day).await {
                Err(error) => retries.after(error).await?,
                done => return done,
            }
        }
    }

    async fn set_aside(&self, name: &Name, day: &str) -> Result<Dropped, Error> {
        let mut admin = session::open(&self.admin).await?;
        lock(&admin, &[name.as_str()]).await?;
        let parts = Parts::look(&admin, name).await?;
        let owner = owner_of(name.as_str());
        if parts.state(name).is_none() {
            // One that waits already is what an earlier call came to.
            let waiting = catalog::databases(&admin).await?.into_iter().rev();
            let mut waiting = waiting.filter(|database| database.name == name.as_str());
            return match waiting.find_map(|database| database.quarantine) {
                Some(quarantine) => Ok(Dropped { quarantine, was_in_use: false }),
                None => Err(Error::Missing(format!("no database {name} was made here"))),
            };
        }
        if parts.database_owner.as_ref().is_some_and(|of| *of != owner) {
            return Err(Error::Conflict(format!("database {name} is not {owner}'s any more")));
        }
        let quarantine = free_name(&admin, name, &parts.logins, day).await?;
        if parts.database_owner.is_some() {
            shut(&admin, name, &parts.logins).await?;
        }
        rename(&mut admin, name, &parts, &quarantine).await?;
        admin.close().await;
        Ok(Dropped { quarantine, was_in_use: true })
    }

    /// Gives the database that waits under this name, with what its dump has to log in to.
    ///
    /// # Errors
    /// `Missing`: there is none.
    pub async fn quarantined(&self, quarantine: &str) -> Result<Database, Error> {
        let waiting = self.list().await?.into_iter();
        let mut waiting =
            waiting.filter(|database| database.quarantine.as_deref() == Some(quarantine));
        waiting
            .next()
            .ok_or_else(|| Error::Missing(format!("no database waits under the name {quarantine}")))
    }

    /// Lets superusers connect to a database in quarantine, for its dump.
    ///
    /// # Errors
    /// `Missing`: there is none.
    pub async fn open_for_dump(
        &self,
        quarantine: &str,
    ) -> Result<crate::postgres::dsn::Dsn, Error> {
        let database = self.quarantined(quarantine).await?;
        if database.bytes.is_some() {
            let admin = session::open(&self.admin).await?;
            let open = format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", identifier(quarantine));
            admin.batch_execute(&open).await.doing(format!("opening {quarantine} for its dump"))?;
            admin.close().await;
        }
        Ok(self.admin.with_database(quarantine))
    }

    /// Drops a database that is in quarantine, and its roles, for good.
    ///
    /// # Errors
    /// `Missing`: none waits under this name.
    pub async fn purge(&self, quarantine: &str) -> Result<(), Error> {
        let database = self.quarantined(quarantine).await?;
        let _permit = self.permit().await?;
        let mut retries = self.retries();
        while let Err(error) = self.remove(&database, quarantine).await {
            retries.after(error).await?;
        }
        Ok(())
    }

    async fn remove(&self, database: &Database, quarantine: &str) -> Result<(), Error> {
        let admin = session::open(&self.admin).await?;
        lock(&admin, &[&database.name]).await?;
        let doing = || format!("dropping {quarantine}");
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(quarantine));
        admin.batch_execute(&drop).await.doing(doing())?;
        // The owner last: it is by its mark that a repeat finds the rest.
        let logins = database.logins.iter().map(|login| &login.name);
        for role in logins.chain([&database.owner]) {
            let drop = format!("DROP ROLE IF EXISTS {}", identifier(role));
            admin.batch_execute(&drop).await.doing(doing())?;
        }
        admin.close().await;
        Ok(())
    }
}

/// Lets nobody in any more, and ends the sessions that there are.
async fn shut(admin: &Client, name: &Name, logins: &[Role]) -> Result<(), Error> {
    let doing = || format!("taking database {name} out of use");
    let database = identifier(name.as_str());
    let mut statements = vec![format!("ALTER DATABASE {database} ALLOW_CONNECTIONS false")];
    statements.extend(
        logins.iter().map(|login| format!("ALTER ROLE {} NOLOGIN", identifier(&login.name))),
    );
    for statement in &statements {
        admin.batch_execute(statement).await.doing(doing())?;
    }
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1";
    admin.execute(end, &[&name.as_str()]).await.doing(doing())?;
    Ok(())
}

/// Gives database and roles the names under which they wait, in one transaction, so that the name is
/// free for another.
async fn rename(
    admin: &mut super::super::connection::Connection,
    name: &Name,
    parts: &Parts,
    quarantine: &str,
) -> Result<(), Error> {
    let suffix = quarantine.strip_prefix(name.as_str()).unwrap_or(quarantine);
    let owner = owner_of(name.as_str());
    let waiting_owner = format!("{owner}{suffix}");
    let mark = Mark::Owner {
        database: name.to_string(),
        state: State::Quarantined,
        quarantine: Some(quarantine.to_owned()),
    };
    let mut statements =
        vec![rename_role(&owner, &waiting_owner), session::mark_role(&waiting_owner, &mark)];
    if parts.database_owner.is_some() {
        let (from, to) = (identifier(name.as_str()), identifier(quarantine));
        statements.push(format!("ALTER DATABASE {from} RENAME TO {to}"));
    }
    for login in &parts.logins {
        let Some(Mark::Login { slot, is_current, .. }) = login.mark else { continue };
        let waiting = format!("{}{suffix}", login.name);
        statements.push(rename_role(&login.name, &waiting));
        let mark = Mark::Login {
            database: name.to_string(),
            slot,
            is_current,
            quarantine: Some(quarantine.to_owned()),
        };
        statements.push(session::mark_role(&waiting, &mark));
    }
    let doing = || format!("setting database {name} aside as {quarantine}");
    let transaction = admin.transaction().await.doing(doing())?;
    for statement in &statements {
        transaction.batch_execute(statement).await.doing(doing())?;
    }
    transaction.commit().await.doing(doing())
}

fn rename_role(from: &str, to: &str) -> String {
    format!("ALTER ROLE {} RENAME TO {}", identifier(from), identifier(to))
}

/// Gives a name for the quarantine that neither a database nor a role bears; nor does one bear what
/// the logins will be called, which another database's of the same user may.
async fn free_name(
    client: &Client,
    name: &Name,
    logins: &[Role],
    day: &str,
) -> Result<String, Error> {
    let first = format!("{name}_trash_{day}");
    let more = (2..=9).map(|number| format!("{first}_{number}"));
    for candidate in std::iter::once(first.clone()).chain(more) {
        let suffix = candidate.strip_prefix(name.as_str()).unwrap_or(&candidate);
        let owner = owner_of(name.as_str());
        let roles = logins.iter().map(|login| login.name.as_str()).chain([owner.as_str()]);
        let mut is_taken = catalog::database_owner(client, &candidate).await?.is_some();
        for role in roles {
            is_taken |= catalog::role(client, &format!("{role}{suffix}")).await?.is_some();
        }
        if !is_taken {
            return Ok(candidate);
        }
    }
    Err(Error::Conflict(format!(
        "{first} and eight more are in quarantine already: purge some first"
    )))
}
