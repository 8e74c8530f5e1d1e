//! Clients that work while something is changed: what they see of it, and for how long they wait.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::Dsn;
use tempfile::TempDir;
use tokio::runtime::Builder;

use super::server::{Server, client};

/// What clients saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Statements that were done.
    pub(crate) statements: usize,
    /// New connections that were made.
    pub(crate) logins: usize,
    /// Sessions that an administrator ended.
    pub(crate) ended: usize,
    /// All other errors.
    pub(crate) errors: Vec<String>,
    /// The longest that a statement took.
    pub(crate) longest_statement: Duration,
    /// The longest that connecting took.
    pub(crate) longest_login: Duration,
}

impl Seen {
    fn and(mut self, other: Self) -> Self {
        self.statements += other.statements;
        self.logins += other.logins;
        self.ended += other.ended;
        self.errors.extend(other.errors);
        self.longest_statement = self.longest_statement.max(other.longest_statement);
        self.longest_login = self.longest_login.max(other.longest_login);
        self
    }
}

/// Clients at work, until they are told to stop.
pub(crate) struct Clients {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Seen>>,
}

impl Clients {
    /// Starts clients that keep their sessions, and clients that connect for each statement.
    pub(crate) fn start(dsn: &Dsn, statement: &'static str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = |lasting: bool| {
            let (dsn, stop) = (dsn.clone(), Arc::clone(&stop));
            thread::spawn(move || {
                let runtime =
                    Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(work(&dsn, statement, lasting, &stop))
            })
        };
        let threads = [true, true, false, false].map(thread).into();
        Self { stop, threads }
    }

    /// Stops them.
    pub(crate) fn stop(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let seen = self.threads.into_iter().map(|thread| thread.join().expect("a client ends"));
        seen.reduce(Seen::and).unwrap_or_default()
    }
}

async fn work(dsn: &Dsn, statement: &str, lasting: bool, stop: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        let connection = match Connection::open(dsn).await {
            Ok(connection) => connection,
            Err(error) => {
                seen.errors.push(error.to_string());
                continue;
            }
        };
        seen.logins += 1;
        seen.longest_login = seen.longest_login.max(start.elapsed());
        loop {
            let start = Instant::now();
            match connection.batch_execute(statement).await {
                Ok(()) => seen.statements += 1,
                Err(error) => {
                    let code = error.code().map(|code| code.code().to_owned());
                    if code.as_deref() == Some("57P01") || error.is_closed() {
                        seen.ended += 1;
                    } else {
                        seen.errors.push(format!("{error:?}"));
                    }
                    break;
                }
            }
            seen.longest_statement = seen.longest_statement.max(start.elapsed());
            if !lasting || stop.load(Ordering::Relaxed) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        connection.close().await;
    }
    seen
}

/// A run of pgbench, which writes down how long each transaction took.
pub(crate) struct Pgbench {
    child: Child,
    folder: TempDir,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Bench {
    /// Transactions that were done.
    pub(crate) transactions: usize,
    /// The longest of them.
    pub(crate) longest: Duration,
    /// What it says of errors.
    pub(crate) said: String,
    /// Whether all went well.
    pub(crate) is_well: bool,
}

impl Pgbench {
    /// Makes its tables.
    pub(crate) fn prepare(server: &Server, database: &str) {
        let output = Self::program(server, database).args(["-i", "-q"]).output().expect("pgbench");
        assert!(output.status.success(), "{output:?}");
    }

    /// Starts it for some seconds.
    pub(crate) fn start(server: &Server, database: &str, seconds: u32, flags: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut program = Self::program(server, database);
        program.args(["-n", "-c", "4", "-j", "2", "-l"]).arg(format!("-T{seconds}")).args(flags);
        program.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { child: program.spawn().expect("pgbench"), folder }
    }

    fn program(server: &Server, database: &str) -> Command {
        let mut program = Command::new(client("pgbench"));
        let dsn = server.dsn().with_database(database);
        for (name, value) in dsn.libpq_variables() {
            program.env(name, secrecy::ExposeSecret::expose_secret(&value));
        }
        program
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Bench {
        let output = self.child.wait_with_output().expect("pgbench ends");
        let lines = logs(self.folder.path());
        // Client, transaction, its microseconds, script, time.
        let times = lines.iter().filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok());
        let longest = times.clone().max().unwrap_or_default();
        Bench {
            transactions: times.count(),
            longest: Duration::from_micros(longest),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
            is_well: output.status.success(),
        }
    }
}

fn logs(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("pgbench's folder");
    let paths: Vec<PathBuf> = files.map(|entry| entry.expect("a file").path()).collect();
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).expect("a log"));
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}
