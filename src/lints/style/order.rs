//! What lints of order share: whether a collection is in order, and the fix that puts it so.

use std::cmp::Ordering;

use crate::diagnostics::Finding;
use crate::diagnostics::fix::Fix;
use crate::lints::Lint;
use crate::lints::context::FileView;
use crate::lints::style::collate::collate;
use crate::repo::config::KeyOrder;
use crate::text::span::Span;
use crate::yaml::document::{Kind, NodeId};
use crate::yaml::patch::{reorder, sorted};

/// A collection that is to be in order.
pub(super) struct Sequence<'a> {
    pub(super) lint: &'a Lint,
    pub(super) view: &'a FileView<'a>,
    /// The mapping or list.
    pub(super) collection: NodeId,
    /// Where a finding is shown; without it, at the first child that is out of place.
    pub(super) at: Option<Span>,
    /// What its children are, for people: `services`.
    pub(super) what: &'a str,
    /// By what they are in order, for people: `by the alphabet`.
    pub(super) by: &'a str,
}

impl Sequence<'_> {
    /// Says that the children are not in the order that their names are in by `compare`.
    pub(super) fn finding(
        &self,
        names: &[String],
        compare: impl Fn(&str, &str) -> Ordering,
    ) -> Option<Finding> {
        let doc = &self.view.file.doc;
        let empty = String::new();
        let name = |at: usize| names.get(at).unwrap_or(&empty).as_str();
        let order = sorted(doc, self.collection, |a, b| compare(name(a), name(b)));
        let (late, early) = first_misplaced(&order)?;
        let Self { what, by, .. } = self;
        let message =
            format!("`{}` belongs before `{}`: {what} are in order {by}", name(late), name(early));
        let at = self.at.or_else(|| self.child(late)).unwrap_or(self.view.span(self.collection));
        let finding = self.lint.finding(message).at(self.view.path(), at);
        let title = format!("put the {what} in order");
        let fix = match reorder(doc, self.collection, &order) {
            Ok(edits) => Fix::same_values(title, self.view.path(), edits),
            Err(refusal) => {
                return Some(finding.help(format!("move it by hand: {}", refusal.reason)));
            }
        };
        let finding = finding.help("`composemod check --fix` moves each with its comments");
        Some(match fix {
            Some(fix) => finding.fix(fix),
            None => finding,
        })
    }

    fn child(&self, at: usize) -> Option<Span> {
        let doc = &self.view.file.doc;
        let key = doc.entries(self.collection).get(at).map(|entry| entry.key);
        let item = || doc.items(self.collection).get(at).map(|item| item.value);
        key.or_else(item).map(|id| doc.node(id).span)
    }
}

/// Gives the first child that another one stands before which is to come later, and that one: the
/// one that comes first of all such.
fn first_misplaced(order: &[usize]) -> Option<(usize, usize)> {
    let mut places = vec![0; order.len()];
    for (place, &child) in order.iter().enumerate() {
        if let Some(known) = places.get_mut(child) {
            *known = place;
        }
    }
    (0..places.len()).find_map(|late| {
        let before = places.iter().take(late).enumerate();
        let later = before.filter(|(_, place)| **place > places[late]);
        let (early, _) = later.min_by_key(|(_, place)| **place)?;
        Some((late, early))
    })
}

/// Gives the keys of a mapping that stands here; nothing for an alias or another node.
pub(super) fn keys(view: &FileView<'_>, mapping: NodeId) -> Vec<String> {
    let doc = &view.file.doc;
    match &doc.node(mapping).kind {
        Kind::Mapping { entries, .. } => {
            entries.iter().map(|entry| view.text(entry.key).unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    }
}

/// Compares names, merges first.
pub(super) fn by_name(a: &str, b: &str) -> Ordering {
    (a != MERGE).cmp(&(b != MERGE)).then_with(|| collate(a, b))
}

/// Compares keys by their places in an order, others behind them by name, merges first.
pub(super) fn by_place(order: &[&str], a: &str, b: &str) -> Ordering {
    let place = |key: &str| {
        let is_it =
            |known: &&str| *known == key || (*known == EXTENSIONS && key.starts_with(EXTENSIONS));
        match order.iter().position(is_it) {
            _ if key == MERGE => 0,
            Some(at) => at + 1,
            None => order.len() + 1,
        }
    };
    place(a).cmp(&place(b)).then_with(|| collate(a, b))
}

/// Gives the order that is declared, else a lint's own.
pub(super) fn declared<'a>(declared: &'a KeyOrder, own: &[&'a str]) -> Vec<&'a str> {
    match declared.order.as_slice() {
        [] => own.to_vec(),
        order => order.iter().map(|key| key.value.as_str()).collect(),
    }
}

/// What stands for the pairs of another mapping.
const MERGE: &str = "<<";

/// How the keys begin that Compose leaves alone.
const EXTENSIONS: &str = "x-";

#[cfg(test)]
mod tests {
    use super::{by_place, first_misplaced};

    #[test]
    fn the_first_one_that_is_late() {
        assert_eq!(first_misplaced(&[0, 1, 2]), None);
        // Now `b a c` for instance: `a` is at place 1 and comes first.
        assert_eq!(first_misplaced(&[1, 0, 2]), Some((1, 0)));
        assert_eq!(first_misplaced(&[2, 0, 1]), Some((2, 0)));
    }

    #[test]
    fn what_is_not_listed_follows_by_name() {
        let mut keys = ["zoo", "image", "<<", "ant", "build", "x-b", "x-a"];
        keys.sort_by(|a, b| by_place(&["x-", "build", "image"], a, b));
        assert_eq!(keys, ["<<", "x-a", "x-b", "build", "image", "ant", "zoo"]);
    }
}
