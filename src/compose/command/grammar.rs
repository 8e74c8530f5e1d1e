//! Command lines as flags and operands: which word of a command stands for what.
//!
//! Invariants: a table says which flags take a value; a flag that no table knows takes none.
//! Deliberately absent: the tables (`docker.rs`, `programs.rs`), and what is done with a word once
//! its place is known (`slots.rs`).

use std::collections::BTreeMap;
use std::ops::Range;

use super::word::Word;
use crate::compose::usage::Class;

/// What a word of a command line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Nothing that is known.
    Plain,
    /// One thing of a class: the whole word, or no name at all.
    Is(Class),
    /// Something of a class, the name being all or a part of it: an image, a path.
    Holds(Class),
    /// A host, host and port, list of them, or URL; a bare word is a host.
    Host,
    /// What a tool fetches or waits for: as a host, but a bare word may be a path on it.
    Address,
    /// `user@host`, `host:path`: a machine.
    Remote,
    /// A database's name, a connection string, or a URL.
    Database,
    /// `NAME=value`
    Setting,
    /// SQL, or another language that is no shell.
    Sql,
    /// Shell text.
    Shell,
    /// The first word of another command, which all that follows belongs to.
    Command,
    /// Text for people.
    Message,
    /// A pattern or script that lines of the input are matched with.
    Pattern,
    /// An expression that asks a document for a part (`.services.NAME`).
    Query,
    /// Such an expression of jq, where a name with a hyphen needs quotes.
    JsonQuery,
    /// Such an expression behind a verb, or else a file.
    QueryOrPath,
    /// `name=…` of `docker ps --filter`, in a list of things of a class.
    Filter(Class),
    /// `NAME:path` or a local path.
    Operand(Class),
    /// `NAME` or `NAME:mode`.
    First(Class),
    /// `NAME=3`
    Scale,
    /// `a,b,c`
    List(Class),
    /// `NAME:/path` of `docker run -v`.
    Volume,
    /// `type=volume,source=NAME,target=/path`
    Mount,
    /// A network, or `container:NAME`.
    Network,
    /// `container:NAME`, `service:NAME`, `host`.
    Namespace,
    /// The name of a container that comes into being.
    NewContainer,
    /// A name that the container answers to.
    Alias,
    /// A value that stands in the same word as its flag, or not at all (`mysql -pSECRET`).
    Attached,
}

/// Flags of one meaning, by their names without dashes and with blanks between them, and what
/// their value is.
pub(super) type Flag = (&'static str, Slot);

/// Which words of a command stand for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grammar {
    /// Flags that take a value. `--` stands for all that follows it.
    pub(super) flags: &'static [Flag],
    /// Words that are neither flags nor their values; the last stands for all further ones.
    pub(super) operands: &'static [Slot],
}

/// What each word of a command stands for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Number of the word, bytes of it, and what they are.
    pub(super) slots: Vec<(usize, Range<usize>, Slot)>,
    /// Where a command inside of this one starts.
    pub(super) inner: Option<usize>,
    /// Whether the inner command runs in a container.
    pub(super) container: bool,
    /// What the command lists, for those that read its output.
    pub(super) lists: Option<Class>,
    /// What the command takes its input for.
    pub(super) input: Input,
    /// Whether the command is only likely to be what it is taken for.
    pub(super) guessed: bool,
}

/// What a command takes its input (a heredoc) for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Input {
    /// Text that is written somewhere or shown.
    #[default]
    Text,
    /// Commands.
    Shell,
    /// SQL, or another language.
    Code,
    /// Objects of another system.
    Foreign,
}

/// What helps to read a command line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'r> {
    /// Literal values of the variables of the same text.
    pub(super) values: &'r BTreeMap<String, Vec<String>>,
    /// Whether the command stands in prose, so that words after it may be prose again.
    pub(super) prose: bool,
}

impl Reading<'_> {
    /// Tells whether a word is a variable that holds flags (`$TTY`, `"${ARGS[@]}"`).
    fn holds_flags(&self, word: &Word, next: Option<&&Word>) -> bool {
        let Some(name) = word.variable(&(0..word.text.len())) else { return false };
        if let Some(values) = self.values.get(name).filter(|values| !values.is_empty()) {
            return values.iter().all(|value| value.is_empty() || value.starts_with('-'));
        }
        if next.is_none() {
            return false;
        }
        let name = name.to_ascii_lowercase();
        ["tty", "flag", "opt", "arg", "param", "extra", "interactive"]
            .iter()
            .any(|part| name.contains(part))
    }

    /// Tells whether prose goes on at a word that follows a command.
    pub(super) fn ends_at(&self, word: &Word) -> bool {
        self.prose && is_prose(word.as_str())
    }
}

/// Tells whether a long flag that no table knows takes a host by its name (`--database-host`).
fn takes_host(flag: &str) -> bool {
    let last = flag.rsplit(['-', '.', '_']).next().unwrap_or(flag);
    matches!(last, "host" | "hosts" | "hostname")
}

/// Words that hardly name a service, but often follow a command in a sentence.
const PROSE: &str = "a after again and any are as at because before but by command container \
    containers each every first for from has have if in instead into is it its later log logs \
    manually may must not now of on once or output service services so that the their then there \
    these this those to until use using was we when where which while will with without you your \
    would should can could also only does";

/// Tells whether a word is one of a sentence.
pub(super) fn is_prose(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let dash = word.is_empty() || word.starts_with(['—', '–', '→', '(']);
    dash || PROSE.split_ascii_whitespace().any(|prose| prose.eq_ignore_ascii_case(word))
}

impl Grammar {
    /// Reads the words from `from` on.
    pub(super) fn read(&self, words: &[&Word], from: usize, reading: Reading, plan: &mut Plan) {
        let mut operands = 0;
        let mut flags_end = false;
        let mut at = from;
        while let Some(word) = words.get(at) {
            let text = word.as_str();
            let whole = 0..text.len();
            if !flags_end && text == "--" {
                if self.value("--") == Some(Slot::Command) {
                    plan.inner = Some(at + 1);
                    return;
                }
                flags_end = true;
            } else if !flags_end && text.len() > 1 && text.starts_with('-') {
                at = self.flag(words, at, plan);
            } else if reading.holds_flags(word, words.get(at + 1)) {
                plan.slots.push((at, whole, Slot::Plain));
            } else if reading.ends_at(word) {
                return;
            } else {
                let slot = self.operands.get(operands).or(self.operands.last());
                let slot = slot.copied().unwrap_or(Slot::Plain);
                if slot == Slot::Command {
                    plan.inner = Some(at);
                    return;
                }
                plan.slots.push((at, whole, slot));
                operands += 1;
            }
            at += 1;
        }
    }

    /// Reads a flag with its value; gives the number of the last word of it.
    fn flag(&self, words: &[&Word], at: usize, plan: &mut Plan) -> usize {
        let text = words.get(at).map_or("", |word| word.as_str());
        let next = |plan: &mut Plan, slot| match words.get(at + 1) {
            _ if slot == Slot::Attached => at,
            Some(value) => {
                plan.slots.push((at + 1, 0..value.text.len(), slot));
                at + 1
            }
            None => at,
        };
        let name = text.trim_start_matches('-');
        let dashes = text.len() - name.len();
        let (name, value) = match name.split_once('=') {
            Some((name, _)) => (name, Some(dashes + name.len() + 1..text.len())),
            None => (name, None),
        };
        let long = dashes > 1 || name.len() > 1;
        match (self.value(name).filter(|_| long), value) {
            (Some(slot), Some(value)) => {
                plan.slots.push((at, value, slot));
                return at;
            }
            (Some(slot), None) => return next(plan, slot),
            (None, Some(value)) if dashes > 1 => {
                let slot = if takes_host(name) { Slot::Host } else { Slot::Plain };
                plan.slots.push((at, value, slot));
                return at;
            }
            (None, None) if dashes > 1 && takes_host(name) => {
                let flag = |word: &&&Word| word.as_str().starts_with('-');
                return words
                    .get(at + 1)
                    .filter(flag)
                    .map_or_else(|| next(plan, Slot::Host), |_| at);
            }
            (None, _) if dashes > 1 => return at,
            (None, _) => {}
        }
        // A cluster of short flags: the first that takes a value takes the rest, or the next word.
        for (offset, letter) in text.char_indices().skip(1) {
            let end = offset + letter.len_utf8();
            let Some(slot) = text.get(offset..end).and_then(|letter| self.value(letter)) else {
                continue;
            };
            if end == text.len() {
                return next(plan, slot);
            }
            let start = if text.get(end..).is_some_and(|rest| rest.starts_with('=')) {
                end + 1
            } else {
                end
            };
            plan.slots.push((at, start..text.len(), slot));
            return at;
        }
        at
    }

    /// Tells whether a flag, by its name without dashes, is followed by a value.
    pub(super) fn takes_value(&self, name: &str) -> bool {
        self.value(name).is_some_and(|slot| slot != Slot::Attached)
    }

    fn value(&self, name: &str) -> Option<Slot> {
        let named = |flag: &&Flag| flag.0.split(' ').any(|flag| flag == name);
        self.flags.iter().find(named).map(|flag| flag.1)
    }
}
