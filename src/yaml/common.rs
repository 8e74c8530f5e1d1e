//! The YAML that nearly every Compose file is made of, read in one pass over its bytes, several
//! times as fast as the parser.
//!
//! Block mappings and sequences, scalars of one line, block scalars, flow collections of one line,
//! anchors, aliases, comments. Whatever is anything else, or is wrong, is the parser's: then
//! [`parse`] gives nothing, and the whole file is read again by that one. Invariant: what it gives
//! is the very tree that the parser's events make (see [`super::build`]); tests hold one against
//! the other. Deliberately absent: errors, tabs, tags, scalars of several lines, a second document.

use std::collections::HashMap;
use std::sync::Arc;

use crate::text::span::Span;
use crate::yaml::build::duplicates;
use crate::yaml::decode;
use crate::yaml::document::{
    Document, Entry, Item, Kind, MAX_EXPANDED_NODES, Named, Node, NodeId, ScalarStyle, Style,
};

/// Deeper collections are the parser's: it knows how deep is too deep.
const MAX_DEPTH: usize = 64;

/// Longer keys are the parser's: an implicit key has at most 1024 characters (YAML 1.2.2 §7.4.2).
const MAX_KEY_BYTES: usize = 1000;

/// Reads a file of common YAML; gives nothing for any other.
pub(super) fn parse(text: &Arc<str>) -> Option<Document> {
    if !text.bytes().all(|byte| byte == b'\n' || (byte >= b' ' && byte != 0x7f))
        || !(text.is_ascii() || text.chars().all(is_common))
    {
        return None;
    }
    let mut doc = Document::empty(text);
    // A node for each 16 bytes is usual.
    doc.nodes.reserve(text.len() / 16);
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        doc,
        open: Vec::new(),
        entries: Vec::new(),
        items: Vec::new(),
        cursor: 0,
        anchor: None,
        anchors: HashMap::new(),
        expanded: 0,
    };
    reader.lines()?;
    while !reader.open.is_empty() {
        reader.close()?;
    }
    reader.doc.nodes.shrink_to_fit();
    Some(reader.doc)
}

/// Tells a character that readers of YAML agree on.
fn is_common(char: char) -> bool {
    char.is_ascii()
        || !matches!(
            char,
            '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    doc: Document,
    /// Open collections, outermost first.
    open: Vec<Open<'t>>,
    /// Pairs and items of the open collections: each owns those from its `first` on.
    entries: Vec<Entry>,
    items: Vec<Item>,
    /// Behind the last token.
    cursor: usize,
    /// An anchor whose node is still to come.
    anchor: Option<Span>,
    anchors: HashMap<&'t str, Anchored>,
    /// Nodes so far, those that aliases expand to included.
    expanded: u64,
}

struct Open<'t> {
    node: NodeId,
    /// Column of its keys or dashes; of no interest in a flow collection.
    column: usize,
    style: Style,
    shape: Shape,
    /// Index of its first pair or item.
    first: usize,
    anchor: Option<&'t str>,
}

enum Shape {
    Mapping {
        /// The key whose value is due.
        key: Option<NodeId>,
    },
    Sequence {
        /// The dash whose item is due.
        dash: Option<usize>,
    },
}

#[derive(Clone, Copy)]
struct Anchored {
    node: NodeId,
    /// [`Reader::expanded`] before the node.
    before: u64,
    /// How many nodes it expands to; none while it is open.
    size: Option<u64>,
}

impl<'t> Reader<'t> {
    fn lines(&mut self) -> Option<()> {
        let mut at = 0;
        let (mut may_start, mut has_marker) = (true, false);
        while at < self.bytes.len() {
            let end = self.line_end(at);
            let first = self.skip_spaces(at, end);
            let column = first - at;
            match self.bytes.get(first) {
                _ if first == end => at = end + 1,
                Some(b'#') => {
                    self.comment(first, end);
                    at = end + 1;
                }
                Some(b'-') if column == 0 && self.starts_with(first, b"---") => {
                    if !may_start || !self.is_blank(first + 3, end) || self.anchor.is_some() {
                        return None;
                    }
                    self.cursor = first + 3;
                    self.rest(first + 3, end)?;
                    (may_start, has_marker) = (false, true);
                    at = end + 1;
                }
                Some(b'.') if column == 0 && self.starts_with(first, b"...") => return None,
                Some(b'%') => return None,
                _ => {
                    may_start = false;
                    at = self.line(first, column, end)?;
                }
            }
        }
        // A document that is marked and holds nothing is a node all the same.
        (!has_marker || !self.doc.roots.is_empty()).then_some(())
    }

    /// Reads a line with content from its first token on, and gives where the next line starts.
    fn line(&mut self, first: usize, column: usize, end: usize) -> Option<usize> {
        let (mut at, mut column) = (first, column);
        while self.bytes.get(at) == Some(&b'-') && self.is_blank(at + 1, end) {
            self.dash(at, column)?;
            let next = self.skip_spaces(at + 1, end);
            if next == end || self.bytes.get(next) == Some(&b'#') {
                self.rest(at + 1, end)?;
                return Some(end + 1);
            }
            column += next - at;
            at = next;
            if self.bytes.get(at) == Some(&b'&') {
                // Whether it is the key's or the mapping's is for the parser to say.
                return self.anchored(at, end);
            }
        }
        if let Some((span, style, colon)) = self.key(at, end)? {
            self.entry(column, span, style)?;
            self.cursor = colon + 1;
            let next = self.skip_spaces(colon + 1, end);
            return match self.bytes.get(next) {
                _ if next == end => Some(end + 1),
                Some(b'#') => self.rest(colon + 1, end),
                Some(b'&') => self.anchored(next, end),
                _ => self.value(next, end),
            };
        }
        let is_outside = |open: &Open<'_>| at == first && open.column >= column;
        if self.open.last().is_some_and(is_outside) {
            return None;
        }
        self.value(at, end)
    }

    /// Reads an anchor, and the value behind it on its line.
    fn anchored(&mut self, at: usize, end: usize) -> Option<usize> {
        let name_end = self.name_end(at + 1, end)?;
        self.anchor = Some(Span::new(at, name_end));
        let next = self.skip_spaces(name_end, end);
        match self.bytes.get(next) {
            _ if next == end => Some(end + 1),
            Some(b'#') => self.rest(name_end, end),
            _ if next == name_end || self.key(next, end)?.is_some() => None,
            Some(b'*') => None,
            _ => self.value(next, end),
        }
    }

    /// Reads the value that is due, up to the line's end, and gives where the next line starts.
    fn value(&mut self, at: usize, end: usize) -> Option<usize> {
        if !self.is_due() {
            return None;
        }
        let behind = match self.bytes.get(at)? {
            b'|' | b'>' => return self.block(at, end),
            b'[' | b'{' | b'"' | b'\'' | b'*' => self.flow(at, end)?,
            b'!' | b'&' | b'@' | b'`' | b'%' | b'#' | b',' | b']' | b'}' | b'?' | b':' => {
                return None;
            }
            b'-' if self.is_blank(at + 1, end) => return None,
            _ => {
                let stop = self.plain_end(at, end)?;
                self.leaf(ScalarStyle::Plain, Span::new(at, stop))?;
                stop
            }
        };
        self.rest(behind, end)
    }

    /// Reads what may stand behind a value on its line: nothing but a comment.
    fn rest(&mut self, at: usize, end: usize) -> Option<usize> {
        let next = self.skip_spaces(at, end);
        match self.bytes.get(next) {
            _ if next == end => {}
            Some(b'#') if next > at => self.comment(next, end),
            _ => return None,
        }
        Some(end + 1)
    }

    /// Gives a key that starts here: its span, its style, and where its colon is.
    fn key(&self, at: usize, end: usize) -> Option<Option<(Span, ScalarStyle, usize)>> {
        let (stop, style) = match self.bytes.get(at)? {
            b'"' => (self.quoted_end(at, end)?, ScalarStyle::Double),
            b'\'' => (self.quoted_end(at, end)?, ScalarStyle::Single),
            b'?' | b':' | b']' | b'}' | b',' | b'#' => return None,
            b'[' | b'{' | b'*' | b'&' | b'!' | b'|' | b'>' | b'@' | b'`' | b'%' => {
                return Some(None);
            }
            _ => match self.plain_colon(at, end) {
                Some(colon) => (colon, ScalarStyle::Plain),
                None => return Some(None),
            },
        };
        let is_key = self.bytes.get(stop) == Some(&b':') && self.is_blank(stop + 1, end);
        if !is_key {
            return Some(None);
        }
        // A blank before the colon is rare.
        let is_usual = stop - at <= MAX_KEY_BYTES && self.bytes.get(stop - 1) != Some(&b' ');
        is_usual.then_some(Some((Span::new(at, stop), style, stop)))
    }

    /// Finds the colon that makes a plain scalar a key.
    fn plain_colon(&self, at: usize, end: usize) -> Option<usize> {
        let line = self.bytes.get(at..end)?;
        let found = memchr::memchr2_iter(b':', b'#', line).map(|found| at + found).find(
            |&found| match self.bytes.get(found) {
                Some(b':') => self.is_blank(found + 1, end),
                _ => self.bytes.get(found - 1) == Some(&b' '),
            },
        )?;
        (self.bytes.get(found) == Some(&b':')).then_some(found)
    }

    /// Gives where a plain scalar of one line ends.
    fn plain_end(&self, at: usize, end: usize) -> Option<usize> {
        let line = self.bytes.get(at..end)?;
        let mut stop = end;
        for found in memchr::memchr2_iter(b':', b'#', line).map(|found| at + found) {
            match self.bytes.get(found) {
                Some(b':') if self.is_blank(found + 1, end) => return None,
                Some(b'#') if self.bytes.get(found - 1) == Some(&b' ') => {
                    stop = found;
                    break;
                }
                _ => {}
            }
        }
        Some(self.without_spaces(at, stop))
    }

    /// Gives where a quoted scalar ends, behind its quote; nothing where not on this line.
    fn quoted_end(&self, at: usize, end: usize) -> Option<usize> {
        let quote = *self.bytes.get(at)?;
        let mut at = at + 1;
        loop {
            let rest = self.bytes.get(at..end)?;
            at += memchr::memchr2(quote, b'\\', rest)?;
            match self.bytes.get(at)? {
                b'\\' if quote == b'"' => {
                    if !matches!(self.bytes.get(at + 1)?, b'\\' | b'"' | b'n' | b't' | b'r' | b'/')
                    {
                        return None;
                    }
                    at += 2;
                }
                b'\\' => at += 1,
                _ if quote == b'\'' && self.bytes.get(at + 1) == Some(&quote) => at += 2,
                _ => return Some(at + 1),
            }
        }
    }

    /// Reads a block scalar from its header on.
    fn block(&mut self, header: usize, end: usize) -> Option<usize> {
        let style = match self.bytes.get(header)? {
            b'|' => ScalarStyle::Literal,
            _ => ScalarStyle::Folded,
        };
        let has_sign = matches!(self.bytes.get(header + 1), Some(b'-' | b'+'));
        let mut next = self.rest(header + 1 + usize::from(has_sign), end)?;
        let outer = self.open.last()?.column;
        // The first line that is not empty says how far all are indented.
        let mut widest = 0;
        let indent = loop {
            let end = if next < self.bytes.len() { self.line_end(next) } else { return None };
            let first = self.skip_spaces(next, end);
            if first < end {
                break first - next;
            }
            widest = widest.max(first - next);
            next = end + 1;
        };
        if indent <= outer || indent < widest {
            return None;
        }
        let stop = decode::block_end(self.text, header, indent);
        let next = decode::block_tail_end(self.text, header, indent);
        if next >= self.bytes.len() {
            // The last line's end is a matter of its own.
            if self.bytes.last() != Some(&b'\n') {
                return None;
            }
        } else if self.skip_spaces(next, self.line_end(next)) - next > outer {
            return None;
        }
        let id = self.leaf(style, Span::new(header, stop))?;
        self.doc.block_indents.push((id, u32::try_from(indent).ok()?));
        Some(next)
    }

    /// Reads a quoted scalar, an alias, or a flow collection with all that is in it, and gives where
    /// it ends.
    fn flow(&mut self, at: usize, end: usize) -> Option<usize> {
        let style = match self.bytes.get(at)? {
            b'"' => ScalarStyle::Double,
            b'\'' => ScalarStyle::Single,
            b'*' => return self.alias(at, end),
            b'[' => return self.flow_sequence(at, end),
            b'{' => return self.flow_mapping(at, end),
            _ => {
                let stop = self.flow_plain_end(at, end)?;
                self.leaf(ScalarStyle::Plain, Span::new(at, stop))?;
                return Some(stop);
            }
        };
        let stop = self.quoted_end(at, end)?;
        self.leaf(style, Span::new(at, stop))?;
        Some(stop)
    }

    fn flow_sequence(&mut self, at: usize, end: usize) -> Option<usize> {
        self.push_open(Style::Flow, Shape::Sequence { dash: None }, at, 0)?;
        self.cursor = at + 1;
        let mut at = self.skip_spaces(at + 1, end);
        loop {
            if self.bytes.get(at) == Some(&b']') {
                break;
            }
            if let Some(Open { shape: Shape::Sequence { dash }, .. }) = self.open.last_mut() {
                *dash = Some(at);
            }
            let behind = self.flow(at, end)?;
            at = self.next_flow(behind, end, b']')?;
        }
        self.cursor = at + 1;
        self.close()?;
        Some(at + 1)
    }

    fn flow_mapping(&mut self, at: usize, end: usize) -> Option<usize> {
        self.push_open(Style::Flow, Shape::Mapping { key: None }, at, 0)?;
        self.cursor = at + 1;
        let mut at = self.skip_spaces(at + 1, end);
        loop {
            if self.bytes.get(at) == Some(&b'}') {
                break;
            }
            if matches!(self.bytes.get(at)?, b'[' | b'{' | b'*') {
                return None;
            }
            let colon = self.flow(at, end)?;
            let value = self.skip_spaces(colon + 1, end);
            let has_value = self.bytes.get(colon) == Some(&b':') && value > colon + 1;
            if !has_value || matches!(self.bytes.get(value)?, b',' | b'}') {
                return None;
            }
            self.cursor = colon + 1;
            let behind = self.flow(value, end)?;
            at = self.next_flow(behind, end, b'}')?;
        }
        self.cursor = at + 1;
        self.close()?;
        Some(at + 1)
    }

    /// Moves to the next item of a flow collection, or to its end.
    fn next_flow(&self, at: usize, end: usize, close: u8) -> Option<usize> {
        let next = self.skip_spaces(at, end);
        match *self.bytes.get(next)? {
            b',' if next < end => Some(self.skip_spaces(next + 1, end)).filter(|next| *next < end),
            byte if byte == close && next < end => Some(next),
            _ => None,
        }
    }

    /// Gives where a plain scalar in a flow collection ends.
    fn flow_plain_end(&self, at: usize, end: usize) -> Option<usize> {
        let is_indicator = match self.bytes.get(at)? {
            b'-' => {
                matches!(self.bytes.get(at + 1)?, b' ' | b'\n' | b',' | b'[' | b']' | b'{' | b'}')
            }
            byte => b" ,[]{}#&*!|>'\"%@`?:".contains(byte),
        };
        if is_indicator {
            return None;
        }
        let mut stop = at;
        while stop < end {
            match self.bytes.get(stop)? {
                b',' | b'[' | b']' | b'{' | b'}' => break,
                b':' if matches!(
                    self.bytes.get(stop + 1),
                    None | Some(b' ' | b'\n' | b',' | b'[' | b']' | b'{' | b'}')
                ) =>
                {
                    break;
                }
                b'#' => return None,
                _ => stop += 1,
            }
        }
        Some(self.without_spaces(at, stop))
    }

    fn alias(&mut self, at: usize, end: usize) -> Option<usize> {
        let stop = self.name_end(at + 1, end)?;
        let name = self.text.get(at + 1..stop)?;
        let Anchored { node, size, .. } = *self.anchors.get(name)?;
        self.expanded = self.expanded.saturating_add(size?);
        if self.expanded > MAX_EXPANDED_NODES {
            return None;
        }
        let kind = Kind::Alias { name: name.into(), target: Some(node) };
        self.cursor = stop;
        let id = self.push(kind, Span::new(at, stop));
        self.done(id);
        Some(stop)
    }

    /// Gives where the name of an anchor ends.
    fn name_end(&self, at: usize, end: usize) -> Option<usize> {
        let name = self.bytes.get(at..end)?;
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let length = name.iter().take_while(is_name).count();
        let stop = at + length;
        let ends = matches!(self.bytes.get(stop), None | Some(b' ' | b'\n' | b',' | b']' | b'}'));
        (length > 0 && ends).then_some(stop)
    }

    /// Takes a key of a block mapping at a column: the next one of an open mapping, or the first one
    /// of the value that is due.
    fn entry(&mut self, column: usize, span: Span, style: ScalarStyle) -> Option<()> {
        self.close_to(column)?;
        if let Some(Open { shape: Shape::Sequence { .. }, column: at, .. }) = self.open.last()
            && *at == column
        {
            self.close()?;
        }
        match self.open.last() {
            Some(Open { shape: Shape::Mapping { key }, column: at, .. }) if *at == column => {
                if key.is_some() {
                    self.empty()?;
                }
            }
            Some(Open { column: at, .. }) if *at >= column || !self.is_due() => return None,
            None if !self.doc.roots.is_empty() => return None,
            _ => {
                let shape = Shape::Mapping { key: None };
                self.push_open(Style::Block, shape, span.start as usize, column)?;
            }
        }
        self.leaf(style, span).map(|_| ())
    }

    /// Takes the dash of a block sequence at a column.
    fn dash(&mut self, at: usize, column: usize) -> Option<()> {
        self.close_to(column)?;
        match self.open.last() {
            Some(Open { shape: Shape::Sequence { dash }, column: own, .. }) if *own == column => {
                if dash.is_some() {
                    self.empty()?;
                }
            }
            // A sequence may stand in its mapping's own column.
            Some(Open { shape: Shape::Mapping { key: Some(_) }, .. }) => {
                self.sequence(at, column)?
            }
            Some(Open { shape: Shape::Sequence { dash: Some(_) }, .. }) => {
                self.sequence(at, column)?;
            }
            None if self.doc.roots.is_empty() => self.sequence(at, column)?,
            _ => return None,
        }
        if let Some(Open { shape: Shape::Sequence { dash }, .. }) = self.open.last_mut() {
            *dash = Some(at);
        }
        self.cursor = at + 1;
        Some(())
    }

    fn sequence(&mut self, at: usize, column: usize) -> Option<()> {
        self.push_open(Style::Block, Shape::Sequence { dash: None }, at, column)
    }

    /// Closes the collections whose columns are behind this one.
    fn close_to(&mut self, column: usize) -> Option<()> {
        while self.open.last().is_some_and(|open| open.column > column) {
            self.close()?;
        }
        Some(())
    }

    fn is_due(&self) -> bool {
        match self.open.last() {
            Some(Open { shape: Shape::Mapping { key }, .. }) => key.is_some(),
            Some(Open { shape: Shape::Sequence { dash }, .. }) => dash.is_some(),
            None => false,
        }
    }

    /// Takes nothing for the value that is due.
    fn empty(&mut self) -> Option<()> {
        if self.anchor.is_some() {
            return None;
        }
        self.leaf(ScalarStyle::Plain, Span::empty(self.cursor)).map(|_| ())
    }

    /// Closes the innermost collection at the cursor.
    fn close(&mut self) -> Option<()> {
        if self.open.last().is_some_and(|open| open.style == Style::Block) && self.is_due() {
            self.empty()?;
        }
        let open = self.open.pop()?;
        let kind = match open.shape {
            Shape::Mapping { .. } => {
                let entries: Box<[Entry]> = self.entries.drain(open.first..).collect();
                if !duplicates(&self.doc, &entries).is_empty() {
                    return None;
                }
                Kind::Mapping { style: open.style, entries }
            }
            Shape::Sequence { .. } => Kind::Sequence {
                style: open.style,
                items: self.items.drain(open.first..).collect(),
            },
        };
        self.doc.complete(open.node, kind, self.cursor);
        self.done(open.node);
        self.close_anchor(open.anchor);
        Some(())
    }

    fn push_open(&mut self, style: Style, shape: Shape, at: usize, column: usize) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        let kind = match shape {
            Shape::Mapping { .. } => Kind::Mapping { style, entries: Box::default() },
            Shape::Sequence { .. } => Kind::Sequence { style, items: Box::default() },
        };
        let anchor = self.anchor.and_then(|span| self.name_of(span));
        let node = self.push(kind, Span::empty(at));
        let first = match shape {
            Shape::Mapping { .. } => self.entries.len(),
            Shape::Sequence { .. } => self.items.len(),
        };
        self.open.push(Open { node, column, style, shape, first, anchor });
        Some(())
    }

    fn leaf(&mut self, style: ScalarStyle, span: Span) -> Option<NodeId> {
        let anchor = self.anchor.and_then(|span| self.name_of(span));
        let id = self.push(Kind::Scalar(style), span);
        self.cursor = span.end as usize;
        self.done(id);
        self.close_anchor(anchor);
        Some(id)
    }

    /// Adds a node to the arena and to its sequence, if it is an item.
    fn push(&mut self, kind: Kind, span: Span) -> NodeId {
        let id = self.doc.next_id();
        let is_alias = matches!(kind, Kind::Alias { .. });
        let anchor = self.anchor.take().and_then(|span| {
            let name = self.name_of(span)?;
            let anchored = Anchored { node: id, before: self.expanded, size: None };
            self.anchors.insert(name, anchored);
            Some(Box::new(Named { name: name.into(), span }))
        });
        self.expanded = self.expanded.saturating_add(u64::from(!is_alias));
        let parent = self.open.last_mut().map(|open| {
            if let Shape::Sequence { dash } = &mut open.shape
                && let Some(dash) = dash.take()
            {
                let start = u32::try_from(dash).unwrap_or(u32::MAX);
                self.items.push(Item { start, value: id });
            }
            open.node
        });
        if parent.is_none() {
            self.doc.roots.push(id);
        }
        let is_verbatim = match kind {
            Kind::Scalar(ScalarStyle::Plain) => true,
            Kind::Scalar(style) => decode::is_verbatim(self.text, span, style),
            _ => false,
        };
        self.doc.nodes.push(Node { kind, span, anchor, tag: None, parent, is_verbatim });
        id
    }

    /// Takes note that a node is complete: it becomes its mapping's key or value.
    fn done(&mut self, id: NodeId) {
        if let Some(Open { shape: Shape::Mapping { key }, .. }) = self.open.last_mut() {
            match key.take() {
                None => *key = Some(id),
                Some(key) => self.entries.push(Entry { key, value: id }),
            }
        }
    }

    fn close_anchor(&mut self, name: Option<&'t str>) {
        if let Some(anchored) = name.and_then(|name| self.anchors.get_mut(name)) {
            anchored.size = Some(self.expanded.saturating_sub(anchored.before));
        }
    }

    fn name_of(&self, anchor: Span) -> Option<&'t str> {
        self.text.get(anchor.start as usize + 1..anchor.end as usize)
    }

    fn comment(&mut self, at: usize, end: usize) {
        self.doc.comments.push(Span::new(at, end));
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
    }

    fn skip_spaces(&self, at: usize, end: usize) -> usize {
        let rest = self.bytes.get(at..end).unwrap_or_default();
        at + rest.iter().take_while(|byte| **byte == b' ').count()
    }

    fn without_spaces(&self, at: usize, end: usize) -> usize {
        let text = self.bytes.get(at..end).unwrap_or_default();
        end - text.iter().rev().take_while(|byte| **byte == b' ').count()
    }

    /// Whether a space or the line's end stands here.
    fn is_blank(&self, at: usize, end: usize) -> bool {
        at >= end || self.bytes.get(at) == Some(&b' ')
    }

    fn starts_with(&self, at: usize, bytes: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(bytes))
    }
}

#[cfg(test)]
mod tests;
