//! Variables, functions and aliases that stand for a command, and what else the text says of its
//! variables.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::docker;
use super::lexer;
use super::parser;
use super::parser::Command;
use super::parser::Item;
use super::programs;
use super::text::Text;
use super::word::PartKind;
use super::word::Word;

/// How often a wrapper of a wrapper is followed.
const MAX_DEPTH: usize = 8;

/// What is known of a text before its commands are read.
#[derive(Debug)]
pub(super) struct Known<'c> {
    /// The text's own wrappers.
    wrappers: BTreeMap<String, Vec<Word>>,
    /// Those from elsewhere, as words once they are asked for: most texts call none.
    others: BTreeMap<&'c str, (&'c [String], OnceCell<Vec<Word>>)>,
    /// Functions that the text defines.
    pub(super) functions: BTreeSet<String>,
    /// Literal values of variables.
    pub(super) values: BTreeMap<String, Vec<String>>,
    /// Whether the text speaks of Compose, so that a `SERVICE` is one of its.
    pub(super) speaks_of_compose: bool,
    compose: OnceCell<Word>,
    docker: OnceCell<Word>,
}

impl<'c> Known<'c> {
    /// Adds wrappers from elsewhere to those of a text.
    pub(super) fn new(text: &str, others: &'c BTreeMap<String, Vec<String>>) -> Self {
        let definitions = Definitions::read(text);
        let wrappers = definitions.wrappers(others).into_iter();
        let wrappers = wrappers.map(|(name, words)| (name, made_up_words(&words)));
        let is_hidden = |name: &str| {
            let own = name.strip_prefix('$');
            own.is_some_and(|own| definitions.commands.contains_key(own))
        };
        let others = others.iter().filter(|(name, _)| !is_hidden(name));
        Self {
            wrappers: wrappers.collect(),
            others: others
                .map(|(name, words)| (name.as_str(), (words.as_slice(), OnceCell::new())))
                .collect(),
            functions: definitions.functions,
            values: definitions.values,
            speaks_of_compose: text.contains("compose") || text.contains("COMPOSE"),
            compose: OnceCell::new(),
            docker: OnceCell::new(),
        }
    }

    /// Gives what a command's first word stands for.
    pub(super) fn wrapper(&self, head: &Word) -> Option<&[Word]> {
        let whole = 0..head.text.len();
        let variable = head.variable(&whole);
        let name = variable.unwrap_or_else(|| head.as_str());
        let named = self.words(name).or_else(|| {
            let engine = variable.filter(|name| docker::engine(name).is_some())?;
            self.words(&format!("${engine}"))
        });
        named.or_else(|| {
            // A script is called by its path, a function is not.
            let base = programs::base_name(name);
            let script = || name.rfind('/').and_then(|at| self.words(name.get(at..)?));
            self.words(base).filter(|_| base != name).or_else(script)
        })
    }

    /// Gives the words that a name stands for, a text's own before those from elsewhere.
    fn words(&self, name: &str) -> Option<&[Word]> {
        let own = self.wrappers.get(name);
        let other = || {
            let (words, made) = self.others.get(name)?;
            Some(made.get_or_init(|| made_up_words(words)))
        };
        own.or_else(other).map(Vec::as_slice)
    }

    /// Tells whether a word as it stands in a text is a wrapper: `$DC`, `${DC}`, `dc`.
    pub(super) fn is_wrapper(&self, token: &str) -> bool {
        let name = token.trim_start_matches(['$', '{', '(']).trim_end_matches(['}', ')']);
        self.wrappers.contains_key(name) || self.others.contains_key(name)
    }

    /// Gives the word that calls an engine.
    pub(super) fn engine_word(&self, engine: docker::Engine) -> &Word {
        match engine {
            docker::Engine::Compose => self.compose.get_or_init(|| made_up("docker-compose")),
            docker::Engine::Docker => self.docker.get_or_init(|| made_up("docker")),
        }
    }
}

/// Finds the wrappers of a text.
pub(super) fn wrappers(text: &str) -> BTreeMap<String, Vec<String>> {
    Definitions::read(text).wrappers(&BTreeMap::new())
}

/// What a script defines and stands for, read once.
#[derive(Debug)]
pub struct Script(Definitions);

impl Script {
    /// Reads a script.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(Definitions::read(text))
    }

    /// Finds the wrappers that it defines, as [`super::wrappers`] does.
    #[must_use]
    pub fn wrappers(&self) -> BTreeMap<String, Vec<String>> {
        self.0.wrappers(&BTreeMap::new())
    }

    /// Tells what it stands for where it hands its arguments on to Compose
    /// (`docker compose -f x.yml "$@"`), by the wrappers of other scripts that it may read.
    ///
    /// As a wrapper it is known by its name behind a slash (`/dc.sh`): a script is called by its
    /// path.
    #[must_use]
    pub fn stands_for(&self, others: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
        self.0.script(others)
    }
}

/// What a text defines.
#[derive(Debug, Default)]
struct Definitions {
    functions: BTreeSet<String>,
    values: BTreeMap<String, Vec<String>>,
    /// What a name may stand for: the first that is a command for containers counts.
    commands: BTreeMap<String, Vec<Vec<Word>>>,
    /// What the text as a whole hands its arguments on to.
    passed: Vec<Vec<Word>>,
}

impl Definitions {
    fn read(text: &str) -> Self {
        let mut definitions = Self::default();
        for item in parser::parse(lexer::lex(&Text::at(text, 0))) {
            match item {
                Item::Command(command) => definitions.command(&command),
                Item::List(list) => {
                    let name = name_of(&list.name);
                    definitions.commands.entry(name).or_default().push(list.words);
                }
                Item::Names(words) => {
                    if let [name] = words.as_slice() {
                        definitions.functions.insert(name.as_str().to_owned());
                    }
                }
                Item::Label(_) | Item::Comment(_) | Item::Prompt(_) => {}
            }
        }
        definitions
    }

    fn command(&mut self, command: &Command) {
        for assignment in &command.assignments {
            self.value(name_of(&assignment.name), &assignment.value);
        }
        let head = command.words.first().map_or("", Word::as_str);
        if matches!(
            head,
            "export"
                | "local"
                | "readonly"
                | "declare"
                | "typeset"
                | "alias"
                | "set"
                | "ENV"
                | "ARG"
        ) {
            let mut words =
                command.words.iter().skip(1).filter(|word| !word.as_str().starts_with('-'));
            while let Some(word) = words.next() {
                match word.as_str().split_once('=') {
                    Some((name, _)) => {
                        let value = word.slice(name.len() + 1..word.text.len());
                        // batch: `set DC=docker compose`.
                        let rest: Vec<&Word> =
                            if head == "set" { words.by_ref().collect() } else { Vec::new() };
                        let value = Word::join(std::iter::once(&value).chain(rest));
                        self.value(name.to_owned(), &value);
                    }
                    None => {
                        // fish: `alias dc 'docker compose'`, `set -x DC docker compose`.
                        let rest: Vec<&Word> = words.by_ref().collect();
                        if !rest.is_empty() {
                            self.value(word.as_str().to_owned(), &Word::join(rest));
                        }
                    }
                }
            }
        }
        // A function that hands its arguments on: `dc() { docker compose "$@"; }`.
        let passes = |word: &Word| {
            let text = word.as_str();
            word.parts.iter().any(|part| {
                part.range == (0..text.len())
                    && part.variable().is_some_and(|name| matches!(name, "@" | "*" | "argv"))
            }) || matches!(text, "@args" | "@Args" | "%*")
        };
        if let Some(end) = command.words.iter().position(passes)
            && end > 0
        {
            let mut words: Vec<Word> = command.words.iter().take(end).cloned().collect();
            // `DC=run _dc "$@"`: the wrapper below sees the value.
            for assignment in &command.assignments {
                let text = format!("{}={}", assignment.name.as_str(), assignment.value.as_str());
                words.insert(0, made_up(&text));
            }
            match &command.scope.function {
                Some(function) => {
                    self.commands.entry(function.to_string()).or_default().push(words);
                }
                None => self.passed.push(words),
            }
        }
    }

    fn value(&mut self, name: String, value: &Word) {
        let whole = 0..value.text.len();
        let mut text = value.as_str();
        // `${NAME:-value}` counts as its default.
        if let [part] = value.parts.as_slice()
            && part.range == whole
            && let PartKind::Variable { default: Some(default), .. } = &part.kind
        {
            text = text.get(default.clone()).unwrap_or_default().trim_matches(['"', '\'']);
        }
        let values = self.values.entry(name.clone()).or_default();
        if !value.parts.iter().any(|part| {
            part.range == whole && !matches!(part.kind, PartKind::Variable { default: Some(_), .. })
        }) {
            values.push(text.to_owned());
        }
        // `$(command -v docker-compose || echo "docker compose")`
        let chosen = |part: &super::word::Part| match &part.kind {
            PartKind::Command(text) => {
                let names = |name| text.as_str().contains(name);
                ["docker-compose", "docker compose", " compose\"", "-compose\""].iter().any(&names)
                    && ["echo ", "command -v ", "which "].iter().any(&names)
            }
            _ => false,
        };
        let in_substitution = || {
            let found = value.parts.iter().any(chosen) && value.parts.len() == 1;
            found.then(|| vec![made_up("docker-compose")])
        };
        let words = words_of(text);
        let command = if words.len() < 64 && !words.is_empty() { Some(words) } else { None };
        let command = in_substitution().or(command);
        if let Some(command) = command {
            self.commands.entry(name).or_default().push(command);
        }
    }

    /// Gives the names that stand for a command which handles containers.
    ///
    /// `others` are those of other texts, on which these may be built.
    fn wrappers(&self, others: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
        let mut found = BTreeMap::new();
        for name in self.commands.keys() {
            if let Some(words) = self.resolve(name, others) {
                // `docker=(docker compose)` is meant by `${docker[@]}`, and not by `docker`.
                let is_engine = docker::engine(name).is_some();
                let key = if is_engine { format!("${name}") } else { name.clone() };
                if !is_engine || words.len() > 1 {
                    found.insert(key, words);
                }
            }
        }
        found
    }

    /// Gives what the text stands for as a script, where it hands its arguments on to Compose.
    fn script(&self, others: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
        let is_compose = |words: &Vec<String>| {
            let names = |word: &String| matches!(word.as_str(), "compose" | "docker-compose");
            // With a command of Compose before them, the arguments are that one's alone.
            words.iter().take(2).any(names)
                && !words.iter().any(|word| docker::is_compose_command(word))
        };
        let found = self.passed.iter().filter_map(|words| self.expand("", words, others));
        found.into_iter().find(is_compose)
    }

    /// Follows wrappers of wrappers until a program stands first.
    fn resolve(&self, name: &str, others: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
        self.commands.get(name)?.iter().find_map(|words| self.expand(name, words, others))
    }

    fn expand(
        &self,
        name: &str,
        words: &[Word],
        others: &BTreeMap<String, Vec<String>>,
    ) -> Option<Vec<String>> {
        let mut words: Vec<Word> = words.to_vec();
        let mut settings: Vec<(String, String)> = Vec::new();
        for _ in 0..MAX_DEPTH {
            while let Some((key, value)) =
                words.first().and_then(|word| word.as_str().split_once('='))
                && lexer::is_identifier(key)
            {
                settings.push((key.to_owned(), value.to_owned()));
                words.remove(0);
            }
            while words.first().is_some_and(|word| {
                matches!(word.as_str(), "sudo" | "exec" | "command" | "@" | "env" | "time" | "&")
            }) {
                words.remove(0);
            }
            let head = words.first()?;
            let base = programs::base_name(head.as_str());
            if docker::engine(base).is_some() {
                let text = |word: &Word| {
                    let name = word.variable(&(0..word.text.len()))?;
                    settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
                };
                return Some(
                    words
                        .iter()
                        .map(|word| text(word).unwrap_or_else(|| word.as_str().to_owned()))
                        .collect(),
                );
            }
            let inner = head.variable(&(0..head.text.len())).unwrap_or(head.as_str());
            if inner == name {
                return None;
            }
            // Of several definitions the first counts here.
            let own = self.commands.get(inner).and_then(|commands| commands.first()).cloned();
            let other = || Some(others.get(inner)?.iter().map(|word| made_up(word)).collect());
            let expansion = own.or_else(other)?;
            words.splice(0..1, expansion);
            if words.len() > 64 {
                return None;
            }
        }
        None
    }
}

fn name_of(word: &Word) -> String {
    word.variable(&(0..word.text.len())).unwrap_or_else(|| word.as_str()).to_owned()
}

/// Reads the words of a value.
fn words_of(text: &str) -> Vec<Word> {
    if !text.contains(|c: char| c.is_ascii_alphabetic()) || text.len() > 4096 {
        return Vec::new();
    }
    let items = parser::parse(lexer::lex(&Text::made_up(text)));
    let commands = items.into_iter().find_map(|item| match item {
        Item::Command(command) if !command.words.is_empty() => Some(command.words),
        _ => None,
    });
    commands.unwrap_or_default()
}

fn made_up_words(words: &[String]) -> Vec<Word> {
    words.iter().map(|word| made_up(word)).collect()
}

/// Reads one word that stands nowhere in the source.
fn made_up(text: &str) -> Word {
    let word = Word { text: Text::made_up(text), ..Word::default() };
    let plain = !text.contains('$') && !text.contains('{');
    if plain {
        return word;
    }
    let lexed = lexer::lex(&word.text);
    match lexed.tokens.into_iter().next().map(|token| token.kind) {
        Some(lexer::Kind::Word(read)) => read,
        _ => word,
    }
}
