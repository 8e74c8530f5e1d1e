//! Settings by name: which keys hold hosts, users, databases, images, profiles …

/// What a setting's value names, told by the setting's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A host or a list of them: `DB_HOST`, `host`, `hostname`, `POSTGRES_SERVER`, `ALLOWED_HOSTS`.
    Host,
    /// A service or container: `POSTGRES_CONTAINER`, `DB_SERVICE`, `container_name`.
    Container,
    /// A service of whatever reads the setting, which is Compose only where the text around says
    /// so: `service`, `SERVICE_NAME`.
    Service,
    /// A service as another tool knows it: `DD_SERVICE`, `traefik.http.routers.x.service`.
    Foreign,
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
    /// A thing that a server holds under a name: a topic, queue, bucket, index.
    Object,
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
///
/// The last word decides, save for numbers and words that only tell apart (`DB_HOST_2`,
/// `DATABASE_URL_TEST`); `name` asks the word before it (`DB_NAME`, `HOST_NAME`).
#[must_use]
pub fn subject(key: &str) -> Subject {
    let words = words(key);
    let mut words = words.iter().map(String::as_str).collect::<Vec<_>>();
    while words.last().is_some_and(|word| QUALIFIERS.contains(word) || is_number(word)) {
        words.pop();
    }
    let Some((last, before)) = words.split_last() else { return Subject::Other };
    let previous = before.last().copied().unwrap_or_default();
    match (previous, *last) {
        ("docker", "host") => Subject::Address,
        ("virtual" | "letsencrypt", "host") => Subject::Other,
        ("tcp", "addr") | ("no", "proxy") => Subject::Host,
        ("conn" | "connection", "string") => Subject::Address,
        (_, "connection") if before.contains(&"strings") => Subject::Address,
        ("profile" | "profiles", "active" | "include") => Subject::Profile,
        (_, "service" | "services" | "servicename") => service(key, before),
        ("service" | "services", "name" | "names") => service(key, before),
        // Labels of an orchestrator's, and what logs and scanners call one.
        ("container", "name") if is_label(key) => Subject::Foreign,
        (_, "container" | "containername" | "name")
            if (previous == "container" || *last != "name")
                && before.iter().any(|word| ORCHESTRATORS.contains(word)) =>
        {
            Subject::Foreign
        }
        // `WEB_SERVER=nginx` names a program.
        ("server", "name") | ("app" | "application" | "http" | "web" | "wsgi", "server") => {
            Subject::Other
        }
        (_, "name" | "names") => match word_subject(previous) {
            Subject::Secret | Subject::Address => Subject::Other,
            subject => subject,
        },
        ("", "backend") => Subject::Other,
        ("", "ghost" | "vhost" | "localhost" | "virtualhost" | "multihost") => Subject::Other,
        // `XHOST`: constants are often written without marks between words.
        ("", joined) if joined.ends_with("host") && key.ends_with("HOST") => Subject::Host,
        _ => match word_subject(last) {
            Subject::Other => any_subject(before),
            subject => subject,
        },
    }
}

/// Tells the subject of a key whose last word tells nothing: `KAFKA_TOPIC_ORDERS`, `IMAGE_WEB`.
fn any_subject(before: &[&str]) -> Subject {
    let told = before.iter().map(|word| known_word(word));
    told.into_iter()
        .find(|subject| matches!(subject, Subject::Object | Subject::Image))
        .unwrap_or(Subject::Other)
}

/// Tells whose service a key means, by the words before `service`.
fn service(key: &str, before: &[&str]) -> Subject {
    let names = |list: &[&str]| before.iter().any(|word| list.contains(word));
    if names(&["compose", "container", "devcontainer", "docker", "dockercompose"]) {
        Subject::Container
    } else if is_label(key) || names(FOREIGN) {
        Subject::Foreign
    } else if before.iter().all(|word| NO_SERVICE.contains(word)) {
        Subject::Service
    } else {
        Subject::Container
    }
}

/// Tells a dotted label and a header, which other tools read.
fn is_label(key: &str) -> bool {
    key.contains(['.', '/']) || key.starts_with("X-") || key.starts_with("x-")
}

/// Words of keys that name a container as an orchestrator knows it.
const ORCHESTRATORS: &[&str] =
    &["aws", "azure", "ecs", "k8s", "kube", "kubernetes", "nomad", "pod"];

/// Words before `service` that do not say which.
const NO_SERVICE: &[&str] = &[
    "app",
    "application",
    "current",
    "docker",
    "my",
    "service",
    "services",
    "target",
    "the",
    "this",
];

/// Words at a key's end that only tell one setting from its sisters.
const QUALIFIERS: &[&str] = &[
    "default",
    "dev",
    "development",
    "docker",
    "external",
    "internal",
    "list",
    "local",
    "main",
    "master",
    "new",
    "old",
    "override",
    "primary",
    "private",
    "prod",
    "production",
    "public",
    "read",
    "readonly",
    "replica",
    "ro",
    "rw",
    "secondary",
    "slave",
    "staging",
    "test",
    "write",
];

/// Tools that have services of their own, or call a program's logical name its service.
const FOREIGN: &[&str] = &[
    "apm",
    "aws",
    "azure",
    "cloud",
    "consul",
    "datadog",
    "dd",
    "ecs",
    "email",
    "eureka",
    "gcp",
    "honeycomb",
    "istio",
    "jaeger",
    "k8s",
    "kube",
    "kubernetes",
    "log",
    "logging",
    "loki",
    "mail",
    "metrics",
    "nacos",
    "newrelic",
    "nomad",
    "otel",
    "payment",
    "pod",
    "sentry",
    "sms",
    "systemd",
    "trace",
    "tracing",
    "traefik",
    "windows",
    "zipkin",
];

/// Words that keys are joined from without a mark between (`PGHOST`, `dbname`).
const PREFIXES: &[&str] = &[
    "amqp", "cache", "data", "db", "es", "kafka", "mail", "mongo", "mongodb", "mysql", "pg",
    "pgsql", "postgres", "rabbitmq", "redis", "smtp", "sql",
];

fn word_subject(word: &str) -> Subject {
    let known = known_word(word);
    if known != Subject::Other {
        return known;
    }
    let joined = PREFIXES
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .find(|rest| !rest.is_empty())
        .map(|rest| if rest == "name" { Subject::Database } else { known_word(rest) });
    joined.unwrap_or_else(|| match is_host_of_something(word) {
        true => Subject::Host,
        false => Subject::Other,
    })
}

/// Tells a host whose owner stands before it without a mark (`MAINDBHOST`).
fn is_host_of_something(word: &str) -> bool {
    let owner = ["host", "hostname", "server"].iter().find_map(|last| word.strip_suffix(last));
    owner.is_some_and(|owner| PREFIXES.iter().any(|prefix| owner.ends_with(prefix)))
}

fn known_word(word: &str) -> Subject {
    match word {
        "host" | "hosts" | "hostname" | "hostnames" | "hostaddr" | "server" | "servers" | "ip"
        | "seeds" | "upstream" | "upstreams" | "noproxy" => Subject::Host,
        "container" | "containers" | "containername" => Subject::Container,
        "service" | "services" | "servicename" => Subject::Service,
        "url" | "urls" | "uri" | "uris" | "dsn" | "addr" | "addrs" | "address" | "addresses"
        | "broker" | "brokers" | "endpoint" | "endpoints" | "listener" | "listeners" | "proxy"
        | "proxies" | "targets" | "connect" | "conn" | "con" | "connectionstring" | "jdbcurl"
        | "origin" | "origins" | "datasource" | "cluster" | "peers" | "nodes" => Subject::Address,
        "db" | "dbs" | "database" | "databases" | "dbname" | "databasename" | "schema"
        | "catalog" | "keyspace" => Subject::Database,
        "user" | "users" | "username" | "usernames" | "superuser" | "login" | "role" | "roles"
        | "owner" | "account" => Subject::User,
        "password" | "passwords" | "passwd" | "pass" | "pwd" | "passphrase" | "secret"
        | "secrets" | "token" | "tokens" | "key" | "keys" | "apikey" | "credentials" | "auth"
        | "salt" => Subject::Secret,
        "image" | "images" | "tag" | "tags" | "version" | "package" | "packages" | "repository"
        | "repo" | "imagename" => Subject::Image,
        "topic" | "topics" | "queue" | "queues" | "bucket" | "buckets" | "index" | "indexes"
        | "indices" => Subject::Object,
        "profile" | "profiles" => Subject::Profile,
        "driver" | "drivers" | "drivername" | "type" | "engine" | "dialect" | "adapter"
        | "client" | "provider" | "backend" | "vendor" | "kind" | "platform" | "store"
        | "storage" | "connection" | "handler" | "transport" | "scheme" | "protocol" | "dbms"
        | "rdbms" | "extension" | "extensions" => Subject::Driver,
        "dir" | "dirs" | "directory" | "path" | "paths" | "file" | "files" | "filename"
        | "root" | "volume" | "volumes" | "folder" | "location" | "mount" | "home" | "workdir"
        | "data" | "context" | "dockerfile" | "script" | "dump" | "cert" | "socket" => {
            Subject::Path
        }
        _ => Subject::Other,
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Splits a key into its words, in lower case: at every byte that is no letter or digit, and
/// where camel case starts a word; a number at a word's end is left out.
pub(super) fn words(key: &str) -> Vec<String> {
    let bytes = key.as_bytes();
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    for (at, &byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            fresh = true;
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or_default();
        let after = bytes.get(at + 1).copied().unwrap_or_default();
        let camel = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || (before.is_ascii_uppercase() && after.is_ascii_lowercase()));
        if fresh || camel {
            words.push(String::new());
        }
        fresh = false;
        if let Some(word) = words.last_mut() {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    for word in &mut words {
        let kept = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if kept > 0 {
            word.truncate(kept);
        }
    }
    words
}
