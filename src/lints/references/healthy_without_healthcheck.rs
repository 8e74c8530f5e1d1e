//! Waiting for the health of a service that has no health check.

use crate::compose::default_host::repository;
use crate::compose::model::{folder, join};
use crate::compose::value::{Origin, Value};
use crate::diagnostics::Finding;
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service waits for the health of one that has no health check.
    ///
    /// ## What it does
    ///
    /// Finds `condition: service_healthy` on a service whose health check is disabled, and on one
    /// without a `healthcheck` whose image is known to bring none: an official image, or one that is
    /// built from such an image by a Dockerfile of the tree without `HEALTHCHECK`. Other images may
    /// bring a check of their own and are left alone.
    ///
    /// ## Why is this bad
    ///
    /// `docker compose up` stops: the container has no health check configured.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on:
    ///       db:
    ///         condition: service_healthy
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     depends_on:
    ///       db:
    ///         condition: service_healthy
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck:
    ///       test: [CMD, pg_isready, -U, postgres]
    ///       interval: 5s
    /// ```
    "healthy-without-healthcheck", References, Warning, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, service) in loading.services() {
        for (other, dependency) in service.get("depends_on").into_iter().flat_map(Value::entries) {
            let Some(condition) = dependency.get("condition") else { continue };
            // Of a service that need not be there `up` only warns.
            let is_required = dependency.text_of("required") != Some("false");
            if condition.text() != Some("service_healthy") || !is_required {
                continue;
            }
            let Some(target) = loading.model.services.get(other) else { continue };
            let Some(why) = unchecked(loading, target) else { continue };
            let Some(place) = loading.place(condition) else { continue };
            let message = format!(
                "`{name}` waits until `{other}` is healthy, and {why}: `docker compose up` stops there"
            );
            let help = match target.text_of("image").and_then(check_for) {
                Some(test) => format!("give `{other}` a health check, such as `test: {test}`"),
                None => format!("give `{other}` a `healthcheck`, or wait for `service_started`"),
            };
            let finding = LINT.finding(message).at(place.path, place.span).help(help);
            found.push(match loading.service(other) {
                Some(place) => finding.related(place, format!("`{other}` has no health check")),
                None => finding,
            });
        }
    }
    found
}

/// Tells why a service has no health check for sure.
fn unchecked(loading: &Loading<'_>, service: &Value) -> Option<String> {
    if let Some(check) = service.get("healthcheck") {
        let test = check.get("test");
        let is_none = test.is_some_and(|test| {
            let first = test.items().first().and_then(Value::text).or_else(|| test.text());
            first == Some("NONE")
        });
        let is_off = is_none || check.get("disable").is_some_and(Value::is_true);
        if is_off {
            return Some("its health check is disabled".to_owned());
        }
        if test.is_some() {
            return None;
        }
    }
    if service.get("build").is_some() {
        let base = built_on(loading, service)?;
        return Some(format!("neither its Dockerfile nor `{base}` has a health check"));
    }
    let image = service.text_of("image")?;
    let name = is_bare(image).then(|| repository(image))?;
    Some(format!("the image `{name}` has no health check"))
}

/// Tells whether an image is one that is known to have no health check, wherever it is pulled from
/// by its official name.
fn is_bare(image: &str) -> bool {
    !image.contains('$') && BARE.contains(&repository(image)) && is_official(image)
}

/// Whether nothing but Docker's own registry stands before the name: others build images of the
/// same names.
fn is_official(image: &str) -> bool {
    let Some((before, _)) = image.rsplit_once('/') else { return true };
    let first = before.split('/').next().unwrap_or_default();
    let is_registry = first.contains(['.', ':']) || first == "localhost";
    !is_registry || first == "docker.io"
}

/// Images that have no `HEALTHCHECK`. Docker's own library asks its images to have none; only those
/// that were looked at stand here.
const BARE: &[&str] = &[
    "alpine",
    "amazoncorretto",
    "busybox",
    "caddy",
    "cassandra",
    "couchdb",
    "debian",
    "eclipse-temurin",
    "golang",
    "haproxy",
    "httpd",
    "mariadb",
    "memcached",
    "mongo",
    "mysql",
    "nats",
    "nginx",
    "node",
    "openjdk",
    "pgvector/pgvector",
    "php",
    "postgis/postgis",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "ruby",
    "rust",
    "traefik",
    "ubuntu",
    "valkey/valkey",
];

/// Gives the command by which an image's own program tells that it is ready.
fn check_for(image: &str) -> Option<&'static str> {
    match repository(image) {
        "postgres" | "postgis/postgis" | "pgvector/pgvector" => {
            Some("[\"CMD-SHELL\", \"pg_isready -U $$POSTGRES_USER\"]")
        }
        "mysql" => Some("[\"CMD\", \"mysqladmin\", \"ping\", \"-h\", \"127.0.0.1\"]"),
        "mariadb" => Some("[\"CMD\", \"healthcheck.sh\", \"--connect\", \"--innodb_initialized\"]"),
        "redis" => Some("[\"CMD\", \"redis-cli\", \"ping\"]"),
        "valkey/valkey" => Some("[\"CMD\", \"valkey-cli\", \"ping\"]"),
        "mongo" => Some("[\"CMD\", \"mongosh\", \"--eval\", \"db.adminCommand('ping')\"]"),
        "rabbitmq" => Some("[\"CMD\", \"rabbitmq-diagnostics\", \"-q\", \"ping\"]"),
        _ => None,
    }
}

/// Gives the image that a service is built on, where its Dockerfile is at hand and has no health
/// check, nor do the images that it starts from.
fn built_on(loading: &Loading<'_>, service: &Value) -> Option<String> {
    let build = service.get("build")?;
    if let Some(inline) = build.text_of("dockerfile_inline") {
        return bare_base(inline);
    }
    let context = build.get("context")?;
    let here = context.origin.as_ref().map_or("", |origin| folder(Origin::path(origin)));
    let context = join(here, context.text()?)?;
    let path = join(&context, build.text_of("dockerfile").unwrap_or("Dockerfile"))?;
    bare_base(&loading.context.repo.get(&path)?.text)
}

/// Gives the last image that a Dockerfile starts from, if nothing in it has a health check.
fn bare_base(dockerfile: &str) -> Option<String> {
    let mut stages: Vec<&str> = Vec::new();
    let mut last = None;
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        let instruction = words.next().unwrap_or_default();
        if instruction.eq_ignore_ascii_case("HEALTHCHECK") {
            return None;
        }
        if !instruction.eq_ignore_ascii_case("FROM") {
            continue;
        }
        let mut words = words.filter(|word| !word.starts_with("--"));
        let image = words.next()?;
        let is_stage = stages.iter().any(|stage| stage.eq_ignore_ascii_case(image));
        if !is_stage && image != "scratch" && !is_bare(image) {
            return None;
        }
        if !is_stage {
            last = Some(repository(image).to_owned());
        }
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("AS")) {
            stages.extend(words.next());
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    fn waiting(other: &str) -> String {
        format!(
            "services:\n  a: {{image: x, depends_on: {{b: {{condition: service_healthy}}}}}}\n  b: {{{other}}}\n"
        )
    }

    #[test]
    fn checks_that_are_not_there_are_found() {
        for (other, expected) in [
            ("image: postgres:16", 1),
            ("image: 'docker.io/library/redis:7-alpine'", 1),
            ("image: x, healthcheck: {disable: true}", 1),
            ("image: x, healthcheck: {test: [NONE]}", 1),
            ("image: postgres:16, healthcheck: {interval: 5s}", 1),
            ("image: postgres:16, healthcheck: {test: [CMD, pg_isready]}", 0),
            ("image: postgres:16, healthcheck: {test: pg_isready}", 0),
            ("image: example/postgres", 0),
            ("image: registry.example/postgres", 0),
            ("image: '${IMAGE:-postgres}', healthcheck: {test: x}", 0),
            ("image: '${IMAGE}'", 0),
            ("image: example/web", 0),
            ("build: ., image: postgres", 0),
        ] {
            let text = waiting(other);
            assert_eq!(found_in(&LINT, &text).len(), expected, "{text}");
        }
        let optional =
            waiting("image: redis").replace("service_healthy", "service_healthy, required: false");
        assert_eq!(found_in(&LINT, &optional), [""; 0]);
        let started = waiting("image: redis").replace("service_healthy", "service_started");
        assert_eq!(found_in(&LINT, &started), [""; 0]);
    }

    #[test]
    fn dockerfiles_are_read() {
        for (dockerfile, expected) in [
            ("FROM node:22 AS build\nRUN x\nFROM build\n", 1),
            ("FROM --platform=linux/amd64 python:3.12-slim\n", 1),
            ("FROM node:22\nHEALTHCHECK CMD x\n", 0),
            ("FROM example/base\n", 0),
            ("ARG I=node\nFROM $I\n", 0),
        ] {
            let text = waiting("build: ./b");
            let files = [("compose.yaml", text.as_str()), ("b/Dockerfile", dockerfile)];
            assert_eq!(found(&LINT, &files).len(), expected, "{dockerfile}");
        }
    }

    #[test]
    fn another_file_may_give_the_check() {
        let base = waiting("image: postgres:16");
        let over = "services: {b: {healthcheck: {test: [CMD, pg_isready]}}}";
        assert_eq!(
            found(&LINT, &[("compose.yaml", &base), ("compose.override.yaml", over)]),
            [""; 0]
        );
    }
}
