//! Lints of the group `references`.

mod alias_collision;
mod scene;
mod spot;
mod unknown_host;
mod unreachable_host;

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] =
    &[alias_collision::LINT, unknown_host::LINT, unreachable_host::LINT];
