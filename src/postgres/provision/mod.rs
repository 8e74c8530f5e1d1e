//! Databases for apps: one library for the command, the HTTP service and the dashboard.
//!
//! A database `shop` has an owner `shop_owner` that can't log in, and a login of the app's that acts
//! as the owner. All three bear a mark; what bears none is never touched. Whatever is done can be
//! done again: a repeat goes on where an earlier call ended, however it ended.

mod catalog;
mod create;
mod lock;
mod mark;
mod open;
mod quarantine;
mod request;
mod retry;
mod rotate;
mod session;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::connection::Connection;
use super::dsn::Dsn;
use super::error::{Doing, Error};

pub use self::open::OpenDatabase;
pub use self::quarantine::Dropped;
pub use self::request::MAX_CONNECTIONS;
use self::request::Wanted;
use self::retry::Retries;
pub use self::rotate::Turn;

/// How databases are made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The host in URLs, where apps reach the server by another name than we do.
    pub public_host: Option<String>,
    /// The port in URLs, likewise.
    pub public_port: Option<u16>,
    /// How many connections a login may have, where the request says nothing.
    pub connection_limit: u32,
    /// The extensions that a request may ask for.
    pub extensions: BTreeSet<String>,
    /// How many calls may work on the server at once; the others wait.
    pub concurrency: usize,
    /// How long a call waits at most before it tries again; each further time, twice as long.
    pub first_wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_host: None,
            public_port: None,
            connection_limit: 20,
            extensions: BTreeSet::new(),
            concurrency: 8,
            first_wait: Duration::from_millis(50),
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The database's name.
    pub db_name: String,
    /// The app's login.
    pub db_user: String,
    /// Its password; one is made where none is given.
    pub db_password: Option<SecretString>,
    /// Extensions, of those that are allowed.
    pub extensions: Vec<String>,
    /// How many connections the login may have.
    pub connection_limit: Option<u32>,
    /// The encoding [default: UTF8].
    pub encoding: Option<String>,
    /// The locale [default: the server's].
    pub locale: Option<String>,
}

/// A database that is there for its app.
#[derive(Clone, Debug)]
pub struct Created {
    /// Where the app finds it, with the password in it.
    pub db_url: SecretString,
    /// Whether this call, or an earlier one, made it.
    pub outcome: Outcome,
}

/// What a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This call made the database, or what was missing of it.
    Made,
    /// All was there already, with this password.
    Unchanged,
}

/// A database that was made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// The name under which it waits, where it was dropped.
    pub quarantine: Option<String>,
    /// The role that owns it.
    pub owner: String,
    /// The app's logins: one, or two while a password is being changed.
    pub logins: Vec<Login>,
    /// Its size in bytes; none where there is no database (yet).
    pub bytes: Option<u64>,
    /// How many sessions it has.
    pub connections: u32,
}

/// How far a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A call did not end: a repeat goes on.
    Making,
    /// It serves its app.
    Ready,
    /// It was dropped, and waits for its dump.
    Quarantined,
}

impl State {
    /// Gives the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Ready => "ready",
            Self::Quarantined => "quarantined",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Making, Self::Ready, Self::Quarantined]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// A role by which an app logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Its name.
    pub name: String,
    /// Whether it is the one that the newest URL names.
    pub is_current: bool,
    /// Whether it can log in.
    pub can_log_in: bool,
}

/// Makes databases on one server.
#[derive(Clone, Debug)]
pub struct Provisioner {
    admin: Dsn,
    settings: Settings,
    permits: Arc<Semaphore>,
    /// A session for what only looks: a login takes ten times as long as most questions.
    reader: Arc<Mutex<Option<Arc<Connection>>>>,
}

impl Provisioner {
    /// Makes a provisioner that works as this role, a superuser.
    ///
    /// All that work on one server connect to the same database, or their locks don't meet; whatever
    /// then comes of two calls for one name is still one of the two, whole.
    pub fn new(admin: Dsn, settings: Settings) -> Self {
        let permits = Arc::new(Semaphore::new(settings.concurrency.max(1)));
        Self { admin, settings, permits, reader: Arc::default() }
    }

    /// Makes a database, or what is missing of it, and gives its URL.
    ///
    /// # Errors
    /// `Invalid`: the request; `Conflict`: there is such a database or role, that is not ours, or with
    /// another password; else what the server says. What this call made is undone.
    pub async fn create(&self, request: &Request) -> Result<Created, Error> {
        let wanted = Wanted::of(request, &self.settings)?;
        let _permit = self.permit().await?;
        self.make(&wanted).await
    }

    /// Gives the databases that were made here, by name.
    ///
    /// # Errors
    /// What the server says.
    pub async fn list(&self) -> Result<Vec<Database>, Error> {
        catalog::databases(&*self.reader().await?).await
    }

    /// Gives the database that has this name, or that waits under it.
    ///
    /// # Errors
    /// What the server says.
    pub async fn find(&self, name: &str) -> Result<Option<Database>, Error> {
        catalog::database(&*self.reader().await?, name).await
    }

    /// Whether the server answers, and the role can make databases.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready(&self) -> Result<(), Error> {
        let sql = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
        let reader = self.reader().await?;
        let row = reader.query_one(sql, &[]).await.doing("looking what this login may do")?;
        if row.get::<_, bool>(0) {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "{} is no superuser: marks, logs and sessions of others need one; log in as another role",
            self.admin.user
        )))
    }

    /// Gives the session for what only looks; a new one where it has ended.
    async fn reader(&self) -> Result<Arc<Connection>, Error> {
        let mut kept = self.reader.lock().await;
        if let Some(reader) = kept.as_ref() {
            let alive = timeout(self.admin.connect_timeout, reader.check_connection()).await;
            if matches!(alive, Ok(Ok(()))) {
                return Ok(Arc::clone(reader));
            }
        }
        let reader = Arc::new(session::open(&self.admin).await?);
        *kept = Some(Arc::clone(&reader));
        Ok(reader)
    }

    fn retries(&self) -> Retries {
        Retries::new(self.settings.first_wait)
    }

    async fn permit(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.permits.acquire().await.map_err(|error| Error::Lost {
            doing: "waiting for other calls".to_owned(),
            reason: error.to_string(),
        })
    }
}
