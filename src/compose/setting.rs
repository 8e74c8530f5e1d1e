//! Settings by name: which keys hold hosts, users, databases, images, profiles …

use crate::compose::usage::Usage;

/// What a setting's value names, told by the setting's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A host or a list of them: `DB_HOST`, `host`, `hostname`, `POSTGRES_SERVER`, `ALLOWED_HOSTS`.
    Host,
    /// A service or container: `POSTGRES_CONTAINER`, `DB_SERVICE`, `container_name`.
    Container,
    /// A URL, DSN or address list: `DATABASE_URL`, `REDIS_URI`, `BROKERS`.
    Address,
    /// A database: `POSTGRES_DB`, `DB_NAME`, `database`.
    Database,
    /// A user or role.
    User,
    /// A password or token.
    Secret,
    /// An image, tag, or package.
    Image,
    /// A profile (`COMPOSE_PROFILES`).
    Profile,
    /// A scheme, driver, engine, dialect, adapter or type.
    Driver,
    /// A path, directory or file.
    Path,
    /// None of these.
    Other,
}

/// Tells what a setting's value names from the setting's name, in any case style
/// (`DB_HOST`, `db.host`, `dbHost`, `db-host`).
#[must_use]
pub fn subject(key: &str) -> Subject {
    let _ = key;
    todo!()
}

/// Classifies each use of `name` in the value of the setting `key`: an environment variable, a
/// line of an env file, an option in a configuration file, a keyword argument in code.
///
/// Ranges are bytes of `value`. Gives every whole occurrence, references and others.
#[must_use]
pub fn classify(key: &str, value: &str, name: &str) -> Vec<Usage> {
    let _ = (key, value, name);
    todo!()
}
