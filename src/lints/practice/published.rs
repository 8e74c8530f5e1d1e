//! Ports that services publish: on which of the host's addresses.

use std::sync::Arc;

use crate::compose::model::ComposeFile;
use crate::diagnostics::fix::{Applicability, Fix};
use crate::lints::practice::variables::OPAQUE;
use crate::text::span::Span;
use crate::yaml::document::{Kind, NodeId};
use crate::yaml::patch::{Patch, Value, add_entry, splice_scalar};

/// A port that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// Where it listens.
    pub(super) listens: Listens,
    /// The container's port, or the first one of a range; none where it is a variable.
    pub(super) target: Option<u16>,
    /// The bytes that tell where it listens.
    pub(super) span: Span,
}

/// Which of the host's addresses a port listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listens {
    /// All, since none is said.
    Unsaid,
    /// All, as is said: `0.0.0.0`.
    Everywhere,
    /// The one that is said.
    Bound,
    /// What a variable says.
    Unknown,
}

/// Addresses that stand for all.
const EVERYWHERE: &[&str] = &["0.0.0.0", "[::]", "::", "*"];

/// Reads an item of `ports`; `settle` gives a value with its variables settled.
pub(super) fn published(
    file: &ComposeFile,
    item: NodeId,
    settle: &dyn Fn(&str) -> String,
) -> Option<Published> {
    let doc = &file.doc;
    let item = doc.resolve(item);
    let span = doc.node(item).span;
    if let Some(raw) = doc.value(item) {
        let (listens, target) = short(&raw, &settle(&raw))?;
        return Some(Published { listens, target, span });
    }
    let text = |key: &str| Some(settle(&doc.value(doc.get(item, key)?.value)?));
    let target = doc.get(item, "target")?;
    let listens = match text("host_ip") {
        None => Listens::Unsaid,
        Some(address) => of_address(&address),
    };
    let told = doc.get(item, "published").unwrap_or(target).value;
    let span = doc.node(told).span;
    Some(Published { listens, target: text("target").as_deref().and_then(number), span })
}

fn short(raw: &str, text: &str) -> Option<(Listens, Option<u16>)> {
    let text = text.split('/').next().unwrap_or(text);
    let parts = split(text);
    let target = number(parts.last()?);
    let listens = match parts.as_slice() {
        [target] if target.contains(OPAQUE) => Listens::Unknown,
        [_] => Listens::Unsaid,
        [published, _] => match published.contains(OPAQUE) && !says_port(raw) {
            true => Listens::Unknown,
            false => Listens::Unsaid,
        },
        [.., published, target] => {
            let end = text.len() - published.len() - target.len() - 2;
            of_address(text.get(..end).unwrap_or_default())
        }
        [] => return None,
    };
    Some((listens, target))
}

fn of_address(address: &str) -> Listens {
    match address {
        "" => Listens::Unsaid,
        _ if EVERYWHERE.contains(&address) => Listens::Everywhere,
        _ if address.contains(OPAQUE) => Listens::Unknown,
        _ => Listens::Bound,
    }
}

/// Tells whether what stands before the container's port is a port, by the variable's name:
/// another variable may hold an address as well.
fn says_port(raw: &str) -> bool {
    split(raw).first().is_some_and(|first| first.to_ascii_uppercase().contains("PORT"))
}

/// Splits at colons, but not inside of `${…}` and `[…]`.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = text.split(|c: char| {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && depth == 0
    });
    parts.collect()
}

fn number(text: &str) -> Option<u16> {
    text.split(['-', '/']).next()?.parse().ok()
}

/// Gives what binds a port to the host's own address.
pub(super) fn bind(file: &ComposeFile, item: NodeId, listens: Listens) -> Option<Arc<Fix>> {
    let doc = &file.doc;
    let item = doc.resolve(item);
    let patch = match (&doc.node(item).kind, listens) {
        (Kind::Mapping { .. }, Listens::Unsaid) if doc.get(item, "host_ip").is_none() => {
            add_entry(doc, item, "host_ip", &Value::String(HOST.to_owned()))
        }
        (Kind::Scalar(_), Listens::Unsaid | Listens::Everywhere) => {
            let raw = doc.value(item)?;
            let parts = split(&raw);
            let first = *parts.first()?;
            let (range, insert) = match parts.len() {
                1 if is_one(first) => (0..1, format!("{HOST}::{}", first.get(..1)?)),
                2 if is_one(first) => (0..1, format!("{HOST}:{}", first.get(..1)?)),
                3 if EVERYWHERE.contains(&first) => (0..first.len(), HOST.to_owned()),
                _ => return None,
            };
            splice_scalar(doc, item, &[(range, insert)])
        }
        _ => return None,
    };
    let patch: Patch = patch.ok()?;
    let title = format!("publish it on {HOST} only");
    Fix::patch(title, Applicability::Unsafe, &file.path, patch)
}

/// The address that only the host itself reaches.
const HOST: &str = "127.0.0.1";

/// Tells whether a part is a port, a range of them, or one variable.
fn is_one(part: &str) -> bool {
    let part = part.split('/').next().unwrap_or(part);
    let is_variable = part.strip_prefix("${").is_some_and(|rest| {
        rest.find('}') == Some(rest.len().wrapping_sub(1)) && !rest.contains('{')
    });
    is_variable
        || (part.starts_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::{Listens, short};
    use crate::lints::practice::variables::Variables;

    #[test]
    fn ports_listen_somewhere() {
        for (raw, listens, target) in [
            ("5432:5432", Listens::Unsaid, Some(5432)),
            ("5432", Listens::Unsaid, Some(5432)),
            ("5432/tcp", Listens::Unsaid, Some(5432)),
            ("5432-5440:5432-5440/udp", Listens::Unsaid, Some(5432)),
            ("127.0.0.1:5432:5432", Listens::Bound, Some(5432)),
            ("127.0.0.1::5432/tcp", Listens::Bound, Some(5432)),
            ("[::1]:5432:5432", Listens::Bound, Some(5432)),
            ("0.0.0.0:5432:5432", Listens::Everywhere, Some(5432)),
            ("[::]:5432:5432/tcp", Listens::Everywhere, Some(5432)),
            (":5432:5432", Listens::Unsaid, Some(5432)),
            ("${DB_PORT}:5432", Listens::Unsaid, Some(5432)),
            ("${DB_PORT:-5432}:5432", Listens::Unsaid, Some(5432)),
            ("${DB_BIND}:5432", Listens::Unknown, Some(5432)),
            ("${DB_BIND:-127.0.0.1:5432}:5432", Listens::Bound, Some(5432)),
            ("${IP}:5432:5432", Listens::Unknown, Some(5432)),
            ("${IP:-127.0.0.1}:5432:5432", Listens::Bound, Some(5432)),
            ("${IP:-0.0.0.0}:5432:5432", Listens::Everywhere, Some(5432)),
            ("80:${PORT}", Listens::Unsaid, None),
        ] {
            let settled = Variables::default().settle(raw);
            assert_eq!(short(raw, &settled), Some((listens, target)), "{raw}");
        }
    }
}
