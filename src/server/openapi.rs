//! The OpenAPI 3.1 document, from the routes and the types that they take and give.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, RefOr, ResponseBuilder, Type};
use utoipa::{Modify, OpenApi};

use super::problem::{self, Kind};
use super::routes;
use crate::postgres::name;

/// What the macro collects.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "composemod serve",
        description = "Makes databases on a Postgres server: one for each app, with a login of its own. A repeated request goes on where the last one ended.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/")),
    paths(
        routes::create,
        routes::list,
        routes::show,
        routes::quarantine,
        routes::health,
        routes::ready,
        routes::count,
        routes::document,
    ),
    components(schemas(problem::Body)),
    modifiers(&Token, &Errors),
)]
struct Document;

/// The schemas of names that are given.
const NAMES: [&str; 3] = [
    "/components/schemas/CreateRequest/properties/db_name",
    "/components/schemas/CreateRequest/properties/db_user",
    "/paths/~1v1~1databases~1{name}/delete/parameters/0/schema",
];

/// What takes a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guarded {
    /// Databases and counts.
    All,
    /// Databases.
    Databases,
    /// Nothing.
    Nothing,
}

/// Gives the document of a service that allows these extensions.
pub(super) fn document(extensions: &BTreeSet<String>, guarded: Guarded) -> String {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let operations = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in operations {
        let is_open = match guarded {
            Guarded::All => false,
            Guarded::Databases => path == routes::path::METRICS,
            Guarded::Nothing => true,
        };
        for (_, operation) in item.as_object_mut().into_iter().flatten().filter(|_| is_open) {
            if let Value::Object(operation) = operation {
                operation.remove("security");
            }
        }
    }
    for place in NAMES {
        if let Some(Value::Object(schema)) = document.pointer_mut(place) {
            schema.insert("pattern".to_owned(), json!(name::pattern()));
            schema.insert("minLength".to_owned(), json!(1));
            schema.insert("maxLength".to_owned(), json!(name::MAX_BYTES));
        }
    }
    let field = "/components/schemas/CreateRequest/properties/extensions";
    if let Some(Value::Object(field)) = document.pointer_mut(field) {
        if extensions.is_empty() {
            field.insert("maxItems".to_owned(), json!(0));
        } else {
            field.insert("items".to_owned(), json!({"type": "string", "enum": extensions}));
        }
    }
    document.to_string()
}

/// How clients prove who they are.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
            "A token of `composemod serve token`; its scopes are create, read and drop.",
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme.build()));
    }
}

/// The problems that each operation may end in, and the headers of every answer.
struct Errors;

impl Modify for Errors {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let operations =
                [("get", &mut item.get), ("post", &mut item.post), ("delete", &mut item.delete)];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    complete(operation, &kinds(path, method));
                }
            }
        }
    }
}

/// Gives what may go wrong.
fn kinds(path: &str, method: &str) -> Vec<Kind> {
    use routes::path::{DATABASE, DATABASES, DOCUMENT, HEALTH, METRICS};
    let with = |more: &[Kind]| {
        let always = [Kind::MethodNotAllowed, Kind::Internal, Kind::Unavailable, Kind::TimeLimit];
        always.into_iter().chain(more.iter().copied()).collect::<Vec<Kind>>()
    };
    let known = [Kind::Unauthorized, Kind::Forbidden];
    match (path, method) {
        (DATABASES, "post") => with(
            &[
                &known[..],
                &[
                    Kind::Malformed,
                    Kind::Slow,
                    Kind::Conflict,
                    Kind::TooLarge,
                    Kind::UnsupportedType,
                    Kind::Invalid,
                ],
            ]
            .concat(),
        ),
        (DATABASE, "delete") => {
            with(&[&known[..], &[Kind::NotFound, Kind::Conflict, Kind::Invalid]].concat())
        }
        (DATABASE, _) => with(&[&known[..], &[Kind::NotFound, Kind::Invalid]].concat()),
        (DATABASES | METRICS, _) => with(&known),
        (HEALTH | DOCUMENT, _) => with(&[]),
        _ => with(&[]),
    }
}

fn complete(operation: &mut Operation, kinds: &[Kind]) {
    for kind in kinds {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let mut response = ResponseBuilder::new()
            .description(format!("{}.", kind.title()))
            .content(problem::MEDIA_TYPE, content);
        for (_, name, description) in problem::HEADERS.iter().filter(|(with, ..)| with == kind) {
            response = response.header(name.as_str(), header(description));
        }
        let responses = &mut operation.responses.responses;
        responses.insert(kind.status().as_str().to_owned(), response.build().into());
    }
    let is_create = operation.operation_id.as_deref() == Some("create_database");
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let mut add = |name: &str, description| {
            response.headers.insert(name.to_owned(), header(description).into());
        };
        add("X-Request-Id", "The request's id, as the audit log has it.");
        if is_create && status.starts_with('2') {
            add(
                "Idempotency-Replayed",
                "`true` where an earlier request with the same Idempotency-Key was answered so.",
            );
        }
    }
}

fn header(description: &str) -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(text)).description(Some(description)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(extensions: &[&str]) -> Value {
        read_guarded(extensions, Guarded::All)
    }

    fn read_guarded(extensions: &[&str], guarded: Guarded) -> Value {
        let extensions = extensions.iter().map(|&name| name.to_owned()).collect();
        serde_json::from_str(&document(&extensions, guarded)).unwrap()
    }

    #[test]
    fn each_operation_says_what_may_go_wrong_and_who_may_do_it() {
        let document = read(&[]);
        assert_eq!(document["openapi"], "3.1.0");
        let create = &document["paths"]["/v1/databases"]["post"];
        let statuses: Vec<&String> =
            create["responses"].as_object().map(|all| all.keys().collect()).unwrap_or_default();
        let expected = [
            "200", "201", "400", "401", "403", "405", "408", "409", "413", "415", "422", "500",
            "503", "504",
        ];
        assert_eq!(statuses, expected);
        let body = &create["responses"]["422"]["content"]["application/problem+json"]["schema"];
        assert_eq!(body["$ref"], "#/components/schemas/Problem");
        assert_eq!(create["security"], json!([{"token": ["create"]}]));
        assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
        let request = &document["components"]["schemas"]["CreateRequest"];
        assert_eq!(request["additionalProperties"], false);
        assert_eq!(request["required"], json!(["db_name", "db_user"]));
        for place in NAMES {
            let schema = document.pointer(place).unwrap();
            assert_eq!((&schema["maxLength"], &schema["type"]), (&json!(40), &json!("string")));
            assert!(schema["pattern"].as_str().unwrap().contains("|postgres|"), "{schema}");
        }
        assert_eq!(request["properties"]["db_password"]["type"], json!(["string", "null"]));
    }

    #[test]
    fn what_takes_no_token_does_not_say_that_it_does() {
        for (guarded, expected) in [
            (Guarded::All, [true, true]),
            (Guarded::Databases, [false, true]),
            (Guarded::Nothing, [false, false]),
        ] {
            let document = read_guarded(&[], guarded);
            let paths = ["/metrics", "/v1/databases"];
            let takes = paths.map(|path| !document["paths"][path]["get"]["security"].is_null());
            assert_eq!(takes, expected, "{guarded:?}");
            assert!(document["paths"]["/healthz"]["get"]["security"].is_null());
        }
    }

    #[test]
    fn the_extensions_that_are_allowed_are_named() {
        let pointer = "/components/schemas/CreateRequest/properties/extensions";
        assert_eq!(read(&[]).pointer(pointer).unwrap()["maxItems"], 0);
        let document = read(&["citext", "postgis"]);
        let items = &document.pointer(pointer).unwrap()["items"];
        assert_eq!(items["enum"], json!(["citext", "postgis"]));
    }
}
