//! A name in a string of code: what the string's place and its words make of it.

use std::ops::Range;

use crate::compose::setting::{self, Subject};
use crate::compose::usage::{Class, Confidence};
use crate::repo::mentions::code::Dialect;
use crate::repo::mentions::code::compare;
use crate::repo::mentions::code::place::{Place, Role, is_generic};
use crate::repo::mentions::lines;
use crate::repo::mentions::page::{Judgement, Page, certain, is_own_name, likely, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::tokens::Source;
use crate::repo::mentions::value;
use crate::repo::mentions::words;

/// Reads a string literal: the token `at`, inside of which the name stands.
pub(super) fn read(
    page: &mut Page<'_>,
    source: &Source<'_>,
    at: usize,
    dialect: Dialect<'_>,
    outer: &str,
) {
    let Some(token) = source.tokens.get(at) else { return };
    let inner = token.inner.clone();
    if page.open_in(&inner).is_empty() {
        return;
    }
    let text = page.slice(&inner);
    let mut place = source.place(at);
    if !outer.is_empty() {
        place.keys.push(outer);
    }
    if place.role == Role::Imported && !text.contains(char::is_whitespace) {
        return page.judge_all(&inner, certain(Class::Identifier, "a module or package"));
    }
    if place.role == Role::Key && text == page.subject.name {
        let judgement = key(page, source, at, &place);
        return page.judge_all(&inner, judgement);
    }
    if arguments(page, source, at, &place) {
        return;
    }
    if text.trim() == page.subject.name {
        let judgement = whole(page, source, at, &place, dialect, &inner);
        return page.judge_all(&inner, judgement);
    }
    let key = telling(page, &place).unwrap_or_default();
    value::read(page, &inner, key);
}

/// Judges a string that is the name and nothing else.
fn whole(
    page: &Page<'_>,
    source: &Source<'_>,
    at: usize,
    place: &Place<'_>,
    dialect: Dialect<'_>,
    inner: &Range<usize>,
) -> Judgement {
    let of_blocks = matches!(dialect.suffix, "tf" | "hcl" | "nomad");
    if of_blocks && place.role == Role::Label {
        return certain(Class::Identifier, "label of a block");
    }
    if of_blocks && place.keys.iter().any(|key| matches!(*key, "targets" | "inherits")) {
        return certain(Class::Identifier, "a target of a build");
    }
    if place.keys.first() == Some(&"name") && place.keys.len() == 1 && is_manifest(page.path) {
        return unsure(Class::Image, "name of a package");
    }
    if source.before(at).is_some_and(|sign| source.text_of(sign) == "/") {
        return unsure(Class::Path, "joined to a path");
    }
    if stands_by_port(source, at) && !place.calls.first().is_some_and(|call| is_service_call(call))
    {
        return likely(Class::HostSetting, "beside a port");
    }
    if let Some(judgement) = place.calls.first().and_then(|call| by_call(call)) {
        return judgement;
    }
    let is_first = source.before(at).is_some_and(|open| source.text_of(open) == "(");
    if is_first && place.calls.first().is_some_and(|call| handles_services(call)) {
        return likely(Class::Literal, "passed to a function that handles services");
    }
    let first = place.keys.first().copied().unwrap_or_default();
    let listed = place.list.filter(|_| matches!(place.role, Role::Value | Role::Compared));
    let among = listed
        .and_then(|open| value::among(page, inner, first, &source.siblings(open, at, Role::Value)));
    let Some(key) = telling(page, place) else {
        let is_named = place.keys.first().is_some_and(|key| is_own_name(key));
        let own = || match is_named {
            _ if place.role == Role::Compared => unsure(Class::Unknown, compare::UNTOLD),
            true => unsure(Class::Literal, "a name of something else"),
            false => value::literal(page),
        };
        return among.unwrap_or_else(own);
    };
    let judgement = value::whole(page, inner, key);
    match (place.role, setting::subject(key)) {
        // What code asks a collection of hosts or services for is a key of its own.
        (Role::Index, _) => value::literal(page),
        (Role::Compared, _) => judgement.at_most(Confidence::Likely),
        // One of several hosts has a name as well: `servers: [{name: "db", …}]`.
        (_, Subject::Host | Subject::Address) if names_entry(place) => {
            unsure(Class::Literal, "a name of something else")
        }
        (_, Subject::Host) => judgement,
        _ if judgement.class.refers() && !judgement.edits() => among.unwrap_or(judgement),
        _ => judgement.at_most(Confidence::Likely),
    }
}

/// Tells the name of one entry among others.
fn names_entry(place: &Place<'_>) -> bool {
    let first = place.keys.first().map(|key| key.to_ascii_lowercase());
    first.is_some_and(|first| matches!(first.as_str(), "name" | "label" | "title" | "id"))
}

/// Finds the nearest name that tells what its value is.
fn telling<'t>(page: &Page<'_>, place: &Place<'t>) -> Option<&'t str> {
    place.keys.iter().copied().find(|key| {
        key.len() < 64
            && *key != page.subject.name
            && !is_generic(key)
            && setting::subject(key) != Subject::Other
    })
}

/// Judges the key of a mapping: a list of services where its sisters are services.
fn key(page: &Page<'_>, source: &Source<'_>, at: usize, place: &Place<'_>) -> Judgement {
    if place.keys.first().is_some_and(|key| lines::is_package_list(&key.to_ascii_lowercase())) {
        return certain(Class::Image, "a package");
    }
    // Code asks for its keys elsewhere: a name that may mean anything stays one.
    let open = source.bracket_of(at).filter(|_| page.subject.distinctive);
    let sisters = open.map(|open| source.siblings(open, at, Role::Key)).unwrap_or_default();
    if sisters.iter().filter(|name| value::is_service(page, name)).count() >= 2 {
        return likely(Class::NameList, "a key among services");
    }
    unsure(Class::Identifier, "a key")
}

/// Tells a file that describes a package.
fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(name, "package.json" | "composer.json" | "deno.json" | "bower.json" | "app.json")
}

/// Judges by the function that a string is passed to.
fn by_call(call: &str) -> Option<Judgement> {
    let near = people::suffix(call, 160);
    let callee = near.rsplit(['.', ':', '>', ' ']).next().unwrap_or(near);
    let lower = callee.to_ascii_lowercase();
    let path = near.to_ascii_lowercase();
    if path.contains("containers") && matches!(lower.as_str(), "get" | "list") {
        return Some(certain(Class::ContainerCommand, "a container asked for by name"));
    }
    if matches!(lower.as_str(), "getcontainer" | "get_container" | "inspect_container") {
        return Some(certain(Class::ContainerCommand, "a container asked for by name"));
    }
    // Testcontainers' classes take images.
    if callee.ends_with("Container") && callee.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Some(unsure(Class::Image, "an image of a test container"));
    }
    if lower.contains("container") && VERBS.iter().any(|verb| lower.contains(verb)) {
        return Some(likely(Class::ContainerCommand, "passed to a call on containers"));
    }
    if is_service_call(call) {
        return Some(likely(Class::ServiceReference, "passed to a call on Compose services"));
    }
    if lower == "arg" && path.contains("filters") {
        return Some(likely(Class::ContainerPattern, "filter of a list of containers"));
    }
    if HOST_CALLS.contains(&lower.as_str()) || (lower == "resolve" && path.contains("dns")) {
        return Some(likely(Class::HostSetting, "host that is looked up"));
    }
    if PATH_CALLS.contains(&lower.as_str()) {
        return Some(unsure(Class::Path, "passed to a call on paths"));
    }
    NAME_CALLS
        .contains(&lower.as_str())
        .then(|| unsure(Class::Identifier, "passed to a call that gives names of its own"))
}

/// Tells a call on a Compose service: of a library for tests, or `docker.compose.exec(…)`.
fn is_service_call(call: &str) -> bool {
    let near = people::suffix(call, 160).to_ascii_lowercase();
    let callee = near.rsplit(['.', ':', '>', ' ']).next().unwrap_or_default();
    let on_compose = near.rsplit_once('.').is_some_and(|(path, _)| path.ends_with("compose"));
    SERVICE_CALLS.contains(&callee)
        || (on_compose && COMPOSE_VERBS.iter().any(|verb| callee.starts_with(verb)))
}

/// Tells a function whose name says that it takes a service: `container_id`, `composeExec`.
fn handles_services(call: &str) -> bool {
    let callee = call.rsplit(['.', ':', '>', ' ']).next().unwrap_or(call);
    let mut parts = vec![String::new()];
    for c in callee.chars() {
        if !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            part.push(c.to_ascii_lowercase());
        }
    }
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(&part.as_str()));
    (has(&["container"]) && has(&["id", "ip", "port", "status", "health"]))
        || (has(&["compose"]) && has(COMPOSE_VERBS))
        || (has(&["docker"]) && has(&["exec", "logs"]))
}

/// What libraries let do with Compose services.
const COMPOSE_VERBS: &[&str] = &[
    "build", "exec", "kill", "logs", "port", "ps", "pull", "restart", "rm", "run", "start", "stop",
    "up",
];

/// Ports of databases, brokers, caches and web servers: what stands beside one is a host.
const PORTS: &[&str] = &[
    "80", "389", "443", "587", "1025", "1433", "1521", "1883", "2181", "3306", "3307", "4222",
    "5432", "5433", "5672", "6379", "6380", "6432", "8080", "8086", "8123", "9042", "9092", "9200",
    "11211", "27017",
];

/// Tells `("db", 5432)` and `(6379, "db")`.
fn stands_by_port(source: &Source<'_>, at: usize) -> bool {
    let is_comma = |sign: &usize| source.text_of(*sign) == ",";
    let is_port = |at: usize| PORTS.contains(&source.text_of(at).trim_matches(['"', '\'']));
    let after = source.after(at).filter(is_comma).and_then(|comma| source.after(comma));
    let before = source.before(at).filter(is_comma).and_then(|comma| source.before(comma));
    after.is_some_and(is_port) || before.is_some_and(is_port)
}

/// Functions that look hosts up.
const HOST_CALLS: &[&str] = &["getaddrinfo", "gethostbyname", "lookup", "lookuphost", "lookupip"];

/// Functions that take paths.
const PATH_CALLS: &[&str] = &[
    "chdir",
    "exists",
    "existssync",
    "glob",
    "isdir",
    "isfile",
    "join",
    "joinpath",
    "listdir",
    "makedirs",
    "mkdir",
    "mkdirsync",
    "open",
    "path",
    "readfile",
    "readfilesync",
    "resolve",
    "rmtree",
    "stat",
    "unlink",
    "writefile",
    "writefilesync",
];

/// Functions whose names are a program's own: loggers, tests, elements, tables.
const NAME_CALLS: &[&str] = &[
    "blueprint",
    "bucket",
    "collection",
    "createlogger",
    "database",
    "db",
    "describe",
    "get_logger",
    "getelementbyid",
    "getlogger",
    "gettracer",
    "it",
    "logger",
    "namespace",
    "queryselector",
    "queue",
    "subscribe",
    "table",
    "test",
    "topic",
    "tracer",
];

/// What code does with a container that it names.
const VERBS: &[&str] = &[
    "exec", "inspect", "list", "logs", "restart", "start", "stop", "stats", "remove", "kill",
    "wait",
];

/// Functions of Testcontainers, pytest-docker and Tilt that take a Compose service.
const SERVICE_CALLS: &[&str] = &[
    "dc_resource",
    "get_service_host",
    "get_service_port",
    "getservicehost",
    "getserviceport",
    "withexposedservice",
    "withservices",
];

/// Reads the argument list of a program that a string is part of.
fn arguments(page: &mut Page<'_>, source: &Source<'_>, at: usize, place: &Place<'_>) -> bool {
    let Some(open) = place.list.or_else(|| source.bracket_of(at)) else { return false };
    // `spawn("docker", ["exec", "db"])`: the outer bracket holds the program.
    let brackets = [Some(open), source.bracket_of(open)];
    brackets.into_iter().flatten().any(|open| {
        let mut arguments = words::of_bracket(source, open);
        if let Some(program) = source.program_of(open) {
            arguments.insert(0, (source.inner_of(program).to_owned(), 0..0));
        }
        let is_command = words::is_command(&arguments);
        if is_command {
            words::read(page, &arguments);
        }
        is_command
    })
}
