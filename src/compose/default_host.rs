//! Hosts that well-known images reach where nothing tells them another: no file names these, and a
//! name that goes breaks them all the same.
//!
//! Each row is from the image's own entrypoint, configuration or documentation. Images that fall
//! back to `localhost`, or refuse to start, are absent on purpose.

/// A host that an image reaches by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultHost {
    /// The host.
    pub host: &'static str,
    /// Variables that give another one.
    pub variables: &'static [&'static str],
}

/// Gives the hosts that an image reaches where its environment names none.
pub fn default_hosts(image: &str) -> impl Iterator<Item = DefaultHost> {
    let repository = repository(image).to_owned();
    IMAGES
        .iter()
        .filter(move |(name, ..)| match name.strip_suffix('*') {
            Some(start) => repository.starts_with(start),
            None => *name == repository,
        })
        .map(|&(_, host, variables)| DefaultHost { host, variables })
}

/// Image without registry and tag, its host, and the variables for another one. `*` at an image's
/// end stands for any ending.
const IMAGES: &[(&str, &str, &[&str])] = &[
    ("adminer", "db", &["ADMINER_DEFAULT_SERVER"]),
    ("phpmyadmin", "db", PHPMYADMIN),
    ("phpmyadmin/phpmyadmin", "db", PHPMYADMIN),
    ("wordpress", "mysql", &["WORDPRESS_DB_HOST", "WORDPRESS_DB_HOST_FILE"]),
    ("joomla", "mysql", &["JOOMLA_DB_HOST"]),
    ("mongo-express", "mongo", &["ME_CONFIG_MONGODB_SERVER", "ME_CONFIG_MONGODB_URL"]),
    ("odoo", "db", &["HOST"]),
    ("kibana", "elasticsearch", &["ELASTICSEARCH_HOSTS", "ELASTICSEARCH_URL"]),
    ("kibana/kibana*", "elasticsearch", &["ELASTICSEARCH_HOSTS", "ELASTICSEARCH_URL"]),
    ("beats/*", "elasticsearch", &["ELASTICSEARCH_HOSTS"]),
    ("plausible/analytics", "plausible_db", &["DATABASE_URL", "DATABASE_SOCKET_DIR"]),
    ("plausible/analytics", "plausible_events_db", &["CLICKHOUSE_DATABASE_URL"]),
    ("plausible/community-edition", "plausible_db", &["DATABASE_URL", "DATABASE_SOCKET_DIR"]),
    ("plausible/community-edition", "plausible_events_db", &["CLICKHOUSE_DATABASE_URL"]),
    ("zabbix/zabbix-server-mysql", "mysql-server", ZABBIX_DATABASE),
    ("zabbix/zabbix-web-apache-mysql", "mysql-server", ZABBIX_DATABASE),
    ("zabbix/zabbix-web-nginx-mysql", "mysql-server", ZABBIX_DATABASE),
    ("zabbix/zabbix-server-pgsql", "postgres-server", ZABBIX_DATABASE),
    ("zabbix/zabbix-web-apache-pgsql", "postgres-server", ZABBIX_DATABASE),
    ("zabbix/zabbix-web-nginx-pgsql", "postgres-server", ZABBIX_DATABASE),
    ("zabbix/zabbix-web-*", "zabbix-server", &["ZBX_SERVER_HOST"]),
    ("graylog/graylog", "mongo", &["GRAYLOG_MONGODB_URI"]),
    ("immich-app/immich-server", "database", &["DB_HOSTNAME", "DB_URL"]),
    ("immich-app/immich-server", "redis", &["REDIS_HOSTNAME", "REDIS_URL", "REDIS_SOCKET"]),
    ("rocketchat/rocket.chat", "db", &["MONGO_URL"]),
    ("bitnami/wordpress", "mariadb", &["WORDPRESS_DATABASE_HOST", "MARIADB_HOST"]),
    ("bitnamilegacy/wordpress", "mariadb", &["WORDPRESS_DATABASE_HOST", "MARIADB_HOST"]),
];

const PHPMYADMIN: &[&str] = &["PMA_HOST", "PMA_HOSTS", "PMA_SOCKET", "PMA_SOCKETS"];
const ZABBIX_DATABASE: &[&str] = &["DB_SERVER_HOST", "DB_SERVER_SOCKET"];

/// Gives an image's repository: without registry, `library/`, tag and digest.
#[must_use]
pub fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let (path, name) = image.rsplit_once('/').unwrap_or(("", image));
    let tag = name.find(':').map_or(0, |at| name.len() - at);
    let image = &image[..image.len() - tag];
    let registry = path
        .split('/')
        .next()
        .filter(|first| first.contains(['.', ':']) || *first == "localhost" || *first == "library");
    match registry {
        Some(registry) => {
            let rest = image[registry.len()..].trim_start_matches('/');
            rest.strip_prefix("library/").unwrap_or(rest)
        }
        None => image,
    }
}

#[cfg(test)]
mod tests {
    use super::{default_hosts, repository};

    #[test]
    fn an_image_is_known_by_its_repository() {
        for (image, expected) in [
            ("wordpress", "wordpress"),
            ("wordpress:6-apache", "wordpress"),
            ("docker.io/library/wordpress:6@sha256:00", "wordpress"),
            ("library/wordpress", "wordpress"),
            ("ghcr.io/plausible/community-edition:v3", "plausible/community-edition"),
            ("localhost:5000/adminer", "adminer"),
            ("bitnami/wordpress:6", "bitnami/wordpress"),
        ] {
            assert_eq!(repository(image), expected, "{image}");
        }
    }

    #[test]
    fn hosts_are_those_of_the_image() {
        let hosts = |image: &str| default_hosts(image).map(|one| one.host).collect::<Vec<_>>();
        assert_eq!(hosts("adminer:4"), ["db"]);
        assert_eq!(hosts("bitnami/wordpress"), ["mariadb"]);
        assert_eq!(hosts("docker.elastic.co/beats/filebeat:8.0.0"), ["elasticsearch"]);
        assert_eq!(
            hosts("zabbix/zabbix-web-nginx-pgsql:latest"),
            ["postgres-server", "zabbix-server"]
        );
        assert_eq!(hosts("me/adminer"), [""; 0]);
    }
}
