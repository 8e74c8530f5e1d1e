//! Lints of the group `style`.

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[];
