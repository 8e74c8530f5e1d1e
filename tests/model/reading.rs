//! What docker compose makes of files, read by libyaml and merged here: by the specification, with
//! none of composemod's code. Variables stay as they are written.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use serde_yaml::Value as Yaml;

/// Files by path from the root.
pub(crate) type Tree = BTreeMap<String, String>;

type Object = Map<String, Json>;

const SECTIONS: [&str; 5] = ["services", "networks", "volumes", "secrets", "configs"];

/// Reads a project by the files that docker compose is given.
pub(crate) fn read(tree: &Tree, loaded: &[String]) -> Result<Json, String> {
    let mut whole = Object::new();
    for path in loaded {
        load(tree, path, &mut whole)?;
    }
    Ok(normal(whole))
}

/// Brings a project that is merged already into the form of the model: lists in order where the
/// order means nothing.
pub(crate) fn normal(mut whole: Object) -> Json {
    whole.retain(|key, _| SECTIONS.contains(&key.as_str()));
    for section in SECTIONS {
        let things = whole.entry(section).or_insert_with(|| json!({}));
        for thing in things.as_object_mut().into_iter().flat_map(Object::values_mut) {
            if thing.is_null() {
                *thing = json!({});
            }
        }
    }
    let mut whole = Json::Object(whole);
    sort(&mut whole, "");
    whole
}

/// Sorts lists whose order means nothing.
pub(crate) fn sort(value: &mut Json, key: &str) {
    match value {
        Json::Object(entries) => {
            for (key, value) in &mut *entries {
                sort(value, key);
            }
            // `default` with nothing further is what a service without networks has.
            let default = entries.get("networks").and_then(|networks| networks.as_object());
            let is_default = default.is_some_and(|networks| {
                networks.len() == 1
                    && networks.get("default").is_some_and(|it| it.is_null() || *it == json!({}))
            });
            if is_default {
                entries.remove("networks");
            }
        }
        Json::Array(items) => {
            for item in &mut *items {
                sort(item, key);
            }
            if !matches!(key, "command" | "entrypoint" | "test" | "env_file") {
                items.sort_by_key(Json::to_string);
            }
            // A name that two files give is one name.
            if key == "aliases" {
                items.dedup();
            }
        }
        _ => {}
    }
}

fn load(tree: &Tree, path: &str, whole: &mut Object) -> Result<(), String> {
    let file = parse(tree, path)?;
    for item in file.get("include").and_then(Json::as_array).into_iter().flatten() {
        let paths = item.get("path").unwrap_or(item);
        let paths = paths.as_array().cloned().unwrap_or_else(|| vec![paths.clone()]);
        for path in paths {
            load(tree, path.as_str().unwrap_or_default(), whole)?;
        }
    }
    let mut found = Object::new();
    for section in SECTIONS {
        if let Some(Json::Object(things)) = file.get(section) {
            found.insert(section.to_owned(), Json::Object(things.clone()));
        }
    }
    if let Some(Json::Object(services)) = found.get_mut("services") {
        for (name, body) in services {
            *body = service(tree, path, &file, name, 0)?;
        }
    }
    merge(whole, found, "");
    Ok(())
}

/// A service of one file, with what it extends.
fn service(
    tree: &Tree,
    path: &str,
    file: &Object,
    name: &str,
    depth: usize,
) -> Result<Json, String> {
    let found = file.get("services").and_then(|services| services.get(name));
    let found = found.ok_or_else(|| format!("{path} has no service {name}"))?;
    let mut own = match found {
        Json::Object(entries) => entries.clone(),
        Json::Null => Object::new(),
        other => return Err(format!("{name} in {path} is {other}")),
    };
    let extends = own.remove("extends");
    service_in_long_form(&mut own);
    let Some(extends) = extends else { return Ok(own.into()) };
    if depth > 8 {
        return Err(format!("{name} in {path} extends itself"));
    }
    let base = match &extends {
        Json::String(name) => service(tree, path, file, name, depth + 1)?,
        other => {
            let name = other["service"].as_str().unwrap_or_default();
            match other["file"].as_str() {
                None => service(tree, path, file, name, depth + 1)?,
                Some(base) => {
                    let base = base.trim_start_matches("./");
                    service(tree, base, &parse(tree, base)?, name, depth + 1)?
                }
            }
        }
    };
    let mut base = base.as_object().cloned().unwrap_or_default();
    merge(&mut base, own, "");
    Ok(base.into())
}

/// Brings what can be written in two forms into one.
pub(crate) fn service_in_long_form(body: &mut Object) {
    for key in ["environment", "labels"] {
        body.entry(key).and_modify(pairs);
    }
    if let Some(Json::Object(build)) = body.get_mut("build") {
        for key in ["args", "additional_contexts"] {
            build.entry(key).and_modify(pairs);
        }
        build.retain(|_, value| !value.is_null());
    }
    body.entry("depends_on")
        .and_modify(|all| keys(all, || json!({"condition": "service_started"})));
    body.entry("networks").and_modify(|all| keys(all, || json!({})));
    body.entry("env_file").and_modify(|all| {
        if all.is_string() {
            *all = json!([all.clone()]);
        }
    });
    for key in ["secrets", "configs"] {
        for item in items(body, key) {
            if item.is_string() {
                *item = json!({"source": item.clone()});
            }
        }
    }
    for item in items(body, "volumes") {
        let Some(short) = item.as_str() else { continue };
        let parts: Vec<&str> = short.split(':').collect();
        let is_path = parts[0].starts_with(['.', '/']);
        let mut long = json!({"type": if is_path { "bind" } else { "volume" }});
        long["source"] = parts[0].into();
        long["target"] = parts.get(1).copied().unwrap_or_default().into();
        if parts.get(2) == Some(&"ro") {
            long["read_only"] = "true".into();
        }
        *item = long;
    }
    body.retain(|key, value| !value.is_null() || key == "networks");
}

fn items<'b>(body: &'b mut Object, key: &str) -> impl Iterator<Item = &'b mut Json> {
    body.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten()
}

/// `[k=v]` becomes `{k: v}`.
fn pairs(value: &mut Json) {
    let Json::Array(items) = value else { return };
    let pair = |item: &Json| {
        let item = item.as_str().unwrap_or_default();
        match item.split_once('=') {
            Some((key, value)) => (key.to_owned(), Json::from(value)),
            None => (item.to_owned(), Json::Null),
        }
    };
    *value = Json::Object(items.iter().map(pair).collect());
}

/// `[k]` becomes `{k: …}`, and so does `{k: null}`.
fn keys(value: &mut Json, empty: impl Fn() -> Json) {
    match value {
        Json::Array(items) => {
            let name = |item: &Json| item.as_str().unwrap_or_default().to_owned();
            *value = Json::Object(items.iter().map(|item| (name(item), empty())).collect());
        }
        Json::Object(entries) => {
            for value in entries.values_mut().filter(|value| value.is_null()) {
                *value = empty();
            }
        }
        _ => {}
    }
}

fn merge(base: &mut Object, over: Object, above: &str) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Json::Object(known)), Json::Object(new)) => merge(known, new, &key),
            (Some(Json::Array(known)), Json::Array(new))
                if !matches!(key.as_str(), "command" | "entrypoint" | "test") =>
            {
                known.extend(new);
            }
            // What says nothing changes nothing, but for a variable that is passed through.
            (Some(known), Json::Null) if above != "environment" && known.is_object() => {}
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn parse(tree: &Tree, path: &str) -> Result<Object, String> {
    let text = tree.get(path).ok_or_else(|| format!("there is no {path}"))?;
    let yaml: Yaml = serde_yaml::from_str(text).map_err(|error| format!("{path}: {error}"))?;
    match plain(&yaml)? {
        Json::Object(entries) => Ok(entries),
        other => Err(format!("{path} is {other}")),
    }
}

/// A value with its merge keys resolved; what is no collection is text.
fn plain(yaml: &Yaml) -> Result<Json, String> {
    Ok(match yaml {
        Yaml::Null => Json::Null,
        Yaml::Bool(value) => value.to_string().into(),
        Yaml::Number(value) => value.to_string().into(),
        Yaml::String(value) => value.clone().into(),
        Yaml::Sequence(items) => items.iter().map(plain).collect::<Result<Vec<_>, _>>()?.into(),
        Yaml::Mapping(entries) => {
            let mut found = Object::new();
            let mut merged = Vec::new();
            for (key, value) in entries {
                let Json::String(key) = plain(key)? else { return Err(format!("a key {key:?}")) };
                match (key.as_str(), value) {
                    ("<<", Yaml::Sequence(sources)) => merged.extend(sources),
                    ("<<", source) => merged.push(source),
                    _ => {
                        found.insert(key, plain(value)?);
                    }
                }
            }
            for source in merged {
                let Json::Object(entries) = plain(source)? else {
                    return Err(format!("{source:?} is merged"));
                };
                for (key, value) in entries {
                    found.entry(key).or_insert(value);
                }
            }
            found.into()
        }
        Yaml::Tagged(tagged) => plain(&tagged.value)?,
    })
}
