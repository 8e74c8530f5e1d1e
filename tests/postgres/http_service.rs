//! The service in this process, on a loopback port of its own, and its audit log.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use composemod::server::{Databases, Options, Scope, Server, Stopped, Tokens, generate};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use super::http_client::Client;

/// A service that runs until it is told to stop, or dropped.
pub(crate) struct Service {
    pub(crate) client: Client,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<(Stopped, Vec<String>)>>,
}

/// Tokens for the tests: one that may do all, and one for each scope.
pub(crate) struct TestTokens {
    pub(crate) tokens: Tokens,
    pub(crate) all: String,
    pub(crate) create: String,
    pub(crate) read: String,
    pub(crate) drop: String,
}

impl TestTokens {
    pub(crate) fn new() -> Self {
        let mut lines = String::new();
        let mut make = |name: &str, scopes: &[Scope]| {
            let scopes: BTreeSet<Scope> = scopes.iter().copied().collect();
            let new = generate(name, &scopes).expect("a token");
            lines.push_str(&format!("{}\n", new.line));
            new.token.expose_secret().to_owned()
        };
        let all = make("all", &Scope::ALL);
        let create = make("create", &[Scope::Create]);
        let read = make("read", &[Scope::Read]);
        let drop = make("drop", &[Scope::Drop]);
        Self { tokens: Tokens::parse(&lines).expect("tokens"), all, create, read, drop }
    }
}

impl Service {
    /// Starts a service for whoever is on this machine.
    pub(crate) fn start(databases: Arc<dyn Databases>, options: Options) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let (lines, mut received) = mpsc::channel(1000);
        let server = Server::new(listener, databases, options, lines).expect("a service");
        let client = Client { address: server.address(), token: None };
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = Runtime::new().expect("a runtime");
            let collect = async move {
                let mut all = Vec::new();
                while let Some(line) = received.recv().await {
                    all.push(line);
                }
                all
            };
            let collected = runtime.spawn(collect);
            let ended = runtime.block_on(server.run(async {
                drop(stopped.await);
            }));
            // What was cut holds the log open; it ends with the runtime's tasks.
            let ended = ended.expect("it ends well");
            let lines = match ended {
                Stopped::Whole => runtime.block_on(collected).expect("the log"),
                Stopped::Cut => Vec::new(),
            };
            (ended, lines)
        });
        Self { client, stop: Some(stop), thread: Some(thread) }
    }

    /// Gives the client with a token.
    pub(crate) fn with_token(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.client.clone() }
    }

    /// Tells it to stop, and does not wait.
    pub(crate) fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Stops it, and gives how it ended, and the lines of its audit log.
    pub(crate) fn stop(mut self) -> (Stopped, Vec<Value>) {
        self.tell_to_stop();
        let (ended, lines) = self.thread.take().expect("a thread").join().expect("no panic");
        let read = |line: &String| {
            assert!(line.ends_with('\n') && line.trim_end().lines().count() == 1, "{line:?}");
            serde_json::from_str(line).expect("a line of JSON")
        };
        (ended, lines.iter().map(read).collect())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.tell_to_stop();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
