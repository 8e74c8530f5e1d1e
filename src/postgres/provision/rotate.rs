//! Another password, without a moment in which the app can't log in: two logins take turns.

use secrecy::SecretString;

use crate::postgres::connection::Connection;
use crate::postgres::dsn::Dsn;
use crate::postgres::error::{Doing, Error};
use crate::postgres::name::Name;
use crate::postgres::password;
use crate::postgres::quote::identifier;

use super::catalog::{Parts, Role, owner_of, role};
use super::create::{set_role, verify};
use super::lock::lock;
use super::mark::{Mark, Slot};
use super::session;
use super::{Created, Outcome, Provisioner, State};

/// Whose password is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A second login is made beside the one that there is.
    Next,
    /// Where there are two, the newer one's; the app still uses the other.
    Again,
}

impl Provisioner {
    /// Makes a second login with a password of its own; the first works until [`Self::release`].
    ///
    /// Repeated with the same password, it gives the same URL. Where that was lost, [`Turn::Again`] gives
    /// the second login another password.
    ///
    /// # Errors
    /// `Missing`: there is no such database; `Conflict`: two logins are there already.
    pub async fn rotate(
        &self,
        name: &str,
        turn: Turn,
        password: Option<SecretString>,
    ) -> Result<Created, Error> {
        let name = Name::new(name).map_err(Error::Invalid)?;
        if let Some(given) = &password {
            password::check(given).map_err(Error::Invalid)?;
        }
        let _permit = self.permit().await?;
        let new = password.clone().unwrap_or_else(password::generate);
        let mut retries = self.retries();
        loop {
            match self.second_login(&name, turn, password.is_some(), &new).await {
                Err(error) => retries.after(error).await?,
                done => return done,
            }
        }
    }

    async fn second_login(
        &self,
        name: &Name,
        turn: Turn,
        is_given: bool,
        new: &SecretString,
    ) -> Result<Created, Error> {
        let mut admin = session::open(&self.admin).await?;
        lock(&admin, &[name.as_str()]).await?;
        let parts = ready_parts(&admin, name).await?;
        let Some((old, slot)) = parts.current() else {
            return Err(Error::Missing(format!("database {name} has no login of ours")));
        };
        if parts.logins.len() > 1 {
            let login = self.login(name.as_str(), &old.name, new.clone());
            if turn == Turn::Again {
                self.set_password(&mut admin, &login, new).await?;
            } else if !is_given || verify(&login).await.is_err() {
                return Err(Error::Conflict(format!(
                    "database {name} has two logins already: release the old one when the app uses {user}, \
                     or give {user} another password with --again, where its URL was lost",
                    user = old.name
                )));
            }
            let db_url = self.public(login).url();
            return Ok(Created { db_url, outcome: Outcome::Unchanged });
        }
        let user = turned(&old.name, slot);
        if role(&admin, &user).await?.is_some() {
            return Err(Error::Conflict(format!(
                "there is a role {user} that was not made for database {name}: drop or rename it first"
            )));
        }
        let doing = || format!("making another login of database {name}");
        let limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = $1";
        let limit: i32 = admin.query_one(limit, &[&old.name]).await.doing(doing())?.get(0);
        let limit = u32::try_from(limit).unwrap_or(self.settings.connection_limit);
        let (owner, database) = (identifier(&owner_of(name.as_str())), identifier(name.as_str()));
        let statements = [
            session::login_statement(&user, &password::verifier(new), limit, false),
            format!("GRANT {owner} TO {}", identifier(&user)),
            set_role(&identifier(&user), &database, &owner),
            session::mark_role(&user, &login_mark(name, slot.other(), true)),
            session::mark_role(&old.name, &login_mark(name, slot, false)),
        ];
        let transaction = admin.transaction().await.doing(doing())?;
        session::keep_from_log(&transaction).await?;
        for statement in &statements {
            transaction.batch_execute(statement).await.doing(doing())?;
        }
        transaction.commit().await.doing(doing())?;
        let login = self.login(name.as_str(), &user, new.clone());
        verify(&login).await?;
        admin.close().await;
        Ok(Created { db_url: self.public(login).url(), outcome: Outcome::Made })
    }

    async fn set_password(
        &self,
        admin: &mut Connection,
        login: &Dsn,
        new: &SecretString,
    ) -> Result<(), Error> {
        let doing = || format!("giving {} another password", login.user);
        let transaction = admin.transaction().await.doing(doing())?;
        session::keep_from_log(&transaction).await?;
        let verifier = password::verifier(new);
        let statement = session::password_statement(&login.user, &verifier);
        transaction.batch_execute(&statement).await.doing(doing())?;
        transaction.commit().await.doing(doing())?;
        verify(login).await
    }

    /// Takes the old login away after [`Self::rotate`]; gives its name, where there was one.
    ///
    /// Its sessions end. What it owns, if it ever acted as itself, becomes its owner's.
    ///
    /// # Errors
    /// `Missing`: there is no such database.
    pub async fn release(&self, name: &str) -> Result<Option<String>, Error> {
        let name = Name::new(name).map_err(Error::Invalid)?;
        let _permit = self.permit().await?;
        let mut retries = self.retries();
        loop {
            match self.release_old(&name).await {
                Err(error) => retries.after(error).await?,
                done => return done,
            }
        }
    }

    async fn release_old(&self, name: &Name) -> Result<Option<String>, Error> {
        let admin = session::open(&self.admin).await?;
        lock(&admin, &[name.as_str()]).await?;
        let parts = ready_parts(&admin, name).await?;
        let is_old =
            |login: &&Role| matches!(login.mark, Some(Mark::Login { is_current: false, .. }));
        let Some(old) = parts.logins.iter().find(is_old) else { return Ok(None) };
        let doing = || format!("taking login {} away", old.name);
        let user = identifier(&old.name);
        admin.batch_execute(&format!("ALTER ROLE {user} NOLOGIN")).await.doing(doing())?;
        let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1";
        admin.execute(end, &[&old.name]).await.doing(doing())?;
        let inside = session::open(&self.admin.with_database(name.as_str())).await?;
        let owner = identifier(&owner_of(name.as_str()));
        for statement in
            [format!("REASSIGN OWNED BY {user} TO {owner}"), format!("DROP OWNED BY {user}")]
        {
            inside.batch_execute(&statement).await.doing(doing())?;
        }
        inside.close().await;
        admin.batch_execute(&format!("DROP ROLE {user}")).await.doing(doing())?;
        admin.close().await;
        Ok(Some(old.name.clone()))
    }
}

/// Gives what is there of a database that serves its app.
///
/// # Errors
/// `Missing`: there is none, or it is not ready.
async fn ready_parts(client: &tokio_postgres::Client, name: &Name) -> Result<Parts, Error> {
    let parts = Parts::look(client, name).await?;
    match parts.state(name) {
        Some(State::Ready) if parts.database_owner.is_some() => Ok(parts),
        Some(_) => Err(Error::Missing(format!(
            "database {name} is not whole: make it again with `db create`, then go on"
        ))),
        None => Err(Error::Missing(format!("no database {name} was made here"))),
    }
}

/// Gives the name of the login that takes its turn after this one.
fn turned(name: &str, slot: Slot) -> String {
    match slot {
        Slot::First => format!("{name}{}", Slot::SUFFIX),
        Slot::Second => name.strip_suffix(Slot::SUFFIX).unwrap_or(name).to_owned(),
    }
}

fn login_mark(name: &Name, slot: Slot, is_current: bool) -> Mark {
    Mark::Login { database: name.to_string(), slot, is_current, quarantine: None }
}
