//! What is asked for, checked, and held against what is there.

use secrecy::SecretString;
use tokio_postgres::Client;

use crate::postgres::error::Error;
use crate::postgres::name::Name;
use crate::postgres::password;

use super::catalog::{Parts, owner_of, role};
use super::mark::{Mark, Slot};
use super::{Request, Settings, State};

/// The most connections that a login may be given.
pub const MAX_CONNECTIONS: u32 = 1000;

/// A request whose every part is possible.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) database: Name,
    pub(super) user: Name,
    pub(super) password: Option<SecretString>,
    pub(super) extensions: Vec<String>,
    pub(super) connection_limit: u32,
    pub(super) encoding: String,
    pub(super) locale: Option<String>,
}

impl Wanted {
    /// Checks a request.
    ///
    /// # Errors
    /// `Invalid`: what can't be, why, and what can.
    pub(super) fn of(request: &Request, settings: &Settings) -> Result<Self, Error> {
        let name = |what: &str, text: &str| {
            Name::new(text).map_err(|reason| Error::Invalid(format!("{what}: {reason}")))
        };
        let database = name("db_name", &request.db_name)?;
        let user = name("db_user", &request.db_user)?;
        if user.as_str() == owner_of(database.as_str()) {
            return Err(Error::Invalid(format!(
                "db_user: `{user}` is the name of the role that owns {database}: take another"
            )));
        }
        if let Some(given) = &request.db_password {
            password::check(given)
                .map_err(|reason| Error::Invalid(format!("db_password: {reason}")))?;
        }
        for extension in &request.extensions {
            if !settings.extensions.contains(extension) {
                let shown: String =
                    extension.chars().take(60).flat_map(char::escape_debug).collect();
                return Err(Error::Invalid(format!(
                    "extensions: `{shown}` is not among those that are allowed here ({})",
                    listed(&settings.extensions)
                )));
            }
        }
        let connection_limit = request.connection_limit.unwrap_or(settings.connection_limit);
        if !(1..=MAX_CONNECTIONS).contains(&connection_limit) {
            return Err(Error::Invalid(format!(
                "connection_limit: {connection_limit} is not between 1 and {MAX_CONNECTIONS}"
            )));
        }
        Ok(Self {
            database,
            user,
            password: request.db_password.clone(),
            extensions: request.extensions.clone(),
            connection_limit,
            encoding: word("encoding", request.encoding.as_deref())?
                .unwrap_or_else(|| "UTF8".to_owned()),
            locale: word("locale", request.locale.as_deref())?,
        })
    }

    /// Gives the role that is to own the database.
    pub(super) fn owner(&self) -> String {
        owner_of(self.database.as_str())
    }

    /// Gives the names that no other call may work on.
    pub(super) fn locks(&self) -> [&str; 2] {
        [self.database.as_str(), self.user.as_str()]
    }

    /// Gives the owner's mark.
    pub(super) fn owner_mark(&self, state: State) -> Mark {
        Mark::Owner { database: self.database.to_string(), state, quarantine: None }
    }

    /// Gives a login's mark.
    pub(super) fn login_mark(&self, slot: Slot) -> Mark {
        let database = self.database.to_string();
        Mark::Login { database, slot, is_current: true, quarantine: None }
    }

    /// Looks whether what is there is ours, or nobody's; gives how far it is.
    ///
    /// # Errors
    /// `Conflict`: it is somebody else's.
    pub(super) async fn check(
        &self,
        client: &Client,
        parts: &Parts,
    ) -> Result<Option<State>, Error> {
        let (database, owner) = (&self.database, self.owner());
        let state = parts.state(database);
        if parts.owner.is_some() && state.is_none() {
            return Err(Error::Conflict(format!(
                "there is a role {owner} that was not made for database {database}: take another db_name"
            )));
        }
        if let Some(other) =
            parts.database_owner.as_ref().filter(|of| **of != owner || state.is_none())
        {
            return Err(Error::Conflict(format!(
                "there is a database {database} of {other}'s that was not made here: take another db_name"
            )));
        }
        let is_its_login = parts.logins.iter().any(|login| login.name == self.user.as_str());
        if !is_its_login && role(client, self.user.as_str()).await?.is_some() {
            // After a change of password the first login is gone, and the second one is the user's.
            return Err(Error::Conflict(format!(
                "there is a role {} that was not made for database {database}: take another db_user",
                self.user
            )));
        }
        if state == Some(State::Ready) && !is_its_login && !self.is_second_of(parts) {
            let names: Vec<&str> = parts.logins.iter().map(|login| login.name.as_str()).collect();
            return Err(Error::Conflict(format!(
                "database {database} is there already for {}: give that db_user, or take another db_name",
                names.join(" and ")
            )));
        }
        Ok(state)
    }

    /// Whether the login that is there is the second of this user's.
    fn is_second_of(&self, parts: &Parts) -> bool {
        let second = format!("{}{}", self.user, Slot::SUFFIX);
        parts.current().is_some_and(|(login, slot)| slot == Slot::Second && login.name == second)
    }
}

/// Takes what is one word to Postgres and the C library.
fn word(what: &str, text: Option<&str>) -> Result<Option<String>, Error> {
    let Some(text) = text else { return Ok(None) };
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    if text.is_empty() || text.len() > 63 || !text.chars().all(is_word) {
        return Err(Error::Invalid(format!(
            "{what}: write it as Postgres has it, such as UTF8 or en_US.utf8"
        )));
    }
    Ok(Some(text.to_owned()))
}

fn listed(names: &std::collections::BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none are".to_owned();
    }
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
