//! Real Postgres servers, each with a folder, a socket and a loopback port of its own, stopped by id.
//!
//! `scripts/postgres-servers` puts the programs in place. A version that is missing is skipped with a
//! printed line; one that `COMPOSEMOD_TEST_POSTGRES` names (as .ci/run does) must be there.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::Dsn;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The password of the first role of every server.
pub(crate) const SUPERUSER_PASSWORD: &str = "only-for-tests: p@ss/w%rd'";

/// Gives the servers' programs by major version; says which are skipped.
pub(crate) fn versions() -> BTreeMap<u32, PathBuf> {
    let mut found = BTreeMap::new();
    for parent in [PathBuf::from("/usr/lib/postgresql"), folder()] {
        for version in [15, 16, 18] {
            let programs = parent.join(version.to_string()).join("bin");
            if programs.join("initdb").is_file() && programs.join("postgres").is_file() {
                found.insert(version, programs);
            }
        }
    }
    let wanted = env::var("COMPOSEMOD_TEST_POSTGRES").unwrap_or_default();
    for version in [15, 16, 18] {
        if !found.contains_key(&version) {
            let is_wanted = wanted.split(',').any(|wanted| wanted.trim() == version.to_string());
            assert!(!is_wanted, "Postgres {version} is not here: run scripts/postgres-servers");
            eprintln!(
                "skipped: Postgres {version} is not here (scripts/postgres-servers puts it here)"
            );
        }
    }
    found
}

/// Gives where scripts/postgres-servers puts programs.
fn folder() -> PathBuf {
    env::var_os("COMPOSEMOD_POSTGRES_DIR")
        .map_or_else(|| env::temp_dir().join("composemod-postgres"), PathBuf::from)
}

/// Runs a test on a new server of each version that is here.
pub(crate) fn on_each(superuser: &str, test: impl Fn(&Server)) {
    for (version, programs) in versions() {
        let server = Server::start(version, &programs, superuser, &[]);
        test(&server);
    }
}

/// Runs a test on a new server of the newest version that is here.
pub(crate) fn on_newest(superuser: &str, test: impl Fn(&Server)) {
    if let Some((version, programs)) = versions().pop_last() {
        let server = Server::start(version, &programs, superuser, &[]);
        test(&server);
    }
}

/// A running server. It is stopped, and all it wrote is removed, when it is dropped.
pub(crate) struct Server {
    pub(crate) version: u32,
    pub(crate) port: u16,
    superuser: String,
    programs: PathBuf,
    folder: TempDir,
    runtime: Runtime,
}

impl Server {
    /// Starts a server with this first role, which logs in by SCRAM only.
    pub(crate) fn start(version: u32, programs: &Path, superuser: &str, settings: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder for the server");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("mode");
        let secret = folder.path().join("password");
        fs::File::create(&secret)
            .and_then(|mut file| file.write_all(SUPERUSER_PASSWORD.as_bytes()))
            .expect("password");
        let server = Self {
            version,
            port: free_port(),
            superuser: superuser.to_owned(),
            programs: programs.to_owned(),
            folder,
            runtime: Runtime::new().expect("a runtime"),
        };
        let data = server.data();
        let socket = server.socket();
        for path in [&data, &socket] {
            fs::create_dir(path).expect("a folder");
        }
        for path in [&data, &socket, &secret] {
            server.own(path);
        }
        server.run(
            server
                .program("initdb")
                .args(["--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"])
                .arg(format!("--username={superuser}"))
                .arg(format!("--pwfile={}", secret.display()))
                .arg(format!("--pgdata={}", data.display())),
        );
        server.boot(settings);
        server
    }

    /// Starts it again, with its data.
    pub(crate) fn boot(&self, settings: &[&str]) {
        let mut options = vec![
            format!("-p {}", self.port),
            format!("-k {}", self.socket().display()),
            "-h 127.0.0.1".to_owned(),
        ];
        let settings = ["fsync=off", "max_connections=200", "log_statement=all"]
            .into_iter()
            .chain(settings.iter().copied());
        options.extend(settings.map(|setting| format!("-c {setting}")));
        let mut start = self.program("pg_ctl");
        start.args(["start", "--wait", "--silent", "--timeout=60"]);
        start.arg(format!("--pgdata={}", self.data().display()));
        start.arg(format!("--log={}", self.data().join("server.log").display()));
        self.run(start.arg("-o").arg(options.join(" ")));
    }

    /// Stops it: `fast` ends the sessions first, `immediate` is as if the machine had died.
    pub(crate) fn stop(&self, mode: &str) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--wait", "--silent"]).arg(format!("--mode={mode}"));
        self.run(stop.arg(format!("--pgdata={}", self.data().display())));
    }

    /// Says by which lines of pg_hba.conf it lets clients in from now on.
    pub(crate) fn let_in(&self, lines: &str) {
        fs::write(self.data().join("pg_hba.conf"), format!("{lines}\n")).expect("pg_hba.conf");
        self.execute("postgres", "SELECT pg_reload_conf()");
        // The postmaster reads it a moment later.
        std::thread::sleep(Duration::from_millis(300));
    }

    /// Gives the URL's parts of its first role and the database `postgres`.
    pub(crate) fn dsn(&self) -> Dsn {
        self.dsn_of(&self.superuser, SUPERUSER_PASSWORD, "postgres")
    }

    /// Gives the URL's parts of a role and database.
    pub(crate) fn dsn_of(&self, user: &str, password: &str, database: &str) -> Dsn {
        Dsn::parse(&format!("postgresql://127.0.0.1:{}/x?sslmode=disable", self.port))
            .expect("a URL")
            .with_login(user, password.to_owned().into())
            .with_database(database)
    }

    /// Runs what is async.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Runs statements as the first role.
    pub(crate) fn execute(&self, database: &str, sql: &str) {
        self.block_on(async {
            let connection =
                Connection::open(&self.dsn().with_database(database)).await.expect("a login");
            connection.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            connection.close().await;
        });
    }

    /// Gives the first column of what a query gives, as the first role.
    pub(crate) fn query(&self, database: &str, sql: &str) -> Vec<String> {
        self.block_on(async {
            let connection =
                Connection::open(&self.dsn().with_database(database)).await.expect("a login");
            let messages = connection.simple_query(sql).await;
            let messages = messages.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            connection.close().await;
            let rows = messages.into_iter().filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => {
                    Some(row.get(0).unwrap_or_default().to_owned())
                }
                _ => None,
            });
            rows.collect()
        })
    }

    /// Gives what the server wrote into its log; every statement is in it.
    pub(crate) fn log(&self) -> String {
        let bytes = fs::read(self.data().join("server.log")).expect("a log");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Gives a folder that goes with the server.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Gives a file to the account that the server runs as.
    pub(crate) fn own(&self, path: &Path) {
        if let Some((user, group)) = account() {
            chown(path, Some(user), Some(group)).expect("owner");
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Gives the folder of its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Gives a program of the server's, run by an account that it takes.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        if let Some((user, group)) = account() {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, command: &mut Command) {
        let output = self.folder.path().join("output");
        let file = fs::File::create(&output).expect("a file for the output");
        // The server inherits what it is given: a pipe would stay open for as long as it runs.
        command.stdin(Stdio::null()).stdout(file.try_clone().expect("output")).stderr(file);
        let status = command.status().expect("the program runs");
        let log = fs::read(self.data().join("server.log")).unwrap_or_default();
        assert!(
            status.success(),
            "{command:?}: {status}\n{}\n{}",
            fs::read_to_string(&output).unwrap_or_default(),
            String::from_utf8_lossy(&log),
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "--wait", "--silent", "--mode=immediate"]);
        stop.arg(format!("--pgdata={}", self.data().display()));
        drop(stop.stdout(Stdio::null()).stderr(Stdio::null()).status());
    }
}

/// Waits until something holds.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited 30 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Gives a loopback port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Gives the account that servers run as where the tests are root's, which servers refuse.
fn account() -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").ok()?;
    if std::os::unix::fs::MetadataExt::uid(&own) != 0 {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some("postgres")).then_some(())?;
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    found.or(Some((65534, 65534)))
}

/// Gives a program of the newest client that is here: `pg_dump` can't dump a server that is newer.
pub(crate) fn client(name: &str) -> PathBuf {
    let newest = folder().join("client/bin").join(name);
    if newest.is_file() { newest } else { PathBuf::from(name) }
}
