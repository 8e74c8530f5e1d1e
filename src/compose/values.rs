//! Names inside the values of a Compose file: settings, commands, inline content.

use std::borrow::Cow;
use std::ops::Range;

use crate::compose::command::{self, Context};
use crate::compose::model::ComposeFile;
use crate::compose::setting;
use crate::compose::usage::{Class, Confidence, Usage};
use crate::text::span::Span;
use crate::yaml::document::NodeId;

/// A value that may hold names as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The scalar; of several words, the first.
    pub node: NodeId,
    /// How to read it.
    pub kind: TextKind,
}

/// How a value is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// A setting: its key, and the bytes of its value in the scalar.
    Setting {
        /// Name of the variable, label or option.
        key: String,
        /// The value's bytes.
        range: Range<usize>,
    },
    /// A host that `extra_hosts` pins to an address: the host's bytes in the scalar, and the address.
    Pinned {
        /// The host's bytes.
        range: Range<usize>,
        /// What it is pinned to.
        address: String,
    },
    /// Shell text.
    Command,
    /// An argument list: one node a word.
    Words(Vec<NodeId>),
    /// A file's content: lines of `key = value`, directives, shell.
    Content,
}

/// A use of a name in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueUsage {
    /// The scalar.
    pub node: NodeId,
    /// The use; its range is of the scalar's value.
    pub usage: Usage,
}

/// Classifies each use of a name in a file's values.
#[must_use]
pub fn usages(
    file: &ComposeFile,
    texts: &[Text],
    name: &str,
    services: &[String],
) -> Vec<ValueUsage> {
    let context = Context { services: services.to_vec(), ..Context::default() };
    let mut found = Vec::new();
    for text in texts {
        let value = |node: NodeId| file.doc.value(node).unwrap_or_default();
        match &text.kind {
            TextKind::Words(words) => {
                found.extend(words_usages(words, &value, name, &context));
                continue;
            }
            _ if !value(text.node).contains(name) => continue,
            _ => {}
        }
        let whole = value(text.node);
        let uses = match &text.kind {
            TextKind::Setting { key, range } => {
                let part = whole.get(range.clone()).unwrap_or_default();
                shifted(setting::classify(key, part, name), range.start)
            }
            TextKind::Command => command::classify(&whole, name, &context),
            TextKind::Content => content(&whole, name, &context),
            TextKind::Words(_) | TextKind::Pinned { .. } => continue,
        };
        found.extend(uses.into_iter().map(|usage| ValueUsage { node: text.node, usage }));
    }
    let pinned = pinned_usages(file, texts, name, &found);
    found.extend(pinned);
    found
}

/// A pinned host is another machine, unless it is pinned to the service's own address; where its
/// service also reaches it by name, both names change together.
fn pinned_usages(
    file: &ComposeFile,
    texts: &[Text],
    name: &str,
    others: &[ValueUsage],
) -> Vec<ValueUsage> {
    let doc = &file.doc;
    let bodies: Vec<Span> =
        file.services().map(|service| doc.node(doc.resolve(service.body)).span).collect();
    let body = |node: NodeId| bodies.iter().find(|body| body.contains(doc.node(node).span));
    let is_reached = |pin: NodeId| {
        let near = others.iter().filter(|other| body(other.node) == body(pin));
        near.into_iter().any(|other| is_reference(&other.usage))
    };
    let mut found = Vec::new();
    for text in texts {
        let TextKind::Pinned { range, address } = &text.kind else { continue };
        let host = doc.value(text.node).unwrap_or_default();
        if host.get(range.clone()).map(str::trim) != Some(name) {
            continue;
        }
        let start = host.find(name).unwrap_or_default();
        let (confidence, reason) = if addresses(file, name).contains(address) {
            (Confidence::Certain, "pinned to the service's own address")
        } else if is_reached(text.node) {
            (Confidence::Certain, "pinned host that the service reaches by this name")
        } else {
            (Confidence::Unsure, "pinned to an address, which may be another machine")
        };
        let range = start..start + name.len();
        let usage = Usage { range, class: Class::HostSetting, confidence, reason };
        found.push(ValueUsage { node: text.node, usage });
    }
    found
}

/// The fixed addresses that a file gives to a service.
fn addresses(file: &ComposeFile, service: &str) -> Vec<String> {
    let Some(service) = file.service(service) else { return Vec::new() };
    let Some((_, networks)) = file.attribute(service.body, "networks") else { return Vec::new() };
    let networks = file.effective_entries(file.doc.resolve(networks.value));
    let settings = networks.iter().map(|network| file.doc.resolve(network.value));
    settings
        .flat_map(|network| {
            ["ipv4_address", "ipv6_address"]
                .into_iter()
                .filter_map(move |key| file.text_of(network, key))
        })
        .collect()
}

/// An argument list: the words are read as one command, and each use goes back to its word.
fn words_usages<'v>(
    nodes: &[NodeId],
    value: &impl Fn(NodeId) -> Cow<'v, str>,
    name: &str,
    context: &Context,
) -> Vec<ValueUsage> {
    let mut words = Vec::new();
    let mut at = 0;
    for &node in nodes {
        let word = value(node).into_owned();
        let end = at + word.len();
        words.push((word, at..end));
        at = end + 1;
    }
    if !words.iter().any(|(word, _)| word.contains(name)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for usage in command::classify_words(&words, name, context) {
        let place = words.iter().position(|(_, range)| {
            range.start <= usage.range.start && usage.range.end <= range.end
        });
        if let Some(place) = place {
            let start = words[place].1.start;
            let range = usage.range.start - start..usage.range.end - start;
            found.push(ValueUsage { node: nodes[place], usage: Usage { range, ..usage } });
        }
    }
    found
}

/// A configuration file's text: each line as a setting; where that tells nothing, as a command.
pub(super) fn content(text: &str, name: &str, context: &Context) -> Vec<Usage> {
    let commands = command::classify(text, name, context);
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if !line.contains(name) {
            continue;
        }
        let body = line.trim_end();
        let trimmed = body.trim_start_matches([' ', '\t', '-']);
        let indent = body.len() - trimmed.len();
        let split = trimmed.find(['=', ':']).or_else(|| trimmed.find([' ', '\t']));
        let (key, offset) = split.map_or(("", 0), |at| (&trimmed[..at], at + 1));
        let value = trimmed.get(offset..).unwrap_or_default();
        found.extend(shifted(setting::classify(key.trim(), value, name), start + indent + offset));
    }
    for usage in commands {
        let known = found.iter_mut().find(|known| known.range == usage.range);
        match known {
            Some(known) if known.confidence < usage.confidence => *known = usage,
            Some(_) => {}
            None => found.push(usage),
        }
    }
    found.sort_by_key(|usage| usage.range.start);
    found
}

fn shifted(usages: Vec<Usage>, by: usize) -> Vec<Usage> {
    usages
        .into_iter()
        .map(|usage| Usage { range: usage.range.start + by..usage.range.end + by, ..usage })
        .collect()
}

/// Tells whether a use is sure enough to be edited, and a reference at all.
#[must_use]
pub fn is_reference(usage: &Usage) -> bool {
    usage.class.refers() && usage.confidence >= Confidence::Likely && usage.class != Class::Alias
}
