//! The second opinion: saphyr (YAML 1.2) and serde_yaml (libyaml, 1.1-like) read the file before
//! and after, and both value trees must differ exactly as planned. The only user of either crate.

use std::sync::Arc;

use crate::yaml::document::{Document, MAX_EXPANDED_NODES, SyntaxError, SyntaxErrorKind};
use crate::yaml::patch::Change;

mod comments;
mod flow;
mod plan;
mod reading;
mod same;

use plan::Plan;
use reading::Reading;

/// Why a change is not to be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// A parser refuses the file as it was: nothing can be vouched for.
    #[error("{parser} can't read the file as it stands: {message}")]
    UnreadableBefore {
        /// Which referee.
        parser: &'static str,
        /// Its own words.
        message: String,
    },
    /// A parser refuses the file as it would be.
    #[error("{parser} can't read the file after the change: {message}")]
    UnreadableAfter {
        /// Which referee.
        parser: &'static str,
        /// Its own words.
        message: String,
    },
    /// A value differs that should not, or not as planned.
    #[error("{parser} reads another value at `{path}` than planned")]
    Unplanned {
        /// Which referee.
        parser: &'static str,
        /// Path of the first difference, as `services.db.image`.
        path: String,
    },
    /// A comment was lost or changed.
    #[error("a comment would change: `{comment}`")]
    Comment {
        /// The comment's text.
        comment: String,
    },
}

/// Checks that `after` is `before` with exactly the planned changes of value, and the same comments.
///
/// A pair or item that is removed may take the comments on its lines along, and so may a value that
/// nothing replaces. `before` must be a
/// tree without syntax errors. Changes that are equal count once: an anchor's value is reached
/// from each of its aliases.
///
/// # Errors
/// The first objection.
pub fn check(before: &Document, after: &str, changes: &[Change]) -> Result<(), Objection> {
    let after_tree = parsed(before, after)?;
    comments::check(before, &after_tree, changes)?;

    let plan = Plan::new(before, changes);
    each_reading(before, &after_tree, |parser, before, after| plan.check(parser, before, after))
}

/// Checks that `after` has the values and the comments of `before`, in whatever order keys, items
/// and comments stand, and whatever quotes they are in.
///
/// # Errors
/// The first objection.
pub fn check_same_values(before: &Document, after: &str) -> Result<(), Objection> {
    let after_tree = parsed(before, after)?;
    same::comments(before, &after_tree)?;
    each_reading(before, &after_tree, same::check)
}

/// Parses the file as it would be, which must have no error that it had not before.
fn parsed(before: &Document, after: &str) -> Result<Document, Objection> {
    let ours = |message: String| Objection::UnreadableBefore { parser: "composemod", message };
    if expands_beyond(before, MAX_EXPANDED_NODES) {
        return Err(ours(format!("aliases expand to more than {MAX_EXPANDED_NODES} nodes")));
    }
    let (after, errors) = Document::parse(&Arc::from(after));
    match new_error(before, errors) {
        Some(error) => {
            Err(Objection::UnreadableAfter { parser: "composemod", message: error.message })
        }
        None => Ok(after),
    }
}

/// Has each referee, by its name, read the file before and after, and judges the two readings.
fn each_reading(
    before: &Document,
    after: &Document,
    judge: impl Fn(&'static str, &Reading<'_>, &Reading<'_>) -> Result<(), Objection> + Sync,
) -> Result<(), Objection> {
    let wide = [flow::indented(before), flow::indented(after)];
    let [wide_before, wide_after] = wide.each_ref().map(Option::as_deref);
    let [before, after] = [before, after].map(|doc| without_mark(doc.text()));
    let (loose, strict) = rayon::join(
        || rayon::join(|| reading::serde_yaml(before), || reading::serde_yaml(after)),
        || rayon::join(|| strict(before, wide_before), || strict(after, wide_after)),
    );
    // serde_yaml comes first: it bounds the depth that aliases expand to.
    let loose = both("serde_yaml", loose)?;
    let strict = both("saphyr", strict)?;
    let judged = |(parser, before, after): Readings<'_>| judge(parser, &before, &after);
    let (loose, strict) = rayon::join(|| judged(loose), || judged(strict));
    loose.and(strict)
}

/// What a referee, by its name, reads in a file before and after.
type Readings<'t> = (&'static str, Reading<'t>, Reading<'t>);

/// Gives both readings of a referee.
fn both<'t>(
    parser: &'static str,
    (before, after): (Result<Reading<'t>, String>, Result<Reading<'t>, String>),
) -> Result<Readings<'t>, Objection> {
    let before = before.map_err(|message| Objection::UnreadableBefore { parser, message })?;
    let after = after.map_err(|message| Objection::UnreadableAfter { parser, message })?;
    Ok((parser, before, after))
}

/// Leaves out a byte order mark: libyaml counts it as a column, and finds the second key outdented.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Gives the first syntax error of a file after its change, save for duplicate keys that it had
/// before: their order is compared like all else.
fn new_error(before: &Document, mut errors: Vec<SyntaxError>) -> Option<SyntaxError> {
    if errors.is_empty() {
        return None;
    }
    let duplicate = |error: &SyntaxError| error.kind == SyntaxErrorKind::DuplicateKey;
    if let Some(at) = errors.iter().position(|error| !duplicate(error)) {
        return Some(errors.swap_remove(at));
    }
    let (_, known) = Document::parse(before.text());
    (errors.len() > known.len()).then(|| errors.pop()).flatten()
}

/// Reads with saphyr, and once more as [`flow::indented`] has it where saphyr refuses the text.
fn strict<'t>(text: &'t str, wide: Option<&'t str>) -> Result<Reading<'t>, String> {
    reading::saphyr(text).or_else(|error| wide.map_or(Err(error), reading::saphyr))
}

/// Tells whether a file has more than `limit` nodes once its aliases are expanded.
fn expands_beyond(doc: &Document, limit: u64) -> bool {
    let mut open = doc.roots().to_vec();
    let mut count = 0;
    while let Some(id) = open.pop() {
        count += 1;
        if count > limit {
            return true;
        }
        let resolved = doc.resolve(id);
        for entry in doc.entries(resolved) {
            open.extend([entry.key, entry.value]);
        }
        open.extend(doc.items(resolved).iter().map(|item| item.value));
    }
    false
}

#[cfg(test)]
mod tests;
