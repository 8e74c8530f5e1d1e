//! YAML by lines: keys, items and values with their places, for files that need not parse
//! (templates, snippets in documentation).
//!
//! Invariants: entries are in order of the text, parents before children; any text is taken.
//! Deliberately absent: anchors' meaning, tags, folding; the tree of Compose files is
//! `crate::yaml`.

use std::ops::Range;

use crate::repo::mentions::people;

/// A key with its value, or an item.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key's bytes without quotes.
    pub(super) key: Option<Range<usize>>,
    /// The value's bytes: one line's scalar, quotes included, or a block scalar's lines; empty
    /// where the value is a collection.
    pub(super) value: Range<usize>,
    /// Whether the value is a block scalar.
    pub(super) is_block: bool,
    /// The entry whose value it belongs to.
    pub(super) parent: Option<usize>,
}

/// A piece of YAML as a list of entries.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    text: &'t str,
    pub(super) entries: Vec<Entry>,
    /// Comments, `#` left out.
    pub(super) comments: Vec<Range<usize>>,
}

impl<'t> Outline<'t> {
    /// Reads a range of a file.
    pub(super) fn new(text: &'t str, range: &Range<usize>) -> Self {
        let outline = Self { text, entries: Vec::new(), comments: Vec::new() };
        let lines = people::lines(text, range);
        let mut reader = Reader { outline, end: range.end, stack: Vec::new() };
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            at += 1;
            at += reader.line(line, lines.get(at..).unwrap_or_default());
        }
        reader.outline
    }

    fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Gives an entry's own key, or the nearest one above it.
    pub(super) fn key_of(&self, at: usize) -> &'t str {
        let mut next = Some(at);
        for _ in 0..DEPTH {
            let Some(entry) = next.and_then(|at| self.entries.get(at)) else { break };
            if let Some(key) = &entry.key {
                return self.slice(key);
            }
            next = entry.parent;
        }
        ""
    }

    /// Gives the keys above an entry, its own left out, outermost first.
    pub(super) fn path(&self, at: usize) -> Vec<&'t str> {
        let mut keys = Vec::new();
        let mut next = self.entries.get(at).and_then(|entry| entry.parent);
        for _ in 0..DEPTH {
            let Some(entry) = next.and_then(|at| self.entries.get(at)) else { break };
            keys.extend(entry.key.as_ref().map(|key| self.slice(key)));
            next = entry.parent;
        }
        keys.reverse();
        keys
    }

    /// Gives the keys, or the values of the items, that stand directly below an entry (or at the
    /// top), `but` left out.
    pub(super) fn children(&self, parent: Option<usize>, but: usize) -> Vec<&'t str> {
        let from = parent.map_or(0, |parent| parent + 1);
        self.entries
            .iter()
            .enumerate()
            .skip(from)
            .take(NEAR)
            .filter(|(at, entry)| entry.parent == parent && *at != but)
            .map(|(_, entry)| match &entry.key {
                Some(key) => self.slice(key),
                None => self.slice(&entry.value).trim_matches(['"', '\'']),
            })
            .collect()
    }

    /// Gives the items that stand directly below an entry, with their values.
    pub(super) fn items(&self, parent: usize) -> Vec<(&'t str, Range<usize>)> {
        self.entries
            .iter()
            .skip(parent + 1)
            .take(NEAR)
            .filter(|entry| entry.parent == Some(parent) && entry.key.is_none())
            .map(|entry| (self.slice(&entry.value), entry.value.clone()))
            .collect()
    }
}

/// Entries that are looked at for children.
const NEAR: usize = 512;

/// Levels above an entry that are looked at.
const DEPTH: usize = 64;

struct Reader<'t> {
    outline: Outline<'t>,
    end: usize,
    /// Open entries with their columns, and whether each is an item.
    stack: Vec<(usize, usize, bool)>,
}

impl Reader<'_> {
    /// Reads a line, and gives how many of the following lines belong to it.
    fn line(&mut self, line: &Range<usize>, rest: &[Range<usize>]) -> usize {
        let text = self.outline.slice(line);
        let trimmed = text.trim_start();
        let mut start = line.end - trimmed.len();
        if trimmed.is_empty() {
            return 0;
        }
        if trimmed.starts_with('#') {
            self.outline.comments.push(start + 1..line.end);
            return 0;
        }
        if trimmed.starts_with("---") || trimmed.starts_with("...") {
            self.stack.clear();
            return 0;
        }
        let mut content = trimmed;
        loop {
            let column = start - line.start;
            if let Some(after) = content
                .strip_prefix('-')
                .filter(|after| after.is_empty() || after.starts_with([' ', '\t']))
            {
                self.close(column, true);
                self.open(column, None, start + 1..start + 1);
                content = after.trim_start();
                start = line.end - content.len();
                if content.is_empty() {
                    return 0;
                }
                continue;
            }
            return self.content(column, start..line.end, rest);
        }
    }

    /// Closes what stands at a column or to its right; a key stays open for items below it.
    fn close(&mut self, column: usize, for_item: bool) {
        while let Some(&(open, _, is_item)) = self.stack.last() {
            let ends = open > column || (open == column && (is_item || !for_item));
            if !ends {
                break;
            }
            self.stack.pop();
        }
    }

    fn open(&mut self, column: usize, key: Option<Range<usize>>, value: Range<usize>) -> usize {
        let parent = self.stack.last().map(|&(_, at, _)| at);
        let at = self.outline.entries.len();
        self.stack.push((column, at, key.is_none()));
        self.outline.entries.push(Entry { key, value, is_block: false, parent });
        at
    }

    /// Reads `key: value` or a scalar.
    fn content(&mut self, column: usize, range: Range<usize>, rest: &[Range<usize>]) -> usize {
        let text = self.outline.slice(&range);
        if text.starts_with('#') {
            self.outline.comments.push(range.start + 1..range.end);
            return 0;
        }
        let Some((key, value)) = key_value(text) else {
            // An item's value, or a scalar that goes on.
            let value = self.scalar_end(&range);
            let item = self.stack.last().copied();
            let parent = item.map(|(_, at, _)| at);
            if let Some((_, at, true)) = item
                && self.outline.entries.get(at).is_some_and(|entry| entry.value.is_empty())
            {
                return self.value(at, column.saturating_sub(1), value, rest);
            }
            let at = self.outline.entries.len();
            let empty = value.start..value.start;
            self.outline.entries.push(Entry { key: None, value: empty, is_block: false, parent });
            return self.value(at, column.saturating_sub(1), value, rest);
        };
        self.close(column, false);
        let key = range.start + key.start..range.start + key.end;
        let start = range.start + value;
        let at = self.open(column, Some(key), start..start);
        let value = self.scalar_end(&(start..range.end));
        self.value(at, column, value, rest)
    }

    /// Cuts a comment off.
    fn scalar_end(&mut self, range: &Range<usize>) -> Range<usize> {
        let text = self.outline.slice(range);
        let mut quote = None;
        let mut before = ' ';
        for (at, c) in text.char_indices() {
            match quote {
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None if c == '#' && before.is_whitespace() => {
                    self.outline.comments.push(range.start + at + 1..range.end);
                    let kept = text.get(..at).unwrap_or_default().trim_end().len();
                    return range.start..range.start + kept;
                }
                None if matches!(c, '"' | '\'') && (at == 0 || " [{,:(".contains(before)) => {
                    quote = Some(c);
                }
                None => {}
            }
            before = c;
        }
        range.start..range.start + text.trim_end().len()
    }

    /// Reads a value: a scalar, a block scalar's header, or a flow collection.
    fn value(
        &mut self,
        at: usize,
        column: usize,
        value: Range<usize>,
        rest: &[Range<usize>],
    ) -> usize {
        let mut value = value;
        loop {
            // Anchors and tags stand before a value.
            let text = self.outline.slice(&value);
            if !text.starts_with(['&', '!']) {
                break;
            }
            let len = text.find(' ').map_or(text.len(), |end| end + 1);
            value.start += len;
        }
        let text = self.outline.slice(&value);
        let header = text.strip_prefix(['|', '>']).is_some_and(|rest| {
            rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-'))
        });
        if header {
            let inside = rest.iter().take_while(|line| {
                let text = self.outline.slice(line);
                let indent = text.len() - text.trim_start().len();
                text.trim().is_empty() || indent > column
            });
            let count = inside.count();
            let first = rest.first().map_or(value.end, |line| line.start);
            let last = count.checked_sub(1).and_then(|last| rest.get(last));
            self.set(at, first..last.map_or(first, |line| line.end), true);
            return count;
        }
        if text.starts_with("{{") {
            // A template's expression.
            self.set(at, value, false);
            return 0;
        }
        if text.starts_with(['[', '{']) {
            let end = self.flow(at, value.start);
            return rest.iter().take_while(|line| line.start < end).count();
        }
        self.set(at, value, false);
        0
    }

    fn set(&mut self, at: usize, value: Range<usize>, is_block: bool) {
        if let Some(entry) = self.outline.entries.get_mut(at) {
            entry.value = value;
            entry.is_block = is_block;
        }
    }

    /// Reads a flow collection and gives where it ends.
    fn flow(&mut self, owner: usize, start: usize) -> usize {
        let bytes = self.outline.text.as_bytes().get(..self.end).unwrap_or_default();
        let mut owners = Vec::new();
        let mut next_owner = owner;
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'[' | b'{' => {
                    owners.push(next_owner);
                    at += 1;
                }
                b']' | b'}' => {
                    owners.pop();
                    at += 1;
                    if owners.is_empty() {
                        return at;
                    }
                    next_owner = owners.last().copied().unwrap_or(owner);
                }
                b',' | b':' => at += 1,
                b'#' => at = at + 1 + line_length(bytes, at),
                _ if byte.is_ascii_whitespace() => at += 1,
                _ => {
                    let end = flow_scalar(bytes, at);
                    let value = at..end;
                    at = end;
                    let colon = bytes.get(end..).unwrap_or_default().trim_ascii_start();
                    let parent = owners.last().copied();
                    if colon.first() == Some(&b':') {
                        let key = Some(unquoted(self.outline.text, &value));
                        next_owner = self.outline.entries.len();
                        let empty = end..end;
                        let entry = Entry { key, value: empty, is_block: false, parent };
                        self.outline.entries.push(entry);
                        continue;
                    }
                    let keyed = Some(next_owner) != parent
                        && self.outline.entries.get(next_owner).is_some_and(|e| e.parent == parent);
                    if keyed {
                        self.set(next_owner, value, false);
                    } else {
                        let entry = Entry { key: None, value, is_block: false, parent };
                        self.outline.entries.push(entry);
                    }
                    next_owner = parent.unwrap_or(owner);
                    continue;
                }
            }
            if byte == b',' {
                next_owner = owners.last().copied().unwrap_or(owner);
            }
        }
        at
    }
}

fn line_length(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

fn flow_scalar(bytes: &[u8], start: usize) -> usize {
    let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let mut at = start + usize::from(quote.is_some());
    while let Some(&byte) = bytes.get(at) {
        match quote {
            Some(quote) if byte == quote => return at + 1,
            Some(b'"') if byte == b'\\' => at += 1,
            None if matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'\n') => break,
            None if byte == b':' => {
                let next = bytes.get(at + 1);
                if next.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b']' | b'}')) {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
}

/// Gives a scalar's range without quotes.
pub(super) fn unquoted(text: &str, range: &Range<usize>) -> Range<usize> {
    let value = text.get(range.clone()).unwrap_or_default();
    let kept = value.trim();
    let start = range.start + value.len() - value.trim_start().len();
    for quote in ['"', '\''] {
        if let Some(inner) = kept.strip_prefix(quote) {
            let len = inner.strip_suffix(quote).unwrap_or(inner).len();
            return start + 1..start + 1 + len;
        }
    }
    start..start + kept.len()
}

/// Splits `key: value` into the key's range, without quotes, and the value's start.
fn key_value(text: &str) -> Option<(Range<usize>, usize)> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    let (key, colon) = match first {
        b'"' | b'\'' => {
            let close = memchr::memchr(first, bytes.get(1..)?)? + 1;
            (1..close, close + 1)
        }
        b'[' | b'{' | b'|' | b'>' | b'@' | b'%' | b'`' => return None,
        _ => {
            let colon = bytes.iter().enumerate().position(|(at, byte)| {
                *byte == b':' && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace)
            })?;
            (0..text.get(..colon)?.trim_end().len(), colon)
        }
    };
    let head = text.get(key.clone())?;
    if bytes.get(colon) != Some(&b':')
        || bytes.get(colon + 1).is_some_and(|byte| !byte.is_ascii_whitespace())
        || head.contains(" #")
    {
        return None;
    }
    let rest = text.get(colon + 1..)?;
    Some((key, colon + 1 + rest.len() - rest.trim_start().len()))
}

#[cfg(test)]
mod tests {
    use super::Outline;

    /// Each entry as `path/key=value`.
    fn outline(text: &str) -> Vec<String> {
        let outline = Outline::new(text, &(0..text.len()));
        (0..outline.entries.len())
            .map(|at| {
                let entry = &outline.entries[at];
                let mut path = outline.path(at);
                path.extend(entry.key.as_ref().map_or(Some("-"), |key| text.get(key.clone())));
                format!("{}={}", path.join("/"), &text[entry.value.clone()])
            })
            .collect()
    }

    #[test]
    fn entries() {
        let table: &[(&str, &[&str])] = &[
            ("a: b # c\n", &["a=b"]),
            ("a:\n  b: 1\n  c: 2\nd: 3", &["a=", "a/b=1", "a/c=2", "d=3"]),
            ("a:\n- x\n- y: z\n  w: v\nb: 1", &["a=", "a/-=x", "a/-=", "a/y=z", "a/w=v", "b=1"]),
            ("a:\n  - x\n  - - y", &["a=", "a/-=x", "a/-=", "a/-=y"]),
            ("a: [x, \"y\", {k: v}]\nb: 1", &["a=", "a/-=x", "a/-=\"y\"", "a/k=v", "b=1"]),
            ("a: {b: [c, d], e: f}", &["a=", "a/b=", "a/b/-=c", "a/b/-=d", "a/e=f"]),
            ("a: [\n  x,\n  y\n]\nb: 1", &["a=", "a/-=x", "a/-=y", "b=1"]),
            ("a: |\n  x: y\n  z\nb: 1", &["a=  x: y\n  z", "b=1"]),
            ("- run: |\n    x\n\n    y\n- z", &["-=", "run=    x\n\n    y", "-=z"]),
            ("\"a b\": 'c: d'", &["a b='c: d'"]),
            ("a: http://b:1/c", &["a=http://b:1/c"]),
            ("http://b:1/c", &["-=http://b:1/c"]),
            ("a: &x !y z", &["a=z"]),
            ("a: 'x # y' # z", &["a='x # y'"]),
            ("a: {{ x }}\n{{ y }}", &["a={{ x }}", "a/-={{ y }}"]),
            ("a: 1\n---\nb: 2", &["a=1", "b=2"]),
            ("a: [", &["a="]),
            ("", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(outline(text), *expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_outline(text in "[ab:#\\-\\[\\]{}\"'|> \n,&é]{0,80}") {
            let outline = Outline::new(&text, &(0..text.len()));
            for (at, entry) in outline.entries.iter().enumerate() {
                proptest::prop_assert!(text.get(entry.value.clone()).is_some());
                proptest::prop_assert!(entry.parent.is_none_or(|parent| parent < at));
            }
        }
    }
}
