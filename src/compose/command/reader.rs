//! From commands to usages: a queue of texts, each read once.
//!
//! Invariants: what lies inside a text (a substitution, the string of `sh -c`) is queued, so that
//! there is no recursion; texts inside texts are followed [`MAX_DEPTH`] deep.

use std::rc::Rc;

use super::calls::names_compose;
use super::docker;
use super::flow::Flow;
use super::flow::Role;
use super::flow::Variable;
use super::grammar;
use super::grammar::Input;
use super::grammar::Plan;
use super::grammar::Reading;
use super::grammar::Slot;
use super::lexer;
use super::lexer::PartKind;
use super::lexer::Redirection;
use super::lexer::Word;
use super::parser;
use super::parser::Command;
use super::parser::Item;
use super::parser::Label;
use super::parser::List;
use super::parser::Scope;
use super::programs;
use super::slots;
use super::slots::MESSAGE;
use super::slots::Meaning;
use super::slots::Place;
use super::slots::UNKNOWN;
use super::slots::VARIABLE_NAME;
use super::slots::reason;
use super::text::Text;
use super::wrappers::Known;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::compose::usage::Usage;

/// How deep texts inside texts are followed.
const MAX_DEPTH: u8 = 12;

/// How often wrappers are replaced by what they stand for, in one command.
const MAX_EXPANSIONS: usize = 8;

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
    known: Rc<Known>,
    found: Vec<Usage>,
    flow: Flow,
    queue: Vec<(Text, Place)>,
}

impl<'n> Reader<'n> {
    /// Prepares for a name.
    pub(super) fn new(name: &'n str, services: &'n [String], known: Known) -> Self {
        Self {
            name,
            services,
            known: Rc::new(known),
            found: Vec::new(),
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

    /// Reads the words of one command and all that lies in them.
    pub(super) fn read_words(mut self, words: Vec<Word>) -> Vec<Usage> {
        let command = Command { words, ..Command::default() };
        self.command(&command, None, &Place::default());
        self.drain();
        self.finish()
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
            if usage.class.refers() && resolved.vetoed.contains(&usage.range.start) {
                usage.confidence = Confidence::Unsure;
                usage.reason = "in a variable that is also used for something else";
            }
        }
        self.found
    }

    /// The name that is looked for.
    pub(super) fn name(&self) -> &'n str {
        self.name
    }

    pub(super) fn known(&self) -> &Rc<Known> {
        &self.known
    }

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
                    let lists = self.command(command, input, &place);
                    if let Some(slot) = outputs.get_mut(index) {
                        *slot = lists;
                    }
                }
                Item::List(list) => self.list(list, &place(&list.scope)),
                Item::Label(label) => self.label(label, &place(&label.scope)),
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
    fn command(&mut self, command: &Command, input: Option<Class>, place: &Place) -> Option<Class> {
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
        let mut place = place.clone();
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
        let outcome = self.run(command, target, input, &place);
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

    /// Reads defaults of variables and substitutions in a word.
    pub(super) fn parts(&mut self, word: &Word, place: &Place) {
        for part in &word.parts {
            match &part.kind {
                PartKind::Variable { name, default: Some(default) } => {
                    let value = word.slice(default.clone());
                    let text = value.as_str();
                    let inner = text.trim_matches(['"', '\'']);
                    let start = text.find(inner).unwrap_or(0);
                    let value = value.slice(start..start + inner.len());
                    self.value(name, &value, place);
                }
                PartKind::Command(text) => self.shell(text.clone(), place),
                PartKind::Variable { default: None, .. } | PartKind::Opaque => {}
            }
        }
    }

    /// Reads `NAME=value`.
    pub(super) fn assignment(&mut self, name: &Word, value: &Word, place: &Place) {
        self.each(name, &(0..name.text.len()), VARIABLE_NAME, place.mode);
        let whole = 0..name.text.len();
        let key = name.variable(&whole).unwrap_or(name.as_str()).to_owned();
        let key = key.split_once('[').map_or(key.as_str(), |(key, _)| key);
        self.flow.set(Variable::new(key, &place.scope));
        self.value(key, value, place);
    }

    /// Reads what a variable holds.
    fn value(&mut self, name: &str, value: &Word, place: &Place) {
        let key = Variable::new(name, &place.scope);
        let whole = 0..value.text.len();
        if let Some(from) = value.variable(&whole) {
            let from = Variable::new(from, &place.scope);
            self.flow.copied(key.clone(), from);
        }
        if self.listing_of(value).is_some() {
            self.flow.listed(name);
        }
        let text = value.as_str();
        if starts_command(text) || self.starts_wrapper(text) {
            return self.shell(value.text.clone(), place);
        }
        if text.starts_with('-') {
            self.flags(value, place);
        }
        if text == self.name {
            if let Some(range) = value.text.source(&whole) {
                self.flow.held(key, range, Role::Value, place.mode.cap);
            }
        } else if text.contains([' ', '\n', '\t']) {
            let members = slots::items(text, 0, &[' ', '\n', '\t', ',']).collect::<Vec<_>>();
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
            let text = |range: &std::ops::Range<usize>| value.as_str().get(range.clone());
            if matches!(text(flag), Some("-h" | "-H" | "--host")) && text(host) == Some(self.name) {
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
        members: &[std::ops::Range<usize>],
        place: &Place,
    ) {
        let texts = || members.iter().filter_map(|range| value.as_str().get(range.clone()));
        for range in members {
            if let Some(from) = value.variable(range) {
                let from = Variable::new(from, &place.scope);
                self.flow.copied(key.clone(), from);
            }
        }
        if !texts().any(|text| text == self.name) {
            return;
        }
        let plain = texts()
            .all(|text| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-$".contains(&b)));
        let named = plain && names_services(name);
        let sentence = texts().any(grammar::is_prose);
        let others = texts().filter(|text| *text != self.name && self.is_service(text)).count();
        let sure = if named || others > 0 { Confidence::Likely } else { Confidence::Unsure };
        for range in members {
            if value.as_str().get(range.clone()) != Some(self.name)
                || !matches!(slots::place_in(value, range), slots::Inside::Text)
            {
                continue;
            }
            let meaning = match (others, sentence) {
                (0, true) => MESSAGE,
                (0, false) => (Class::NameList, sure, "list of words"),
                _ => (Class::NameList, sure, "list with other services in it"),
            };
            self.put(&value.text, range.clone(), meaning, place.mode);
            if let Some(source) = value.text.source(range) {
                self.flow.held(key.clone(), source, Role::Member, place.mode.cap);
            }
        }
    }

    pub(super) fn is_service(&self, word: &str) -> bool {
        self.services.iter().any(|service| service == word)
    }

    /// Reads `for NAME in WORDS` and `NAME=(WORDS)`.
    fn list(&mut self, list: &List, place: &Place) {
        self.each(&list.name, &(0..list.name.text.len()), VARIABLE_NAME, place.mode);
        let whole = 0..list.name.text.len();
        let name = list.name.variable(&whole).unwrap_or(list.name.as_str()).to_owned();
        let key = Variable::new(&name, &place.scope);
        for word in &list.words {
            self.parts(word, place);
            if self.listing_of(word).is_some() {
                self.flow.listed(&name);
            }
        }
        self.flow.set(key.clone());
        // `(docker compose -f a.yml)` is a command.
        if list.words.first().is_some_and(|word| docker::engine(word.as_str()).is_some()) {
            let command = Command { words: list.words.clone(), ..Command::default() };
            self.run(&command, None, None, place);
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

    /// Reads the patterns of a `case`.
    fn label(&mut self, label: &Label, place: &Place) {
        self.parts(&label.subject, place);
        self.generic(&label.subject, 0..label.subject.text.len(), UNKNOWN, place.mode);
        let service = label.words.iter().any(|word| self.is_service(word.as_str()));
        let sure = if service { Confidence::Likely } else { Confidence::Unsure };
        for word in &label.words {
            let whole = 0..word.text.len();
            if word.as_str() != self.name {
                self.generic(word, whole, UNKNOWN, place.mode);
                continue;
            }
            self.put(
                &word.text,
                whole.clone(),
                (Class::NameList, sure, "label of a case"),
                place.mode,
            );
            let subject = label.subject.variable(&(0..label.subject.text.len()));
            if let Some(subject) = subject {
                let mode = Mode { cap: place.mode.cap.min(Confidence::Likely), ..place.mode };
                self.setting(subject, word, whole.clone(), &Place { mode, ..place.clone() });
            }
            if let (Some(subject), Some(range)) = (subject, word.text.source(&whole)) {
                let key = Variable::new(subject, &place.scope);
                self.flow.held(key, range, Role::Label, place.mode.cap);
            }
        }
    }

    /// Tells what a word holds that was taken from a command which lists things.
    pub(super) fn listing_of(&self, word: &Word) -> Option<Class> {
        word.parts.iter().find_map(|part| match &part.kind {
            PartKind::Command(text) => {
                lists_containers(text.as_str()).then_some(Class::ContainerPattern)
            }
            PartKind::Variable { name, .. } => {
                self.flow.is_listing(name).then_some(Class::ContainerPattern)
            }
            PartKind::Opaque => None,
        })
    }

    /// Reads the words of a command, through all that runs another one.
    fn run(
        &mut self,
        command: &Command,
        file: Option<&str>,
        input: Option<Class>,
        place: &Place,
    ) -> Outcome {
        let known = Rc::clone(&self.known);
        let mut outcome =
            Outcome { place: place.clone(), input: Input::Text, file: None, lists: None };
        let trimmed: Vec<Word>;
        let words: &[Word] = if place.mode.prose {
            trimmed = command.words.iter().map(without_punctuation).collect();
            &trimmed
        } else {
            &command.words
        };
        let mut words: Vec<&Word> = words.iter().collect();
        let engine = known.engine_words();
        let mut at = 0;
        let mut expansions = 0;
        while let Some(head) = words.get(at).copied() {
            let place = &mut outcome.place;
            if let Some((name, value)) = split_setting(head).filter(|_| at > 0) {
                self.assignment(&name, &value, place);
                at += 1;
                continue;
            }
            if !place.mode.container && expansions < MAX_EXPANSIONS {
                if let Some(expansion) = known.wrapper(head) {
                    words.splice(at..=at, expansion);
                    expansions += 1;
                    self.each(
                        head,
                        &(0..head.text.len()),
                        (Class::Identifier, Confidence::Certain, "name of a wrapper"),
                        place.mode,
                    );
                    continue;
                }
                if let Some(kind) = guess(head, words.get(at + 1..).unwrap_or_default()) {
                    place.mode.cap = place.mode.cap.min(Confidence::Likely);
                    self.generic(head, 0..head.text.len(), UNKNOWN, place.mode);
                    let word = if kind == docker::Engine::Compose { &engine.0 } else { &engine.1 };
                    words.splice(at..=at, [word]);
                    expansions += 1;
                    continue;
                }
            }
            // A variable before a program: `$SUDO docker ps`.
            if head.variable(&(0..head.text.len())).is_some()
                && words.get(at + 1).is_some_and(|next| docker::engine(next.as_str()).is_some())
            {
                at += 1;
                continue;
            }
            let reading = Reading { values: &known.values, prose: place.mode.prose };
            let name = programs::base_name(head.as_str()).to_owned();
            let defined = known.functions.contains(head.as_str()) && !place.mode.container;
            let engine_kind = docker::engine(&name).filter(|_| !defined);
            let program = programs::find(&name).filter(|_| !defined);
            let plan = match (engine_kind, program) {
                (Some(engine), _) => docker::plan(engine, &words, at + 1, reading),
                (None, Some(program)) => {
                    let mut plan = Plan { input: program.input, ..Plan::default() };
                    program.grammar.read(&words, at + 1, reading, &mut plan);
                    if program.filters {
                        plan.lists = input.or(place.lists);
                    }
                    plan
                }
                (None, None) => Plan::default(),
            };
            self.head(head, engine_kind.is_some(), place);
            if engine_kind.is_none() && self.special(&name, &words, at, file, &mut outcome) {
                return outcome;
            }
            let place = &mut outcome.place;
            if engine_kind.is_none() && program.is_none() {
                // A program that is not known may run one that is: `retry 5 docker logs web`.
                let word = |at: usize| words.get(at).map_or("", |word| word.as_str());
                let client = programs::is_inner(word(at + 1), word(at + 2));
                let inner = client.then_some(at + 1).or_else(|| find_engine(&words, at + 1));
                let end = inner.unwrap_or(words.len());
                self.call(words.get(at..end).unwrap_or_default(), place);
                let Some(inner) = inner else { return outcome };
                at = inner;
                continue;
            }
            let inner = plan.inner.or_else(|| {
                let hides = plan
                    .slots
                    .iter()
                    .all(|(_, _, slot)| !matches!(slot, Slot::Message | Slot::Pattern | Slot::Sql));
                find_engine(&words, at + 1).filter(|_| engine_kind.is_none() && hides)
            });
            if plan.guessed {
                place.mode.cap = place.mode.cap.min(Confidence::Likely);
            }
            outcome.input = plan.input;
            // The engine's own interface, asked by curl.
            let asks_engine =
                || words.iter().any(|word| word.as_str().contains("/containers/json"));
            outcome.lists = plan.lists.or_else(|| {
                (program.is_some() && asks_engine()).then_some(Class::ContainerPattern)
            });
            self.slots(&words, at, inner, &plan, place);
            let Some(inner) = inner else { return outcome };
            place.mode.container |= plan.container;
            if words.get(inner).is_some_and(|word| word.as_str().contains([' ', '\n'])) {
                // The command is one string: `ssh host "docker ps"`, `watch "docker ps"`.
                for word in words.get(inner..).unwrap_or_default() {
                    self.shell(word.text.clone(), place);
                }
                return outcome;
            }
            at = inner;
        }
        outcome
    }

    /// Reads the words of a command by its plan; words it says nothing of are prose or nothing.
    fn slots(
        &mut self,
        words: &[&Word],
        at: usize,
        inner: Option<usize>,
        plan: &Plan,
        place: &Place,
    ) {
        let mut place = place.clone();
        let mut planned: Vec<usize> = plan.slots.iter().map(|slot| slot.0).collect();
        planned.sort_unstable();
        for (index, range, slot) in &plan.slots {
            let Some(word) = words.get(*index).filter(|_| inner.is_none_or(|inner| *index < inner))
            else {
                continue;
            };
            // What patterns are matched with.
            if *slot == Slot::Pattern && place.lists.is_none() {
                place.lists = place.lists.or_else(|| self.compose_file(words));
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

    /// Tells what lines of the file that a command reads hold.
    fn compose_file(&self, words: &[&Word]) -> Option<Class> {
        let compose = |word: &&&Word| {
            let name = programs::base_name(word.as_str());
            name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"))
        };
        words.iter().skip(1).find(compose).map(|_| Class::Literal)
    }

    /// Reads a command's first word.
    fn head(&mut self, head: &Word, engine: bool, place: &Place) {
        let whole = 0..head.text.len();
        let name = programs::base_name(head.as_str());
        if name == head.as_str() && name == self.name {
            let program = (Class::Program, Confidence::Certain, reason(Class::Program));
            return self.put(&head.text, whole, program, place.mode);
        }
        if !engine {
            self.generic(head, whole, UNKNOWN, place.mode);
        }
    }
}

/// What came of a command.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) place: Place,
    /// What its input is.
    pub(super) input: Input,
    /// The file that it writes its input to.
    pub(super) file: Option<String>,
    pub(super) lists: Option<Class>,
}

impl Default for Place {
    fn default() -> Self {
        let mode =
            Mode { cap: Confidence::Certain, comment: false, container: false, prose: false };
        Self { mode, scope: Scope::default(), lists: None, depth: 0 }
    }
}

/// Tells whether text is a command that lists containers or services.
fn lists_containers(text: &str) -> bool {
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

/// Gives the number of the first word that starts a command which handles containers.
fn find_engine(words: &[&Word], from: usize) -> Option<usize> {
    let starts = |at: &usize| {
        let (Some(word), Some(next)) = (words.get(*at), words.get(at + 1)) else { return false };
        let next = next.as_str();
        match docker::engine(word.as_str()) {
            Some(docker::Engine::Docker) => {
                next.starts_with('-') || docker::is_docker_command(next)
            }
            Some(docker::Engine::Compose) => {
                next.starts_with('-') || docker::is_compose_command(next)
            }
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
fn guess(head: &Word, rest: &[&Word]) -> Option<docker::Engine> {
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
        return Some(docker::Engine::Compose);
    }
    (container && variable && docker::is_docker_command(verb)).then_some(docker::Engine::Docker)
}

/// Tells whether a variable's name says that it holds services or containers.
fn names_services(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["service", "container", "svcs"].iter().any(|part| name.contains(part))
}

fn without_punctuation(word: &Word) -> Word {
    let text = word.as_str();
    let end = text.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '"', '`', '*']).len();
    word.slice(0..if end == 0 { text.len() } else { end })
}
