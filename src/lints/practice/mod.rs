//! Lints of what runs, and should not run so.

mod build_and_image;
mod cap_add_all;
mod docker_socket_mounted;
mod host_capability_added;
mod host_namespace;
mod image_tag_missing;
mod literal_password;
mod obsolete_external_name;
mod obsolete_links;
mod obsolete_version;
mod port_on_all_interfaces;
mod port_without_host_ip;
mod privileged_container;
mod published;
mod purpose;
mod restart_missing;
mod secrets;
mod security_opt_unconfined;
mod variables;

use crate::lints::Lint;

pub(super) const LINTS: &[Lint] = &[
    build_and_image::LINT,
    cap_add_all::LINT,
    docker_socket_mounted::LINT,
    host_capability_added::LINT,
    host_namespace::LINT,
    image_tag_missing::LINT,
    literal_password::LINT,
    obsolete_external_name::LINT,
    obsolete_links::LINT,
    obsolete_version::LINT,
    port_on_all_interfaces::LINT,
    port_without_host_ip::LINT,
    privileged_container::LINT,
    restart_missing::LINT,
    security_opt_unconfined::LINT,
];
