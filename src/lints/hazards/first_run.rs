//! What images of databases read on an empty volume only.
//!
//! Sources: the entrypoints of docker-library/postgres, mysql, mariadb and mongo; bitnami's
//! `libpostgresql.sh` and `libmysql.sh`.

use crate::compose::default_host::repository;
use crate::compose::store::is_within;
use crate::compose::value::Value;
use crate::transforms::hazards::mount::{self, Mount, mounts};

/// Where images look for scripts.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d";

/// A variable that is read on an empty volume only.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) role: Role,
}

/// What a variable gives a new database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Database,
    Password,
    Other,
}

const fn variable(name: &'static str, role: Role) -> Variable {
    Variable { name, role }
}

const POSTGRES: &[Variable] = &[
    variable("POSTGRES_USER", Role::User),
    variable("POSTGRES_DB", Role::Database),
    variable("POSTGRES_PASSWORD", Role::Password),
    variable("POSTGRES_INITDB_ARGS", Role::Other),
];

const MYSQL: &[Variable] = &[
    variable("MYSQL_USER", Role::User),
    variable("MYSQL_DATABASE", Role::Database),
    variable("MYSQL_ROOT_PASSWORD", Role::Password),
    variable("MYSQL_PASSWORD", Role::Password),
];

const MARIADB: &[Variable] = &[
    variable("MARIADB_USER", Role::User),
    variable("MYSQL_USER", Role::User),
    variable("MARIADB_DATABASE", Role::Database),
    variable("MYSQL_DATABASE", Role::Database),
    variable("MARIADB_ROOT_PASSWORD", Role::Password),
    variable("MYSQL_ROOT_PASSWORD", Role::Password),
    variable("MARIADB_PASSWORD", Role::Password),
    variable("MYSQL_PASSWORD", Role::Password),
];

const MONGO: &[Variable] = &[
    variable("MONGO_INITDB_ROOT_USERNAME", Role::User),
    variable("MONGO_INITDB_ROOT_PASSWORD", Role::Password),
];

/// Gives the variables that a service's image reads on an empty volume only; the most telling first.
pub(super) fn variables(service: &Value) -> Option<&'static [Variable]> {
    let owner =
        repository(service.text_of("image")?).split_once('/').map_or("", |(owner, _)| owner);
    // These make roles and passwords anew at each start, or know other variables.
    if matches!(owner, "sameersbn" | "kartoza" | "supabase" | "linuxserver") {
        return None;
    }
    match mount::store(service)?.name {
        "Postgres" => Some(POSTGRES),
        "MySQL" => Some(MYSQL),
        "MariaDB" => Some(MARIADB),
        "MongoDB" => Some(MONGO),
        _ => None,
    }
}

/// Gives the mounts of a service's own scripts for an empty volume.
pub(super) fn scripts(service: &Value) -> impl Iterator<Item = Mount<'_>> {
    mounts(service).filter(|mount| is_within(mount.target, SCRIPTS))
}
