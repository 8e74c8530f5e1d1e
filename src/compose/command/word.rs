//! Words of shell text: what is left of them without quotes and escapes, and their parts.
//!
//! Invariant: parts are in order and do not overlap; their ranges are bytes of the word's text.

use std::ops::Range;

use super::text::Text;
use crate::compose::interpolate::{self, Operator, Piece};

/// A word: its text without quotes and escapes, and the parts of it that are more than text.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub(super) text: Text,
    /// In order; ranges are bytes of `text`.
    pub(super) parts: Vec<Part>,
    /// Whether any of it stood in quotes.
    pub(super) quoted: bool,
}

/// A part of a word that the shell, or a template engine, replaces.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    pub(super) kind: PartKind,
}

/// What a part is.
#[derive(Clone, Debug)]
pub(super) enum PartKind {
    /// A variable, with the bytes of its default where it has one.
    Variable { name: String, default: Option<Range<usize>> },
    /// A command whose output stands here.
    Command(Text),
    /// Arithmetic, an expression of a template, a placeholder.
    Opaque,
}

impl Word {
    /// Makes a word of an argument list, in which no shell but Compose fills in variables.
    pub(super) fn of_list(text: Text) -> Self {
        let pieces = interpolate::pieces(text.as_str()).unwrap_or_default();
        let parts = pieces.into_iter().filter_map(|piece| {
            let Piece::Variable(variable) = piece else { return None };
            let name = text.as_str().get(variable.name.clone())?.to_owned();
            let default = variable.operator.filter(|(operator, _)| {
                matches!(operator, Operator::DefaultIfEmpty | Operator::DefaultIfUnset)
            });
            let kind = PartKind::Variable { name, default: default.map(|(_, rest)| rest) };
            Some(Part { range: variable.span, kind })
        });
        let parts = parts.collect();
        Self { text, parts, quoted: true }
    }

    /// Gives the word's text.
    pub(super) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// Gives the name of the variable that is all of a range of the word.
    pub(super) fn variable(&self, range: &Range<usize>) -> Option<&str> {
        let index = self.parts.partition_point(|part| part.range.start < range.start);
        self.parts.get(index).filter(|part| part.range == *range).and_then(Part::variable)
    }

    /// Gives a part of the word as a word of its own.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let inside = |part: &&Part| range.start <= part.range.start && part.range.end <= range.end;
        let shift = |at: &Range<usize>| at.start - range.start..at.end - range.start;
        let parts = self.parts.iter().filter(inside).map(|part| Part {
            range: shift(&part.range),
            kind: match &part.kind {
                PartKind::Variable { name, default } => {
                    PartKind::Variable { name: name.clone(), default: default.as_ref().map(shift) }
                }
                other => other.clone(),
            },
        });
        let parts = parts.collect();
        Self { text: self.text.slice(range), parts, quoted: self.quoted }
    }

    /// Joins words with single spaces.
    pub(super) fn join<'w>(words: impl IntoIterator<Item = &'w Self>) -> Self {
        let mut joined = Self::default();
        for (index, word) in words.into_iter().enumerate() {
            if index > 0 {
                joined.text.append_made_up(" ");
            }
            let by = joined.text.len();
            joined.text.append(&word.text, 0..word.text.len());
            joined.quoted |= word.quoted;
            let shift = |at: &Range<usize>| at.start + by..at.end + by;
            joined.parts.extend(word.parts.iter().map(|part| Part {
                range: shift(&part.range),
                kind: match &part.kind {
                    PartKind::Variable { name, default } => PartKind::Variable {
                        name: name.clone(),
                        default: default.as_ref().map(shift),
                    },
                    other => other.clone(),
                },
            }));
        }
        joined
    }
}

impl Part {
    /// Gives the variable's name, where the part is a variable.
    pub(super) fn variable(&self) -> Option<&str> {
        match &self.kind {
            PartKind::Variable { name, .. } => Some(name),
            PartKind::Command(_) | PartKind::Opaque => None,
        }
    }
}
