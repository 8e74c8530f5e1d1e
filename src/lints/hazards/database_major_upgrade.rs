//! A database's image got another major version on the data of the one before.

use super::compare::{Change, Pair, Told, changes, told};
use crate::compose::default_host::repository;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};
use crate::transforms::hazards::mount;

declare_lint! {
    /// A database has another major version, and its data are those of the version before.
    ///
    /// ## What it does
    ///
    /// With `--changed-since REV` it finds servers that keep the volume that they had, and whose
    /// image is another major version that does not start on it: any other one of Postgres, an older
    /// one of MySQL, and a MongoDB that leaves out a version in between. Images that upgrade the data
    /// by themselves are left alone, and so are tags that don't tell the version. Where the version
    /// is only the default of a variable it is a warning.
    ///
    /// ## Why is this bad
    ///
    /// The files of a data directory are of one major version. The server of another one stops at
    /// once (`database files are incompatible with server`), and with it all that needs it.
    ///
    /// ## Example
    ///
    /// ```yaml compose.yaml base
    /// services:
    ///   db:
    ///     image: postgres:15
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16
    ///     volumes: [pgdata:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata:
    /// ```
    ///
    /// ## Use instead
    ///
    /// Take a dump from the old version, and load it into a volume of the new one's own.
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16
    ///     volumes: [pgdata-16:/var/lib/postgresql/data]
    /// volumes:
    ///   pgdata-16:
    /// ```
    "database-major-upgrade", Hazards, Error, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    changes(context, find)
}

fn find(change: &Change<'_>) -> Vec<Finding> {
    change.with_their_data().iter().filter_map(|pair| finding(change, pair)).collect()
}

fn finding(change: &Change<'_>, pair: &Pair<'_>) -> Option<Finding> {
    let (before, now) = (pair.before.get("image")?, pair.now.get("image")?);
    let (old, new) = (Version::of(before.text()?)?, Version::of(now.text()?)?);
    // The data may lie in a folder of the version's own.
    if old.product != new.product || old.major == new.major || data(pair.before) != data(pair.now) {
        return None;
    }
    if pair.now.get("build").is_some() || pair.now.get("entrypoint").is_some() {
        return None;
    }
    let told = match (told(&change.before, before), told(&change.now, now)) {
        (Told::Not, _) | (_, Told::Not) => return None,
        (Told::Surely, Told::Surely) => Told::Surely,
        _ => Told::ByDefault,
    };
    let why = old.hinders(&new)?;
    let product = old.product.name();
    let message = format!(
        "{product} {} does not start on the data of {product} {}, which `{}` has: {why}",
        new.shown(),
        old.shown(),
        pair.new
    );
    let dump = match old.product {
        Product::Postgres => {
            "take a dump (`pg_dumpall`) with the old version and load it into a new volume, or use `pg_upgrade`"
        }
        Product::MySql => "stay at the newer version, or load a dump into a new volume",
        Product::Mongo => {
            "go through each version in between, and set the feature compatibility version at each"
        }
    };
    let place = change.place(Some(now), pair.new)?;
    let finding = LINT.finding(message).at(place.path, place.span).help(dump);
    let severity = if told == Told::Surely { LINT.severity } else { Severity::Warning };
    Some(Finding { severity, ..finding })
}

/// What tells a server where its data are: the paths of its mounts, and what it is told besides.
fn data(service: &Value) -> (Vec<String>, Option<&str>) {
    let mounts = mount::data(service);
    let mut targets: Vec<String> =
        mounts.iter().map(|mount| mount.target.trim_end_matches('/').to_owned()).collect();
    targets.sort();
    (targets, service.at(&["environment", "PGDATA"]).and_then(Value::text))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Product {
    Postgres,
    MySql,
    Mongo,
}

impl Product {
    fn name(self) -> &'static str {
        match self {
            Self::Postgres => "Postgres",
            Self::MySql => "MySQL",
            Self::Mongo => "MongoDB",
        }
    }
}

/// The version of a server, as far as its image tells.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    product: Product,
    /// For MongoDB, its place among the versions that follow one another.
    major: usize,
}

/// MongoDB's versions: data go from each one to the next only.
const MONGO: [&str; 11] =
    ["3.0", "3.2", "3.4", "3.6", "4.0", "4.2", "4.4", "5.0", "6.0", "7.0", "8.0"];

impl Version {
    fn of(image: &str) -> Option<Self> {
        let name = repository(image);
        let product = match name {
            "postgres"
            | "bitnami/postgresql"
            | "bitnamilegacy/postgresql"
            | "postgis/postgis"
            | "pgvector/pgvector"
            | "supabase/postgres"
            | "imresamu/postgis"
            | "timescale/timescaledb"
            | "timescale/timescaledb-ha"
            | "immich-app/postgres"
            | "tensorchord/pgvecto-rs"
            | "tensorchord/vchord-postgres" => Product::Postgres,
            "mysql" | "mysql/mysql-server" | "bitnami/mysql" | "bitnamilegacy/mysql" => {
                Product::MySql
            }
            "mongo"
            | "bitnami/mongodb"
            | "bitnamilegacy/mongodb"
            | "mongodb/mongodb-community-server" => Product::Mongo,
            _ => return None,
        };
        let image = image.split('@').next().unwrap_or(image);
        let last = image.rsplit('/').next().unwrap_or(image);
        let tag = last.split_once(':')?.1;
        let major = match product {
            // `2.17.2-pg16`, `pg16-v0.3.0`; else the number that the tag begins with, but not that
            // of an extension.
            Product::Postgres => {
                let told = tag.split('-').find_map(|part| number(part.strip_prefix("pg")?));
                let is_extensions = name.starts_with("timescale/") || name.starts_with("pgvector/");
                told.or_else(|| number(tag).filter(|_| !is_extensions))?
            }
            Product::MySql => number(tag)?,
            Product::Mongo => mongo(tag)?,
        };
        Some(Self { product, major })
    }

    /// Says why a server of another version does not start on the data of this one.
    fn hinders(&self, new: &Self) -> Option<&'static str> {
        match self.product {
            Product::Postgres => Some("a data directory is of one major version"),
            Product::MySql if new.major < self.major => Some("data don't go back to an older one"),
            Product::Mongo if new.major > self.major + 1 => {
                Some("data go from each version to the next one only")
            }
            Product::MySql | Product::Mongo => None,
        }
    }

    fn shown(&self) -> String {
        match self.product {
            Product::Mongo => MONGO.get(self.major).copied().unwrap_or_default().to_owned(),
            Product::Postgres | Product::MySql => self.major.to_string(),
        }
    }
}

/// The number that a text begins with, at most three digits long: `16.4-alpine`, but no date and
/// no hash.
fn number(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    let is_whole = rest.is_empty() || rest.starts_with(['.', '-', '_']);
    if digits > 3 || !is_whole {
        return None;
    }
    number.parse().ok()
}

/// A MongoDB tag's place among the versions: `4` is the last one that begins so.
fn mongo(tag: &str) -> Option<usize> {
    let version = tag.split('-').next()?;
    let mut parts = version.split('.');
    let (major, minor) = (parts.next()?, parts.next());
    match minor {
        Some(minor) => MONGO.iter().position(|known| *known == format!("{major}.{minor}")),
        None => MONGO.iter().rposition(|known| known.split('.').next() == Some(major)),
    }
}

#[cfg(test)]
mod tests {
    use super::{LINT, Version};
    use crate::lints::testing::found_since;

    fn found(before: &str, now: &str) -> Vec<String> {
        let file = |image: &str| {
            let target = match image {
                image if image.contains("mysql") => "/var/lib/mysql",
                image if image.contains("mongo") => "/data/db",
                _ => "/var/lib/postgresql/data",
            };
            format!(
                "services:\n  db:\n    image: {image}\n    volumes: [d:{target}]\nvolumes:\n  d:\n"
            )
        };
        found_since(&LINT, &[("compose.yaml", &file(before))], &[("compose.yaml", &file(now))])
    }

    #[test]
    fn versions_are_read_off_tags() {
        for (image, expected) in [
            ("postgres:16", Some(16)),
            ("docker.io/library/postgres:16.4-alpine3.20", Some(16)),
            ("postgres:9.6", Some(9)),
            ("postgis/postgis:15-3.4", Some(15)),
            ("timescale/timescaledb:2.17.2-pg16", Some(16)),
            ("timescale/timescaledb:2.17.2", None),
            ("pgvector/pgvector:0.8.0-pg17", Some(17)),
            ("pgvector/pgvector:pg17", Some(17)),
            ("ghcr.io/immich-app/postgres:14-vectorchord0.3.0", Some(14)),
            ("supabase/postgres:15.1.0.117", Some(15)),
            ("postgres", None),
            ("postgres:latest", None),
            ("postgres:alpine", None),
            ("postgres:20240101", None),
            ("pgautoupgrade/pgautoupgrade:16-alpine", None),
            ("mysql:8.0", Some(8)),
            ("mongo:4", Some(6)),
            ("mongo:7.0.5-jammy", Some(9)),
            ("mongo:9.9", None),
        ] {
            assert_eq!(Version::of(image).map(|version| version.major), expected, "{image}");
        }
    }

    #[test]
    fn another_major_version_on_old_data_is_told() {
        let expected = "compose.yaml:3:12 Postgres 16 does not start on the data of Postgres 15, which `db` has: a data directory is of one major version";
        assert_eq!(found("postgres:15", "postgres:16"), [expected]);
        for (before, now) in [
            ("postgres:16", "postgres:15-alpine"),
            ("postgres:15", "pgvector/pgvector:pg16"),
            ("mysql:8.0", "mysql:5.7"),
            ("mongo:4.4", "mongo:6"),
            ("postgres:15", "postgres:${TAG:-16}"),
        ] {
            assert_eq!(found(before, now).len(), 1, "{before} {now}");
        }
        for (before, now) in [
            ("postgres:15.1", "postgres:15.4"),
            ("postgres:15", "pgvector/pgvector:pg15"),
            ("postgres:15", "pgautoupgrade/pgautoupgrade:16-alpine"),
            ("postgres:15", "postgres:latest"),
            ("postgres:15", "postgres:${TAG}"),
            ("mysql:5.7", "mysql:8.0"),
            ("mongo:4.4", "mongo:5.0"),
            ("mongo:7", "mongo:6"),
            ("postgres:15", "mysql:8"),
        ] {
            assert_eq!(found(before, now), [""; 0], "{before} {now}");
        }
    }

    #[test]
    fn data_of_its_own_are_none_of_the_old_versions() {
        let file = |tag: &str, volume: &str, more: &str| {
            format!(
                "services:\n  db:\n    image: postgres:{tag}\n{more}    volumes: [{volume}]\nvolumes: {{d: , e: }}\n"
            )
        };
        let before = file("15", "d:/var/lib/postgresql/data", "");
        for now in [
            file("16", "e:/var/lib/postgresql/data", ""),
            file(
                "16",
                "d:/var/lib/postgresql/data",
                "    environment: {PGDATA: /var/lib/postgresql/data/16}\n",
            ),
            file("18", "d:/var/lib/postgresql", ""),
        ] {
            let found = found_since(&LINT, &[("compose.yaml", &before)], &[("compose.yaml", &now)]);
            assert_eq!(found, [""; 0], "{now}");
        }
    }
}
