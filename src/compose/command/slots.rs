//! What a name means in a word whose place is known.

use std::ops::Range;

use super::clients::Given;
use super::flow::Variable;
use super::forms::Forms;
use super::grammar::Slot;
use super::parser::Scope;
use super::reader::Mode;
use super::reader::Reader;
use super::values::starts_command;
use super::word::PartKind;
use super::word::Word;
use crate::compose::endpoint::Form;
use crate::compose::endpoint::endpoints;
use crate::compose::setting;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::compose::usage::occurrences;

/// A class with how sure it is, and why.
pub(super) type Meaning = (Class, Confidence, &'static str);

/// What a name in text for people means.
pub(super) const MESSAGE: Meaning =
    (Class::Message, Confidence::Unsure, "message that a program prints");

/// What is said where nothing can be told.
pub(super) const UNKNOWN: Meaning =
    (Class::Unknown, Confidence::Unsure, "part of a command that tells nothing of it");

impl Reader<'_> {
    /// Classifies the name in a part of a word that stands for something.
    pub(super) fn slot(&mut self, word: &Word, range: Range<usize>, slot: Slot, place: &Place) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        let named = matches!(slot, Slot::Plain | Slot::Host | Slot::Address | Slot::Holds(_));
        if named && text.contains(' ') && starts_command(text) {
            // A command in a string: `wait-until "docker compose exec web true"`.
            let mode = Mode { cap: place.mode.cap.min(Confidence::Likely), ..place.mode };
            return self.shell(word.text.slice(range), &Place { mode, ..place.clone() });
        }
        match slot {
            Slot::Plain => {
                let literal = (Class::Literal, Confidence::Unsure, "argument of a command");
                if text == self.name() {
                    return self.put(&word.text, range, literal, place.mode);
                }
                self.generic(word, range, UNKNOWN, place.mode);
            }
            Slot::Is(class) => self.is(word, range, class, place),
            // `make logs SERVICE=web`
            Slot::Holds(Class::Identifier) if text.contains('=') => {
                let mode = Mode { cap: place.mode.cap.min(Confidence::Likely), ..place.mode };
                self.slot(word, range, Slot::Setting, &Place { mode, ..place.clone() });
            }
            Slot::Holds(class) => {
                self.variables(word, &range, class, Confidence::Certain, place);
                if class == Class::Path {
                    self.folders(word, &range, place);
                }
                if class == Class::Image {
                    self.components(word, &range, class, place);
                }
                let sure =
                    if class == Class::Unknown { Confidence::Unsure } else { Confidence::Certain };
                let whole = (class, sure, reason(class));
                if class == Class::Path && text.contains("://") || text.contains("/dev/tcp/") {
                    return self.generic(word, range, whole, place.mode);
                }
                self.each(word, &range, whole, place.mode);
            }
            Slot::Host | Slot::Address => self.host(word, range, slot, place),
            Slot::Remote => self.remote(word, range, place),
            Slot::Database => {
                if text.contains("://") || text.contains('=') {
                    return self.generic(word, range, UNKNOWN, place.mode);
                }
                self.is(word, range, Class::Database, place);
            }
            Slot::Setting => match text.split_once('=') {
                Some((key, _)) => {
                    let value = range.start + key.len() + 1..range.end;
                    self.each(word, &(range.start..value.start - 1), VARIABLE_NAME, place.mode);
                    self.setting(key, word, value, place);
                }
                None => self.each(word, &range, VARIABLE_NAME, place.mode),
            },
            Slot::Sql => self.code(&word.slice(range), place.mode),
            Slot::Shell | Slot::Command => self.shell(word.text.slice(range), place),
            Slot::Message => self.prose(&word.slice(range), MESSAGE, place),
            Slot::Pattern => self.pattern(word, range, place),
            Slot::Query | Slot::JsonQuery | Slot::QueryOrPath => {
                self.query(word, &range, slot, place);
            }
            Slot::Filter(class) => self.filter(word, range, class, place),
            Slot::Operand(class) | Slot::First(class) => {
                let end = text.find(':').map(|at| range.start + at);
                match end {
                    Some(end) => {
                        self.is(word, range.start..end, class, place);
                        let path = (Class::Path, Confidence::Certain, reason(Class::Path));
                        self.each(word, &(end..range.end), path, place.mode);
                    }
                    None if matches!(slot, Slot::First(_)) => self.is(word, range, class, place),
                    None => {
                        let path = (Class::Path, Confidence::Certain, reason(Class::Path));
                        self.each(word, &range, path, place.mode);
                    }
                }
            }
            Slot::Scale => {
                let end = text.find('=').map_or(range.end, |at| range.start + at);
                self.is(word, range.start..end, Class::ComposeCommand, place);
            }
            Slot::List(class) => {
                for item in items(text, range.start, &[',', ' ']) {
                    self.is(word, item, class, place);
                }
            }
            Slot::Volume => {
                let end = text.find(':').map_or(range.end, |at| range.start + at);
                let class =
                    if text.starts_with(['/', '.', '~']) { Class::Path } else { Class::Volume };
                let source = (class, Confidence::Certain, reason(class));
                self.each(word, &(range.start..end), source, place.mode);
                let path = (Class::Path, Confidence::Certain, reason(Class::Path));
                self.each(word, &(end..range.end), path, place.mode);
            }
            Slot::Mount => {
                for item in items(text, range.start, &[',']) {
                    let field = word.as_str().get(item.clone()).unwrap_or_default();
                    let source = field.starts_with("source=") || field.starts_with("src=");
                    let class = if source { Class::Volume } else { Class::Path };
                    self.each(word, &item, (class, Confidence::Certain, reason(class)), place.mode);
                }
            }
            Slot::Network | Slot::Namespace => self.network(word, range, place),
            Slot::NewContainer => {
                let made = (Class::ContainerCommand, Confidence::Unsure, "name of a new container");
                self.each(word, &range, made, place.mode);
            }
            Slot::Alias => {
                let alias = (Class::Alias, Confidence::Unsure, "name given to a container");
                self.each(word, &range, alias, place.mode);
            }
            Slot::Attached => {
                let secret = (Class::Unknown, Confidence::Unsure, "value of a flag");
                self.each(word, &range, secret, place.mode);
            }
        }
    }

    /// Gives each use of the name in a range one meaning, but for those in variables and in
    /// commands within the word.
    pub(super) fn each(&mut self, word: &Word, range: &Range<usize>, meaning: Meaning, mode: Mode) {
        for at in self.uses(word, range) {
            match place_in(word, &at) {
                Inside::Text => self.put(&word.text, at, meaning, mode),
                Inside::Variable => self.put(&word.text, at, VARIABLE_NAME, mode),
                Inside::Default | Inside::Command => {}
            }
        }
    }

    fn uses(&self, word: &Word, range: &Range<usize>) -> Vec<Range<usize>> {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        occurrences(text, self.name())
            .map(|(at, _)| range.start + at.start..range.start + at.end)
            .collect()
    }

    /// Reads a range that is one name, or a variable that holds one.
    fn is(&mut self, word: &Word, range: Range<usize>, class: Class, place: &Place) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        self.variables(word, &range, class, Confidence::Certain, place);
        if text == self.name() {
            return self.put(
                &word.text,
                range,
                (class, Confidence::Certain, reason(class)),
                place.mode,
            );
        }
        self.generic(word, range, UNKNOWN, place.mode);
    }

    /// Notes that the variable which is all of a range is used as something of a class.
    pub(super) fn variables(
        &mut self,
        word: &Word,
        range: &Range<usize>,
        class: Class,
        confidence: Confidence,
        place: &Place,
    ) {
        if let Some(name) = word.variable(range) {
            let key = Variable::new(name, &place.scope);
            self.flow().used(key, class, confidence.min(place.mode.cap));
        }
    }

    /// Notes the variables that are a folder of a path: `services/$name/compose.yml`.
    fn folders(&mut self, word: &Word, range: &Range<usize>, place: &Place) {
        for part in &word.parts {
            let before = word.as_str().get(range.start..part.range.start);
            let after = word.as_str().get(part.range.end..range.end);
            let (Some(before), Some(after)) = (before, after) else { continue };
            let alone = before.ends_with('/') && (after.is_empty() || after.starts_with('/'));
            if (alone || before.is_empty() && after.starts_with('/'))
                && let Some(name) = part.variable()
            {
                let variable = Variable::new(name, &place.scope);
                self.flow().used(variable, Class::Path, place.mode.cap);
            }
        }
    }

    /// Notes the variables that are a part of a path or image, where nothing says that it is one
    /// (`./apps/$name/.env`, `acme/$name:latest`): that tells less than any command does.
    pub(super) fn components(
        &mut self,
        word: &Word,
        range: &Range<usize>,
        class: Class,
        place: &Place,
    ) {
        if word.as_str().get(range.clone()).is_none_or(|text| text.contains("://")) {
            return;
        }
        for part in &word.parts {
            let before = word.as_str().get(range.start..part.range.start);
            let after = word.as_str().get(part.range.end..range.end);
            let (Some(before), Some(after)) = (before, after) else { continue };
            let starts = before.ends_with('/') || before.is_empty() && class == Class::Image;
            if starts
                && (after.is_empty() || after.starts_with(['/', ':']))
                && let Some(name) = part.variable()
            {
                let variable = Variable::new(name, &place.scope);
                self.flow().used(variable, class, Confidence::Unsure);
            }
        }
    }

    fn host(&mut self, word: &Word, range: Range<usize>, slot: Slot, place: &Place) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        let end = text.find([':', '/']).map_or(range.end, |at| range.start + at);
        self.variables(word, &range, Class::Host, Confidence::Certain, place);
        self.variables(word, &(range.start..end), Class::Host, Confidence::Certain, place);
        let first = range.start..end;
        if text.get(..end - range.start) == Some(self.name())
            && !text.get(end - range.start..).is_some_and(|rest| rest.starts_with("://"))
        {
            let bare_path = end < range.end && slot == Slot::Host;
            let sure = if bare_path { Confidence::Likely } else { Confidence::Certain };
            self.put(
                &word.text,
                first,
                (Class::Host, sure, "host that a client connects to"),
                place.mode,
            );
        }
        let found = endpoints(text);
        for endpoint in &found {
            let host = range.start + endpoint.host.start..range.start + endpoint.host.end;
            if endpoint.form == Form::Word && slot != Slot::Host {
                continue;
            }
            self.is_host(word, &host, "host that a client connects to", place.mode);
        }
        self.generic(word, range, UNKNOWN, place.mode);
    }

    fn is_host(&mut self, word: &Word, host: &Range<usize>, why: &'static str, mode: Mode) {
        if word.as_str().get(host.clone()) == Some(self.name()) {
            self.put(&word.text, host.clone(), (Class::Host, Confidence::Certain, why), mode);
        }
    }

    fn remote(&mut self, word: &Word, range: Range<usize>, place: &Place) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        if text.contains("://") {
            return self.generic(word, range, UNKNOWN, place.mode);
        }
        let user = text.find('@').map_or(0, |at| at + 1);
        let end = text.find(':').unwrap_or(text.len());
        let machine = range.start + user.min(end)..range.start + end;
        // On a developer's machine no service has a name that ssh could resolve.
        let (sure, why) = if place.mode.container {
            (Confidence::Likely, "machine that a container connects to")
        } else {
            (Confidence::Unsure, "machine, which may be no service")
        };
        let user_range = range.start..range.start + user;
        self.each(
            word,
            &user_range,
            (Class::User, Confidence::Certain, reason(Class::User)),
            place.mode,
        );
        if word.as_str().get(machine.clone()) == Some(self.name()) {
            let after = text.get(end..).is_some_and(|rest| rest.starts_with(':'));
            if user > 0 || after || !text.contains('/') {
                self.put(&word.text, machine.clone(), (Class::Host, sure, why), place.mode);
            }
        }
        let path = (Class::Path, Confidence::Certain, reason(Class::Path));
        self.each(word, &(machine.end..range.end), path, place.mode);
    }

    fn network(&mut self, word: &Word, range: Range<usize>, place: &Place) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        for (mode, class) in
            [("container:", Class::ContainerCommand), ("service:", Class::ComposeCommand)]
        {
            if let Some(at) = text.find(mode) {
                let start = range.start + at + mode.len();
                let rest = word.as_str().get(start..range.end).unwrap_or_default();
                let end = rest.find(',').map_or(range.end, |at| start + at);
                return self.is(word, start..end, class, place);
            }
        }
        self.each(
            word,
            &range,
            (Class::Network, Confidence::Certain, reason(Class::Network)),
            place.mode,
        );
    }

    /// Reads `name=NAME`, `label=com.docker.compose.service=NAME`, `ancestor=image` …
    fn filter(&mut self, word: &Word, range: Range<usize>, class: Class, place: &Place) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        let Some((key, value)) = text.rsplit_once('=') else {
            return self.generic(word, range, UNKNOWN, place.mode);
        };
        let value = range.end - value.len()..range.end;
        let class = match key {
            "name" => class,
            "label=com.docker.compose.service" => Class::ContainerPattern,
            "network" => Class::Network,
            "volume" => Class::Volume,
            "ancestor" | "reference" => Class::Image,
            "container" | "since" | "before" => Class::ContainerCommand,
            "service" => Class::ComposeCommand,
            _ => return self.each(word, &range, UNKNOWN, place.mode),
        };
        if class.refers() {
            self.pattern_variables(word, &value, place);
        }
        self.each(word, &value, (class, Confidence::Certain, reason(class)), place.mode);
    }

    /// Reads an expression: a service that a Compose file is asked for, or a pattern, or a path.
    fn query(&mut self, word: &Word, range: &Range<usize>, slot: Slot, place: &Place) {
        for at in self.uses(word, range) {
            if super::is_member(word.as_str(), &at) {
                let quoted = !word.as_str().get(..at.start).unwrap_or_default().ends_with('.');
                let member = if quoted || slot != Slot::JsonQuery {
                    (Confidence::Likely, "service that a query asks for")
                } else {
                    (Confidence::Unsure, "service that jq asks for; a hyphen needs quotes there")
                };
                let (confidence, why) = member;
                self.put(&word.text, at, (Class::ServiceReference, confidence, why), place.mode);
            } else if slot == Slot::QueryOrPath {
                self.slot(word, at, Slot::Holds(Class::Path), place);
            } else {
                self.pattern(word, at, place);
            }
        }
    }

    /// Reads a pattern: what it can match is what the input lists.
    fn pattern(&mut self, word: &Word, range: Range<usize>, place: &Place) {
        let Some(class) = place.lists else {
            let why = "pattern that other lines are matched with";
            self.each(word, &range, (Class::Unknown, Confidence::Unsure, why), place.mode);
            if word.as_str().get(range.clone()).is_some_and(|text| text.contains("://")) {
                self.generic(word, range, UNKNOWN, place.mode);
            }
            return;
        };
        if class == Class::ServiceReference {
            return self.key(word, range, place);
        }
        if class.refers() {
            self.pattern_variables(word, &range, place);
        }
        self.each(word, &range, (class, Confidence::Certain, reason(class)), place.mode);
    }

    /// Reads a pattern for lines of a Compose file: `NAME:` alone is a service's key.
    fn key(&mut self, word: &Word, range: Range<usize>, place: &Place) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        let alone = text.trim_matches(|c: char| c.is_whitespace() || "^$:*\\s".contains(c));
        let meaning = if alone == self.name() {
            (Class::ServiceReference, Confidence::Likely, "service of a Compose file")
        } else {
            (Class::Unknown, Confidence::Unsure, "pattern for lines of a Compose file")
        };
        self.each(word, &range, meaning, place.mode);
    }

    /// Notes that variables in a pattern are names of containers.
    pub(super) fn pattern_variables(&mut self, word: &Word, range: &Range<usize>, place: &Place) {
        for part in &word.parts {
            if range.start <= part.range.start
                && part.range.end <= range.end
                && let Some(name) = part.variable()
            {
                let key = Variable::new(name, &place.scope);
                self.flow().used(key, Class::ContainerPattern, place.mode.cap);
            }
        }
    }

    /// Classifies the name in the value of a setting (`KEY=value`).
    pub(super) fn setting(&mut self, key: &str, word: &Word, value: Range<usize>, place: &Place) {
        let text = word.as_str().get(value.clone()).unwrap_or_default();
        let subject = setting::subject(key);
        let own = subject == setting::Subject::Service && self.known().speaks_of_compose;
        match subject {
            setting::Subject::Host => {
                self.variables(word, &value, Class::Host, Confidence::Likely, place);
            }
            setting::Subject::Container | setting::Subject::Service => {
                self.variables(word, &value, Class::ContainerCommand, Confidence::Likely, place);
            }
            _ => {}
        }
        if !text.contains(self.name()) {
            return;
        }
        for usage in setting::classify(key, text, self.name()) {
            let at = value.start + usage.range.start..value.start + usage.range.end;
            if matches!(place_in(word, &at), Inside::Command) {
                continue;
            }
            let meaning = match usage.class {
                Class::ContainerReference if own => {
                    (Class::ContainerReference, Confidence::Likely, "service that a script is for")
                }
                class => (class, usage.confidence, usage.reason),
            };
            self.put(&word.text, at, meaning, place.mode);
        }
    }

    /// Classifies the name by the form of the text around it alone.
    pub(super) fn generic(
        &mut self,
        word: &Word,
        range: Range<usize>,
        fallback: Meaning,
        mode: Mode,
    ) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        if !text.contains(self.name()) {
            return;
        }
        let forms = Forms::new(text);
        for at in self.uses(word, &range) {
            let inside = place_in(word, &at);
            let relative = at.start - range.start..at.end - range.start;
            let meaning = match (forms.meaning(&relative), inside) {
                (_, Inside::Command) => continue,
                (Some(meaning), _) => meaning,
                (None, Inside::Variable) => VARIABLE_NAME,
                (None, Inside::Default) => continue,
                (None, Inside::Text) => fallback,
            };
            self.put(&word.text, at, meaning, mode);
        }
    }
}

/// Where a word stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) mode: Mode,
    pub(super) scope: Scope,
    /// What the input of the command lists.
    pub(super) lists: Option<Class>,
    /// What clients in it are given.
    pub(super) given: Given,
    pub(super) depth: u8,
}

/// What the name of a variable means.
pub(super) const VARIABLE_NAME: Meaning =
    (Class::Identifier, Confidence::Certain, "name of a variable");

/// What a range of a word lies in.
pub(super) enum Inside {
    Text,
    /// A variable's name or modifiers.
    Variable,
    /// The default of a variable.
    Default,
    /// A command whose output stands in the word.
    Command,
}

/// Tells what a range of a word lies in.
pub(super) fn place_in(word: &Word, at: &Range<usize>) -> Inside {
    let before = word.parts.partition_point(|part| part.range.start <= at.start);
    let part = before.checked_sub(1).and_then(|index| word.parts.get(index));
    match part.filter(|part| at.end <= part.range.end).map(|part| &part.kind) {
        Some(PartKind::Variable { default: Some(default), .. }) if default.start <= at.start => {
            Inside::Default
        }
        Some(PartKind::Variable { .. }) => Inside::Variable,
        Some(PartKind::Command(_)) => Inside::Command,
        Some(PartKind::Opaque) | None => Inside::Text,
    }
}

/// Splits a text at separators; gives the ranges of the items, moved by `base`.
pub(super) fn items<'t>(
    text: &'t str,
    base: usize,
    separators: &'t [char],
) -> impl Iterator<Item = Range<usize>> + use<'t> {
    let mut start = base;
    text.split(move |c: char| separators.contains(&c))
        .map(move |item| {
            let range = start..start + item.len();
            start = range.end + 1;
            range
        })
        .filter(|range| !range.is_empty())
}

/// Says why a word of a command line has a class.
pub(super) fn reason(class: Class) -> &'static str {
    match class {
        Class::ComposeCommand => "service of a docker compose command",
        Class::ContainerCommand => "container of a docker command",
        Class::ContainerPattern => "pattern for names of containers",
        Class::Host => "host that a client connects to",
        Class::Database => "database",
        Class::User => "user or role",
        Class::Image => "image or package",
        Class::Volume => "volume",
        Class::Network => "network",
        Class::Path => "path or file",
        Class::Profile => "profile of Compose",
        Class::Scheme => "scheme of a URL",
        Class::Program => "program",
        Class::OtherNamespace => "name in another system",
        Class::Identifier => "identifier",
        _ => "part of a command that tells nothing of it",
    }
}
