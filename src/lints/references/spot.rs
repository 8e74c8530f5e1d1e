//! Where a host name stands in the files, and what puts another one there.

use std::ops::Range;
use std::sync::Arc;

use crate::compose::effective::Effective;
use crate::compose::endpoint::endpoints;
use crate::compose::interpolate::{Piece, pieces};
use crate::compose::usage::occurrences;
use crate::compose::value::{Origin, Value, ValueKind};
use crate::diagnostics::Place;
use crate::diagnostics::fix::{Applicability, Fix, Proof};
use crate::lints::context::Context;
use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::yaml::patch::splice_scalar;

/// A value that holds a host name.
pub(super) struct Spot<'m> {
    value: &'m Value,
    /// Bytes of the name in the value as it is written, each time that it stands there; none where
    /// it comes from elsewhere.
    ranges: Vec<Range<usize>>,
    /// It is what a variable is where nobody sets it.
    pub(super) is_default: bool,
}

/// Finds the value in which a name stands: one of a list, or that of the variable that brings it.
pub(super) fn spot<'m>(model: &'m Effective, value: &'m Value, host: &str) -> Option<Spot<'m>> {
    let scalars: Vec<&Value> = match &value.kind {
        ValueKind::List(items) => items.iter().collect(),
        _ => vec![value],
    };
    let mut scalars = scalars.into_iter().filter(|value| {
        let text = value.text().unwrap_or_default();
        occurrences(text, host).next().is_some()
    });
    let value = scalars.next()?;
    let own = Spot::of(value, host)?;
    if !own.ranges.is_empty() {
        return Some(own);
    }
    let raw = value.origin.as_ref()?.raw();
    let variables = pieces(raw).unwrap_or_default().into_iter().filter_map(|piece| match piece {
        Piece::Variable(variable) => raw.get(variable.name),
        _ => None,
    });
    let values = variables.filter_map(|name| model.env.get(name));
    let brought = values.filter_map(|value| Spot::of(value, host));
    Some(brought.into_iter().find(|spot| !spot.ranges.is_empty()).unwrap_or(own))
}

impl<'m> Spot<'m> {
    fn of(value: &'m Value, host: &str) -> Option<Self> {
        let raw = value.origin.as_ref()?.raw();
        let is_it = |range: &Range<usize>| raw.get(range.clone()) == Some(host);
        let found = endpoints(raw).into_iter().map(|endpoint| endpoint.host).filter(is_it);
        let mut ranges: Vec<Range<usize>> = found.collect();
        if ranges.is_empty() {
            let whole = occurrences(raw, host).filter(|(_, is_whole)| *is_whole);
            ranges.extend(whole.map(|(range, _)| range).take(1));
        }
        let pieces = pieces(raw).unwrap_or_default();
        let is_default = pieces.iter().any(|piece| match piece {
            Piece::Variable(variable) => ranges
                .iter()
                .any(|range| variable.span.start <= range.start && range.end <= variable.span.end),
            _ => false,
        });
        Some(Self { value, ranges, is_default })
    }

    /// Tells whether the name is written in a Compose file.
    pub(super) fn is_in_compose(&self) -> bool {
        !self.ranges.is_empty() && matches!(self.value.origin, Some(Origin::Compose { .. }))
    }

    /// Gives the place of the name, or of the value that brings it.
    pub(super) fn place(&self, context: &Context<'_>) -> Option<Place> {
        let first = self.ranges.first();
        match (self.value.origin.as_ref()?, first) {
            (Origin::Compose { path, node, range, .. }, Some(first)) => {
                let file = context.workspace.files.get(path.as_ref())?;
                let within = range.start + first.start..range.start + first.end;
                let span = file.doc.value_span(*node, within);
                let span = span.unwrap_or_else(|| file.doc.node(*node).span);
                Some(Place { path: path.to_string(), span })
            }
            (Origin::EnvFile { path, span, .. }, Some(first)) => {
                Some(Place { path: path.to_string(), span: within(*span, first) })
            }
            (_, None) => context.tree.place(self.value),
        }
    }

    /// Puts another name in its place, and changes nothing else.
    pub(super) fn renamed(&self, context: &Context<'_>, new: &str) -> Option<Arc<Fix>> {
        if self.ranges.is_empty() {
            return None;
        }
        let title = format!("use `{new}`");
        match self.value.origin.as_ref()? {
            Origin::Compose { path, node, range, .. } => {
                let file = context.workspace.files.get(path.as_ref())?;
                let parts = self
                    .ranges
                    .iter()
                    .map(|part| (range.start + part.start..range.start + part.end, new.to_owned()));
                let parts: Vec<(Range<usize>, String)> = parts.collect();
                let patch = splice_scalar(&file.doc, *node, &parts).ok()?;
                Fix::patch(title, Applicability::Unsafe, path, patch)
            }
            Origin::EnvFile { path, span, .. } => {
                let edits = self.ranges.iter().map(|part| {
                    (path.to_string(), Edit::replace(within(*span, part), new.to_owned()))
                });
                let change = ChangeSet::new(edits).ok()?;
                let (applicability, proof) = (Applicability::Unsafe, Proof::Refereed);
                Some(Arc::new(Fix { title, applicability, change, proof }))
            }
        }
    }
}

fn within(span: Span, part: &Range<usize>) -> Span {
    let start = span.start as usize;
    Span::new(start + part.start, start + part.end)
}
