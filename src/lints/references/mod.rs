//! Lints of names that lead nowhere, or to two things.

mod alias_collision;
mod circle;
mod completed_but_restarts;
mod container_name_twice;
mod container_name_with_replicas;
mod definition_cycle;
mod dependency_cycle;
mod env_file_missing;
mod extends_missing;
mod healthy_without_healthcheck;
mod include_missing;
mod missing;
mod port_published_twice;
mod ports;
mod profiles;
mod reach;
mod replicas;
mod scene;
mod spot;
mod templates;
mod undefined;
mod undefined_config;
mod undefined_model;
mod undefined_network;
mod undefined_secret;
mod undefined_service;
mod undefined_volume;
mod unknown_host;
mod unreachable_host;
mod unused;
mod unused_config;
mod unused_model;
mod unused_network;
mod unused_secret;
mod unused_volume;
mod variable_unset;

use crate::lints::Lint;

pub(super) use scene::Scenes;
pub(super) use variable_unset::{EnvFile, env_files};

/// What `variable_unset` is called.
pub(super) const VARIABLE_UNSET: &str = variable_unset::LINT.id;

pub(super) const LINTS: &[Lint] = &[
    alias_collision::LINT,
    completed_but_restarts::LINT,
    container_name_twice::LINT,
    container_name_with_replicas::LINT,
    definition_cycle::LINT,
    dependency_cycle::LINT,
    env_file_missing::LINT,
    extends_missing::LINT,
    healthy_without_healthcheck::LINT,
    include_missing::LINT,
    port_published_twice::LINT,
    undefined_config::LINT,
    undefined_model::LINT,
    undefined_network::LINT,
    undefined_secret::LINT,
    undefined_service::LINT,
    undefined_volume::LINT,
    unknown_host::LINT,
    unreachable_host::LINT,
    unused_config::LINT,
    unused_model::LINT,
    unused_network::LINT,
    unused_secret::LINT,
    unused_volume::LINT,
    variable_unset::LINT,
];
