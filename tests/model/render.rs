//! Spells a tree as YAML: block or flow, plain or quoted, with comments, blank lines and either
//! line end. The names stay apart from the text around them, so that a file can be written with
//! other names.

use crate::choices::Choices;
use crate::project::{Names, Piece, Text, spelled};
use crate::spell::Node;

/// Spells a file.
pub(crate) fn file(node: &Node, names: &Names, choices: &mut Choices) -> Text {
    let step = *choices.pick(&[2, 2, 4]);
    let is_zero = choices.chance(40);
    let flow = *choices.pick(&[10, 0, 30, 60]);
    let has_comments = choices.chance(50);
    let crlf = choices.chance(15);
    let mut out = Out {
        names,
        choices,
        step,
        is_zero,
        flow,
        has_comments,
        is_text: false,
        pieces: Text::new(),
    };
    if out.choices.chance(10) {
        out.put("---\n");
    }
    out.comment_line(0);
    match node {
        Node::Map(entries) if !entries.is_empty() => out.block_map(entries, 0),
        _ => out.put("{}\n"),
    }
    let mut pieces = out.pieces;
    if choices.chance(10)
        && let Some(Piece::Text(last)) = pieces.last_mut()
    {
        last.truncate(last.trim_end_matches('\n').len());
    }
    for piece in &mut pieces {
        if let Piece::Text(text) = piece
            && crlf
        {
            *text = text.replace('\n', "\r\n");
        }
    }
    pieces
}

struct Out<'a> {
    names: &'a Names,
    choices: &'a mut Choices,
    step: usize,
    /// Whether a list stands below its key without indentation.
    is_zero: bool,
    /// In so many of a hundred cases a collection is in flow style.
    flow: usize,
    has_comments: bool,
    /// Whether the line is a block scalar's, in which all is text.
    is_text: bool,
    pieces: Text,
}

impl Out<'_> {
    fn put(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    fn put_text(&mut self, text: &Text, escape: impl Fn(&str) -> String) {
        for piece in text {
            match piece {
                Piece::Text(text) => self.put(&escape(text)),
                name => self.pieces.push(name.clone()),
            }
        }
    }

    fn indent(&mut self, indent: usize) {
        self.put(&" ".repeat(indent));
    }

    fn comment_line(&mut self, indent: usize) {
        if self.has_comments && self.choices.chance(12) {
            let comment = *self.choices.pick(&["# the db", "#", "# web: {db: on}", "#db", ""]);
            if !comment.is_empty() {
                self.indent(indent);
            }
            self.put(comment);
            self.put("\n");
        }
    }

    /// Ends a line, with a comment now and then.
    fn end(&mut self) {
        if std::mem::take(&mut self.is_text) {
        } else if self.has_comments && self.choices.chance(12) {
            let comment = *self.choices.pick(&[" # db", "  # my_db, web", " #"]);
            self.put(comment);
        } else if self.choices.chance(2) {
            self.put("  ");
        }
        self.put("\n");
    }

    fn block_map(&mut self, entries: &[(Text, Node)], indent: usize) {
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.comment_line(indent);
            }
            self.indent(indent);
            self.entry(key, value, indent);
        }
    }

    /// A key with its value, from the key on.
    fn entry(&mut self, key: &Text, value: &Node, indent: usize) {
        if *key == crate::project::text("<<") {
            self.put("<<");
        } else {
            self.scalar(key, Place::Key, indent);
        }
        self.put(":");
        self.value(value, indent, false);
    }

    /// What stands behind a colon or a dash.
    fn value(&mut self, value: &Node, indent: usize, is_item: bool) {
        match value {
            Node::Null => {
                let null = *self.choices.pick(&["", " ~", " null"]);
                self.put(null);
                self.end();
            }
            Node::Scalar(text) => {
                self.put(" ");
                self.scalar(text, Place::Block, indent);
                self.end();
            }
            Node::Alias(name) => {
                self.put(&format!(" *{name}"));
                self.end();
            }
            Node::Anchor(name, inner) => {
                self.put(&format!(" &{name}"));
                self.value(inner, indent, is_item);
            }
            Node::List(items) => {
                if items.is_empty() || self.choices.chance(self.flow) {
                    self.put(" ");
                    self.flow(value, indent);
                    self.end();
                    return;
                }
                self.end();
                let inner = if self.is_zero && !is_item { indent } else { indent + self.step };
                for item in items {
                    self.comment_line(inner);
                    self.indent(inner);
                    self.put("-");
                    match item {
                        // A compact mapping.
                        Node::Map(entries) if !entries.is_empty() && !self.choices.chance(30) => {
                            self.put(" ");
                            let (key, value) = &entries[0];
                            self.entry(key, value, inner + 2);
                            for (key, value) in &entries[1..] {
                                self.indent(inner + 2);
                                self.entry(key, value, inner + 2);
                            }
                        }
                        item => self.value(item, inner, true),
                    }
                }
            }
            Node::Map(entries) => {
                if entries.is_empty() || self.choices.chance(self.flow) {
                    self.put(" ");
                    self.flow(value, indent);
                    self.end();
                    return;
                }
                self.end();
                self.block_map(entries, indent + self.step);
            }
        }
    }

    fn flow(&mut self, node: &Node, indent: usize) {
        match node {
            Node::Null => {
                let null = *self.choices.pick(&["null", "~"]);
                self.put(null);
            }
            Node::Scalar(text) => self.scalar(text, Place::Flow, indent),
            Node::Alias(name) => self.put(&format!("*{name} ")),
            Node::Anchor(name, inner) => {
                self.put(&format!("&{name} "));
                self.flow(inner, indent);
            }
            Node::List(items) => {
                let blank = self.open("[", items.len(), indent);
                for (at, item) in items.iter().enumerate() {
                    self.separate(at, &blank);
                    self.flow(item, indent);
                }
                self.close("]", items.len(), &blank);
            }
            Node::Map(entries) => {
                let blank = self.open("{", entries.len(), indent);
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.separate(at, &blank);
                    if *key == crate::project::text("<<") {
                        self.put("<<");
                    } else {
                        self.scalar(key, Place::FlowKey, indent);
                    }
                    self.put(": ");
                    self.flow(value, indent);
                }
                self.close("}", entries.len(), &blank);
            }
        }
    }

    /// Opens a flow collection; gives the blanks or line breaks around its items.
    fn open(&mut self, bracket: &str, length: usize, indent: usize) -> String {
        self.put(bracket);
        if length > 0 && self.choices.chance(15) {
            return format!("\n{}", " ".repeat(indent + self.step));
        }
        (*self.choices.pick(&["", "", " "])).to_owned()
    }

    fn separate(&mut self, at: usize, blank: &str) {
        let is_broken = blank.starts_with('\n');
        if at > 0 {
            let comma = if is_broken { "," } else { *self.choices.pick(&[", ", ", ", " , "]) };
            self.put(comma);
        }
        if at == 0 || is_broken {
            self.put(blank);
        }
    }

    fn close(&mut self, bracket: &str, length: usize, blank: &str) {
        if length > 0 {
            if self.choices.chance(5) {
                self.put(",");
            }
            self.put(blank);
        }
        self.put(bracket);
    }

    fn scalar(&mut self, text: &Text, place: Place, indent: usize) {
        let value = spelled(text, self.names);
        let is_key = matches!(place, Place::Key | Place::FlowKey);
        let may_break = place == Place::Block && value.contains(' ');
        let style = if is_key {
            *self.choices.pick(&[0, 0, 0, 0, 0, 0, 1, 2])
        } else {
            *self.choices.pick(&[0, 0, 0, 0, 1, 2, 1, 2, 3, 4])
        };
        match style {
            // It is no string.
            _ if value == "true" => self.put(&value),
            0 if is_plain(&value, place) => self.put_text(text, str::to_owned),
            3 if may_break => {
                let header = *self.choices.pick(&["|-\n", ">-\n"]);
                self.put(header);
                self.is_text = true;
                self.indent(indent + self.step);
                self.put_text(text, str::to_owned);
            }
            // A folded value: a line break is a blank.
            4 if may_break && !value.contains(": ") && is_plain(&value, place) => {
                let fold = format!("\n{}", " ".repeat(indent + self.step));
                self.put_text(text, |part| part.replacen(' ', &fold, 1));
            }
            1 => {
                self.put("'");
                self.put_text(text, |part| part.replace('\'', "''"));
                self.put("'");
            }
            _ => {
                self.put("\"");
                self.put_text(text, |part| part.replace('\\', "\\\\").replace('"', "\\\""));
                self.put("\"");
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Key,
    FlowKey,
    Block,
    Flow,
}

/// Whether a value means itself without quotes, in YAML 1.1 and 1.2.
fn is_plain(value: &str, place: Place) -> bool {
    let words = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let is_flow = matches!(place, Place::Flow | Place::FlowKey);
    let begins = value.starts_with(|ch: char| ch.is_ascii_alphabetic() || "./$".contains(ch));
    // `1e3`, `12:30`, `.5` and the like are numbers to some reader.
    let is_number = value.starts_with('.') && !value.starts_with("./") && value != ".";
    // `true` is meant as such.
    let is_word = words.contains(&value.to_lowercase().as_str()) && value != "true";
    begins
        && !is_number
        && !is_word
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.ends_with([':', ' '])
        && !(is_flow && value.contains([',', '[', ']', '{', '}', ':', '?']))
}
