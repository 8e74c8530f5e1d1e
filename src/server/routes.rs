//! The paths, and what each does.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, Request};
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use secrecy::ExposeSecret;
use time::OffsetDateTime;

use super::audit::{self, Note, is_name};
use super::body::{self, CreateRequest};
use super::idempotency::{self, Turn};
use super::metrics::{self, Gauges};
use super::problem::{Kind, Problem, Told, unknown_path, wrong_method};
use super::state::State;
use super::tokens::Scope;
use super::watch::watch;
use crate::postgres::provision::{Created, Outcome};

/// The paths as they are declared.
pub(super) mod path {
    pub(in crate::server) const DATABASES: &str = "/v1/databases";
    pub(in crate::server) const DATABASE: &str = "/v1/databases/{name}";
    pub(in crate::server) const HEALTH: &str = "/healthz";
    pub(in crate::server) const READY: &str = "/readyz";
    pub(in crate::server) const METRICS: &str = "/metrics";
    pub(in crate::server) const DOCUMENT: &str = "/openapi.json";
}

type Shared = axum::extract::State<Arc<State>>;

/// Gives the service.
pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route(path::DATABASES, get(list).post(create))
        .route(path::DATABASE, get(show).delete(quarantine))
        .route(path::HEALTH, get(health))
        .route(path::READY, get(ready))
        .route(path::METRICS, get(count))
        .route(path::DOCUMENT, get(document))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(body::MAX_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), watch))
        .with_state(state)
}

/// Makes a database, or what is missing of it.
///
/// A repeat goes on where an earlier call ended, however it ended.
#[utoipa::path(
    post,
    path = path::DATABASES,
    operation_id = "create_database",
    request_body = CreateRequest,
    params(
        ("Idempotency-Key" = Option<String>, Header,
            description = "A key of the client's choice, as a UUID: the same request with the same key is answered as before, for a day. Without one, a password that is made here can't be told again.",
            min_length = 1, max_length = 128, pattern = "^[!-~]+$"),
    ),
    responses(
        (status = 201, description = "This call made it, or what was missing of it.", body = body::Created,
            headers(("Location" = String, description = "The database's path."))),
        (status = 200, description = "All was there already, with this password.", body = body::Created),
    ),
    security(("token" = ["create"])),
)]
async fn create(
    axum::extract::State(state): Shared,
    Extension(note): Extension<Note>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let caller = state.authorize(&headers, Some(Scope::Create), &note)?;
    let key = idempotency::key(&headers)?;
    let bytes = body::read(request).await?;
    let request = CreateRequest::parse(&bytes)?;
    note.database(&request.db_name);
    let turn = key.map(|key| state.answers.begin(&caller.name, key, &request, Instant::now()));
    let claim = match turn.transpose()? {
        Some(Turn::Again(answer)) => {
            let mut response = answer.map(|made| created(&made, &request.db_name))?;
            let replayed = HeaderName::from_static(idempotency::REPLAYED);
            response.headers_mut().insert(replayed, HeaderValue::from_static("true"));
            return Ok(response);
        }
        Some(Turn::First(claim)) => Some(claim),
        None => None,
    };
    let _permit = state.permit()?;
    let answer = state.databases.create(&request).await.map_err(Problem::from);
    state.metrics.create(
        answer.as_ref().map_or_else(|problem| problem.kind.id(), |made| name_of(made.outcome)),
    );
    if let Some(claim) = claim {
        claim.settle(&answer);
    }
    answer.map(|made| created(&made, &request.db_name))
}

fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Made => "made",
        Outcome::Unchanged => "unchanged",
    }
}

fn created(made: &Created, name: &str) -> Response {
    let answer = body::Created { success: true, db_url: made.db_url.expose_secret(), error: None };
    let status = match made.outcome {
        Outcome::Made => StatusCode::CREATED,
        Outcome::Unchanged => StatusCode::OK,
    };
    let mut response = told(name_of(made.outcome), (status, Json(answer)));
    let place = path::DATABASE.replace("{name}", name);
    if let (Outcome::Made, Ok(place)) = (made.outcome, HeaderValue::from_str(&place)) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// Lists the databases that were made here, and others that every role can connect to.
#[utoipa::path(
    get,
    path = path::DATABASES,
    operation_id = "list_databases",
    responses((status = 200, description = "What there is.", body = body::Databases)),
    security(("token" = ["read"])),
)]
async fn list(
    axum::extract::State(state): Shared,
    Extension(note): Extension<Note>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    state.authorize(&headers, Some(Scope::Read), &note)?;
    let _permit = state.permit()?;
    let databases = state.databases.list().await?.into_iter().map(Into::into).collect();
    let open = state.databases.open_databases().await?;
    let open = open.into_iter().map(|database| database.name).collect();
    Ok(told("listed", Json(body::Databases { databases, open })))
}

/// Shows a database that was made here, by its name, or by the one under which it waits.
#[utoipa::path(
    get,
    path = path::DATABASE,
    operation_id = "show_database",
    params(
        ("name" = String, Path, description = "The database's name.",
            min_length = 1, max_length = 63, pattern = "^[a-z][a-z0-9_]*$"),
    ),
    responses((status = 200, description = "What it is like.", body = body::Database)),
    security(("token" = ["read"])),
)]
async fn show(
    axum::extract::State(state): Shared,
    Extension(note): Extension<Note>,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let name = database_name(path, &note);
    state.authorize(&headers, Some(Scope::Read), &note)?;
    let name = name?;
    let _permit = state.permit()?;
    let database = state.databases.find(&name).await?;
    let database = database
        .ok_or_else(|| Problem::new(Kind::NotFound, format!("no database {name} was made here")))?;
    Ok(told("shown", Json(body::Database::from(database))))
}

/// Takes a database out of use: no login, no session, another name. Nothing is lost.
///
/// `composemod db drop` dumps it and takes it away for good.
#[utoipa::path(
    delete,
    path = path::DATABASE,
    operation_id = "drop_database",
    params(
        ("name" = String, Path, description = "The database's name."),
    ),
    responses((status = 200, description = "It waits under another name.", body = body::Dropped)),
    security(("token" = ["drop"])),
)]
async fn quarantine(
    axum::extract::State(state): Shared,
    Extension(note): Extension<Note>,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let name = database_name(path, &note);
    state.authorize(&headers, Some(Scope::Drop), &note)?;
    let name = name?;
    let _permit = state.permit()?;
    let dropped = state.databases.quarantine(&name, &audit::day(OffsetDateTime::now_utc())).await?;
    // A repeat of the create must not be told that it is there.
    state.answers.forget(&name);
    let answer =
        body::Dropped { success: true, quarantine: dropped.quarantine, gone: false, error: None };
    Ok(told(if dropped.was_in_use { "quarantined" } else { "unchanged" }, Json(answer)))
}

fn database_name(
    path: Result<Path<String>, PathRejection>,
    note: &Note,
) -> Result<String, Problem> {
    match path {
        Ok(Path(name)) if is_name(&name) => {
            note.database(&name);
            Ok(name)
        }
        _ => Err(Problem::new(
            Kind::Invalid,
            "a database's name has small letters, digits and `_`, a letter first, and 63 bytes at most",
        )),
    }
}

/// Says that the process is up.
#[utoipa::path(
    get,
    path = path::HEALTH,
    operation_id = "health",
    responses((status = 200, description = "It is up.", body = body::Health)),
)]
async fn health() -> Response {
    told("up", Json(body::Health { status: "up" }))
}

/// Says whether the Postgres server answers, and takes the service's login.
#[utoipa::path(
    get,
    path = path::READY,
    operation_id = "ready",
    responses((status = 200, description = "It does.", body = body::Health)),
)]
async fn ready(axum::extract::State(state): Shared) -> Result<Response, Problem> {
    state.ready().await?;
    Ok(told("ready", Json(body::Health { status: "ready" })))
}

/// Counts requests and creates, for Prometheus. Where only this machine reaches the service, no token is needed.
#[utoipa::path(
    get,
    path = path::METRICS,
    operation_id = "metrics",
    responses((status = 200, description = "The counts.", body = String, content_type = metrics::MEDIA_TYPE)),
    security(("token" = [])),
)]
async fn count(
    axum::extract::State(state): Shared,
    Extension(note): Extension<Note>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !state.is_loopback {
        state.authorize(&headers, None, &note)?;
    }
    let gauges = Gauges { in_flight: *state.in_flight.borrow(), kept_answers: state.answers.len() };
    let media_type = [(CONTENT_TYPE, metrics::MEDIA_TYPE)];
    Ok(told("counted", (media_type, state.metrics.text(gauges))))
}

/// Gives this document.
#[utoipa::path(
    get,
    path = path::DOCUMENT,
    operation_id = "document",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value, content_type = "application/json")),
)]
async fn document(axum::extract::State(state): Shared) -> Response {
    told("described", ([(CONTENT_TYPE, "application/json")], state.document.clone()))
}

/// Gives an answer with what it came to.
fn told(outcome: &'static str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.extensions_mut().insert(Told { outcome, cause: None });
    response
}
