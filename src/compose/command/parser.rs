//! Tokens into commands, loops, `case` labels and lists.
//!
//! Invariants: any tokens give items, and never an error; blocks are a stack, not recursion.
//! Deliberately absent: a syntax tree: what a command stands in matters only for its function
//! (whose `$1` it sees) and its pipe.

use std::rc::Rc;

use super::docker;
use super::lexer::Kind;
use super::lexer::Lexed;
use super::lexer::Redirection;
use super::lexer::Token;
use super::lexer::is_identifier;
use super::programs::is_program;
use super::text::Text;
use super::word::Word;

/// A piece of a script.
#[derive(Debug)]
pub(super) enum Item {
    Command(Command),
    /// `for NAME in WORDS`, `NAME=(WORDS)`, `@("a", "b")`
    List(List),
    /// A pattern of a `case`, with the word that the `case` looks at.
    Label(Label),
    /// Targets of a Makefile, a function's name: names that are no commands.
    Names(Vec<Word>),
    Comment(Text),
    /// `user@host:~$`
    Prompt(Word),
}

/// A simple command.
#[derive(Debug, Default)]
pub(super) struct Command {
    pub(super) assignments: Vec<Assignment>,
    pub(super) words: Vec<Word>,
    pub(super) redirects: Vec<(Redirection, Word)>,
    pub(super) heredocs: Vec<Text>,
    /// The item whose output is this command's input.
    pub(super) input: Option<usize>,
    /// The line started with a prompt.
    pub(super) prompted: bool,
    pub(super) scope: Scope,
}

/// `NAME=value` before a command or alone.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) name: Word,
    pub(super) value: Word,
}

/// Words that a variable holds, or takes one after another.
#[derive(Debug)]
pub(super) struct List {
    pub(super) name: Word,
    pub(super) words: Vec<Word>,
    pub(super) scope: Scope,
}

/// Patterns before a `)`.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) subject: Word,
    pub(super) words: Vec<Word>,
    pub(super) scope: Scope,
}

/// The function that a command stands in, and how far its arguments were shifted.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) function: Option<Rc<str>>,
    pub(super) shifted: usize,
}

/// How many blocks may be open at once; further ones are not looked at as blocks.
const MAX_DEPTH: usize = 256;

/// What is open around a command.
#[derive(Debug)]
enum Block {
    Paren,
    Brace,
    /// The scope outside.
    Function(Scope),
    Case {
        subject: Word,
        label: Vec<Word>,
        in_label: bool,
    },
}

/// Reads the items of a script.
pub(super) fn parse(lexed: Lexed) -> Vec<Item> {
    let mut parser = Parser {
        tokens: lexed.tokens.into_iter().peekable(),
        heredocs: lexed.heredocs,
        items: Vec::new(),
        command: Command::default(),
        blocks: Vec::new(),
        scope: Scope::default(),
        function: None,
        end: 0,
    };
    parser.run();
    parser.flush();
    parser.items
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    heredocs: Vec<Text>,
    items: Vec<Item>,
    command: Command,
    blocks: Vec<Block>,
    scope: Scope,
    /// A function's name whose `{` is awaited.
    function: Option<Rc<str>>,
    /// Where the token before ended.
    end: usize,
}

impl Parser {
    fn run(&mut self) {
        while let Some(token) = self.tokens.next() {
            let adjacent = token.span.start == self.end && self.end > 0;
            self.end = token.span.end;
            if matches!(self.blocks.last(), Some(Block::Case { in_label: true, .. })) {
                self.label(token);
                continue;
            }
            match token.kind {
                Kind::Word(word) => self.word(word),
                Kind::Comment(text) => self.items.push(Item::Comment(text)),
                Kind::Newline if self.command.input.is_some() && self.is_empty() => {}
                Kind::Newline | Kind::Semicolon | Kind::Background => {
                    self.flush();
                }
                Kind::And | Kind::Or => self.condition(),
                Kind::Pipe => self.pipe(),
                Kind::Open => self.open(adjacent),
                Kind::Close if self.in_test().is_some() => {}
                Kind::Close => {
                    self.flush();
                    if let Some(Block::Paren) = self.blocks.last() {
                        self.blocks.pop();
                    }
                }
                Kind::ArmEnd => {
                    self.flush();
                    if self.leave_to_case()
                        && let Some(Block::Case { in_label, .. }) = self.blocks.last_mut()
                    {
                        *in_label = true;
                    }
                }
                Kind::Redirect(kind) => self.redirect(kind),
                Kind::Heredoc(number) => {
                    if let Some(body) = self.heredocs.get_mut(number) {
                        self.command.heredocs.push(std::mem::take(body));
                    }
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.command.words.is_empty() && self.command.assignments.is_empty()
    }

    /// Ends the command.
    fn flush(&mut self) -> Option<usize> {
        let mut command = std::mem::take(&mut self.command);
        if command.words.is_empty()
            && command.assignments.is_empty()
            && command.redirects.is_empty()
            && command.heredocs.is_empty()
        {
            return None;
        }
        if command.words.first().is_some_and(|word| word.as_str() == "shift") {
            let by = command.words.get(1).and_then(|word| word.as_str().parse().ok()).unwrap_or(1);
            self.scope.shifted = self.scope.shifted.saturating_add(by).min(64);
        }
        command.scope = self.scope.clone();
        self.items.push(Item::Command(command));
        Some(self.items.len() - 1)
    }

    fn pipe(&mut self) {
        if self.in_test().is_some() {
            // `[[ $x =~ ^(a|b)$ ]]`: alternatives of one pattern.
            return;
        }
        let input = self.flush();
        self.command.input = input;
    }

    fn condition(&mut self) {
        let test = self.in_test();
        self.flush();
        self.command.words.extend(test);
    }

    /// Gives the `[[` of a test that is not closed yet: what follows an operator is a test too.
    fn in_test(&self) -> Option<Word> {
        let first = self.command.words.first().filter(|word| word.as_str() == "[[")?;
        let open = self.command.words.last().is_some_and(|word| word.as_str() != "]]");
        open.then(|| first.clone())
    }

    fn redirect(&mut self, kind: Redirection) {
        let Some(target) = self.next_word() else { return };
        // `> docker compose up` at the start of a line is a prompt.
        let before_prompt = match self.command.words.as_slice() {
            [] => self.command.assignments.is_empty(),
            [path] => path.as_str().contains(':'),
            [shell, _] => shell.as_str() == "PS",
            _ => false,
        };
        // No file has the name of an engine.
        let engine = docker::engine(target.as_str()).is_some() && self.command.words.len() < 3;
        let known = before_prompt && is_program(target.as_str());
        if kind == Redirection::Write && (engine || known) {
            self.command.words.clear();
            self.command.prompted = true;
            return self.word(target);
        }
        self.command.redirects.push((kind, target));
    }

    fn next_word(&mut self) -> Option<Word> {
        let token = self.tokens.next_if(|token| matches!(token.kind, Kind::Word(_)))?;
        self.end = token.span.end;
        match token.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    fn next_is(&mut self, found: impl Fn(&Kind) -> bool) -> bool {
        let next = self.tokens.next_if(|token| found(&token.kind));
        if let Some(token) = &next {
            self.end = token.span.end;
        }
        next.is_some()
    }

    fn open(&mut self, adjacent: bool) {
        // `name() {`
        if adjacent
            && self.command.words.len() == 1
            && self.command.assignments.is_empty()
            && self.next_is(|kind| matches!(kind, Kind::Close))
        {
            if let Some(word) = self.command.words.pop() {
                self.define(word);
            }
            return;
        }
        // `NAME=(a b)`, `local NAME=(a b)`
        if adjacent
            && let Some(assignment) = self.command.assignments.last()
            && self.command.words.is_empty()
            && assignment.value.text.len() == 0
        {
            let name = assignment.name.clone();
            self.command.assignments.pop();
            return self.list(name);
        }
        let last = self.command.words.last().map(Word::as_str);
        if adjacent
            && let Some(name) = last.and_then(|last| last.strip_suffix('='))
            && is_identifier(name.trim_end_matches('+'))
            && let Some(word) = self.command.words.pop()
        {
            let len = word.as_str().trim_end_matches(['+', '=']).len();
            return self.list(word.slice(0..len));
        }
        // PowerShell's `$name = @("a", "b")`, and Make's or fish's look-alikes.
        if let [name, equals, rest @ ..] = self.command.words.as_slice()
            && equals.as_str() == "="
            && rest.iter().all(|word| word.as_str() == "@")
        {
            let name = name.clone();
            self.command.words.clear();
            return self.list(name);
        }
        if self.in_test().is_some() {
            return;
        }
        self.flush();
        self.enter(Block::Paren);
    }

    /// Reads the words of an array up to its `)`.
    fn list(&mut self, name: Word) {
        let mut words = Vec::new();
        for token in self.tokens.by_ref() {
            self.end = token.span.end;
            match token.kind {
                Kind::Word(word) => words.push(word),
                Kind::Comment(text) => self.items.push(Item::Comment(text)),
                Kind::Close => break,
                _ => {}
            }
        }
        let scope = self.scope.clone();
        self.items.push(Item::List(List { name, words, scope }));
    }

    fn define(&mut self, name: Word) {
        self.function = Some(Rc::from(name.as_str()));
        self.items.push(Item::Names(vec![name]));
    }

    fn open_brace(&mut self) {
        match self.function.take() {
            Some(function) => {
                let inside = Scope { function: Some(function), shifted: 0 };
                let outside = std::mem::replace(&mut self.scope, inside);
                self.enter(Block::Function(outside));
            }
            None => self.enter(Block::Brace),
        }
    }

    fn close_brace(&mut self) {
        let brace = |block: &Block| matches!(block, Block::Brace | Block::Function(_));
        if self.blocks.iter().any(brace) {
            while self.blocks.last().is_some_and(|block| !brace(block)) {
                self.close_block();
            }
            self.close_block();
        }
    }

    fn enter(&mut self, block: Block) {
        if self.blocks.len() < MAX_DEPTH {
            self.blocks.push(block);
        }
    }

    /// Closes what is open within the innermost `case`; tells whether there is one.
    fn leave_to_case(&mut self) -> bool {
        let case = |block: &Block| matches!(block, Block::Case { .. });
        if !self.blocks.iter().any(case) {
            return false;
        }
        while self.blocks.last().is_some_and(|block| !case(block)) {
            self.close_block();
        }
        true
    }

    fn close_block(&mut self) {
        if let Some(Block::Function(outside)) = self.blocks.pop() {
            self.scope = outside;
        }
    }

    fn word(&mut self, word: Word) {
        if !self.command.words.is_empty() {
            return self.next_argument(word);
        }
        let text = word.as_str();
        if word.quoted || !self.command.assignments.is_empty() {
            return self.first_word(word);
        }
        match text {
            "if" | "then" | "else" | "elif" | "fi" | "do" | "done" | "while" | "until" | "!"
            | "time" | "coproc" | "begin" => {}
            "{" => self.open_brace(),
            "}" => self.close_brace(),
            "end" => {
                if matches!(self.blocks.last(), Some(Block::Function(_))) {
                    self.close_block();
                }
            }
            "for" | "select" | "foreach" => self.loop_head(word),
            "case" | "switch" => self.case(word),
            "esac" => {
                if self.leave_to_case() {
                    self.blocks.pop();
                }
            }
            "function" => {
                if let Some(name) = self.next_word() {
                    self.define(name);
                    if self.next_is(|kind| matches!(kind, Kind::Open)) {
                        self.next_is(|kind| matches!(kind, Kind::Close));
                    }
                    // fish has no braces.
                    if self
                        .tokens
                        .peek()
                        .is_some_and(|t| matches!(t.kind, Kind::Newline | Kind::Semicolon))
                    {
                        self.open_brace();
                    }
                }
            }
            // Prompts, list marks and Make's prefixes.
            "$" | "-" | "*" | "%" | "❯" | "➜" | "PS>" => {
                self.command.prompted = text != "-" && text != "*";
            }
            _ => self.first_word(word),
        }
    }

    fn first_word(&mut self, word: Word) {
        if let Some((name, value)) = split_assignment(&word) {
            // Make's `X ?= docker compose` without blanks, and `X=docker compose` in env files.
            let make = word.as_str().get(name..).is_some_and(|rest| {
                rest.starts_with("?=") || rest.starts_with(":=") || rest.starts_with("::=")
            });
            let unquoted_command = word.as_str().get(value..) == Some("docker")
                && self.tokens.peek().is_some_and(
                    |next| matches!(&next.kind, Kind::Word(w) if w.as_str() == "compose"),
                );
            let mut words = vec![word.slice(value..word.text.len())];
            if make || unquoted_command {
                words.extend(self.line());
            }
            let value = Word::join(&words);
            self.command.assignments.push(Assignment { name: word.slice(0..name), value });
            return;
        }
        if is_prompt(&word) {
            self.command.prompted = true;
            return self.items.push(Item::Prompt(word));
        }
        let recipe = word.as_str().trim_start_matches(['@', '-', '+']);
        let cut = word.text.len() - recipe.len();
        if cut > 0
            && !word.quoted
            && recipe.starts_with(|c: char| c.is_ascii_alphanumeric() || "$./_{".contains(c))
        {
            let rest = word.slice(cut..word.text.len());
            return self.word(rest);
        }
        if is_target(&word) {
            let mut rest = self.line();
            if !rest.first().is_some_and(|first| is_program(first.as_str())) {
                rest.insert(0, word);
                return self.items.push(Item::Names(rest));
            }
            return self.command.words.append(&mut rest);
        }
        self.command.words.push(word);
    }

    /// Adds a word, unless it is the `=` of `NAME = value` (Make, just, PowerShell).
    fn next_argument(&mut self, word: Word) {
        let assigns = matches!(word.as_str(), "=" | ":=" | "?=" | "::=" | "+=" | "!=")
            && !word.quoted
            && self.command.assignments.is_empty();
        let name = match self.command.words.as_slice() {
            [name] => Some(name),
            [keyword, name] if matches!(keyword.as_str(), "export" | "override") => Some(name),
            _ => None,
        };
        let name = name.filter(|_| assigns).and_then(assigned);
        let Some(name) = name else { return self.command.words.push(word) };
        let mut rest = self.line();
        if let Some(last) = rest.last_mut()
            && !name.parts.is_empty()
        {
            // `[string]$Service = "web",` among parameters.
            *last = last.slice(0..last.as_str().trim_end_matches(',').len());
        }
        if rest.iter().all(|word| word.as_str() == "@") {
            // A list in brackets follows.
            self.command.words = vec![name, word];
            return self.command.words.extend(rest);
        }
        self.command.words.clear();
        self.command.assignments.push(Assignment { name, value: Word::join(&rest) });
    }

    /// Takes the words up to the end of the line.
    fn line(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        while let Some(word) = self.next_word() {
            words.push(word);
        }
        words
    }

    /// Reads `for NAME in WORDS`, PowerShell's `foreach ($name in …)`.
    fn loop_head(&mut self, keyword: Word) {
        let paren = self.next_is(|kind| matches!(kind, Kind::Open));
        let Some(name) = self.next_word() else {
            if !paren {
                self.command.words.push(keyword);
            }
            return;
        };
        if !self
            .tokens
            .peek()
            .is_some_and(|t| matches!(&t.kind, Kind::Word(w) if w.as_str() == "in"))
        {
            if !paren {
                self.command.words.push(keyword);
                self.command.words.push(name);
            }
            return;
        }
        self.next_word();
        let mut words = Vec::new();
        let mut depth = usize::from(paren);
        while let Some(token) = self.tokens.next_if(|token| match token.kind {
            Kind::Word(_) => true,
            Kind::Open | Kind::Close => paren,
            _ => false,
        }) {
            self.end = token.span.end;
            match token.kind {
                Kind::Word(word) if word.as_str() == "@" => {}
                Kind::Word(word) => words.push(word),
                Kind::Open => depth += 1,
                _ => depth = depth.saturating_sub(1),
            }
            if paren && depth == 0 {
                break;
            }
        }
        let scope = self.scope.clone();
        self.items.push(Item::List(List { name, words, scope }));
    }

    fn case(&mut self, keyword: Word) {
        let Some(subject) = self.next_word() else { return self.command.words.push(keyword) };
        if self.next_is(|kind| matches!(kind, Kind::Word(word) if word.as_str() == "in")) {
            let label = Vec::new();
            return self.enter(Block::Case { subject, label, in_label: true });
        }
        // fish: `switch $x`, then `case a b`.
        let words = std::iter::once(subject).chain(self.line()).collect();
        if keyword.as_str() == "case" {
            let scope = self.scope.clone();
            self.items.push(Item::Label(Label { subject: Word::default(), words, scope }));
        }
    }

    fn label(&mut self, token: Token) {
        let Some(Block::Case { subject, label, in_label }) = self.blocks.last_mut() else { return };
        match token.kind {
            Kind::Word(word) if word.as_str() == "esac" && label.is_empty() => {
                self.blocks.pop();
            }
            Kind::Word(word) => label.push(word),
            Kind::Close => {
                *in_label = false;
                let (subject, words) = (subject.clone(), std::mem::take(label));
                let scope = self.scope.clone();
                self.items.push(Item::Label(Label { subject, words, scope }));
            }
            Kind::Comment(text) => self.items.push(Item::Comment(text)),
            _ => {}
        }
    }
}

/// Splits `NAME=value`, `NAME+=value`, `NAME[key]=value`; gives the name's end and the value's
/// start.
fn split_assignment(word: &Word) -> Option<(usize, usize)> {
    let text = word.as_str();
    let equals = text.find('=')?;
    if word.parts.iter().any(|part| part.range.start < equals) {
        return None;
    }
    let before = text.get(..equals)?;
    let name = before.trim_end_matches(['+', '?', ':']);
    let plain = name.split_once('[').map_or(name, |(name, _)| name);
    is_identifier(plain).then_some((name.len(), equals + 1))
}

/// Gives the variable that a word before a `=` names: `NAME`, `$name`, `[string]$name`.
fn assigned(word: &Word) -> Option<Word> {
    let end = word.text.len();
    let variable =
        word.parts.last().filter(|part| part.range.end == end && part.variable().is_some());
    let start = match variable {
        Some(part) => part.range.start,
        None => return is_identifier(word.as_str()).then(|| word.clone()),
    };
    let kind = word.as_str().get(..start).unwrap_or_default();
    (kind.is_empty() || kind.starts_with('[') && kind.ends_with(']'))
        .then(|| word.slice(start..end))
}

/// Tells whether a first word is a target of a Makefile, or a key before a command.
fn is_target(word: &Word) -> bool {
    let name = word.as_str().trim_end_matches(':');
    !word.quoted
        && name.len() < word.text.len()
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/%$(){}".contains(&byte))
}

/// Tells whether a first word is a prompt: `user@host:~$`, `PS C:\>`, `root@4f2a:/#`.
fn is_prompt(word: &Word) -> bool {
    let text = word.as_str();
    !word.quoted
        && word.parts.is_empty()
        && text.ends_with(['$', '#', '%'])
        && (text.contains('@') || text.starts_with(['~', '/']))
}
