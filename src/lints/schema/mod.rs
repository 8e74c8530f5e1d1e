//! Lints of what docker compose refuses, or reads otherwise than was meant.
//!
//! `walk` holds a file against the specification's schema (`spec`) and reads what docker compose reads
//! (`reading`); most lints tell one sort of what it finds. Severity is an error only where docker
//! compose itself refuses the file.

mod conflicting_keys;
mod image_missing;
mod invalid_duration;
mod invalid_interpolation;
mod invalid_port;
mod invalid_size;
mod invalid_value;
mod invalid_volume;
mod legacy_format;
mod missing_key;
mod ports;
mod reading;
#[cfg(test)]
mod referee;
mod scalar;
mod several_documents;
mod spec;
mod syntax;
mod tell;
mod unknown_key;
mod unknown_tag;
mod walk;
mod wrong_type;
mod yaml_alias_bomb;
mod yaml_duplicate_key;
mod yaml_malformed;
mod yaml_template;
mod yaml_undefined_alias;

use crate::lints::Lint;

pub(super) use walk::{Fault, faults};

pub(super) const LINTS: &[Lint] = &[
    conflicting_keys::LINT,
    image_missing::LINT,
    invalid_duration::LINT,
    invalid_interpolation::LINT,
    invalid_port::LINT,
    invalid_size::LINT,
    invalid_value::LINT,
    invalid_volume::LINT,
    legacy_format::LINT,
    missing_key::LINT,
    several_documents::LINT,
    unknown_key::LINT,
    unknown_tag::LINT,
    wrong_type::LINT,
    yaml_alias_bomb::LINT,
    yaml_duplicate_key::LINT,
    yaml_malformed::LINT,
    yaml_template::LINT,
    yaml_undefined_alias::LINT,
];
