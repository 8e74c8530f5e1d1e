//! Logins as clients make them: from a container of its own on the server's network, by a name.
//!
//! In the server's own container the socket and 127.0.0.1 are trusted, and would prove nothing. The
//! container runs `psql` of the server's image once for each line that it is given, by `xargs`, which is
//! in every image that has a shell; it ends when its input does, and with it goes the container.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use secrecy::SecretString;

use crate::engine::docker::Docker;
use crate::engine::program::CallError;

/// The seconds that a login may take.
const PATIENCE: u64 = 5;

/// The time within which the probe's container must be there.
const START: Duration = Duration::from_secs(60);

/// Who logs in where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Login<'a> {
    pub(super) network: &'a str,
    /// The id of an image that has psql.
    pub(super) image: &'a str,
    pub(super) role: &'a str,
    pub(super) database: &'a str,
    pub(super) password: Option<&'a SecretString>,
}

/// A container that logs in when it is told to.
#[derive(Debug)]
pub(super) struct Probe {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<(Instant, String)>,
    database: String,
}

/// What begins a line that tells of a login.
const MARK: &str = "composemod-login ";

impl Probe {
    /// Starts the container.
    pub(super) fn start(docker: &Docker, login: &Login) -> Result<Self, CallError> {
        let query = format!(
            "SELECT '{MARK}' || system_identifier || ' ' || (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) FROM pg_control_system()"
        );
        let psql = ["psql", "-X", "-q", "-A", "-t", "-w", "-U", login.role, "-c", &query, "-d"];
        let words: Vec<&str> = ["xargs", "-n1"].into_iter().chain(psql).collect();
        let mut child =
            docker.run_on_network(login.network, login.image, &words, login.password)?;
        let (sender, lines) = channel();
        let streams: [Option<Box<dyn std::io::Read + Send>>; 2] = [
            child.stdout.take().map(|stream| Box::new(stream) as Box<_>),
            child.stderr.take().map(|stream| Box::new(stream) as Box<_>),
        ];
        for stream in streams.into_iter().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if sender.send((Instant::now(), line)).is_err() {
                        break;
                    }
                }
            });
        }
        let stdin = child.stdin.take();
        Ok(Self { child, stdin, lines, database: login.database.to_owned() })
    }

    /// Logs in by a name, and gives when that was done, and the cluster's system identifier.
    ///
    /// # Errors
    /// When it failed, and what psql says.
    pub(super) fn login(&mut self, host: &str) -> Result<(Instant, Cluster), (Instant, String)> {
        let target = [
            ("host", host),
            ("dbname", &self.database),
            ("connect_timeout", "3"),
            // A server whose container is gone in the midst of a session does not even say so.
            ("tcp_user_timeout", "1000"),
            ("keepalives_idle", "1"),
            ("keepalives_interval", "1"),
            ("keepalives_count", "1"),
            ("application_name", "composemod"),
        ];
        let target: Vec<String> = target.iter().map(|(key, value)| pair(key, value)).collect();
        let line = format!("\"{}\"\n", target.join(" "));
        let now = Instant::now;
        // What the last one still had to say.
        self.lines.try_iter().for_each(drop);
        let sent = self
            .stdin
            .as_mut()
            .map(|stdin| stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()));
        if !matches!(sent, Some(Ok(()))) {
            return Err((now(), self.last_words()));
        }
        let limit = now() + START + Duration::from_secs(PATIENCE);
        loop {
            match self.lines.recv_timeout(limit.saturating_duration_since(now())) {
                Ok((at, line)) => match line.strip_prefix(MARK) {
                    Some(cluster) => return Ok((at, Cluster::of(cluster))),
                    None if is_failure(&line) => return Err((at, line)),
                    None => {}
                },
                Err(RecvTimeoutError::Timeout) => return Err((now(), "no answer".to_owned())),
                Err(RecvTimeoutError::Disconnected) => return Err((now(), self.last_words())),
            }
        }
    }

    fn last_words(&self) -> String {
        let lines = self.lines.try_iter().map(|(_, line)| line);
        lines.last().unwrap_or_else(|| "the container that was to log in has ended".to_owned())
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // xargs ends with its input, and the container with it.
        self.stdin = None;
        drop(self.child.wait());
    }
}

/// What a login showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cluster {
    /// The number that a cluster is given when it is made.
    pub(super) identifier: String,
    /// Whether the role is a superuser.
    pub(super) is_super: bool,
}

impl Cluster {
    fn of(text: &str) -> Self {
        let (identifier, is_super) = text.split_once(' ').unwrap_or((text, ""));
        Self { identifier: identifier.to_owned(), is_super: is_super.starts_with('t') }
    }
}

/// Tells whether a line says that a login failed, or that its session was ended.
fn is_failure(line: &str) -> bool {
    let lost = ["error:", "docker:", "FATAL:", "server closed the connection", "was lost"];
    lost.iter().any(|text| line.contains(text))
}

/// Gives a setting of a connection string, in an argument of xargs that stands in double quotes.
fn pair(key: &str, value: &str) -> String {
    format!("{key}='{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Tells whether a name can be given to the probe.
pub(super) fn can_be_asked(name: &str) -> bool {
    !name.contains(['"', '\n', '\0'])
}
