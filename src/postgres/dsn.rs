//! Where a Postgres server is, and as whom to log in: a URL, or libpq's variables.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{Host as ConfigHost, SslMode};

/// What stands for itself in each part of a URL (RFC 3986, section 2.3: unreserved).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const DEFAULT_PORT: u16 = 5432;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// Where Debian's server and the official image have their socket.
const SOCKETS: &str = "/var/run/postgresql";

/// A Postgres server, a role and a database.
///
/// `Display` and `Debug` show no password.
#[derive(Clone)]
pub struct Dsn {
    /// Where the server is.
    pub host: Host,
    /// The server's port; of a socket, the number in its name.
    pub port: u16,
    /// The role that logs in.
    pub user: String,
    /// Its password, where one is known.
    pub password: Option<SecretString>,
    /// The database.
    pub database: String,
    /// How the connection is protected.
    pub tls: Tls,
    /// How long connecting may take.
    pub connect_timeout: Duration,
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A host name or an address.
    Tcp(String),
    /// The folder of a Unix socket.
    Socket(PathBuf),
}

/// How a connection is protected: libpq's `sslmode`
/// (<https://www.postgresql.org/docs/current/libpq-ssl.html>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    Disable,
    /// Where the server offers it, whoever it is.
    #[default]
    Prefer,
    /// Always, whoever the server is.
    Require,
    /// Always, with a certificate that this authority signed.
    VerifyCa(PathBuf),
    /// Always, with a certificate for this host that this authority signed.
    VerifyFull(PathBuf),
}

/// What is wrong with a URL or a variable. The text never holds a password.
#[derive(Debug, Error)]
pub enum DsnError {
    /// The URL can't be read.
    #[error(
        "{source_name} is no URL of Postgres ({reason}): write postgresql://USER:PASSWORD@HOST:5432/DATABASE, each part percent-encoded"
    )]
    Url {
        /// Where the URL is from.
        source_name: String,
        /// What is wrong.
        reason: String,
    },
    /// A setting has a value that is not possible.
    #[error("{name} is `{value}`: {wanted}")]
    Setting {
        /// The variable, or the parameter of the URL.
        name: String,
        /// Its value.
        value: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// Nothing says where the server is.
    #[error("no server is named: set DATABASE_URL, or PGHOST, PGUSER and the others of libpq")]
    Missing,
}

/// Gives the value of a variable of the environment.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Dsn {
    /// Reads `DATABASE_URL`, and what it leaves open from `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`,
    /// `PGDATABASE`, `PGSSLMODE`, `PGSSLROOTCERT` and `PGCONNECT_TIMEOUT`.
    ///
    /// # Errors
    /// The URL or a variable can't be read, or none of them is there.
    pub fn from_variables(variables: Variables) -> Result<Self, DsnError> {
        let given = |name: &str| variables(name).filter(|value| !value.is_empty());
        match given("DATABASE_URL") {
            Some(url) => Self::read(&url, "DATABASE_URL", variables),
            None if ["PGHOST", "PGUSER", "PGDATABASE", "PGPORT", "PGPASSWORD"]
                .iter()
                .any(|name| given(name).is_some()) =>
            {
                Self::of(&Config::new(), Parameters::default(), variables)
            }
            None => Err(DsnError::Missing),
        }
    }

    /// Reads a URL.
    ///
    /// # Errors
    /// It is none, or it names several servers.
    pub fn parse(url: &str) -> Result<Self, DsnError> {
        Self::read(url, "the URL", &|_| None)
    }

    fn read(url: &str, source_name: &str, variables: Variables) -> Result<Self, DsnError> {
        let wrong = |reason: &str| DsnError::Url {
            source_name: source_name.to_owned(),
            reason: reason.to_owned(),
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        // SQLAlchemy's URLs name a driver too: postgresql+asyncpg.
        let scheme = scheme.split('+').next().unwrap_or(scheme);
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(wrong("its scheme is not postgresql"));
        }
        if has_stray_at(rest) {
            return Err(wrong("an `@`, `/` or `?` in the password is not percent-encoded"));
        }
        let (rest, parameters) = Parameters::taken(rest, source_name)?;
        // The parser's own errors may hold the text that they are about.
        let config: Config = format!("postgresql://{rest}")
            .parse()
            .map_err(|error: tokio_postgres::Error| wrong(kind(&error)))?;
        Self::of(&config, parameters, variables)
    }

    fn of(config: &Config, parameters: Parameters, variables: Variables) -> Result<Self, DsnError> {
        let given = |name: &str| variables(name).filter(|value| !value.is_empty());
        let host = match config.get_hosts() {
            [] => given("PGHOST").map_or_else(default_host, Host::of),
            [ConfigHost::Tcp(host)] => Host::of(host.clone()),
            #[cfg(unix)]
            [ConfigHost::Unix(folder)] => Host::Socket(folder.clone()),
            several => {
                return Err(DsnError::Setting {
                    name: "the host".to_owned(),
                    value: format!("{} hosts", several.len()),
                    wanted: "name the one server that is to be changed",
                });
            }
        };
        // The parser puts the default where a URL has no port.
        let port = config.get_ports().first().filter(|_| parameters.has_port);
        let port = match (port, given("PGPORT")) {
            (Some(port), _) => *port,
            (None, Some(port)) => number("PGPORT", &port)?,
            (None, None) => DEFAULT_PORT,
        };
        let user = config.get_user().map(str::to_owned).or_else(|| given("PGUSER"));
        let user = user.or_else(|| given("USER")).unwrap_or_else(|| "postgres".to_owned());
        let password = config
            .get_password()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .or_else(|| given("PGPASSWORD"));
        let database = config.get_dbname().map(str::to_owned).or_else(|| given("PGDATABASE"));
        let connect_timeout = match (config.get_connect_timeout(), given("PGCONNECT_TIMEOUT")) {
            (Some(timeout), _) => *timeout,
            (None, Some(seconds)) => {
                Duration::from_secs(u64::from(number::<u32>("PGCONNECT_TIMEOUT", &seconds)?))
            }
            (None, None) => DEFAULT_TIMEOUT,
        };
        Ok(Self {
            host,
            port,
            database: database.unwrap_or_else(|| user.clone()),
            user,
            password: password.map(SecretString::from),
            tls: Tls::of(
                parameters.mode.or_else(|| given("PGSSLMODE")).as_deref(),
                parameters.root.or_else(|| given("PGSSLROOTCERT")).as_deref(),
            )?,
            connect_timeout,
        })
    }

    /// Gives the same server with another role.
    #[must_use]
    pub fn with_login(&self, user: &str, password: SecretString) -> Self {
        Self { user: user.to_owned(), password: Some(password), ..self.clone() }
    }

    /// Gives the same server and role with another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self { database: database.to_owned(), ..self.clone() }
    }

    /// Gives the URL with the password in it, each part percent-encoded.
    pub fn url(&self) -> SecretString {
        SecretString::from(self.text(self.password.as_ref().map(ExposeSecret::expose_secret)))
    }

    fn text(&self, password: Option<&str>) -> String {
        let encoded = |part: &str| utf8_percent_encode(part, ENCODED).to_string();
        let password = password.map(|password| format!(":{}", encoded(password)));
        let host = match &self.host {
            Host::Tcp(host) if host.contains(':') => format!("[{host}]"),
            Host::Tcp(host) => host.clone(),
            Host::Socket(folder) => encoded(&folder.to_string_lossy()),
        };
        let (mode, root) = self.tls.parameters();
        let mode = mode.map(|mode| format!("?sslmode={mode}")).unwrap_or_default();
        let root = root.map(|root| format!("&sslrootcert={}", encoded(&root.to_string_lossy())));
        format!(
            "postgresql://{}{}@{host}:{}/{}{mode}{}",
            encoded(&self.user),
            password.unwrap_or_default(),
            self.port,
            encoded(&self.database),
            root.unwrap_or_default(),
        )
    }

    /// Gives the variables by which a program of libpq (`pg_dump`, `psql`) finds the same, so that no
    /// password is among its arguments.
    pub fn libpq_variables(&self) -> Vec<(&'static str, SecretString)> {
        let host = match &self.host {
            Host::Tcp(host) => host.clone(),
            Host::Socket(folder) => folder.to_string_lossy().into_owned(),
        };
        let (mode, root) = self.tls.parameters();
        let plain = [
            ("PGHOST", Some(host)),
            ("PGPORT", Some(self.port.to_string())),
            ("PGUSER", Some(self.user.clone())),
            ("PGDATABASE", Some(self.database.clone())),
            ("PGSSLMODE", Some(mode.unwrap_or("prefer").to_owned())),
            ("PGSSLROOTCERT", root.map(|root| root.to_string_lossy().into_owned())),
            ("PGCONNECT_TIMEOUT", Some(self.connect_timeout.as_secs().max(1).to_string())),
        ];
        let plain =
            plain.into_iter().filter_map(|(name, value)| Some((name, SecretString::from(value?))));
        plain.chain(self.password.clone().map(|password| ("PGPASSWORD", password))).collect()
    }

    /// Gives what `tokio_postgres` needs to know, besides TLS.
    pub(super) fn config(&self) -> Config {
        let mut config = Config::new();
        match &self.host {
            Host::Tcp(host) => config.host(host),
            #[cfg(unix)]
            Host::Socket(folder) => config.host_path(folder),
            #[cfg(not(unix))]
            Host::Socket(folder) => config.host(folder.to_string_lossy()),
        };
        config.port(self.port).user(&self.user).dbname(&self.database);
        config.application_name("composemod").connect_timeout(self.connect_timeout);
        if let Some(password) = &self.password {
            config.password(password.expose_secret());
        }
        // As libpq has it: a socket is on this machine, and servers offer no TLS on it.
        config.ssl_mode(match self.host {
            Host::Socket(_) => SslMode::Disable,
            Host::Tcp(_) => self.tls.mode(),
        });
        config
    }
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(None))
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsn({self})")
    }
}

impl Host {
    fn of(text: String) -> Self {
        if text.starts_with('/') { Self::Socket(PathBuf::from(text)) } else { Self::Tcp(text) }
    }
}

fn default_host() -> Host {
    let folder = PathBuf::from(SOCKETS);
    if folder.is_dir() { Host::Socket(folder) } else { Host::Tcp("127.0.0.1".to_owned()) }
}

impl Tls {
    fn of(mode: Option<&str>, root: Option<&str>) -> Result<Self, DsnError> {
        let verified = |make: fn(PathBuf) -> Self| match root {
            Some(root) => Ok(make(PathBuf::from(root))),
            None => Err(DsnError::Setting {
                name: "sslrootcert".to_owned(),
                value: String::new(),
                wanted: "name the file of the authority that signed the server's certificate",
            }),
        };
        match mode {
            None | Some("prefer" | "allow") => Ok(Self::Prefer),
            Some("disable") => Ok(Self::Disable),
            // libpq: with a root certificate, `require` verifies as verify-ca does.
            Some("require") => {
                root.map_or(Ok(Self::Require), |root| Ok(Self::VerifyCa(root.into())))
            }
            Some("verify-ca") => verified(Self::VerifyCa),
            Some("verify-full") => verified(Self::VerifyFull),
            Some(other) => Err(DsnError::Setting {
                name: "sslmode".to_owned(),
                value: other.to_owned(),
                wanted: "write disable, prefer, require, verify-ca or verify-full",
            }),
        }
    }

    fn parameters(&self) -> (Option<&'static str>, Option<&PathBuf>) {
        match self {
            Self::Prefer => (None, None),
            Self::Disable => (Some("disable"), None),
            Self::Require => (Some("require"), None),
            Self::VerifyCa(root) => (Some("verify-ca"), Some(root)),
            Self::VerifyFull(root) => (Some("verify-full"), Some(root)),
        }
    }

    fn mode(&self) -> SslMode {
        match self {
            Self::Disable => SslMode::Disable,
            Self::Prefer => SslMode::Prefer,
            Self::Require | Self::VerifyCa(_) | Self::VerifyFull(_) => SslMode::Require,
        }
    }
}

/// What the parser below takes no account of.
#[derive(Debug, Default)]
struct Parameters {
    /// Whether the URL has a port.
    has_port: bool,
    mode: Option<String>,
    root: Option<String>,
}

impl Parameters {
    /// Takes the parameters of TLS out of a URL.
    fn taken(rest: &str, source_name: &str) -> Result<(String, Self), DsnError> {
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        let host = authority.rsplit('@').next().unwrap_or(authority);
        // The colons of an address of IPv6 are in brackets.
        let has_port = host.rsplit(']').next().is_some_and(|end| end.contains(':'));
        let mut parameters = Self { has_port, ..Self::default() };
        let Some((before, query)) = rest.split_once('?') else {
            return Ok((rest.to_owned(), parameters));
        };
        let mut others = Vec::new();
        for pair in query.split('&') {
            let value = |value: &str| {
                let decoded = percent_encoding::percent_decode_str(value).decode_utf8();
                decoded.map(|value| value.into_owned()).map_err(|_| DsnError::Url {
                    source_name: source_name.to_owned(),
                    reason: "a parameter is no UTF-8".to_owned(),
                })
            };
            match pair.split_once('=') {
                Some(("sslmode", mode)) => parameters.mode = Some(value(mode)?),
                Some(("sslrootcert", root)) => parameters.root = Some(value(root)?),
                // Parameters of Prisma, that say nothing of the server.
                Some(("schema" | "connection_limit" | "pool_timeout" | "pgbouncer", _)) => {}
                _ => others.push(pair),
            }
        }
        let query =
            if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
        Ok((format!("{before}{query}"), parameters))
    }
}

fn number<N: std::str::FromStr>(name: &str, value: &str) -> Result<N, DsnError> {
    value.parse().map_err(|_| DsnError::Setting {
        name: name.to_owned(),
        value: value.to_owned(),
        wanted: "write a number",
    })
}

/// Tells whether a password goes beyond its place, by an `@` that is not the one after it. It would be
/// taken for a host, a database or a parameter, which are shown.
fn has_stray_at(rest: &str) -> bool {
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = before.split_once('/').unwrap_or((before, ""));
    let is_login_over = authority.contains('@');
    let is_stray = |pair: &str| pair.contains('@') && !(is_login_over && pair.contains('='));
    authority.matches('@').count() > 1 || path.contains('@') || query.split('&').any(is_stray)
}

/// Gives what kind of error the parser saw, without the text that it saw it in.
fn kind(error: &tokio_postgres::Error) -> &'static str {
    let text = error.to_string();
    match () {
        () if text.contains("UTF-8") => "a part is no UTF-8",
        () if text.contains("port") => "its port is no number",
        () => "a part of it can't be read: is each percent-encoded?",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Dsn, DsnError> {
        let map: BTreeMap<_, _> = variables.iter().copied().collect();
        Dsn::from_variables(&|name| map.get(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn a_url_is_read_and_written_the_same() {
        let urls = [
            "postgresql://app:p%40ss%2Fw%3Ard@db:5433/shop",
            "postgresql://app@db:5432/shop?sslmode=require",
            "postgresql://a%20b:%27%22@127.0.0.1:5432/x%2Fy?sslmode=disable",
            "postgresql://app:x@[::1]:5432/shop",
            "postgresql://app:x@%2Frun%2Fpg:5432/shop",
            "postgresql://app:x@db:5432/shop?sslmode=verify-full&sslrootcert=%2Fca.pem",
        ];
        for url in urls {
            assert_eq!(Dsn::parse(url).unwrap().url().expose_secret(), url);
        }
    }

    #[test]
    fn what_a_url_leaves_open_comes_from_the_variables() {
        let dsn = of(&[
            ("DATABASE_URL", "postgresql+asyncpg://app@db/shop?schema=public"),
            ("PGPASSWORD", "secret"),
            ("PGPORT", "6000"),
            ("PGUSER", "other"),
        ])
        .unwrap();
        assert_eq!(dsn.url().expose_secret(), "postgresql://app:secret@db:6000/shop");
        let dsn = of(&[("PGHOST", "/run/pg"), ("PGUSER", "app")]).unwrap();
        assert_eq!(dsn.to_string(), "postgresql://app@%2Frun%2Fpg:5432/app");
    }

    #[test]
    fn no_text_holds_the_password() {
        let dsn = Dsn::parse("postgresql://app:hunter2@db/shop").unwrap();
        assert!(!format!("{dsn} {dsn:?}").contains("hunter2"));
        let wrong = [
            "postgresql://app:hunter2@db:port/shop",
            "postgresql://app:hunter2@db/shop?hunter2=1",
            "postgresql://app:hunter2%FF@db/%FF",
            "mysql://app:hunter2@db/shop",
            "hunter2",
            "postgresql://app:hunter2@a,b/shop",
            // Passwords that are not percent-encoded.
            "postgresql://app:12/hunter2@db/shop",
            "postgresql://app:a@hunter2@db/shop",
            "postgresql://app:12?hunter2@db/shop",
            "postgresql://app:12?sslmode=hunter2@db/shop",
        ];
        for url in wrong {
            let error = Dsn::parse(url).expect_err(url);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn what_is_missing_or_impossible_is_told() {
        let cases: [(&[(&str, &str)], &str); 4] = [
            (&[], "set DATABASE_URL"),
            (&[("PGHOST", "db"), ("PGPORT", "many")], "PGPORT is `many`"),
            (&[("PGHOST", "db"), ("PGSSLMODE", "maybe")], "sslmode is `maybe`"),
            (&[("PGHOST", "db"), ("PGSSLMODE", "verify-full")], "name the file"),
        ];
        for (variables, expected) in cases {
            let error = of(variables).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
