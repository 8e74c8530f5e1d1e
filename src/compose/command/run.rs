//! One command line, through all that runs another one: `sudo`, `docker exec`, `ssh`, wrappers.

use std::rc::Rc;

use super::calls::names_compose;
use super::docker;
use super::docker::Engine;
use super::grammar::Input;
use super::grammar::Plan;
use super::grammar::Reading;
use super::grammar::Slot;
use super::lexer;
use super::programs;
use super::programs::Program;
use super::reader::Reader;
use super::slots::Place;
use super::slots::UNKNOWN;
use super::slots::reason;
use super::word::Word;
use super::wrappers::Known;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;

/// How often wrappers are replaced by what they stand for, in one command.
const MAX_EXPANSIONS: usize = 8;

/// What came of a command.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Where the last command in it runs.
    pub(super) place: Place,
    /// What its input is.
    pub(super) input: Input,
    /// The file that it writes its input to.
    pub(super) file: Option<String>,
    /// What its output lists.
    pub(super) lists: Option<Class>,
}

/// What a command's first word is.
enum Head {
    Engine(Engine),
    Program(&'static Program),
    Unknown,
}

impl Reader<'_> {
    /// Reads the words of a command. `file` is what its output is written to.
    pub(super) fn run(&mut self, words: &[Word], file: Option<&str>, place: &Place) -> Outcome {
        let known = Rc::clone(self.known());
        let mut outcome =
            Outcome { place: place.clone(), input: Input::Text, file: None, lists: None };
        let trimmed: Vec<Word>;
        let words = if place.mode.prose {
            trimmed = words.iter().map(without_punctuation).collect();
            &trimmed
        } else {
            words
        };
        // The engine's own interface, asked by curl.
        let asks_engine = words.iter().any(|word| word.as_str().contains("/containers/json"));
        let mut words: Vec<&Word> = words.iter().collect();
        let mut expansions = 0;
        let mut at = 0;
        while let Some(head) = words.get(at).copied() {
            if let Some((name, value)) = split_setting(head).filter(|_| at > 0) {
                self.assignment(&name, &value, &outcome.place);
                let argument = self.given_value(&value, 0..value.text.len());
                outcome.place.given.settings.push((name.as_str().to_owned(), argument));
                at += 1;
                continue;
            }
            if expansions < MAX_EXPANSIONS
                && self.expand(&mut words, at, &known, &mut outcome.place)
            {
                expansions += 1;
                continue;
            }
            // A variable before a program: `$SUDO docker ps`.
            let next = words.get(at + 1).and_then(|next| docker::engine(next.as_str()));
            if head.variable(&(0..head.text.len())).is_some() && next.is_some() {
                at += 1;
                continue;
            }
            let kind = identify(head, &known, &outcome.place);
            self.head(head, &kind, &outcome.place);
            let name = programs::base_name(head.as_str());
            if !matches!(kind, Head::Engine(_))
                && self.special(name, &words, at, file, &mut outcome)
            {
                return outcome;
            }
            let inner = match kind {
                Head::Unknown => self.unknown(&words, at, &outcome.place),
                Head::Engine(engine) => {
                    let plan = docker::plan(engine, &words, at + 1, reading(&known, &outcome));
                    self.planned(&words, at, &plan, &mut outcome)
                }
                Head::Program(program) => {
                    let mut plan = Plan { input: program.input, ..Plan::default() };
                    let reading = reading(&known, &outcome);
                    program.grammar.read(&words, at + 1, reading, &mut plan);
                    self.client(program, &words, at, &plan, &outcome.place);
                    if program.filters {
                        plan.lists = place.lists;
                    } else if asks_engine {
                        plan.lists = Some(Class::ContainerPattern);
                    }
                    let shows = |slot: &Slot| {
                        matches!(
                            slot,
                            Slot::Message
                                | Slot::Pattern
                                | Slot::Query
                                | Slot::JsonQuery
                                | Slot::Sql
                        )
                    };
                    if plan.inner.is_none() && !plan.slots.iter().any(|(_, _, slot)| shows(slot)) {
                        plan.inner = find_engine(&words, at + 1);
                    }
                    self.planned(&words, at, &plan, &mut outcome)
                }
            };
            let Some(inner) = inner else { return outcome };
            if words.get(inner).is_some_and(|word| word.as_str().contains([' ', '\n'])) {
                // The command is one string: `ssh host "docker ps"`, `watch "docker ps"`.
                for word in words.get(inner..).unwrap_or_default() {
                    self.shell(word.text.clone(), &outcome.place);
                }
                return outcome;
            }
            at = inner;
        }
        outcome
    }

    /// Puts what a wrapper stands for in its place; tells whether there was one.
    fn expand<'w>(
        &mut self,
        words: &mut Vec<&'w Word>,
        at: usize,
        known: &'w Known<'_>,
        place: &mut Place,
    ) -> bool {
        let Some(head) = words.get(at).copied().filter(|_| !place.mode.container) else {
            return false;
        };
        let whole = 0..head.text.len();
        if let Some(expansion) = known.wrapper(head) {
            let wrapper = (Class::Identifier, Confidence::Certain, "name of a wrapper");
            self.each(head, &whole, wrapper, place.mode);
            words.splice(at..=at, expansion);
            return true;
        }
        let Some(engine) = guess(head, words.get(at + 1..).unwrap_or_default()) else {
            return false;
        };
        place.mode.cap = place.mode.cap.min(Confidence::Likely);
        self.generic(head, whole, UNKNOWN, place.mode);
        words.splice(at..=at, [known.engine_word(engine)]);
        true
    }

    /// Reads a command that no table knows, which may run one that is known:
    /// `retry 5 docker logs web`. Gives where that one starts.
    fn unknown(&mut self, words: &[&Word], at: usize, place: &Place) -> Option<usize> {
        let word = |at: usize| words.get(at).map_or("", |word| word.as_str());
        let client = programs::is_inner(word(at + 1), word(at + 2)).then_some(at + 1);
        let inner = client.or_else(|| find_engine(words, at + 1));
        self.call(words.get(at..inner.unwrap_or(words.len())).unwrap_or_default(), place);
        inner
    }

    /// Reads a command by its plan; gives where the command inside of it starts.
    fn planned(
        &mut self,
        words: &[&Word],
        at: usize,
        plan: &Plan,
        outcome: &mut Outcome,
    ) -> Option<usize> {
        if plan.guessed {
            outcome.place.mode.cap = outcome.place.mode.cap.min(Confidence::Likely);
        }
        outcome.input = plan.input;
        outcome.lists = plan.lists;
        self.slots(words, at, plan, &outcome.place);
        self.given(words, plan, &mut outcome.place);
        outcome.place.mode.container |= plan.container;
        plan.inner
    }

    /// Reads the words of a command by its plan; words it says nothing of are prose or nothing.
    fn slots(&mut self, words: &[&Word], at: usize, plan: &Plan, place: &Place) {
        let inner = plan.inner;
        let mut place = place.clone();
        let mut planned: Vec<usize> = plan.slots.iter().map(|slot| slot.0).collect();
        planned.sort_unstable();
        for (index, range, slot) in &plan.slots {
            let Some(word) = words.get(*index).filter(|_| inner.is_none_or(|inner| *index < inner))
            else {
                continue;
            };
            // What patterns are matched with.
            if matches!(slot, Slot::Pattern | Slot::Query | Slot::JsonQuery)
                && place.lists.is_none()
            {
                place.lists = place.lists.or_else(|| compose_file(words));
            }
            self.slot(word, range.clone(), *slot, &place);
        }
        let end = inner.unwrap_or(words.len());
        for (index, word) in words.iter().enumerate().take(end).skip(at + 1) {
            if planned.binary_search(&index).is_err() {
                self.generic(word, 0..word.text.len(), UNKNOWN, place.mode);
            }
        }
    }

    /// Reads a command's first word.
    fn head(&mut self, head: &Word, kind: &Head, place: &Place) {
        let whole = 0..head.text.len();
        let name = programs::base_name(head.as_str());
        if name == head.as_str() && name == self.name() {
            let program = (Class::Program, Confidence::Certain, reason(Class::Program));
            return self.put(&head.text, whole, program, place.mode);
        }
        if !matches!(kind, Head::Engine(_)) {
            self.generic(head, whole, UNKNOWN, place.mode);
        }
    }
}

fn reading<'k>(known: &'k Known<'_>, outcome: &Outcome) -> Reading<'k> {
    Reading { values: &known.values, prose: outcome.place.mode.prose }
}

/// Tells what a command's first word is.
fn identify(head: &Word, known: &Known<'_>, place: &Place) -> Head {
    if known.functions.contains(head.as_str()) && !place.mode.container {
        return Head::Unknown;
    }
    let name = programs::base_name(head.as_str());
    match (docker::engine(name), programs::find(name)) {
        (Some(engine), _) => Head::Engine(engine),
        (None, Some(program)) => Head::Program(program),
        (None, None) => Head::Unknown,
    }
}

/// Tells what lines of the file that a command reads hold.
fn compose_file(words: &[&Word]) -> Option<Class> {
    let compose = |word: &&&Word| {
        let name = programs::base_name(word.as_str());
        name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"))
    };
    words.iter().skip(1).find(compose).map(|_| Class::ServiceReference)
}

/// Gives the number of the first word that starts a command which handles containers.
fn find_engine(words: &[&Word], from: usize) -> Option<usize> {
    let starts = |at: &usize| {
        let (Some(word), Some(next)) = (words.get(*at), words.get(at + 1)) else { return false };
        let next = next.as_str();
        match docker::engine(word.as_str()) {
            Some(Engine::Docker) => next.starts_with('-') || docker::is_docker_command(next),
            Some(Engine::Compose) => next.starts_with('-') || docker::is_compose_command(next),
            None => false,
        }
    };
    (from..words.len()).find(starts)
}

/// Splits `NAME=value` before a command that another one runs.
fn split_setting(word: &Word) -> Option<(Word, Word)> {
    let (name, _) = word.as_str().split_once('=')?;
    if !lexer::is_identifier(name) {
        return None;
    }
    let value = word.slice(name.len() + 1..word.text.len());
    Some((word.slice(0..name.len()), value))
}

/// Guesses what a command is whose first word is a variable or script named after Compose or
/// Docker, where a command of theirs follows.
fn guess(head: &Word, rest: &[&Word]) -> Option<Engine> {
    let whole = 0..head.text.len();
    let name = head.variable(&whole).unwrap_or_else(|| programs::base_name(head.as_str()));
    if docker::engine(name).is_some() {
        // `$(docker)` is no wrapper, and `docker` itself is known.
        return head.variable(&whole).and_then(|_| docker::engine(name));
    }
    let compose = names_compose(name);
    let name = name.to_ascii_lowercase();
    let container =
        name.contains("docker") || name.contains("podman") || name == "container_engine";
    let mut verbs =
        rest.iter().map(|word| word.as_str()).filter(|word| !word.starts_with(['-', '$']));
    let next = rest.first().map_or("", |word| word.as_str());
    let verb = verbs.next().unwrap_or_default();
    let variable = head.variable(&whole).is_some();
    if compose && (docker::is_compose_command(verb) || next.starts_with('-') && variable) {
        return Some(Engine::Compose);
    }
    (container && variable && docker::is_docker_command(verb)).then_some(Engine::Docker)
}

fn without_punctuation(word: &Word) -> Word {
    let text = word.as_str();
    let end = text.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '"', '`', '*']).len();
    word.slice(0..if end == 0 { text.len() } else { end })
}
