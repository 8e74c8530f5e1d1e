//! Lints of the group `hazards`.

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[];
