//! Programs that keep data, told by their images: databases, queues, search engines.
//!
//! Deliberately absent: images that only hold a program's configuration, and what a Dockerfile
//! makes of an image.

/// A program that keeps data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Store {
    /// What people call it.
    pub name: &'static str,
    /// What an image's name is made of: one of these is among its words.
    words: &'static [&'static str],
    /// Folders of the container that it keeps its data in, or below.
    pub folders: &'static [&'static str],
    /// What its data are worth without a volume that somebody thought of.
    pub holds: Holds,
    /// Where its data live if no volume is mounted.
    pub unmounted: Unmounted,
}

/// What data are worth where nobody mounted a volume for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// They are all there is.
    Records,
    /// They may be a cache, or messages on their way.
    Passing,
}

/// What becomes of data that no volume is mounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmounted {
    /// The image declares a volume: an anonymous one that the next container of the service gets.
    Anonymous,
    /// They are in the container and gone with it.
    Container,
}

use crate::compose::default_host::repository;

use Holds::{Passing, Records};
use Unmounted::{Anonymous, Container};

const STORES: &[Store] = &[
    Store {
        name: "Postgres",
        words: &["postgres", "postgresql", "postgis", "timescaledb", "pgvector"],
        folders: &["/var/lib/postgresql", "/bitnami/postgresql", "/home/postgres/pgdata"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "MySQL",
        words: &["mysql", "percona"],
        folders: &["/var/lib/mysql", "/bitnami/mysql"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "MariaDB",
        words: &["mariadb"],
        folders: &["/var/lib/mysql", "/bitnami/mariadb", "/config"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "MongoDB",
        words: &["mongo", "mongodb"],
        folders: &["/data/db", "/bitnami/mongodb"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "Redis",
        words: &["redis", "valkey", "keydb", "dragonfly"],
        folders: &["/data", "/bitnami/redis", "/bitnami/valkey"],
        holds: Passing,
        unmounted: Anonymous,
    },
    Store {
        name: "RabbitMQ",
        words: &["rabbitmq"],
        folders: &["/var/lib/rabbitmq", "/bitnami/rabbitmq"],
        holds: Passing,
        unmounted: Anonymous,
    },
    Store {
        name: "ClickHouse",
        words: &["clickhouse"],
        folders: &["/var/lib/clickhouse", "/bitnami/clickhouse"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "InfluxDB",
        words: &["influxdb"],
        folders: &["/var/lib/influxdb", "/var/lib/influxdb2"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "Cassandra",
        words: &["cassandra", "scylla"],
        folders: &["/var/lib/cassandra", "/var/lib/scylla", "/bitnami/cassandra"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "Neo4j",
        words: &["neo4j"],
        folders: &["/data"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "CouchDB",
        words: &["couchdb", "couchbase"],
        folders: &["/opt/couchdb/data", "/opt/couchbase/var", "/bitnami/couchdb"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "Solr",
        words: &["solr"],
        folders: &["/var/solr"],
        holds: Records,
        unmounted: Anonymous,
    },
    Store {
        name: "Zookeeper",
        words: &["zookeeper"],
        folders: &["/data", "/datalog", "/bitnami/zookeeper"],
        holds: Passing,
        unmounted: Anonymous,
    },
    Store {
        name: "Kafka",
        words: &["kafka", "redpanda"],
        folders: &["/var/lib/kafka", "/bitnami/kafka", "/var/lib/redpanda"],
        holds: Passing,
        unmounted: Container,
    },
    Store {
        name: "Elasticsearch",
        words: &["elasticsearch"],
        folders: &["/usr/share/elasticsearch/data", "/bitnami/elasticsearch"],
        holds: Records,
        unmounted: Container,
    },
    Store {
        name: "OpenSearch",
        words: &["opensearch"],
        folders: &["/usr/share/opensearch/data"],
        holds: Records,
        unmounted: Container,
    },
    Store {
        name: "SQL Server",
        words: &["mssql"],
        folders: &["/var/opt/mssql"],
        holds: Records,
        unmounted: Container,
    },
    Store {
        name: "MinIO",
        words: &["minio"],
        folders: &["/data", "/bitnami/minio"],
        holds: Records,
        unmounted: Container,
    },
    Store {
        name: "CockroachDB",
        words: &["cockroach", "cockroachdb"],
        folders: &["/cockroach/cockroach-data"],
        holds: Records,
        unmounted: Container,
    },
    Store {
        name: "Meilisearch",
        words: &["meilisearch"],
        folders: &["/meili_data"],
        holds: Records,
        unmounted: Container,
    },
    Store {
        name: "Qdrant",
        words: &["qdrant"],
        folders: &["/qdrant/storage"],
        holds: Records,
        unmounted: Container,
    },
];

/// Words beside a store's own in the names of images that run it. With any other word an image is a
/// helper (`postgres-exporter`) or a client (`supertokens-postgresql`).
const VARIANTS: &[&str] = &[
    "alpine",
    "ce",
    "cluster",
    "community",
    "cp",
    "docker",
    "ee",
    "enterprise",
    "galera",
    "ha",
    "lts",
    "management",
    "oss",
    "replica",
    "repmgr",
    "rs",
    "server",
    "single",
    "stack",
];

/// Gives the store that an image runs.
#[must_use]
pub fn of_image(image: &str) -> Option<&'static Store> {
    let name = repository(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    // `mssql/server` says in its folder what it is.
    let telling = if VARIANTS.contains(&last) { name } else { last };
    let words: Vec<&str> =
        telling.split(['-', '_', '.', '/']).filter(|word| !word.is_empty()).collect();
    STORES.iter().find(|store| {
        let is_own = |word: &&str| store.words.contains(word);
        words.iter().any(is_own)
            && words.iter().all(|word| is_own(word) || VARIANTS.contains(word) || is_number(word))
    })
}

/// `postgres16`, `17`.
fn is_number(word: &str) -> bool {
    word.trim_start_matches(['v', 'p', 'g']).bytes().all(|byte| byte.is_ascii_digit())
}

/// Gives a store by what people call it.
#[must_use]
pub fn named(name: &str) -> Option<&'static Store> {
    STORES.iter().find(|store| store.name == name)
}

/// Gives the store that keeps its data in a folder, where only one kind of store does.
#[must_use]
pub fn of_folder(folder: &str) -> Option<&'static Store> {
    let is_its = |known: &str| {
        // `/data` and the like are many a program's.
        let is_telling = known.matches('/').count() > 1 || known.contains('_');
        is_telling && is_within(folder, known)
    };
    STORES.iter().find(|store| store.folders.iter().any(|known| is_its(known)))
}

/// Tells whether a path of a container is a folder or lies below it.
#[must_use]
pub fn is_within(path: &str, folder: &str) -> bool {
    let path = path.trim_end_matches('/');
    path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{of_folder, of_image};

    #[test]
    fn stores_are_told_by_their_image() {
        for (image, expected) in [
            ("postgres", Some("Postgres")),
            ("postgres:16-alpine", Some("Postgres")),
            ("registry.example:5000/library/postgres@sha256:0", Some("Postgres")),
            ("postgis/postgis:16-3.4", Some("Postgres")),
            ("pgvector/pgvector:pg17", Some("Postgres")),
            ("example/docker-postgis", Some("Postgres")),
            ("example/supertokens-postgresql", None),
            ("supabase/postgres-meta", None),
            ("timescale/timescaledb-ha:pg16", Some("Postgres")),
            ("supabase/postgres:15", Some("Postgres")),
            ("bitnami/postgresql", Some("Postgres")),
            ("mcr.microsoft.com/mssql/server:2022-latest", Some("SQL Server")),
            ("docker.elastic.co/elasticsearch/elasticsearch:8", Some("Elasticsearch")),
            ("redis/redis-stack-server", Some("Redis")),
            ("prometheuscommunity/postgres-exporter", None),
            ("prodrigestivill/postgres-backup-local", None),
            ("mongo-express", None),
            ("minio/mc", None),
            ("opensearchproject/opensearch-dashboards:2", None),
            ("example/web", None),
            ("", None),
        ] {
            assert_eq!(of_image(image).map(|store| store.name), expected, "{image}");
        }
    }

    #[test]
    fn stores_are_told_by_a_folder_of_their_own() {
        for (folder, expected) in [
            ("/var/lib/postgresql/data", Some("Postgres")),
            ("/var/lib/mysql/", Some("MySQL")),
            ("/data", None),
            ("/var/lib/postgresql-backup", None),
        ] {
            assert_eq!(of_folder(folder).map(|store| store.name), expected, "{folder}");
        }
    }
}
