//! A wire between client and server that can be cut at each message of the client's.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::server::Server;

/// Whether the message at which the wire is cut still arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Before,
    After,
}

/// Whether the wire works again after the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Works,
    StaysDead,
    /// Nothing is cut: nothing arrives any more, until the client dies.
    Hangs,
}

/// A wire to a server.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    target: u16,
    seen: AtomicUsize,
    cut_at: usize,
    cut: Cut,
    then: Then,
    is_cut: AtomicBool,
    cut_now: Notify,
}

impl Proxy {
    /// Lays a wire that is cut at the client's message of this number, the first being 1.
    pub(crate) fn start(server: &Server, cut_at: usize, cut: Cut, then: Then) -> Self {
        let state = Arc::new(State {
            target: server.port,
            seen: AtomicUsize::new(0),
            cut_at,
            cut,
            then,
            is_cut: AtomicBool::new(false),
            cut_now: Notify::new(),
        });
        let accepting = Arc::clone(&state);
        let port = server.block_on(async move {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            tokio::spawn(async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(carry(client, Arc::clone(&accepting)));
                }
            });
            port
        });
        Self { port, state }
    }

    /// Whether it was cut.
    pub(crate) fn is_cut(&self) -> bool {
        self.state.is_cut.load(Ordering::SeqCst)
    }
}

async fn carry(client: TcpStream, state: Arc<State>) {
    if state.then != Then::Works && state.is_cut.load(Ordering::SeqCst) {
        return;
    }
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, state.target)).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let upward = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let Ok(length @ 1..) = from_client.read(&mut buffer).await else { return };
            let is_last = state.seen.fetch_add(1, Ordering::SeqCst) + 1 == state.cut_at;
            if is_last {
                state.is_cut.store(true, Ordering::SeqCst);
            }
            if !(is_last && state.cut == Cut::Before)
                && to_server.write_all(&buffer[..length]).await.is_err()
            {
                return;
            }
            if is_last && state.then == Then::Hangs {
                while matches!(from_client.read(&mut buffer).await, Ok(1..)) {}
                return;
            }
            if is_last {
                state.cut_now.notify_waiters();
                return;
            }
        }
    };
    let downward = async { drop(tokio::io::copy(&mut from_server, &mut to_client).await) };
    // Another connection of the same call dies with this one where the wire stays dead.
    let cut = async {
        state.cut_now.notified().await;
        if state.then == Then::Works {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! { () = upward => {}, () = downward => {}, () = cut => {} }
}
