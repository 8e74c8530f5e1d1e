//! The tree of one YAML file: an arena of nodes with byte spans.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::text::span::Span;
use crate::yaml::{build, decode};

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

/// A parsed YAML file: all of its documents (`---`) in one arena.
///
/// `Debug` shows no text: it may hold secrets.
#[derive(Clone)]
pub struct Document {
    text: Arc<str>,
    /// Invariant: in order of the text, so that a parent stands before its children.
    pub(super) nodes: Vec<Node>,
    pub(super) roots: Vec<NodeId>,
    pub(super) comments: Vec<Span>,
    /// Columns at which the contents of block scalars start. Invariant: ascending by node.
    pub(super) block_indents: Vec<(NodeId, u32)>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Document");
        out.field("bytes", &self.text.len()).field("nodes", &self.nodes).finish_non_exhaustive()
    }
}

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is, with its children.
    pub kind: Kind,
    /// Its own bytes, without tag and anchor. A quoted scalar's quotes, a flow collection's
    /// brackets and a block scalar's header are inside; a block collection reaches from its first
    /// key or dash to the end of its last descendant; a block scalar ends after its last
    /// content line's text (line feed left out); an empty scalar is an empty span.
    pub span: Span,
    /// `&name`, sigil inside the span.
    pub anchor: Option<Box<Named>>,
    /// `!tag`, sigil inside the span.
    pub tag: Option<Box<Named>>,
    /// The mapping or sequence that holds it; a root has none.
    pub parent: Option<NodeId>,
    /// Whether it is a scalar whose value stands in the text as it is, but for quotes around it.
    pub(super) is_verbatim: bool,
}

/// A name that stands in the text with a sigil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name without its sigil (`!reset` is `reset`, `!!str` is `!str`).
    pub name: Box<str>,
    /// Where it stands, sigil included.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A scalar in one of YAML's five styles.
    Scalar(ScalarStyle),
    /// Keys and values in order.
    Mapping {
        /// Block, or flow (`{}`).
        style: Style,
        /// Pairs in order of the text; duplicate keys are kept, and reported as errors.
        entries: Box<[Entry]>,
    },
    /// Items in order.
    Sequence {
        /// Block, or flow (`[]`).
        style: Style,
        /// Items in order of the text.
        items: Box<[Item]>,
    },
    /// `*name`; `target` is the anchored node, none where it is undefined, or
    /// where the alias stands inside the node it names.
    Alias {
        /// Name without the star.
        name: Box<str>,
        /// The node that bears the anchor, always earlier in the text.
        target: Option<NodeId>,
    },
}

/// A mapping's pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, nearly always a scalar.
    pub key: NodeId,
    /// The value; an empty scalar where nothing stands.
    pub value: NodeId,
}

/// A sequence's item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Offset of the dash; in a flow sequence, of the value.
    pub start: u32,
    /// The item itself.
    pub value: NodeId,
}

/// Style of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// By indentation.
    Block,
    /// By brackets.
    Flow,
}

/// Style of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// No quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// Why a file, or a part of it, is not YAML that we can work on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What is wrong, without a full stop.
    pub message: String,
    /// Which class of error.
    pub kind: SyntaxErrorKind,
}

/// Classes of [`SyntaxError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// The parser gave up here; what stands before is in the tree.
    Malformed,
    /// A key stands twice in one mapping; both are in the tree.
    DuplicateKey,
    /// `*name` without `&name`.
    UndefinedAlias,
    /// Aliases expand to more nodes than [`MAX_EXPANDED_NODES`].
    AliasBomb,
}

/// Nodes that a document may have once its aliases are expanded.
pub const MAX_EXPANDED_NODES: u64 = 1_000_000;

impl Document {
    /// Parses a file. Where it is malformed the tree holds what stands before the error.
    #[must_use]
    pub fn parse(text: &Arc<str>) -> (Self, Vec<SyntaxError>) {
        build::parse(text)
    }

    /// Gives the text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Gives the top node of each document in the file.
    #[must_use]
    pub fn roots(&self) -> &[NodeId] {
        &self.roots
    }

    /// Gives the spans of all comments in order, `#` included, line end left out.
    #[must_use]
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// Gives a node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Gives every node in order of the text.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (NodeId(u32::try_from(at).unwrap_or(u32::MAX)), node))
    }

    /// Tells whether a node is reached by an alias too.
    #[must_use]
    pub fn is_shared(&self, id: NodeId) -> bool {
        let reaches = |node: &Node| matches!(&node.kind, Kind::Alias { target: Some(target), .. } if *target == id);
        self.node(id).anchor.is_some() && self.nodes().any(|(_, node)| reaches(node))
    }

    /// Follows an alias to the node it stands for; any other node is itself.
    #[must_use]
    pub fn resolve(&self, id: NodeId) -> NodeId {
        match &self.node(id).kind {
            Kind::Alias { target: Some(target), .. } => *target,
            _ => id,
        }
    }

    /// Gives a mapping's pairs (through an alias); nothing for another node.
    #[must_use]
    pub fn entries(&self, id: NodeId) -> &[Entry] {
        match &self.node(self.resolve(id)).kind {
            Kind::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// Gives a sequence's items (through an alias); nothing for another node.
    #[must_use]
    pub fn items(&self, id: NodeId) -> &[Item] {
        match &self.node(self.resolve(id)).kind {
            Kind::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// Finds a mapping's pair by key (through an alias of the mapping, not through `<<`).
    #[must_use]
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<Entry> {
        self.entries(mapping).iter().copied().find(|entry| self.is_value(entry.key, key))
    }

    /// Tells whether a scalar has a value (through an alias).
    #[must_use]
    pub fn is_value(&self, id: NodeId, value: &str) -> bool {
        match self.verbatim(id) {
            Some(own) => own == value,
            None => self.value(id).as_deref() == Some(value),
        }
    }

    /// Gives the value of a scalar that stands in the text as it is: nearly every one.
    fn verbatim(&self, id: NodeId) -> Option<&str> {
        let node = self.node(id);
        let Kind::Scalar(style) = node.kind else { return None };
        if !node.is_verbatim {
            return None;
        }
        let range = node.span.range();
        self.text.get(match style {
            ScalarStyle::Single | ScalarStyle::Double => range.start + 1..range.end - 1,
            _ => range,
        })
    }

    /// Gives a scalar's value with quotes, escapes and folding undone (through an alias); nothing
    /// for a collection.
    #[must_use]
    pub fn value(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let (id, style) = self.scalar(id)?;
        if let Some(value) = self.verbatim(id) {
            return Some(Cow::Borrowed(value));
        }
        Some(decode::value(&self.text, self.node(id).span, style, self.block_indent(id)))
    }

    /// Tells whether a scalar is null (through an alias): nothing at all, `~` or `null` without
    /// quotes (YAML 1.2.2 §10.2.1.1).
    #[must_use]
    pub fn is_null(&self, id: NodeId) -> bool {
        let Some((id, ScalarStyle::Plain)) = self.scalar(id) else { return false };
        let is_text = self.node(id).tag.as_ref().is_some_and(|tag| &*tag.name == "!str");
        let value = self.value(id).unwrap_or_default();
        !is_text && matches!(&*value, "" | "~" | "null" | "Null" | "NULL")
    }

    /// Maps a byte range of a scalar's value to the file, where those bytes stand there as they
    /// are in the value: none across a fold, an escape, a doubled quote or a block scalar's
    /// line break.
    #[must_use]
    pub fn value_span(&self, id: NodeId, range: std::ops::Range<usize>) -> Option<Span> {
        let (id, style) = self.scalar(id)?;
        decode::source_of(&self.text, self.node(id).span, style, self.block_indent(id), &range)
    }

    /// Makes a tree without nodes.
    pub(super) fn empty(text: &Arc<str>) -> Self {
        Self {
            text: Arc::clone(text),
            nodes: Vec::new(),
            roots: Vec::new(),
            comments: Vec::new(),
            block_indents: Vec::new(),
        }
    }

    /// Gives the id that the next node will have.
    pub(super) fn next_id(&self) -> NodeId {
        NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }

    /// Gives a collection its children and its end.
    pub(super) fn complete(&mut self, id: NodeId, kind: Kind, end: usize) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.kind = kind;
            node.span = Span::new(node.span.start as usize, end);
        }
    }

    /// Gives the column of a block scalar's content.
    pub(super) fn block_indent(&self, id: NodeId) -> usize {
        if !matches!(self.node(id).kind, Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded)) {
            return 0;
        }
        self.block_indents
            .binary_search_by_key(&id, |(node, _)| *node)
            .ok()
            .and_then(|at| self.block_indents.get(at))
            .map_or(0, |(_, indent)| *indent as usize)
    }

    fn scalar(&self, id: NodeId) -> Option<(NodeId, ScalarStyle)> {
        let id = self.resolve(id);
        match self.node(id).kind {
            Kind::Scalar(style) => Some((id, style)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Renders a tree: `{k: v}`, `[a]`, values quoted as Rust does, `~` where nothing stands.
    fn render(doc: &Document, id: NodeId) -> String {
        let node = doc.node(id);
        let mut out = String::new();
        for (named, sigil) in [(&node.tag, '!'), (&node.anchor, '&')] {
            if let Some(named) = named {
                out += &format!("{sigil}{} ", named.name);
            }
        }
        match &node.kind {
            Kind::Scalar(_) if node.span.is_empty() => out.push('~'),
            Kind::Scalar(_) => out += &format!("{:?}", doc.value(id).unwrap_or_default()),
            Kind::Alias { name, target } => {
                out += &format!("*{name}{}", if target.is_some() { "" } else { "?" });
            }
            Kind::Mapping { entries, .. } => {
                let pair = |entry: &Entry| {
                    format!("{}: {}", render(doc, entry.key), render(doc, entry.value))
                };
                out += &format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "));
            }
            Kind::Sequence { items, .. } => {
                let item = |item: &Item| format!("{}@{}", render(doc, item.value), item.start);
                out += &format!("[{}]", items.iter().map(item).collect::<Vec<_>>().join(", "));
            }
        }
        out
    }

    fn read(text: &str) -> (String, Vec<SyntaxErrorKind>) {
        let (doc, errors) = Document::parse(&Arc::from(text));
        assert_eq!(&**doc.text(), text);
        let roots = doc.roots().iter().map(|&root| render(&doc, root)).collect::<Vec<_>>();
        (roots.join(" --- "), errors.iter().map(|error| error.kind).collect())
    }

    #[test]
    fn trees() {
        let cases = [
            ("", ""),
            ("# only a comment\n", ""),
            ("a: 1\nb:\n", r#"{"a": "1", "b": ~}"#),
            ("k: !t &x # c\n- a\n- # c\n- b\n", r#"{"k": !t &x ["a"@13, ~@17, "b"@23]}"#),
            ("k:\n- - a\n  - b\n- c: d\n", r#"{"k": [["a"@5, "b"@11]@3, {"c": "d"}@15]}"#),
            ("- !s\n  - a\n  -\n- b\n", r#"[!s ["a"@7, ~@13]@0, "b"@15]"#),
            ("{a, b: , c: !t , ? d : e, : f}", r#"{"a": ~, "b": ~, "c": !t ~, "d": "e", ~: "f"}"#),
            ("[a: , b: c, ? d, ]", r#"[{"a": ~}@1, {"b": "c"}@6, {"d": ~}@12]"#),
            ("? a\n? b\n: v\n: w\n", r#"{"a": ~, "b": "v", ~: "w"}"#),
            ("k: &a\n  &b x: y\n", r#"{"k": &a {&b "x": "y"}}"#),
            ("a: &x 1\nb: *x\nc: *y\n", r#"{"a": &x "1", "b": *x, "c": *y?}"#),
            ("a: 1\n---\n- b\n...\n--- c\n", r#"{"a": "1"} --- ["b"@9] --- "c""#),
            ("\u{feff}a: é\n", r#"{"a": "é"}"#),
            ("a: !t &n # c\n  |-\n  x\nb: 2", r#"{"a": !t &n "x", "b": "2"}"#),
        ];
        for (text, tree) in cases {
            assert_eq!(read(text).0, tree, "{text:?}");
        }
    }

    /// What stands between the nodes is told by the builder alone.
    #[test]
    fn indicators() {
        for (text, tree) in [
            ("[{a: b}: c]\n", r#"[{{"a": "b"}: "c"}@1]"#),
            ("[a: b, {c: d}]\n", r#"[{"a": "b"}@1, {"c": "d"}@7]"#),
            ("{a, b: , ? c, ? d : e}\n", r#"{"a": ~, "b": ~, "c": ~, "d": "e"}"#),
            ("? a\n: - b\n  - ? c\n", r#"{"a": ["b"@6, {"c": ~}@12]}"#),
            ("- - a\n  -\n- -b\n- ?c\n- :d\n", r#"[["a"@2, ~@8]@0, "-b"@10, "?c"@15, ":d"@20]"#),
            ("a\n...\n!t b\n...\n&c d\n", r#""a" --- !t "b" --- &c "d""#),
            ("- ...x\n- .y\n", r#"["...x"@0, ".y"@7]"#),
        ] {
            assert_eq!(read(text), (tree.to_owned(), vec![]), "{text:?}");
        }
    }

    #[test]
    fn errors() {
        use SyntaxErrorKind::{AliasBomb, DuplicateKey, Malformed, UndefinedAlias};
        let many_keys = (0..50).map(|n| format!("k{n}: 1\n")).collect::<String>();
        let bomb = (0..9).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
            let ten = vec![format!("*a{n}"); 10].join(", ");
            format!("{text}a{}: &a{} [{ten}]\n", n + 1, n + 1)
        });
        let cases: &[(&str, &[SyntaxErrorKind])] = &[
            ("a: 1\na: 2\n", &[DuplicateKey]),
            ("a: 1\n'a': 2\n\"\\x61\": 3\n", &[DuplicateKey, DuplicateKey]),
            (&format!("{many_keys}\"k7\": 2\n"), &[DuplicateKey]),
            (&format!("{many_keys}\"k40\": 2\n"), &[DuplicateKey]),
            ("a: *b\n", &[UndefinedAlias]),
            ("a: &a [*a]\n", &[AliasBomb]),
            (&bomb, &[AliasBomb]),
            ("a: [1, 2\n", &[Malformed]),
            ("a: 1\0\n", &[Malformed]),
            ("a:\n  b\0c:\n  d:\n", &[Malformed]),
            ("a: 'b\0c' # d\0\n", &[Malformed]),
            (&"[".repeat(300), &[Malformed]),
            (&"- ".repeat(300), &[Malformed]),
            ("a: 1\n---\n\u{feff}b: 1\n", &[Malformed]),
            (&format!("{}a: 1\n", "# c\n".repeat(500)), &[]),
        ];
        for (text, errors) in cases {
            assert_eq!(read(text).1, *errors, "{text:?}");
        }
    }

    #[test]
    fn malformed_file_keeps_what_stands_before() {
        let (tree, errors) = read("a: {b: 1\nc: [d, \"e");
        assert_eq!(tree, r#"{"a": {"b": "1 c"}}"#);
        assert_eq!(errors, [SyntaxErrorKind::Malformed]);
    }

    #[test]
    fn ends_of_nodes() {
        let cases = [
            // The text, and that of the first document's first value.
            ("a:\n  b: 1\n  c:   # x\n\n# y\nd: 1\n", "b: 1\n  c:"),
            ("a:\n- 1\n-\n# y\n", "- 1\n-"),
            ("a: |  # h\n\n  x\n   y\n  \n\n# c\nb: 1\n", "|  # h\n\n  x\n   y"),
            ("a: >+\n\n \nb: 1\n", ">+"),
            ("a: \"x\"   # c\n", "\"x\""),
            ("a: x\n  y  \n\nb: 1\n", "x\n  y"),
            ("a: [b, # c\n c] # d\n", "[b, # c\n c]"),
            ("a:\r\n  b: |\r\n    x\r\n\r\nc: 1\r\n", "b: |\r\n    x"),
        ];
        for (text, end) in cases {
            let (doc, _) = Document::parse(&Arc::from(text));
            let value = doc.get(doc.roots()[0], "a").map(|entry| doc.node(entry.value).span);
            assert_eq!(value.and_then(|span| text.get(span.range())), Some(end), "{text:?}");
        }
    }
}
