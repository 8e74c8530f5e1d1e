//! The names that a service's values use: settings, commands, inline content.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};
use memchr::memmem::Finder;

use crate::compose::command::{self, Context};
use crate::compose::effective::Effective;
use crate::compose::graph::{Means, Reader};
use crate::compose::setting;
use crate::compose::usage::{Class, Confidence, Usage, is_whole};
use crate::compose::value::{Value, ValueKind};
use crate::compose::values::content;

/// A value that may hold host names.
pub(super) struct Text<'m> {
    /// What a person finds it by: a variable's name, `command`.
    pub(super) by: String,
    /// Who reads it.
    pub(super) reader: Reader,
    /// How it is read.
    pub(super) kind: TextKind,
    /// The value.
    pub(super) value: &'m Value,
}

/// How a value is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// The value of the setting that it is found by.
    Setting,
    /// Shell text, or the words of a command.
    Command,
    /// A file's content.
    Content,
}

/// Gives the values of a service that may hold host names.
pub(super) fn texts<'m>(model: &'m Effective, name: &str, service: &'m Value) -> Vec<Text<'m>> {
    let mut found = Vec::new();
    let mut settings = |reader: Reader, prefix: &str, pairs: Option<&'m Value>| {
        for (key, value) in pairs.into_iter().flat_map(Value::entries) {
            let by = format!("{prefix}{key}");
            found.push(Text { by, reader, kind: TextKind::Setting, value });
        }
    };
    for (path, prefix, reader) in [
        (["labels"].as_slice(), "labels.", Reader::Others),
        (&["annotations"], "annotations.", Reader::Others),
        (&["deploy", "labels"], "labels.", Reader::Others),
        (&["build", "args"], "build.", Reader::Engine),
        (&["logging", "options"], "logging.", Reader::Engine),
        (&["provider", "options"], "provider.", Reader::Engine),
    ] {
        settings(reader, prefix, service.at(path));
    }
    for hook in HOOKS.iter().filter_map(|hook| service.get(hook)).flat_map(Value::items) {
        settings(Reader::Service, "", hook.get("environment"));
    }
    for (key, value) in model.environments.get(name).into_iter().flatten() {
        let (by, reader) = (key.clone(), Reader::Service);
        found.push(Text { by, reader, kind: TextKind::Setting, value });
    }
    let mut command = |by: &str, value: Option<&'m Value>| {
        let reader = Reader::Service;
        let (by, kind) = (by.to_owned(), TextKind::Command);
        found.extend(value.map(|value| Text { by, reader, kind, value }));
    };
    command("command", service.get("command"));
    command("entrypoint", service.get("entrypoint"));
    command("healthcheck", service.at(&["healthcheck", "test"]));
    for hook in HOOKS {
        for item in service.get(hook).map(Value::items).unwrap_or_default() {
            command(hook, item.get("command"));
        }
    }
    for item in service.get("configs").map(Value::items).unwrap_or_default() {
        let Some(source) = item.text_of("source") else { continue };
        let value = model.configs.get(source).and_then(|config| config.get("content"));
        found.extend(value.map(|value| Text {
            by: format!("configs.{source}"),
            reader: Reader::Service,
            kind: TextKind::Content,
            value,
        }));
    }
    found
}

const HOOKS: [&str; 3] = ["post_start", "pre_start", "pre_stop"];

/// Finds the names of a set that a value uses to reach something, in one pass for all of them.
pub(super) fn uses(
    text: &Text<'_>,
    names: &Searcher,
    context: &Context,
) -> BTreeSet<(String, Means)> {
    match (&text.value.kind, text.kind) {
        (ValueKind::Scalar(value), TextKind::Setting) => {
            let key = text.by.rsplit('.').next().unwrap_or(&text.by);
            let ranges = names.whole_names(value);
            if ranges.is_empty() {
                return BTreeSet::new();
            }
            reached(value, setting::judge(key, value, ranges.into_iter()))
        }
        (ValueKind::Scalar(value), TextKind::Command) => {
            each_name(value, names, |name| command::classify(value, name, context))
        }
        (ValueKind::Scalar(value), TextKind::Content) => {
            each_name(value, names, |name| content(value, name, context))
        }
        (ValueKind::List(items), _) => words(items, names, context),
        _ => BTreeSet::new(),
    }
}

/// The words of a command; a script that is its only word is read as shell text.
fn words(items: &[Value], names: &Searcher, context: &Context) -> BTreeSet<(String, Means)> {
    let mut joined = String::new();
    let mut words = Vec::new();
    for word in items.iter().filter_map(Value::text) {
        let start = joined.len();
        joined.push_str(word);
        words.push((word.to_owned(), start..joined.len()));
        joined.push('\n');
    }
    match words.as_slice() {
        [(script, _)] if script.contains(char::is_whitespace) => {
            each_name(script, names, |name| command::classify(script, name, context))
        }
        words => each_name(&joined, names, |name| command::classify_words(words, name, context)),
    }
}

fn each_name(
    text: &str,
    names: &Searcher,
    classify: impl Fn(&str) -> Vec<Usage>,
) -> BTreeSet<(String, Means)> {
    let ranges = names.whole_names(text);
    let present: BTreeSet<&str> = ranges.into_iter().filter_map(|range| text.get(range)).collect();
    present.into_iter().flat_map(|name| reached(text, classify(name))).collect()
}

/// Finds all names of a set in texts.
pub(super) enum Searcher {
    /// Each is looked for on its own: an automaton takes longer to be made.
    Few(Vec<Finder<'static>>),
    /// All are looked for in one pass.
    Many(AhoCorasick),
}

/// Up to so many names are few.
const FEW_NAMES: usize = 8;

impl Searcher {
    /// Makes a searcher.
    ///
    /// # Errors
    /// The names are too much for an automaton: no project of people's has so many.
    pub(super) fn new(names: &BTreeSet<&str>) -> Result<Self, BuildError> {
        if names.len() <= FEW_NAMES {
            return Ok(Self::Few(
                names.iter().map(|name| Finder::new(*name).into_owned()).collect(),
            ));
        }
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        AhoCorasick::builder().kind(kind).build(names).map(Self::Many)
    }

    /// Where names of the set stand as whole names, by their ends.
    fn whole_names(&self, text: &str) -> Vec<Range<usize>> {
        let is_whole = |range: &Range<usize>| is_whole(text.as_bytes(), range);
        match self {
            Self::Few(names) => {
                let each = names.iter().flat_map(|name| {
                    let length = name.needle().len();
                    occurrences_of(name, text).map(move |at| at..at + length)
                });
                let mut found: Vec<Range<usize>> = each.filter(is_whole).collect();
                found.sort_unstable_by_key(|range| (range.end, range.start));
                found
            }
            Self::Many(names) => {
                let found = names.find_overlapping_iter(text).map(|found| found.range());
                found.filter(is_whole).collect()
            }
        }
    }
}

/// Where a name stands, overlapping ones too.
fn occurrences_of<'t>(name: &'t Finder<'_>, text: &'t str) -> impl Iterator<Item = usize> + 't {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + name.find(text.as_bytes().get(from..)?)?;
        from = at + 1;
        Some(at)
    })
}

fn reached(text: &str, usages: Vec<Usage>) -> BTreeSet<(String, Means)> {
    let reach = usages.into_iter().filter_map(|usage| {
        let means = match usage.class {
            Class::Host | Class::HostSetting => Means::Host,
            Class::ServiceReference
            | Class::ContainerReference
            | Class::ComposeCommand
            | Class::ContainerCommand
            | Class::ContainerPattern => Means::Command,
            _ => return None,
        };
        let name = text.get(usage.range)?.to_owned();
        (usage.confidence >= Confidence::Likely).then_some((name, means))
    });
    reach.collect()
}
