//! From events to the tree: finds what the events leave unsaid (dashes, block scalars' headers,
//! empty values, ends of block collections), and reports duplicate keys and alias bombs.
//!
//! The builder keeps a cursor behind the last token that it knows of. Between two tokens stand
//! only blanks, line ends and comments, so that the next indicator is found by walking forward.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::text::span::Span;
use crate::yaml::common;
use crate::yaml::decode;
use crate::yaml::document::{
    Document, Entry, Item, Kind, MAX_EXPANDED_NODES, Named, Node, NodeId, ScalarStyle, Style,
    SyntaxError, SyntaxErrorKind,
};
use crate::yaml::events::{Event, Events, Start};
use crate::yaml::lines::skip_trivia;

/// Up to this many keys a mapping is searched for duplicates pair by pair.
const FEW_KEYS: usize = 8;

/// Parses a file; see [`Document::parse`].
pub(super) fn parse(text: &Arc<str>) -> (Document, Vec<SyntaxError>) {
    match common::parse(text) {
        Some(doc) => (doc, Vec::new()),
        None => parse_events(text),
    }
}

/// Parses a file by the parser's events, whatever YAML it is.
pub(super) fn parse_events(text: &Arc<str>) -> (Document, Vec<SyntaxError>) {
    let mut builder = Builder::new(text);
    for event in Events::new(text) {
        match event {
            Ok(event) => builder.event(event),
            Err(error) => builder.errors.push(error),
        }
    }
    builder.finish()
}

/// Gives the keys of a mapping that an earlier one of its keys is equal to.
pub(super) fn duplicates(doc: &Document, entries: &[Entry]) -> Vec<NodeId> {
    let keys = entries.iter().filter_map(|entry| Some((entry.key, doc.value(entry.key)?)));
    let mut twice = Vec::new();
    if entries.len() <= FEW_KEYS {
        let mut seen: [Option<Cow<'_, str>>; FEW_KEYS] = Default::default();
        for ((key, value), at) in keys.zip(0..) {
            if seen.iter().take(at).any(|other| other.as_ref() == Some(&value)) {
                twice.push(key);
            }
            if let Some(slot) = seen.get_mut(at) {
                *slot = Some(value);
            }
        }
    } else {
        let mut seen = HashSet::with_capacity(entries.len());
        for (key, value) in keys {
            if !seen.insert(value) {
                twice.push(key);
            }
        }
    }
    twice
}

struct Builder<'t> {
    text: &'t str,
    doc: Document,
    errors: Vec<SyntaxError>,
    /// Open collections, outermost first.
    open: Vec<Open>,
    /// Pairs and items of the open collections: each owns those from its `first` on.
    entries: Vec<Entry>,
    items: Vec<Item>,
    anchors: HashMap<usize, Anchored>,
    /// Behind the last token.
    cursor: usize,
    /// Nodes so far, those that aliases expand to included.
    expanded: u64,
    /// Whether an alias bomb of this document is reported already.
    bomb: bool,
}

struct Open {
    node: NodeId,
    shape: Shape,
    style: Style,
    /// Index of its first pair or item.
    first: usize,
    anchor: Option<usize>,
}

enum Shape {
    Mapping { key: Option<NodeId> },
    Sequence,
}

struct Anchored {
    node: NodeId,
    /// [`Builder::expanded`] before the node.
    before: u64,
    /// How many nodes it expands to; none while it is open.
    size: Option<u64>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t Arc<str>) -> Self {
        Self {
            text,
            doc: Document::empty(text),
            errors: Vec::new(),
            open: Vec::new(),
            entries: Vec::new(),
            items: Vec::new(),
            anchors: HashMap::new(),
            cursor: 0,
            expanded: 0,
            bomb: false,
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Comment(span) => self.doc.comments.push(span),
            Event::Document(marker) => {
                self.cursor = marker.map_or(self.cursor, |marker| marker.end as usize);
                self.expanded = 0;
                self.bomb = false;
            }
            Event::Scalar(start, style) => {
                let dash = self.indicator(start.span);
                self.cursor = start.span.end as usize;
                self.leaf(dash, Kind::Scalar(style), start.span, start);
            }
            Event::Block { start, style, indent } => self.block_scalar(start, style, indent),
            Event::Empty(start) => {
                let is_key = self.key_is_due();
                let dash = self.indicator(start.span);
                if is_key || start.tag.is_some() || start.anchor.is_some() {
                    self.cursor = self.cursor.max(start.span.start as usize);
                }
                let span = Span::empty(self.cursor);
                self.leaf(dash, Kind::Scalar(ScalarStyle::Plain), span, start);
            }
            Event::Mapping(start, style) => {
                let dash = self.indicator(start.span);
                let at = start.span.start as usize;
                // An implicit pair in a flow sequence (`[a: b]`) has no brace.
                let brace = self.byte(at) == Some(b'{') && !start.span.is_empty();
                self.cursor = self.cursor.max(at + usize::from(brace));
                let kind = Kind::Mapping { style, entries: Box::default() };
                let id = self.push(dash, kind, Span::empty(at), start);
                let first = self.entries.len();
                let shape = Shape::Mapping { key: None };
                self.open.push(Open { node: id, shape, style, first, anchor: start.anchor });
            }
            Event::Sequence(start, style) => {
                let dash = self.indicator(start.span);
                let at = match style {
                    Style::Flow => start.span.start as usize,
                    // The event may stand behind the first dash.
                    Style::Block => {
                        self.skip_properties();
                        self.cursor
                    }
                };
                self.cursor = at + usize::from(style == Style::Flow);
                let kind = Kind::Sequence { style, items: Box::default() };
                let id = self.push(dash, kind, Span::empty(at), start);
                let first = self.items.len();
                let shape = Shape::Sequence;
                self.open.push(Open { node: id, shape, style, first, anchor: start.anchor });
            }
            Event::End(span) => {
                if !span.is_empty() && self.bracket_is_open(span) {
                    self.cursor = span.end as usize;
                }
                self.close();
            }
            Event::Alias(span, anchor) => self.alias(span, anchor),
            Event::Anchor(span) => {
                let named = self.named(span);
                if let Some(node) = self.doc.nodes.last_mut() {
                    node.anchor = Some(named);
                }
            }
        }
    }

    fn block_scalar(&mut self, start: Start, style: ScalarStyle, indent: Option<u32>) {
        let dash = self.indicator(start.span);
        self.skip_properties();
        let header = self.cursor;
        let indent = indent.unwrap_or(u32::MAX);
        let end = decode::block_end(self.text, header, indent as usize);
        self.cursor = end;
        let span = Span::new(header, end);
        let id = self.leaf(dash, Kind::Scalar(style), span, start);
        self.doc.block_indents.push((id, indent));
    }

    fn alias(&mut self, span: Span, anchor: Option<usize>) {
        let dash = self.indicator(span);
        self.cursor = span.end as usize;
        let name = self.slice(span).trim_start_matches('*').into();
        let anchored = anchor.and_then(|anchor| self.anchors.get(&anchor));
        let problem = match anchored {
            None => Some((SyntaxErrorKind::UndefinedAlias, "no anchor of this name stands above")),
            // Left without a target, so that a walk through aliases always ends.
            Some(Anchored { size: None, .. }) => {
                Some((SyntaxErrorKind::AliasBomb, "an alias stands inside the node it stands for"))
            }
            Some(Anchored { size: Some(size), .. }) => {
                self.expanded = self.expanded.saturating_add(*size);
                let too_much = self.expanded > MAX_EXPANDED_NODES && !self.bomb;
                self.bomb |= too_much;
                too_much.then_some((
                    SyntaxErrorKind::AliasBomb,
                    "aliases expand to more than a million nodes",
                ))
            }
        };
        let target = anchored.filter(|anchored| anchored.size.is_some()).map(|found| found.node);
        if let Some((kind, message)) = problem {
            self.errors.push(SyntaxError { span, message: message.to_owned(), kind });
        }
        let start = Start { span, tag: None, anchor: None };
        let id = self.push(dash, Kind::Alias { name, target }, span, start);
        self.done(id);
    }

    /// Adds a node without children.
    fn leaf(&mut self, dash: usize, kind: Kind, span: Span, start: Start) -> NodeId {
        let id = self.push(dash, kind, span, start);
        self.done(id);
        if let Some(anchor) = start.anchor {
            self.close_anchor(anchor);
        }
        id
    }

    /// Adds a node to the arena and to its sequence, if it is an item.
    fn push(&mut self, dash: usize, kind: Kind, span: Span, start: Start) -> NodeId {
        let id = self.doc.next_id();
        if let Some(anchor) = start.anchor {
            let anchored = Anchored { node: id, before: self.expanded, size: None };
            self.anchors.insert(anchor, anchored);
        }
        if !matches!(kind, Kind::Alias { .. }) {
            self.expanded = self.expanded.saturating_add(1);
        }
        let parent = self.open.last();
        match parent {
            None => self.doc.roots.push(id),
            Some(Open { shape: Shape::Sequence, style, .. }) => {
                let start = match style {
                    Style::Block => u32::try_from(dash).unwrap_or(u32::MAX),
                    Style::Flow => span.start,
                };
                self.items.push(Item { start, value: id });
            }
            Some(_) => {}
        }
        let parent = parent.map(|open| open.node);
        let tag = start.tag.map(|tag| self.named(tag));
        let is_verbatim = match kind {
            Kind::Scalar(style) => decode::is_verbatim(self.text, span, style),
            _ => false,
        };
        self.doc.nodes.push(Node { kind, span, anchor: None, tag, parent, is_verbatim });
        id
    }

    /// Takes note that a node is complete: it becomes its mapping's key or value.
    fn done(&mut self, id: NodeId) {
        let Some(Open { shape: Shape::Mapping { key }, .. }) = self.open.last_mut() else {
            return;
        };
        match key.take() {
            None => *key = Some(id),
            Some(key) => self.entries.push(Entry { key, value: id }),
        }
    }

    /// Closes the innermost collection at the cursor.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let end = self.cursor;
        match open.shape {
            Shape::Mapping { key } => {
                debug_assert!(key.is_none(), "a mapping closes between key and value");
                let entries: Box<[Entry]> = self.entries.drain(open.first..).collect();
                self.report_duplicates(&entries);
                let kind = Kind::Mapping { style: open.style, entries };
                self.doc.complete(open.node, kind, end);
            }
            Shape::Sequence => {
                let items = self.items.drain(open.first..).collect();
                let kind = Kind::Sequence { style: open.style, items };
                self.doc.complete(open.node, kind, end);
            }
        }
        self.done(open.node);
        if let Some(anchor) = open.anchor {
            self.close_anchor(anchor);
        }
    }

    fn close_anchor(&mut self, anchor: usize) {
        if let Some(anchored) = self.anchors.get_mut(&anchor) {
            anchored.size = Some(self.expanded.saturating_sub(anchored.before));
        }
    }

    fn report_duplicates(&mut self, entries: &[Entry]) {
        for key in duplicates(&self.doc, entries) {
            let name = self.doc.value(key).unwrap_or_default();
            let message = format!("the key `{name}` stands twice in this mapping");
            let span = self.doc.node(key).span;
            self.errors.push(SyntaxError { span, message, kind: SyntaxErrorKind::DuplicateKey });
        }
    }

    /// Ends the tree: what a malformed file leaves open is closed where it breaks off.
    fn finish(mut self) -> (Document, Vec<SyntaxError>) {
        while let Some(open) = self.open.last() {
            if let Shape::Mapping { key: Some(_) } = open.shape {
                let span = Span::empty(self.cursor);
                let start = Start { span, tag: None, anchor: None };
                self.leaf(self.cursor, Kind::Scalar(ScalarStyle::Plain), span, start);
            }
            self.close();
        }
        self.doc.comments.sort_unstable();
        self.doc.nodes.shrink_to_fit();
        self.errors.sort_by_key(|error| error.span);
        (self.doc, self.errors)
    }

    fn key_is_due(&self) -> bool {
        matches!(self.open.last(), Some(Open { shape: Shape::Mapping { key: None }, .. }))
    }

    /// Moves the cursor behind the indicator that announces the node at `next` (a dash, `?`, `:`
    /// or a comma), if there is one, and gives the indicator's offset.
    fn indicator(&mut self, next: Span) -> usize {
        let Some(open) = self.open.last() else { return self.cursor };
        let from = self.cursor;
        let flow = open.style == Style::Flow;
        let value_is_due = matches!(open.shape, Shape::Mapping { key: Some(_) });
        let sequence = matches!(open.shape, Shape::Sequence);
        self.skip_trivia();
        if flow && !value_is_due && self.byte(self.cursor) == Some(b',') {
            self.cursor += 1;
            return self.cursor - 1;
        }
        let after = self.cursor + 1;
        let announces_nothing =
            self.is_blank(after) || flow && matches!(self.byte(after), Some(b',' | b'}' | b']'));
        let found = match self.byte(self.cursor) {
            // A plain scalar may start like an indicator (`:a`); behind one that announces
            // nothing there is a blank or a flow collection's next part.
            _ if self.cursor >= next.start as usize && !announces_nothing => false,
            Some(b':') => value_is_due,
            Some(b'-') => sequence && !flow,
            Some(b'?') => !sequence && !value_is_due && self.is_blank(after),
            _ => false,
        };
        let at = self.cursor;
        self.cursor = if found { at + 1 } else { from };
        at
    }

    /// Moves the cursor over blanks, line ends and comments.
    fn skip_trivia(&mut self) {
        self.cursor = skip_trivia(self.text, self.cursor);
    }

    /// Moves the cursor to what stands after a tag and an anchor, and at the top of a document
    /// after the end of the one before.
    fn skip_properties(&mut self) {
        loop {
            self.skip_trivia();
            let rest = self.text.get(self.cursor..).unwrap_or_default();
            self.cursor += match rest.as_bytes().first() {
                Some(b'!' | b'&') => rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len()),
                Some(b'.') if self.open.is_empty() && rest.starts_with("...") => 3,
                Some(_) if rest.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
                _ => return,
            };
        }
    }

    fn bracket_is_open(&self, end: Span) -> bool {
        matches!(self.slice(end), "}" | "]")
            && self.open.last().is_some_and(|open| open.style == Style::Flow)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn is_blank(&self, at: usize) -> bool {
        self.byte(at).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
    }

    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn named(&self, span: Span) -> Box<Named> {
        let name = self.slice(span).get(1..).unwrap_or_default().into();
        Box::new(Named { name, span })
    }
}
