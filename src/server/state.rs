//! What all requests share, and who may do what.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::header::{AUTHORIZATION, HOST, HeaderValue, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Uri};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};

use super::audit::Note;
use super::idempotency::Store;
use super::metrics::Metrics;
use super::problem::{Kind, Problem};
use super::tokens::{Scope, Tokens};
use crate::postgres::error::Error;
use crate::postgres::provision::{Created, Database, Dropped, OpenDatabase, Provisioner, Request};

/// What a call will have come to.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// What the routes ask of a provisioner.
pub trait Databases: Send + Sync + 'static {
    /// As [`Provisioner::create`].
    fn create<'a>(&'a self, request: &'a Request) -> Answer<'a, Created>;
    /// As [`Provisioner::list`].
    fn list(&self) -> Answer<'_, Vec<Database>>;
    /// As [`Provisioner::find`].
    fn find<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Database>>;
    /// As [`Provisioner::quarantine`].
    fn quarantine<'a>(&'a self, name: &'a str, day: &'a str) -> Answer<'a, Dropped>;
    /// As [`Provisioner::open_databases`].
    fn open_databases(&self) -> Answer<'_, Vec<OpenDatabase>>;
    /// As [`Provisioner::ready`].
    fn ready(&self) -> Answer<'_, ()>;
}

impl Databases for Provisioner {
    fn create<'a>(&'a self, request: &'a Request) -> Answer<'a, Created> {
        Box::pin(self.create(request))
    }

    fn list(&self) -> Answer<'_, Vec<Database>> {
        Box::pin(self.list())
    }

    fn find<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Database>> {
        Box::pin(self.find(name))
    }

    fn quarantine<'a>(&'a self, name: &'a str, day: &'a str) -> Answer<'a, Dropped> {
        Box::pin(self.quarantine(name, day))
    }

    fn open_databases(&self) -> Answer<'_, Vec<OpenDatabase>> {
        Box::pin(self.open_databases())
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(self.ready())
    }
}

/// How long what is known of the Postgres server holds: whoever asks, it is asked no more often.
const READY_FOR: Duration = Duration::from_secs(1);

/// What all requests share.
pub(super) struct State {
    pub(super) databases: Arc<dyn Databases>,
    /// None: whoever is on this machine may do all.
    pub(super) tokens: Option<Tokens>,
    /// Whether only this machine reaches the service.
    pub(super) is_loopback: bool,
    pub(super) answers: Store,
    pub(super) metrics: Metrics,
    /// The OpenAPI document.
    pub(super) document: String,
    /// How long a request may take before its client is told.
    pub(super) request_timeout: Duration,
    /// How many requests are being worked on, those of clients that are gone among them.
    pub(super) in_flight: watch::Sender<usize>,
    /// Where lines of the audit log go.
    pub(super) audit: tokio::sync::mpsc::Sender<String>,
    /// One for each request that may work on databases at once.
    pub(super) permits: Arc<Semaphore>,
    /// When the Postgres server was last asked, and what it said.
    pub(super) readiness: Mutex<Option<(Instant, Result<(), Problem>)>>,
}

/// Who asks.
pub(super) struct Caller {
    /// The name of the token.
    pub(super) name: String,
}

impl State {
    /// Finds who asks, and whether that is allowed.
    ///
    /// # Errors
    /// There is no valid token, or it lacks the scope.
    pub(super) fn authorize(
        &self,
        headers: &HeaderMap,
        scope: Option<Scope>,
        note: &Note,
    ) -> Result<Caller, Problem> {
        let Some(tokens) = &self.tokens else {
            let name = "anybody".to_owned();
            note.token(&name);
            return is_meant(headers).then_some(Caller { name }).ok_or_else(|| {
                let detail = "without tokens, the service answers to localhost and 127.0.0.1 only: make a token by `composemod serve token`";
                Problem::new(Kind::Forbidden, detail)
                    .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            });
        };
        let presented = bearer(headers).ok_or_else(|| {
            let detail = "send a token, with the header `Authorization: Bearer TOKEN`";
            Problem::unauthorized(detail, "Bearer realm=\"composemod\"")
        })?;
        let token = tokens.find(presented).ok_or_else(|| {
            let challenge = "Bearer realm=\"composemod\", error=\"invalid_token\"";
            Problem::unauthorized("the token is not known", challenge)
        })?;
        note.token(&token.name);
        match scope {
            Some(scope) if !token.scopes.contains(&scope) => {
                let challenge = format!(
                    "Bearer realm=\"composemod\", error=\"insufficient_scope\", scope=\"{scope}\""
                );
                let challenge = HeaderValue::from_str(&challenge)
                    .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
                let detail = format!("the token {} lacks the scope {scope}", token.name);
                Err(Problem::new(Kind::Forbidden, detail).with_header(WWW_AUTHENTICATE, challenge))
            }
            _ => Ok(Caller { name: token.name.clone() }),
        }
    }

    /// Takes one of the places for requests that work on databases.
    ///
    /// # Errors
    /// All are taken.
    pub(super) fn permit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.permits).try_acquire_owned().map_err(|_| {
            Problem::unavailable("too many requests are being worked on: ask again later", 1)
        })
    }

    /// Says whether the Postgres server answers; it is asked once a second at most.
    ///
    /// # Errors
    /// It does not; the reason is for operators only.
    pub(super) async fn ready(&self) -> Result<(), Problem> {
        let mut known = self.readiness.lock().await;
        if let Some((since, said)) = known.as_ref()
            && since.elapsed() < READY_FOR
        {
            return said.clone();
        }
        let said = self.databases.ready().await.map_err(|error| {
            Problem::unavailable("the Postgres server is not ready", 5)
                .with_cause(error.to_string())
        });
        *known = Some((Instant::now(), said.clone()));
        said
    }
}

/// Gives the token of a request: the one header, and its scheme in any case (RFC 9110, section 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

/// Whether a request was sent to this machine by its own name. A page in a browser can have a name of
/// its own lead here (DNS rebinding), and then asks as if it were ours; its name stands in `Host`.
fn is_meant(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let uri = host.and_then(|host| format!("http://{host}/").parse::<Uri>().ok());
    uri.as_ref().and_then(Uri::host).is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn one_bearer_token_is_taken() {
        let of = |values: &[&str]| bearer(&headers(&AUTHORIZATION, values)).map(str::to_owned);
        assert_eq!(of(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(of(&["bearer  abc"]).as_deref(), Some("abc"));
        for wrong in [&[][..], &["Bearer"], &["Basic abc"], &["abc"], &["Bearer a", "Bearer b"]] {
            assert_eq!(of(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_name_that_leads_here_is_not_ours() {
        for (host, expected) in [
            ("localhost:8642", true),
            ("LOCALHOST", true),
            ("127.0.0.1:1", true),
            ("[::1]:8642", true),
            ("evil.example:8642", false),
            ("localhost.evil.example", false),
            ("192.168.0.2", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(is_meant(&headers(&HOST, &[host])), expected, "{host}");
        }
        assert!(!is_meant(&HeaderMap::new()));
    }
}
