//! Lints of the group `schema`.

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[];
