//! What can go wrong with a live server.

use thiserror::Error;
use tokio_postgres::error::SqlState;

use super::dsn::DsnError;

/// Why something could not be done on a server. The text never holds a password.
#[derive(Debug, Error)]
pub enum Error {
    /// What says where the server is can't be read.
    #[error(transparent)]
    Dsn(#[from] DsnError),
    /// Nothing, or no login, is at the other end.
    #[error("can't connect to {server}: {reason}")]
    Connect {
        /// The server, as [`super::dsn::Dsn`] is shown.
        server: String,
        /// What the system or the server says.
        reason: String,
        /// What the server says, where it answered.
        code: Option<SqlState>,
    },
    /// The server refused a statement.
    #[error("{doing}: {message} ({})", code.code())]
    Sql {
        /// What was to be done.
        doing: String,
        /// What the server says, with its detail and hint.
        message: String,
        /// The error's code (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
        code: SqlState,
    },
    /// The connection ended, or the answer was not what was asked for.
    #[error("{doing}: {reason}")]
    Lost {
        /// What was to be done.
        doing: String,
        /// What happened.
        reason: String,
    },
    /// What was asked for can't be: the reason, and what to do.
    #[error("{0}")]
    Invalid(String),
    /// What is there already is in the way: the reason, and what to do.
    #[error("{0}")]
    Conflict(String),
    /// What is meant is not there.
    #[error("{0}")]
    Missing(String),
    /// It must not be done: the reason, and what to do.
    #[error("{0}")]
    Refused(String),
    /// A program or a file failed.
    #[error("{doing}: {reason}")]
    System {
        /// What was to be done.
        doing: String,
        /// What the system, or the program, says.
        reason: String,
    },
}

impl Error {
    /// Gives the server's code for the error, where it has one.
    pub fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Connect { code, .. } => code.as_ref(),
            Self::Sql { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether trying again may help: two did the same at once, or the connection was lost.
    pub fn is_transient(&self) -> bool {
        const CODES: [SqlState; 9] = [
            SqlState::UNIQUE_VIOLATION,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            // `tuple concurrently updated` has no code of its own.
            SqlState::INTERNAL_ERROR,
            SqlState::DUPLICATE_OBJECT,
            SqlState::DUPLICATE_DATABASE,
            SqlState::OBJECT_IN_USE,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::ADMIN_SHUTDOWN,
        ];
        match self {
            Self::Sql { code, .. } => CODES.contains(code),
            Self::Lost { .. } => true,
            Self::Connect { code, .. } => code.as_ref().is_none_or(|code| {
                *code == SqlState::CANNOT_CONNECT_NOW || *code == SqlState::TOO_MANY_CONNECTIONS
            }),
            Self::Dsn(_)
            | Self::Invalid(_)
            | Self::Conflict(_)
            | Self::Missing(_)
            | Self::Refused(_)
            | Self::System { .. } => false,
        }
    }
}

/// Says what was being done where a statement fails.
pub(crate) trait Doing<T> {
    /// Gives the error with what was to be done.
    ///
    /// # Errors
    /// As before, in our terms.
    fn doing(self, what: impl Into<String>) -> Result<T, Error>;
}

impl<T> Doing<T> for Result<T, tokio_postgres::Error> {
    fn doing(self, what: impl Into<String>) -> Result<T, Error> {
        self.map_err(|error| {
            let doing = what.into();
            match error.as_db_error() {
                Some(said) => {
                    let mut message = said.message().to_owned();
                    for more in [said.detail(), said.hint()].into_iter().flatten() {
                        message.push_str("; ");
                        message.push_str(more);
                    }
                    Error::Sql { doing, message, code: said.code().clone() }
                }
                None => Error::Lost { doing, reason: chain(&error) },
            }
        })
    }
}

/// Gives an error with what it is from.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = source.source();
    }
    text
}
