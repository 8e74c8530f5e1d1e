//! What clients send and get, as JSON. The types are the OpenAPI document's schemas too.
//!
//! Values are read by hand: serde's own messages show the value that is wrong, and one may be a
//! password.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::error::Category;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::problem::{Kind, Problem};
use crate::postgres::provision::{self, MAX_CONNECTIONS};

/// The most bytes of a request's body.
pub(super) const MAX_BYTES: usize = 16 * 1024;
/// The most extensions that a request may ask for.
const MAX_EXTENSIONS: usize = 32;
/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database that is asked for.
// Without `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateRequest {
    /// The database's name.
    #[schema(value_type = String, example = "shop")]
    db_name: Value,
    /// The app's login.
    #[schema(value_type = String, example = "shop_app")]
    db_user: Value,
    /// Its password: 1 to 256 bytes without NUL. One is made where none is given.
    #[schema(
        value_type = Option<String>,
        min_length = 1,
        max_length = 256,
        pattern = "^(?:[\\u0001-\\u007f]{1,256}|[^\\u0000]{1,64})$"
    )]
    db_password: Option<Value>,
    /// Extensions, of those that the service allows.
    #[schema(value_type = Option<Vec<String>>, max_items = 32)]
    extensions: Option<Value>,
    /// How many connections the login may have.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    connection_limit: Option<Value>,
}

impl CreateRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// It is no JSON, or not a request: the reason, and never a value.
    pub(super) fn parse(bytes: &[u8]) -> Result<provision::Request, Problem> {
        let invalid = |detail: &str| Problem::new(Kind::Invalid, detail);
        let parsed = serde_json::from_slice::<Self>(bytes);
        // What follows is a list or a text as well, which serde would take, or show.
        let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        match parsed {
            Ok(request) if is_object => request.checked(),
            Err(error) if error.classify() != Category::Data => Err(Problem::new(
                Kind::Malformed,
                format!("the body is no JSON, at line {}, column {}", error.line(), error.column()),
            )),
            Err(error) if is_object => Err(invalid(&told(&error))),
            _ => Err(invalid("the body must be an object: {\"db_name\": …, \"db_user\": …}")),
        }
    }

    fn checked(self) -> Result<provision::Request, Problem> {
        Ok(provision::Request {
            db_name: text("db_name", self.db_name)?,
            db_user: text("db_user", self.db_user)?,
            db_password: self
                .db_password
                .map(|value| text("db_password", value).map(SecretString::from))
                .transpose()?,
            extensions: self.extensions.map(extensions).transpose()?.unwrap_or_default(),
            connection_limit: self.connection_limit.as_ref().map(connection_limit).transpose()?,
            ..provision::Request::default()
        })
    }
}

/// Says which field is missing, unknown or there twice; the fields' values are never looked at.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    format!("the body is not as described: {text}")
}

fn wrong(field: &str, wanted: &str) -> Problem {
    Problem::new(Kind::Invalid, format!("{field} must be {wanted}"))
}

fn text(field: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(wrong(field, "a string")),
    }
}

fn extensions(value: Value) -> Result<Vec<String>, Problem> {
    match value {
        Value::Array(items) if items.len() <= MAX_EXTENSIONS => {
            items.into_iter().map(|item| text("each of extensions", item)).collect()
        }
        _ => Err(wrong("extensions", &format!("a list of {MAX_EXTENSIONS} names at most"))),
    }
}

/// Takes a whole number, however it is written: to JSON, 20 and 20.0 are the same.
fn connection_limit(value: &Value) -> Result<u32, Problem> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0);
    let number = number.filter(|number| (1.0..=f64::from(MAX_CONNECTIONS)).contains(number));
    let found = number.and_then(|number| format!("{number:.0}").parse().ok());
    found.ok_or_else(|| {
        wrong("connection_limit", &format!("a whole number from 1 to {MAX_CONNECTIONS}"))
    })
}

/// Reads the body of a request.
///
/// # Errors
/// It is not said to be JSON, it is too long, or does not come.
pub(super) async fn read(request: Request) -> Result<Bytes, Problem> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/json") {
        let detail = "send JSON, with the header `Content-Type: application/json`";
        return Err(Problem::new(Kind::UnsupportedType, detail));
    }
    match timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("a body may have {MAX_BYTES} bytes at most");
            Err(Problem::new(Kind::TooLarge, detail))
        }
        Ok(Err(_)) => Err(Problem::new(Kind::Malformed, "the body ended too early")),
        Err(_) => {
            let detail = format!("the body did not come within {} s", PATIENCE.as_secs());
            Err(Problem::new(Kind::Slow, detail))
        }
    }
}

/// A database that is there for its app.
#[derive(Serialize, ToSchema)]
pub(super) struct Created<'a> {
    /// Always true.
    pub(super) success: bool,
    /// Where the app finds it, with the password in it.
    #[schema(pattern = "^postgresql://", example = "postgresql://shop_app:…@db:5432/shop")]
    pub(super) db_url: &'a str,
    /// Always null.
    #[schema(required = true)]
    pub(super) error: Option<String>,
}

/// A database that was taken out of use.
#[derive(Serialize, ToSchema)]
pub(super) struct Dropped {
    /// Always true.
    pub(super) success: bool,
    /// The name under which it waits for its dump, with all that is in it.
    #[schema(example = "shop_trash_20270131")]
    pub(super) quarantine: String,
    /// Whether it is gone for good: always false, as only `composemod db drop` does that.
    pub(super) gone: bool,
    /// Always null.
    #[schema(required = true)]
    pub(super) error: Option<String>,
}

/// The databases that were made here, and others that anybody reaches.
#[derive(Serialize, ToSchema)]
pub(super) struct Databases {
    /// Those that were made here, by name.
    pub(super) databases: Vec<Database>,
    /// Others that every role of the server can connect to.
    pub(super) open: Vec<String>,
}

/// A database that was made here.
#[derive(Serialize, ToSchema)]
pub(super) struct Database {
    /// Its name.
    #[schema(example = "shop")]
    name: String,
    /// How far it is.
    state: State,
    /// The name under which it waits, where it was dropped.
    #[schema(required = true, example = "shop_trash_20270131")]
    quarantine: Option<String>,
    /// The role that owns it.
    #[schema(example = "shop_owner")]
    owner: String,
    /// The app's logins: one, or two while a password is being changed.
    logins: Vec<Login>,
    /// Its size in bytes; null where there is no database yet.
    #[schema(required = true, minimum = 0)]
    bytes: Option<u64>,
    /// How many sessions it has.
    #[schema(minimum = 0)]
    connections: u32,
}

/// How far a database is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// A call did not end: a repeat goes on.
    Making,
    /// It serves its app.
    Ready,
    /// It was dropped, and waits for its dump.
    Quarantined,
}

/// A role by which an app logs in.
#[derive(Serialize, ToSchema)]
pub(super) struct Login {
    /// Its name.
    #[schema(example = "shop_app")]
    name: String,
    /// Whether it is the one that the newest URL names.
    is_current: bool,
    /// Whether it can log in.
    can_log_in: bool,
}

impl From<provision::Database> for Database {
    fn from(database: provision::Database) -> Self {
        let login = |login: provision::Login| Login {
            name: login.name,
            is_current: login.is_current,
            can_log_in: login.can_log_in,
        };
        Self {
            name: database.name,
            state: match database.state {
                provision::State::Making => State::Making,
                provision::State::Ready => State::Ready,
                provision::State::Quarantined => State::Quarantined,
            },
            quarantine: database.quarantine,
            owner: database.owner,
            logins: database.logins.into_iter().map(login).collect(),
            bytes: database.bytes,
            connections: database.connections,
        }
    }
}

/// How the service is.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `up`: the process answers; `ready`: the Postgres server does, too.
    #[schema(example = "up")]
    pub(super) status: &'static str,
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_request_is_read_with_all_that_it_may_have() {
        let body = r#" {"db_name": "shop", "db_user": "shop_app", "db_password": "p\"w",
            "extensions": ["citext"], "connection_limit": 20.0}"#;
        let request = CreateRequest::parse(body.as_bytes()).unwrap();
        assert_eq!((request.db_name.as_str(), request.db_user.as_str()), ("shop", "shop_app"));
        let password = request.db_password.as_ref().map(ExposeSecret::expose_secret);
        assert_eq!((password, request.connection_limit), (Some("p\"w"), Some(20)));
        assert_eq!(request.extensions, ["citext"]);

        let body = r#"{"db_name": "a", "db_user": "b", "db_password": null}"#;
        let request = CreateRequest::parse(body.as_bytes()).unwrap();
        assert!(request.db_password.is_none() && request.connection_limit.is_none());
    }

    #[test]
    fn what_is_no_request_is_refused_without_showing_a_value() {
        let deep = format!("{{\"db_name\": {}", "[".repeat(10_000));
        let fields = r#""db_name": "a", "db_user": "b""#;
        let cases = [
            ("", 400, "no JSON"),
            ("{", 400, "no JSON"),
            ("{\"db_name\": \"hunter2\", }", 400, "no JSON"),
            ("{\"db_name\": \"\u{1}\"}", 400, "no JSON"),
            (r#"{"db_name": "\ud800"}"#, 400, "no JSON"),
            (r#"{"db_name": 1e999}"#, 400, "no JSON"),
            (deep.as_str(), 400, "no JSON"),
            ("\"hunter2\"", 422, "must be an object"),
            ("[\"a\", \"b\", \"hunter2\", null, null]", 422, "must be an object"),
            ("null", 422, "must be an object"),
            ("{}", 422, "missing field `db_name`"),
            (r#"{"db_name": "a"}"#, 422, "missing field `db_user`"),
            (&format!("{{{fields}, \"admin\": true}}"), 422, "unknown field `admin`"),
            (&format!("{{{fields}, \"db_user\": \"hunter2\"}}"), 422, "duplicate field `db_user`"),
            (&format!("{{{fields}, \"db_password\": 52}}"), 422, "db_password must be a string"),
            (r#"{"db_name": ["hunter2"], "db_user": "b"}"#, 422, "db_name must be a string"),
            (r#"{"db_name": null, "db_user": "b"}"#, 422, "db_name must be a string"),
            (&format!("{{{fields}, \"extensions\": \"x\"}}"), 422, "extensions must be a list"),
            (&format!("{{{fields}, \"extensions\": [1]}}"), 422, "each of extensions must be"),
            (&format!("{{{fields}, \"connection_limit\": 0}}"), 422, "from 1 to 1000"),
            (&format!("{{{fields}, \"connection_limit\": 1001}}"), 422, "from 1 to 1000"),
            (&format!("{{{fields}, \"connection_limit\": 1.5}}"), 422, "from 1 to 1000"),
            (&format!("{{{fields}, \"connection_limit\": 1e300}}"), 422, "from 1 to 1000"),
            (&format!("{{{fields}, \"connection_limit\": \"20\"}}"), 422, "from 1 to 1000"),
        ];
        for (body, status, expected) in cases {
            let problem = CreateRequest::parse(body.as_bytes()).expect_err(expected);
            assert_eq!(problem.kind.status().as_u16(), status, "{}", problem.detail);
            assert!(problem.detail.contains(expected), "{}", problem.detail);
            assert!(!problem.detail.contains("hunter2"), "{}", problem.detail);
        }
        let not_text = b"{\"db_name\": \"\xff\"}";
        assert_eq!(CreateRequest::parse(not_text).unwrap_err().kind, Kind::Malformed);
    }
}
