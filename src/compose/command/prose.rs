//! Text within commands that is no command: messages, comments, heredocs, SQL. What it holds of
//! commands, settings and URLs is found all the same.

use std::ops::Range;

use super::docker;
use super::forms::Forms;
use super::grammar::Input;
use super::lexer::is_identifier;
use super::reader::Mode;
use super::reader::Reader;
use super::slots::MESSAGE;
use super::slots::Meaning;
use super::slots::Place;
use super::slots::UNKNOWN;
use super::slots::reason;
use super::text::Text;
use super::word::Word;
use crate::compose::setting;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::compose::usage::occurrences;

/// Programs that start a command in the middle of a sentence when a flag follows.
const WITH_FLAGS: &str = "psql pg_dump pg_restore pg_isready createdb dropdb mysql mysqladmin \
    mysqldump mariadb mongosh mongo redis-cli valkey-cli curl wget ping nc telnet";

/// Programs that start a command in the middle of a sentence, whatever follows.
const ALWAYS: &str = "nslookup getent kubectl helm systemctl apt-get brew pip";

impl Reader<'_> {
    /// Classifies the name in text for people.
    pub(super) fn prose(&mut self, word: &Word, base: Meaning, place: &Place) {
        if !word.as_str().contains(self.name()) {
            return;
        }
        let likely = Mode { cap: place.mode.cap.min(Confidence::Likely), ..place.mode };
        let place = Place { mode: likely, ..place.clone() };
        for line in lines(word.as_str()) {
            if !word.as_str().get(line.clone()).is_some_and(|text| text.contains(self.name())) {
                continue;
            }
            self.generic(word, line.clone(), base, place.mode);
            self.settings_in(word, line.clone(), &place);
            self.commands_in(word, line, &place);
        }
    }

    /// Finds `KEY=value` among the words of a line.
    fn settings_in(&mut self, word: &Word, line: Range<usize>, place: &Place) {
        let text = word.as_str().get(line.clone()).unwrap_or_default().to_owned();
        let mut from = 0;
        for token in text.split_ascii_whitespace() {
            // The token lies at or after `from`: it was cut out of the same text.
            let at =
                text.get(from..).and_then(|rest| rest.find(token)).map_or(from, |at| from + at);
            from = at + token.len();
            let Some((before, value)) = token.split_once('=') else { continue };
            let key = before.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            if !is_identifier(key) || !value.contains(self.name()) {
                continue;
            }
            let value = value.trim_end_matches(['`', '"', '\'', ',', ')', '.']);
            let start = line.start + at + before.len() + 1;
            self.setting(key, word, start..start + value.len(), place);
        }
    }

    /// Finds commands in the middle of a sentence.
    fn commands_in(&mut self, word: &Word, line: Range<usize>, place: &Place) {
        let text = word.as_str().get(line.clone()).unwrap_or_default();
        let starts = self.starts(text);
        let mut commands = Vec::new();
        for (index, (start, engine)) in starts.iter().enumerate() {
            let next = starts
                .iter()
                .skip(index + 1)
                .find(|(_, next)| *next || !*engine)
                .map_or(text.len(), |(next, _)| *next);
            let opener = text.get(..*start).and_then(|before| before.chars().next_back());
            let closer = match opener {
                Some('(') => Some(')'),
                Some('[') => Some(']'),
                Some('<') => Some('<'),
                Some(quote @ ('`' | '\'' | '"')) => Some(quote),
                _ => Some('`'),
            };
            let rest = text.get(*start..next).unwrap_or_default();
            let end = closer.and_then(|closer| rest.find(closer)).map_or(next, |at| start + at);
            commands.push(line.start + start..line.start + end);
        }
        for command in commands {
            let mode = Mode { prose: true, ..place.mode };
            self.shell(word.text.slice(command), &Place { mode, ..place.clone() });
        }
    }

    /// Gives where commands start, and whether they handle containers.
    fn starts(&self, text: &str) -> Vec<(usize, bool)> {
        let mut starts = Vec::new();
        let mut from = 0;
        let listed =
            |list: &str, token: &str| list.split_ascii_whitespace().any(|name| name == token);
        let breaks = |c: char| c.is_whitespace() || "`'\"([<>|;:,#".contains(c);
        while from < text.len() {
            let rest = text.get(from..).unwrap_or_default();
            let len = rest.find(breaks).unwrap_or(rest.len());
            let token = rest.get(..len).unwrap_or_default();
            let after = rest.get(len..).unwrap_or_default();
            let separate = len > 0 && after.starts_with([' ', '\t']);
            let next = if separate { after.split_ascii_whitespace().next() } else { None };
            let next = next.unwrap_or_default();
            let next = next.trim_end_matches(['`', '\'', '"', ',', '.', ')']);
            let flag = next.starts_with('-') && next.len() > 1;
            let engine = match docker::engine(token) {
                Some(docker::Engine::Docker) => flag || docker::is_docker_command(next),
                Some(docker::Engine::Compose) => flag || docker::is_compose_command(next),
                None => self.is_wrapper(token) && docker::is_compose_command(next),
            };
            let client = flag && listed(WITH_FLAGS, token)
                || listed(WITH_FLAGS, token) && next.contains("://")
                || listed(ALWAYS, token);
            if separate && (engine || client) {
                starts.push((from, engine));
            }
            from += len.max(1);
            while !text.is_char_boundary(from) {
                from += 1;
            }
        }
        starts
    }

    /// Classifies the name in a comment.
    pub(super) fn comment(&mut self, text: &Text, place: &Place) {
        let mode = Mode { comment: true, ..place.mode };
        let word = Word { text: text.clone(), ..Word::default() };
        let base = (Class::Comment, Confidence::Unsure, "comment");
        self.prose(&word, base, &Place { mode, ..place.clone() });
    }

    /// Classifies the name in what is fed to a command, or written to a file.
    pub(super) fn content(&mut self, word: &Word, input: Input, file: Option<&str>, place: &Place) {
        let sort = file.map(|file| match sort(file) {
            Sort::Settings if is_compose(word.as_str()) => Sort::Compose,
            sort => sort,
        });
        match (input, sort) {
            (Input::Shell, _) | (Input::Text, Some(Sort::Shell)) => {
                self.shell(word.text.clone(), place);
            }
            (Input::Code, _) | (Input::Text, Some(Sort::Code)) => self.code(word, place.mode),
            (Input::Foreign, _) => {
                let class = Class::OtherNamespace;
                self.each(
                    word,
                    &(0..word.text.len()),
                    (class, Confidence::Certain, reason(class)),
                    place.mode,
                );
            }
            (Input::Text, Some(Sort::Compose)) => self.snippet(word, place),
            (Input::Text, Some(Sort::Settings)) => self.settings(word, place),
            (Input::Text, Some(Sort::Text) | None) => self.prose(word, MESSAGE, place),
        }
    }

    /// Classifies the name in lines of `KEY=value` or `key: value`.
    fn settings(&mut self, word: &Word, place: &Place) {
        for line in lines(word.as_str()) {
            let text = word.as_str().get(line.clone()).unwrap_or_default();
            if !text.contains(self.name()) {
                continue;
            }
            let trimmed = text.trim_start();
            if trimmed.starts_with('#') {
                self.comment(&word.text.slice(line), place);
                continue;
            }
            let indent = text.len() - trimmed.len();
            match key_of(trimmed) {
                Some((key, value)) => {
                    let key = key.trim_matches(['"', '\'']).to_owned();
                    let value = line.start + indent + value..line.end;
                    self.generic(word, line.clone(), UNKNOWN, place.mode);
                    self.setting(&key, word, value, place);
                }
                None => {
                    self.generic(word, line.clone(), UNKNOWN, place.mode);
                }
            }
        }
    }

    /// Classifies the name in SQL and other languages.
    pub(super) fn code(&mut self, word: &Word, mode: Mode) {
        let text = word.as_str();
        if !text.contains(self.name()) {
            return;
        }
        let forms = Forms::new(text);
        let found: Vec<_> = occurrences(text, self.name()).map(|(at, _)| at).collect();
        let mut meanings = Vec::new();
        for at in found {
            let meaning = match forms.meaning(&at) {
                Some((Class::Host, ..)) => {
                    (Class::Host, Confidence::Likely, "host that a database connects to")
                }
                _ => sql_meaning(text.get(..at.start).unwrap_or_default()),
            };
            meanings.push((at, meaning));
        }
        for (at, meaning) in meanings {
            self.put(&word.text, at, meaning, mode);
        }
    }
}

/// Tells what a name means after the words of SQL before it.
fn sql_meaning(before: &str) -> Meaning {
    let unsure = |class| (class, Confidence::Unsure, "name in a query");
    let mut words = before
        .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '\\')
        .filter(|word| !word.is_empty())
        .take(5)
        .map(str::to_ascii_uppercase)
        .skip_while(|word| matches!(word.as_str(), "IF" | "NOT" | "EXISTS" | "AS"));
    match words.next().as_deref() {
        Some("DATABASE" | "DATNAME" | "\\C" | "\\CONNECT" | "TEMPLATE" | "USE") => {
            unsure(Class::Database)
        }
        Some("USER" | "ROLE" | "OWNER" | "TO" | "FROM" | "USERNAME" | "ROLNAME" | "USENAME") => {
            unsure(Class::User)
        }
        Some("HOST") => (Class::Host, Confidence::Likely, "host that a database connects to"),
        _ => unsure(Class::Unknown),
    }
}

/// What is in a file that a script writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Settings,
    Compose,
    Shell,
    Code,
    Text,
}

fn sort(path: &str) -> Sort {
    let name =
        path.trim_matches(['"', '\'']).rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = name.rsplit('.').next().unwrap_or_default();
    let yaml = matches!(ending, "yml" | "yaml");
    if yaml && name.contains("compose") {
        return Sort::Compose;
    }
    match ending {
        "sh" | "bash" | "zsh" | "bat" | "cmd" | "ps1" => Sort::Shell,
        "sql" | "py" | "js" | "rb" | "php" => Sort::Code,
        "md" | "txt" | "rst" | "log" | "html" | "null" | "stderr" | "stdout" | "tty" => Sort::Text,
        _ if name.contains("log") && !name.contains("env") => Sort::Text,
        _ if name.contains("summary") => Sort::Text,
        _ => Sort::Settings,
    }
}

/// Splits `KEY=value`, `export KEY=value`, `key: value`, `"key": "value"`; gives the key and
/// where the value starts.
fn key_of(line: &str) -> Option<(&str, usize)> {
    let start = ["export ", "- ", "set "].iter().find(|start| line.starts_with(**start));
    let skip = start.map_or(0, |start| start.len());
    let rest = line.get(skip..)?;
    let end = rest.find(['=', ':', ' '])?;
    let key = rest.get(..end)?;
    let named = key.trim_matches(['"', '\'']);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if named.is_empty() || !named.bytes().all(plain) {
        return None;
    }
    let after = rest.get(end..)?;
    let value = after.trim_start_matches([' ', '=', ':']);
    let separator = after.get(..after.len() - value.len())?;
    let known = !matches!(setting::subject(named), setting::Subject::Other);
    // Without a sign the first word is a key only where it tells something: `host db`.
    if separator.trim().is_empty() && !known {
        return None;
    }
    let quoted = value.len() - value.trim_start_matches(['"', '\'']).len();
    Some((key, skip + end + separator.len() + quoted))
}

/// Gives the lines of a text, without their ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + use<'_> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let range = start..start + line.trim_end_matches('\r').len();
        start += line.len() + 1;
        range
    })
}

/// Tells the text of a Compose file by its `services:`, which stands as far left as anything.
fn is_compose(text: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let Some(left) = lines().map(indent).min() else { return false };
    lines().any(|line| indent(line) == left && line.trim() == "services:")
}
