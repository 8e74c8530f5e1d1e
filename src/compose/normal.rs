//! One form for each of a service's attributes: lists of `KEY=value` become mappings, short forms
//! long ones (compose-spec §05; compose-go, `transform/`).

use std::collections::BTreeMap;

use crate::compose::model::has_drive;
use crate::compose::value::{Origin, Value, ValueKind};

/// Brings a service into normal form.
pub(super) fn service(service: &mut Value) {
    let Some(entries) = service.map_mut() else { return };
    for (key, value) in entries.iter_mut() {
        attribute(key, value);
    }
}

fn attribute(key: &str, value: &mut Value) {
    match key {
        "environment" | "labels" | "annotations" | "sysctls" => pairs(value),
        "depends_on" => names(value, &|| {
            let condition = ("condition".to_owned(), Value::scalar("service_started"));
            ValueKind::Map(BTreeMap::from([condition]))
        }),
        "networks" | "models" => names(value, &|| ValueKind::Null),
        "volumes" => each(value, volume),
        "secrets" | "configs" => each(value, |item| wrapped(item, "source")),
        "env_file" | "label_file" => {
            listed(value);
            each(value, |item| wrapped(item, "path"));
        }
        "dns" | "dns_search" | "tmpfs" => listed(value),
        "build" => {
            wrapped(value, "context");
            if let Some(entries) = value.map_mut() {
                for (key, value) in entries.iter_mut() {
                    match key.as_str() {
                        "args" | "labels" | "additional_contexts" => pairs(value),
                        "secrets" => each(value, |item| wrapped(item, "source")),
                        _ => {}
                    }
                }
            }
        }
        "deploy" => {
            if let Some(labels) = value.map_mut().and_then(|deploy| deploy.get_mut("labels")) {
                pairs(labels);
            }
        }
        "extends" => wrapped(value, "service"),
        _ => {}
    }
}

/// `[K=V, L]` becomes `{K: V, L: null}`.
fn pairs(value: &mut Value) {
    let ValueKind::List(items) = &mut value.kind else { return };
    let mut entries = BTreeMap::new();
    for item in std::mem::take(items) {
        let Some(text) = item.text() else { continue };
        let (key, pair) = match text.split_once('=') {
            Some((key, rest)) => (key.to_owned(), Some(rest.to_owned())),
            None => (text.to_owned(), None),
        };
        let origin = item.origin.map(|origin| after_equals(origin, pair.is_some()));
        let kind = pair.map_or(ValueKind::Null, ValueKind::Scalar);
        entries.insert(key, Value { kind, origin, join: item.join });
    }
    value.kind = ValueKind::Map(entries);
}

/// The part of `KEY=value` that is the value.
fn after_equals(origin: Origin, has_value: bool) -> Origin {
    let Origin::Compose { path, node, range, raw } = origin else { return origin };
    let at = if has_value { raw.find('=').map_or(raw.len(), |at| at + 1) } else { raw.len() };
    let rest = raw.get(at..).unwrap_or_default().into();
    Origin::Compose { path, node, range: range.start + at..range.end, raw: rest }
}

/// `[a, b]` becomes `{a: …, b: …}`.
fn names(value: &mut Value, kind: &dyn Fn() -> ValueKind) {
    let ValueKind::List(items) = &mut value.kind else { return };
    let entries = std::mem::take(items).into_iter().filter_map(|item| {
        let name = item.text()?.to_owned();
        Some((name, Value { kind: kind(), ..item }))
    });
    value.kind = ValueKind::Map(entries.collect());
}

fn each(value: &mut Value, change: impl Fn(&mut Value)) {
    if let ValueKind::List(items) = &mut value.kind {
        items.iter_mut().for_each(change);
    }
}

/// `x` becomes `[x]`.
fn listed(value: &mut Value) {
    if matches!(value.kind, ValueKind::Scalar(_)) {
        let item = Value { kind: std::mem::take(&mut value.kind), ..value.clone() };
        value.kind = ValueKind::List(vec![item]);
    }
}

/// `x` becomes `{key: x}`.
fn wrapped(value: &mut Value, key: &str) {
    if matches!(value.kind, ValueKind::Scalar(_)) {
        let inner = Value { kind: std::mem::take(&mut value.kind), ..value.clone() };
        value.kind = ValueKind::Map(BTreeMap::from([(key.to_owned(), inner)]));
    }
}

/// `source:target:mode` becomes a mapping; `target` alone is an anonymous volume.
fn volume(item: &mut Value) {
    let Some(text) = item.text() else { return };
    let parts = volume_parts(text);
    let mut entries = BTreeMap::new();
    let mut put = |key: &str, text: &str| {
        entries
            .insert(key.to_owned(), Value { origin: item.origin.clone(), ..Value::scalar(text) });
    };
    match parts.as_slice() {
        [target] => {
            put("type", "volume");
            put("target", target);
        }
        [source, target, mode @ ..] => {
            put("type", if is_path(source) { "bind" } else { "volume" });
            put("source", source);
            put("target", target);
            if mode.iter().any(|mode| mode.split(',').any(|word| word == "ro")) {
                put("read_only", "true");
            }
            if let Some(mode) = mode.first() {
                put("mode", mode);
            }
        }
        [] => {}
    }
    item.kind = ValueKind::Map(entries);
}

/// Splits a short volume at its colons, but not inside `${…}`, nor after a drive's letter.
fn volume_parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => {
                let is_drive = at - start == 1 && text.get(start..).is_some_and(has_drive);
                let rest = text.get(at + 1..).unwrap_or_default();
                // `a:/x` is a volume of one letter; a drive where it is a target, or has one.
                if is_drive && (rest.starts_with('\\') || start > 0 || rest.contains(':')) {
                    continue;
                }
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Tells whether the source of a short volume is a path, not a volume's name.
fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~', '\\', '$']) || has_drive(source)
}
