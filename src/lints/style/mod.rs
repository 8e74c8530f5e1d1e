//! Lints of order and quotes.

mod collate;
mod container_name_pattern;
mod dependencies_unsorted;
mod order;
mod ports_unquoted;
mod ports_unsorted;
mod project_name_missing;
mod quotes;
mod service_keys_unsorted;
mod services_unsorted;
mod top_level_unsorted;
mod volumes_quoted;

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[
    container_name_pattern::LINT,
    dependencies_unsorted::LINT,
    ports_unquoted::LINT,
    ports_unsorted::LINT,
    project_name_missing::LINT,
    service_keys_unsorted::LINT,
    services_unsorted::LINT,
    top_level_unsorted::LINT,
    volumes_quoted::LINT,
];
