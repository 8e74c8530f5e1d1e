//! From commands to usages: a queue of texts, each read once.
//!
//! Invariants: what lies inside a text (a substitution, the string of `sh -c`) is queued, so that
//! there is no recursion; texts inside texts are followed [`MAX_DEPTH`] deep.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::clients::Client;
use super::clients::Given;
use super::flow::Flow;
use super::lexer;
use super::lexer::Redirection;
use super::parser;
use super::parser::Command;
use super::parser::Item;
use super::parser::Scope;
use super::programs;
use super::slots::Meaning;
use super::slots::Place;
use super::slots::reason;
use super::text::Text;
use super::values::lists_containers;
use super::word::PartKind;
use super::word::Word;
use super::wrappers::Known;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::compose::usage::Usage;

/// How deep texts inside texts are followed.
const MAX_DEPTH: u8 = 12;

/// How a text is to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    /// Nothing in it is surer than this.
    pub(super) cap: Confidence,
    /// It stands in a comment.
    pub(super) comment: bool,
    /// It runs in a container.
    pub(super) container: bool,
    /// It stands in prose, which may go on behind it.
    pub(super) prose: bool,
}

/// Reads texts and collects what the name means in them.
#[derive(Debug)]
pub(super) struct Reader<'n> {
    name: &'n str,
    services: &'n [String],
    known: Rc<Known<'n>>,
    found: Vec<Usage>,
    clients: Vec<Client>,
    flow: Flow,
    queue: Vec<(Text, Place)>,
}

impl<'n> Reader<'n> {
    /// Prepares for a name.
    pub(super) fn new(name: &'n str, services: &'n [String], known: Known<'n>) -> Self {
        Self {
            name,
            services,
            known: Rc::new(known),
            found: Vec::new(),
            clients: Vec::new(),
            flow: Flow::default(),
            queue: Vec::new(),
        }
    }

    /// Reads a text and all that lies in it; gives what was found, in no order.
    pub(super) fn read(mut self, text: Text) -> Vec<Usage> {
        self.queue.push((text, Place::default()));
        self.drain();
        self.finish()
    }

    /// Reads a text and all that lies in it; gives the clients that it calls, in no order.
    pub(super) fn calls(mut self, text: Text) -> Vec<Client> {
        self.queue.push((text, Place::default()));
        self.drain();
        self.clients
    }

    /// Reads the words of one command and all that lies in them.
    pub(super) fn read_words(mut self, words: Vec<Word>) -> Vec<Usage> {
        let command = Command { words, ..Command::default() };
        self.command(&command, &Place::default());
        self.drain();
        self.finish()
    }

    /// Reads the words of one command; gives the clients that it calls, in no order.
    pub(super) fn calls_of_words(mut self, words: Vec<Word>) -> Vec<Client> {
        let command = Command { words, ..Command::default() };
        self.command(&command, &Place::default());
        self.drain();
        self.clients
    }

    /// Notes a call of a client.
    pub(super) fn called(&mut self, client: Client) {
        self.clients.push(client);
    }

    fn drain(&mut self) {
        while let Some((text, place)) = self.queue.pop() {
            self.text(&text, &place);
        }
    }

    fn finish(mut self) -> Vec<Usage> {
        let mut resolved = self.flow.resolve();
        self.found.append(&mut resolved.usages);
        for usage in &mut self.found {
            let is_open = usage.class.refers() || usage.class == Class::Unknown;
            if is_open && resolved.vetoed.contains(&usage.range.start) {
                usage.class = Class::Unknown;
                usage.confidence = Confidence::Unsure;
                usage.reason = "in a variable that is also used for something else";
            }
        }
        self.found
    }

    /// Other services of the project.
    pub(super) fn services(&self) -> &'n [String] {
        self.services
    }

    /// Tells whether a variable holds what a command lists.
    pub(super) fn lists(&self, variable: &str) -> bool {
        self.flow.is_listing(variable)
    }

    /// The name that is looked for.
    pub(super) fn name(&self) -> &'n str {
        self.name
    }

    /// What is known of the text.
    pub(super) fn known(&self) -> &Rc<Known<'n>> {
        &self.known
    }

    /// What is known of the variables.
    pub(super) fn flow(&mut self) -> &mut Flow {
        &mut self.flow
    }

    /// Notes what the name means in a range of a text.
    pub(super) fn put(
        &mut self,
        text: &Text,
        range: std::ops::Range<usize>,
        meaning: Meaning,
        mode: Mode,
    ) {
        let Some(range) = text.source(&range) else { return };
        let (class, confidence, reason) = meaning;
        let confidence = confidence.min(mode.cap);
        let class = if mode.comment && class.refers() { Class::Comment } else { class };
        self.found.push(Usage { range, class, confidence, reason });
    }

    /// Queues a text that is shell.
    pub(super) fn shell(&mut self, text: Text, place: &Place) {
        if place.depth < MAX_DEPTH {
            let place = Place { depth: place.depth + 1, lists: None, ..place.clone() };
            self.queue.push((text, place));
        }
    }

    fn text(&mut self, text: &Text, outer: &Place) {
        let items = parser::parse(lexer::lex(text));
        // A text that starts with a prompt is a session: lines without one are output.
        let session = items.iter().find_map(|item| match item {
            Item::Command(command) => Some(command.prompted),
            _ => None,
        });
        let session = session.unwrap_or(false);
        let among = self.cases_on_services(&items);
        let mut outputs: Vec<Option<Class>> = vec![None; items.len()];
        for (index, item) in items.iter().enumerate() {
            let place = |scope: &Scope| Place {
                scope: if scope.function.is_some() { scope.clone() } else { outer.scope.clone() },
                ..outer.clone()
            };
            match item {
                Item::Command(command) => {
                    let input =
                        command.input.and_then(|input| outputs.get(input).copied().flatten());
                    let mut place = place(&command.scope);
                    place.lists = input;
                    if session
                        && !command.prompted
                        && command.input.is_none()
                        && self.is_output(command)
                    {
                        self.output(command, &place);
                        continue;
                    }
                    let lists = self.command(command, &place);
                    if let Some(slot) = outputs.get_mut(index) {
                        *slot = lists;
                    }
                }
                Item::List(list) => self.list(list, &place(&list.scope)),
                Item::Label(label) => self.label(label, &among, &place(&label.scope)),
                Item::Names(words) => {
                    for word in words {
                        let name = (
                            Class::Identifier,
                            Confidence::Certain,
                            "name of a target or function",
                        );
                        self.each(word, &(0..word.text.len()), name, outer.mode);
                    }
                }
                Item::Comment(text) => self.comment(text, outer),
                Item::Prompt(word) => {
                    let output = (Class::Output, Confidence::Unsure, "prompt of a shell");
                    self.each(word, &(0..word.text.len()), output, outer.mode);
                }
            }
        }
    }

    /// Gives what each `case` looks at that has a service among its labels.
    fn cases_on_services<'i>(&self, items: &'i [Item]) -> BTreeSet<&'i str> {
        let subject = |item: &'i Item| match item {
            Item::Label(label) if label.words.iter().any(|word| self.is_service(word.as_str())) => {
                Some(label.subject.as_str())
            }
            _ => None,
        };
        items.iter().filter_map(subject).collect()
    }

    /// Tells whether a line without a prompt, among lines with one, is what a command put out.
    fn is_output(&self, command: &Command) -> bool {
        let Some(head) = command.words.first() else { return false };
        !programs::is_program(head.as_str()) && self.known.wrapper(head).is_none()
    }

    fn output(&mut self, command: &Command, place: &Place) {
        let output = (Class::Output, Confidence::Unsure, "output of a command");
        for word in &command.words {
            self.each(word, &(0..word.text.len()), output, place.mode);
        }
        let targets = command.redirects.iter().map(|(_, target)| target);
        for word in targets.chain(command.assignments.iter().map(|assignment| &assignment.value)) {
            self.each(word, &(0..word.text.len()), output, place.mode);
        }
    }

    /// Reads a command; gives what it lists.
    fn command(&mut self, command: &Command, place: &Place) -> Option<Class> {
        for assignment in &command.assignments {
            self.parts(&assignment.value, place);
            self.assignment(&assignment.name, &assignment.value, place);
        }
        for word in &command.words {
            self.parts(word, place);
        }
        let target = command
            .redirects
            .iter()
            .find(|(kind, _)| *kind == Redirection::Write)
            .map(|(_, target)| target.as_str());
        let mut place = Place { given: self.given_by(command, &place.given), ..place.clone() };
        for (kind, word) in &command.redirects {
            self.parts(word, &place);
            if *kind == Redirection::HereString {
                let listed = self.listing_of(word);
                place.lists = place.lists.or(listed);
            } else {
                // What is written is named after a service without being its folder.
                let path = (Class::Path, Confidence::Certain, reason(Class::Path));
                self.generic(word, 0..word.text.len(), path, place.mode);
            }
        }
        let outcome = self.run(&command.words, target, &place);
        for (kind, word) in &command.redirects {
            if *kind == Redirection::HereString {
                self.content(word, outcome.input, None, &outcome.place);
            }
        }
        for body in &command.heredocs {
            let word = Word { text: body.clone(), ..Word::default() };
            self.content(&word, outcome.input, outcome.file.as_deref().or(target), &outcome.place);
        }
        // What a variable takes from a command without `$()`, as PowerShell has it.
        command
            .assignments
            .last()
            .filter(|_| command.words.is_empty())
            .and_then(|assignment| {
                lists_containers(assignment.value.as_str()).then_some(Class::ContainerPattern)
            })
            .or(outcome.lists)
    }

    /// Reads defaults of variables and substitutions in a word, and those in the defaults.
    pub(super) fn parts(&mut self, word: &Word, place: &Place) {
        let mut defaults = self.own_parts(word, place);
        for _ in 0..MAX_DEPTH {
            let inner = defaults.iter().flat_map(|word| self.own_parts(word, place)).collect();
            defaults = inner;
        }
    }

    /// Reads the parts of a word alone; gives its defaults.
    fn own_parts(&mut self, word: &Word, place: &Place) -> Vec<Word> {
        let mut defaults = Vec::new();
        for part in &word.parts {
            match &part.kind {
                PartKind::Variable { name, default: Some(default) } => {
                    let text = word.text.slice(default.clone());
                    let inner = text.as_str().trim_matches(['"', '\'']);
                    let start = text.as_str().find(inner).unwrap_or(0);
                    let value = lexer::quoted(&text.slice(start..start + inner.len()));
                    self.value(name, &value, place);
                    defaults.push(value);
                }
                PartKind::Command(text) => self.shell(text.clone(), place),
                PartKind::Variable { default: None, .. } | PartKind::Opaque => {}
            }
        }
        defaults
    }
}

impl Default for Place {
    fn default() -> Self {
        let mode =
            Mode { cap: Confidence::Certain, comment: false, container: false, prose: false };
        Self { mode, scope: Scope::default(), lists: None, given: Given::default(), depth: 0 }
    }
}
