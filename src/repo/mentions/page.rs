//! One file's occurrences of a name, and what is known of each so far.
//!
//! Invariants: occurrences are in order; the first judgement of one stays. Deliberately absent:
//! what a place means; the readers of each sort of file tell.

use std::ops::Range;

use crate::compose::command;
use crate::compose::setting;
use crate::compose::usage::{Class, Confidence, Usage, occurrences};
use crate::repo::mentions::people;
use crate::repo::mentions::{Mention, Subject};
use crate::text::span::Span;

/// What a use of the name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) class: Class,
    pub(super) confidence: Confidence,
    pub(super) reason: &'static str,
}

/// Makes a judgement that nothing shakes.
pub(super) fn certain(class: Class, reason: &'static str) -> Judgement {
    Judgement { class, confidence: Confidence::Certain, reason }
}

/// Makes a judgement that is good enough to edit by.
pub(super) fn likely(class: Class, reason: &'static str) -> Judgement {
    Judgement { class, confidence: Confidence::Likely, reason }
}

/// Makes a judgement that is only reported.
pub(super) fn unsure(class: Class, reason: &'static str) -> Judgement {
    Judgement { class, confidence: Confidence::Unsure, reason }
}

impl Judgement {
    /// Tells whether it is a reference that would be edited.
    pub(super) fn edits(self) -> bool {
        self.class.refers() && self.confidence >= Confidence::Likely
    }

    /// Gives what the judgement is worth where nothing runs: a reference is likely at most.
    pub(super) fn quoted(self) -> Self {
        match self.class.refers() {
            true => self.at_most(Confidence::Likely),
            false => self,
        }
    }

    /// Gives the judgement with at most that confidence.
    pub(super) fn at_most(mut self, most: Confidence) -> Self {
        self.confidence = self.confidence.min(most);
        self
    }
}

impl From<&Usage> for Judgement {
    fn from(usage: &Usage) -> Self {
        Self { class: usage.class, confidence: usage.confidence, reason: usage.reason }
    }
}

/// Bytes on either side of a name that a judgement looks at: lines may be very long.
const NEAR: usize = 512;

/// One occurrence.
#[derive(Clone, Debug)]
struct Spot {
    range: Range<usize>,
    /// Whether it is a whole name by its neighbours alone.
    whole: bool,
    judgement: Option<Judgement>,
}

/// A file's text, the name that is looked for, and its occurrences.
#[derive(Debug)]
pub(super) struct Page<'t> {
    pub(super) path: &'t str,
    pub(super) text: &'t str,
    pub(super) subject: &'t Subject,
    /// Commands that the file defines, and the services; for its shell text.
    pub(super) commands: command::Context,
    spots: Vec<Spot>,
}

impl<'t> Page<'t> {
    /// Finds the occurrences of the subject's name.
    pub(super) fn new(path: &'t str, text: &'t str, subject: &'t Subject) -> Self {
        let found = if subject.name.is_empty() {
            Vec::new()
        } else {
            occurrences(text, &subject.name)
                .map(|(range, whole)| {
                    let whole = whole || is_default(text, &range);
                    Spot { range, whole, judgement: None }
                })
                .collect()
        };
        let commands = command::Context {
            services: subject.services.clone(),
            wrappers: subject.wrappers.clone(),
        };
        Self { path, text, subject, commands, spots: found }
    }

    /// Tells whether the name does not occur at all.
    pub(super) fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// Gives the slice of the text that a range covers.
    pub(super) fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Gives the text before and after a range, in its line and near it.
    pub(super) fn around(&self, range: &Range<usize>) -> (&'t str, &'t str) {
        let near = self.near(range.start.saturating_sub(NEAR), range.end.saturating_add(NEAR));
        let before = self.slice(&(near.start..range.start));
        let before = before.rsplit_once('\n').map_or(before, |(_, line)| line);
        let after = self.slice(&(range.end..near.end));
        (before, after.split('\n').next().unwrap_or_default())
    }

    /// Moves offsets to the next boundaries of characters inside.
    pub(super) fn near(&self, mut start: usize, end: usize) -> Range<usize> {
        let mut end = end.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        start..end
    }

    /// Tells whether a range holds an occurrence, whole or not.
    pub(super) fn is_named_in(&self, range: &Range<usize>) -> bool {
        let first = self.first_from(range.start);
        self.spots.get(first).is_some_and(|spot| spot.range.end <= range.end)
    }

    /// Gives the whole occurrences in a range that nothing is known of yet.
    pub(super) fn open_in(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        self.spots
            .get(self.first_from(range.start)..)
            .unwrap_or_default()
            .iter()
            .take_while(|spot| spot.range.end <= range.end)
            .filter(|spot| spot.whole && spot.judgement.is_none())
            .map(|spot| spot.range.clone())
            .collect()
    }

    /// Records what an occurrence means, unless that is known already.
    pub(super) fn judge(&mut self, range: &Range<usize>, judgement: Judgement) {
        let at = self.first_from(range.start);
        let spot = self.spots.get_mut(at).filter(|spot| spot.range == *range);
        if let Some(spot) = spot.filter(|spot| spot.judgement.is_none()) {
            spot.judgement = Some(judgement);
        }
    }

    /// Records the same for every whole occurrence in a range that nothing is known of.
    pub(super) fn judge_all(&mut self, range: &Range<usize>, judgement: Judgement) {
        for open in self.open_in(range) {
            self.judge(&open, judgement);
        }
    }

    /// Reads a range as the value of a setting.
    pub(super) fn setting(&mut self, key: &str, value: &Range<usize>) {
        for (range, judgement) in self.setting_usages(key, value) {
            self.judge(&range, judgement);
        }
    }

    /// Gives what a setting's value tells, without recording it.
    pub(super) fn setting_usages(
        &self,
        key: &str,
        value: &Range<usize>,
    ) -> Vec<(Range<usize>, Judgement)> {
        if !self.is_named_in(value) {
            return Vec::new();
        }
        let usages = setting::classify(key, self.slice(value), &self.subject.name);
        let mut placed = self.placed(&usages, value.start);
        if is_own_name(key) {
            for (_, judgement) in &mut placed {
                if judgement.class == Class::Literal {
                    *judgement = unsure(Class::Literal, "a name of something else");
                }
            }
        }
        placed
    }

    /// Reads a range as shell text.
    pub(super) fn command(&mut self, range: &Range<usize>) {
        for (range, judgement) in self.command_usages(range) {
            self.judge(&range, judgement);
        }
    }

    /// Gives what shell text tells, without recording it.
    pub(super) fn command_usages(&self, range: &Range<usize>) -> Vec<(Range<usize>, Judgement)> {
        if !self.is_named_in(range) {
            return Vec::new();
        }
        let usages = command::classify(self.slice(range), &self.subject.name, &self.commands);
        self.placed(&usages, range.start)
    }

    /// Gives what an argument list tells.
    pub(super) fn words_usages(
        &self,
        words: &[(String, Range<usize>)],
    ) -> Vec<(Range<usize>, Judgement)> {
        let usages = command::classify_words(words, &self.subject.name, &self.commands);
        self.placed(&usages, 0)
    }

    /// Gives what a sentence tells that quotes commands and settings: only what is likely.
    pub(super) fn sentence_usages(&self, line: &Range<usize>) -> Vec<(Range<usize>, Judgement)> {
        // The shell's reader knows sentences as what `echo` prints.
        const SIGN: &str = "echo '";
        let text = format!("{SIGN}{}'", self.slice(line).replace('\'', "\""));
        let usages = command::classify(&text, &self.subject.name, &self.commands);
        let told = usages.into_iter().filter(|usage| {
            usage.confidence >= Confidence::Likely
                && !matches!(usage.class, Class::Comment | Class::Message)
                && usage.range.start >= SIGN.len()
        });
        let moved = told.map(|usage| {
            let from = line.start + usage.range.start - SIGN.len();
            let range = from..from + usage.range.len();
            let judgement = self.with_port(&range, Judgement::from(&usage));
            (range, judgement)
        });
        moved.collect()
    }

    fn placed(&self, usages: &[Usage], from: usize) -> Vec<(Range<usize>, Judgement)> {
        usages
            .iter()
            .map(|usage| {
                let range = from + usage.range.start..from + usage.range.end;
                let judgement = self.with_port(&range, Judgement::from(usage));
                (range, self.with_name(judgement))
            })
            .collect()
    }

    /// Lowers `NAME:x` that is only likely a host where what follows is no port: `db:16` is an
    /// image, `logs:${RESET}` the end of a sentence.
    fn with_port(&self, range: &Range<usize>, judgement: Judgement) -> Judgement {
        if judgement.class != Class::Host || judgement.confidence != Confidence::Likely {
            return judgement;
        }
        let (before, after) = self.around(range);
        match after.strip_prefix(':') {
            Some(port) if !before.ends_with(['/', '@', '=']) && !people::starts_with_port(port) => {
                unsure(Class::Unknown, "no port behind it")
            }
            _ => judgement,
        }
    }

    /// Raises what only the name's own look can support.
    pub(super) fn with_name(&self, mut judgement: Judgement) -> Judgement {
        let by_look = matches!(
            judgement.class,
            Class::Literal | Class::Message | Class::Comment | Class::Prose | Class::NameList
        );
        if by_look && self.subject.distinctive {
            judgement.confidence = judgement.confidence.max(Confidence::Likely);
        }
        judgement
    }

    /// Changes each judgement in a range.
    pub(super) fn revise(
        &mut self,
        range: &Range<usize>,
        revised: impl Fn(Judgement) -> Judgement,
    ) {
        let first = self.first_from(range.start);
        for spot in self.spots.get_mut(first..).unwrap_or_default() {
            if spot.range.end > range.end {
                break;
            }
            spot.judgement = spot.judgement.map(&revised);
        }
    }

    /// Gives what is known of an occurrence so far.
    pub(super) fn judgement(&self, range: &Range<usize>) -> Option<Judgement> {
        let spot = self.spots.get(self.first_from(range.start));
        spot.filter(|spot| spot.range == *range)?.judgement
    }

    /// Gives every occurrence with its judgement so far.
    pub(super) fn judged(&self) -> impl Iterator<Item = (&Range<usize>, Option<Judgement>)> {
        self.spots.iter().map(|spot| (&spot.range, spot.judgement))
    }

    /// Turns everything into mentions; what is still unknown says so.
    pub(super) fn finish(self) -> Vec<Mention> {
        let text = self.text;
        self.spots
            .into_iter()
            .map(|spot| {
                let judgement = spot.judgement.unwrap_or_else(|| match spot.whole {
                    true => unsure(Class::Unknown, "meaning unknown"),
                    false => longer(text, &spot.range),
                });
                Mention {
                    span: Span::from(spot.range),
                    class: judgement.class,
                    confidence: judgement.confidence,
                    reason: judgement.reason,
                }
            })
            .collect()
    }

    fn first_from(&self, offset: usize) -> usize {
        self.spots.partition_point(|spot| spot.range.start < offset)
    }
}

/// Last words of keys under which things have names of their own: a project, an app, a bucket.
const OWN_NAMES: &[&str] = &[
    "app",
    "application",
    "bucket",
    "channel",
    "exchange",
    "group",
    "id",
    "index",
    "job",
    "key",
    "label",
    "logger",
    "name",
    "namespace",
    "org",
    "prefix",
    "product",
    "project",
    "queue",
    "realm",
    "slug",
    "stack",
    "stream",
    "table",
    "title",
    "topic",
    "uid",
    "vhost",
    "workspace",
];

/// Tells a key under which something else has its name (`COMPOSE_PROJECT_NAME`, `appName`).
pub(super) fn is_own_name(key: &str) -> bool {
    let last = key.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let camel =
        last.rfind(|c: char| c.is_ascii_uppercase()).filter(|_| last != last.to_uppercase());
    let word = last.get(camel.unwrap_or_default()..).unwrap_or_default().to_ascii_lowercase();
    OWN_NAMES.contains(&word.as_str())
}

/// Tells the default in `${VARIABLE:-NAME}` and `${VARIABLE-NAME}`, which is whole but for its sign.
fn is_default(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let Some(variable) = before.strip_suffix('-') else { return false };
    let variable = variable.strip_suffix(':').unwrap_or(variable);
    let opened = variable.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let near = people::prefix(text.get(range.start..).unwrap_or_default(), range.len() + 4);
    let ends = text
        .get(range.clone())
        .and_then(|name| occurrences(near, name).next())
        .is_some_and(|(_, whole)| whole);
    ends && opened.ends_with("${") && opened.len() < variable.len()
}

/// Tells `project-NAME-1`, which Compose derives, from other longer names.
fn longer(text: &str, range: &Range<usize>) -> Judgement {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let prefixed = before.strip_suffix(['-', '_']).is_some_and(|prefix| {
        prefix.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '}' | ')'))
    });
    let numbered = after.strip_prefix(['-', '_']).is_some_and(|rest| {
        let rest_after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        rest_after.len() < rest.len()
            && !rest_after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'))
    });
    if prefixed && numbered {
        unsure(Class::DerivedName, "container name that Compose derives")
    } else {
        unsure(Class::LongerName, "part of a longer name")
    }
}
