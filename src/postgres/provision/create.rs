//! Making a database: what is missing of it, step by step, so that any call can go on.

use secrecy::SecretString;
use tokio_postgres::error::SqlState;

use crate::postgres::connection::Connection;
use crate::postgres::dsn::{Dsn, Host};
use crate::postgres::error::{Doing, Error};
use crate::postgres::password;
use crate::postgres::quote::{identifier, literal};

use super::catalog::{Parts, owner_of, role};
use super::lock::lock;
use super::mark::{Mark, Slot};
use super::request::Wanted;
use super::session;
use super::{Created, Outcome, Provisioner, State};

/// What the calls so far made, and would have to undo.
#[derive(Clone, Copy, Debug, Default)]
struct Made {
    owner: bool,
    login: bool,
    database: bool,
}

impl Provisioner {
    /// Makes what [`Wanted`] says; undoes what it made where it can't.
    pub(super) async fn make(&self, wanted: &Wanted) -> Result<Created, Error> {
        // One for all attempts, so that the last one's URL is right whichever made the login.
        let new = wanted.password.clone().unwrap_or_else(password::generate);
        let mut made = Made::default();
        let mut retries = self.retries();
        loop {
            match self.attempt(wanted, &new, &mut made).await {
                Err(error) => {
                    if let Err(error) = retries.after(error).await {
                        return Err(self.undone(wanted, made, error).await);
                    }
                }
                done => return done,
            }
        }
    }

    async fn attempt(
        &self,
        wanted: &Wanted,
        new: &SecretString,
        made: &mut Made,
    ) -> Result<Created, Error> {
        let mut admin = session::open(&self.admin).await?;
        lock(&admin, &wanted.locks()).await?;
        let parts = Parts::look(&admin, &wanted.database).await?;
        let state = wanted.check(&admin, &parts).await?;
        if state == Some(State::Ready) && parts.database_owner.is_some() {
            let url = self.repeated(wanted, &parts).await?;
            self.extend(wanted, &admin).await?;
            return Ok(Created { db_url: url, outcome: Outcome::Unchanged });
        }
        make_roles(&mut admin, wanted, &parts, new, made).await?;
        if parts.database_owner.is_none() {
            // Where the answer is lost, it may be there: then it is this call's.
            made.database = true;
            make_database(&admin, wanted).await?;
        }
        close_to_others(&mut admin, wanted).await?;
        self.extend(wanted, &admin).await?;
        let login = self.login(wanted.database.as_str(), wanted.user.as_str(), new.clone());
        verify(&login).await?;
        let mark = wanted.owner_mark(State::Ready);
        let ready = session::mark_role(&wanted.owner(), &mark);
        admin.batch_execute(&ready).await.doing("marking the database as ready")?;
        admin.close().await;
        Ok(Created { db_url: self.public(login).url(), outcome: Outcome::Made })
    }

    /// Gives the URL of a database that is there, where the password is the one it has.
    async fn repeated(&self, wanted: &Wanted, parts: &Parts) -> Result<SecretString, Error> {
        let database = wanted.database.as_str();
        let Some(given) = &wanted.password else {
            return Err(Error::Conflict(format!(
                "database {database} is there already, and its password is not kept here: give the \
                 password that it was made with, or rotate it"
            )));
        };
        let mut logins: Vec<_> = parts.logins.iter().filter(|login| login.can_log_in).collect();
        // The newest first.
        logins
            .sort_by_key(|login| !matches!(login.mark, Some(Mark::Login { is_current: true, .. })));
        for login in logins {
            let dsn = self.login(database, &login.name, given.clone());
            match verify(&dsn).await {
                Ok(()) => return Ok(self.public(dsn).url()),
                Err(error) if error.code() == Some(&SqlState::INVALID_PASSWORD) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::Conflict(format!(
            "database {database} is there already with another password: give that one, or rotate it"
        )))
    }

    /// Gives what a login of an app's connects to.
    pub(super) fn login(&self, database: &str, user: &str, password: SecretString) -> Dsn {
        self.admin.with_login(user, password).with_database(database)
    }

    /// Gives the same as apps reach it.
    pub(super) fn public(&self, dsn: Dsn) -> Dsn {
        let host = self.settings.public_host.clone().map(Host::Tcp);
        let port = self.settings.public_port.unwrap_or(dsn.port);
        Dsn { host: host.unwrap_or(dsn.host), port, ..dsn }
    }

    /// Makes what is made inside the database.
    async fn extend(&self, wanted: &Wanted, admin: &Connection) -> Result<(), Error> {
        let doing = || format!("making what database {} is to hold", wanted.database);
        let version = "SELECT current_setting('server_version_num')::int";
        let version: i32 = admin.query_one(version, &[]).await.doing(doing())?.get(0);
        let extensions = wanted.extensions.iter();
        let mut statements: Vec<String> = extensions
            .map(|name| {
                format!("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA public", identifier(name))
            })
            .collect();
        if version < 150_000 {
            // Every role could make objects there.
            statements.push("REVOKE CREATE ON SCHEMA public FROM PUBLIC".to_owned());
            let owner = identifier(&wanted.owner());
            statements.push(format!("ALTER SCHEMA public OWNER TO {owner}"));
        }
        if statements.is_empty() {
            return Ok(());
        }
        let inside = session::open(&self.admin.with_database(wanted.database.as_str())).await?;
        for statement in &statements {
            inside.batch_execute(statement).await.doing(doing())?;
        }
        inside.close().await;
        Ok(())
    }

    /// Undoes what a call made; gives its error, with what could not be undone.
    async fn undone(&self, wanted: &Wanted, made: Made, error: Error) -> Error {
        let mut retries = self.retries();
        while let Err(left) = self.undo(wanted, made).await {
            if let Err(left) = retries.after(left).await {
                return Error::Refused(format!(
                    "{error}; what was made of {} is still there and marked, so that the same call can \
                     go on ({left})",
                    wanted.database
                ));
            }
        }
        error
    }

    async fn undo(&self, wanted: &Wanted, made: Made) -> Result<(), Error> {
        if !(made.owner || made.login || made.database) {
            return Ok(());
        }
        let admin = session::open(&self.admin).await?;
        lock(&admin, &wanted.locks()).await?;
        let (database, owner) = (identifier(wanted.database.as_str()), wanted.owner());
        let statements = [
            (made.database, format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")),
            (made.login, format!("DROP ROLE IF EXISTS {}", identifier(wanted.user.as_str()))),
            (made.owner, format!("DROP ROLE IF EXISTS {}", identifier(&owner))),
        ];
        for (_, statement) in statements.iter().filter(|(is_due, _)| *is_due) {
            admin.batch_execute(statement).await.doing("undoing what was made")?;
        }
        admin.close().await;
        Ok(())
    }
}

/// Makes the owner and the login, or what they lack, with their marks: all or nothing.
async fn make_roles(
    admin: &mut Connection,
    wanted: &Wanted,
    parts: &Parts,
    password: &SecretString,
    made: &mut Made,
) -> Result<(), Error> {
    let (owner, user) = (wanted.owner(), wanted.user.as_str());
    let (has_owner, has_login) = (parts.owner.is_some(), role(admin, user).await?.is_some());
    let doing = || format!("making the roles of database {}", wanted.database);
    let transaction = admin.transaction().await.doing(doing())?;
    session::keep_from_log(&transaction).await?;
    let mut statements = Vec::new();
    // Of a call that did not end and asked for another user.
    for stale in parts.logins.iter().filter(|login| login.name != user) {
        statements.push(format!("DROP ROLE {}", identifier(&stale.name)));
    }
    if !has_owner {
        statements.push(format!("CREATE ROLE {} NOLOGIN", identifier(&owner)));
    }
    statements.push(session::mark_role(&owner, &wanted.owner_mark(State::Making)));
    let verifier = password::verifier(password);
    statements.push(session::login_statement(user, &verifier, wanted.connection_limit, has_login));
    statements.push(session::mark_role(user, &wanted.login_mark(Slot::First)));
    statements.push(format!("GRANT {} TO {}", identifier(&owner), identifier(user)));
    for statement in &statements {
        transaction.batch_execute(statement).await.doing(doing())?;
    }
    // Where the answer is lost, they may be there: then they are this call's.
    made.owner |= !has_owner;
    made.login |= !has_login;
    transaction.commit().await.doing(doing())
}

/// Makes the database. Nobody can connect to it until it is closed to others.
async fn make_database(admin: &Connection, wanted: &Wanted) -> Result<(), Error> {
    let mut statement = format!(
        "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING {} ALLOW_CONNECTIONS false",
        identifier(wanted.database.as_str()),
        identifier(&wanted.owner()),
        literal(&wanted.encoding),
    );
    if let Some(locale) = &wanted.locale {
        statement.push_str(&format!(" LOCALE {}", literal(locale)));
    }
    admin.batch_execute(&statement).await.doing(format!("making database {}", wanted.database))
}

/// Leaves the database to its owner, and lets the owner's login in.
async fn close_to_others(admin: &mut Connection, wanted: &Wanted) -> Result<(), Error> {
    let database = identifier(wanted.database.as_str());
    let (owner, user) = (identifier(&wanted.owner()), identifier(wanted.user.as_str()));
    let mark = Mark::Database { database: wanted.database.to_string() };
    let statements = [
        format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC"),
        format!("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}"),
        set_role(&user, &database, &owner),
        session::mark_database(wanted.database.as_str(), &mark),
        format!("ALTER DATABASE {database} WITH ALLOW_CONNECTIONS true"),
    ];
    let doing = || format!("closing database {} to others", wanted.database);
    let transaction = admin.transaction().await.doing(doing())?;
    for statement in &statements {
        transaction.batch_execute(statement).await.doing(doing())?;
    }
    transaction.commit().await.doing(doing())
}

/// Gives the statement by which all that a login makes is its owner's; the names are quoted.
pub(super) fn set_role(user: &str, database: &str, owner: &str) -> String {
    format!("ALTER ROLE {user} IN DATABASE {database} SET role = {owner}")
}

/// Logs in as an app would, and looks whether it is whom it should be.
pub(super) async fn verify(login: &Dsn) -> Result<(), Error> {
    let connection = Connection::open(login).await?;
    let sql = "SELECT session_user::text, current_user::text, current_database()::text";
    let row = connection.query_one(sql, &[]).await.doing("verifying the login")?;
    let seen: [String; 3] = [row.get(0), row.get(1), row.get(2)];
    connection.close().await;
    let expected = [login.user.clone(), owner_of(&login.database), login.database.clone()];
    if seen == expected {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "the new login is {} as {} in {}, and not {} as {} in {}: does pg_ident.conf or a pooler map it?",
        seen[0], seen[1], seen[2], expected[0], expected[1], expected[2]
    )))
}
