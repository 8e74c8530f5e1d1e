//! Text that was taken out of other text (quotes and escapes removed, words joined), with the way
//! back to the bytes it came from.
//!
//! Invariant: runs are sorted by `at` and cover the text. Deliberately absent: any idea of shell.

use std::ops::Range;

/// Text with the way back to its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    value: String,
    /// Invariant: sorted by `at`; the first, if any, is at 0.
    runs: Vec<Run>,
}

/// From `at` on, the text's bytes are the source's from `from` on; without `from` they are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    at: usize,
    from: Option<usize>,
}

impl Text {
    /// Makes a text that is the source's bytes from `from` on.
    pub(super) fn at(value: &str, from: usize) -> Self {
        Self { value: value.to_owned(), runs: vec![Run { at: 0, from: Some(from) }] }
    }

    /// Makes a text that stands nowhere in the source.
    pub(super) fn made_up(value: &str) -> Self {
        Self { value: value.to_owned(), runs: vec![Run { at: 0, from: None }] }
    }

    /// Gives the text itself.
    pub(super) fn as_str(&self) -> &str {
        &self.value
    }

    /// Gives the length in bytes.
    pub(super) fn len(&self) -> usize {
        self.value.len()
    }

    /// Gives a part; nothing where the range lies outside or splits a character.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        part.append(self, range);
        part
    }

    /// Adds a part of another text at the end.
    pub(super) fn append(&mut self, other: &Self, range: Range<usize>) {
        let Some(value) = other.value.get(range.clone()) else { return };
        if value.is_empty() {
            return;
        }
        let first = other.run_of(range.start);
        for (index, run) in other.runs.iter().enumerate().skip(first) {
            if run.at >= range.end {
                break;
            }
            let start = run.at.max(range.start);
            let end = other.runs.get(index + 1).map_or(range.end, |next| next.at.min(range.end));
            let from = run.from.map(|from| from + (start - run.at));
            self.push(other.value.get(start..end).unwrap_or_default(), from);
        }
    }

    /// Adds text that stands nowhere in the source.
    pub(super) fn append_made_up(&mut self, value: &str) {
        self.push(value, None);
    }

    /// Gives the bytes of the source that a part came from, where they are one piece.
    pub(super) fn source(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let index = self.run_of(range.start);
        let run = self.runs.get(index)?;
        let end = self.runs.get(index + 1).map_or(self.value.len(), |next| next.at);
        if range.end > end || range.start < run.at {
            return None;
        }
        let start = run.from? + (range.start - run.at);
        Some(start..start + range.len())
    }

    fn push(&mut self, value: &str, from: Option<usize>) {
        let at = self.value.len();
        let continues = self.runs.last().is_some_and(|last| match (last.from, from) {
            (Some(last_from), Some(from)) => last_from + (at - last.at) == from,
            (None, None) => true,
            _ => false,
        });
        if !continues {
            self.runs.push(Run { at, from });
        }
        self.value.push_str(value);
    }

    fn run_of(&self, at: usize) -> usize {
        self.runs.partition_point(|run| run.at <= at).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn maps_parts_back_to_the_source() {
        // The source is `a"b\"c"`, its text `ab"c`.
        let source = Text::at("a\"b\\\"c\"", 10);
        let mut text = Text::default();
        for range in [0..1, 2..3, 4..5, 5..6] {
            text.append(&source, range);
        }
        assert_eq!(text.as_str(), "ab\"c");
        for (range, expected) in
            [(0..1, Some(10..11)), (0..2, None), (1..2, Some(12..13)), (2..4, Some(14..16))]
        {
            assert_eq!(text.source(&range), expected, "{range:?}");
        }
        text.append_made_up(" x");
        assert_eq!(text.source(&(5..6)), None);
        assert_eq!(text.slice(2..4).source(&(0..2)), Some(14..16));
        assert_eq!(text.slice(2..40).as_str(), "");
    }
}
