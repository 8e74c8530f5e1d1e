//! What is around every request: its id, its time limit, its line in the audit log, and a proper
//! answer whatever happens.
//!
//! A request is worked on in a task of its own. A client that hangs up, or is told that it takes too
//! long, does not end the work, so that no database is left half made.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State as Extracted};
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::audit::{Line, Note, milliseconds, timestamp};
use super::problem::{Kind, Problem, Told};
use super::routes::path;
use super::state::State;

/// The header with the request's id.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Runs a request.
pub(super) async fn watch(
    Extracted(state): Extracted<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let note = Note::default();
    request.extensions_mut().insert(note.clone());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let watched = Watched {
        state: Arc::clone(&state),
        id: format!("{:016x}", rand::random::<u64>()),
        route: route.unwrap_or_else(|| "unknown".to_owned()),
        method: method(request.method()),
        peer,
        note,
        start: Instant::now(),
    };
    let in_flight = InFlight::new(Arc::clone(&state));
    let (tell, answered) = oneshot::channel();
    tokio::spawn(async move {
        watched.run(tokio::spawn(next.run(request)), tell).await;
        drop(in_flight);
    });
    // The task always answers; where the runtime ends, so does the connection.
    answered.await.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// A request, as it is told of afterwards.
struct Watched {
    state: Arc<State>,
    id: String,
    route: String,
    method: &'static str,
    peer: SocketAddr,
    note: Note,
    start: Instant,
}

impl Watched {
    /// Sees to it that the request is answered once and told of.
    async fn run(&self, mut work: JoinHandle<Response>, tell: oneshot::Sender<Response>) {
        let limit = self.state.request_timeout;
        let done = timeout(limit, &mut work).await.ok();
        let is_late = done.is_none();
        let response = match done {
            Some(done) => done.unwrap_or_else(|_| panicked()),
            None => {
                let detail = format!(
                    "it is not done within {} s; the work goes on: ask again later",
                    limit.as_secs_f32()
                );
                Problem::new(Kind::TimeLimit, detail).into_response()
            }
        };
        let status = response.status().as_u16();
        self.state.metrics.request(&self.route, self.method, status, self.start.elapsed());
        self.log(self.line(&response, false)).await;
        // A client that hung up gets none.
        drop(tell.send(self.finished(response)));
        if is_late {
            let response = work.await.unwrap_or_else(|_| panicked());
            self.log(self.line(&response, true)).await;
        }
    }

    fn finished(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            headers.insert(REQUEST_ID, id);
        }
        // Answers hold passwords: nobody is to keep them on the way.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }

    async fn log(&self, line: Option<String>) {
        if let Some(line) = line {
            // Nobody listens only where the service ends without waiting any longer.
            drop(self.state.audit.send(line).await);
        }
    }

    /// Gives the line of the audit log, where there is to be one.
    fn line(&self, response: &Response, late: bool) -> Option<String> {
        // Who watches the service asks every few seconds; only what is wrong is worth a line.
        let is_probe = [path::HEALTH, path::READY, path::METRICS].contains(&self.route.as_str());
        if is_probe && response.status().is_success() {
            return None;
        }
        let told = response.extensions().get::<Told>().cloned();
        let told = told.unwrap_or(Told { outcome: "answered", cause: None });
        let noted = self.note.noted();
        let line = Line {
            time: timestamp(OffsetDateTime::now_utc()),
            id: &self.id,
            token: noted.token,
            method: self.method,
            route: &self.route,
            database: noted.database,
            status: response.status().as_u16(),
            outcome: told.outcome,
            duration_ms: milliseconds(self.start.elapsed()),
            peer: self.peer,
            cause: told.cause,
            late,
        };
        Some(line.text())
    }
}

fn panicked() -> Response {
    Problem::new(Kind::Internal, "the service failed: its log has more under this request's id")
        .with_cause("the request's task panicked")
        .into_response()
}

/// Gives the method's name where it is a known one, so that no client makes new labels and lines.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] =
        ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// A request that is being worked on.
struct InFlight(Arc<State>);

impl InFlight {
    fn new(state: Arc<State>) -> Self {
        state.in_flight.send_modify(|count| *count += 1);
        Self(state)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.send_modify(|count| *count -= 1);
    }
}
