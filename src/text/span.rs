//! Half-open byte ranges.

use std::ops::Range;

/// A half-open range of bytes in one file.
///
/// Invariant: `start <= end`, both on character boundaries of the file. Files over 4 GiB are
/// never loaded, so 32 bits are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span from byte offsets.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "span {start}..{end} runs backwards");
        Self { start: offset(start), end: offset(end.max(start)) }
    }

    /// Makes the empty span at an offset.
    #[must_use]
    pub fn empty(at: usize) -> Self {
        Self::new(at, at)
    }

    /// Gives the span as a range to slice with.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Gives the length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Tells whether the span holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Tells whether `other` lies wholly inside.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Gives the span moved forward by `by` bytes.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self::new(self.start as usize + by, self.end as usize + by)
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Saturates: a file that long is refused at loading, so this is never reached with a real one.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn spans() {
        let span = Span::new(2, 5);
        assert_eq!((span.len(), span.is_empty(), span.range()), (3, false, 2..5));
        assert_eq!(Span::empty(3), Span::new(3, 3));
        assert!(Span::empty(3).is_empty());
        assert_eq!(span.shifted(4), Span::new(6, 9));
        assert_eq!(Span::from(2..5), span);
        for (inner, is_inside) in
            [((2, 5), true), ((3, 4), true), ((1, 3), false), ((4, 6), false), ((0, 1), false)]
        {
            assert_eq!(span.contains(Span::new(inner.0, inner.1)), is_inside, "{inner:?}");
        }
        assert_eq!(Span::new(0, usize::MAX).end, u32::MAX);
    }
}
