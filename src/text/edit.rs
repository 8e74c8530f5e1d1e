//! Edits of one text.

use std::ops::Range;

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

/// An edit of a text that stands for edits of two steps, the second made on what the first left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The edit of the first text.
    pub edit: Edit,
    /// Which of the first step's edits are in it.
    pub first: Range<usize>,
    /// Which of the second step's edits are in it.
    pub next: Range<usize>,
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

    /// Gives the edits of `text` that have the effect of these and then of `next`, which are edits
    /// of the text as these leave it.
    #[must_use]
    pub fn then(&self, next: &Self, text: &str) -> Self {
        let edits = self.compose(next, text).into_iter().map(|composed| composed.edit).collect();
        Self { edits }
    }

    /// Composes as [`TextEdit::then`] does, and tells which edits each one is made of: those of the
    /// two steps that touch become one, and what changes nothing in the end is left out.
    ///
    /// Invariant: sorted and disjoint, as a [`TextEdit`]'s edits are.
    #[must_use]
    pub fn compose(&self, next: &Self, text: &str) -> Vec<Composed> {
        let between = self.apply(text);
        let moved = self.moved();
        let groups = groups(&moved, &next.edits);
        let mut composed = Vec::with_capacity(groups.len());
        for Group { span, first, next: of_next } in groups {
            // A place outside the edits lies as far from the edit before it as it did in the text.
            let back = |at: u32, edits: usize| {
                let before = edits.checked_sub(1).map(|last| (moved[last], &self.edits[last]));
                before.map_or(at, |(moved, edit)| at - moved.end + edit.span.end)
            };
            let starts_first = first.clone().next().filter(|&edit| moved[edit].start == span.start);
            let start = match starts_first {
                Some(edit) => self.edits[edit].span.start,
                None => back(span.start, first.start),
            };
            let span_before = Span { start, end: back(span.end, first.end) };
            let mut insert = String::new();
            let mut at = span.start as usize;
            for edit in &next.edits[of_next.clone()] {
                insert.push_str(between.get(at..edit.span.start as usize).unwrap_or_default());
                insert.push_str(&edit.insert);
                at = edit.span.end as usize;
            }
            insert.push_str(between.get(at..span.end as usize).unwrap_or_default());
            if text.get(span_before.range()) != Some(&insert) {
                let edit = Edit { span: span_before, insert };
                composed.push(Composed { edit, first, next: of_next });
            }
        }
        composed
    }

    /// Maps a place in the text as these edits leave it to the text before, where the same stood
    /// there.
    #[must_use]
    pub fn kept(&self, after: Span) -> Option<Span> {
        let touched = |place: &Span| place.start < after.end && after.start < place.end;
        let is_kept = !self.moved().iter().any(touched);
        is_kept.then(|| self.before(after))
    }

    /// Maps a place in the text as these edits leave it to the text before; a place in what they
    /// wrote is all that stood there.
    #[must_use]
    pub fn before(&self, after: Span) -> Span {
        let moved = self.moved();
        let edit_before = |at: usize| at.checked_sub(1).map(|at| (moved[at], self.edits[at].span));
        let first = moved.partition_point(|place| place.end <= after.start);
        let start = match (moved.get(first), self.edits.get(first), edit_before(first)) {
            (Some(place), Some(edit), _) if place.start <= after.start => edit.span.start,
            (_, _, Some((place, edit))) => after.start - place.end + edit.end,
            _ => after.start,
        };
        let end = match edit_before(moved.partition_point(|place| place.start < after.end)) {
            Some((place, edit)) if after.end <= place.end => edit.end,
            Some((place, edit)) => after.end - place.end + edit.end,
            None => after.end,
        };
        Span { start, end: end.max(start) }
    }

    /// Gives where each edit's text stands once all are made.
    #[must_use]
    pub fn moved(&self) -> Vec<Span> {
        let mut grown = 0_i64;
        let place = |edit: &Edit| {
            let start = usize::try_from(i64::from(edit.span.start) + grown).unwrap_or_default();
            grown += edit.insert.len() as i64 - edit.span.len() as i64;
            Span::new(start, start + edit.insert.len())
        };
        self.edits.iter().map(place).collect()
    }
}

/// Edits of two steps that touch each other.
struct Group {
    /// All of them, in the text between the steps.
    span: Span,
    first: Range<usize>,
    next: Range<usize>,
}

/// Groups the places that one step wrote and the next one edits. Those of one step never conflict.
fn groups(wrote: &[Span], edits: &[Edit]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut first, mut next) = (0, 0);
    // Ends of the last group's edits, by step.
    let mut ends = (None, None);
    loop {
        let is_first = match (wrote.get(first), edits.get(next)) {
            (Some(wrote), Some(edit)) => *wrote <= edit.span,
            (wrote, None) if wrote.is_none() => return groups,
            (wrote, _) => wrote.is_some(),
        };
        let span = if is_first { wrote[first] } else { edits[next].span };
        let other_end: Option<u32> = if is_first { ends.1 } else { ends.0 };
        let touches = other_end.is_some_and(|end| span.start <= end);
        if !touches {
            groups.push(Group { span, first: first..first, next: next..next });
            ends = (None, None);
        }
        let Some(group) = groups.last_mut() else { return groups };
        group.span.end = group.span.end.max(span.end);
        if is_first {
            first += 1;
            group.first.end = first;
            ends.0 = Some(span.end);
        } else {
            next += 1;
            group.next.end = next;
            ends.1 = Some(span.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Edits of a text of `length` bytes, by its cut places and what stands between them then.
    fn edits(length: usize, cuts: &[(usize, usize, String)]) -> TextEdit {
        let mut at = 0;
        let mut edits = Vec::new();
        for (skip, take, insert) in cuts {
            let (start, end) = (at + skip, at + skip + take);
            if end > length {
                break;
            }
            edits.push(Edit::replace(Span::new(start, end), insert.as_str()));
            // A second insertion at one place is no valid edit.
            at = if *take == 0 { end + 1 } else { end };
        }
        TextEdit::new(edits).unwrap()
    }

    fn cuts() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
        prop::collection::vec((0..3_usize, 0..3_usize, "[xyz]{0,3}"), 0..6)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn composed_edits_do_what_both_do_in_turn(
            text in "[a-e]{0,12}",
            first in cuts(),
            next in cuts(),
        ) {
            let first = edits(text.len(), &first);
            let between = first.apply(&text);
            let next = edits(between.len(), &next);
            let both = first.then(&next, &text);
            prop_assert_eq!(both.apply(&text), next.apply(&between));
            prop_assert_eq!(TextEdit::new(both.edits.clone()), Ok(both));
        }

        #[test]
        fn one_step_alone_stays_as_it_is(text in "[a-e]{0,12}", cuts in cuts()) {
            let one = edits(text.len(), &cuts);
            let nothing = TextEdit::default();
            let changes = |edit: &&Edit| text.get(edit.span.range()) != Some(&edit.insert);
            let expected: Vec<Edit> = one.edits.iter().filter(changes).cloned().collect();
            prop_assert_eq!(&one.then(&nothing, &text).edits, &expected);
            prop_assert_eq!(&nothing.then(&one, &text).edits, &expected);
        }
    }

    proptest! {
        #[test]
        fn what_was_kept_is_found_again(
            text in "[a-e]{0,12}",
            cuts in cuts(),
            start in 0..20_usize,
            length in 0..4_usize,
        ) {
            let edit = edits(text.len(), &cuts);
            let after = edit.apply(&text);
            let start = start.min(after.len());
            let place = Span::new(start, (start + length).min(after.len()));
            let before = edit.before(place);
            prop_assert!(before.range().end <= text.len());
            if let Some(kept) = edit.kept(place) {
                prop_assert_eq!(text.get(kept.range()), after.get(place.range()));
            }
        }
    }

    #[test]
    fn places_are_found_again() {
        // `abcdef` becomes `aXYZdf`.
        let edit = TextEdit::new(vec![
            Edit::replace(Span::new(1, 3), "XYZ"),
            Edit::replace(Span::new(4, 5), ""),
        ])
        .unwrap();
        for (after, before, kept) in [
            ((0, 1), (0, 1), true),
            ((1, 4), (1, 3), false),
            ((2, 3), (1, 3), false),
            ((0, 2), (0, 3), false),
            ((4, 5), (3, 4), true),
            ((5, 6), (5, 6), true),
            ((4, 6), (3, 6), false),
        ] {
            let (after, before) = (Span::new(after.0, after.1), Span::new(before.0, before.1));
            assert_eq!(edit.before(after), before, "{after:?}");
            assert_eq!(edit.kept(after).is_some(), kept, "{after:?}");
        }
    }

    #[test]
    fn only_edits_that_touch_become_one() {
        type Edits<'e> = &'e [(usize, usize, &'e str)];
        let cases: [(Edits<'_>, Edits<'_>, Edits<'_>); 7] = [
            // Of `abcdef`: apart; inside what was written; across its end; at its end.
            (&[(0, 1, "x")], &[(3, 4, "y")], &[(0, 1, "x"), (3, 4, "y")]),
            (&[(1, 2, "xyz")], &[(2, 3, "-")], &[(1, 2, "x-z")]),
            (&[(1, 2, "xy")], &[(2, 4, "-")], &[(1, 3, "x-")]),
            (&[(1, 2, "xy")], &[(3, 3, "-")], &[(1, 2, "xy-")]),
            // Over two; undone; after a deletion.
            (&[(1, 2, "x"), (3, 4, "y")], &[(1, 4, "-")], &[(1, 4, "-")]),
            (&[(1, 2, "x"), (4, 5, "z")], &[(1, 2, "b")], &[(4, 5, "z")]),
            (&[(1, 3, "")], &[(2, 3, "y")], &[(1, 3, ""), (4, 5, "y")]),
        ];
        let made = |edits: Edits<'_>| {
            let edits = edits.iter().map(|&(a, b, new)| Edit::replace(Span::new(a, b), new));
            TextEdit::new(edits.collect()).unwrap()
        };
        for (first, next, both) in cases {
            assert_eq!(made(first).then(&made(next), "abcdef"), made(both), "{first:?} {next:?}");
        }
    }

    #[test]
    fn edits_that_want_the_same_bytes_conflict() {
        type Pair = ((usize, usize), (usize, usize));
        let cases: [(Pair, bool); 6] = [
            (((0, 2), (2, 3)), true),
            (((0, 2), (1, 3)), false),
            (((0, 3), (1, 2)), false),
            (((1, 1), (1, 1)), false),
            (((1, 1), (1, 2)), true),
            (((0, 1), (1, 1)), true),
        ];
        for ((one, other), fits) in cases {
            let edit = |at: (usize, usize), new: &str| Edit::replace(Span::new(at.0, at.1), new);
            let made = TextEdit::new(vec![edit(other, "y"), edit(one, "x")]);
            assert_eq!(made.is_ok(), fits, "{one:?} {other:?}");
            let one_alone = TextEdit::new(vec![edit(one, "x")]).unwrap();
            let other_alone = TextEdit::new(vec![edit(other, "y")]).unwrap();
            assert_eq!(one_alone.union(other_alone).is_ok(), fits, "{one:?} {other:?}");
        }
        let twice = vec![Edit::insert(1, "x"); 2];
        assert_eq!(TextEdit::new(twice).unwrap().apply("ab"), "axb");
        assert!(TextEdit::default().is_empty());
        // What does not fit the text is left out.
        let beyond = TextEdit::new(vec![Edit::insert(0, "x"), Edit::insert(9, "y")]).unwrap();
        assert_eq!(beyond.apply("ab"), "xab");
    }
}
