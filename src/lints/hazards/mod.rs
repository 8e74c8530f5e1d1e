//! Lints of the group `hazards`.

mod anonymous_volume_lost;
mod blind_healthcheck;
mod compare;
mod database_major_upgrade;
mod first_run;
mod init_scripts_on_live_volume;
mod postgres;
mod shared_secret_variable;
mod stateful_rename;
mod superuser_healthcheck_mismatch;
mod superuser_on_live_volume;
mod volume_key_renamed;

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[
    anonymous_volume_lost::LINT,
    blind_healthcheck::LINT,
    database_major_upgrade::LINT,
    init_scripts_on_live_volume::LINT,
    shared_secret_variable::LINT,
    stateful_rename::LINT,
    superuser_healthcheck_mismatch::LINT,
    superuser_on_live_volume::LINT,
    volume_key_renamed::LINT,
];
