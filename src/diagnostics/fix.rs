//! What would mend a finding.

use std::sync::Arc;

use crate::text::change::ChangeSet;
use crate::text::edit::Edit;
use crate::yaml::patch::{Change, Patch};

/// A change that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: `remove the key`.
    pub title: String,
    /// Whether it may be made without being asked for.
    pub applicability: Applicability,
    /// The edits.
    pub change: ChangeSet,
    /// What must hold of the files afterwards.
    pub proof: Proof,
}

/// Whether a fix may be made without being asked for. Ordered: a safer one is later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// It is shown, and a person makes it.
    DisplayOnly,
    /// It may change what runs: `--unsafe-fixes` makes it.
    Unsafe,
    /// What runs is the same, or as it was meant: `--fix` makes it.
    Safe,
}

/// What must hold of a file after a fix; the referees see to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The values of the one file differ by these changes, and in nothing else.
    Changes(Vec<Change>),
    /// The values are the same: only the order of keys and items, and quotes, may differ.
    SameValues,
    /// Whoever made it has asked the referees already, or it is of no Compose file.
    Refereed,
}

impl Fix {
    /// Makes a fix of one Compose file from a patch. Nothing where its edits overlap.
    pub fn patch(
        title: impl Into<String>,
        applicability: Applicability,
        path: &str,
        patch: Patch,
    ) -> Option<Arc<Self>> {
        let edits = patch.edits.into_iter().map(|edit| (path.to_owned(), edit));
        let change = ChangeSet::new(edits).ok()?;
        let proof = Proof::Changes(patch.changes);
        Some(Arc::new(Self { title: title.into(), applicability, change, proof }))
    }

    /// Makes a safe fix of one Compose file that changes no value. Nothing where edits overlap.
    pub fn same_values(
        title: impl Into<String>,
        path: &str,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Option<Arc<Self>> {
        let edits = edits.into_iter().map(|edit| (path.to_owned(), edit));
        let change = ChangeSet::new(edits).ok()?;
        let (applicability, proof) = (Applicability::Safe, Proof::SameValues);
        Some(Arc::new(Self { title: title.into(), applicability, change, proof }))
    }
}
