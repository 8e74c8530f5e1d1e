//! Lints of the group `stale`.

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[];
