//! The host names that services use, each with the value that it stands in.

use std::collections::BTreeSet;

use crate::compose::command::Context;
use crate::compose::effective::Effective;
use crate::compose::endpoint::{Form, endpoints};
use crate::compose::graph::Means;
use crate::compose::graph::build::extra_hosts;
use crate::compose::graph::outside::{is_host, reached};
use crate::compose::graph::texts::{Searcher, Text, TextKind, texts, uses};
use crate::compose::value::{Value, ValueKind};

/// A host name that a value of a service uses.
#[derive(Clone, Debug)]
pub struct Reach<'m> {
    /// The service.
    pub service: &'m str,
    /// The setting or attribute that holds it: `DATABASE_URL`, `command`.
    pub by: String,
    /// Who reads that.
    pub reader: Reader,
    /// The name.
    pub host: String,
    /// The value; for a list of words, the list.
    pub value: &'m Value,
    /// How the name stands there; none for one of the names that were asked for.
    pub form: Option<Form>,
    /// The scheme before it in lower case, empty where there is none.
    pub scheme: String,
}

/// Who reads a value, and so uses the names in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The service itself, when it runs.
    Service,
    /// Whatever looks at the labels of containers.
    Others,
    /// The engine, or what builds the image.
    Engine,
}

/// Gives the host names that the services of a model use: those of a set, and in settings and
/// commands also names without dots that are not of it.
#[must_use]
pub fn reaches<'m>(model: &'m Effective, known: &BTreeSet<&str>) -> Vec<Reach<'m>> {
    // What is too much for an automaton is no project of people's.
    let Ok(searcher) = Searcher::new(known) else { return Vec::new() };
    let context =
        Context { services: model.services.keys().cloned().collect(), ..Context::default() };
    let mut found = Vec::new();
    for (name, service) in &model.services {
        for text in texts(model, name, service) {
            let reach = |host: String, form: Option<Form>, scheme: String| Reach {
                service: name,
                by: text.by.clone(),
                reader: text.reader,
                host,
                value: text.value,
                form,
                scheme,
            };
            let used = uses(&text, &searcher, &context).into_iter();
            let used = used.filter(|(_, means)| *means == Means::Host);
            found.extend(used.map(|(host, _)| reach(host, None, String::new())));
            let others = unknown(&text).into_iter();
            let others = others.filter(|(host, ..)| !known.contains(host.as_str()));
            found.extend(others.map(|(host, form, scheme)| reach(host, Some(form), scheme)));
        }
    }
    found
}

/// Gives the names that mean something to a service alone: links, addresses in `extra_hosts`, and
/// its own host name.
#[must_use]
pub fn private_names(service: &Value) -> BTreeSet<&str> {
    let links = ["links", "external_links"].into_iter().filter_map(|key| service.get(key));
    let links = links.flat_map(Value::items).filter_map(Value::text);
    let own = service.text_of("hostname");
    links.flat_map(|link| link.split(':')).chain(extra_hosts(service)).chain(own).collect()
}

/// The hosts without dots that a value names, whatever they are called.
fn unknown(text: &Text<'_>) -> Vec<(String, Form, String)> {
    let one = |value: &str| {
        let found = match text.kind {
            TextKind::Setting => reached(&text.by, value),
            TextKind::Command => {
                let mut found = endpoints(value);
                // Other forms are as often a file's, an image's or a user's.
                found.retain(|endpoint| endpoint.form == Form::Authority);
                found
            }
            TextKind::Content => Vec::new(),
        };
        let told = found.into_iter().filter_map(|endpoint| {
            // `--auth-host=md5` and `cluster=WARN` are pairs too.
            let is_connection = endpoint.form != Form::KeyValue
                || endpoint.user.is_some()
                || endpoint.database.is_some();
            let rest = value.get(endpoint.host.end..).unwrap_or_default();
            // `tcp(db:3306)` has its host in brackets; `db%5F1` is a name in another spelling.
            let is_whole = !rest.starts_with(['(', '%']);
            let host = value.get(endpoint.host)?;
            let scheme = endpoint.scheme.and_then(|scheme| value.get(scheme)).unwrap_or_default();
            let is_single = is_host(host) && !host.contains('.') && is_whole && is_connection;
            is_single.then(|| (host.to_owned(), endpoint.form, scheme.to_ascii_lowercase()))
        });
        told.collect::<Vec<_>>()
    };
    match &text.value.kind {
        ValueKind::Scalar(value) => one(value),
        ValueKind::List(words) => words.iter().filter_map(Value::text).flat_map(one).collect(),
        _ => Vec::new(),
    }
}
