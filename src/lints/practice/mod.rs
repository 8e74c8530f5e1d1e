//! Lints of what runs, and should not run so.

mod image_tag_missing;
mod privileged_container;

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[image_tag_missing::LINT, privileged_container::LINT];
