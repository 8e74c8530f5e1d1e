//! What is answered where something can't be done: problem details (RFC 9457), with the fields of a
//! create's answer beside them.
//!
//! Invariant: nothing in an answer is a server's own text; what is told to operators goes with the
//! answer to the audit log, and holds no password either.

use axum::Json;
use axum::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::postgres::error::Error;

/// The media type of problem details.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// What kind of problem it is. Each has a status of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The request can't be read.
    Malformed,
    /// The token is missing or unknown.
    Unauthorized,
    /// The token may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The thing can't be asked for this.
    MethodNotAllowed,
    /// The body did not come in time.
    Slow,
    /// What is there already is in the way.
    Conflict,
    /// The body is too long.
    TooLarge,
    /// The body is not JSON.
    UnsupportedType,
    /// The request can be read, and can't be done.
    Invalid,
    /// It is our fault.
    Internal,
    /// It may be done later.
    Unavailable,
    /// It takes too long.
    TimeLimit,
}

impl Kind {
    /// Gives the status of answers.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::TimeLimit => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// Gives the kind's name, as logs, metrics and the problem's type have it.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Slow => "slow",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::UnsupportedType => "unsupported-type",
            Self::Invalid => "invalid",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::TimeLimit => "time-limit",
        }
    }

    /// Gives the kind in a few words.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request can't be read",
            Self::Unauthorized => "No valid token",
            Self::Forbidden => "Not allowed with this token",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Slow => "The request came too slowly",
            Self::Conflict => "In conflict with what is there",
            Self::TooLarge => "The body is too long",
            Self::UnsupportedType => "The body is not JSON",
            Self::Invalid => "The request can't be done as it is",
            Self::Internal => "The service failed",
            Self::Unavailable => "Not available now",
            Self::TimeLimit => "Not done in time",
        }
    }
}

/// Something that can't be done: what, why and what to do.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// What kind it is.
    pub(super) kind: Kind,
    /// The reason, and what to do, for the client.
    pub(super) detail: String,
    /// What the audit log tells the operator besides.
    pub(super) cause: Option<String>,
    headers: HeaderMap,
}

impl Problem {
    /// Makes a problem.
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), cause: None, headers: HeaderMap::new() }
    }

    /// Makes one that says by what a client proves who it is (RFC 6750, section 3).
    pub(super) fn unauthorized(detail: &str, challenge: &'static str) -> Self {
        Self::new(Kind::Unauthorized, detail)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// Makes one that says when to come again.
    pub(super) fn unavailable(detail: impl Into<String>, seconds: u16) -> Self {
        Self::new(Kind::Unavailable, detail).with_header(RETRY_AFTER, seconds.into())
    }

    /// Makes one for something that goes on at this moment.
    pub(super) fn in_progress(detail: &str) -> Self {
        Self::new(Kind::Conflict, detail).with_header(RETRY_AFTER, 1_u16.into())
    }

    /// Gives it with a header.
    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Gives it with what operators are told.
    pub(super) fn with_cause(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// Whether the same request may be answered otherwise soon.
    pub(super) fn is_transient(&self) -> bool {
        self.kind.status().is_server_error()
    }
}

impl From<Error> for Problem {
    /// Says it to a client: what it asked for in our own words, what the server said not at all.
    fn from(error: Error) -> Self {
        let text = error.to_string();
        let code = error.code().map(|code| code.code().to_owned()).unwrap_or_default();
        let later = error.is_transient();
        match error {
            Error::Invalid(detail) => Self::new(Kind::Invalid, detail),
            Error::Conflict(detail) | Error::Refused(detail) => Self::new(Kind::Conflict, detail),
            Error::Missing(detail) => Self::new(Kind::NotFound, detail),
            Error::Connect { .. } | Error::Lost { .. } => Self::unavailable(
                "the Postgres server can't be reached, or ended the connection: ask again later; a repeat goes on where this ended",
                5,
            )
            .with_cause(text),
            // Query cancelled: a statement's own limit.
            Error::Sql { .. } if code == "57014" => Self::new(
                Kind::TimeLimit,
                "the Postgres server did not end in time: ask again later; a repeat goes on where this ended",
            )
            .with_cause(text),
            // Class 53: disk full, out of memory, too many connections.
            Error::Sql { .. } if later || code.starts_with("53") => Self::unavailable(
                format!("the Postgres server is busy ({code}): ask again later"),
                5,
            )
            .with_cause(text),
            Error::Sql { .. } => Self::new(
                Kind::Internal,
                format!(
                    "the Postgres server refused a statement ({code}): the service's log has the reason under this request's id"
                ),
            )
            .with_cause(text),
            Error::Dsn(_) | Error::System { .. } => Self::new(
                Kind::Internal,
                "the service failed: its log has the reason under this request's id",
            )
            .with_cause(text),
        }
    }
}

/// Problem details (RFC 9457), with the fields that every answer to a create has.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Body {
    /// What kind of problem it is: `urn:composemod:problem:` and the kind.
    #[serde(rename = "type")]
    #[schema(pattern = "^urn:composemod:problem:[a-z-]+$")]
    kind: String,
    /// The kind in a few words.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// Always false.
    success: bool,
    /// Always null.
    #[schema(required = true)]
    db_url: Option<String>,
    /// The same as `detail`.
    error: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let body = Body {
            kind: format!("urn:composemod:problem:{}", self.kind.id()),
            title: self.kind.title(),
            status: status.as_u16(),
            error: self.detail.clone(),
            detail: self.detail,
            success: false,
            db_url: None,
        };
        let told = Told { outcome: self.kind.id(), cause: self.cause };
        let media_type = [("content-type", MEDIA_TYPE)];
        let mut response = (status, self.headers, media_type, Json(body)).into_response();
        // Json has set its own; the one above comes before it.
        response.headers_mut().insert("content-type", HeaderValue::from_static(MEDIA_TYPE));
        response.extensions_mut().insert(told);
        response
    }
}

/// What a request came to, for the audit log and the metrics; it goes with the response.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// In a word.
    pub(super) outcome: &'static str,
    /// What operators are told besides.
    pub(super) cause: Option<String>,
}

/// Answers where there is nothing of that path.
pub(super) async fn unknown_path() -> Problem {
    Problem::new(Kind::NotFound, "there is nothing here: see /openapi.json for what there is")
}

/// Answers where the path takes other methods; the router adds which.
pub(super) async fn wrong_method() -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        "the path does not take this method: the header Allow says which it takes",
    )
}

/// The headers that problems may have, for their description.
pub(super) const HEADERS: [(Kind, HeaderName, &str); 4] = [
    (Kind::Unauthorized, WWW_AUTHENTICATE, "By what a client proves who it is."),
    (Kind::Forbidden, WWW_AUTHENTICATE, "Which scope is missing."),
    (Kind::MethodNotAllowed, ALLOW, "The methods that the path takes."),
    (Kind::Unavailable, RETRY_AFTER, "After how many seconds to ask again."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tokio_postgres::error::SqlState;

    use super::*;

    const ALL: [Kind; 13] = [
        Kind::Malformed,
        Kind::Unauthorized,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::MethodNotAllowed,
        Kind::Slow,
        Kind::Conflict,
        Kind::TooLarge,
        Kind::UnsupportedType,
        Kind::Invalid,
        Kind::Internal,
        Kind::Unavailable,
        Kind::TimeLimit,
    ];

    #[test]
    fn each_kind_has_a_status_and_a_name_of_its_own() {
        let statuses: BTreeSet<u16> = ALL.iter().map(|kind| kind.status().as_u16()).collect();
        let ids: BTreeSet<&str> = ALL.iter().map(|kind| kind.id()).collect();
        assert_eq!((statuses.len(), ids.len()), (ALL.len(), ALL.len()));
    }

    #[test]
    fn what_a_server_says_is_for_operators_and_not_for_clients() {
        let sql = |code| Error::Sql {
            doing: "making the role shop".to_owned(),
            message: "syntax error at \"SECRET\"".to_owned(),
            code,
        };
        let cases = [
            (sql(SqlState::SYNTAX_ERROR), Kind::Internal),
            (sql(SqlState::QUERY_CANCELED), Kind::TimeLimit),
            (sql(SqlState::DISK_FULL), Kind::Unavailable),
            (sql(SqlState::T_R_SERIALIZATION_FAILURE), Kind::Unavailable),
            (Error::Lost { doing: "x".to_owned(), reason: "SECRET".to_owned() }, Kind::Unavailable),
            (
                Error::Connect {
                    server: "postgresql://SECRET".to_owned(),
                    reason: "refused".to_owned(),
                    code: None,
                },
                Kind::Unavailable,
            ),
            (Error::System { doing: "x".to_owned(), reason: "SECRET".to_owned() }, Kind::Internal),
        ];
        for (error, kind) in cases {
            let problem = Problem::from(error);
            assert_eq!(problem.kind, kind);
            assert!(!problem.detail.contains("SECRET"), "{}", problem.detail);
            assert!(problem.cause.as_ref().is_some_and(|cause| cause.contains("SECRET")));
            assert!(problem.is_transient());
            let is_later = kind == Kind::Unavailable;
            assert_eq!(problem.headers.contains_key(RETRY_AFTER), is_later, "{kind:?}");
        }
        for (error, kind) in [
            (Error::Invalid("because".to_owned()), Kind::Invalid),
            (Error::Conflict("because".to_owned()), Kind::Conflict),
            (Error::Refused("because".to_owned()), Kind::Conflict),
            (Error::Missing("because".to_owned()), Kind::NotFound),
        ] {
            let problem = Problem::from(error);
            assert_eq!((problem.kind, problem.detail.as_str()), (kind, "because"));
            assert!(problem.cause.is_none() && !problem.is_transient());
        }
    }
}
