//! Writes a [`Value`] as YAML, in block or flow style.
//!
//! Recursive over the depth of the value to be written, which is that of a Compose file's part at
//! most and within the parser's cap.

use crate::yaml::document::{Document, Kind, NodeId, ScalarStyle, Style};
use crate::yaml::patch::layout::{is_json, mapping_step, sequence_step};
use crate::yaml::patch::{Refusal, Value};
use crate::yaml::scalar::{Plain, plain, spell};

/// How values are written around one node.
pub(super) struct Renderer<'d> {
    doc: &'d Document,
    /// How much deeper a mapping's own mapping is indented.
    step: usize,
    /// How much deeper a mapping's own sequence is indented.
    dash: usize,
    /// Style of new keys and strings.
    strings: ScalarStyle,
}

impl<'d> Renderer<'d> {
    /// Looks at the layout near a node.
    pub(super) fn near(doc: &'d Document, id: NodeId) -> Self {
        let strings = if is_json(doc, id) { ScalarStyle::Double } else { ScalarStyle::Plain };
        Self { doc, step: mapping_step(doc, id), dash: sequence_step(doc, id), strings }
    }

    /// Writes strings in another style.
    pub(super) fn with_strings(self, strings: ScalarStyle) -> Self {
        Self { strings, ..self }
    }

    /// Writes a pair as lines whose key stands at `column`.
    pub(super) fn entry(
        &self,
        key: &str,
        value: &Value,
        column: usize,
    ) -> Result<Vec<String>, Refusal> {
        let key = spell(key, self.strings, false);
        let mut lines = self.under_key(value, column)?;
        let first = format!("{}{key}:{}", " ".repeat(column), lines.first);
        lines.rest.insert(0, first);
        Ok(lines.rest)
    }

    /// Writes the value of a key at `column`: what stands behind the colon, and the lines below.
    pub(super) fn under_key(&self, value: &Value, column: usize) -> Result<Lines, Refusal> {
        let below = match value {
            Value::Map(pairs) if !pairs.is_empty() => column + self.step,
            Value::List(items) if !items.is_empty() => column + self.dash,
            _ => {
                let inline = self.inline(value, Style::Block)?;
                let blank = if inline.is_empty() { "" } else { " " };
                return Ok(Lines { first: format!("{blank}{inline}"), rest: Vec::new() });
            }
        };
        Ok(Lines { first: String::new(), rest: self.block(value, below)? })
    }

    /// Writes a sequence's item as lines whose dash stands at `column`, and its value `gap`
    /// columns after it.
    pub(super) fn item(
        &self,
        value: &Value,
        column: usize,
        gap: usize,
    ) -> Result<Vec<String>, Refusal> {
        let mut lines = self.block(value, column + 1 + gap)?;
        if let Some(first) = lines.first_mut() {
            let content = first.trim_start_matches(' ');
            let gap = if content.is_empty() { 0 } else { gap };
            *first = format!("{}-{}{content}", " ".repeat(column), " ".repeat(gap));
        }
        Ok(lines)
    }

    /// Writes a value as lines that start at `column`.
    pub(super) fn block(&self, value: &Value, column: usize) -> Result<Vec<String>, Refusal> {
        let mut lines = Vec::new();
        match value {
            Value::Map(pairs) if !pairs.is_empty() => {
                for (key, value) in pairs {
                    lines.extend(self.entry(key, value, column)?);
                }
            }
            Value::List(items) if !items.is_empty() => {
                for item in items {
                    lines.extend(self.item(item, column, 1)?);
                }
            }
            _ => lines.push(format!("{}{}", " ".repeat(column), self.inline(value, Style::Block)?)),
        }
        Ok(lines)
    }

    /// Writes a pair of a flow mapping.
    pub(super) fn flow_entry(&self, key: &str, value: &Value) -> Result<String, Refusal> {
        Ok(format!("{}: {}", spell(key, self.strings, true), self.inline(value, Style::Flow)?))
    }

    /// Writes a value on one line. In block style the empty value is nothing at all.
    pub(super) fn inline(&self, value: &Value, around: Style) -> Result<String, Refusal> {
        Ok(match value {
            Value::Null if around == Style::Block => String::new(),
            Value::Null => "null".to_owned(),
            Value::String(string) => spell(string, self.strings, around == Style::Flow),
            Value::Verbatim(id) => self.verbatim(*id, around)?,
            Value::List(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.inline(item, Style::Flow)).collect();
                format!("[{}]", items?.join(", "))
            }
            Value::Map(pairs) => {
                let pairs: Result<Vec<_>, _> =
                    pairs.iter().map(|(key, value)| self.flow_entry(key, value)).collect();
                format!("{{{}}}", pairs?.join(", "))
            }
        })
    }

    /// Copies a scalar's spelling with its tag. One that can't stand on one line here is a string
    /// for each reader, and is spelled anew.
    fn verbatim(&self, id: NodeId, around: Style) -> Result<String, Refusal> {
        let id = self.doc.resolve(id);
        let node = self.doc.node(id);
        let (Kind::Scalar(style), Some(value)) = (&node.kind, self.doc.value(id)) else {
            return Err(Refusal::of(self.doc, id, "only a scalar can be copied as it is spelled"));
        };
        let in_flow = around == Style::Flow;
        let source = self.doc.text().get(node.span.range()).unwrap_or_default();
        let many_lines = source.contains(['\n', '\r']);
        let spelling = match style {
            ScalarStyle::Plain if source.is_empty() => self.inline(&Value::Null, around)?,
            ScalarStyle::Plain if !many_lines && plain(source, in_flow) != Plain::Broken => {
                source.to_owned()
            }
            ScalarStyle::Single | ScalarStyle::Double if !many_lines => source.to_owned(),
            _ => spell(&value, ScalarStyle::Double, in_flow),
        };
        Ok(match &node.tag {
            Some(tag) => format!("!{} {spelling}", tag.name),
            None => spelling,
        })
    }
}

/// A value under a key: the rest of the key's line, and the lines below it.
pub(super) struct Lines {
    pub(super) first: String,
    pub(super) rest: Vec<String>,
}
