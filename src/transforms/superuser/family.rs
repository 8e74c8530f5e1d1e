//! Which sort of Postgres server a service runs, and which variables it reads.
//!
//! Sources: the entrypoints of docker-library/postgres and what is built on it, bitnami's
//! `libpostgresql.sh`, supabase/postgres' Dockerfile, kartoza/postgis, sameersbn/postgresql.

use crate::compose::value::Value;
use crate::transforms::hazards::mount;

/// What a server's image does with its variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `POSTGRES_USER` becomes the superuser; `POSTGRES_DB` follows it.
    Official,
    /// As [`Self::Official`], but the database has a name of its own.
    Kartoza,
    /// As [`Self::Official`] where `POSTGRES_USER` is set; else the image's own scripts rely on the
    /// superuser `supabase_admin`.
    Supabase,
    /// The superuser is always `postgres`; the variable named here makes an ordinary role.
    AlwaysPostgres(&'static str),
}

impl Family {
    /// The variable of the superuser.
    pub(crate) const USER: &'static str = "POSTGRES_USER";

    /// Gives the variable of the default database.
    pub(crate) fn database_key(self) -> &'static str {
        if self == Self::Kartoza { "POSTGRES_DBNAME" } else { "POSTGRES_DB" }
    }

    /// Gives the variable of the superuser's password.
    pub(crate) fn password_key(self) -> &'static str {
        if self == Self::Kartoza { "POSTGRES_PASS" } else { "POSTGRES_PASSWORD" }
    }

    /// Gives the superuser where no variable says it.
    pub(crate) fn default_user(self) -> &'static str {
        match self {
            Self::Kartoza => "docker",
            Self::Supabase => "supabase_admin",
            Self::Official | Self::AlwaysPostgres(_) => "postgres",
        }
    }

    /// Gives the default database where no variable says it; none where it is named like the user.
    pub(crate) fn default_database(self) -> Option<&'static str> {
        match self {
            Self::Kartoza => Some("gis"),
            Self::Supabase => Some("postgres"),
            Self::Official | Self::AlwaysPostgres(_) => None,
        }
    }
}

/// Tells what server a service is: by its image, else by what it mounts and is given. `environment`
/// gives a variable of its container.
pub(crate) fn family(service: &Value, has: &dyn Fn(&str) -> bool) -> Option<Family> {
    of_image_or_use(service, has).filter(|_| !mount::is_client(service))
}

/// Tells whether a service is made of a server's image, be it that it runs a client only.
pub(super) fn is_of_postgres(service: &Value, has: &dyn Fn(&str) -> bool) -> bool {
    of_image_or_use(service, has).is_some()
}

fn of_image_or_use(service: &Value, has: &dyn Fn(&str) -> bool) -> Option<Family> {
    let image = service.text_of("image").unwrap_or_default();
    // An image of one's own is told by what only a server has.
    by_image(image).or_else(|| by_use(service, has))
}

fn by_image(image: &str) -> Option<Family> {
    let path = image.split('@').next().unwrap_or(image);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = name.split(':').next().unwrap_or(name).to_ascii_lowercase();
    let owner = folder.rsplit('/').next().unwrap_or(folder).to_ascii_lowercase();
    match (owner.as_str(), name.as_str()) {
        ("bitnami" | "bitnamilegacy" | "bitnamisecure", "postgresql" | "postgresql-repmgr") => {
            Some(Family::AlwaysPostgres("POSTGRESQL_USERNAME"))
        }
        ("sameersbn", "postgresql") => Some(Family::AlwaysPostgres("DB_USER")),
        ("kartoza", "postgis") => Some(Family::Kartoza),
        ("supabase", "postgres") => Some(Family::Supabase),
        (_, "postgres" | "postgresql" | "postgis" | "timescaledb" | "timescaledb-ha") => {
            Some(Family::Official)
        }
        (_, "pgvector" | "pgvecto-rs" | "vchord-postgres" | "citus" | "paradedb") => {
            Some(Family::Official)
        }
        (_, "pgautoupgrade" | "postgres-alpine" | "postgresql-pgvector" | "pgmq") => {
            Some(Family::Official)
        }
        ("postgis", _) if name.starts_with("docker-postgis") => Some(Family::Official),
        ("apache", "age") => Some(Family::Official),
        _ => None,
    }
}

fn by_use(service: &Value, has: &dyn Fn(&str) -> bool) -> Option<Family> {
    let targets = |folders: &[&str]| {
        let volumes = service.get("volumes").map(Value::items).unwrap_or_default();
        volumes.iter().filter_map(|volume| volume.text_of("target")).any(|target| {
            let target = target.trim_end_matches('/');
            folders.iter().any(|folder| {
                let rest = target.strip_prefix(folder);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        })
    };
    if targets(&["/bitnami/postgresql"])
        && (has("POSTGRESQL_USERNAME") || has("POSTGRESQL_PASSWORD"))
    {
        return Some(Family::AlwaysPostgres("POSTGRESQL_USERNAME"));
    }
    let variables = ["POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE"];
    let is_told = variables.iter().any(|name| has(name)) || has("POSTGRES_HOST_AUTH_METHOD");
    let keeps_data = targets(&["/var/lib/postgresql", "/var/lib/pgsql"])
        || has("PGDATA")
        || has("POSTGRES_INITDB_ARGS");
    let image = service.text_of("image").unwrap_or_default();
    let is_unknown = image.is_empty() || image.contains('$') || service.get("build").is_some();
    let is_initialized = targets(&["/docker-entrypoint-initdb.d"]) && is_unknown;
    (is_told && (keeps_data || is_initialized)).then_some(Family::Official)
}

#[cfg(test)]
mod tests {
    use super::{Family, by_image};

    #[test]
    fn servers_are_told_by_their_image() {
        let official = Some(Family::Official);
        for (image, expected) in [
            ("postgres", official),
            ("postgres:16-alpine", official),
            ("registry.example.org:5000/mirror/postgres:16@sha256:00ff", official),
            ("ghcr.io/immich-app/postgres:14-vectorchord0.3.0", official),
            ("postgis/postgis:16-3.4", official),
            ("timescale/timescaledb-ha:pg16", official),
            ("pgvector/pgvector:pg17", official),
            ("tensorchord/pgvecto-rs:pg14-v0.2.0", official),
            ("supabase/postgres:15.1.0.117", Some(Family::Supabase)),
            ("bitnami/postgresql:16", Some(Family::AlwaysPostgres("POSTGRESQL_USERNAME"))),
            (
                "docker.io/bitnamilegacy/postgresql",
                Some(Family::AlwaysPostgres("POSTGRESQL_USERNAME")),
            ),
            ("kartoza/postgis:16", Some(Family::Kartoza)),
            ("postgrest/postgrest", None),
            ("prometheuscommunity/postgres-exporter", None),
            ("prodrigestivill/postgres-backup-local:16", None),
            ("mysql:8", None),
            ("${IMAGE}", None),
        ] {
            assert_eq!(by_image(image), expected, "{image}");
        }
    }
}
