//! Edits of one text.

use crate::text::span::Span;

/// One replacement: the bytes of `span` become `insert`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub insert: String,
}

impl Edit {
    /// Makes a replacement.
    pub fn replace(span: Span, insert: impl Into<String>) -> Self {
        Self { span, insert: insert.into() }
    }

    /// Makes an insertion before the byte at `at`.
    pub fn insert(at: usize, insert: impl Into<String>) -> Self {
        Self { span: Span::empty(at), insert: insert.into() }
    }
}

/// The edits of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextEdit {
    /// Invariant: sorted by span and disjoint; no two insertions at one offset.
    edits: Vec<Edit>,
}

/// Two edits that want the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two edits overlap at bytes {}..{} and {}..{}", .first.span.start, .first.span.end, .second.span.start, .second.span.end)]
pub struct Conflict {
    /// The edit that starts first.
    pub first: Edit,
    /// The edit that overlaps it.
    pub second: Edit,
}

impl TextEdit {
    /// Sorts edits and checks that they are disjoint. Equal edits count once (an anchor's value is
    /// reached from each of its aliases).
    ///
    /// # Errors
    /// The first pair that overlaps, or that inserts at the same place.
    pub fn new(mut edits: Vec<Edit>) -> Result<Self, Conflict> {
        edits.sort();
        edits.dedup();
        for pair in edits.windows(2) {
            let [first, second] = pair else { continue };
            let both_insert = first.span == second.span;
            if second.span.start < first.span.end || both_insert {
                return Err(Conflict { first: first.clone(), second: second.clone() });
            }
        }
        Ok(Self { edits })
    }

    /// Joins two sets of edits of the same text.
    ///
    /// # Errors
    /// The first pair that overlaps.
    pub fn union(self, other: Self) -> Result<Self, Conflict> {
        Self::new(self.edits.into_iter().chain(other.edits).collect())
    }

    /// Gives the edits in order.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Tells whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Gives the text as it stands after all edits. Edits out of the text's range are left out.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let grown: usize = self.edits.iter().map(|edit| edit.insert.len()).sum();
        let mut out = String::with_capacity(text.len() + grown);
        let mut at = 0;
        for edit in &self.edits {
            let Some(kept) = text.get(at..edit.span.start as usize) else { continue };
            out.push_str(kept);
            out.push_str(&edit.insert);
            at = edit.span.end as usize;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}
