//! `serve`: the provisioner over HTTP, until a signal says stop.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use tokio::sync::mpsc;

use super::serve_health::{self, HealthArgs};
use super::{Exit, Io, complain, print, secrets};
use crate::postgres::provision::{MAX_CONNECTIONS, Provisioner, Settings};
use crate::server::{Certificate, Options, Scope, Server, Stopped, Tokens, generate};

/// How many lines of the audit log may wait to be written; then requests wait.
const WAITING_LINES: usize = 1024;

/// Makes databases over HTTP, so that a dashboard never holds the superuser's password.
///
/// The Postgres server is the one that DATABASE_URL or the PG* variables name, or the files that
/// DATABASE_URL_FILE and PGPASSWORD_FILE name. What may be asked is at /openapi.json.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ServeArgs {
    #[command(subcommand)]
    command: Option<ServeCommand>,
    /// The address to listen on. One that others reach needs --tokens.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8642")]
    bind: SocketAddr,
    /// The tokens that are taken, one a line, as `composemod serve token` prints them.
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Serves with TLS: the certificate, and those between it and its authority, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The host in the URLs that are given to apps [default: the one that is connected to].
    #[arg(long, value_name = "HOST")]
    public_host: Option<String>,
    /// The port in the URLs that are given to apps [default: the one that is connected to].
    #[arg(long, value_name = "PORT")]
    public_port: Option<u16>,
    /// How many connections an app's login may have, where its request says nothing.
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_CONNECTIONS)))]
    connection_limit: u32,
    /// An extension that requests may ask for; may be repeated or a list with commas.
    #[arg(long = "allow-extension", value_name = "NAME", value_delimiter = ',')]
    allowed_extensions: Vec<String>,
    /// How many requests may work at once; others are told to come again.
    #[arg(long, value_name = "NUMBER", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    max_concurrency: u16,
    /// How many connections clients may have at once; others are closed.
    #[arg(long, value_name = "NUMBER", default_value_t = 512, value_parser = clap::value_parser!(u16).range(1..))]
    max_connections: u16,
    /// How long a request may take before its client is told that the work goes on.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..))]
    request_timeout: u16,
    /// How long requests may take to end after SIGTERM; `docker stop` kills after 10 s.
    #[arg(long, value_name = "SECONDS", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    stop_timeout: u16,
    /// Where the line of each request goes [default: stderr].
    #[arg(long, value_name = "FILE")]
    audit_log: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum ServeCommand {
    Token(TokenArgs),
    Health(HealthArgs),
}

/// Makes a token: prints it, and below it the line for the file of --tokens.
///
/// The token is shown this once; the file holds its hash only.
#[derive(Debug, Args)]
struct TokenArgs {
    /// What the token allows: a list of create, read and drop.
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', required = true)]
    scopes: Vec<Scope>,
    /// Whose it is, as the audit log will say.
    #[arg(long, value_name = "NAME", default_value = "dashboard")]
    name: String,
}

/// Serves, or makes a token.
pub(super) fn run(args: &ServeArgs, io: &mut Io) -> Exit {
    let done = match &args.command {
        Some(ServeCommand::Token(args)) => token(args, io),
        Some(ServeCommand::Health(args)) => Ok(serve_health::run(args, io)),
        None => serve(args, io),
    };
    done.unwrap_or_else(|reason| {
        complain(io, &format!("error: {reason}\n"));
        Exit::Failed
    })
}

fn token(args: &TokenArgs, io: &mut Io) -> Result<Exit, String> {
    let scopes: BTreeSet<Scope> = args.scopes.iter().copied().collect();
    let new = generate(&args.name, &scopes)?;
    Ok(print(io, &format!("{}\n{}\n", new.token.expose_secret(), new.line)))
}

fn serve(args: &ServeArgs, io: &mut Io) -> Result<Exit, String> {
    let dsn = secrets::server(io).map_err(|error| error.to_string())?;
    let options = options(args, io)?;
    let settings = Settings {
        public_host: args.public_host.clone(),
        public_port: args.public_port,
        connection_limit: args.connection_limit,
        extensions: options.extensions.clone(),
        ..Settings::default()
    };
    let mut log =
        args.audit_log.as_deref().map(|path| audit_log(&io.cwd.join(path))).transpose()?;
    let listener = TcpListener::bind(args.bind)
        .map_err(|error| format!("can't listen on {}: {error}", args.bind))?;
    let scheme = if options.certificate.is_some() { "https" } else { "http" };
    let is_open = options.tokens.is_none();
    let started = format!("serving databases of {dsn} at {scheme}://");
    let (sender, lines) = mpsc::channel(WAITING_LINES);
    let provisioner = Arc::new(Provisioner::new(dsn, settings));
    let server =
        Server::new(listener, provisioner, options, sender).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("can't start threads: {error}"))?;
    let ended = runtime.block_on(async {
        // From here on a signal ends the requests first; whoever starts us waits for this line.
        let stop = stop_signal()?;
        complain(io, &format!("{started}{}\n", server.address()));
        if is_open {
            complain(io, "warning: there are no tokens: whoever is on this machine can make and drop databases; name a file by --tokens\n");
        }
        let to: &mut dyn Write = match &mut log {
            Some(file) => file,
            None => &mut *io.stderr,
        };
        drive(server, stop, lines, to).await
    })?;
    if ended == Stopped::Cut {
        complain(
            io,
            "stopped; requests that took too long were cut off: a repeat of each goes on where it ended\n",
        );
    }
    Ok(Exit::Clean)
}

fn options(args: &ServeArgs, io: &Io) -> Result<Options, String> {
    let read = |path: &Path| {
        std::fs::read(io.cwd.join(path)).map_err(|error| format!("{}: {error}", path.display()))
    };
    let tokens = args.tokens.as_deref().map(|path| {
        let text = String::from_utf8(read(path)?).unwrap_or_default();
        Tokens::parse(&text).map_err(|reason| format!("{}: {reason}", path.display()))
    });
    let certificate = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => {
            Some(Certificate::from_pem(&read(certificate)?, &read(key)?)?)
        }
        _ => None,
    };
    Ok(Options {
        tokens: tokens.transpose()?,
        certificate,
        request_timeout: Duration::from_secs(args.request_timeout.into()),
        stop_timeout: Duration::from_secs(args.stop_timeout.into()),
        max_concurrency: args.max_concurrency.into(),
        max_connections: args.max_connections.into(),
        extensions: args.allowed_extensions.iter().cloned().collect(),
    })
}

/// Opens the audit log to add to it; a new one is for its owner only.
fn audit_log(path: &Path) -> Result<File, String> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs the service to its end, and writes the lines of its log.
async fn drive(
    server: Server,
    stop: impl Future<Output = ()>,
    mut lines: mpsc::Receiver<String>,
    to: &mut dyn Write,
) -> Result<Stopped, String> {
    // A log that can't be written (a full disk) must not end the service; nobody is left to tell.
    let mut write = |line: String| drop(to.write_all(line.as_bytes()).and_then(|()| to.flush()));
    let running = server.run(stop);
    tokio::pin!(running);
    let ended = loop {
        tokio::select! {
            Some(line) = lines.recv() => write(line),
            ended = &mut running => break ended,
        }
    };
    lines.close();
    while let Some(line) = lines.recv().await {
        write(line);
    }
    ended.map_err(|error| error.to_string())
}

/// Gives what ends at the first SIGTERM or SIGINT from now on.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: io::Error| format!("can't wait for signals: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Gives what ends at the first Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    Ok(async { drop::<io::Result<()>>(tokio::signal::ctrl_c().await) })
}
