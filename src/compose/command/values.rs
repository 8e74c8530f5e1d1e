//! What variables are set to: assignments, lists, defaults, labels of a `case`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::calls::tells;
use super::docker;
use super::flow::Role;
use super::flow::Variable;
use super::grammar;
use super::parser::Label;
use super::parser::List;
use super::programs;
use super::reader::Mode;
use super::reader::Reader;
use super::slots;
use super::slots::Inside;
use super::slots::MESSAGE;
use super::slots::Place;
use super::slots::UNKNOWN;
use super::slots::VARIABLE_NAME;
use super::slots::reason;
use super::word::PartKind;
use super::word::Word;
use crate::compose::setting;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;

impl Reader<'_> {
    /// Reads `NAME=value`.
    pub(super) fn assignment(&mut self, name: &Word, value: &Word, place: &Place) {
        self.each(name, &(0..name.text.len()), VARIABLE_NAME, place.mode);
        let whole = 0..name.text.len();
        let key = name.variable(&whole).unwrap_or(name.as_str()).to_owned();
        let key = key.split_once('[').map_or(key.as_str(), |(key, _)| key);
        self.flow().set(Variable::new(key, &place.scope));
        self.value(key, value, place);
    }

    /// Reads what a variable holds.
    pub(super) fn value(&mut self, name: &str, value: &Word, place: &Place) {
        let key = Variable::new(name, &place.scope);
        let whole = 0..value.text.len();
        if let Some(from) = value.variable(&whole) {
            let from = Variable::new(from, &place.scope);
            self.flow().copied(key.clone(), from);
        }
        if self.listing_of(value).is_some() {
            self.flow().listed(name);
        }
        let text = value.as_str();
        if starts_command(text) || self.starts_wrapper(text) {
            return self.shell(value.text.clone(), place);
        }
        if text.starts_with('-') {
            self.flags(value, place);
        }
        let class = match setting::subject(name) {
            setting::Subject::Image => Class::Image,
            _ => Class::Path,
        };
        self.components(value, &whole, class, place);
        if text == self.name() {
            if let Some(range) = value.text.source(&whole) {
                self.flow().held(key, range, Role::Value, place.mode.cap);
            }
        } else if text.contains([' ', '\n', '\t']) {
            let in_command =
                |range: &Range<usize>| matches!(slots::place_in(value, range), Inside::Command);
            let members: Vec<_> = slots::items(text, 0, &[' ', '\n', '\t', ','])
                .filter(|range| !in_command(range))
                .collect();
            self.members(&key, name, value, &members, place);
        }
        self.generic(value, whole.clone(), UNKNOWN, place.mode);
        self.setting(name, value, whole, place);
    }

    /// Tells whether a text starts with a wrapper and a command of Compose: `$dc exec web sh`.
    fn starts_wrapper(&self, text: &str) -> bool {
        let mut words = text.split_ascii_whitespace();
        let head = words.next().filter(|head| head.starts_with('$'));
        head.is_some_and(|head| self.is_wrapper(head))
            && words.next().is_some_and(docker::is_compose_command)
    }

    /// Reads flags for a client that a variable holds (`-h db -U app`).
    fn flags(&mut self, value: &Word, place: &Place) {
        let words: Vec<_> = slots::items(value.as_str(), 0, &[' ', '\n', '\t']).collect();
        for pair in words.windows(2) {
            let [flag, host] = pair else { continue };
            let text = |range: &Range<usize>| value.as_str().get(range.clone());
            if matches!(text(flag), Some("-h" | "-H" | "--host")) && text(host) == Some(self.name())
            {
                let meaning = (Class::Host, Confidence::Likely, reason(Class::Host));
                self.put(&value.text, host.clone(), meaning, place.mode);
            }
        }
    }

    /// Reads the members of a list that a variable holds.
    fn members(
        &mut self,
        key: &Variable,
        name: &str,
        value: &Word,
        members: &[Range<usize>],
        place: &Place,
    ) {
        let texts = || members.iter().filter_map(|range| value.as_str().get(range.clone()));
        for range in members {
            if let Some(from) = value.variable(range) {
                let from = Variable::new(from, &place.scope);
                self.flow().copied(key.clone(), from);
            }
        }
        if !texts().any(|text| text == self.name()) {
            return;
        }
        let plain = texts()
            .all(|text| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-$".contains(&b)));
        let of_others = names_others(name);
        let sentence = texts().any(grammar::is_prose);
        let others = texts().filter(|text| *text != self.name() && self.is_service(text)).count();
        // Other tools have lists of services too.
        let told = others > 0 || self.known().speaks_of_compose;
        let named = plain && (names_containers(name) || told && names_services(name));
        // Half of the others at least, so that `for t in web worker cron` is none.
        let mostly = others > 0 && others * 2 + 1 >= texts().count();
        let sure = if named || mostly { Confidence::Likely } else { Confidence::Unsure };
        for range in members {
            if value.as_str().get(range.clone()) != Some(self.name())
                || !matches!(slots::place_in(value, range), Inside::Text)
            {
                continue;
            }
            let meaning = match (of_others, others, sentence) {
                (Some(class), ..) => (class, Confidence::Unsure, reason(class)),
                (None, 0, true) => MESSAGE,
                (None, 0, false) => (Class::NameList, sure, "list of words"),
                _ => (Class::NameList, sure, "list with other services in it"),
            };
            self.put(&value.text, range.clone(), meaning, place.mode);
            if let Some(source) = value.text.source(range) {
                self.flow().held(key.clone(), source, Role::Member, place.mode.cap);
            }
        }
    }

    /// Tells whether a word is another service of the project.
    pub(super) fn is_service(&self, word: &str) -> bool {
        self.services().iter().any(|service| service == word)
    }

    /// Reads `for NAME in WORDS` and `NAME=(WORDS)`.
    pub(super) fn list(&mut self, list: &List, place: &Place) {
        self.each(&list.name, &(0..list.name.text.len()), VARIABLE_NAME, place.mode);
        let whole = 0..list.name.text.len();
        let name = list.name.variable(&whole).unwrap_or(list.name.as_str()).to_owned();
        let key = Variable::new(&name, &place.scope);
        for word in &list.words {
            self.parts(word, place);
            if self.listing_of(word).is_some() {
                self.flow().listed(&name);
            }
        }
        self.flow().set(key.clone());
        // `(docker compose -f a.yml)` is a command.
        if list.words.first().is_some_and(|word| docker::engine(word.as_str()).is_some()) {
            self.run(&list.words, None, place);
            return;
        }
        let joined = Word::join(&list.words);
        let text = joined.as_str();
        let mut members = Vec::new();
        for range in slots::items(text, 0, &[' ', '\n', '\t', ',']) {
            let item = text.get(range.clone()).unwrap_or_default();
            // `{web,db}` and `[db]=5432`.
            let start = range.start + item.len() - item.trim_start_matches(['{', '[']).len();
            let end = match item.strip_prefix('[').and_then(|rest| rest.find(']')) {
                Some(len) => start + len,
                None => range.end - (item.len() - item.trim_end_matches('}').len()),
            };
            let variable = joined.variable(&range).is_some();
            members.push(if variable { range } else { start..end.max(start) });
        }
        self.generic(&joined, 0..text.len(), UNKNOWN, place.mode);
        self.members(&key, &name, &joined, &members, place);
    }

    /// Reads the patterns of a `case`. `among` are the subjects of those that have other services.
    pub(super) fn label(&mut self, label: &Label, among: &BTreeSet<&str>, place: &Place) {
        self.parts(&label.subject, place);
        self.generic(&label.subject, 0..label.subject.text.len(), UNKNOWN, place.mode);
        // Numbers and letters of a menu do not count.
        let words = || label.words.iter().map(Word::as_str).filter(|word| word.len() > 2);
        let others = || words().filter(|word| *word != self.name());
        let services = others().next().is_some() && others().all(|word| self.is_service(word));
        let meaning = if services {
            (Class::NameList, Confidence::Likely, "label of a case")
        } else if among.contains(label.subject.as_str()) {
            (Class::NameList, Confidence::Unsure, "label of a case among other services")
        } else {
            (Class::Unknown, Confidence::Unsure, "label of a case on a value that may be any")
        };
        for word in &label.words {
            let whole = 0..word.text.len();
            if word.as_str() != self.name() {
                self.generic(word, whole, UNKNOWN, place.mode);
                continue;
            }
            self.put(&word.text, whole.clone(), meaning, place.mode);
            let subject = label.subject.variable(&(0..label.subject.text.len()));
            if let Some(subject) = subject.filter(|subject| tells(subject)) {
                let mode = Mode { cap: place.mode.cap.min(Confidence::Likely), ..place.mode };
                self.setting(subject, word, whole.clone(), &Place { mode, ..place.clone() });
            }
            if let (Some(subject), Some(range)) = (subject, word.text.source(&whole)) {
                let key = Variable::new(subject, &place.scope);
                self.flow().held(key, range, Role::Label, place.mode.cap);
            }
        }
    }

    /// Tells what a word holds that was taken from a command which lists things.
    pub(super) fn listing_of(&self, word: &Word) -> Option<Class> {
        word.parts.iter().find_map(|part| match &part.kind {
            PartKind::Command(text) => {
                lists_containers(text.as_str()).then_some(Class::ContainerPattern)
            }
            PartKind::Variable { name, .. } => self.lists(name).then_some(Class::ContainerPattern),
            PartKind::Opaque => None,
        })
    }
}

/// Tells whether text is a command that lists containers or services.
pub(super) fn lists_containers(text: &str) -> bool {
    let mut words = text
        .split(|c: char| c.is_ascii_whitespace() || c == '|' || c == ';')
        .filter(|w| !w.is_empty());
    let Some(head) = words
        .find(|word| !matches!(*word, "sudo" | "!" | "timeout") && word.parse::<u32>().is_err())
    else {
        return false;
    };
    let runs = docker::engine(programs::base_name(head)).is_some() || head.starts_with('$');
    let mut after = words.skip_while(|word| matches!(*word, "compose" | "container")).take(12);
    runs && after.any(|word| {
        matches!(word, "ps" | "ls" | "list" | "inspect" | "stats" | "top" | "--services")
    })
}

/// Tells whether a text starts with a command that handles containers.
pub(super) fn starts_command(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace().filter(|word| *word != "sudo");
    let engine = words.next().map(programs::base_name).and_then(docker::engine);
    let Some(engine) = engine else { return false };
    words.next().is_some_and(|next| {
        next.starts_with(['-', '$'])
            || match engine {
                docker::Engine::Docker => docker::is_docker_command(next),
                docker::Engine::Compose => docker::is_compose_command(next),
            }
    })
}

/// Tells whether a variable's name says that it holds containers.
fn names_containers(name: &str) -> bool {
    name.to_ascii_lowercase().contains("container")
}

/// Tells whether a variable's name says that it holds services, be they Compose's or not.
fn names_services(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["service", "svcs"].iter().any(|part| name.contains(part))
}

/// Tells what the members of a list are whose name says that they are no services: the last word
/// that tells decides (`service_dirs`, `image_nicknames`).
fn names_others(name: &str) -> Option<Class> {
    let name = name.to_ascii_lowercase();
    let words = name.rsplit(|c: char| !c.is_ascii_alphabetic());
    let mut told = words.filter_map(|word| match word.strip_suffix('s').unwrap_or(word) {
        "service" | "svc" | "container" => Some(None),
        "image" | "img" | "package" | "pkg" | "repo" | "tag" => Some(Some(Class::Image)),
        "dir" | "directorie" | "file" | "folder" | "path" => Some(Some(Class::Path)),
        "app" | "branche" | "lib" | "module" | "project" | "queue" | "topic" => {
            Some(Some(Class::Identifier))
        }
        _ => None,
    });
    told.next().flatten()
}
