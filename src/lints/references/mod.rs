//! Lints of the group `references`.

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[];
