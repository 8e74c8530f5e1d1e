//! The second opinion: saphyr (YAML 1.2) and serde_yaml (libyaml, 1.1-like) read the file before
//! and after, and both value trees must differ exactly as planned. The only user of either crate.

use crate::yaml::document::Document;
use crate::yaml::patch::Change;

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
/// # Errors
/// The first objection.
pub fn check(before: &Document, after: &str, changes: &[Change]) -> Result<(), Objection> {
    let _ = (before, after, changes);
    todo!()
}
