//! The provisioner's service as it is to be written, in the form that the file's services have.

use std::collections::BTreeSet;

use crate::compose::model::ComposeFile;
use crate::compose::value::{Origin, Value as Loaded};
use crate::yaml::document::Kind;
use crate::yaml::patch::Value;

use super::options::{PORT, Scaffold, default_image};
use super::server::Server;

/// A form that Compose takes names and variables in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `- KEY=value`
    List,
    /// `KEY: value`
    Map,
}

impl Form {
    /// Gives the form that most of a file's services have an attribute in.
    pub(super) fn of(file: &ComposeFile, attribute: &str, otherwise: Self) -> Self {
        let doc = &file.doc;
        let kinds = file.services().filter_map(|service| {
            let entry = doc.get(service.body, attribute)?;
            match doc.node(doc.resolve(entry.value)).kind {
                Kind::Sequence { .. } => Some(Self::List),
                Kind::Mapping { .. } => Some(Self::Map),
                _ => None,
            }
        });
        let (lists, maps): (Vec<Self>, Vec<Self>) = kinds.partition(|form| *form == Self::List);
        match lists.len().cmp(&maps.len()) {
            std::cmp::Ordering::Less => Self::Map,
            std::cmp::Ordering::Equal => otherwise,
            std::cmp::Ordering::Greater => Self::List,
        }
    }

    /// Gives variables in this form.
    pub(super) fn variables(self, pairs: &[(&str, String)]) -> Value {
        match self {
            Self::List => {
                let item = |(name, value): &(&str, String)| string(format!("{name}={value}"));
                Value::List(pairs.iter().map(item).collect())
            }
            Self::Map => map(pairs.iter().map(|(name, value)| (*name, string(value.as_str())))),
        }
    }
}

/// The secrets that the provisioner's service reads, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secrets {
    /// The superuser's password.
    pub(super) password: String,
    /// The hashes of the tokens that it takes.
    pub(super) tokens: String,
}

/// Gives the service.
pub(super) fn service(
    scaffold: &Scaffold,
    server: &Server,
    dashboard: &Loaded,
    secrets: &Secrets,
    file: &ComposeFile,
) -> Value {
    let Secrets { password, tokens } = secrets;
    let bind = format!("serve --bind 0.0.0.0:{PORT} --tokens /run/secrets/{tokens}");
    let image = scaffold.image.clone().unwrap_or_else(default_image);
    let mut entries = vec![("image", string(image)), ("command", string(bind))];
    let restart = server.body.get("restart").map(raw);
    entries.extend(restart.map(|restart| ("restart", string(restart))));
    let profiles = server.body.get("profiles").map(Loaded::items).unwrap_or_default();
    if !profiles.is_empty() {
        let profiles = profiles.iter().map(|profile| string(raw(profile)));
        entries.push(("profiles", Value::List(profiles.collect())));
    }
    entries.push(("depends_on", depends_on(server, file)));
    let variables = [
        ("PGHOST", server.name.clone()),
        ("PGUSER", server.superuser.clone()),
        ("PGDATABASE", "postgres".to_owned()),
        ("PGPASSWORD_FILE", format!("/run/secrets/{password}")),
    ];
    entries.push(("environment", Form::of(file, "environment", Form::Map).variables(&variables)));
    entries.push(("secrets", list([password.as_str(), tokens])));
    entries.extend(networks(server, dashboard, file).map(|networks| ("networks", networks)));
    let check = map([
        ("test", list(["CMD", "composemod", "serve", "health"])),
        ("interval", string("10s")),
        ("timeout", string("5s")),
        ("start_period", string("10s")),
    ]);
    entries.push(("healthcheck", check));
    map(entries)
}

/// Waits for the server, until it is healthy where it can tell.
fn depends_on(server: &Server, file: &ComposeFile) -> Value {
    let check = server.body.get("healthcheck");
    let is_checked = check.is_some_and(|check| {
        let first = check.get("test").and_then(|test| match test.items() {
            [] => test.text(),
            [first, ..] => first.text(),
        });
        check.text_of("disable") != Some("true") && first.is_some_and(|first| first != "NONE")
    });
    if !is_checked && Form::of(file, "depends_on", Form::List) == Form::List {
        return list([server.name.as_str()]);
    }
    let condition = if is_checked { "service_healthy" } else { "service_started" };
    map([(server.name.as_str(), map([("condition", string(condition))]))])
}

/// The networks that the server and the dashboard share, or else all of both; nothing where that is
/// the default one alone.
fn networks(server: &Server, dashboard: &Loaded, file: &ComposeFile) -> Option<Value> {
    let own = networks_of(&server.body);
    // Whoever has a mode of its own is on no network.
    let others = match dashboard.get("network_mode") {
        Some(_) => own.clone(),
        None => networks_of(dashboard),
    };
    let mut names: BTreeSet<&str> = own.intersection(&others).copied().collect();
    if names.is_empty() {
        names = own.union(&others).copied().collect();
    }
    if names.iter().all(|name| *name == "default") {
        return None;
    }
    Some(match Form::of(file, "networks", Form::List) {
        Form::List => list(names),
        Form::Map => map(names.into_iter().map(|name| (name, Value::Null))),
    })
}

fn networks_of(service: &Loaded) -> BTreeSet<&str> {
    let entries = service.get("networks").into_iter().flat_map(Loaded::entries);
    let names: BTreeSet<&str> = entries.map(|(name, _)| name).collect();
    if names.is_empty() { BTreeSet::from(["default"]) } else { names }
}

/// A value as it is written, before Compose fills in variables.
fn raw(value: &Loaded) -> String {
    let written = value.origin.as_ref().map(Origin::raw).filter(|raw| !raw.is_empty());
    written.or_else(|| value.text()).unwrap_or_default().to_owned()
}

/// Makes a string.
pub(super) fn string(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

/// Makes a list of strings.
pub(super) fn list<'t>(items: impl IntoIterator<Item = &'t str>) -> Value {
    Value::List(items.into_iter().map(string).collect())
}

/// Makes a mapping.
pub(super) fn map<'t>(pairs: impl IntoIterator<Item = (&'t str, Value)>) -> Value {
    Value::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}
