//! Commands that no table knows: functions of the same text, scripts, tests, builtins that set
//! variables, and programs that print.

use super::flow::Role;
use super::flow::Variable;
use super::grammar;
use super::grammar::Input;
use super::grammar::Slot;
use super::lexer::is_identifier;
use super::programs;
use super::reader::Mode;
use super::reader::Reader;
use super::run::Outcome;
use super::slots::MESSAGE;
use super::slots::Meaning;
use super::slots::Place;
use super::slots::UNKNOWN;
use super::slots::VARIABLE_NAME;
use super::word::PartKind;
use super::word::Word;
use crate::compose::setting;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;

/// Parts of a function's name that say that it prints.
const PRINTS: &str = "echo print printf println log msg message messages info warn warning error \
    err errors die fail failed fatal success succeed debug notice abort note hint say title header heading \
    section step banner status ok ko trace verbose output usage alert notify bail panic croak";

/// Parts of a function's name that say that it handles a service.
const HANDLES: &str = "service services svc container containers compose host wait waits \
    healthy health restart logs running ready recreate rebuild";

/// Parts of a function's name that say that it handles something else.
const HANDLES_OTHERS: &str = "sql database query user role schema table command cmd dependency dep \
    deps installed binary bin tool package pkg program version file dir env var branch image \
    volume network test tests";

/// Verbs of a script whose operand is a service.
const VERBS: &str = "logs restart stop exec rebuild recreate up shell attach";

/// Verbs of a wrapper of Docker whose operand is a service.
const DOCKER_VERBS: &str = "run start build pull down ps rm kill";

impl Reader<'_> {
    /// Tells whether a word as it stands in a text is a wrapper, or named like one.
    pub(super) fn is_wrapper(&self, token: &str) -> bool {
        let name = token.strip_prefix('$').map(|name| name.trim_matches(['{', '}', '(', ')']));
        self.known().is_wrapper(token) || name.is_some_and(names_compose)
    }

    /// Reads commands that are no programs; tells whether this was one.
    pub(super) fn special(
        &mut self,
        name: &str,
        words: &[&Word],
        at: usize,
        file: Option<&str>,
        outcome: &mut Outcome,
    ) -> bool {
        let place = outcome.place.clone();
        let rest = words.get(at + 1..).unwrap_or_default();
        match name {
            "export" | "local" | "readonly" | "declare" | "typeset" | "set" | "setx" | "ENV"
            | "ARG" | "LABEL" => self.declare(rest, &place),
            "alias" | "abbr" => {
                for word in rest {
                    let start = word.as_str().find('=').map_or(0, |equals| equals + 1);
                    self.each(word, &(0..start), VARIABLE_NAME, place.mode);
                    self.shell(word.text.slice(start..word.text.len()), &place);
                }
            }
            "[" | "[[" | "test" => self.test(rest, &place),
            "rem" | "REM" | "::" => {
                let text = Word::join(rest.iter().copied());
                self.comment(&text.text, &place);
            }
            "echo" | "printf" | "print" | "puts" | "cat" | "tee"
                if file.is_some() || name == "tee" =>
            {
                outcome.lists = rest.iter().find_map(|word| self.listing_of(word));
                if matches!(name, "cat" | "tee") {
                    let path =
                        (Class::Path, Confidence::Certain, super::slots::reason(Class::Path));
                    for word in rest {
                        self.each(word, &(0..word.text.len()), path, place.mode);
                    }
                    outcome.file = rest
                        .iter()
                        .map(|word| word.as_str())
                        .find(|word| name == "tee" && !word.starts_with('-'))
                        .map(str::to_owned);
                    return true;
                }
                let text = Word::join(rest.iter().copied());
                self.content(&text, Input::Text, file, &place);
            }
            "echo" | "printf" | "write-output" | "Write-Output" => {
                outcome.lists = rest.iter().find_map(|word| self.listing_of(word));
                let text = Word::join(rest.iter().copied());
                self.prose(&text, MESSAGE, &place);
            }
            _ if words
                .get(at)
                .is_some_and(|head| head.variable(&(0..head.text.len())).is_some())
                && rest.first().is_some_and(|word| is_comparison(word.as_str())) =>
            {
                self.test(words.get(at..).unwrap_or_default(), &place);
            }
            "✔" | "✓" | "⠿" | "=>" | "[+]" | "✘" => {
                let output = (Class::Output, Confidence::Unsure, "output of a command");
                for word in rest {
                    self.each(word, &(0..word.text.len()), output, place.mode);
                }
            }
            _ => return false,
        }
        true
    }

    /// Reads `export NAME=value`, `ENV NAME value`, `set -x NAME value`.
    fn declare(&mut self, words: &[&Word], place: &Place) {
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let text = word.as_str();
            if text.starts_with('-') {
                continue;
            }
            if let Some((name, _)) = text.split_once('=') {
                let value = word.slice(name.len() + 1..word.text.len());
                let name = word.slice(0..name.trim_end_matches('+').len());
                self.assignment(&name, &value, place);
                continue;
            }
            if !is_identifier(text) {
                self.generic(word, 0..word.text.len(), UNKNOWN, place.mode);
                continue;
            }
            let value = Word::join(words.by_ref());
            self.assignment(word, &value, place);
        }
    }

    /// Reads `[ "$x" = NAME ]`, `[[ $x == *NAME* ]]`, `$x -eq "NAME"`.
    fn test(&mut self, words: &[&Word], place: &Place) {
        let subject = words.iter().find_map(|word| word.variable(&(0..word.text.len())));
        let key = subject.map(|name| Variable::new(name, &place.scope));
        let likely = Mode { cap: place.mode.cap.min(Confidence::Likely), ..place.mode };
        let likely = Place { mode: likely, ..place.clone() };
        let listing = words.iter().find_map(|word| self.listing_of(word));
        let sign = |word: &&&Word| matches!(word.as_str(), "=~" | "==" | "=");
        let mut alternatives = words.iter().skip_while(|word| !sign(word));
        let listed = alternatives.any(|word| self.is_service(word.as_str()));
        let mut file = false;
        for word in words {
            let whole = 0..word.text.len();
            let text = word.as_str();
            if text == self.name() && !file {
                let meaning = if listed {
                    (Class::NameList, Confidence::Likely, "alternatives with other services")
                } else {
                    // What the other side holds may stand anywhere; edited alone, they differ.
                    (Class::Unknown, Confidence::Unsure, "compared with a value that may be any")
                };
                self.put(&word.text, whole.clone(), meaning, place.mode);
                if let Some(subject) = subject.filter(|subject| tells(subject)) {
                    self.setting(subject, word, whole.clone(), &likely);
                }
                if let (Some(key), Some(range)) = (&key, word.text.source(&whole)) {
                    self.flow().held(key.clone(), range, Role::Compared, place.mode.cap);
                }
            } else if listing.is_some() && word.parts.is_empty() {
                let pattern = (
                    Class::ContainerPattern,
                    Confidence::Likely,
                    super::slots::reason(Class::ContainerPattern),
                );
                self.each(word, &whole, pattern, place.mode);
            } else if file {
                self.slot(word, whole.clone(), Slot::Holds(Class::Path), place);
            } else {
                self.generic(word, whole.clone(), UNKNOWN, place.mode);
            }
            if listing.is_some() && self.listing_of(word).is_none() {
                self.pattern_variables(word, &whole, place);
            }
            file =
                matches!(text, "-f" | "-d" | "-e" | "-r" | "-w" | "-x" | "-s" | "-L" | "-h" | "-S");
        }
    }

    /// Reads a command that is not known: its first word and its arguments.
    pub(super) fn call(&mut self, words: &[&Word], place: &Place) {
        let Some((head, rest)) = words.split_first() else { return };
        // An argument list whose program stands elsewhere starts with a flag.
        let (function, arguments) = match head.as_str() {
            flag if flag.starts_with('-') => ("", words),
            function => (function, rest),
        };
        if has_part(function, PRINTS) && !arguments.is_empty() && !self.handles(function) {
            self.pass(function, arguments, place);
            let text = Word::join(arguments.iter().copied());
            return self.prose(&text, MESSAGE, place);
        }
        self.pass(function, arguments, place);
        let connects = arguments
            .iter()
            .any(|word| matches!(word.as_str(), "-p" | "-P" | "-U" | "-u" | "--port" | "--user"));
        let mut before: Option<&str> = None;
        let mut verb: Option<&str> = None;
        for word in arguments {
            let text = word.as_str();
            let whole = 0..word.text.len();
            let flag = before.filter(|before| before.starts_with('-'));
            match flag.map(|flag| flag.trim_start_matches('-')) {
                Some("h" | "H") if connects && text == self.name() => {
                    let host = (Class::Host, Confidence::Likely, "host that a client connects to");
                    self.put(&word.text, whole, host, place.mode);
                }
                Some(flag) if tells(flag) => {
                    self.generic(word, whole.clone(), UNKNOWN, place.mode);
                    self.option(flag, word, whole, place);
                }
                _ => self.argument(function, verb, word, place),
            }
            before = Some(text);
            verb = if text.starts_with('-') { verb } else { Some(text) };
        }
    }

    fn option(&mut self, flag: &str, word: &Word, range: std::ops::Range<usize>, place: &Place) {
        let mut place = place.clone();
        place.mode.cap = place.mode.cap.min(Confidence::Likely);
        self.setting(flag, word, range, &place);
    }

    fn argument(&mut self, function: &str, verb: Option<&str>, word: &Word, place: &Place) {
        let text = word.as_str();
        let whole = 0..word.text.len();
        if text == self.name() {
            let literal = self.literal(function, verb);
            return self.put(&word.text, whole, literal, place.mode);
        }
        self.components(word, &whole, Class::Path, place);
        if let Some((key, _)) = text.split_once('=') {
            let flag = key.trim_start_matches('-').to_owned();
            let value = key.len() + 1..word.text.len();
            self.each(word, &(0..key.len()), VARIABLE_NAME, place.mode);
            self.generic(word, value.clone(), UNKNOWN, place.mode);
            if tells(&flag) {
                self.option(&flag, word, value, place);
            }
            return;
        }
        if text.contains([' ', '\n']) {
            // A string: a command, or text with commands in it.
            return self.prose(word, UNKNOWN, place);
        }
        self.generic(word, whole, UNKNOWN, place.mode);
    }

    /// Says how sure the name is a service or host where it is an argument of a function.
    fn literal(&self, function: &str, verb: Option<&str>) -> Meaning {
        let docker = function.to_ascii_lowercase().contains("docker");
        let script = docker || function.contains(['/', '.']);
        let listed = |verbs: &str| verbs.split_ascii_whitespace().any(|known| Some(known) == verb);
        let verb = listed(VERBS) || docker && listed(DOCKER_VERBS);
        if self.handles(function) {
            (Class::Literal, Confidence::Likely, "argument of a command that handles services")
        } else if script && verb {
            (Class::Literal, Confidence::Likely, "operand of a script's command")
        } else {
            (Class::Literal, Confidence::Unsure, "argument of a command")
        }
    }

    fn handles(&self, function: &str) -> bool {
        let name = programs::base_name(function);
        let several =
            name.contains(['_', '-', ':']) || name.bytes().any(|byte| byte.is_ascii_uppercase());
        let alone = matches!(name, "restart" | "logs" | "healthy" | "recreate");
        (several || alone) && has_part(name, HANDLES) && !has_part(name, HANDLES_OTHERS)
    }

    /// Notes what a function of the same text is called with.
    fn pass(&mut self, function: &str, arguments: &[&Word], place: &Place) {
        if !self.known().functions.contains(function) {
            return;
        }
        let all = Variable::parameters(function);
        for (index, word) in arguments.iter().enumerate() {
            let whole = 0..word.text.len();
            let one = Variable::parameter(function, index + 1);
            for key in [one, all.clone()] {
                if let Some(from) = word.variable(&whole) {
                    let from = Variable::new(from, &place.scope);
                    self.flow().copied(key.clone(), from);
                }
                if word.as_str() == self.name() {
                    if let Some(range) = word.text.source(&whole) {
                        self.flow().held(key, range, Role::Value, place.mode.cap);
                    }
                } else if word.parts.iter().all(|part| matches!(part.kind, PartKind::Opaque))
                    && !is_title(word.as_str())
                {
                    for item in super::slots::items(word.as_str(), 0, &[' ', ',', '\n']) {
                        if word.as_str().get(item.clone()) == Some(self.name())
                            && let Some(range) = word.text.source(&item)
                        {
                            self.flow().held(key.clone(), range, Role::Member, place.mode.cap);
                        }
                    }
                }
            }
        }
    }
}

/// Tells whether a text of several words is one for people: `Web Access`, `the web`.
fn is_title(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.any(|word| word.starts_with(|c: char| c.is_ascii_uppercase()) || grammar::is_prose(word))
}

/// Tells whether a variable's or script's name says that it stands for Compose.
pub(super) fn names_compose(name: &str) -> bool {
    let name = name.trim_start_matches('_').to_ascii_lowercase();
    name.contains("compose") || matches!(name.as_str(), "dc" | "doco" | "dco" | "dcomp" | "dc_base")
}

/// Tells whether the name of an option or variable says what its value is.
pub(super) fn tells(flag: &str) -> bool {
    flag.len() > 1 && setting::subject(flag) != setting::Subject::Other
}

fn is_comparison(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "-eq"
            | "-ne"
            | "-like"
            | "-notlike"
            | "-match"
            | "-notmatch"
            | "-contains"
            | "-in"
            | "=="
            | "!="
    )
}

/// Tells whether a name has one of the listed words in it: `log_error`, `print-warning`, `logInfo`.
fn has_part(name: &str, list: &str) -> bool {
    let mut parts = Vec::new();
    let mut part = String::new();
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() {
            parts.push(std::mem::take(&mut part));
        }
        if c.is_ascii_alphanumeric() {
            part.push(c.to_ascii_lowercase());
        }
    }
    parts.push(part);
    parts.push(name.to_ascii_lowercase());
    parts.iter().any(|part| list.split_ascii_whitespace().any(|word| word == part))
}
