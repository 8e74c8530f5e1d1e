//! The provisioner over HTTP: `composemod serve`.
//!
//! Invariants: whoever asks is known by a token, or is on this machine; work that was begun is ended,
//! whether or not its client waits; every answer to an error is a problem (RFC 9457); no secret is in
//! a log. Deliberately absent: files, signals and the process's environment, which are the callers'.

mod audit;
mod body;
mod idempotency;
mod listen;
mod metrics;
mod openapi;
mod problem;
mod routes;
mod state;
mod tokens;
mod watch;

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use tokio::sync::{Mutex, Semaphore, mpsc, watch as channel};
use tokio::time::timeout;

use openapi::Guarded;

pub use listen::Certificate;
pub use state::{Answer, Databases};
pub use tokens::{NewToken, Scope, Token, Tokens, generate};

/// How the service is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The tokens that are taken; none: whoever is on this machine may do all.
    pub tokens: Option<Tokens>,
    /// The certificate to serve with; none: without TLS.
    pub certificate: Option<Certificate>,
    /// How long a request may take before its client is told that the work goes on.
    pub request_timeout: Duration,
    /// How long requests may take to end once the service is told to stop.
    pub stop_timeout: Duration,
    /// How many requests may work on databases at once; the others are told to come again.
    pub max_concurrency: usize,
    /// How many connections there may be at once; the others are closed.
    pub max_connections: usize,
    /// The extensions that the provisioner allows, for the OpenAPI document.
    pub extensions: BTreeSet<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tokens: None,
            certificate: None,
            request_timeout: Duration::from_secs(60),
            // `docker stop` kills after 10 s.
            stop_timeout: Duration::from_secs(8),
            max_concurrency: 64,
            max_connections: 512,
            extensions: BTreeSet::new(),
        }
    }
}

/// Why the service does not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Everybody could make and drop databases.
    #[error(
        "{0} can be reached by others, and there are no tokens: name a file by --tokens (`composemod serve token` makes a token), or bind to 127.0.0.1"
    )]
    Open(SocketAddr),
    /// The listener can't be used.
    #[error("can't listen: {0}")]
    Listener(#[from] io::Error),
}

/// A service that is ready to run. Its listener takes connections already.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: Arc<state::State>,
    options: Options,
}

impl Server {
    /// Makes a service on a listener. Each line of the audit log goes to `audit`.
    ///
    /// # Errors
    /// Others than this machine reach the listener, and there are no tokens.
    pub fn new(
        listener: TcpListener,
        databases: Arc<dyn Databases>,
        options: Options,
        audit: mpsc::Sender<String>,
    ) -> Result<Self, StartError> {
        let address = listener.local_addr()?;
        let is_loopback = address.ip().is_loopback();
        if !is_loopback && options.tokens.is_none() {
            return Err(StartError::Open(address));
        }
        let guarded = match (&options.tokens, is_loopback) {
            (None, _) => Guarded::Nothing,
            (Some(_), true) => Guarded::Databases,
            (Some(_), false) => Guarded::All,
        };
        let state = Arc::new(state::State {
            databases,
            tokens: options.tokens.clone(),
            is_loopback,
            answers: idempotency::Store::default(),
            metrics: metrics::Metrics::default(),
            document: openapi::document(&options.extensions, guarded),
            request_timeout: options.request_timeout,
            in_flight: channel::Sender::new(0),
            audit,
            permits: Arc::new(Semaphore::new(options.max_concurrency)),
            readiness: Mutex::new(None),
        });
        Ok(Self { listener, address, state, options })
    }

    /// Gives the address that is listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done; then takes no more connections and lets requests end.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<Stopped, StartError> {
        let handle = Handle::new();
        let grace = self.options.stop_timeout;
        let mut in_flight = self.state.in_flight.subscribe();
        let router = routes::router(self.state);
        let serving = listen::serve(
            self.listener,
            router,
            self.options.certificate,
            self.options.max_connections,
            handle.clone(),
        );
        tokio::pin!(serving);
        tokio::select! {
            ended = &mut serving => {
                ended?;
                return Ok(Stopped::Whole);
            }
            () = stop => handle.graceful_shutdown(Some(grace)),
        }
        let ending = async {
            serving.await?;
            // Work goes on for clients that are gone.
            drop(in_flight.wait_for(|count| *count == 0).await);
            Ok::<(), io::Error>(())
        };
        match timeout(grace, ending).await {
            Ok(ended) => ended.map(|()| Stopped::Whole).map_err(StartError::from),
            Err(_) => Ok(Stopped::Cut),
        }
    }
}

/// How the service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// All requests were answered.
    Whole,
    /// Some took longer than the stop may take. A repeat of each goes on where it ended.
    Cut,
}
